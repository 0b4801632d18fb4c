"""What a report says, before it is written as anything: pages of figures that add up.

A page is one view: its total and change, its dearest groups with what is left over, its course over
time, and why it changed. Each currency has its own section; nothing is added across them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries import filters
from finops_tui.queries.amounts import EXACT, ZERO, add
from finops_tui.queries.buckets import describe, grain_for
from finops_tui.queries.converting import days
from finops_tui.queries.explain import explain
from finops_tui.queries.explain_words import largest_remainder, mostly, sentences
from finops_tui.queries.markers import within
from finops_tui.queries.shares import share
from finops_tui.queries.view import BILL, DATASETS
from finops_tui.reckoning import calendar_of
from finops_tui.screens import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.explain import Explanation
    from finops_tui.queries.markers import Marker
    from finops_tui.queries.saved import Saved
    from finops_tui.queries.view import View
    from finops_tui.store import Store

ROWS: Final = 15
"""Groups that a page names; the rest is one row."""

EVENTS: Final = 20
"""Events that a page names."""

MOVERS: Final = 5
STACKED: Final = 7
"""Groups that a chart tells apart."""

BINS: Final = 62
"""Most bins of a chart."""

NOTHING: Final = "(none)"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Group:
    """A row: what it is called, its cost, and its change over the days compared; `filter` leads to it."""

    name: str
    cost: Decimal
    change: Decimal | None
    share: str


@dataclass(frozen=True, slots=True)
class Mover:
    """A group that drove the change, and mostly how."""

    name: str
    change: Decimal
    mostly: str


@dataclass(frozen=True, slots=True)
class Section:
    """One currency of a page; amounts are rounded so that the rows add up to the total as shown.

    Attributes:
        currency: Billing currency.
        total: Cost of the period.
        exact: The same in full.
        change: Now less before over the days compared; None without a comparison.
        percent: The same as a share of before, in words.
        groups: The dearest first; the last may be what is left over.
        days: Start of each bin.
        courses: Name and cost in each bin, exact, of the groups the chart tells apart and the rest.
        told: Why it changed, in sentences.
        movers: Who drove the change.
    """

    currency: str
    total: Decimal
    exact: Decimal
    change: Decimal | None
    percent: str
    groups: tuple[Group, ...]
    days: tuple[date, ...]
    courses: tuple[tuple[str, tuple[Decimal, ...]], ...]
    told: tuple[str, ...]
    movers: tuple[Mover, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One view of a report.

    Attributes:
        title: Its heading.
        words: The slice, one fact each: period, comparison, basis, filter, what is left out.
        by: The dimensions of its groups.
        command: What prints the same view.
        sections: One per currency, the dearest first.
        events: What happened in the period, in words: notes, deploys, incidents.
    """

    title: str
    words: tuple[str, ...]
    by: tuple[str, ...]
    command: str
    sections: tuple[Section, ...]
    events: tuple[str, ...] = ()


def page(store: Store, saved: Saved, calendar: Calendar, events: Sequence[Marker] = ()) -> Page:
    """The page of one view, with what happened in its period.

    Raises:
        ValueError: the view cannot be read.
        StoreError: the store cannot.
    """
    if saved.dataset != BILL:
        calendar = calendar_of(store, saved.dataset) or calendar
    view = saved.view(calendar)
    view = replace(view, grain=grain_for(view.period, BINS))
    groups, totals = store.ask_now("by_key", view), store.ask_now("total", view)
    course = store.ask_now("over_time", view.regroup(view.dimension), top=STACKED)
    explained = _explained(store, view)
    sections = tuple(
        _section(view, row, groups, course, explained.get(row["currency"]))
        for row in totals.iter_rows(named=True)
    )
    return Page(
        saved.name or f"Cost by {', '.join(view.group_by)}",
        tuple(_words(store, view, calendar)),
        view.group_by,
        saved.command(headless=True),
        sections,
        tuple(f"{marker.day}: {marker.words}" for marker in within(events, view.period)[:EVENTS]),
    )


def _words(store: Store, view: View, calendar: Calendar) -> Iterable[str]:
    if view.dataset != BILL:
        yield f"{view.dataset}: {DATASETS[view.dataset]}"
    yield f"{describe(view.period)}, {view.basis} cost"
    if view.compared is not None:
        yield f"compared: {describe(view.compared.now)} with {describe(view.compared.before)}, complete days"
    if view.filter is not None:
        yield f"only {filters.unparse(view.filter)}"
    if view.converted is not None and store.rates is not None:
        for used in store.rates.used(calendar.currencies, view.converted, days(view)):
            yield used.words
    if view.excluded:
        yield f"without {', '.join(sorted(view.excluded))}"
    last = calendar.complete_until - timedelta(days=1)
    yield f"data to {calendar.last}, complete to {last}"


