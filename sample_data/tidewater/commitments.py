"""Savings Plans and reservations: purchases, covered use, and what stays unused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tidewater.charges import Charge, flat
from tidewater.figures import DAYS, END, ZERO, next_month, times
from tidewater.lines import Attributes, charge_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewater.estate import Commitment, Estate
    from tidewater.lines import Line

DAY: Final = 24
MONTH: Final = 730
"""Hours of a twelfth of a year: what a monthly payment is for."""


def _names(commitment: Commitment, status: str | None) -> Attributes:
    return {
        "PricingCategory": "Committed",
        "CommitmentDiscountId": commitment.id,
        "CommitmentDiscountName": commitment.name,
        "CommitmentDiscountType": commitment.type,
        "CommitmentDiscountCategory": commitment.category,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountUnit": "USD" if commitment.category == "Spend" else "Hours",
    }


def _own(estate: Estate, commitment: Commitment) -> Attributes:
    """What the commitment's own rows say: it is the resource they are about."""
    shared = charge_attributes(estate, commitment.service, commitment.account, commitment.region)
    return {
        **shared,
        "ResourceId": commitment.id,
        "ResourceName": commitment.name,
        "ResourceType": commitment.type,
        "Tags": "{}",
    }


def _paid(
    estate: Estate, commitment: Commitment, period: tuple[date, date], hours: int, share: str = "1"
) -> Charge:
    """A purchase row: billed for so many hours of the commitment, effective nothing."""
    price = commitment.hourly * Decimal(share)
    once = hours > MONTH
    more: Attributes = {
        **_names(commitment, None),
        "PricingCategory": "Standard",
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "One-Time" if once else "Recurring",
        "ChargeDescription": f"{commitment.name}: {'upfront' if once else 'recurring'} fee",
        "PricingUnit": "Hours",
    }
    cost = times(price, Decimal(hours))
    units = cost if commitment.category == "Spend" else Decimal(hours * commitment.count)
    charge = flat(commitment.account.payer, _own(estate, commitment), period, cost)
    return replace(
        charge,
        effective=ZERO,
        quantity=Decimal(hours),
        list_price=price,
        contracted_price=price,
        commitment_quantity=units,
        priced=ZERO,
        more=more,
    )


def _purchases(estate: Estate, commitment: Commitment) -> Iterator[Charge]:
    """Every payment that falls into the data."""
    year = (commitment.last - commitment.first).days + 1
    for day in DAYS[:-1]:
        if not commitment.first <= day <= commitment.last:
            continue
        if commitment.pay == "daily":
            yield _paid(estate, commitment, (day, day + timedelta(1)), DAY)
        if commitment.pay == "upfront" and day == commitment.first:
            yield _paid(estate, commitment, (day, day + timedelta(1)), DAY * year)
        if commitment.pay == "partial" and day == commitment.first:
            yield _paid(estate, commitment, (day, day + timedelta(1)), DAY * year, "0.5")
        if commitment.pay == "partial" and day.day == commitment.first.day:
            yield _paid(estate, commitment, (day, day + timedelta(1)), MONTH, "0.50")
        if commitment.pay == "monthly" and day.day == commitment.first.day:
            yield _paid(estate, commitment, (day, next_month(day)), MONTH)


def _of(charge: Charge, quantity: Decimal) -> Charge:
    """The part of an on-demand charge that is for so many of its pricing units.

    Raises:
        ValueError: the charge has no unit prices.
    """
    if charge.list_price is None or charge.contracted_price is None:
        raise ValueError("only a charge with unit prices can be divided")
    cost = times(charge.contracted_price, quantity)
    return replace(
        charge,
        quantity=quantity,
        consumed=quantity,
        billed=cost,
        effective=cost,
        contracted=cost,
        listed=times(charge.list_price, quantity),
        priced=cost,
        expected=cost,
    )


def _covered(commitment: Commitment, charge: Charge, rate: Decimal, quantity: Decimal) -> Charge:
    """The part of a charge that the commitment pays for."""
    cost = times(rate, quantity)
    return replace(
        _of(charge, quantity),
        billed=ZERO,
        effective=cost,
        priced=cost,
        expected=cost,
        commitment_quantity=cost if commitment.category == "Spend" else quantity,
        more=_names(commitment, "Used"),
    )


def _split(commitment: Commitment, line: Line, charge: Charge, left: Decimal) -> tuple[list[Charge], Decimal]:
    """A charge as covered and on-demand parts, and what is left of the day's commitment."""
    rate, wanted = commitment.rates.get(line.meter.key), charge.quantity
    if rate is None or wanted is None:
        return [charge], left
    unit = rate if commitment.category == "Spend" else Decimal(1)
    step = Decimal(1).scaleb(-line.meter.dec)
    quantity = min(wanted, (left / unit) // step * step)
    if quantity <= 0:
        return [charge], left
    parts = [_covered(commitment, charge, rate, quantity)]
    if quantity < wanted:
        parts.append(_of(charge, wanted - quantity))
    return parts, left - times(unit, quantity)


def _unused(estate: Estate, commitment: Commitment, day: date, left: Decimal) -> Charge:
    spend = commitment.category == "Spend"
    cost = left if spend else times(next(iter(commitment.rates.values())), left)
    more: Attributes = {
        **_names(commitment, "Unused"),
        "ChargeDescription": f"{commitment.name}: unused",
    }
    charge = flat(commitment.account.payer, _own(estate, commitment), (day, day + timedelta(1)), cost)
    return replace(
        charge,
        billed=ZERO,
        listed=ZERO,
        contracted=ZERO,
        commitment_quantity=left,
        priced=cost,
        expected=ZERO,
        more=more,
    )


def _day(estate: Estate, commitment: Commitment, day: date, uses: list[tuple[Line, Charge]]) -> list[Charge]:
    """A day's charges under a commitment, and what it leaves unused."""
    spend = commitment.category == "Spend"
    left = commitment.hourly * DAY if spend else Decimal(DAY * commitment.count)
    found: list[Charge] = []
    for line, charge in uses:
        parts, left = _split(commitment, line, charge, left)
        found.extend(parts)
    return [*found, _unused(estate, commitment, day, left)] if left > 0 else found


def _after(commitment: Commitment, line: Line, charge: Charge) -> Charge:
    """A charge after the term, with what it would still have cost under the commitment."""
    rate = commitment.rates.get(line.meter.key)
    if rate is None or charge.quantity is None:
        return charge
    return replace(charge, expected=times(rate, charge.quantity))


def apply(estate: Estate, uses: list[tuple[Line, date, Charge]]) -> list[Charge]:
    """All charges of use with every commitment applied, its purchases and unused rows included.

    A line is covered by the first commitment that names its group and runs on that day.
    """
    found: list[Charge] = []
    pools: dict[tuple[str, date], list[tuple[Line, Charge]]] = defaultdict(list)
    for line, day, charge in uses:
        naming = [one for one in estate.commitments if line.use.name in one.covers]
        running = next((one for one in naming if one.first <= day <= one.last), None)
        if running is not None:
            pools[running.key, day].append((line, charge))
        elif naming and naming[-1].last < day:
            found.append(_after(naming[-1], line, charge))
        else:
            found.append(charge)
    for commitment in estate.commitments:
        found.extend(_purchases(estate, commitment))
        for day in DAYS:
            if commitment.first <= day <= commitment.last and day < END:
                pool = pools.pop((commitment.key, day), [])
                found.extend(_day(estate, commitment, day, pool))
    return found
