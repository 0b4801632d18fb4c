"""Segments read back from the disk and added up again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui import engine
from finops_tui import segment_sql as sql
from finops_tui.manifest import StoreError, plain
from finops_tui.queries.columns import MONEY
from finops_tui.queries.view import BASES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

CHARGES: Final = "(SELECT *, 1 AS n FROM unit.items)"
DAYS: Final = "unit.daily"
MONTHS: Final = "unit.monthly"

Sums = tuple[Decimal | None, ...]
"""One exact sum per column of `MONEY`; None where the bill gives no value."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a segment, counted and added up: by charge (`totals`) and by day (`daily`), as a manifest has it."""

    name: str
    totals: dict[str, dict[str, str]]
    daily: dict[str, dict[str, str]]
    charges: int
    lines: int
    quarantined: int
    first_day: date
    last_day: date


def examine(connection: DuckDBPyConnection, path: Path) -> Found:
    """Read a segment whole.

    Raises:
        duckdb.Error: it is damaged.
    """
    connection.execute(f"ATTACH {engine.quoted(path)} AS unit (READ_ONLY)")
    try:
        rows, totals = added_up(connection, CHARGES)
        _, daily = added_up(connection, DAYS)
        first_day, last_day, _, lines, quarantined = row(connection, sql.FACTS)
        (name,) = row(connection, sql.NAME)
    finally:
        connection.execute("DETACH unit")
    return Found(
        name,
        {code: written(sums) for code, sums in totals.items()},
        {code: written(sums) for code, sums in daily.items()},
        rows,
        lines,
        quarantined,
        first_day,
        last_day,
    )


def added_up(connection: DuckDBPyConnection, relation: str) -> tuple[int, dict[str, Sums]]:
    """How many charges a relation of the attached segment stands for, and their sums per currency."""
    rows = connection.execute(sql.fill(sql.READ_BACK, relation=relation)).fetchall()
    return sum(row[1] for row in rows), {row[0]: tuple(row[2:]) for row in rows}


def written(sums: Sums) -> dict[str, str]:
    """Sums as a manifest has them: basis to decimal string."""
    by_column = dict(zip(MONEY, sums, strict=True))
    amounts = {basis: by_column[column] for basis, column in BASES.items()}
    always = {"billed", "effective"}
    return {
        basis: plain(amount if amount is not None else Decimal(0))
        for basis, amount in amounts.items()
        if amount is not None or basis in always
    }


def row(connection: DuckDBPyConnection, text: str, values: object = None, **fixed: str) -> tuple[Any, ...]:
    """The one row of an answer; the text is of `segment_sql`, the values are bound."""
    found = connection.execute(sql.fill(text, **fixed), values).fetchone()
    if found is None:
        raise StoreError("a count came back empty")
    return tuple(found)
