"""Cutting what sources staged into segments: one DuckDB file per unit, attributes once per distinct line.

`staged` has every attribute on every charge. A segment keeps them in `lines`, numbered so that
neighbours resemble each other, and per charge only the number, the times, the quantities and the money
(`items`). `daily` is what screens add up: charges summed per line and day; where a line has about one
charge a day anyway it is a view of the charges, so that nothing is stored twice. `monthly` is the same over
the whole unit. How little of it needs to be written is `segment_layout`'s business.
"""

from __future__ import annotations

import hashlib
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finops_tui import disk, engine, segment_layout
from finops_tui import segment_sql as sql
from finops_tui.manifest import Entry, StoreError
from finops_tui.queries.columns import MONEY
from finops_tui.read_back import CHARGES, DAYS, MONTHS, added_up, row, written
from finops_tui.segment_plan import Unit, plan
from finops_tui.sources.scale import SCALES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Input

__all__ = ["Unit", "cut", "money_type", "plan"]

MONEY_TYPES: Final = tuple((18 if scale == 10 else 38, scale) for scale in SCALES)
"""Precision and scale of money in a segment, the narrowest first."""

SMALL: Final = 200_000
"""Below this many charges a segment gets small blocks: most of its file would be padding."""


def cut(
    connection: DuckDBPyConnection,
    unit: Unit,
    work: Path,
    *,
    inputs: tuple[Input, ...],
    rounded: int,
    loaded_at: str,
    names: Mapping[str, str] | None = None,
) -> Entry:
    """Build the segment of a unit in the scratch folder, and read it back.

    Args:
        connection: With the tables `staged` and `quarantined`.
        unit: One of `plan`.
        work: The scratch folder.
        inputs: The delivered files, in the order of `unit.files`.
        rounded: Records whose money had to be rounded.
        loaded_at: When, in UTC, as ISO 8601.
        names: Names by account id, for lines that have none.

    Returns:
        The manifest entry; its segment lies in the scratch folder under the entry's file name.

    Raises:
        StoreError: what was read back from the disk is not what was staged.
    """
    connection.execute(sql.fill(sql.UNIT_LINES), unit.of_lines)
    connection.execute(sql.fill(sql.TWINS))
    connection.execute(sql.fill(sql.SIDS))
    layout = segment_layout.Layout.of(connection, unit)
    money = money_type(connection, unit, layout.scale)
    path = work / _file_name(unit)
    size = ", BLOCK_SIZE 16384" if unit.charges < SMALL else ""
    connection.execute(
        f"ATTACH {engine.quoted(path)} AS unit (STORAGE_VERSION 'latest', {engine.UNLOGGED}{size})"
    )
    connection.execute(sql.fill(sql.LINES))
    segment_layout.build(connection, unit, layout, money)
    connection.execute(sql.fill(sql.QUARANTINE), {"files": list(unit.files), "first": list(unit.first)})
    for column in ("SubAccount", "BillingAccount") if names else ():
        values = {"ids": [*names], "names": [*names.values()]} if names else {}
        connection.execute(sql.NAMES.format(column=column), values)
    connection.execute(f"COMMENT ON TABLE unit.lines IS '{path.stem}'")
    connection.execute("CHECKPOINT unit")
    connection.execute("DETACH unit")
    if path.with_name(f"{path.name}.wal").exists():
        raise StoreError(f"{unit.name}: its segment was not closed cleanly")
    disk.flush(path)
    connection.execute(f"ATTACH {engine.quoted(path)} AS unit (READ_ONLY)")
    for relation in (CHARGES, DAYS, MONTHS):
        _compare(connection, unit, relation)
    facts = row(connection, sql.FACTS)
    connection.execute("DETACH unit")
    first_day, last_day, hourly, lines, quarantined = facts
    return Entry(
        *(unit.source, unit.account, unit.period, path.name, path.stat().st_size, disk.digest(path)),
        records=sum(unit.records.values()),
        charges=unit.charges,
        lines=lines,
        quarantined=quarantined,
        rounded=rounded,
        totals={currency: written(sums) for currency, sums in unit.sums.items()},
        money=money,
        first_day=first_day,
        last_day=last_day,
        hourly=hourly,
        loaded_at=loaded_at,
        format=", ".join(dict.fromkeys(item.format for item in inputs)),
        inputs=inputs,
        dataset=unit.dataset,
    )


def money_type(connection: DuckDBPyConnection, unit: Unit, need: int) -> tuple[int, int]:
    """The narrowest precision and scale that keep every amount, and every day's sum of a line, exactly.

    Args:
        connection: With the lines of the unit.
        unit: The unit.
        need: Decimals its amounts need.

    Raises:
        StoreError: no decimal of 38 digits can.
    """
    for precision, scale in MONEY_TYPES:
        if scale >= need and (
            unit.size < Decimal(10) ** (precision - scale) or _fits(connection, unit, precision, scale)
        ):
            return precision, scale
    raise StoreError(f"{unit.name}: its amounts have more digits than 38 can hold exactly")


def _fits(connection: DuckDBPyConnection, unit: Unit, precision: int, scale: int) -> bool:
    """Whether every day's sum of a line fits a money type, and the sum of everything what DuckDB adds it up in."""
    import duckdb

    cells = sql.columns(MONEY, f'coalesce(sum(abs(CAST("{{0}}" AS DECIMAL(38, {scale})))), 0) AS "{{0}}"')
    try:
        cell, total = row(connection, sql.CELL, unit.of_items, money_cells=cells)
    except (duckdb.OutOfRangeException, duckdb.ConversionException):
        return False
    return bool(cell < Decimal(10) ** (precision - scale) and total < Decimal(10) ** (38 - scale))


def _compare(connection: DuckDBPyConnection, unit: Unit, relation: str) -> None:
    """Refuse a segment whose counts or sums, added up again from the disk, are not the staged ones."""
    if added_up(connection, relation) != (unit.charges, unit.sums):
        raise StoreError(f"{unit.name}: its segment does not add up to the bill; nothing was published")


def _file_name(unit: Unit) -> str:
    """A name that no text from a bill can shape; a new one each time, as readers know files by name."""
    key = "\0".join(unit.key)
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}-{secrets.token_hex(8)}.duckdb"
