"""Cutting what sources staged into segments: one DuckDB file per unit, attributes once per distinct line.

`staged` has every attribute on every charge. A segment keeps them in `lines`, numbered so that
neighbours resemble each other, and per charge only the number, the times, the quantities and the money
(`items`). `daily` is what screens add up: charges summed per line and day; where a line has about one
charge a day anyway it is a view of `items` in the same columns, so that nothing is stored twice.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui import disk, engine
from finops_tui import segment_sql as sql
from finops_tui.manifest import Entry, StoreError
from finops_tui.queries.amounts import EXACT
from finops_tui.queries.columns import MONEY
from finops_tui.queries.view import BILL
from finops_tui.read_back import CHARGES, DAYS, added_up, row, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Input
    from finops_tui.read_back import Sums

MONEY_TYPES: Final = ((18, 10), (38, 18), (38, 24), (38, 30))
"""Precision and scale of money in a segment, the narrowest first."""

SMALL: Final = 200_000
"""Below this many charges a segment gets small blocks: most of its file would be padding."""

WORTHWHILE: Final = Decimal("0.8")
"""`daily` is stored when it has at most this share of the rows of `items`."""

_LOSSLESS: Final = 'coalesce(CAST("{0}" - trunc("{0}") AS DECIMAL(38, #)) = "{0}" - trunc("{0}"), true)'  # no part of it can overflow


@dataclass(frozen=True, slots=True)
class Unit:
    """A (source, billing account, billing period) found in `staged`.

    Attributes:
        source: Which kind of bill, or the name given to it.
        account: BillingAccountId.
        period: Billing period, as YYYY-MM.
        files: The staged files with charges of it, ascending.
        first: Those of them whose quarantined records it takes: no earlier unit has them.
        charges: How many charges it has.
        records: Staged file to how many of its records are of it: a record may be two charges, or none.
        sums: Currency to the exact sums of the staged money.
        dataset: Whether it is of the bill, or allocates money of the bill.
    """

    source: str
    account: str
    period: str
    files: tuple[int, ...]
    first: tuple[int, ...]
    charges: int
    records: Mapping[int, int]
    sums: Mapping[str, Sums]
    dataset: str = BILL

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from every other, as `Entry.unit`."""
        key = (self.source, self.account, self.period)
        return key if self.dataset == BILL else (*key, self.dataset)

    @property
    def name(self) -> str:
        """The unit in words, for messages."""
        return " ".join(self.key)

    @property
    def values(self) -> dict[str, object]:
        """What `{unit}` binds."""
        month = datetime.fromisoformat(f"{self.period}-01")  # TIMESTAMP, as the bill has it in UTC
        return {
            "low": self.files[0],
            "high": self.files[-1],
            "files": list(self.files),
            "account": self.account,
            "dataset": self.dataset,
            "month": month,
            "next": (month + timedelta(days=31)).replace(day=1),
        }


def plan(connection: DuckDBPyConnection, origins: Mapping[int, str]) -> list[Unit]:
    """The units in `staged`, ordered by source, account and period.

    Args:
        connection: With the tables `staged` and `dropped`.
        origins: The source of every staged file, by its number.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE origins (file INTEGER, source VARCHAR)")
    if origins:
        connection.executemany("INSERT INTO origins VALUES (?, ?)", [list(pair) for pair in origins.items()])
    rows = connection.execute(sql.fill(sql.PLAN)).fetchall()
    found: dict[tuple[str, str, str, str], list[tuple[Any, ...]]] = {}
    for source, account, period, dataset, *rest in rows:
        found.setdefault((source, account, period, dataset), []).append(tuple(rest))
    beside = _beside(connection, found, origins)
    records = _records(connection, found, origins, beside)
    units: list[Unit] = []
    taken: set[int] = set()
    for (source, account, period, dataset), parts in found.items():
        files = sorted(
            {file for part in parts for file in part[2]} | beside[source, account, period, dataset]
        )
        first = tuple(file for file in files if file not in taken)
        taken.update(files)
        sums = {part[0]: _whole(part[3::2], part[4::2]) for part in parts}
        charges = sum(part[1] for part in parts)
        counts = {file: records.get((file, account, period, dataset), 0) for file in files}
        units.append(Unit(source, account, period, tuple(files), first, charges, counts, sums, dataset))
    return units


def _beside(
    connection: DuckDBPyConnection,
    found: Mapping[tuple[str, str, str, str], Sequence[tuple[Any, ...]]],
    origins: Mapping[int, str],
) -> dict[tuple[str, str, str, str], set[int]]:
    """Files without a charge by the units they belong to: a month without spend, or, of no account, all of a source."""
    charged = {file for parts in found.values() for part in parts for file in part[2]}
    beside: dict[tuple[str, str, str, str], set[int]] = {unit: set() for unit in found}
    for file, account, period, *_ in connection.execute(sql.RECORDS).fetchall():
        for unit, files in beside.items():
            if file not in charged and unit[0] == origins[file] and account in {None, unit[1]}:
                files |= {file} if account is None or period == unit[2] else set()
    return beside


def _records(
    connection: DuckDBPyConnection,
    found: Mapping[tuple[str, str, str, str], Sequence[tuple[Any, ...]]],
    origins: Mapping[int, str],
    beside: Mapping[tuple[str, str, str, str], set[int]],
) -> dict[tuple[int, str, str, str], int]:
    """Records by file, account, period and dataset; those of a unit without a charge count to the file's first."""
    first: dict[int, tuple[str, str, str]] = {}
    for unit, parts in found.items():
        for file in (*(file for part in parts for file in part[2]), *beside[unit]):
            first.setdefault(file, unit[1:])
    counts: dict[tuple[int, str, str, str], int] = {}
    for file, account, period, dataset, count in connection.execute(sql.RECORDS).fetchall():
        known = any(file in part[2] for part in found.get((origins[file], account, period, dataset), ()))
        if known or file in first:
            key = (file, account, period, dataset) if known else (file, *first[file])
            counts[key] = counts.get(key, 0) + count
    return counts


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
    money = money_type(connection, unit)
    path = work / _file_name(unit)
    size = ", BLOCK_SIZE 16384" if unit.charges < SMALL else ""
    connection.execute(f"ATTACH {engine.quoted(path)} AS unit (STORAGE_VERSION 'latest'{size})")
    _build(connection, unit, money)
    for column in ("SubAccount", "BillingAccount") if names else ():
        values = {"ids": [*names], "names": [*names.values()]}
        connection.execute(sql.NAMES.format(column=column), values)
    connection.execute(f"COMMENT ON TABLE unit.lines IS '{path.stem}'")
    connection.execute("CHECKPOINT unit")
    connection.execute("DETACH unit")
    if path.with_name(f"{path.name}.wal").exists():
        raise StoreError(f"{unit.name}: its segment was not closed cleanly")
    disk.flush(path)
    connection.execute(f"ATTACH {engine.quoted(path)} AS unit (READ_ONLY)")
    for relation in (CHARGES, DAYS):
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


