"""Parquet files on this machine as a lake, asked by DuckDB: `lake:///srv/focus/**/*.parquet`.

For a bill too large to be taken whole, and the reference that every other engine is held to.
"""

from __future__ import annotations

import glob
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from finops_tui.engines import answer, dialects, schema
from finops_tui.engines.asking import SqlEngine
from finops_tui.engines.base import Batches, EngineError, EngineStoppedError
from finops_tui.engines.watching import watched
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

    from finops_tui.engines.base import Dialect, Table, Told
    from finops_tui.engines.rollup import Rollup

SCHEME: Final = "lake"
_VIEW: Final = "lake"


class LocalEngine(SqlEngine):
    """DuckDB over Parquet files."""

    dialect: Dialect = "duckdb"

    def __init__(self, pattern: str) -> None:
        self.where = clean(f"lake://{pattern}")
        self._pattern = pattern
        self._table: Table | None = None

    def describe(self) -> Table:
        """The table; its columns are those of all files."""
        if self._table is None:
            connection = self._connected()
            try:
                rows = connection.execute(f"DESCRIBE {_VIEW}").fetchall()
            finally:
                connection.close()
            self._table = schema.table_of((_VIEW,), {str(row[0]): str(row[1]) for row in rows})
        return self._table

    @contextmanager
    def run(
        self, rollup: Rollup, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> Iterator[Batches]:
        """Ask; the answer is a Parquet file for as long as the context lasts."""
        sql = dialects.render(self.dialect, self.describe(), rollup)
        with tempfile.TemporaryDirectory(prefix="finops-tui-lake-") as folder:
            path = Path(folder) / "answer.parquet"
            self._do(f"COPY ({sql}) TO '{path}' (FORMAT parquet)", stop, progress)
            yield Batches("parquet", (path,))

    def _connected(self) -> DuckDBPyConnection:
        import duckdb

        connection = answer.connected()
        files = self._pattern.replace("'", "''")
        try:
            connection.execute(
                f"CREATE VIEW {_VIEW} AS SELECT * FROM read_parquet('{files}', hive_partitioning = true,"
                " hive_types_autocast = false, union_by_name = true)"
            )
        except duckdb.Error as error:
            connection.close()
            raise EngineError(_words(error)) from error
        return connection

    def _do(
        self, sql: str, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> list[tuple[object, ...]]:
        import duckdb

        connection = self._connected()
        try:
            with watched(stop, connection.interrupt, progress):
                return connection.execute(sql).fetchall()
        except EngineStoppedError:
            raise
        except duckdb.Error as error:
            raise EngineError(_words(error)) from error
        finally:
            connection.close()

    def _rows(self, sql: str, stop: threading.Event) -> list[tuple[object, ...]]:
        return self._do(sql, stop)


def opened(url: str) -> LocalEngine:
    """The engine of a URL `lake:///folder` or `lake:///folder/**/*.parquet`.

    Raises:
        EngineError: there are no such files.
    """
    parts = urlsplit(url)
    path = str(Path(unquote(parts.netloc + parts.path)).expanduser())
    pattern = str(Path(path) / "**" / "*.parquet") if Path(path).is_dir() else path
    if parts.query or not path or not glob.glob(pattern, recursive=True):  # noqa: PTH207 - absolute, with **
        raise EngineError(f"{clean(url)}: no Parquet files there; write lake:///folder/**/*.parquet")
    return LocalEngine(pattern)


def _words(error: Exception) -> str:
    return f"DuckDB: {clean(str(error).splitlines()[0][:400])}"