def _explained(store: Store, view: View) -> dict[str, Explanation]:
    """Why it changed, by currency; nothing where the filter is of groups, or there is nothing to compare."""
    compared = view.compared
    if compared is None or (view.filter is not None and filters.split(view.filter)[1] is not None):
        return {}
    asked = view.look_at(compared.now, compared)
    frame = store.ask_now("explain", asked, match="resource")
    return {found.currency: found for found in explain(frame, asked)}


def _section(
    view: View, total: dict[str, Any], groups: pl.DataFrame, course: pl.DataFrame, why: Explanation | None
) -> Section:
    currency: str = total["currency"]
    exact: Decimal = total["cost"]
    decimals = money.currency(currency).decimals
    mine = [row for row in groups.iter_rows(named=True) if row["currency"] == currency]
    keys = [f"k{number}" for number in range(len(view.group_by))]
    named, rest = mine[:ROWS], mine[ROWS:]
    if len(rest) == 1:
        named, rest = mine, []
    rows = [(name_of([row[key] for key in keys], row["label"]), row["cost"], _moved(row)) for row in named]
    rows += [(f"{len(rest)} more", add(r["cost"] for r in rest), add(map(_moved, rest)))] if rest else []
    shown = _rounded(exact, decimals)
    # With a filter on groups the rows are fewer than the total; then their own sum is what they add up to.
    whole = add(row[1] for row in rows)
    costs = _adding_up([row[1] for row in rows], whole, decimals, spare=bool(rest))
    now, before = add(row["now"] for row in mine), add(row["before"] for row in mine)
    changes = _adding_up([row[2] for row in rows], EXACT.subtract(now, before), decimals, spare=bool(rest))
    days, courses = _course(course, currency)
    return Section(
        currency=currency,
        total=shown,
        exact=exact,
        change=None if view.compared is None else _rounded(EXACT.subtract(now, before), decimals),
        percent="" if view.compared is None else money.percent(money.change_fraction((now, before))),
        groups=tuple(
            Group(
                name,
                cost,
                None if view.compared is None else change,
                money.percent(share(amount, exact)),
            )
            for (name, amount, _), cost, change in zip(rows, costs, changes, strict=True)
        ),
        days=days,
        courses=courses,
        told=() if why is None or view.compared is None else sentences(why, view.compared, money.amount),
        movers=() if why is None else _movers(why, decimals),
    )


def _adding_up(amounts: list[Decimal], whole: Decimal, decimals: int, *, spare: bool) -> list[Decimal]:
    """Amounts as shown, so that they add up to the whole as shown: the row of what is left over takes the cents."""
    total = _rounded(whole, decimals)
    if not spare:
        return largest_remainder(amounts, total, decimals)
    shown = [_rounded(amount, decimals) for amount in amounts[:-1]]
    return [*shown, EXACT.subtract(total, add(shown))]


def _moved(row: dict[str, Any]) -> Decimal:
    return EXACT.subtract(row["now"], row["before"])


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return money.rounded(amount, decimals)


def name_of(values: list[str | None], label: str | None) -> str:
    """What a group is called: its values, and the name of the first where it has one."""
    texts = [value or NOTHING for value in values]
    if label and values and label != values[0]:
        texts[0] = f"{label} ({texts[0]})" if values[0] else label
    return " · ".join(texts)


def _movers(why: Explanation, decimals: int) -> tuple[Mover, ...]:
    return tuple(
        Mover(
            name_of(list(driver.values), driver.label),
            _rounded(driver.change, decimals),
            mostly(driver.parts),
        )
        for driver in why.ranked(None)[:MOVERS]
        if driver.change
    )


def _course(
    frame: pl.DataFrame, currency: str
) -> tuple[tuple[date, ...], tuple[tuple[str, tuple[Decimal, ...]], ...]]:
    """Bins, and what each group that is told apart costs in each of them."""
    mine = [row for row in frame.iter_rows(named=True) if row["currency"] == currency]
    days = tuple(sorted({row["bucket"] for row in mine}))
    ranks = sorted({row["rank"] for row in mine}, key=lambda rank: (rank is None, rank))
    courses = []
    for rank in ranks:
        cost = {row["bucket"]: row["cost"] for row in mine if row["rank"] == rank}
        one = next(row for row in mine if row["rank"] == rank)
        name = OTHER if rank is None else name_of([one["k0"]], one["label"])
        courses.append((name, tuple(cost.get(day, ZERO) for day in days)))
    return days, tuple(courses)
