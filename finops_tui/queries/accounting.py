"""Every record and every amount accounted for: what was exported, what is loaded of it, what is on screen of that.

Records: exported = loaded + set aside. Amounts: loaded, as the manifest has it, = on screen + what the view leaves
out, step by step, both added up from the line items: a difference between the two would show.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from finops_tui.queries import filters
from finops_tui.queries.amounts import EXACT, ZERO, add
from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries import Ask
    from finops_tui.queries.view import Period, View

PERIOD: Final = "BillingPeriodStart"

LEFT_OUT: Final[dict[str, str]] = {
    "days": "other days",
    "categories": "other charge categories",
    "filter": "filtered out",
    "groups": "groups filtered out",
    "currency": "other currencies",
}
"""What a view leaves out of what is loaded, in the order it does so."""


@dataclass(frozen=True, slots=True)
class File:
    """A delivered file, as it was when it was loaded.

    Attributes:
        path: Where it was.
        records: Counted in it, of all its units.
        bytes: Its size.
        sha256: Of its content.
        format: As recognised.
    """

    path: str
    records: int
    bytes: int
    sha256: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A loaded unit, as far as accounts are concerned.

    Attributes:
        name: In words.
        period: Billing period, as YYYY-MM.
        records: Loaded.
        quarantined: Set aside.
        totals: Currency to basis to the exact total.
        files: What it was loaded from.
        source: Which kind of bill it came from: the same file may be kept under two.
        dataset: Whether it is of the bill.
    """

    name: str
    period: str
    records: int
    quarantined: int
    totals: Mapping[str, Mapping[str, Decimal]]
    files: tuple[File, ...] = ()
    source: str = ""
    dataset: str = BILL

    @property
    def keys(self) -> frozenset[tuple[str, str, str]]:
        """Its files, each told from the same one kept under another name."""
        return frozenset((self.source, file.path, file.sha256) for file in self.files)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one billing period in one currency.

    Attributes:
        period: As YYYY-MM.
        currency: Its code.
        loaded: The total of the manifest.
        shown: What is on screen.
        left_out: What is not, by the words of `LEFT_OUT`.
    """

    period: str
    currency: str
    loaded: Decimal
    shown: Decimal
    left_out: Mapping[str, Decimal]

    @property
    def other(self) -> Decimal:
        """All that is left out."""
        return add(self.left_out.values())

    @property
    def difference(self) -> Decimal:
        """What is loaded and neither on screen nor left out; nothing, unless something is wrong."""
        return EXACT.subtract(self.loaded, EXACT.add(self.shown, self.other))


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one billing period.

    Attributes:
        period: As YYYY-MM.
        loaded: How many are loaded.
        quarantined: How many were set aside.
        files: The files they are from, each once.
    """

    period: str
    loaded: int
    quarantined: int
    files: tuple[File, ...]

    @property
    def exported(self) -> int:
        """How many there were."""
        return self.loaded + self.quarantined