def money_type(connection: DuckDBPyConnection, unit: Unit) -> tuple[int, int]:
    """The narrowest precision and scale that keep every amount, and every day's sum of a line, exactly.

    Raises:
        StoreError: no decimal of 38 digits can.
    """
    exact = ", ".join(
        f"coalesce(bool_and({sql.columns(MONEY, _LOSSLESS.replace('#', str(scale)), ' AND ')}), true)"
        for _, scale in MONEY_TYPES
    )
    lossless = row(connection, sql.EXACT, unit.values, exact=exact)
    for (precision, scale), enough in zip(MONEY_TYPES, lossless, strict=True):
        if enough and _fits(connection, unit, precision, scale):
            return precision, scale
    raise StoreError(f"{unit.name}: its amounts have more digits than 38 can hold exactly")


def _fits(connection: DuckDBPyConnection, unit: Unit, precision: int, scale: int) -> bool:
    """Whether every day's sum of a line fits a money type, and the sum of everything what DuckDB adds it up in."""
    import duckdb

    cells = sql.columns(MONEY, f'coalesce(sum(abs(CAST("{{0}}" AS DECIMAL(38, {scale})))), 0) AS "{{0}}"')
    try:
        cell, total = row(connection, sql.CELL, unit.values, money_cells=cells)
    except (duckdb.OutOfRangeException, duckdb.ConversionException):
        return False
    return bool(cell < Decimal(10) ** (precision - scale) and total < Decimal(10) ** (38 - scale))


def _build(connection: DuckDBPyConnection, unit: Unit, money: tuple[int, int]) -> None:
    kind = "DECIMAL({}, {})".format(*money)
    values = unit.values
    connection.execute(sql.fill(sql.LINES), values)
    connection.execute(
        sql.fill(sql.ITEMS, money=sql.columns(MONEY, f'CAST("{{0}}" AS {kind}) AS "{{0}}"')), values
    )
    (cells,) = row(connection, sql.CELLS)
    if cells <= WORTHWHILE * unit.charges:
        sums = sql.columns(MONEY, f'CAST(sum("{{0}}") AS {kind}) AS "{{0}}"')
        connection.execute(sql.fill(sql.DAILY_TABLE, money_sums_named=sums))
    else:
        connection.execute(sql.fill(sql.DAILY_VIEW))
    connection.execute(sql.fill(sql.QUARANTINE), {"files": list(unit.files), "first": list(unit.first)})


def _compare(connection: DuckDBPyConnection, unit: Unit, relation: str) -> None:
    """Refuse a segment whose counts or sums, added up again from the disk, are not the staged ones."""
    if added_up(connection, relation) != (unit.charges, unit.sums):
        raise StoreError(f"{unit.name}: its segment does not add up to the bill; nothing was published")


def _whole(units: Sequence[Decimal | None], fractions: Sequence[Decimal | None]) -> Sums:
    """Sums put together from those of the whole units and of the fractions, which fit where the sum might not."""
    pairs = zip(units, fractions, strict=True)
    return tuple(None if a is None or b is None else EXACT.add(a, b) for a, b in pairs)


def _file_name(unit: Unit) -> str:
    """A name that no text from a bill can shape; a new one each time, as readers know files by name."""
    key = "\0".join(unit.key)
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}-{secrets.token_hex(8)}.duckdb"
