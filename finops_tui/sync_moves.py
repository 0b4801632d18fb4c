"""What moved between two generations of a store, per billing period and currency, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from finops_tui.manifest import plain
from finops_tui.queries.amounts import EXACT, ZERO, add

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from finops_tui.manifest import Entry, Manifest

BASES: Final = ("billed", "effective")


@dataclass(frozen=True, slots=True)
class Movement:
    """How the total of one billing period in one currency moved.

    Attributes:
        period: As YYYY-MM.
        currency: Its code.
        before: Basis to the total before; empty when the period was not loaded in this currency.
        now: Basis to the total now.
        dataset: `bill`, or what else allocates its money.
    """

    period: str
    currency: str
    before: dict[str, Decimal]
    now: dict[str, Decimal]
    dataset: str = "bill"

    def change(self, basis: str) -> Decimal:
        """By how much, exactly."""
        return EXACT.subtract(self.now.get(basis, ZERO), self.before.get(basis, ZERO))

    @property
    def words(self) -> str:
        """`September 2026: +412.03 USD since the last delivery`."""
        head = f"{month(self.period)}{'' if self.dataset == 'bill' else f' ({self.dataset})'}"
        if not self.before:
            return f"{head}: {plain(self.now['billed'])} {self.currency}, new"
        billed, effective = (self.change(basis) for basis in BASES)
        if not billed and not effective:
            return f"{head}: {self.currency} as before"
        words = f"{head}: {signed(billed)} {self.currency} since the last delivery"
        return words if billed == effective else f"{words} (effective cost {signed(effective)})"


def signed(amount: Decimal) -> str:
    """An exact amount with its sign, also `+`; `+0` says that there is none."""
    return f"{'' if amount < 0 else '+'}{plain(amount)}"


def month(period: str) -> str:
    """A billing period in words: `September 2026`."""
    return date.fromisoformat(f"{period}-01").strftime("%B %Y")


def movements(before: Manifest, after: Manifest, loaded: Iterable[Entry]) -> list[Movement]:
    """How the periods of the loaded units moved, by period and currency.

    Args:
        before: What was loaded.
        after: What is loaded.
        loaded: The units that took the place of others, or are new.
    """
    periods = {(entry.period, entry.dataset) for entry in loaded}
    was, now = _totals(before.entries, periods), _totals(after.entries, periods)
    return [
        Movement(period, currency, was.get(key, {}), now.get(key, dict.fromkeys(BASES, ZERO)), dataset)
        for key in sorted({*was, *now})
        for period, dataset, currency in [key]
    ]


def _totals(
    entries: Iterable[Entry], periods: set[tuple[str, str]]
) -> dict[tuple[str, str, str], dict[str, Decimal]]:
    totals: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for entry in entries:
        if (entry.period, entry.dataset) not in periods:
            continue
        for currency in entry.totals:
            sums = totals.setdefault((entry.period, entry.dataset, currency), dict.fromkeys(BASES, ZERO))
            for basis in BASES:
                sums[basis] = add((sums[basis], entry.total(currency, basis)))
    return totals
