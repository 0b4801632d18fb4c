"""Parquet files in which nothing is odd: seen by their numbers and times alone, read whole only once.

Most Parquet exports have numbers as numbers and times as times. One pass over those columns shows that
every record can be taken as it is; the file then needs no copy as text, no second look and no repair.
Whatever this pass cannot vouch for is read as text, like a CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Incoming
    from finops_tui.sources.reading import Scan

_WHOLE: Final = frozenset((
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
))  # fmt: skip
_ZONED: Final = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")

_SURVEY_SQL: Final = """
SELECT count(*), count(*) FILTER ({odd}), greatest({need}), CAST(greatest({large}) AS DECIMAL(38, 0)),
    list(DISTINCT CAST(date_trunc('month', {period}) AS DATE))
FROM {scan}"""

_DOUBLE_NEED: Final = """CASE WHEN {0} IS NULL OR {1} THEN 10 WHEN abs({0}) >= 0.01 THEN 18
    ELSE decimals(CAST({0} AS VARCHAR)) END"""
"""A double has 17 digits at most: no more than 18 decimals from a hundredth upwards."""

_DOUBLE_SHORT: Final = (
    "CASE WHEN abs({0}) < 99999 THEN CAST(CAST({0} AS DECIMAL(15, 10)) AS DOUBLE) = {0} ELSE false END"
)
"""A decimal of at most 15 digits that gives the same double is the shortest text of it, or equals it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A file that can be taken as it is.

    Attributes:
        scan: The file.
        bill: What it is; the number of the file in it may change until it is mapped.
        rows: Its records.
        need: Decimals its money needs at most.
        large: The largest sum of one of its columns of money, in whole units.
        months: Months its billing periods start in.
        look: The file's inode, size and time of change.
        filled: The columns of money that have a value.
    """

    scan: Scan
    bill: Incoming
    rows: int
    need: int
    large: int
    months: frozenset[date]
    look: tuple[int, int, int]
    filled: frozenset[str]

    def changed(self, path: Path) -> bool:
        """Whether a file is another than the one that was surveyed."""
        return look(path) != self.look


@dataclass(frozen=True, slots=True)
class _Money:
    """SQL over a column of money: whether it is odd, decimals needed, and the exact amount at a scale."""

    odd: str
    need: str
    amount: Callable[[int], str]


def look(path: Path) -> tuple[int, int, int]:
    """What tells a file from another version of it; zeros if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return status.st_ino, status.st_size, status.st_mtime_ns


def survey(connection: DuckDBPyConnection, path: Path, scan: Scan, bill: Incoming) -> Survey | None:
    """Look at the money and the times of a Parquet file; nothing if any of it needs a second look.

    Args:
        connection: With the macros.
        path: The file.
        scan: The same, as DuckDB reads it.
        bill: What it is.

    Raises:
        duckdb.Error: the file cannot be read.
    """
    seen = look(path)
    columns, found = bill.place.columns, bill.found
    typed = {*found.money, *found.times}
    if typed & {*bill.place.constants, *bill.place.packed} or found.times[2] not in columns:
        return None
    if any(len(columns.get(name, ())) > 1 for name in (*typed, *found.quantities)):
        return None
    filled = _filled(connection, scan, bill)
    amounts = [_money(scan, columns[name][0]) for name in filled]
    times = [_odd_time(scan, columns[name][0]) for name in found.times if name in columns]
    if None in amounts or None in times:
        return None
    odd = [*(one.odd for one in amounts if one), *(text for text in times if text)]
    odd.append(f"{moment(scan, bill, found.times[2])} IS NULL")
    if found.currency is not None and found.currency in columns:
        (*_, at) = columns[found.currency]
        odd.append(f"given({scan.columns[at]}) IS NULL")
    statement = _SURVEY_SQL.format(
        odd=" OR ".join(f"({test})" for test in odd),
        need=", ".join(["0", *(f"max({one.need})" for one in amounts if one)]),
        large=", ".join(["0", *_larges(scan, bill, filled)]),
        period=period(scan, bill),
        scan=scan.sql,
    )
    rows, strange, need, large, months = connection.execute(statement, scan.values).fetchone() or (0,) * 5
    if strange:
        return None
    return Survey(
        scan, bill, rows, need or 0, int(large or 0), frozenset(months or ()), seen, frozenset(filled)
    )


