"""Sums for the screens are exact, and currencies stay apart."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries import amounts

money = st.decimals(min_value=-(10**24), max_value=10**24, places=30)


@given(st.lists(st.none() | money))
def test_sums_lose_no_digit(values):
    assert Fraction(amounts.add(values)) == sum((Fraction(v) for v in values if v is not None), Fraction(0))
    running = amounts.running(values)
    assert len(running) == len(values)
    assert not values or running[-1] == amounts.add(values)


def test_currencies_are_never_added_together():
    rows = [
        {"k0": "a", "currency": "USD", "cost": Decimal("1.10")},
        {"k0": "b", "currency": "EUR", "cost": Decimal(7)},
        {"k0": "a", "currency": "EUR", "cost": Decimal(2)},
        {"k0": "a", "currency": "USD", "cost": Decimal("0.05")},
        {"k0": None, "currency": None, "cost": None},
    ]
    assert amounts.per_currency(rows) == {"USD": Decimal("1.15"), "EUR": Decimal(9), "XXX": Decimal(0)}
    groups = amounts.grouped(rows, lambda row: row["k0"])
    assert groups == {
        "a": {"USD": Decimal("1.15"), "EUR": Decimal(2)},
        "b": {"EUR": Decimal(7)},
        None: {"XXX": Decimal(0)},
    }
    assert amounts.dearest_first(groups, ["USD"])[0] == "a"
    assert amounts.dearest_first(groups, ["EUR"])[0] == "b"
