"""Charges: one row of the bill each, and how daily use becomes them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tidewater.figures import (
    DAYS,
    END,
    ZERO,
    growth_factor,
    month_of,
    noise_factor,
    number,
    rounded,
    times,
    weekday_factor,
)
from tidewater.lines import Attributes, Line, consumed_unit, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewater.estate import Estate, Payer

_DELIVERED: Final = {END: 35, END - timedelta(1): 70}
"""Percent of the lines that have arrived for the last two days."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One row. Costs in the payer's currency; `expected` is its EffectiveCost had nothing happened."""

    payer: Payer
    attributes: Attributes
    start: date
    end: date
    month: date
    billed: Decimal
    effective: Decimal
    listed: Decimal
    contracted: Decimal
    quantity: Decimal | None = None
    consumed: Decimal | None = None
    list_price: Decimal | None = None
    contracted_price: Decimal | None = None
    commitment_quantity: Decimal | None = None
    priced: Decimal | None = None
    expected: Decimal | None = None
    more: Attributes = field(default_factory=dict)

    def get(self, column: str) -> str | None:
        """The text of a FOCUS column."""
        return self.more[column] if column in self.more else self.attributes.get(column)


def flat(
    payer: Payer, attributes: Attributes, period: tuple[date, date], cost: Decimal, **kept: Any
) -> Charge:
    """A charge whose four costs are the same: a fee, a tax, a credit, a refund."""
    charge = Charge(payer, attributes, *period, month_of(period[0]), cost, cost, cost, cost)
    return replace(charge, **kept) if kept else charge


@dataclass(frozen=True)
class Event:
    """A change injected into the quantities of some lines."""

    match: dict[str, str]
    first: date
    last: date
    factors: tuple[Decimal, ...]
    ramp: Decimal

    def touches(self, file: str, line: Line) -> bool:
        """Whether a line is one of those it changes."""
        at = {
            "provider": file,
            "account": line.use.account.key,
            "group": line.use.name,
            "meter": line.meter.key,
        }
        return all(at[key] == value for key, value in self.match.items())

    def factor(self, day: date) -> Decimal:
        """What it multiplies a day's quantity by."""
        if not self.first <= day <= self.last:
            return Decimal(1)
        passed = (day - self.first).days
        return self.factors[passed] if self.factors else 1 + self.ramp * passed


def injected(tables: list[dict[str, Any]]) -> list[Event]:
    """The events of `events.toml` that change quantities."""
    return [
        Event(
            match=table["match"],
            first=table["first"],
            last=table["last"],
            factors=tuple(Decimal(value) for value in table.get("factors", [])),
            ramp=Decimal(table.get("ramp", "0")),
        )
        for table in tables
        if "match" in table
    ]


def arrived(line: Line, day: date) -> bool:
    """Whether a line's charge of a day has been delivered yet."""
    return number(f"late|{day}|{line.meter.service.key}|{line.key}") % 100 < _DELIVERED.get(day, 100)


def daily_quantity(line: Line, day: date) -> Decimal:
    """The use of a day before any event, in pricing units."""
    meter, use = line.meter, line.use
    value = line.base
    if not meter.fixed:
        if not meter.stored:
            value *= weekday_factor(use.profile, day)
        value *= growth_factor(use.growth, use.first, day)
        value *= noise_factor(line.key, day, meter.noise if use.noise is None else use.noise)
    if meter.unit == "Hours" and not meter.fixed:
        value = min(value, line.base if line.base >= 24 else Decimal(24))
    return rounded(value, meter.dec)


def prices(line: Line, day: date, before: Decimal | None = None) -> tuple[Decimal, Decimal]:
    """List and contracted price in the payer's currency on a day, or as they were `before`."""
    meter, rate = line.meter, line.use.account.payer.rate
    listed = before if before is not None else meter.list_price(day)
    contracted = listed * meter.service.discount
    if meter.spot:
        week = f"{meter.key}|{line.use.region}|{day.isocalendar().week}"
        contracted = rounded(meter.spot * (90 + number(week) % 21) / 100, 4)
    return listed * rate, contracted * rate


def usage(line: Line, day: date, quantity: Decimal, expected: Decimal | None = None) -> Charge:
    """An on-demand charge of a line for a day.

    Args:
        line: What is used.
        day: The charge period.
        quantity: Pricing units.
        expected: The quantity had no event touched it; the same quantity by default.
    """
    listed, contracted = prices(line, day)
    cost = times(contracted, quantity)
    usual = prices(line, day, line.meter.price)[1] if line.meter.prices else contracted
    payer = line.use.account.payer
    return Charge(
        payer=payer,
        attributes=line.attributes,
        start=day,
        end=day + timedelta(1),
        month=month_of(day),
        billed=cost,
        effective=cost,
        listed=times(listed, quantity),
        contracted=cost,
        quantity=quantity,
        consumed=quantity * consumed_unit(line.meter)[1],
        list_price=listed,
        contracted_price=contracted,
        priced=times(contracted / payer.rate, quantity),
        expected=times(usual, quantity if expected is None else expected),
    )


def _line_days(line: Line, events: list[Event], *, covered: bool) -> Iterator[tuple[Line, date, Charge]]:
    for day in DAYS:
        here = day < END if covered else arrived(line, day)
        if not here or not line.first <= day <= line.last:
            continue
        usual = daily_quantity(line, day)
        quantity = usual
        for event in events:
            quantity = rounded(quantity * event.factor(day), line.meter.dec)
        if quantity > ZERO:
            yield line, day, usage(line, day, quantity, usual)


def used(estate: Estate, tables: list[dict[str, Any]]) -> list[tuple[Line, date, Charge]]:
    """Every day's use of every line at contracted prices, before commitments.

    Lines that a commitment covers have nothing on the very last day and all of the day before,
    like the commitment's own rows, so that what is used and unused always adds up.
    """
    covered = {name for commitment in estate.commitments for name in commitment.covers}
    events = injected(tables)
    found: list[tuple[Line, date, Charge]] = []
    for line in lines(estate):
        touching = [event for event in events if event.touches(estate.file, line)]
        found.extend(_line_days(line, touching, covered=line.use.name in covered))
    return found
