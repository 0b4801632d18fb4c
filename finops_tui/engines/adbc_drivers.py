"""Which ADBC driver a URL needs, what is given to it, and what to say when it is not installed."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from finops_tui.engines.base import EngineError
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finops_tui.engines.base import Dialect

TOKEN: Final = "FINOPS_LAKE_TOKEN"  # noqa: S105 - the name of a variable
"""Variable of the environment that holds a token or password: a URL is remembered and shown."""

_DATABRICKS: Final = (".databricks.com", ".azuredatabricks.net")
_FORMATS: Final = ("parquet", "delta", "iceberg", "orc")
_FLIGHT: Final = ("duckdb", "spark", "trino")


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver, and how it is started.

    Attributes:
        module: Its Python package.
        extra: The extra of this program that brings it.
        dialect: The SQL that its engine reads.
        options: What it is given; may hold a secret.
        table: The name of the table, part by part.
        where: The place in words, without secrets.
        utc: Statements of which one puts a session in UTC; none where times are UTC anyway.
        zone: A statement that says a session's time zone; '' where there is none to ask.
        secret: A token or password among the options, which no message may hold.
    """

    module: str
    extra: str
    dialect: Dialect
    options: Mapping[str, str]
    table: tuple[str, ...]
    where: str
    utc: tuple[str, ...] = ()
    zone: str = ""
    secret: str = ""

    def words(self, text: str) -> str:
        """A text of the driver without the secret."""
        for written in (self.secret, quote(self.secret, safe="")):
            text = text.replace(written, "…") if written else text
        return text

    def database(self) -> Any:
        """A database handle of the driver.

        Raises:
            EngineError: the driver is not installed.
        """
        try:
            package = importlib.import_module(self.module)
        except ImportError:
            raise EngineError(
                f"{self.where} needs a driver that is not installed: pip install 'finops-tui[{self.extra}]'"
            ) from None
        options = dict(self.options)
        if self.extra == "bigquery":
            return package.connect(options)
        return package.connect(options.pop("uri"), db_kwargs=options)


def driver(url: str) -> Driver:
    """The driver of a URL.

    Raises:
        EngineError: the URL names no table, holds a secret, or has a word that is not known.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    words = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if parts.password is not None or "token=" in parts.path.lower():
        raise EngineError(
            f"{scheme}://: a secret in a URL would be remembered and shown; put it in the variable {TOKEN}"
        )
    made = {"sc": _spark, "snowflake": _snowflake, "bigquery": _bigquery}.get(scheme, _flight)
    return made(url, words)


def _spark(url: str, words: dict[str, str]) -> Driver:
    """Spark Connect: Apache Spark, Databricks, Sail."""
    parts = urlsplit(url)
    _only(url, words, {"table", "path", "format"})
    options = {"uri": url.partition("?")[0]}
    token = os.environ.get(TOKEN)
    if token is None and (parts.hostname or "").endswith(_DATABRICKS):
        token = os.environ.get("DATABRICKS_TOKEN")
    if token:
        options["adbc.spark.token"] = token
    if words.get("path"):
        kind = words.get("format", _FORMATS[0]).lower()
        if kind not in _FORMATS:
            raise EngineError(f"{clean(url)}: format is one of {', '.join(_FORMATS)}")
        table: tuple[str, ...] = (kind, words["path"])
    else:
        table = _table(url, words)
    where = clean(f"sc://{parts.netloc}/{'.'.join(table)}")
    # Spark knows the first statement; an engine that knows none is asked what it keeps to.
    utc = ("SET TIME ZONE 'UTC'",)
    return Driver(
        "adbc_driver_spark", "spark", "spark", options, table, where, utc, "select current_timezone()"
    )


def _flight(url: str, words: dict[str, str]) -> Driver:
    """Arrow Flight SQL: whose SQL is read has to be said."""
    _only(url, words, {"table", "path", "format", "dialect"})
    dialect = words.get("dialect", "").lower()
    options = {"uri": url.partition("?")[0]}
    if token := os.environ.get(TOKEN, ""):
        options["adbc.flight.sql.authorization_header"] = f"Bearer {token}"
    table = ("parquet", words["path"]) if words.get("path") else _table(url, words)
    where = clean(f"{url.partition('?')[0]}/{'.'.join(table)}")
    made: Driver | None = None
    module, extra = "adbc_driver_flightsql", "flightsql"
    if dialect == "duckdb":
        made = Driver(module, extra, "duckdb", options, table, where, ("SET TimeZone = 'UTC'",))
    elif dialect == "spark":
        made = Driver(module, extra, "spark", options, table, where, (), "select current_timezone()")
    elif dialect == "trino":
        made = Driver(module, extra, "trino", options, table, where, ("SET TIME ZONE 'UTC'",))
    if made is not None:
        return replace(made, secret=token or "")
    raise EngineError(f"{clean(url)}: say whose SQL it reads: dialect={'|'.join(_FLIGHT)}")


def _snowflake(url: str, words: dict[str, str]) -> Driver:
    """Snowflake: `snowflake://user@account/database/schema?warehouse=…&table=…`."""
    table = _table(url, words)
    rest = "&".join(f"{quote(k)}={quote(v)}" for k, v in words.items() if k != "table")
    user, at, place = url.partition("?")[0].partition("://")[2].partition("@")
    secret = os.environ.get(TOKEN, "")
    if secret and at:  # the driver takes it nowhere else
        user = f"{user}:{quote(secret, safe='')}"
    options = {"uri": f"{user}{at}{place}" + (f"?{rest}" if rest else "")}
    where = clean(f"snowflake://{urlsplit(url).hostname or ''}/{'.'.join(table)}")
    utc = ("alter session set timezone = 'UTC'",)
    module, name = "adbc_driver_snowflake", "snowflake"
    return Driver(module, name, "snowflake", options, table, where, utc, secret=secret)


def _bigquery(url: str, words: dict[str, str]) -> Driver:
    """BigQuery: `bigquery://project/dataset?table=…`, with the application's default credentials."""
    parts = urlsplit(url)
    _only(url, words, {"table"})
    dataset = unquote(parts.path.strip("/"))
    table = (parts.netloc, dataset, *_table(url, words))
    if not parts.netloc or not dataset or len(table) != 3:
        raise EngineError(f"{clean(url)}: write bigquery://project/dataset?table=name")
    options = {"adbc.bigquery.sql.project_id": parts.netloc, "adbc.bigquery.sql.dataset_id": dataset}
    return Driver(
        "adbc_driver_bigquery", "bigquery", "bigquery", options, table, clean(f"bigquery://{'.'.join(table)}")
    )


def _table(url: str, words: dict[str, str]) -> tuple[str, ...]:
    parts = tuple(words.get("table", "").split("."))
    if not all(parts):
        raise EngineError(f"{clean(url)}: name the table, as in ?table=lake.focus")
    return parts


def _only(url: str, words: dict[str, str], known: set[str]) -> None:
    if unknown := sorted(set(words) - known):
        raise EngineError(
            f"{clean(url)}: {clean(unknown[0])!r} is no word of it; there are {', '.join(sorted(known))}"
        )
