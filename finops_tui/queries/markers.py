"""Events beside a bill: deploys, incidents, changes; and which of them a change in cost began with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries import filters
from finops_tui.queries.amounts import ZERO, add
from finops_tui.queries.filters import And, Match
from finops_tui.queries.view import Condition, Period, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from finops_tui.queries.explain import Driver

DRIVERS: Final = 30
"""Drivers, the largest first, that it is looked into when they began."""

BEFORE: Final = 1
"""Days that a change may begin after an event: what is deployed in the evening costs from the next day on."""

SPIKE: Final = 7
"""Days that a change may last which does not stay."""

CLEAR: Final = Decimal("0.3")
"""Of the days' squared differences from their mean, what one step has to explain to be called a beginning."""

_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Marker:
    """An event.

    Attributes:
        day: When, in UTC.
        title: What happened; may come from anywhere.
        kind: `deploy`, `incident`, `tag` or any other word.
        resources: Identifiers of resources that it is about.
        service: The service that it is about, or ''.
        account: The account that it is about, or ''.
    """

    day: date
    title: str
    kind: str = "event"
    resources: tuple[str, ...] = ()
    service: str = ""
    account: str = ""

    @property
    def words(self) -> str:
        """It in a few words: `deploy: shop v2`."""
        return self.title if self.kind in {"", "event"} else f"{self.kind}: {self.title}"


@dataclass(frozen=True, slots=True)
class Began:
    """When a driver's cost changed, for good or for some days, and what happened then.

    Attributes:
        day: The first day of the new level.
        markers: Events of that day or the one before, each with whether it is confirmed: it names a resource
            of the driver whose cost changed. Others are likely only.
    """

    day: date
    markers: tuple[tuple[Marker, bool], ...]

    @property
    def words(self) -> str:
        """It in words: `3 Jun, likely deploy: shop v2`."""
        from finops_tui.queries.buckets import MONTHS

        found = [f"{'confirmed' if sure else 'likely'} {marker.words}" for marker, sure in self.markers]
        return ", ".join([f"{self.day.day} {MONTHS[self.day.month - 1]}", *found])


def span(view: View) -> Period:
    """All days from the first one before to the last one now.

    Raises:
        ValueError: the view compares nothing.
    """
    if view.compared is None:
        raise ValueError("nothing is compared")
    return Period(view.compared.before.since, view.compared.now.until)


def within(markers: Iterable[Marker], period: Period) -> tuple[Marker, ...]:
    """The events of a period, the earliest first."""
    return tuple(
        sorted((marker for marker in markers if marker.day in period), key=lambda one: (one.day, one.title))
    )


def days_of(view: View, drivers: Sequence[Driver]) -> View:
    """The view to ask `by_bucket` about: what some drivers cost day by day, before, now and between."""
    return replace(_narrowed(view, drivers), period=span(view), compared=None, grain="day")


def resources_of(view: View, drivers: Sequence[Driver], markers: Iterable[Marker]) -> View | None:
    """The view to ask `by_key` about: which resources that events name are in some drivers; None for none."""
    named = tuple(dict.fromkeys(name for marker in markers for name in marker.resources))
    if not named:
        return None
    narrowed = _narrowed(view, drivers)
    one_of = Match("resource", ":", tuple(name.split("/")[-1].split(":")[-1] or name for name in named))
    return replace(
        narrowed,
        filter=one_of if narrowed.filter is None else And((narrowed.filter, one_of)),
        group_by=(*view.group_by, "resource"),
    )


def _narrowed(view: View, drivers: Sequence[Driver]) -> View:
    """The view with the charges of some drivers only."""
    texts = [filters.of_view(View(view.period, path=driver.conditions)) for driver in drivers]
    expr = filters.parse(" OR ".join(f"({text})" for text in texts if text))
    if expr is None or len([text for text in texts if text]) < len(drivers):
        return view
    return replace(view, filter=expr if view.filter is None else And((view.filter, expr)))


