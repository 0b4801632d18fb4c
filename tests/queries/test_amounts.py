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


@given(money)
def test_an_amount_in_full_loses_no_digit(value):
    text = amounts.exact(value)
    assert Fraction(text) == Fraction(value)
    assert "E" not in text
    assert len(text.partition(".")[2]) >= 2


def test_what_is_reckoned_is_shortened():
    assert amounts.shortened(Decimal(1) / Decimal(3), 4) == Decimal("0.3333")
    assert amounts.shortened(Decimal("0.00005"), 4) == Decimal("0.0000")
    assert amounts.shortened(None) is None


@given(st.lists(st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=12, max_value=10**20)))
def test_a_column_of_decimals_keeps_every_digit(values):
    values = [None if v is None else Decimal(v) for v in values]
    column = amounts.decimal_column("cost", values)
    assert [None if v is None else Fraction(v) for v in column] == [
        None if v is None else Fraction(v) for v in values
    ]


def test_decimals_too_long_for_a_column_become_texts():
    values = [Decimal("1E-30"), Decimal(10) ** 12, None]
    assert amounts.decimal_column("cost", values).to_list() == [f"{values[0]:f}", f"{values[1]:f}", None]
    assert amounts.decimal_column("name", ["a", None]).to_list() == ["a", None]


def test_written_sums_stay_exact_and_apart():
    sums = amounts.written_sums([{"USD": "0.1", "EUR": "1"}, {"USD": "0.2"}])
    assert sums == {"USD": Decimal("0.3"), "EUR": Decimal(1)}


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