@dataclass(frozen=True, slots=True)
class Account:
    """The accounts of a view.

    Attributes:
        view: What is on screen.
        amounts: By period and currency.
        records: By period.
        replaced: Records of the files whose units were loaded again since, from other files.
        unaccounted: Records of units that no file has; nothing, unless something is wrong.
    """

    view: View
    amounts: tuple[Amounts, ...]
    records: tuple[Records, ...]
    replaced: int = 0
    unaccounted: int = 0

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing and nothing too much."""
        return not self.unaccounted and not any(line.difference for line in self.amounts)

    def sums(self) -> dict[str, Amounts]:
        """The amounts of all periods, per currency."""
        sums: dict[str, Amounts] = {}
        for line in self.amounts:
            one = sums.get(line.currency, Amounts("", line.currency, ZERO, ZERO, {}))
            left = {name: add((one.left_out.get(name), line.left_out[name])) for name in line.left_out}
            sums[line.currency] = replace(
                one, loaded=add((one.loaded, line.loaded)), shown=add((one.shown, line.shown)), left_out=left
            )
        return sums


@dataclass(slots=True)
class _Asked:
    """Amounts by period and currency, view after view."""

    ask: Ask
    found: list[dict[tuple[str, str], Decimal]] = field(default_factory=list)

    async def add(self, view: View) -> None:
        frame = await self.ask("by_key", replace(view, group_by=(PERIOD,), compared=None, grain="day"))
        self.found.append(_by_period(frame, "k0"))


async def account(ask: Ask, view: View, everything: Period, units: Iterable[Unit]) -> Account:
    """Account for a view.

    Args:
        ask: Answers questions.
        view: What is on screen.
        everything: All days that are loaded.
        units: All units that are loaded.
    """
    if view.converted is not None:  # accounts are kept in the currencies of the bill
        view = replace(view, converted=None, currency=None)
    everyone = list(units)
    units = [unit for unit in everyone if unit.dataset == view.dataset]
    asked = _Asked(ask)
    rows, groups = filters.split(view.filter) if view.filter is not None else (None, None)
    bare = replace(
        view,
        period=everything,
        included=frozenset(),
        excluded=frozenset(),
        path=(),
        filter=None,
        currency=None,
    )
    await asked.add(bare)
    bare = replace(bare, period=view.period)
    await asked.add(bare)
    bare = replace(bare, included=view.included, excluded=view.excluded)
    await asked.add(bare)
    bare = replace(bare, path=view.path, filter=rows)
    await asked.add(bare)
    if groups is None:
        asked.found.append(asked.found[-1])
    else:
        asked.found.append(await _in_groups(ask, view, bare))
    last = asked.found[-1]
    asked.found.append({key: sum_ for key, sum_ in last.items() if view.currency in {None, key[1]}})
    return Account(
        view, tuple(_amounts(view, units, asked.found)), tuple(_records(units)), *_compared(everyone)
    )


async def _in_groups(ask: Ask, view: View, rows: View) -> dict[tuple[str, str], Decimal]:
    """What the groups that a filter keeps come to; whether it does is told by the whole of each group."""
    kept = await ask("by_key", replace(view, currency=None, grain="day"))
    names = [f"k{place}" for place in range(len(view.group_by))]
    keys = {(row["currency"], *(row[name] for name in names)) for row in kept.to_dicts()}
    inside = await ask("by_key", replace(rows, group_by=(*view.group_by, PERIOD), compared=None, grain="day"))
    sums: dict[tuple[str, str], Decimal] = {}
    for row in inside.to_dicts():
        if (row["currency"], *(row[name] for name in names)) in keys:
            key = (_month(row[f"k{len(names)}"]), row["currency"])
            sums[key] = add((sums.get(key), row["cost"]))
    return sums


def _by_period(frame: pl.DataFrame, key: str) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for row in frame.to_dicts():
        place = (_month(row[key]), row["currency"])
        sums[place] = add((sums.get(place), row["cost"]))
    return sums


def _month(start: str | None) -> str:
    return (start or "")[:7]


def _amounts(
    view: View, units: Iterable[Unit], found: list[dict[tuple[str, str], Decimal]]
) -> Iterable[Amounts]:
    loaded: dict[tuple[str, str], Decimal] = {}
    for unit in units:
        for currency, totals in unit.totals.items():
            key = (unit.period, currency)
            loaded[key] = add((loaded.get(key), totals.get(view.basis)))
    for period, currency in sorted({*loaded, *found[0]}):
        key = (period, currency)
        steps = [sums.get(key, ZERO) for sums in found]
        left = {name: EXACT.subtract(steps[place], steps[place + 1]) for place, name in enumerate(LEFT_OUT)}
        yield Amounts(period, currency, loaded.get(key, ZERO), steps[-1], left)


def _records(units: Iterable[Unit]) -> Iterable[Records]:
    by_period: dict[str, list[Unit]] = {}
    for unit in units:
        by_period.setdefault(unit.period, []).append(unit)
    for period, members in sorted(by_period.items()):
        files = {(file.path, file.sha256): file for unit in members for file in unit.files}
        ordered = tuple(files[key] for key in sorted(files))
        loaded = sum(unit.records for unit in members)
        yield Records(period, loaded, sum(unit.quarantined for unit in members), ordered)


def _compared(units: Iterable[Unit]) -> tuple[int, int]:
    """The files' own counts against those of all units they share: records replaced since, and those amiss."""
    replaced = unaccounted = 0
    for together in _together(units):
        files = {(unit.source, file.path, file.sha256): file for unit in together for file in unit.files}
        counted = sum(file.records for file in files.values())
        found = sum(unit.records + unit.quarantined for unit in together if unit.files)
        replaced += max(counted - found, 0)
        unaccounted += max(found - counted, 0)
    return replaced, unaccounted


def _together(units: Iterable[Unit]) -> Iterable[list[Unit]]:
    """Units in groups that share no file."""
    groups: list[tuple[frozenset[tuple[str, str, str]], list[Unit]]] = []
    for unit in units:
        touching = [group for group in groups if group[0] & unit.keys]
        keys = unit.keys.union(*(keys for keys, _ in touching))
        members = [*(one for _, found in touching for one in found), unit]
        groups = [group for group in groups if group not in touching]
        groups.append((keys, members))
    return [members for _, members in groups]
