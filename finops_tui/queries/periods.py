"""Periods as people write them, and what they are compared with.

`today` is the data's last day, so that a bill of last year is never empty: "month to date" is the last
month there is. Ends are included when written (`2026-10-01..2026-10-31`) and left out inside.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from finops_tui.queries.buckets import add_months, buckets, describe, end_of, grain_for, label
from finops_tui.queries.view import Period

__all__ = [
    "EXAMPLES",
    "PeriodError",
    "add_months",
    "buckets",
    "describe",
    "end_of",
    "grain_for",
    "label",
    "like_for_like",
    "month_of",
    "name_of",
    "parse_period",
    "shift",
]

EXAMPLES: Final = "mtd, last-month, last-30-days, qtd, last-quarter, ytd, 2026, 2026q3, 2026-10, 2026-10-01..2026-11-15, all"

_ONE: Final = timedelta(days=1)
_TO_DATE: Final = {
    "mtd": "month",
    "month": "month",
    "qtd": "quarter",
    "quarter": "quarter",
    "ytd": "year",
    "year": "year",
    "wtd": "week",
    "week": "week",
}
_MONTHS_IN: Final = {"month": 1, "quarter": 3, "year": 12}
_LAST_DAYS: Final = re.compile(r"(?:last-(\d{1,5})-days?|-?(\d{1,5})d)")
_LAST_MONTHS: Final = re.compile(r"(?:last-(\d{1,4})-months?|-?(\d{1,4})m)")
_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})")
_QUARTER: Final = re.compile(r"(\d{4})-?q([1-4])")
_YEAR: Final = re.compile(r"(\d{4})")


class PeriodError(ValueError):
    """A period that cannot be understood; the message says what can."""


def parse_period(text: str, today: date, first: date, last: date) -> Period:
    """The period that a text means.

    Args:
        text: As typed; case, blanks and underscores do not matter.
        today: What "to date" and "last 30 days" count up to: the data's last day.
        first: The earliest day there is, where `..b` starts.
        last: The latest day there is, where `a..` ends.

    Raises:
        PeriodError: it means none; the message has examples.
    """
    name = re.sub(r"[\s_]+", "-", re.sub(r"\s*\.\.\s*", "..", text.strip().lower()))
    try:
        return _parse(name, today, first, last)
    except (ValueError, OverflowError) as error:
        why = str(error) if isinstance(error, PeriodError) else f"no such period: {text.strip() or 'nothing'}"
        raise PeriodError(f"{why}; say for example {EXAMPLES}") from None


def _parse(name: str, today: date, first: date, last: date) -> Period:
    if name == "all":
        return Period(first, last + _ONE, name)
    if ".." not in name:
        return _simple(name, today)
    since, _, until = name.partition("..")
    start = _simple(since, today).since if since else first
    end = _simple(until, today).until if until else last + _ONE
    if end <= start:
        raise PeriodError(f"{name} ends before it begins")
    return Period(start, end, name)


def _simple(name: str, today: date) -> Period:
    """A period of one word."""
    if name in {"today", "yesterday"}:
        since = today - _ONE if name == "yesterday" else today
        return Period(since, since + _ONE, name)
    if name in _TO_DATE:
        return Period(_floor(today, _TO_DATE[name]), today + _ONE, name)
    if name.startswith("last-") and name[5:] in {"week", *_MONTHS_IN}:
        until = _floor(today, name[5:])
        return Period(_floor(until - _ONE, name[5:]), until, name)
    return _counted(name, today) or _calendar(name)


def _counted(name: str, today: date) -> Period | None:
    """So many days up to today, or so many whole months before this one."""
    if found := _LAST_DAYS.fullmatch(name):
        days = int(found[1] or found[2])
        if not days:
            raise PeriodError("a period has a day or more")
        return Period(today + _ONE - timedelta(days=days), today + _ONE, f"last-{days}-days")
    if found := _LAST_MONTHS.fullmatch(name):
        months = int(found[1] or found[2])
        if not months:
            raise PeriodError("a period has a month or more")
        until = _floor(today, "month")
        return Period(add_months(until, -months), until, f"last-{months}-months")
    return None


def _calendar(name: str) -> Period:
    """A year, quarter, month or day of the calendar."""
    if found := _DAY.fullmatch(name):
        since = date(int(found[1]), int(found[2]), int(found[3]))
        return Period(since, since + _ONE, since.isoformat())
    if found := _MONTH.fullmatch(name):
        return _months(date(int(found[1]), int(found[2]), 1), 1)
    if found := _QUARTER.fullmatch(name):
        return _months(date(int(found[1]), 3 * int(found[2]) - 2, 1), 3)
    if found := _YEAR.fullmatch(name):
        return _months(date(int(found[1]), 1, 1), 12)
    raise PeriodError(f"no such period: {name or 'nothing'}")


def _months(since: date, months: int) -> Period:
    until = add_months(since, months)
    return Period(since, until, name_of(since, until))


def name_of(since: date, until: date) -> str:
    """The text that `parse_period` reads as these days: a year, quarter, month, day or range."""
    months = _whole_months(since, until)
    if months == 12 and since.month == 1:
        return f"{since.year:04}"
    if months == 3 and since.month % 3 == 1:
        return f"{since.year:04}q{since.month // 3 + 1}"
    if months == 1:
        return f"{since.year:04}-{since.month:02}"
    last = until - _ONE
    return since.isoformat() if last == since else f"{since.isoformat()}..{last.isoformat()}"


def month_of(day: date) -> Period:
    """The whole calendar month of a day."""
    return _months(day.replace(day=1), 1)


def _floor(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "year":
        return date(day.year, 1, 1)
    return date(day.year, day.month - (day.month - 1) % _MONTHS_IN[unit], 1)


def _whole_months(since: date, until: date) -> int:
    """How many calendar months the days are, 0 when they are not whole ones."""
    if since.day != 1 or until.day != 1:
        return 0
    return (until.year - since.year) * 12 + until.month - since.month


def _unit(period: Period) -> str:
    """The calendar unit that a period was asked for by: `mtd` and `2026-10` are months."""
    if period.name in _TO_DATE:
        return _TO_DATE[period.name]
    months = _whole_months(period.since, period.until)
    if period.name.startswith("last-") and period.name[5:] in _MONTHS_IN:
        return period.name[5:]
    if months and period.name == name_of(period.since, period.until):
        return {1: "month", 3: "quarter", 12: "year"}.get(months, "")
    return ""


def shift(period: Period, steps: int) -> Period:
    """The period so many steps later (earlier, when negative).

    Whole months, quarters and years step by their calendar, so does a month to date: its step back is the
    whole month before. Any other period steps by its own length.

    Raises:
        PeriodError: beyond the calendar.
    """
    unit = _unit(period)
    try:
        if unit in _MONTHS_IN:
            since, months = _floor(period.since, unit), _MONTHS_IN[unit]
        else:
            since, months = period.since, _whole_months(period.since, period.until)
        if months:
            start = add_months(since, steps * months)
            return _months(start, months)
        length = timedelta(days=7 if unit == "week" else period.days)
        start = period.since + steps * length
        return Period(start, start + length, name_of(start, start + length))
    except (ValueError, OverflowError):
        raise PeriodError("there is no calendar that far away") from None


def like_for_like(period: Period, complete_until: date) -> tuple[Period, Period] | None:
    """The complete days of a period, and as many earlier ones to compare them with.

    What begins with a month and stays in it is compared with the same days of the month before, if that
    has as many; likewise in a quarter and in a year. Anything else is compared with the days just before.

    Args:
        period: What is looked at.
        complete_until: The day after the last complete day.

    Returns:
        The complete days (`now`) and the earlier days (`before`), equally many; None when no day of the
        period is complete.
    """
    until = min(period.until, complete_until)
    if until <= period.since:
        return None
    length = until - period.since
    now = period if until == period.until else Period(period.since, until, name_of(period.since, until))
    try:
        since = _like(period, length)
    except (ValueError, OverflowError):  # nothing lies before the year 1
        return None
    return now, Period(since, since + length, name_of(since, since + length))


def _like(period: Period, length: timedelta) -> date:
    """Where the days begin that the first days of a period are compared with."""
    unit = _unit(period)
    for name, months in _MONTHS_IN.items():
        starts = _floor(period.since, name) == period.since
        if not unit and starts and period.since + length <= add_months(period.since, months):
            unit = name
    if unit in _MONTHS_IN:
        since = add_months(period.since, -_MONTHS_IN[unit])
        if since + length <= period.since:
            return since
    return period.since - length
