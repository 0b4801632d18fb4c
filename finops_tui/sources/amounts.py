"""Amounts and times as bills write them, where SQL alone cannot tell what they mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WHOLE_DIGITS: Final = 20
"""Digits before the decimal point; more is no amount of money."""

_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)", re.ASCII
)
_BEFORE_ZONE: Final = re.compile(r" (?=Z$|[+-]\d\d(:?\d\d)?$)", re.ASCII)
_SLASHED: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)? ?Z?", re.ASCII
)
_YEARS: Final = range(1990, 2200)


def amount(text: str) -> Decimal | str:
    """What an amount says: the number, or why it is none (`is not a number`, `is out of range`)."""
    if not _NUMBER.fullmatch(text.strip()):
        return "is not a number"
    with localcontext(prec=len(text) + 8, Emin=-99999, Emax=99999):
        number = Decimal(text.strip())
        if number and number.adjusted() >= WHOLE_DIGITS:
            return "is out of range"
        return number


def plain(number: Decimal) -> str:
    """A number without an exponent, every digit kept."""
    return format(number, "f") if number else "0"


def instant(text: str) -> str | None:
    """A time with a zone as UTC in ISO form; none if it is no such time or out of range."""
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(_BEFORE_ZONE.sub("", text.replace("UTC", "Z")))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if moment.year in _YEARS else None


def time_problem(text: str) -> str:
    """Why a text is no time of a bill."""
    found = re.match(r"(\d{4,})-\d\d?-\d\d?(?!\d)", text)
    if found and int(found[1][:6]) not in _YEARS:
        return "is out of range"
    return "is not a date"


def slashed(text: str) -> bool:
    """Whether a text is a date with slashes, day and month in an order of its own."""
    return _SLASHED.fullmatch(text) is not None


def order_of(starts: Iterable[str], others: Iterable[str]) -> str | None:
    """Which of month and day comes first in a file's dates: `month`, `day`, or none if both may be.

    Args:
        starts: Texts of the ends of billing periods, which fall on the first of a month.
        others: All other texts with slashes.
    """
    starts, others = list(starts), list(others)
    possible = [
        order
        for order in ("month", "day")
        if all((day := unslash(text, order)) and day[8:10] == "01" for text in starts)
        and all(unslash(text, order) for text in others)
    ]
    return possible[0] if len(possible) == 1 else None


def unslash(text: str, order: str) -> str | None:
    """A date with slashes in ISO form, read month first or day first; none if there is no such date."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return None
    first, second, year, hour, minute, second_of_minute = found.groups()
    month, day = (first, second) if order == "month" else (second, first)
    century = 2000 if len(year) == 2 else 0
    clock = int(hour or 0), int(minute or 0), int(second_of_minute or 0)
    try:
        moment = datetime(century + int(year), int(month), int(day), *clock, tzinfo=UTC)
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%d %H:%M:%S")
