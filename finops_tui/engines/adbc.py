"""Engines with an ADBC driver: Spark Connect (Apache Spark, Databricks, Sail), Flight SQL, Snowflake, BigQuery.

One connection per question: to cancel and to close it is what makes a server let go of the work. The answer is an
Arrow stream that DuckDB reads as it comes; no other client is needed.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from finops_tui.engines import answer, dialects, schema
from finops_tui.engines.adbc_drivers import driver
from finops_tui.engines.asking import SqlEngine
from finops_tui.engines.base import Batches, EngineError, EngineStoppedError
from finops_tui.engines.watching import watched
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from finops_tui.engines.adbc_drivers import Driver
    from finops_tui.engines.base import Dialect, Table, Told
    from finops_tui.engines.rollup import Rollup

_UTC: Final = frozenset(("utc", "etc/utc", "z", "gmt", "etc/gmt", "+00:00", "universal", "zulu", "uct"))
_LONGEST: Final = 400
"""Characters of an engine's own words that are shown."""


class AdbcEngine(SqlEngine):
    """A table behind an ADBC driver."""

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
                rows = answer.whole(stream, "DESCRIBE answered")
            self._table = schema.table_of(self._driver.table, {str(row[0]): str(row[1]) for row in rows})
        return self._table

    @contextmanager
    def run(
        self, rollup: Rollup, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> Iterator[Batches]:
        """Ask; the answer is a stream for as long as the context lasts."""
        sql = dialects.render(self.dialect, self.describe(), rollup)
        with self._asked(sql, stop, progress) as stream:
            yield Batches("arrow", stream)

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
            try:
                return answer.whole(stream)
            except duckdb.Error as error:
                raise EngineError(f"{self.where}: {_words(error)}") from error


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
        rows = answer.whole(stream)
    return rows[0][0] if rows else None


def _words(error: Exception) -> str:
    """What an engine said, on one line, as a message may show it."""
    text = clean(" ".join(str(error).split()).removeprefix("INTERNAL: "))
    text = text.replace("[Spark] ", "").partition(" Vendor code:")[0]
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
