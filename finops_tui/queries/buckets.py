"""A period cut into hours, days, weeks or months, and how these are written."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from finops_tui.queries.view import Period

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not of the machine's locale: every export and test reads the same."""

_ONE: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


def add_months(day: date, months: int) -> date:
    """The first of the month that lies so many months from the day's.

    Raises:
        ValueError: beyond the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def grain_for(period: Period, cells: int, *, hourly: bool = False) -> str:
    """The finest of hour, day, week and month that cuts the period into no more buckets than cells.

    Args:
        period: What is cut.
        cells: How many buckets fit.
        hourly: Whether the data has hours; they are offered for three days at most.
    """
    if hourly and period.days <= 3 and period.days * 24 <= cells:
        return "hour"
    for grain in ("day", "week"):
        if len(buckets(period, grain)) <= cells:
            return grain
    return "month"


def floor(day: date, grain: str) -> date:
    """The first day of the bucket that a day lies in; weeks begin on Monday."""
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def end_of(start: date, grain: str) -> date:
    """Where the bucket ends (exclusive): a datetime for hours, otherwise a date."""
    if grain == "hour":
        return start + _HOUR
    if grain == "month":
        return add_months(start, 1)
    return start + (timedelta(days=7) if grain == "week" else _ONE)


def buckets(period: Period, grain: str) -> tuple[date, ...]:
    """Where each bucket of a period begins: datetimes for hours, otherwise dates.

    The first one may begin before the period, as `date_trunc` has it.

    Raises:
        ValueError: an unknown grain.
    """
    if grain not in {"hour", "day", "week", "month"}:
        raise ValueError(f"unknown grain {grain!r}")
    start = floor(period.since, grain)
    until = period.until
    if grain == "hour":
        start, until = datetime.combine(start, time()), datetime.combine(until, time())
    found = []
    while start < until:
        found.append(start)
        start = end_of(start, grain)
    return tuple(found)


def label(start: date, grain: str) -> str:
    """A bucket on an axis: `14:00`, `3 Nov` (a week by its Monday), `Nov 2026`."""
    if grain == "hour" and isinstance(start, datetime):
        return f"{start.hour:02}:00"
    month = MONTHS[start.month - 1]
    return f"{month} {start.year}" if grain == "month" else f"{start.day} {month}"


def describe(period: Period) -> str:
    """The days of a period as people write them: `Nov 2026`, `1–19 Nov 2026`, `28 Oct – 14 Nov 2026`."""
    since, last = period.since, period.until - _ONE
    if since.day == 1 and period.until.day == 1:
        return _months(since, last)
    if since == last:
        return f"{_day(since)} {since.year}"
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day}–{_day(last)} {last.year}"
    year = "" if since.year == last.year else f" {since.year}"
    return f"{_day(since)}{year} – {_day(last)} {last.year}"


def _months(since: date, last: date) -> str:
    count = (last.year - since.year) * 12 + last.month - since.month + 1
    if count == 1:
        return f"{MONTHS[since.month - 1]} {since.year}"
    if count == 12 and since.month == 1:
        return f"{since.year}"
    if count == 3 and since.month % 3 == 1:
        return f"Q{since.month // 3 + 1} {since.year}"
    year = "" if since.year == last.year else f" {since.year}"
    return f"{MONTHS[since.month - 1]}{year} – {MONTHS[last.month - 1]} {last.year}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
