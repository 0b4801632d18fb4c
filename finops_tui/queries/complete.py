"""Which days of a bill are complete: vendors deliver the last ones late and in pieces."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

LAG: Final = 2
"""Days behind the newest one that are taken as complete without looking (FinOps KPI library: AWS, about 2 days)."""

SHARE: Final = Decimal("0.8")
"""Of a usual day's rows and money: what a newer day needs to count as complete."""

WEEKS: Final = 4
"""How many earlier days of the same weekday make a usual day."""

_FEWEST: Final = 2
_DAY: Final = timedelta(days=1)


def last_complete_day(days: Iterable[tuple[date, int, Decimal]], lag: int = LAG) -> date | None:
    """The last day up to which a bill is complete.

    Days that lie `lag` or more behind the newest one are complete. A newer day is, if all days before it
    are and both its rows and its money reach 0.8 of the median of the same weekday in the 4 weeks before.

    Args:
        days: Day, number of line items, money in one currency; a day may come several times.
        lag: Days that the vendor is late.

    Returns:
        The day, or None when no day is known to be complete.
    """
    rows: defaultdict[date, int] = defaultdict(int)
    money: defaultdict[date, Decimal] = defaultdict(Decimal)
    for day, count, amount in days:
        rows[day] += count
        money[day] += amount
    if not rows:
        return None
    first, newest = min(rows), max(rows)
    last = newest - timedelta(days=lag)
    while last < newest and _like_others(last + _DAY, first, rows, money):
        last += _DAY
    return last if last >= first else None


def _like_others(day: date, first: date, rows: Mapping[date, int], money: Mapping[date, Decimal]) -> bool:
    earlier = [day - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
    usual = [d for d in earlier if d >= first]
    if len(usual) < _FEWEST:
        return False
    many = rows.get(day, 0) >= SHARE * Decimal(median(rows.get(d, 0) for d in usual))
    return many and money.get(day, Decimal(0)) >= SHARE * median(money.get(d, Decimal(0)) for d in usual)


def complete_until(frame: pl.DataFrame, lag: int = LAG) -> date | None:
    """The day after the last complete day, by the currency that most line items are in.

    Args:
        frame: `day DATE, currency, n, cost DECIMAL`, as the question `days` answers.
        lag: Days that the vendor is late.

    Returns:
        The day, or None when no day is known to be complete.
    """
    by_currency: defaultdict[str, list[tuple[date, int, Decimal]]] = defaultdict(list)
    for day, currency, count, cost in frame.select("day", "currency", "n", "cost").iter_rows():
        if day is not None and cost is not None:
            by_currency[currency].append((day, count, cost))
    if not by_currency:
        return None
    most = max(by_currency.values(), key=lambda days: sum(count for _, count, _ in days))
    last = last_complete_day(most, lag)
    return None if last is None else last + _DAY
