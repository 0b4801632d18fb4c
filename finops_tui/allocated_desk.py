"""The desk beside the one of the bill: how its money is allocated, with days and currencies of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from finops_tui.queries.view import ALLOCATION, FIRST, View
from finops_tui.reckoning import calendar_of

if TYPE_CHECKING:
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.saved import Saved
    from finops_tui.screens.desk import Desk
    from finops_tui.settings import Start
    from finops_tui.store import Store

FEWEST_DAYS = 3
"""Complete days of a month to date that are worth opening with."""


def attach(store: Store, desk: Desk, start: Start, first: Saved | None = None) -> None:
    """Put the allocation's desk beside the bill's, or bring it up to date. Asks; call it off the event loop.

    Args:
        store: The store.
        desk: The desk of the bill.
        start: What the settings open with.
        first: What to open the allocation with, in place of that.

    Raises:
        StoreError: the store cannot be read.
        ValueError: `first` cannot be read.
    """
    calendar = calendar_of(store, ALLOCATION)
    if desk.beside is None:
        if calendar is None:
            return
        desk.beside = replace(desk, dataset=ALLOCATION, beside=desk, budgets=(), first=first)
    beside = desk.beside
    beside.calendar, beside.loaded, beside.origin = calendar, desk.loaded, desk.origin
    if calendar is not None and beside.first is not None:
        beside.start = beside.first.view(calendar)
    else:
        beside.start = opening(calendar, start, ALLOCATION, store.rates)
        if beside.start is not None and not _has_namespaces(store, beside.start):
            beside.start = beside.start.regroup("resource")


def _has_namespaces(store: Store, view: View) -> bool:
    """Whether anything in the period is of a namespace: tasks, and what FOCUS allocates, are not."""
    names = store.ask_now("by_key", replace(view, compared=None)).get_column("k0")
    return names.null_count() < len(names)


def opening(calendar: Calendar | None, start: Start, dataset: str, rates: Rates | None = None) -> View | None:
    """What to open with: what the settings say, or the last 30 days while the month to date is young."""
    if calendar is None:
        return None
    period = calendar.period(start.period)
    complete_days = (min(calendar.complete_until, period.until) - period.since).days
    if period.name == "mtd" and complete_days < FEWEST_DAYS:
        period = calendar.period("last-30-days")
    target = rates.target if rates is not None else ""
    converts = rates is not None and bool(target and rates.used(calendar.currencies, target, calendar.all))
    return View(
        period,
        calendar.compared(period) if start.compare == "previous" else None,
        group_by=start.group[:1] if dataset != ALLOCATION else (FIRST[dataset],),
        basis=start.basis if dataset != ALLOCATION else "effective",
        excluded=start.exclude if dataset != ALLOCATION else frozenset(),
        currency=target if converts else calendar.currencies[0],
        converted=target if converts else None,
        dataset=dataset,
    )
