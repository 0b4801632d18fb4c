"""Records into raw tables: every value as text, by our own header, one file at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from finops_tui.sources.model import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.headers import Header
    from finops_tui.sources.kinds import Incoming

_Result = TypeVar("_Result")

REJECTS: Final = "rejected"

LONGEST_RECORD: Final = 2_097_152
"""Bytes of a record; DuckDB's own limit."""

_DAMAGED: Final = {
    "LINE SIZE OVER MAXIMUM": "a record is too long: more than 2 MiB",
    "INVALID ENCODING": "not UTF-8",
    "INVALID STATE": "a quote is not doubled, or never closes",
}
"""Errors of DuckDB's reader that leave the rest of the file in doubt."""

DAMAGED_PARQUET: Final = "unreadable: damaged, cut off or encrypted Parquet"

_SHAPES: Final = {
    "MISSING COLUMNS": "too few columns", "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "text after a closing quote",
}  # fmt: skip

_ONE_SQL: Final = "INSERT INTO {table} BY NAME SELECT {columns} FROM {scan}"

_CSV_SQL: Final = """read_csv($path, columns = {{{names}}}, auto_detect = false, header = true,
    delim = $delimiter, quote = '"', escape = '"', strict_mode = true, null_padding = false,
    compression = $compression, store_rejects = true, rejects_table = 'rejected',
    rejects_scan = 'rejected_scan', rejects_limit = 0, max_line_size = 2097152, parallel = false)"""

_PARQUET_SQL: Final = "read_parquet($path, binary_as_string = true, file_row_number = true)"

_DESCRIBE_SQL: Final = "DESCRIBE FROM read_parquet($path, binary_as_string = true)"


@dataclass(frozen=True, slots=True)
class Scan:
    """A file, or one csv of a zip, as a FROM clause.

    Attributes:
        sql: The table function.
        values: Its bound values.
        columns: The columns of the file in their order, each as an expression that is text.
        record: Expression of the record's number, from 1.
        plain: The columns as they are, of a Parquet file.
        kinds: Their types.
    """

    sql: str
    values: dict[str, object]
    columns: tuple[str, ...]
    record: str
    plain: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A record whose shape is not the header's: where it starts in the file, why, and its text."""

    offset: int
    reason: str
    raw: str


def csv_scan(path: Path, header: Header, compression: str) -> Scan:
    """A CSV with a fixed dialect; nothing is sniffed, nothing runs in parallel.

    In parallel DuckDB looks for record starts in the middle of a file, which quoted line ends can
    mislead; unpacking is what takes the time anyway.
    """
    names = [f"c{position}" for position in range(len(header.names))]
    sql = _CSV_SQL.format(names=", ".join(f"'{name}': 'VARCHAR'" for name in names))
    values: dict[str, object] = {"path": str(path), "delimiter": header.delimiter, "compression": compression}
    return Scan(sql, values, tuple(names), "row_number() OVER ()")


