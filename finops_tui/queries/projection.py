"""What a month will cost: its complete days, and what the rest usually costs.

Charges that fall on most days (usage, as a rule) are expected at the median of their weekday over the last
8 weeks. What falls on single days (purchases, tax, credits, fees) is expected only where it has fallen on
the same day of the month before; medians do not see it, so a fee on the 1st is never taken for a daily cost.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from statistics import median
from typing import TYPE_CHECKING, Final

from finops_tui.queries.buckets import add_months
from finops_tui.queries.periods import month_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finops_tui.queries.view import Period

    Series = Mapping[date, Decimal]

WEEKS: Final = 8
MONTHS: Final = 3
PRECISION: Final = 76
"""Digits for adding: twice what a DECIMAL holds, so that sums are exact."""

_FEWEST_WEEKS: Final = 2
_FEWEST_MONTHS: Final = 2
_DAILY_SHARE: Final = Decimal("0.5")
_JUMP: Final = Decimal("0.5")
_ZERO: Final = Decimal(0)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Projection:
    """The expected cost of a month, and what it consists of.

    Attributes:
        month: The month.
        amount: `actual + daily + scheduled`, or None when it cannot be said.
        actual: Complete days, and single charges already there beyond them.
        daily: Rest of the month at the medians of its weekdays.
        scheduled: Charges expected on their day of the month.
        days: Each remaining day and what is expected to be added on it.
        reason: Why there is no amount, in words; empty when there is one.
    """

    month: Period
    amount: Decimal | None
    actual: Decimal
    daily: Decimal = _ZERO
    scheduled: Decimal = _ZERO
    days: tuple[tuple[date, Decimal], ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        """What the amount consists of, or why there is none."""
        if self.amount is None:
            return self.reason
        if not self.days:
            return "the whole month is complete"
        rest = "1 day" if len(self.days) == 1 else f"{len(self.days)} days"
        return f"complete days, {rest} at weekday medians of {WEEKS} weeks, charges by day of the month"


def project(
    charges: Iterable[tuple[date, str, Decimal]], complete_until: date, month: date | None = None
) -> Projection:
    """The expected cost of a month.

    Args:
        charges: Day, charge category, cost in one currency and basis; from 3 months before, where there.
        complete_until: The day after the last complete day.
        month: Any day of the month; by default the month of the last complete day.
    """
    with localcontext(prec=PRECISION):
        return _project(charges, complete_until, month_of(month or complete_until - _DAY))


def _project(charges: Iterable[tuple[date, str, Decimal]], complete_until: date, month: Period) -> Projection:
    series: defaultdict[str, defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    first = complete_until
    for day, category, cost in charges:
        series[category][day] += cost
        first = min(first, day)
    start = min(max(complete_until, month.since), month.until)
    actual = sum((c for s in series.values() for d, c in s.items() if month.since <= d < start), _ZERO)
    rest = [start + timedelta(days=i) for i in range((month.until - start).days)]
    if not rest:
        return Projection(month, actual, actual)
    if start > complete_until:
        return Projection(month, None, actual, reason="begins after the last complete day")
    history = (complete_until - first).days
    if history < 7 * _FEWEST_WEEKS:
        why = f"needs {7 * _FEWEST_WEEKS} complete days, there are {history}"
        return Projection(month, None, actual, reason=why)
    posted, usual, extra = _ahead(series.values(), first, complete_until, rest)
    days = tuple((day, posted[day] + usual[day] + extra[day]) for day in rest)
    actual += sum(posted.values(), _ZERO)
    daily, scheduled = sum(usual.values(), _ZERO), sum(extra.values(), _ZERO)
    return Projection(month, actual + daily + scheduled, actual, daily, scheduled, days)


def _ahead(
    categories: Iterable[Series], first: date, until: date, rest: list[date]
) -> tuple[defaultdict[date, Decimal], defaultdict[date, Decimal], defaultdict[date, Decimal]]:
    """Of each remaining day: single charges already there, usual cost, charges due on that day."""
    posted: defaultdict[date, Decimal] = defaultdict(Decimal)
    usual: defaultdict[date, Decimal] = defaultdict(Decimal)
    extra: defaultdict[date, Decimal] = defaultdict(Decimal)
    for values in categories:
        if _is_daily(values, first, until):
            level, due = _by_weekday(values, first, until, rest)
            _add(usual, level)
        else:
            there = {day: values[day] for day in rest if day in values}
            due = {
                day: cost for day, cost in _by_day_of_month(values, first, rest).items() if day not in there
            }
            _add(posted, there)
        _add(extra, due)
    return posted, usual, extra


def _add(total: defaultdict[date, Decimal], part: Series) -> None:
    for day, cost in part.items():
        total[day] += cost


def _is_daily(values: Series, first: date, until: date) -> bool:
    """Whether a category is charged on most of the last 4 weeks' days."""
    since = max(first, until - timedelta(weeks=4))
    charged = sum(1 for day in values if since <= day < until)
    return charged > _DAILY_SHARE * (until - since).days


def _by_weekday(
    values: Series, first: date, until: date, rest: list[date]
) -> tuple[dict[date, Decimal], dict[date, Decimal]]:
    """What each remaining day usually costs, and what it costs beyond that by its day of the month."""
    since = max(first, until - timedelta(weeks=WEEKS))
    by_weekday: defaultdict[int, list[Decimal]] = defaultdict(list)
    for i in range((until - since).days):
        day = since + timedelta(days=i)
        by_weekday[day.weekday()].append(values.get(day, _ZERO))
    level = {weekday: median(costs) for weekday, costs in by_weekday.items()}
    usual = {day: level[day.weekday()] for day in rest}
    usual |= {
        day: max(usual[day], values[day], key=abs) for day in rest if day in values
    }  # delivered in part
    extra = {}
    for day in rest:
        jumps = [values.get(d, _ZERO) - level[d.weekday()] for d in _same_days(day, first) if d < until]
        high = [jump for jump in jumps if jump > _JUMP * abs(level[day.weekday()])]
        if len(jumps) >= _FEWEST_MONTHS and len(high) == len(jumps):
            extra[day] = median(high)
    return usual, extra


def _by_day_of_month(values: Series, first: date, rest: list[date]) -> dict[date, Decimal]:
    """Single charges expected on remaining days: those there on that day of every month looked at."""
    expected = {}
    for day in rest:
        costs = [values.get(d, _ZERO) for d in _same_days(day, first)]
        if len(costs) >= _FEWEST_MONTHS and all(costs):
            expected[day] = median(costs)
    return expected


def _same_days(day: date, first: date) -> list[date]:
    """The same day of the last 3 months as far as there is data; the last of a month is the last of all."""
    found = []
    is_last = (day + _DAY).day == 1
    for months in range(1, MONTHS + 1):
        start = add_months(day, -months)
        last = add_months(start, 1) - _DAY
        if is_last or day.day < last.day:
            same = last if is_last else start.replace(day=day.day)
            if same >= first:
                found.append(same)
    return found
