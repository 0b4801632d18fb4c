"""What units a load holds: counted and added up in one pass over what was staged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui import segment_sql as sql
from finops_tui.queries.amounts import EXACT
from finops_tui.queries.columns import MONEY
from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.read_back import Sums

_ENDLESS: Final = Decimal(10) ** 38
"""A sum of amounts that cannot be told."""

_AT_ONCE: Final = 500_000
"""Records that are told apart together."""

_Key = tuple[str, str, str, str]
"""Source, account, period and dataset."""


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
        lines: The lowest and the highest number of its lines in `staged_lines`.
        size: No sum of some of its amounts without their signs is larger, in any column.
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
    lines: tuple[int, int] = (0, 1 << 62)
    size: Decimal = _ENDLESS

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
    def of_lines(self) -> dict[str, object]:
        """What tells its lines, bound by `{lines_of_unit}` and `{unit_items}`."""
        month = datetime.fromisoformat(f"{self.period}-01")  # TIMESTAMP, as the bill has it in UTC
        return {
            "account": self.account,
            "dataset": self.dataset,
            "month": month,
            "next": (month + timedelta(days=31)).replace(day=1),
            **self.of_items,
        }

    @property
    def of_items(self) -> dict[str, object]:
        """What tells its items, bound by `{unit_items}`."""
        return {
            "lowest": self.lines[0],
            "highest": self.lines[1],
            "low": self.files[0],
            "high": self.files[-1],
            "files": list(self.files),
        }


@dataclass(slots=True)
class _Part:
    """What one unit has so far."""

    files: set[int]
    charges: int
    lines: tuple[int, int]
    size: Decimal
    sums: dict[str, Sums]


def plan(connection: DuckDBPyConnection, origins: Mapping[int, str]) -> list[Unit]:
    """The units in `staged`, ordered by source, account and period.

    Args:
        connection: With the tables `staged` and `dropped`.
        origins: The source of every staged file, by its number.
    """
    from finops_tui.sources import splitting

    splitting.ensure(connection)
    found = _found(connection, origins)
    counted = _counted(connection)
    beside = _beside(counted, found, origins)
    records = _records(counted, found, origins, beside)
    units: list[Unit] = []
    taken: set[int] = set()
    for key, part in sorted(found.items(), key=lambda one: (one[0][:3], one[0][3] != BILL, one[0][3])):
        source, account, period, dataset = key
        files = sorted(part.files | beside[key])
        first = tuple(file for file in files if file not in taken)
        taken.update(files)
        counts = {file: records.get((file, account, period, dataset), 0) for file in files}
        what = (source, account, period, tuple(files), first, part.charges, counts, part.sums, dataset)
        units.append(Unit(*what, part.lines, part.size))
    return units


def _found(connection: DuckDBPyConnection, origins: Mapping[int, str]) -> dict[_Key, _Part]:
    found: dict[_Key, _Part] = {}
    connection.execute(sql.PLACES)
    for file, account, period, dataset, currency, charges, low, high, size, *sums in _totals(connection):
        part = found.setdefault(
            (origins[file], account, period, dataset), _Part(set(), 0, (low, high), Decimal(0), {})
        )
        part.files.add(file)
        part.charges += charges
        part.lines = min(part.lines[0], low), max(part.lines[1], high)
        part.size = _ENDLESS if size is None else min(_ENDLESS, part.size + size)
        so_far = part.sums.get(currency, (None,) * len(MONEY))
        part.sums[currency] = tuple(_added(pair) for pair in zip(so_far, sums, strict=True))
    return found


def _totals(connection: DuckDBPyConnection) -> Iterable[tuple[Any, ...]]:
    """Counts and sums by file, account, period, dataset and currency."""
    import duckdb

    try:
        return connection.execute(sql.fill(sql.TOTALS)).fetchall()
    except duckdb.OutOfRangeException:
        # Sums of the whole units and of the fractions fit where the sum might not.
        rows = connection.execute(sql.fill(sql.PART_TOTALS)).fetchall()
        return [(*row[:9], *map(_added, zip(row[9::2], row[10::2], strict=True))) for row in rows]


def _added(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """A sum, or nothing where there is nothing to add."""
    given = [amount for amount in amounts if amount is not None]
    if not given:
        return None
    total = given[0]
    for amount in given[1:]:
        total = EXACT.add(total, amount)
    return total


def _counted(connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Records by file, account, period and dataset, some files at a time: told apart, they need much room."""
    rows: list[tuple[Any, ...]] = []
    low, so_far = None, 0
    files = connection.execute(sql.BY_FILE).fetchall()
    for place, (file, count) in enumerate(files, 1):
        low = file if low is None else low
        so_far += count
        if so_far >= _AT_ONCE or place == len(files):
            rows += connection.execute(sql.RECORDS, {"low": low, "high": file}).fetchall()
            low, so_far = None, 0
    return rows


def _beside(
    counted: Iterable[tuple[Any, ...]], found: Mapping[_Key, _Part], origins: Mapping[int, str]
) -> dict[_Key, set[int]]:
    """Files without a charge by the units they belong to: a month without spend, or, of no account, all of a source."""
    charged = {file for part in found.values() for file in part.files}
    beside: dict[_Key, set[int]] = {unit: set() for unit in found}
    for file, account, period, *_ in counted:
        for unit, files in beside.items():
            if file not in charged and unit[0] == origins[file] and account in {None, unit[1]}:
                files.update({file} if account is None or period == unit[2] else ())
    return beside


def _records(
    counted: Iterable[tuple[Any, ...]],
    found: Mapping[_Key, _Part],
    origins: Mapping[int, str],
    beside: Mapping[_Key, set[int]],
) -> dict[tuple[int, str, str, str], int]:
    """Records by file, account, period and dataset; those of a unit without a charge count to the file's first."""
    first: dict[int, tuple[str, str, str]] = {}
    for unit, part in sorted(found.items()):
        for file in (*part.files, *beside[unit]):
            first.setdefault(file, unit[1:])
    counts: dict[tuple[int, str, str, str], int] = {}
    for file, account, period, dataset, count in counted:
        there = found.get((origins[file], account, period, dataset))
        known = there is not None and file in there.files
        if known or file in first:
            key = (file, account, period, dataset) if known else (file, *first[file])
            counts[key] = counts.get(key, 0) + count
    return counts