def parquet_scan(
    connection: DuckDBPyConnection, path: Path, *, nested: bool = False
) -> tuple[Scan, tuple[str, ...]]:
    """A Parquet file, its columns taken as text, and their names.

    Args:
        connection: Reads the file's schema.
        path: The file.
        nested: Give the fields of STRUCT columns as columns by their path, instead of as one.

    Raises:
        duckdb.Error: the file cannot be read.
    """
    values: dict[str, object] = {"path": str(path)}
    described = connection.execute(_DESCRIBE_SQL, values).fetchall()
    columns = [(name, _quoted(name), kind) for name, kind, *_ in described]
    while nested and any(kind.startswith("STRUCT(") and not kind.endswith("]") for *_, kind in columns):
        columns = [field for column in columns for field in _fields(connection, *column, values)]
    names, sources, kinds = (tuple(parts) for parts in zip(*columns, strict=True))
    plain = tuple(f"c{position}" for position in range(len(names)))
    given = ", ".join(map("{} AS {}".format, sources, plain))
    sql = f"(SELECT file_row_number, {given} FROM {_PARQUET_SQL})"  # noqa: S608  (quoted here)
    return Scan(sql, values, tuple(map(_as_text, plain, kinds)), "file_row_number + 1", plain, kinds), names


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _fields(
    connection: DuckDBPyConnection, name: str, quoted: str, kind: str, values: dict[str, object]
) -> list[tuple[str, str, str]]:
    """The fields of a STRUCT column, or the column itself if it is none: name, expression, type."""
    if not kind.startswith("STRUCT(") or kind.endswith("]"):
        return [(name, quoted, kind)]
    unpacked = f"DESCRIBE SELECT unnest({quoted}) FROM {_PARQUET_SQL}"  # noqa: S608  (quoted here)
    inner = connection.execute(unpacked, values).fetchall()
    return [(f"{name}.{key}", f"struct_extract({quoted}, {_literal(key)})", what) for key, what, *_ in inner]


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _as_text(quoted: str, kind: str) -> str:
    """A Parquet column as text: times in UTC, doubles at their shortest, nested values as JSON."""
    if kind.startswith(("MAP", "STRUCT")) or kind.endswith("]"):
        return f"CAST(to_json({quoted}) AS VARCHAR)"
    if kind in {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS", "TIMESTAMP_NS WITH TIME ZONE"}:
        return f"CAST(CAST({quoted} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS VARCHAR)"
    if kind.startswith("TIMESTAMP"):
        return f"CAST(CAST({quoted} AS TIMESTAMP) AS VARCHAR)"
    return quoted if kind == "VARCHAR" else f"CAST({quoted} AS VARCHAR)"


def insert(connection: DuckDBPyConnection, scan: Scan, bill: Incoming) -> tuple[int, tuple[Reject, ...]]:
    """Read a text into its raw table.

    Args:
        connection: With the raw tables and the macros.
        scan: The text.
        bill: What it is.

    Returns:
        Records read, and those whose shape was wrong.

    Raises:
        duckdb.Error: DuckDB cannot read the file.
        ShapeError: an error that leaves the rest of the file in doubt.
    """
    values: dict[str, object] = {**scan.values, "file": bill.file, "before": bill.before}
    columns = [f'{text} AS "{name}"' for name, text in texts(scan, bill, values).items()]
    columns += ["$file AS file", f"$before + {scan.record} AS record"]
    statement = _ONE_SQL.format(table=bill.found.raw, columns=", ".join(columns), scan=scan.sql)
    try:
        (inserted,) = connection.execute(statement, values).fetchone() or (0,)
        return inserted, _rejects(connection)
    finally:
        drop_rejects(connection)


def texts(scan: Scan, bill: Incoming, values: dict[str, object]) -> dict[str, str]:
    """What a file says in each column of its raw table, as expressions over its scan.

    Args:
        scan: The file.
        bill: What it is.
        values: Where the values are put that the expressions bind.
    """
    place = bill.place
    columns = {
        name: f"coalesce({', '.join(f'given({scan.columns[at]})' for at in positions)})"
        if len(positions) > 1
        else f"given({scan.columns[positions[0]]})"
        for name, positions in place.columns.items()
        if name not in place.packed
    }
    for name, keys in place.packed.items():
        whole = [f"given({scan.columns[at]})" for at in place.columns.get(name, ())]
        columns[name] = f"coalesce({', '.join((*whole, _json(scan, keys, values, name)))})"
    for number, (name, value) in enumerate(place.constants.items()):
        values[f"constant_{number}"] = value
        columns[name] = f"$constant_{number}"
    if place.extra:
        columns["Extra"] = _map(scan, place.extra, values, "x")
    return columns


def _map(scan: Scan, keys: Sequence[tuple[str, int]], values: dict[str, object], prefix: str) -> str:
    """A map of the columns that have a value; keys are bound, as headers are data too."""
    entries = []
    seen = set()
    for key, position in keys:
        if key in seen:
            continue
        seen.add(key)
        name = f"{prefix}_{position}"
        values[name] = key
        entries.append(f"{{'k': ${name}, 'v': given({scan.columns[position]})}}")
    return f"map_from_entries(list_filter([{', '.join(entries)}], lambda e: e.v IS NOT NULL))"


def _json(scan: Scan, keys: Sequence[tuple[str, int]], values: dict[str, object], prefix: str) -> str:
    """The text of a JSON object of the columns that have a value; half the time of a map made text."""
    entries = []
    for key, position in keys:
        name = f"{prefix}_{position}"
        values[name] = f"{json.dumps(key, ensure_ascii=False)}:"
        entries.append(f"${name} || to_json(given({scan.columns[position]}))")
    return f"'{{' || concat_ws(',', {', '.join(entries)}) || '}}'"


class ShapeError(Exception):
    """DuckDB's reader met something that leaves the rest of a file in doubt; the message says what."""


def _rejects(connection: DuckDBPyConnection) -> tuple[Reject, ...]:
    """The records that DuckDB's reader left out, each once."""
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'rejected'"
    ).fetchone()
    if not exists or not exists[0]:
        return ()
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT line_byte_position, min(CAST(error_type AS VARCHAR)), min(csv_line) FROM rejected"
        " GROUP BY line_byte_position ORDER BY line_byte_position"
    ).fetchall()
    for _, kind, _ in rows:
        if kind in _DAMAGED:
            raise ShapeError(_DAMAGED[kind])
    return tuple(Reject(offset, _SHAPES.get(kind, kind.lower()), raw or "") for offset, kind, raw in rows)


