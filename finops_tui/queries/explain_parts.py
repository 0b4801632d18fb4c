"""A change taken apart: what each thing's change is made of, so that the parts add up to it to the last digit.

For a thing that is there in both periods, with quantities `q` and costs `c`:

* what it would cost now at the old price per unit is `c0 · q1 / q0`; up to there it is use, beyond it is rate;
* of use, what the number of days and the mix of weekdays alone would change is taken out first;
* the rate is told by the differences of the FOCUS costs: list, contracted less list, and the basis less
  contracted, each now less what it would be at the old price per unit.

Only `c0 · q1 / q0` is rounded (to twelve decimals), and each part is a difference of the same amounts: what
rounding takes from one part it gives to the next.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finops_tui.queries.amounts import EXACT, ZERO
from finops_tui.queries.explain_days import MOST, ratio, scaled
from finops_tui.queries.view import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finops_tui.queries.explain_days import Days

PARTS: Final[dict[str, str]] = {
    "length": "more or fewer days",
    "weekdays": "another mix of weekdays",
    "new": "was not there before",
    "gone": "is not there any more",
    "usage": "more or less was used",
    "list": "list prices",
    "negotiated": "negotiated discounts",
    "rate": "prices, list or negotiated",
    "commitment": "what commitments cover, and what of them is unused",
    "credits": "credits",
    "tax": "tax",
    "refunds": "refunds and corrections",
    "fees": "purchases, fees, and charges without a quantity",
}
"""Every part in the order it is told, with its meaning."""

MATCHES: Final = ("resource", "usage")
"""What the question's `$match` may say: a thing is a resource's usage, or a usage whatever the resource."""

FURTHEST: Final = 100
"""A price per unit that moves further than this, or through zero, is a change of rate and nothing else: what
it would cost now at the old price says nothing any more."""

_REFUND: Final = Condition("ChargeClass", "Correction")
_NO_REFUND: Final = Condition("ChargeClass", "Correction", excluded=True)
_USAGE: Final = (_NO_REFUND, Condition("ChargeCategory", "Usage"))
_USED: Final = (
    *_USAGE,
    Condition("CommitmentDiscountStatus", "Unused", excluded=True),
    Condition("ChargeFrequency", "One-Time", excluded=True),
    Condition("ChargeFrequency", "Recurring", excluded=True),
)
_ROWS: Final[dict[str, tuple[Condition, ...]]] = {
    "commitment": _USAGE,
    "credits": (_NO_REFUND, Condition("ChargeCategory", "Credit")),
    "tax": (_NO_REFUND, Condition("ChargeCategory", "Tax")),
    "refunds": (_REFUND,),
    "fees": (
        _NO_REFUND,
        Condition("ChargeCategory", "Tax", excluded=True),
        Condition("ChargeCategory", "Credit", excluded=True),
    ),
}
_WHOLE: Final[dict[str, str]] = {
    **{name: name for name in ("new", "gone", "commitment", "credits", "tax", "refunds", "fees")},
    "unmeasured": "fees",
}
"""States of a thing whose change is one part, whole."""

_ONE_EACH: Final = (Decimal(1), Decimal(1))
_SHIFTS: Final = tuple(f"shift{number}" for number in range(MOST))


def rows_of(part: str) -> tuple[Condition, ...]:
    """The conditions that leave only charges a part is made of.

    Raises:
        KeyError: no such part.
    """
    if part not in PARTS:
        raise KeyError(part)
    return _ROWS.get(part, _USED)


class Thing(NamedTuple):
    """One thing, or many of the same state added up, in both periods; costs in one currency.

    Attributes:
        state: `new`, `gone`, `same` (in both, as much of it, on as many of each weekday), `changed` (one
            thing that is in both), `unmeasured`, or a part that it belongs to whole.
        listed: Whether every charge has a list price.
        contracted: Whether every charge has a contracted price.
        cost: In the basis looked at, before and now.
        list_cost: At list prices, before and now.
        contracted_cost: At contracted prices, before and now.
        quantity: Before and now; of `changed` only.
        whole: Cost before, when the periods differ in length.
        shifted: Cost before on the weekdays of each of the days' shifts.
    """

    state: str
    listed: bool
    contracted: bool
    cost: tuple[Decimal, Decimal]
    list_cost: tuple[Decimal, Decimal]
    contracted_cost: tuple[Decimal, Decimal]
    quantity: tuple[Decimal, Decimal] = _ONE_EACH
    whole: Decimal = ZERO
    shifted: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Thing:
        """The thing of a row of the question `explain`."""
        state, cost = row["state"], (row["before"], row["now"])
        if state in _WHOLE:
            return cls(state, row["listed"], row["contracted"], cost, (ZERO, ZERO), (ZERO, ZERO))
        return cls(
            state,
            row["listed"],
            row["contracted"],
            cost,
            (row["list_before"], row["list_now"]),
            (row["contracted_before"], row["contracted_now"]),
            (row["quantity_before"], row["quantity_now"]) if state == "changed" else _ONE_EACH,
            row["whole"] or ZERO,
            tuple(row[name] or ZERO for name in _SHIFTS),
        )


def parts_of(thing: Thing, days: Days, basis: str) -> dict[str, Decimal]:
    """What the change of a thing is made of.

    Args:
        thing: What it cost, and how much of it was used.
        days: Of the two periods.
        basis: The cost basis of `thing.cost`, by its word.

    Returns:
        Amounts by part, in no particular order; they add up to the change exactly.
    """
    before, now = thing.cost
    change = EXACT.subtract(now, before)
    if thing.state in _WHOLE:
        return {_WHOLE[thing.state]: change}
    if (before < 0 < now) or (now < 0 < before):
        return {"rate": change}
    times = ratio(thing.quantity[1], thing.quantity[0]) if thing.quantity[0] != thing.quantity[1] else None
    cost = _at_old_price(thing.cost, times)
    rates = None if cost is None else _rates(thing, times, cost, basis)
    if cost is None or rates is None:
        return {"rate": change}
    length, weekdays = days.effect(thing.whole, thing.shifted) if thing.state == "changed" else (ZERO, ZERO)
    usage = EXACT.subtract(EXACT.subtract(cost, before), EXACT.add(length, weekdays))
    return {"length": length, "weekdays": weekdays, "usage": usage, **rates}


def _at_old_price(pair: tuple[Decimal, Decimal], times: Decimal | None) -> Decimal | None:
    """What would be charged now at the old price per unit; None where that is beyond all measure."""
    before, now = pair
    if times is None or not before:
        return before
    amount = scaled(before, times)
    return None if amount.copy_abs() > FURTHEST * max(before.copy_abs(), now.copy_abs()) else amount


def _rates(thing: Thing, times: Decimal | None, cost: Decimal, basis: str) -> dict[str, Decimal] | None:
    """What is beyond use, told apart as far as the prices are known; None where a price is beyond measure."""
    rate = EXACT.subtract(thing.cost[1], cost)
    if basis == "list":
        return {"list": rate}
    if not thing.contracted:
        return {"rate": rate}
    contracted = _at_old_price(thing.contracted_cost, times)
    if contracted is None:
        return None
    agreed = EXACT.subtract(thing.contracted_cost[1], contracted)
    covered = EXACT.subtract(rate, agreed)  # nothing, on the contracted basis
    if not thing.listed:
        return {"rate": agreed, "commitment": covered}
    listed = _at_old_price(thing.list_cost, times)
    if listed is None:
        return None
    at_list = EXACT.subtract(thing.list_cost[1], listed)
    return {"list": at_list, "negotiated": EXACT.subtract(agreed, at_list), "commitment": covered}
