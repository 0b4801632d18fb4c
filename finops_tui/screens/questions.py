"""What the panes of the explorer ask about a view: asked by them when it is looked at, and ahead of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finops_tui.queries import filters
from finops_tui.screens import kpi_month, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.queries import Ask
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.filters import Expr
    from finops_tui.queries.view import View

SERIES: Final = 8
"""Groups that the chart over time tells apart."""

TRENDS: Final = 200
"""Groups whose trend is asked, the dearest ones."""

TREND_BINS: Final = 31


class Question(NamedTuple):
    """A question, what it is about, and the values of its own parameters."""

    name: str
    view: View
    parameters: dict[str, Any]


def groups(view: View) -> Question:
    """The rows of the table."""
    return Question("by_key", steps.by_group(view), {})


def trends(view: View, calendar: Calendar) -> Question:
    """The little trends in the table."""
    return Question("over_time", steps.coarse(view, TREND_BINS, calendar), {"top": TRENDS})


def over_time(view: View) -> Question:
    """The chart over time."""
    return Question("over_time", replace(view, group_by=view.group_by[:1], compared=None), {"top": SERIES})


def total(view: View) -> Question:
    """The total in every currency."""
    return Question("total", replace(view, currency=None, grain="day", group_by=()), {})


def tagged(view: View) -> Question:
    """How much of it has tags."""
    asked = replace(view, group_by=("tagged",), compared=None, filter=rows_only(view))
    return Question("by_key", asked, {})


def month(view: View, calendar: Calendar) -> Question | None:
    """What the projection of the month is made from; None where the view is not about it."""
    now = kpi_month.month_of(calendar)
    if not kpi_month.looked_at(view, now):
        return None
    asked = replace(kpi_month.history(view, now), filter=rows_only(view))
    return Question("by_bucket", asked, {})


def rows_only(view: View) -> Expr | None:
    """The part of the filter that is about charges; conditions on groups mean nothing to other groupings."""
    return filters.split(view.filter)[0] if view.filter is not None else None


def about(view: View, calendar: Calendar, picture: str) -> Iterator[Question]:
    """Everything the explorer asks about a view, what is seen first first."""
    yield groups(view)
    if picture == "trend":
        yield over_time(view)
    yield total(view)
    if len(view.group_by) == 1:
        yield trends(view, calendar)
    if (projected := month(view, calendar)) is not None:
        yield projected
    yield tagged(view)


async def ahead(
    ask: Ask,
    view: View,
    values: tuple[str | None, ...] | None,
    calendar: Calendar,
    picture: str,
    *,
    comparing: bool = True,
) -> None:
    """Ask what the next key may need: going into the row under the cursor, and the periods beside this one.

    Args:
        ask: Asks ahead; raises when it has to give way.
        view: What is looked at.
        values: The group under the cursor.
        calendar: What the data covers.
        picture: The picture in sight.
        comparing: Whether another period is compared like for like.
    """
    codes = calendar.currencies
    if values is not None:
        ways = steps.onward(view)
        for way in ways:
            inside = steps.one_currency(steps.fitting(steps.into(view, values, way), calendar), codes)
            found = await ask("by_key", steps.by_group(inside))
            if way == ways[-1] or found.height > 1:
                await _all(ask, inside, calendar, picture)
                break
    for by in (-1, 1):
        beside = steps.shifted(view, by, calendar, comparing=comparing)
        if beside is not None and beside != view:
            await _all(ask, steps.one_currency(steps.fitting(beside, calendar), codes), calendar, picture)


async def _all(ask: Ask, view: View, calendar: Calendar, picture: str) -> None:
    for question in about(view, calendar, picture):
        await ask(question.name, question.view, **question.parameters)
