"""Engines with an ADBC driver: Spark Connect (Apache Spark, Databricks, Sail), Flight SQL, Snowflake, BigQuery.

One connection per question: to cancel and to close it is what makes a server let go of the work. The answer is an
Arrow stream that DuckDB reads as it comes; no other client is needed.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from finops_tui.engines import answer, dialects, schema
from finops_tui.engines.adbc_drivers import driver
from finops_tui.engines.base import Batches, EngineError, EngineStoppedError, LakePeriod
from finops_tui.engines.watching import watched
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from finops_tui.engines.adbc_drivers import Driver
    from finops_tui.engines.base import Dialect, Estimate, Table, Told
    from finops_tui.engines.rollup import Rollup

_UTC: Final = frozenset(("utc", "etc/utc", "z", "gmt", "etc/gmt", "+00:00", "universal", "zulu", "uct"))
_LONGEST: Final = 400
"""Characters of an engine's own words that are shown."""


class AdbcEngine:
    """A table behind an ADBC driver."""

    max_usd: Decimal | None = None

    def __init__(self, found: Driver) -> None:
        self._driver = found
        self.dialect: Dialect = found.dialect
        self.where = found.where
        self._table: Table | None = None

    def describe(self) -> Table:
        """The table, by the columns of an answer without rows."""
        if self._table is None:
            import threading

            part = dialects.table_name(self.dialect, self._driver.table)
            sql = f"select * from {part} limit 0"  # noqa: S608 - a quoted name
            with self._asked(sql, threading.Event()) as stream:
                connection = answer.connected()
                try:
                    connection.register("described", stream)
                    rows = connection.execute("DESCRIBE described").fetchall()
                finally:
                    connection.close()
            self._table = schema.table_of(self._driver.table, {str(row[0]): str(row[1]) for row in rows})
        return self._table

    def periods(self, stop: threading.Event) -> tuple[LakePeriod, ...]:
        """Billing periods; a stamp is made of rows, sums and a fingerprint of what lines say."""
        sql = dialects.render_periods(self.dialect, self.describe())
        return tuple(
            LakePeriod(str(row[0] or ""), hashlib.sha256(repr(row).encode()).hexdigest()[:32])
            for row in self._rows(sql, stop)
        )

    def tag_keys(self, period: str, stop: threading.Event) -> tuple[str, ...]:
        """Keys of tags, the most used first."""
        table = self.describe()
        counts: dict[str, int] = {}
        for column in table.maps:
            sql = dialects.render_tag_keys(self.dialect, table, column, period)
            for key, count in self._rows(sql, stop):
                counts[str(key)] = counts.get(str(key), 0) + int(str(count))
        return tuple(sorted(counts, key=lambda key: (-counts[key], key)))

    def estimate(self, rollup: Rollup) -> Estimate | None:  # noqa: ARG002 - no driver says
        """Not known: none of these engines says what a question will read."""
        return None

    @contextmanager
    def run(
        self, rollup: Rollup, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> Iterator[Batches]:
        """Ask; the answer is a stream for as long as the context lasts."""
        sql = dialects.render(self.dialect, self.describe(), rollup)
        with self._asked(sql, stop, progress) as stream:
            yield Batches("arrow", stream)

    def close(self) -> None:
        """Nothing is held between questions."""

    @contextmanager
    def _asked(
        self, sql: str, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> Iterator[Any]:
        """The stream of an answer, on a connection of its own.

        Raises:
            EngineError: the engine refused, or broke off.
            EngineStoppedError: `stop` was set.
        """
        from adbc_driver_manager import AdbcConnection, AdbcStatement, Error

        try:
            with (
                _closing(self._driver.database()) as database,
                _closing(AdbcConnection(database)) as connection,
            ):
                self._in_utc(connection)
                statement = AdbcStatement(connection)
                with _closing(statement), watched(stop, lambda: _cancel(statement), progress):
                    statement.set_sql_query(sql)
                    stream, _ = statement.execute_query()
                    yield stream
        except EngineStoppedError:
            raise
        except Error as error:
            raise EngineError(f"{self.where}: {self._driver.words(_words(error))}") from None

    def _in_utc(self, connection: Any) -> None:
        """Put a session in UTC: days are cut there.

        Raises:
            EngineError: it stays in another time zone.
        """
        from adbc_driver_manager import Error

        for sql in self._driver.utc:
            with suppress(Error):
                _first(connection, sql)
                return
        if self._driver.zone:
            zone = str(_first(connection, self._driver.zone))
            if zone.lower() not in _UTC:
                raise EngineError(
                    f"{self.where} works in the time zone {clean(zone)}, which this program cannot change: its days"
                    " would not be those of the bill; start it with TZ=UTC"
                )

    def _rows(self, sql: str, stop: threading.Event) -> list[tuple[object, ...]]:
        import duckdb

        with self._asked(sql, stop) as stream:
            connection = answer.connected()
            try:
                connection.register("answered", stream)
                return connection.execute("FROM answered").fetchall()
            except duckdb.Error as error:
                raise EngineError(f"{self.where}: {_words(error)}") from error
            finally:
                connection.close()


def opened(url: str) -> AdbcEngine:
    """The engine of a URL.

    Raises:
        EngineError: it is not written so, or the driver is not installed.
    """
    found = driver(url)
    try:
        import adbc_driver_manager  # noqa: F401 - whether it is there
    except ImportError:
        raise EngineError(
            f"{found.where} needs a driver that is not installed: pip install 'finops-tui[{found.extra}]'"
        ) from None
    return AdbcEngine(found)


@contextmanager
def _closing(handle: Any) -> Iterator[Any]:
    """Close a handle, however its use ended; what it says about that is of no interest any more."""
    from adbc_driver_manager import Error

    try:
        yield handle
    finally:
        with suppress(Error):
            handle.close()


def _cancel(statement: Any) -> None:
    from adbc_driver_manager import Error

    with suppress(Error):
        statement.cancel()


def _first(connection: Any, sql: str) -> object:
    """The first value of an answer, or nothing."""
    from adbc_driver_manager import AdbcStatement

    with _closing(AdbcStatement(connection)) as statement:
        statement.set_sql_query(sql)
        stream, _ = statement.execute_query()
        local = answer.connected()
        try:
            local.register("answered", stream)
            row = local.execute("FROM answered").fetchone()
        finally:
            local.close()
    return row[0] if row else None


def _words(error: Exception) -> str:
    """What an engine said, on one line, as a message may show it."""
    text = clean(" ".join(str(error).split()).removeprefix("INTERNAL: "))
    text = text.replace("[Spark] ", "").partition(" Vendor code:")[0]
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