def reading(path: Path, work: Callable[[], _Result]) -> _Result:
    """Run what reads a file; DuckDB's words about the file become a reason of ours.

    Raises:
        SourceError: the file cannot be read.
        duckdb.InterruptException: the load is cancelled.
        duckdb.OutOfMemoryException: this machine cannot; no fault of the file.
    """
    try:
        return work()
    except ShapeError as error:
        raise SourceError(path, str(error)) from error
    except (duckdb.InterruptException, duckdb.OutOfMemoryException, duckdb.CatalogException):
        raise
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) and "No space left" in str(error):
            raise
        raise SourceError(path, _reason(str(error))) from error


def _reason(words: str) -> str:
    """Why DuckDB could not read a file; none of its contents."""
    if "maximum_line_size" in words.lower() or "line size" in words.lower():
        return _DAMAGED["LINE SIZE OVER MAXIMUM"]
    if "parquet" in words.lower():
        return DAMAGED_PARQUET
    return "unreadable: its quotes or line ends do not add up"


def parquet_rows(connection: DuckDBPyConnection, path: Path) -> int:
    """Rows that a Parquet file's own metadata promises."""
    row = connection.execute("SELECT num_rows FROM parquet_file_metadata($1)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


def raw_record(scan: Scan, delimiter: str) -> str:
    """An expression of a record as CSV text, quoted where it must be."""
    mark = delimiter.replace("'", "''").replace("\t", "\\t")
    mark = f"E'{mark}'" if delimiter == "\t" else f"'{mark}'"
    return (
        f"array_to_string(list_transform([{', '.join(scan.columns)}], lambda v:"
        f" CASE WHEN contains(v, {mark}) OR contains(v, '\"') OR contains(v, chr(10)) OR contains(v, chr(13))"
        f" THEN '\"' || replace(v, '\"', '\"\"') || '\"' ELSE coalesce(v, '') END), {mark})"
    )


def drop_rejects(connection: DuckDBPyConnection) -> None:
    """Forget what DuckDB's reader left out of the last file."""
    for table in (REJECTS, f"{REJECTS}_scan"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
