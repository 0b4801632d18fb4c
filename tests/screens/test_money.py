"""Amounts as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.screens import money

D = Decimal


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("-3", "USD", "-$3.00"),
        ("0", "USD", "$0.00"),
        ("-0.00", "USD", "$0.00"),
        ("0.004", "USD", "<$0.01"),
        ("-0.004", "USD", "-<$0.01"),
        ("0.015", "USD", "$0.02"),
        ("0.025", "USD", "$0.02"),
        ("1234.5", "JPY", "¥1,234"),
        ("1235.5", "JPY", "¥1,236"),
        ("0.3", "JPY", "<¥1"),
        ("1234.5678", "KWD", "KWD 1,234.568"),
        ("12", "CHF", "CHF 12.00"),
        ("12", "eur", "€12.00"),
        ("12", "", "12.00"),
        ("12", "XXX", "12.00"),
        ("12", "\x1b[2J", "␛[2J 12.00"),
        ("123456789012345678901234567890.12", "USD", "$123,456,789,012,345,678,901,234,567,890.12"),
    ],
)
def test_amounts(value, code, shown):
    assert money.amount(D(value), code) == shown


def test_nothing_is_not_zero():
    assert money.amount(None, "USD") == "—"
    assert money.amount(D("NaN"), "USD") == "—"
    assert money.delta(None, "USD") == "n/a"
    assert money.percent(None) == "—"
    assert money.number(None) == "—"


def test_overview_and_tables():
    assert money.amount(D("245286.51"), "USD", decimals=0) == "$245,287"
    assert money.amount(D("0.4"), "USD", decimals=0) == "<$1"
    assert money.amount(D("80565.56"), "USD", symbol=False) == "80,565.56"


def test_differences_are_signed():
    assert money.delta(D("322.65"), "USD") == "+$322.65"
    assert money.delta(D("-2304.56"), "USD", symbol=False) == "-2,304.56"
    assert money.delta(D(0), "USD") == "$0.00"
    assert money.delta(D("0.001"), "USD") == "+<$0.01"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("398123", "$398K"),
        ("1240000", "$1.24M"),
        ("1000000", "$1M"),
        ("999999", "$1M"),
        ("999.4", "$999"),
        ("999.6", "$1K"),
        ("12.34", "$12.3"),
        ("1.5", "$1.50"),
        ("0.05", "$0.05"),
        ("0.001", "<$0.01"),
        ("0", "$0.00"),
        ("-1500", "-$1.5K"),
        ("2500000000", "$2.5B"),
        ("12345678901234567", "$12,346T"),
    ],
)
def test_compact(value, shown):
    assert money.compact(D(value), "USD") == shown


def test_ticks_of_an_axis_are_alike():
    assert money.axis([D(0), D(50000), D(100000)], "USD") == ["$0", "$50K", "$100K"]
    assert money.axis([D(-500000), D(0), D(1000000)], "USD") == ["-$0.5M", "$0", "$1.0M"]
    assert money.axis([D(0), D("2.5"), D(5)], "EUR") == ["€0", "€2.5", "€5.0"]
    assert money.axis([D("0.00002")], "USD") == ["$0.00002"]
    assert money.axis([], "USD") == []


def test_percentages():
    assert money.percent(D("0.323")) == "32.3%"
    assert money.percent(0.5) == "50.0%"
    assert money.percent(D("0.0001")) == "<0.1%"
    assert money.percent(D(0)) == "0.0%"
    assert money.percent(D("-0.05")) == "-5.0%"
    assert money.percent(D("0.166"), decimals=0) == "17%"


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ((D("101.2"), D(100)), "▲1.2%"),
        ((D("65.9"), D(100)), "▼34.1%"),
        ((D(5), D(5)), "0.0%"),
        ((D(5), D(0)), "new"),
        ((D(0), D(0)), "n/a"),
        ((D(5), None), "n/a"),
        ((None, D(5)), "▼100.0%"),
        ((D(-5), D(-10)), "▲50.0%"),
        ((D(-15), D(-10)), "▼50.0%"),
        ((D(5000), D(1)), "▲>999%"),
        (D("0.25"), "▲25.0%"),
        (None, "n/a"),
    ],
)
def test_changes(change, shown):
    assert money.change_percent(change) == shown


def test_quantities():
    assert money.number(12345) == "12,345"
    assert money.number(D("0.250")) == "0.25"
    assert money.number(D("1234.5"), decimals=2) == "1,234.50"
    assert money.number(1.5) == "1.5"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**25), max_value=10**25))
def test_written_amounts_are_within_half_a_cent(value):
    shown = money.amount(value, "USD")
    if "<" in shown:
        assert 0 < abs(value) <= D("0.005")
        return
    read = D(shown.replace("$", "").replace(",", ""))
    assert abs(read - value) <= D("0.005")
