"""The days of two compared periods: which they are, and what their number and weekdays alone would change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from finops_tui.queries.periods import PeriodError, name_of, shift
from finops_tui.queries.view import Comparison, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.calendar import Calendar

MOST: Final = 4
"""How many kinds of shifted weekdays two periods can have: each weekday comes n or n + 1 times in each."""

_EACH: Final = 28
"""Days from which every weekday came four times or more: its mean is one."""

_HALVES: Final = 14
"""Days from which working days and weekends are told apart; in fewer, only the length counts."""

_WEEKEND: Final = (6, 7)
_WORK: Final = (1, 2, 3, 4, 5)
_ONE: Final = timedelta(days=1)
_PLACES: Final = Decimal("1e-12")
_NOTHING: Final = Decimal(0)
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)


def ratio(one: Decimal | int, other: Decimal | int) -> Decimal:
    """One number as a multiple of another, to 60 digits; never money itself."""
    return _WIDE.divide(Decimal(one), other)


def scaled(amount: Decimal, times: Decimal) -> Decimal:
    """An amount times a ratio, to twelve decimals, half to even."""
    return _WIDE.multiply(amount, times).quantize(_PLACES, ROUND_HALF_EVEN, _WIDE)


@dataclass(frozen=True, slots=True)
class Shift:
    """Weekdays that come more or less often now.

    Attributes:
        weekdays: ISO numbers, Monday is 1.
        weight: By how much of what they cost before they alone would change it, to 60 digits.
    """

    weekdays: tuple[int, ...]
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Days:
    """What two periods' days have to do with a change.

    Attributes:
        before: How many days there were.
        now: How many there are.
        shifts: Weekdays that come more or less often, `MOST` kinds of them at the most.
        weekdays: Whether the days before are enough to know what a weekday costs.
        longer: By how much of the days before there are more now, to 60 digits.
    """

    before: int
    now: int
    shifts: tuple[Shift, ...]
    weekdays: bool
    longer: Decimal

    @classmethod
    def of(cls, compared: Comparison) -> Days:
        """The days of a comparison."""
        before, now = _counts(compared.before), _counts(compared.now)
        length = compared.before.days
        each = [(day,) for day in range(1, 8)]
        groups = each if length >= _EACH else [_WORK, _WEEKEND] if length >= _HALVES else []
        weights: dict[Fraction, list[int]] = {}
        for group in groups:
            were, are = (sum(counts[day] for day in group) for counts in (before, now))
            weights.setdefault(Fraction(are - were, were), []).extend(group)
        shifts = tuple(
            Shift(tuple(days), ratio(weight.numerator, weight.denominator))
            for weight, days in sorted(weights.items())
            if weight
        )
        longer = ratio(compared.now.days - length, length)
        return cls(length, compared.now.days, shifts, bool(groups), longer)

    def effect(self, whole: Decimal, shifted: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
        """What the number of days, and the mix of weekdays, alone would have changed.

        Args:
            whole: The cost before; only looked at when the lengths differ.
            shifted: The share of it on the days of each of `shifts`.

        Returns:
            The two changes, to twelve decimals.
        """
        length = scaled(whole, self.longer) if whole and self.longer else _NOTHING
        if not self.weekdays:
            return length, _NOTHING
        both = _NOTHING
        for shift_, amount in zip(self.shifts, shifted, strict=False):
            if amount:
                both = _WIDE.add(both, scaled(amount, shift_.weight))
        return length, _WIDE.subtract(both, length)


def _counts(period: Period) -> Counter[int]:
    """How often each weekday comes."""
    weeks, rest = divmod(period.days, 7)
    counts = Counter(dict.fromkeys(range(1, 8), weeks))
    counts.update((period.since + n * _ONE).isoweekday() for n in range(rest))
    return counts


def chosen(
    calendar: Calendar, period: Period, against: Period | None = None, *, raw: bool = False
) -> Comparison:
    """The two periods to compare: like for like unless they are wanted as they are.

    Like for like means complete days only. Without `against` it is the comparison of the explorer. A
    period that still lacks days is compared with as many first days of `against`; whole periods keep
    their lengths, and what the lengths alone change is a part of the explanation.

    Args:
        calendar: What the data covers.
        period: What is looked at.
        against: What it is compared with.
        raw: Keep days that are still arriving.

    Raises:
        PeriodError: there is nothing to compare, or the two share days; the message says what can be done.
    """
    if against is None and not raw:
        compared = calendar.compared(period)
        if compared is None:
            raise PeriodError(_nothing(calendar, period))
        return compared
    until = calendar.all.until if raw else calendar.complete_until
    now = _within(period, calendar.first, until)
    earlier = against if against is not None else shift(period, -1)
    before = _within(earlier, calendar.first, until)
    if now is None or before is None:
        raise PeriodError(_nothing(calendar, period if now is None else earlier))
    if not raw and now.days < period.days and now.days < before.days:
        before = _named(before.since, before.since + timedelta(days=now.days))
    if now.since < before.until and before.since < now.until:
        raise PeriodError(
            f"{now.name} and {before.name} share days; what changed between them is not defined"
        )
    return Comparison(now, before)


def _within(period: Period, first: date, until: date) -> Period | None:
    since, end = max(period.since, first), min(period.until, until)
    if end <= since:
        return None
    return period if (since, end) == (period.since, period.until) else _named(since, end)


def _named(since: date, until: date) -> Period:
    return Period(since, until, name_of(since, until))


def _nothing(calendar: Calendar, period: Period) -> str:
    name = period.name or name_of(period.since, period.until)
    last = calendar.complete_until - _ONE
    return (
        f"no complete days to compare for {name}: the data has complete days from {calendar.first} to {last}; "
        "name two periods within them"
    )
