"""Can the figures be trusted: identities that FOCUS promises, what is missing, what is there twice.

Each check says how much money it is about. Sources: FOCUS specification (EffectiveCost, CommitmentDiscount),
FinOps Foundation KPI library (missing list prices, tag hygiene).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import EXACT, ZERO, add

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

    Row = Mapping[str, Any]

TOLERANCE: Final = Decimal("0.000001")
"""What contracted may exceed list by: vendors round unit prices."""

CENT: Final = Decimal("0.01")

QUESTIONS: Final[Mapping[str, Mapping[str, Decimal]]] = {
    "quality": {"tolerance": TOLERANCE},
    "quality_commitments": {},
    "quality_tags": {},
    "days": {},
}
"""What is asked of a view for the checks, with the parameters of each question."""

CHECKS: Final[dict[str, str]] = {
    "purchase": "A commitment's purchase has no effective cost: its use has",
    "credit": "A credit is worth the same billed and effective",
    "list": "Usage has a list price",
    "contracted": "What was agreed is not above the list price",
    "service": "Every charge names its service",
    "category": "Every charge has a category that FOCUS knows",
    "currency": "Every charge has a billing currency",
    "rate": "Every currency has a rate",
    "account": "Every charge has a billing account",
    "commitment": "What a commitment gave is what was paid for it",
    "tag keys": "Tag keys are spelled one way",
    "tag values": "Values of a tag are spelled one way",
    "late": "Every day is complete",
    "twice": "No bill is loaded twice",
    "aside": "No record was set aside",
}
"""What each check says when it holds, in the order they are shown."""

FAIL: Final = "fail"
HOLDS: Final = "pass"
OPEN: Final = "n.a."


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in the period.

    Attributes:
        name: Key of `CHECKS`.
        state: `pass`, `fail`, or `n.a.` where nothing could be looked at, or not all of it.
        broken: How many charges, days, spellings or bills.
        looked_at: How many of them there were to look at.
        amounts: Money at stake per currency, exact; without those that are nothing.
        words: What was found, in a sentence; names from the data are in it.
    """

    name: str
    state: str
    broken: int
    looked_at: int
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    words: str = ""

    @property
    def title(self) -> str:
        """What should hold."""
        return CHECKS[self.name]


def of_charges(frame: pl.DataFrame) -> list[Finding]:
    """The findings of the question `quality`."""
    rows = list(frame.iter_rows(named=True))
    found = []
    for name in CHECKS:
        mine = [row for row in rows if row["name"] == name]
        if name not in _CHARGES:
            continue
        looked, broken = sum(row["looked_at"] for row in mine), sum(row["broken"] for row in mine)
        state = OPEN if not looked else FAIL if broken else HOLDS
        words = "there is no such charge in the period" if not looked else f"{broken:,} of {looked:,} charges"
        found.append(Finding(name, state, broken, looked, _amounts(mine, "amount"), words))
    return found


_CHARGES: Final = ("purchase", "credit", "list", "contracted", "service", "category", "currency", "account")


def of_commitments(frame: pl.DataFrame) -> Finding:
    """The finding of the question `quality_commitments`; a term that is not loaded whole cannot be judged."""
    rows = list(frame.iter_rows(named=True))
    gaps = [{**row, "gap": EXACT.subtract(row["given"], row["paid"])} for row in rows]
    whole = [row for row in gaps if row["paid"] and row["given"]]
    broken = [row for row in whole if abs(row["gap"]) >= CENT]
    if not whole:
        words = "no commitment has both its purchase and its use in the period"
        return Finding("commitment", OPEN, 0, len(rows), {}, words)
    words = f"{len(whole) - len(broken)} of {len(whole)} come to what was paid"
    if broken:
        words += "; the others may have begun, or end, outside the period"
    state = OPEN if broken else HOLDS
    return Finding("commitment", state, len(broken), len(whole), _amounts(broken, "gap"), words)


