"""The line under a picture: what its cursor stands on, in figures."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets, shares
from finops_tui.queries.amounts import ZERO
from finops_tui.screens import money, trail
from finops_tui.screens.line import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from finops_tui.queries.markers import Marker
    from finops_tui.queries.view import View

__all__ = ("Part", "bins", "day", "when")

_SERIES: Final = 4
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def when(start: date, grain: str, until: date | None = None) -> str:
    """A bucket, or several that share a column, in words: `Mon 9 Nov 2026`, `week of 2 Nov 2026`."""
    if until is not None and isinstance(start, datetime) and isinstance(until, datetime):
        return f"{_day(start)} {start:%H}:00 – {_day(until)} {until:%H}:00 {until.year}"
    if until is not None:
        return f"{_day(start)} – {_day(until - timedelta(days=1))} {(until - timedelta(days=1)).year}"
    if grain == "hour" and isinstance(start, datetime):
        return f"{_day(start)} {start.year} {start:%H}:00"
    if grain == "month":
        return buckets.label(start, grain)
    words = f"{_day(start)} {start.year}"
    return f"week of {words}" if grain == "week" else f"{_WEEKDAYS[start.weekday()]} {words}"


def bins(
    line: shares.Timeline, view: View, first: int, end: int, *, unfinished: bool = False
) -> tuple[Part, ...]:
    """Some bins of a timeline: when, what they cost, the change since the bins before, the dearest groups."""
    starts = line.bins[first:end]
    if not starts:
        return ()
    code = view.currency or ""
    many = len(starts) > 1
    until = buckets.end_of(starts[-1], view.grain) if many else None
    total = line.total(first, end)
    parts = [
        Part(when(starts[0], view.grain, until), "accent", 0),
        Part(money.amount(total, code), "strong", 0),
    ]
    before = first - (end - first)
    if unfinished:
        parts.append(Part("not complete yet", "warn", 1))
    elif before >= 0:
        change = money.change_percent((total, line.total(before, first)))
        parts.append(Part(f"{change} vs the {'bins' if many else view.grain} before", "", 1))
    for rank, (strand, cost) in enumerate(line.dearest(first, end, _SERIES)):
        name = trail.value_in_words(view.dimension, strand.value, strand.label)
        parts.append(Part(f"{shortened(name)} {money.compact(cost, code)}", "muted", 2 + rank))
    return tuple(parts)


def by_bin(markers: Iterable[Marker], starts: Sequence[date]) -> dict[int, list[Marker]]:
    """Events by the index of the bin that they lie in."""
    found: dict[int, list[Marker]] = {}
    days = [start.date() if isinstance(start, datetime) else start for start in starts]
    for marker in markers:
        place = bisect_right(days, marker.day) - 1
        if place >= 0:  # in an hourly chart the first hour of the day: only the day of an event is known
            found.setdefault(days.index(days[place]), []).append(marker)
    return found


def events(marked: Mapping[int, Sequence[Marker]], first: int, end: int) -> tuple[Part, ...]:
    """What happened in some bins, the first two in words."""
    found = [marker for place in range(first, end) for marker in marked.get(place, ())]
    parts = [Part(shortened(marker.words, 40), "accent", 1, "◆") for marker in found[:2]]
    more = len(found) - len(parts)
    return (*parts, *([Part(f"{more} more", "accent", 2)] if more else ()))


def day(days: Mapping[date, Decimal], view: View, at: date) -> tuple[Part, ...]:
    """One day of a calendar: what it cost, and how that differs from a week before."""
    code = view.currency or ""
    parts = [
        Part(when(at, "day"), "accent", 0),
        Part(money.amount(days.get(at, ZERO), code), "strong", 0),
    ]
    week = at - timedelta(days=7)
    if week in days:
        change = money.change_percent((days.get(at, ZERO), days[week]))
        parts.append(Part(f"{change} vs {_WEEKDAYS[week.weekday()]} before", "", 1))
    return tuple(parts)


def shortened(name: str, most: int = 24) -> str:
    """A name no longer than a readout can bear."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _day(when_: date) -> str:
    return f"{when_.day} {buckets.MONTHS[when_.month - 1]}"
