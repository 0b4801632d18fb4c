"""Known changes have known parts: a price cut is list, an ended commitment is commitment, and so on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finops_tui.queries.explain import explain
from finops_tui.queries.view import Comparison, Period, View
from tests.queries.small_bill import Bill, Row, charge

BEFORE, NOW = date(2026, 4, 6), date(2026, 5, 4)  # Mondays
COMPARED = Comparison(Period(NOW, date(2026, 5, 18)), Period(BEFORE, date(2026, 4, 20)))


def used(day: date, quantity: float | None, *costs: str | None, **columns: Any) -> Row:
    """Usage with its list, contracted and effective cost; what is billed is the effective cost."""
    listed, contracted, effective = (None if cost is None else Decimal(cost) for cost in (costs * 3)[:3])
    return charge(
        day,
        "0",
        **{
            "PricingQuantity": quantity,
            "PricingUnit": "Hours",
            "ListCost": listed,
            "ContractedCost": contracted,
            "EffectiveCost": effective,
            "BilledCost": effective,
            **columns,
        },
    )


def parts(
    *rows: Row, compared: Comparison = COMPARED, match: str = "resource", basis: str = "effective"
) -> dict:
    view = View(compared.now, compared, basis=basis)
    [one] = explain(Bill(list(rows)).ask("explain", view, match=match), view)
    return dict(one.parts)


def test_twice_the_use_at_the_same_price_is_usage() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 20, "10")) == {"usage": 5}


def test_the_same_use_at_a_lower_list_price_is_list() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 10, "4")) == {"list": -1}


def test_use_comes_before_price() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 20, "8")) == {"usage": 5, "list": -2}


def test_a_new_discount_is_negotiated() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 10, "5", "4", "4")) == {"negotiated": -1}


def test_an_ended_commitment_is_commitment_and_not_gone_and_new() -> None:
    covered = used(BEFORE, 10, "5", "5", "3", CommitmentDiscountStatus="Used", CommitmentDiscountId="sp-1")
    assert parts(covered, used(NOW, 10, "5")) == {"commitment": 2}


def test_an_unused_commitment_is_commitment() -> None:
    unused = used(NOW, None, "0", "0", "7", CommitmentDiscountStatus="Unused", PricingUnit=None)
    assert parts(used(BEFORE, 1, "5"), used(NOW, 1, "5"), unused) == {"commitment": 7}


def test_on_each_basis_the_rate_is_what_that_basis_can_have() -> None:
    rows = used(BEFORE, 10, "5", "4", "3"), used(NOW, 10, "6", "4.5", "3")
    assert parts(*rows, basis="list") == {"list": 1}
    assert parts(*rows, basis="contracted") == {"list": 1, "negotiated": Decimal("-0.5")}
    expected = {"list": 1, "negotiated": Decimal("-0.5"), "commitment": Decimal("-0.5")}
    assert parts(*rows, basis="effective") == expected


def test_new_and_gone_are_by_resource_unless_matched_by_usage() -> None:
    rows = used(BEFORE, 10, "5", ResourceId="i-1"), used(NOW, 12, "6", ResourceId="i-2")
    assert parts(*rows) == {"new": 6, "gone": -5}
    assert parts(*rows, match="usage") == {"usage": 1}


def test_units_are_never_mixed() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 10, "6", PricingUnit="GB")) == {"new": 6, "gone": -5}


def test_consumed_quantities_stand_in_for_priced_ones() -> None:
    consumed = {"ConsumedUnit": "Hours", "PricingUnit": None}
    before = used(BEFORE, None, "5", ConsumedQuantity=10.0, **consumed)
    assert parts(before, used(NOW, None, "10", ConsumedQuantity=20.0, **consumed)) == {"usage": 5}


@pytest.mark.parametrize("quantity", [None, 0.0, -3.0, float("nan"), float("inf"), 1e300])
def test_without_a_usable_quantity_it_is_fees(quantity: float | None) -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, quantity, "6")) == {"fees": 1}


def test_without_list_prices_list_and_negotiated_are_rate() -> None:
    rows = used(BEFORE, 10, None, "5", "4"), used(NOW, 10, "9", "6", "4.5")
    assert parts(*rows) == {"rate": 1, "commitment": Decimal("-0.5")}
    rows = used(BEFORE, 10, "0", "5", "4"), used(NOW, 10, "9", "6", "4.5")  # a list price of 0 is none
    assert parts(*rows) == {"rate": 1, "commitment": Decimal("-0.5")}


def test_without_contracted_prices_all_of_it_is_rate() -> None:
    assert parts(used(BEFORE, 10, "5", None, "4"), used(NOW, 20, "12", "11", "9")) == {"usage": 4, "rate": 1}


def test_a_price_beyond_measure_is_rate() -> None:
    assert parts(used(BEFORE, 0.001, "5"), used(NOW, 10, "6")) == {"rate": 1}
    assert parts(used(BEFORE, 10, "5"), used(NOW, 10, "-1")) == {"rate": -6}


def test_what_became_free_was_not_used_less() -> None:
    assert parts(used(BEFORE, 10, "5"), used(NOW, 20, "10", "10", "0")) == {"usage": 5, "commitment": -10}


def test_other_kinds_are_parts_of_their_own() -> None:
    rows = [
        charge(NOW, "1", ChargeCategory="Tax"),
        charge(NOW, "-2", ChargeCategory="Credit"),
        charge(NOW, "-3", ChargeCategory="Usage", ChargeClass="Correction"),
        charge(NOW, "4", ChargeCategory="Purchase"),
        charge(NOW, "5", ChargeCategory="Adjustment"),
        charge(NOW, "6", ChargeCategory=None),
        used(NOW, 1, "7", ChargeFrequency="Recurring"),
    ]
    assert parts(*rows) == {"credits": -2, "tax": 1, "refunds": -3, "fees": 4 + 5 + 6 + 7}


def test_a_longer_period_is_length_and_only_for_what_comes_with_the_days() -> None:
    compared = Comparison(
        Period(date(2026, 3, 1), date(2026, 4, 1)), Period(date(2026, 2, 1), date(2026, 3, 1))
    )
    february = [used(date(2026, 2, day), 24, "1") for day in range(1, 29)]
    march = [used(date(2026, 3, day), 24, "1") for day in range(1, 32)]
    fees = [charge(date(2026, m, 1), "50", ChargeCategory="Purchase") for m in (2, 3)]
    assert parts(*february, *march, *fees, compared=compared) == {"length": 3}


def test_more_working_days_are_weekdays() -> None:
    compared = Comparison(
        Period(date(2026, 6, 1), date(2026, 7, 1)), Period(date(2026, 5, 1), date(2026, 5, 31))
    )
    days = [date(2026, m, d) for m in (5, 6) for d in range(1, 31)]
    work = [used(day, 8, "10") for day in days if day.weekday() < 5]
    assert len([d for d in days if d.month == 6 and d.weekday() < 5]) == 22
    assert parts(*work, compared=compared) == {"weekdays": 10}  # 21 working days in those of May


def test_an_amount_that_cannot_be_divided_evenly_still_adds_up() -> None:
    found = parts(used(BEFORE, 3, "1", "1", "1"), used(NOW, 7, "2.5", "2.4", "2.3"))
    assert sum(found.values()) == Decimal("1.3")
    assert found["usage"] == Decimal("1.333333333333")