def of_tags(frame: pl.DataFrame) -> list[Finding]:
    """The findings of the question `quality_tags`: money under any but the most frequent spelling."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        groups[row["key"], row["folded"]].append(row)
    found = []
    for name, wanted in (("tag keys", False), ("tag values", True)):
        mine = {group: rows for group, rows in groups.items() if bool(group[0]) is wanted}
        rare = [row for rows in mine.values() for row in rows if row["spelling"] != rows[0]["spelling"]]
        told = [
            f"{f'{key}: ' if key else ''}{' / '.join(dict.fromkeys(str(row['spelling']) for row in rows))}"
            for (key, _), rows in sorted(mine.items(), key=lambda group: -_size(group[1]))
        ]
        words = _listed(told)
        found.append(
            Finding(
                name,
                FAIL if mine else HOLDS,
                len(mine),
                len(mine),
                _amounts(rare, "cost"),
                words or "all alike",
            )
        )
    return found


_NAMED: Final = 4
"""Spellings that a sentence names."""


def _listed(told: Sequence[str]) -> str:
    return "; ".join(told[:_NAMED]) + (f"; {len(told) - _NAMED} more" if len(told) > _NAMED else "")


def _size(rows: Sequence[Row]) -> Decimal:
    return add(abs(row["cost"]) for row in rows)


def of_days(frame: pl.DataFrame, complete_until: date) -> Finding:
    """The finding of the question `days`: money of days that are still arriving."""
    rows = list(frame.iter_rows(named=True))
    late = [row for row in rows if row["day"] >= complete_until]
    days, all_days = {row["day"] for row in late}, {row["day"] for row in rows}
    words = f"{len(days)} of {len(all_days)} days are still arriving" if days else "all days are complete"
    return Finding("late", OPEN if days else HOLDS, len(days), len(all_days), _amounts(late, "cost"), words)


@dataclass(frozen=True, slots=True)
class Bill:
    """A loaded unit of the bill.

    Attributes:
        source: Where it is from.
        account: Whose it is.
        period: Its billing period.
        billed: What it billed, exact, per currency.
        records: How many records became line items.
        quarantined: How many were set aside.
    """

    source: str
    account: str
    period: str
    billed: Mapping[str, Decimal]
    records: int
    quarantined: int


def of_rates(frame: pl.DataFrame, target: str) -> Finding:
    """The finding of the question `by_key`, by currency and converted: money that stayed in its own currency.

    Args:
        frame: Its answer; `k0` is the billing currency, `currency` what it became.
        target: The currency that costs are converted to.
    """
    foreign = [row for row in frame.iter_rows(named=True) if row["k0"] != target]
    apart = [row for row in foreign if row["currency"] != target]
    looked, broken = sum(row["n"] for row in foreign), sum(row["n"] for row in apart)
    if not looked:
        return Finding("rate", OPEN, 0, 0, {}, f"all charges are in {target}")
    codes = ", ".join(sorted({row["k0"] for row in apart}))
    words = f"{broken:,} of {looked:,} charges to convert to {target}" + (f": {codes}" if codes else "")
    return Finding("rate", FAIL if broken else HOLDS, broken, looked, _amounts(apart, "cost"), words)


def of_bills(bills: Sequence[Bill]) -> Finding:
    """Bills of one account and period that several sources hold: all but the largest of each may be too much."""
    held: dict[tuple[str, str], list[Bill]] = defaultdict(list)
    for bill in bills:
        held[bill.account.rpartition("/")[2].lower(), bill.period].append(bill)
    twice = {unit: mine for unit, mine in held.items() if len({one.source for one in mine}) > 1}
    rows = []
    for mine in twice.values():
        for code in sorted({code for one in mine for code in one.billed}):
            amounts = sorted((one.billed.get(code, ZERO) for one in mine), key=abs)
            rows += [{"currency": code, "amount": amount} for amount in amounts[:-1]]
    told = [
        f"{account} {period}: {' and '.join(sorted({one.source for one in mine}))}"
        for (account, period), mine in sorted(twice.items())
    ]
    words = _listed(told) or "each is held once"
    return Finding("twice", FAIL if twice else HOLDS, len(twice), len(held), _amounts(rows, "amount"), words)


def of_aside(bills: Sequence[Bill]) -> Finding:
    """Records that were set aside when the bills were loaded; what they cost is not known."""
    quarantined, records = sum(bill.quarantined for bill in bills), sum(bill.records for bill in bills)
    words = (
        f"{quarantined:,} of {records + quarantined:,} records; Sources shows them" if quarantined else "none"
    )
    return Finding("aside", FAIL if quarantined else HOLDS, quarantined, records + quarantined, {}, words)


def _amounts(rows: Iterable[Row], column: str) -> dict[str, Decimal]:
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        sums[str(row["currency"])].append(row[column])
    added = {code: add(amounts) for code, amounts in sorted(sums.items())}
    return {code: amount for code, amount in added.items() if amount}


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """What failed first, then what could not be judged, then what holds; each in the order of `CHECKS`."""
    states, names = (FAIL, OPEN, HOLDS), list(CHECKS)
    return sorted(findings, key=lambda one: (states.index(one.state), names.index(one.name)))


def findings(
    answers: Mapping[str, pl.DataFrame],
    bills: Sequence[Bill],
    complete_until: date,
    rate: Finding | None = None,
) -> list[Finding]:
    """Every check, what failed first.

    Args:
        answers: The answers of `QUESTIONS`, by name.
        bills: What is loaded.
        complete_until: The first day that is still arriving.
        rate: What `of_rates` found, where rates are known.
    """
    return in_order(
        [
            *([rate] if rate is not None else []),
            *of_charges(answers["quality"]),
            of_commitments(answers["quality_commitments"]),
            *of_tags(answers["quality_tags"]),
            of_days(answers["days"], complete_until),
            of_bills(bills),
            of_aside(bills),
        ]
    )
