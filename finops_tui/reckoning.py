"""What a store's data covers: its days, its last complete day, its currencies."""

from __future__ import annotations

from datetime import timedelta
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

    Asks twice; call it off the event loop.
    """
    catalog = store.catalog.of(dataset)
    first, last = catalog.first_day, catalog.last_day
    if first is None or last is None:
        return None
    end = last + timedelta(days=1)
    totals = store.ask_now("total", View(Period(first, end, "all"), group_by=(), dataset=dataset))
    currencies = tuple(totals["currency"].to_list())
    recent = View(Period(max(first, last - WINDOW), end), group_by=(), dataset=dataset)
    until = complete.complete_until(store.ask_now("days", recent))
    return Calendar(
        first=first,
        last=last,
        complete_until=first if until is None else until,  # nothing is complete yet
        hourly=catalog.hourly,
        currencies=currencies or ("USD",),
    )
