"""An engine's answer as a table of this process: texts, days, exact amounts, whatever way it came here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.engines.base import EngineError
from finops_tui.engines.rollup import Day, Moment

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.engines.base import Batches, Measure, Table
    from finops_tui.engines.rollup import Rollup

_NANOS: Final = 1_000_000_000
_STREAM: Final = "lake_answer"


def take(
    connection: DuckDBPyConnection,
    batches: Batches,
    table: Table,
    rollup: Rollup,
    name: str,
    *,
    most: int | None = None,
) -> int:
    """Read an answer into a table with the columns `d0` …, `m0` …, `n`.

    Args:
        connection: An in-process database whose time zone is UTC (`connected`).
        batches: The answer; columns are taken by their place, as engines spell names in their own way.
        table: The table that was asked.
        rollup: The question.
        name: The table that is made: a word of the program, never of the data.
        most: Rows that are read at most; the rest is not waited for.

    Returns:
        How many rows it has.

    Raises:
        EngineError: the answer has other columns than the question.
        duckdb.Error: the stream broke.
    """
    measures = [table.measures[one] for one in rollup.measures]
    width = len(rollup.dims) + len(measures) + 1
    source = _source(connection, batches)
    own = [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    if len(own) != width:
        raise EngineError(f"the engine answered {len(own)} columns where {width} were asked for")
    columns = [_quoted(one) for one in own]
    exact = [
        f"{_typed(column, dim)} AS d{n}"
        for n, (column, dim) in enumerate(zip(columns, rollup.dims, strict=False))
    ]
    sums = zip(columns[len(rollup.dims) :], measures, strict=False)
    exact += [f"{_exact(column, measure)} AS m{n}" for n, (column, measure) in enumerate(sums)]
    exact.append(f"CAST({columns[-1]} AS BIGINT) AS n")
    limit = "" if most is None else f" LIMIT {most:d}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {', '.join(exact)} FROM {source}{limit}"
    )
    if batches.kind == "arrow":
        connection.unregister(_STREAM)
    row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    return int(row[0]) if row else 0


def connected(memory: str = "1GB", threads: int = 2, spill: Path | None = None) -> DuckDBPyConnection:
    """A database in this process, for answers; in UTC, and with a bound on its memory."""
    import duckdb

    connection = duckdb.connect(
        config={"memory_limit": memory, "threads": threads, "autoinstall_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    if spill is not None:
        connection.execute(f"SET temp_directory = {_literal(str(spill))}")
    return connection


def whole(stream: object, sql: str = "FROM answered") -> list[tuple[object, ...]]:
    """A small answer, or what is asked of it.

    Args:
        stream: The answer, as Arrow.
        sql: A statement of the program's own over `answered`.

    Raises:
        duckdb.Error: the stream broke.
    """
    connection = connected()
    try:
        connection.register("answered", stream)
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def _source(connection: DuckDBPyConnection, batches: Batches) -> str:
    """What an answer is read from, as DuckDB has it in FROM."""
    if batches.kind == "arrow":
        connection.register(_STREAM, batches.source)
        return _STREAM
    files = batches.source if isinstance(batches.source, tuple) else ()
    paths = ", ".join(_literal(str(path)) for path in files)
    if batches.kind == "parquet":
        return f"read_parquet([{paths}])"
    return (
        f"read_csv([{paths}], header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"',"
        " nullstr = '', allow_quoted_nulls = false, max_line_size = 16777216)"
    )


def _typed(column: str, dim: object) -> str:
    if isinstance(dim, Day):
        return f"CAST({column} AS DATE)"
    if isinstance(dim, Moment):
        return f"CAST({column} AS TIMESTAMP)"
    return f"CAST({column} AS VARCHAR)"


def _exact(column: str, measure: Measure) -> str:
    """A sum as DECIMAL; whole billionths are divided without leaving whole numbers."""
    if measure.scale is not None:
        return f"CAST({column} AS DECIMAL(38, {measure.scale}))"
    whole = f"CAST({column} AS HUGEINT)"
    rest = f"CAST({whole} % {_NANOS} AS DECIMAL(10, 0)) * CAST('0.000000001' AS DECIMAL(9, 9))"
    return f"CAST(CAST({whole} // {_NANOS} AS DECIMAL(38, 9)) + {rest} AS DECIMAL(38, 9))"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