def _filled(connection: DuckDBPyConnection, scan: Scan, bill: Incoming) -> list[str]:
    """The columns of money that have a value at all: many exports have a dozen that never do."""
    present = [name for name in bill.found.money if name in bill.place.columns]
    counts = ", ".join(f"count({scan.plain[bill.place.columns[name][0]]})" for name in present)
    statement = f"SELECT {counts or 0} FROM {scan.sql}"  # noqa: S608  (fixed names)
    row = connection.execute(statement, scan.values).fetchone() or ()
    return [name for name, count in zip(present, row, strict=False) if count]


def _larges(scan: Scan, bill: Incoming, filled: Iterable[str]) -> Iterable[str]:
    for name in filled:
        yield f"coalesce(sum(abs({amount(scan, bill, name, 6, rounded=True)})), 0)"


def amount(scan: Scan, bill: Incoming, name: str, scale: int, *, rounded: bool = False) -> str:
    """A column of money as an exact DECIMAL(38, scale); `rounded` says that its last digits do not matter."""
    at = bill.place.columns.get(name, ())
    found = _money(scan, at[0]) if at else None
    if found is None:
        return f"CAST(NULL AS DECIMAL(38, {scale}))"
    if rounded and scan.kinds[at[0]] == "DOUBLE":
        # Out of range counts as odd anyway, but the cast would fail before that is known.
        column = scan.plain[at[0]]
        return f"CASE WHEN abs({column}) < 1e20 THEN CAST({column} AS DECIMAL(38, {scale})) END"
    if rounded:
        return f"TRY_CAST({scan.plain[at[0]]} AS DECIMAL(38, {scale}))"
    return found.amount(scale)


def _money(scan: Scan, at: int) -> _Money | None:
    column, kind = scan.plain[at], scan.kinds[at]
    if kind == "DOUBLE":
        short = _DOUBLE_SHORT.format(column)
        text = f"CAST({column} AS VARCHAR)"
        return _Money(
            f"NOT abs({column}) < 1e15",  # so is not a number, and what is written with a large exponent
            _DOUBLE_NEED.format(column, short),
            lambda scale: (
                f"CASE WHEN {short} THEN CAST(CAST({column} AS DECIMAL(15, 10)) AS DECIMAL(38, {scale}))"
                f" ELSE CAST({text} AS DECIMAL(38, {scale})) END"
            ),
        )
    plain: Callable[[int], str] = lambda scale: f"CAST({column} AS DECIMAL(38, {scale}))"  # noqa: E731
    large = f"abs({column}) >= CAST('1e20' AS DECIMAL(38, 0))"
    if kind.startswith("DECIMAL("):
        whole, scale = (int(digits) for digits in kind[len("DECIMAL(") : -1].split(","))
        need = str(scale) if scale <= 10 else f"coalesce(decimals(CAST({column} AS VARCHAR)), 0)"
        return _Money(large if whole - scale > 20 else "false", need, plain)
    if kind in _WHOLE:
        return _Money(large if "HUGE" in kind else "false", "0", plain)
    if kind == "VARCHAR":
        text = f"given({column})"
        return _Money(
            f"odd_amount({text})", f"decimals({text})", lambda scale: f"CAST({text} AS DECIMAL(38, {scale}))"
        )
    return None


def moment(scan: Scan, bill: Incoming, name: str) -> str:
    """A column of times as a TIMESTAMP in UTC."""
    at = bill.place.columns.get(name, ())
    if not at:
        return "CAST(NULL AS TIMESTAMP)"
    column, kind = scan.plain[at[0]], scan.kinds[at[0]]
    if kind.startswith(_ZONED):
        return f"CAST(CAST({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"
    return f"TRY_CAST({f'given({column})' if kind == 'VARCHAR' else column} AS TIMESTAMP)"


def period(scan: Scan, bill: Incoming) -> str:
    """The start of the billing period, as mappings see it."""
    start, _, charge, *_ = bill.found.times
    return f"period_start({moment(scan, bill, start)}, {moment(scan, bill, charge)})"


def _odd_time(scan: Scan, at: int) -> str | None:
    column, kind = scan.plain[at], scan.kinds[at]
    if kind == "VARCHAR":
        return f"odd_time(given({column}))"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        low, high = (f"CAST('{year}-01-02' AS {kind})" for year in (1990, 2199))
        return f"NOT ({column} >= {low} AND {column} < {high})"
    return None
