"""The process that runs one statement of the SQL console; `console` starts it and reads its answer."""

from __future__ import annotations

import io
import json
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MAPPED: Final = 3
"""Times the memory DuckDB may use that the process may map: code, threads and the answer come on top."""

_FILE: Final = 4 << 30
"""Bytes that one file of spilled rows may have."""


def main() -> None:
    """Read the request from standard input, and write the answer to standard output."""
    request = json.load(sys.stdin.buffer)
    signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 1)  # no handler: the process ends
    with tempfile.TemporaryDirectory(prefix="finops-tui-sql-") as folder:
        told: dict[str, bool | str]
        body = b""
        try:
            more, body = _answer(request, Path(folder))
            told = {"more": more}
        except RefusedError as error:
            told = {"error": str(error)}
        except MemoryError:
            told = {"error": "stopped: it ran out of memory"}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


class RefusedError(Exception):
    """The statement is not run, or failed; the message says why."""


def _answer(request: dict[str, Any], folder: Path) -> tuple[bool, bytes]:
    import duckdb
    import polars as pl

    from finops_tui.manifest import StoreError

    try:
        connection = _open(Path(request["root"]), folder, request["memory"])
    except StoreError as error:
        raise RefusedError(str(error)) from error
    _limit(request["memory"])
    rows = int(request["rows"])
    try:
        _check(connection, request["sql"])
        relation = connection.sql(request["sql"])
        if relation is None:
            raise RefusedError("only a SELECT gives an answer")
        frame = pl.DataFrame(relation.limit(rows + 1))
        buffer = io.BytesIO()
        frame.head(rows).write_ipc(buffer)
    except duckdb.OutOfMemoryException as error:
        raise RefusedError("stopped: it ran out of memory") from error
    except duckdb.Error as error:
        raise RefusedError(_words(str(error), folder, request["root"])) from error
    except pl.exceptions.PolarsError as error:
        raise RefusedError(f"the answer cannot be shown: {error}; cast it to VARCHAR") from error
    return frame.height > rows, buffer.getvalue()


def _words(error: str, folder: Path, root: str) -> str:
    """DuckDB's words, without folders of this machine."""
    return error.replace(str(folder), "…").replace(root, "…")


def _open(root: Path, folder: Path, memory: int) -> DuckDBPyConnection:
    """The store's current generation, read-only, as the view `focus`; then everything else is locked."""
    from finops_tui import engine, generations
    from finops_tui.attached import Shelf
    from finops_tui.queries import focus_table

    engine.raise_descriptor_limit()
    shelf = Shelf(root, scratch=folder, memory=f"{memory >> 20}MiB", locked=False)
    shelf.go_to(generations.read(root))
    _, connection = shelf.hold()
    connection.execute(focus_table.create(shelf.current.catalog))
    connection.execute("SET lock_configuration = true")
    return connection


def _check(connection: DuckDBPyConnection, sql: str) -> None:
    """One statement, and a SELECT: anything else may write, attach, or change the settings."""
    import duckdb

    try:
        statements = connection.extract_statements(sql)
        kinds = [statement.type for statement in statements]
    except ValueError as error:  # a kind that the Python client has no name for
        raise RefusedError("only a SELECT is run here") from error
    if len(kinds) != 1:
        raise RefusedError("one statement at a time" if kinds else "there is no statement")
    if kinds[0] != duckdb.StatementType.SELECT:
        raise RefusedError("only a SELECT is run here")


def _limit(memory: int) -> None:
    """Bound what this process may take from the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (memory * _MAPPED, memory * _MAPPED))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE, _FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
