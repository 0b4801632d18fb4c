"""What a new generation changes, in words: totals that moved, bills that may be counted twice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finops_tui.manifest import plain
from finops_tui.queries.amounts import EXACT
from finops_tui.queries.view import ALLOCATION, BILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.manifest import Entry, Manifest


NO_ACCOUNT: Final = "(none)"
"""The account of bills that say none."""


def moved(before: Manifest, entries: Iterable[Entry]) -> list[str]:
    """How the total of every unit that replaced another has moved."""
    held = {entry.unit: entry for entry in before.entries}
    return [
        f"{entry.name} replaced the one of {old.loaded_at[:10]}: {move(old, entry)}"
        for entry in entries
        if (old := held.get(entry.unit)) is not None
    ]


def move(old: Entry, new: Entry) -> str:
    """The billed (or allocated) totals of a unit, and what they were, per currency."""
    moves = []
    word, basis = _counted(new)
    for currency in sorted({*old.totals, *new.totals}):
        was = old.total(currency, basis) or Decimal(0)
        now = new.total(currency, basis) or Decimal(0)
        change = EXACT.subtract(now, was)
        words = f"was {plain(was)}, {'+' if change > 0 else ''}{plain(change)}" if change else "as before"
        moves.append(f"{word} {currency} {plain(now)} ({words})")
    return "; ".join(moves)


def billed(entry: Entry) -> str:
    """The billed (or allocated) totals of a unit, per currency."""
    word, basis = _counted(entry)
    sums = [f"{currency} {totals[basis]}" for currency, totals in sorted(entry.totals.items())]
    return f"{word} {', '.join(sums)}"


def _counted(entry: Entry) -> tuple[str, str]:
    """What a unit's total is called, and its basis: an allocation bills nothing of its own."""
    return ("billed", "billed") if entry.dataset == BILL else ("allocated", "effective")


def twice(after: Manifest, entries: Sequence[Entry]) -> list[str]:
    """Accounts whose bill of a loaded period is also held from another source, and money allocated twice."""
    return [
        *_bills_twice(after, entries),
        *_with_and_without_account(after, entries),
        *_allocated_twice(after, entries),
    ]


def _allocated_twice(after: Manifest, entries: Iterable[Entry]) -> list[str]:
    """Loaded periods whose allocation comes from several sources, which may split the same money."""
    loaded = {entry.period for entry in entries if entry.dataset == ALLOCATION}
    held: dict[str, set[str]] = {}
    for entry in after.entries:
        if entry.dataset == ALLOCATION and entry.period in loaded:
            held.setdefault(entry.period, set()).add(entry.source)
    periods: dict[str, list[str]] = {}
    for period, names in sorted(held.items()):
        if len(names) > 1:
            periods.setdefault(" and ".join(sorted(names)), []).append(period)
    return [
        f"{names} may allocate the same money, {_span(found)}: group by method to tell them apart"
        for names, found in periods.items()
    ]


def _bills_twice(after: Manifest, entries: Iterable[Entry]) -> list[str]:
    named = [entry for entry in entries if entry.dataset == BILL and entry.account != NO_ACCOUNT]
    loaded = {(_bare(entry.account), entry.period) for entry in named}
    held: dict[tuple[str, str], set[str]] = {}
    for entry in after.entries:
        if entry.dataset == BILL and (_bare(entry.account), entry.period) in loaded:
            held.setdefault((_bare(entry.account), entry.period), set()).add(entry.source)
    periods: dict[tuple[str, str], list[str]] = {}
    for (account, period), names in sorted(held.items()):
        if len(names) > 1:
            periods.setdefault((account, " and ".join(sorted(names))), []).append(period)
    return [
        f"the same bill may be counted twice: {names} both hold account {account}, {_span(found)}"
        for (account, names), found in periods.items()
    ]


def _with_and_without_account(after: Manifest, entries: Iterable[Entry]) -> list[str]:
    """Periods of a source that it holds both for an account and for none: two exports of one bill, perhaps."""
    loaded = {(entry.source, entry.period) for entry in entries if entry.dataset == BILL}
    held: dict[tuple[str, str], set[str]] = {}
    for entry in after.entries:
        if entry.dataset == BILL and (entry.source, entry.period) in loaded:
            held.setdefault((entry.source, entry.period), set()).add(entry.account)
    periods: dict[tuple[str, str], list[str]] = {}
    for (source, period), accounts in sorted(held.items()):
        if NO_ACCOUNT in accounts and len(accounts) > 1:
            names = ", ".join(sorted(accounts - {NO_ACCOUNT}))
            periods.setdefault((source, names), []).append(period)
    return [
        f"the same bill may be counted twice: {source} holds {_span(found)} for account {names} and for no account"
        for (source, names), found in periods.items()
    ]


def _bare(account: str) -> str:
    """A billing account as every export of a vendor names it: Azure's FOCUS has the path of one, others its end."""
    return account.rstrip("/").rsplit("/", 1)[-1].lower()


def _span(periods: Sequence[str]) -> str:
    return periods[0] if len(periods) == 1 else f"{len(periods)} periods from {periods[0]} to {periods[-1]}"
