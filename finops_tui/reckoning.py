"""What a store's data covers: its days, its last complete day, its currencies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui.queries import complete
from finops_tui.queries.calendar import Calendar
from finops_tui.queries.view import BILL, Period, View

if TYPE_CHECKING:
    from finops_tui.store import Store

WINDOW = timedelta(days=60)
"""Days looked at to tell a complete day from one that is still arriving."""


def calendar_of(store: Store, dataset: str = BILL) -> Calendar | None:
    """What the store's bill (or allocation) covers, or None when there is none.

    Asks once; call it off the event loop.
    """
    catalog = store.catalog.of(dataset)
    first, last = catalog.first_day, catalog.last_day
    if first is None or last is None:
        return None
    end = last + timedelta(days=1)
    recent = View(Period(max(first, last - WINDOW), end), group_by=(), dataset=dataset)
    until = complete.complete_until(store.ask_now("days", recent))
    return Calendar(
        first=first,
        last=last,
        complete_until=first if until is None else until,  # nothing is complete yet
        hourly=catalog.hourly,
        currencies=_currencies(store, dataset) or ("USD",),
    )


def _currencies(store: Store, dataset: str) -> tuple[str, ...]:
    """The billing currencies, most money first, as the manifest has them: asking would look at every line."""
    sums: dict[str, Decimal] = {}
    for entry in store.entries:
        if entry.dataset == dataset:
            for code, totals in entry.totals.items():
                sums[code] = sums.get(code, Decimal(0)) + Decimal(totals.get("effective", "0"))
    return tuple(sorted(sums, key=lambda code: (-abs(sums[code]), code)))
