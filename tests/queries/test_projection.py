"""What a month will cost, tried on months whose end is known."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries.projection import project

Charge = tuple[date, str, Decimal]
SINCE, UNTIL = date(2026, 5, 1), date(2026, 12, 1)


def bill(*, noise: int = 0, fee: str = "3000", tax: str = "0") -> list[Charge]:
    """Seven months of usage (100 on weekdays, 40 at weekends), a fee on the 1st, tax on the last day."""
    chance, charges = random.Random(7), []
    day = SINCE
    while day < UNTIL:
        level = Decimal(100 if day.weekday() < 5 else 40)
        charges.append((day, "Usage", level * (100 + Decimal(chance.randint(-noise, noise))) / 100))
        if day.day == 1:
            charges.append((day, "Purchase", Decimal(fee)))
        if (day + timedelta(days=1)).day == 1 and Decimal(tax):
            charges.append((day, "Tax", Decimal(tax)))
        day += timedelta(days=1)
    return charges


def known(charges: list[Charge], until: date) -> Iterator[Charge]:
    return (charge for charge in charges if charge[0] < until)


def total(charges: list[Charge], month: int) -> Decimal:
    return sum((cost for day, _, cost in charges if day.month == month), Decimal(0))


@pytest.mark.parametrize("day", [2, 5, 10, 20, 29])
def test_a_steady_month_is_foretold_to_the_cent(day: int) -> None:
    charges = bill(tax="250")
    until = date(2026, 11, day + 1)
    found = project(known(charges, until), until)
    assert found.amount == total(charges, 11) == found.actual + found.daily + found.scheduled
    assert found.scheduled == Decimal(250)
    assert found.actual == sum(cost for d, _, cost in known(charges, until) if d.month == 11)
    assert found.month.name == "2026-11"
    assert [d for d, _ in found.days] == [date(2026, 11, i) for i in range(day + 1, 31)]
    assert sum(cost for _, cost in found.days) == found.daily + found.scheduled


def test_it_beats_the_run_rate_where_a_fee_falls_on_the_first() -> None:
    charges = bill(noise=6)
    errors: dict[str, list[Decimal]] = {"rate": [], "ours": []}
    for month in (8, 9, 10, 11):
        for day in (3, 5, 10, 20):
            until = date(2026, month, day + 1)
            actual = total(charges, month)
            so_far = sum((c for d, _, c in known(charges, until) if d.month == month), Decimal(0))
            found = project(known(charges, until), until)
            assert found.amount is not None
            length = (date(2026, month + 1, 1) - date(2026, month, 1)).days
            errors["rate"].append(abs(so_far / day * length - actual) / actual)
            errors["ours"].append(abs(found.amount - actual) / actual)
    assert max(errors["ours"]) < Decimal("0.03")
    assert sum(errors["ours"]) * 20 < sum(errors["rate"])


def test_a_single_spike_is_not_taken_for_the_level() -> None:
    charges = [*bill(fee="0"), (date(2026, 11, 10), "Usage", Decimal(9000))]
    found = project(known(charges, date(2026, 11, 13)), date(2026, 11, 13))
    assert found.amount == total(charges, 11)


def test_usage_that_jumps_on_the_same_day_of_every_month_is_expected_again() -> None:
    jumps = [(date(2026, month, 28), "Usage", Decimal(700)) for month in range(5, 12)]
    charges = bill() + jumps
    found = project(known(charges, date(2026, 11, 20)), date(2026, 11, 20))
    assert found.amount == total(charges, 11)
    assert found.scheduled == Decimal(700)


def test_a_purchase_of_one_month_only_is_not_expected_again() -> None:
    charges = [*bill(), (date(2026, 10, 25), "Purchase", Decimal(50_000))]
    found = project(known(charges, date(2026, 11, 20)), date(2026, 11, 20))
    assert found.amount == total(charges, 11)


def test_charges_already_there_beyond_the_complete_days_count_once() -> None:
    charges = [c for c in bill(tax="250") if c[0] < date(2026, 11, 20) or c[1] == "Tax"]
    found = project(charges, date(2026, 11, 20))
    assert found.amount == total(bill(tax="250"), 11)
    assert found.scheduled == 0
    assert sum(cost for _, cost in found.days) == found.daily + 250


def test_a_negative_daily_credit_is_carried_on() -> None:
    charges = bill() + [(day, "Credit", Decimal(-7)) for day, category, _ in bill() if category == "Usage"]
    found = project(known(charges, date(2026, 11, 20)), date(2026, 11, 20))
    assert found.amount == total(charges, 11)


def test_a_month_that_is_over_is_what_it_was() -> None:
    charges = bill()
    found = project(charges, UNTIL, date(2026, 10, 5))
    assert (found.amount, found.daily, found.days) == (total(charges, 10), 0, ())
    assert "complete" in found.words


def test_what_cannot_be_said_has_a_reason() -> None:
    few = project([(date(2026, 11, i), "Usage", Decimal(5)) for i in range(1, 10)], date(2026, 11, 10))
    assert (few.amount, few.actual) == (None, Decimal(45))
    assert few.words == "needs 14 complete days, there are 9"
    ahead = project(bill(), date(2026, 11, 20), date(2026, 12, 1))
    assert ahead.amount is None
    assert "after the last complete day" in ahead.words
    assert project([], date(2026, 11, 20)).amount is None


@given(
    st.lists(
        st.tuples(
            st.dates(SINCE, date(2026, 11, 30)),
            st.sampled_from(["Usage", "Tax"]),
            st.decimals(-9, 9, places=24),
        )
    )
)
def test_parts_add_up_exactly(charges: list[Charge]) -> None:
    found = project(charges, date(2026, 11, 20))
    if found.amount is not None:
        digits = Decimal(1).scaleb(-24)
        assert (found.amount - found.actual - found.daily - found.scheduled).quantize(digits) == 0
