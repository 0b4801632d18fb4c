"""Rates of exchange by date: what one unit of a currency was worth in another on a day.

The rate of a day is the latest one dated on or before it. It is taken as it was given; where only the other
direction is given, it is one divided by that; where neither is, it goes by way of one third currency (the euro
if it links the two). Rates have 18 decimals at most: what was reckoned is rounded to them, half to even.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from finops_tui.queries.view import Period

    Series = Mapping[date, Decimal]
    Leg = tuple["_Dated", bool]

DECIMALS: Final = 18
"""Of a rate, and of an amount that was converted."""

LEAST, MOST = Decimal("1e-9"), Decimal("1e9")
"""A rate is at least the one and less than the other."""

FIRST_LINK: Final = "EUR"

_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_STEP: Final = Decimal(1).scaleb(-DECIMALS)


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit of one currency is worth in another.

    Attributes:
        code: The currency.
        target: The other one.
        day: The date it is of; of two that were multiplied, the older one.
        value: With at most `DECIMALS` decimals.
        how: `given`, `inverse`, or `by way of CODE`.
    """

    code: str
    target: str
    day: date
    value: Decimal
    how: str = "given"

    @property
    def words(self) -> str:
        """As it is read: `EUR→USD 1.0834 of 2026-06-16`."""
        return f"{self.code}→{self.target} {short(self.value)} of {self.day}"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` up to, not including, `until`, on which one rate counts."""

    since: date
    until: date
    rate: Rate


@dataclass(frozen=True, slots=True)
class Used:
    """The rates from one currency that count in a period.

    Attributes:
        rate: The last of them.
        count: How many there are.
        file: Where they are from.
        since: The first day that has one, where the period begins before it.
    """

    rate: Rate
    count: int
    file: str
    since: date | None = None

    @property
    def brief(self) -> str:
        """The last one, its date, and that there are others."""
        return f"{self.rate.words}{f', {self.count} rates' if self.count > 1 else ''}{self._from}"

    @property
    def words(self) -> str:
        """The last one, its date, how it was come by, and the file."""
        more = f", the last of {self.count}" if self.count > 1 else ""
        how = "" if self.rate.how == "given" else f", {self.rate.how}"
        return f"{self.rate.words}{how}{more}, from {self.file}{self._from}"

    @property
    def _from(self) -> str:
        return f", none before {self.since}" if self.since is not None else ""


class _Dated:
    """One pair's rates in order of their dates."""

    def __init__(self, series: Series) -> None:
        self.days = sorted(series)
        self._values = [series[day] for day in self.days]

    def at(self, day: date) -> tuple[date, Decimal] | None:
        place = bisect_right(self.days, day) - 1
        return (self.days[place], self._values[place]) if place >= 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Every rate of a file.

    Attributes:
        pairs: Currency and target to rates by date.
        file: What the file is called.
        target: The currency that the settings convert to, or ''.
    """

    pairs: Mapping[tuple[str, str], Series]
    file: str = ""
    target: str = ""
    _known: dict[tuple[str, str], tuple[tuple[date, Rate], ...]] = field(default_factory=dict, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every currency that is named."""
        return tuple(sorted({code for pair in self.pairs for code in pair}))

    def goal(self, currencies: Sequence[str]) -> str:
        """The currency that costs are converted to: what the settings say, or the first of a bill's."""
        return self.target or currencies[0]

    def rate(self, code: str, target: str, day: date) -> Rate | None:
        """The rate that counts on a day; None where there is none yet, or no way from one to the other."""
        steps = self._steps(code, target)
        place = bisect_right(steps, day, key=lambda step: step[0]) - 1
        return steps[place][1] if place >= 0 else None

    def spans(self, code: str, target: str, period: Period) -> tuple[Span, ...]:
        """The rates that count in a period, day after day; days before the first rate are in none."""
        steps = [step for step in self._steps(code, target) if step[0] < period.until]
        found: list[Span] = []
        for place, (since, rate) in enumerate(steps):
            until = min(steps[place + 1][0] if place + 1 < len(steps) else period.until, period.until)
            if until > period.since:
                found.append(Span(max(since, period.since), until, rate))
        return tuple(found)

    def used(self, codes: Iterable[str], target: str, period: Period) -> tuple[Used, ...]:
        """The rates from some currencies that count in a period, by currency."""
        found = []
        for code in sorted(set(codes) - {target}):
            spans = self.spans(code, target, period)
            if spans:
                since = spans[0].since if spans[0].since > period.since else None
                found.append(Used(spans[-1].rate, len(spans), self.file, since))
        return tuple(found)

    def _steps(self, code: str, target: str) -> tuple[tuple[date, Rate], ...]:
        """From which day on which rate counts."""
        known = self._known.get((code, target))
        if known is None:
            known = self._known[code, target] = tuple(self._reckoned(code, target))
        return known

    def _reckoned(self, code: str, target: str) -> Iterable[tuple[date, Rate]]:
        if code == target:
            return
        ways = [(how, legs) for how, legs in self._ways(code, target) if legs]
        for day in sorted({day for _, legs in ways for dated, _ in legs for day in dated.days}):
            for how, legs in ways:
                found = _multiplied(legs, day)
                if found is not None:
                    yield day, Rate(code, target, *found, how)
                    break

    def _ways(self, code: str, target: str) -> Iterable[tuple[str, tuple[Leg, ...]]]:
        """The ways from one currency to another, the best first."""
        if (code, target) in self.pairs:
            yield "given", ((_Dated(self.pairs[code, target]), False),)
        if (target, code) in self.pairs:
            yield "inverse", ((_Dated(self.pairs[target, code]), True),)
        links = sorted(self._beside(code) & self._beside(target), key=lambda link: (link != FIRST_LINK, link))
        for link in links[:1]:
            yield f"by way of {link}", (*self._leg(code, link), *self._leg(link, target))

    def _beside(self, code: str) -> set[str]:
        return {b if a == code else a for a, b in self.pairs if code in {a, b}}

    def _leg(self, code: str, target: str) -> tuple[Leg, ...]:
        given = self.pairs.get((code, target))
        return ((_Dated(given), False),) if given else ((_Dated(self.pairs[target, code]), True),)


def _multiplied(legs: Iterable[Leg], day: date) -> tuple[date, Decimal] | None:
    """The product of what counts on a day, and the oldest date in it; None when it is out of bounds, or not there."""
    above, below, oldest = Decimal(1), Decimal(1), day
    for dated, inverse in legs:
        found = dated.at(day)
        if found is None:
            return None
        oldest = min(oldest, found[0])
        if inverse:
            below = _WIDE.multiply(below, found[1])
        else:
            above = _WIDE.multiply(above, found[1])
    value = above if below == 1 else _WIDE.divide(above, below)
    if not LEAST <= value < MOST:
        return None
    return oldest, value.quantize(_STEP, context=_WIDE) if below != 1 or _decimals(
        value
    ) > DECIMALS else value


def _decimals(value: Decimal) -> int:
    return max(-int(value.as_tuple().exponent), 0)


def short(value: Decimal) -> str:
    """A rate to be read: six digits that count, no zeros at the end."""
    rounded = Context(prec=6).plus(value)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
