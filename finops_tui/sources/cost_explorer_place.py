"""What is asked of AWS Cost Explorer: `ce://?start=2026-01-01&end=2026-06-30&granularity=DAILY`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME: Final = "ce://"
GRANULARITIES: Final = ("DAILY", "MONTHLY")
USUAL_MONTHS: Final = 6
"""Months asked for when nobody says since when, the current one included."""

MOST_MONTHS: Final = 38
"""Months that Cost Explorer can hold."""

_HOW: Final = (
    "write ce://?start=2026-01-01&end=2026-06-30&granularity=DAILY, or ce:// for the last six months"
)
_WORDS: Final = frozenset(("start", "end", "granularity", "refresh"))


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, which is a billing period.

    Attributes:
        start: Its first day.
    """

    start: date

    @property
    def end(self) -> date:
        """The first day of the next one."""
        return (self.start + timedelta(days=31)).replace(day=1)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, in whole months: a month is what a load replaces.

    Attributes:
        months: In order.
        granularity: `DAILY` or `MONTHLY`.
        refresh: Whether answers that are held are asked for again.
        today: The day it is.
    """

    months: tuple[Month, ...]
    granularity: str
    refresh: bool
    today: date


def parse(url: str, today: date) -> Wanted:
    """Read a URL.

    Args:
        url: `ce://`, with `start`, `end` (the last day), `granularity` and `refresh` as its query.
        today: The day it is, in UTC.

    Raises:
        PlaceError: it is not written so, or asks for what Cost Explorer cannot hold.
    """
    parts = urlsplit(url)
    words = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if parts.scheme.lower() != "ce" or parts.netloc or parts.path.strip("/") or not set(words) <= _WORDS:
        raise PlaceError(f"{shown(url)}: {_HOW}")
    end = _day(words.get("end"), url) or today
    first = Month((min(today, end)).replace(day=1))
    for _ in range(USUAL_MONTHS - 1):
        first = _before(first)
    start = _day(words.get("start"), url) or first.start
    granularity = words.get("granularity", GRANULARITIES[0]).upper()
    if granularity not in GRANULARITIES:
        raise PlaceError(f"{shown(url)}: the granularity is one of {', '.join(GRANULARITIES)}")
    if start > end or start > today:
        raise PlaceError(f"{shown(url)}: it starts after it ends, or in the future")
    months = tuple(_months(Month(start.replace(day=1)), min(end, today)))
    if len(months) > MOST_MONTHS:
        raise PlaceError(f"{shown(url)}: Cost Explorer holds {MOST_MONTHS} months at most, not {len(months)}")
    refresh = words.get("refresh", "no").lower() in {"yes", "1", "true", ""}
    return Wanted(months, granularity, refresh, today)


def _months(first: Month, last: date) -> Iterator[Month]:
    while first.start <= last:
        yield first
        first = Month(first.end)


def _before(month: Month) -> Month:
    return Month((month.start - timedelta(days=1)).replace(day=1))


def _day(text: str | None, url: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PlaceError(f"{shown(url)}: {shown(text)!r} is no day; {_HOW}") from None