def began(
    view: View,
    drivers: Sequence[Driver],
    markers: Sequence[Marker],
    days: pl.DataFrame,
    resources: pl.DataFrame | None,
) -> dict[tuple[str | None, ...], Began]:
    """When drivers began to change, and with which events; those without a clear beginning are left out.

    Args:
        view: What is explained, with its comparison.
        drivers: The drivers that were asked about.
        markers: Events.
        days: The answer of `by_bucket` for `days_of`.
        resources: The answer of `by_key` for `resources_of`, if it was asked.
    """
    keys = [f"k{place}" for place in range(len(view.group_by))]
    period = span(view)
    costs: dict[tuple[str | None, ...], dict[date, Decimal]] = {}
    for row in days.to_dicts():
        if (row["currency"] or "XXX") == view.currency:
            costs.setdefault(tuple(row[key] for key in keys), {})[row["bucket"]] = row["cost"]
    moved = _moved(view, resources)
    found = {}
    for driver in drivers:
        line = costs.get(driver.values, {})
        amounts = [line.get(period.since + n * _DAY, ZERO) for n in range(period.days)]
        place = step(amounts, rising=driver.change > 0)
        if place is None:
            continue
        day = period.since + place * _DAY
        beside = [marker for marker in markers if day - BEFORE * _DAY <= marker.day <= day]
        known = _known(view, driver)
        fitting = [(marker, _sure(marker, driver, moved)) for marker in beside if _fits(marker, known)]
        found[driver.values] = Began(
            day, tuple((marker, sure) for marker, sure in fitting if sure is not None)
        )
    return found


def step(amounts: Sequence[Decimal], *, rising: bool) -> int | None:
    """Where a line goes to another level, for good or for up to `SPIKE` days: what explains most of its differences.

    Args:
        amounts: One per day.
        rising: Whether the other level has to be the higher one.

    Returns:
        The index of the first day of the other level; None where no step is clear.
    """
    count = len(amounts)
    sums = [ZERO]
    for amount in amounts:
        sums.append(_WIDE.add(sums[-1], amount))
    total = sums[-1]
    squares = add(_WIDE.multiply(amount, amount) for amount in amounts)
    if count < 2:
        return None
    spread = _WIDE.subtract(squares, _WIDE.divide(_WIDE.multiply(total, total), count))
    best, place = ZERO, None
    for first in range(1, count):
        for last in (count, *range(first + 1, min(first + SPIKE + 1, count))):
            inside, days = _WIDE.subtract(sums[last], sums[first]), last - first
            rise = _WIDE.subtract(
                _WIDE.divide(inside, days), _WIDE.divide(_WIDE.subtract(total, inside), count - days)
            )
            jump = _WIDE.subtract(amounts[first], amounts[first - 1])  # it begins there, not somewhere within
            if not rise or (rise > 0) is not rising or jump * rise <= 0 or abs(jump) * 4 < abs(rise):
                continue
            gain = _WIDE.multiply(_WIDE.multiply(rise, rise), Decimal(days * (count - days)) / count)
            if gain > best:
                best, place = gain, first
    return place if spread > 0 and best >= _WIDE.multiply(CLEAR, spread) else None


def _known(view: View, driver: Driver) -> dict[str, str | None]:
    """What is known of a driver's charges by dimension."""
    conditions: tuple[Condition, ...] = (*view.path, *driver.conditions)
    return {condition.dimension: condition.value for condition in conditions if not condition.excluded}


def _fits(marker: Marker, known: Mapping[str, str | None]) -> bool:
    """Whether an event can be about a driver, by what both say of service and account."""
    named = (("service", marker.service), ("account", marker.account))
    return all(
        not value or name not in known or (known[name] or "").lower() == value.lower()
        for name, value in named
    )


def _sure(marker: Marker, driver: Driver, moved: Mapping[tuple[str | None, ...], set[str]]) -> bool | None:
    """Whether an event names a resource of the driver that moved; None when it names others only."""
    if not marker.resources:
        return False
    there = moved.get(driver.values, set())
    return True if any(same(name, one) for name in marker.resources for one in there) else None


def same(named: str, resource: str) -> bool:
    """Whether an identifier in an event is a resource's: equal, or the last piece of its ARN."""
    one, other = named.lower(), resource.lower()
    return one == other or other.endswith((f"/{one}", f":{one}")) or one.endswith((f"/{other}", f":{other}"))


def _moved(view: View, resources: pl.DataFrame | None) -> dict[tuple[str | None, ...], set[str]]:
    """Resources whose cost changed, by driver."""
    found: dict[tuple[str | None, ...], set[str]] = {}
    count = len(view.group_by)
    for row in resources.to_dicts() if resources is not None else ():
        resource: Any = row[f"k{count}"]
        if resource and row["now"] != row["before"]:
            found.setdefault(tuple(row[f"k{place}"] for place in range(count)), set()).add(resource)
    return found
