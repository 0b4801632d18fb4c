"""The steps of the explorer, from a view to the next one. Pure: nothing here asks or draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets, periods
from finops_tui.queries.view import ALLOCATION, BASES, GRAINS, Condition, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.view import View

ONWARD: Final[dict[str, tuple[str, ...]]] = {
    "service": ("region", "usage", "resource"),
    "region": ("service", "usage", "resource"),
    "usage": ("resource",),
    "sku": ("resource",),
    "provider": ("account", "service", "region", "usage", "resource"),
    "payer": ("account", "service", "region", "usage", "resource"),
}
"""What is asked next inside a group, in this order; a dimension already gone into is skipped."""

INWARD: Final = ("service", "region", "usage", "resource")
"""The same for every other dimension."""

ALLOCATED: Final = ("namespace", "controller", "pod", "resource")
"""The same in an allocation, from the outside in."""

MOST_BINS: Final = 800
HOURS: Final = 14
"""Days that are shown by the hour, at most."""


def onward(view: View) -> tuple[str, ...]:
    """The dimensions to try inside a group of the view, the most sensible first; () at the end of the way."""
    if "resource" in view.group_by:
        return ()
    gone = {condition.dimension for condition in view.path if not condition.excluded} | set(view.group_by)
    if view.dataset == ALLOCATION:
        inside = ALLOCATED.index(view.dimension) + 1 if view.dimension in ALLOCATED else 0
        way = ALLOCATED[inside:]
    else:
        way = ONWARD.get(view.dimension, INWARD)
    return tuple(name for name in way if name not in gone) or ("resource",)


def into(view: View, values: Sequence[str | None], dimension: str) -> View:
    """Go into one row, whatever number of dimensions it was grouped by."""
    conditions = (Condition(name, value) for name, value in zip(view.group_by, values, strict=True))
    return replace(view, path=(*view.path, *conditions), group_by=(dimension,))


def kept(view: View, values: Sequence[str | None], *, excluded: bool) -> View:
    """Keep, or leave out, the values of one row.

    Several dimensions can be kept together, but leaving out "A and B" is not the same as leaving out A
    and leaving out B, so only the first one is left out.
    """
    names = view.group_by[:1] if excluded else view.group_by
    for name, value in zip(names, values, strict=False):
        condition = Condition(name, value, excluded)
        if condition not in view.path:
            view = view.only(name, value, excluded=excluded)
    return view


def at(view: View, period: Period, calendar: Calendar, *, comparing: bool) -> View:
    """Look at another period, compared like for like when comparing, with bins that fit it."""
    moved = view.look_at(period, calendar.compared(period) if comparing else None)
    return fitting(moved, calendar)


def following(view: View, calendar: Calendar) -> View:
    """The same view of newer data: a period such as the month to date grows with it; nobody is moved."""
    period = view.period
    try:
        named = calendar.period(period.name) if period.name else period
    except periods.PeriodError:
        named = period
    if named.since == period.since:
        period = named
    return at(view, period, calendar, comparing=view.compared is not None)


def shifted(view: View, by: int, calendar: Calendar, *, comparing: bool) -> View | None:
    """The period before or after; None where the data has nothing any more."""
    try:
        period = periods.shift(view.period, by)
    except periods.PeriodError:
        return None
    if period.until <= calendar.first or period.since > calendar.last:
        return None
    return at(view, period, calendar, comparing=comparing)


def grains(view: View, calendar: Calendar) -> tuple[str, ...]:
    """The grains that make sense for the period: at least one whole step, not too many bins."""
    found = []
    for grain in GRAINS:
        if grain == "hour" and not (calendar.hourly and view.period.days <= HOURS):
            continue
        bins = len(buckets.buckets(view.period, grain))
        if bins <= MOST_BINS and (bins > 1 or grain == "day"):
            found.append(grain)
    return tuple(found) or ("month",)


def fitting(view: View, calendar: Calendar) -> View:
    """The same view at a grain that fits its period."""
    possible = grains(view, calendar)
    if view.grain in possible:
        return view
    longer = [grain for grain in possible if GRAINS.index(grain) > GRAINS.index(view.grain)]
    return replace(view, grain=longer[0] if longer else possible[-1])


def regrained(view: View, by: int, calendar: Calendar) -> View | None:
    """Longer (1) or shorter (-1) bins; None when there are none."""
    possible = grains(view, calendar)
    index = possible.index(view.grain) + by if view.grain in possible else 0
    return replace(view, grain=possible[index]) if 0 <= index < len(possible) else None


def next_basis(view: View) -> View:
    """The next cost basis."""
    names = list(BASES)
    return replace(view, basis=names[(names.index(view.basis) + 1) % len(names)])


def next_currency(view: View, currencies: Sequence[str], target: str = "") -> View | None:
    """The next billing currency, and after the last one all of them converted; None when there is one only."""
    ways: list[tuple[str | None, str | None]] = [(code, None) for code in currencies]
    ways += [(target, target)] if target else []
    if len(ways) < 2:
        return None
    now = (view.currency, view.converted)
    currency, converted = ways[(ways.index(now) + 1) % len(ways)] if now in ways else ways[0]
    return replace(view, currency=currency, converted=converted)


def one_currency(view: View, currencies: Sequence[str]) -> View:
    """The view in one currency: with none chosen the one converted to, or the one with most money."""
    if view.currency is None and currencies:
        return replace(view, currency=view.converted or currencies[0])
    return view


def bins(view: View, calendar: Calendar) -> tuple[date, ...]:
    """Where the bins of a view begin; what comes after the data's last day is not shown as zero."""
    until = min(view.period.until, calendar.all.until)
    if until <= view.period.since:
        return buckets.buckets(view.period, view.grain)
    return buckets.buckets(Period(view.period.since, until), view.grain)


def within(view: View, starts: Sequence[date], first: int, stop: int) -> Period | None:
    """The period of some bins, inside the view's own; None when that is the period already."""
    since = _day(starts[first])
    until = _day(buckets.end_of(starts[stop - 1], view.grain))
    until = max(until, since + timedelta(days=1))
    since, until = max(since, view.period.since), min(until, view.period.until)
    if (since, until) == (view.period.since, view.period.until) or until <= since:
        return None
    return Period(since, until, periods.name_of(since, until))


def coarse(view: View, most: int, calendar: Calendar) -> View:
    """The view with bins long enough for a small picture."""
    grain = buckets.grain_for(view.period, most, hourly=calendar.hourly)
    return replace(view, grain=grain, group_by=view.group_by[:1], compared=None)


def _day(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def unfinished(view: View, start: date, calendar: Calendar) -> bool:
    """Whether a bin has days that are not complete yet, or goes on after the period ends."""
    until = _day(buckets.end_of(start, view.grain))
    return until > calendar.complete_until or (view.grain in {"week", "month"} and until > view.period.until)


def by_group(view: View) -> View:
    """The view as its groups are asked for: they are the same at every grain, so the answer is, too."""
    return replace(view, grain="day")


def one_day(day: date) -> Period:
    """A day as a period."""
    return Period(day, day + timedelta(days=1), day.isoformat())


def cleared(view: View) -> View:
    """The view with no group entered and no filter, grouped as where the path began."""
    first = next((condition for condition in view.path if not condition.excluded), None)
    group_by = (first.dimension,) if first is not None else view.group_by
    return replace(view, path=(), filter=None, group_by=group_by)
