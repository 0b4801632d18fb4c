"""Changes explained: parts add up exactly, mean what they say, and stay the same at any depth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries import filters
from finops_tui.queries.explain import contribution, explain, inside, masked
from finops_tui.queries.explain_parts import PARTS, rows_of
from finops_tui.queries.view import BASES, Comparison, Period, View
from tests.queries.explain_bills import (
    BASIS,
    comparisons,
    cost_in,
    explained,
    reckoned,
    rows,
    view_of,
)
from tests.queries.small_bill import Bill, Row

if TYPE_CHECKING:
    import random

DIMENSIONS = st.sampled_from(
    ["service", "account", "resource", "region", "usage", "PricingUnit", "tag.team", "team"]
)
KNOWN_BY = st.sampled_from(["service", "account", "resource", "region", "PricingUnit", "payer"])
MATCH = st.sampled_from(["resource", "usage"])
FEW = settings(max_examples=25, deadline=None)


@given(rows(), comparisons(), BASIS, DIMENSIONS, MATCH)
@FEW
def test_parts_add_up_to_the_change_exactly(
    found: list[Row], compared, basis: str, by: str, match: str
) -> None:
    got = explained(Bill(found), view_of(compared, by, basis=basis), match)
    for currency, one in got.items():
        assert one.before == cost_in(found, BASES[basis], compared.before, currency)
        assert one.now == cost_in(found, BASES[basis], compared.now, currency)
        assert sum(one.parts.values(), Decimal(0)) == one.change == one.now - one.before
        assert list(one.parts) == [name for name in PARTS if name in one.parts]
        for name in ("before", "now", "change"):
            assert sum((getattr(d, name) for d in one.drivers), Decimal(0)) == getattr(one, name)
        for driver in one.drivers:
            assert sum(driver.parts.values(), Decimal(0)) == driver.change
        for part in PARTS:
            assert sum((contribution(d, part) for d in one.drivers), Decimal(0)) == contribution(one, part)
    for currency in {"USD", "EUR"} - set(got):
        for period in (compared.before, compared.now):
            assert cost_in(found, BASES[basis], period, currency) == 0


@given(rows(least=2, most=6), comparisons(), BASIS)
@settings(max_examples=80, deadline=None)
def test_parts_are_what_their_definitions_say(found: list[Row], compared, basis: str) -> None:
    for currency, one in explained(Bill(found), view_of(compared, basis=basis)).items():
        expected = reckoned(found, compared, basis, currency)
        for part in PARTS:
            off = Fraction(contribution(one, part)) - expected.get(part, Fraction(0))
            assert abs(off) < Fraction(1, 10**9), part


@given(rows(least=2, most=4), comparisons(), BASIS, DIMENSIONS, KNOWN_BY)
@FEW
def test_explaining_a_driver_gives_the_driver(
    found: list[Row], compared, basis: str, by: str, onward: str
) -> None:
    bill, view = Bill(found), view_of(compared, by, basis=basis)
    for currency, one in explained(bill, view).items():
        for driver in one.drivers:
            again = explained(bill, inside(view, driver=driver).regroup(onward))[currency]
            assert (again.before, again.now, again.parts) == (driver.before, driver.now, driver.parts)


@given(rows(least=2, most=4), comparisons(), BASIS, KNOWN_BY, KNOWN_BY)
@FEW
def test_explaining_a_part_gives_the_part(
    found: list[Row], compared, basis: str, by: str, onward: str
) -> None:
    bill, view = Bill(found), view_of(compared, by, basis=basis)
    for currency, one in explained(bill, view).items():
        for part, amount in one.parts.items():
            again = explained(bill, inside(view, part=part).regroup(onward))[currency]
            assert contribution(again, part) == amount
            for driver in again.ranked(part):
                deeper = inside(inside(view, part=part).regroup(onward), driver=driver, part=part).regroup(
                    "sku"
                )
                assert contribution(explained(bill, deeper)[currency], part) == contribution(driver, part)


@given(rows(least=2, most=4), comparisons(), st.randoms())
@FEW
def test_the_order_of_charges_does_not_matter(found: list[Row], compared, chance: random.Random) -> None:
    view = view_of(compared, "resource")
    mixed = list(found)
    chance.shuffle(mixed)
    assert explained(Bill(found), view) == explained(Bill(mixed), view)


@given(rows(least=2, most=4), comparisons(), KNOWN_BY)
@FEW
def test_the_filter_of_a_part_finds_its_charges(found: list[Row], compared, by: str) -> None:
    bill, view = Bill(found), view_of(compared, by)
    for one in explained(bill, view).values():
        for driver in one.drivers:
            for part in (None, *driver.parts):
                path = inside(view, driver=driver, part=part)
                written = View(compared.now, compared, (by,), filter=filters.parse(filters.of_view(path)))
                assert explained(bill, written) == explained(bill, path)


def test_a_part_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        rows_of("rates")
    compared = Comparison(
        Period(date(2026, 5, 1), date(2026, 5, 2)), Period(date(2026, 4, 1), date(2026, 4, 2))
    )
    [one] = explained(Bill([_row(date(2026, 5, 1))]), view_of(compared, "service")).values()
    with pytest.raises(KeyError):
        one.ranked("rates")


def test_a_view_without_a_comparison_has_no_change() -> None:
    view = View(Period(date(2026, 5, 1), date(2026, 6, 1)))
    with pytest.raises(ValueError, match="no earlier period"):
        explain(Bill([_row(date(2026, 5, 1))]).ask("explain", view, match="resource"), view)


def _row(day: date) -> Row:
    costs = dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), Decimal(1))
    return {"day": day, "BillingCurrency": "USD", "ChargeCategory": "Usage", "ServiceName": "S", **costs}


@pytest.mark.parametrize(
    ("change", "base", "moves", "expected"),
    [
        ("0.99", "100", ("30", "-29.01"), True),
        ("1", "100", ("31", "-30"), False),  # not flat
        ("0", "100", ("2.5", "-2.5"), False),  # nothing much beneath
        ("0", "100", ("2.6", "-2.5"), True),
        ("0", "0", ("5", "-5"), False),  # nothing to be a share of
        ("-0.5", "-100", ("9", "-9.5"), True),
        ("0", "100", (), False),
    ],
)
def test_masked_is_flat_above_and_moved_beneath(change: str, base: str, moves: tuple, expected: bool) -> None:
    assert masked(Decimal(change), Decimal(base), map(Decimal, moves)) is expected
