"""Rates of exchange: which one counts on a day, checked day by day against a search through the plain list."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries.exchange import Rates, short
from finops_tui.queries.view import Period

DAY = date(2026, 6, 1)
DAYS = st.dates(DAY - timedelta(days=9), DAY + timedelta(days=9))
VALUES = st.decimals("0.0001", 9999, places=6)
SERIES = st.dictionaries(DAYS, VALUES, min_size=1, max_size=5)
CODES = ("EUR", "USD", "GBP", "JPY")


def latest(series: dict[date, Decimal], day: date) -> tuple[date, Decimal] | None:
    """The other way: look at every rate there is."""
    before = [when for when in series if when <= day]
    return (max(before), series[max(before)]) if before else None


@given(series=SERIES, day=DAYS)
@settings(max_examples=80, deadline=None)
def test_the_latest_rate_on_or_before_the_day_counts(series: dict[date, Decimal], day: date) -> None:
    rate = Rates({("EUR", "USD"): series}).rate("EUR", "USD", day)
    found = latest(series, day)
    assert (rate and (rate.day, rate.value)) == found
    back = Rates({("EUR", "USD"): series}).rate("USD", "EUR", day)
    if found is not None:
        assert back is not None
        assert back.how == "inverse"
        assert abs(back.value * found[1] - 1) < Decimal("1e-13")


@given(
    pairs=st.dictionaries(
        st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)).filter(lambda pair: pair[0] != pair[1]),
        SERIES,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_spans_are_the_rates_of_their_days_and_never_overlap(
    pairs: dict[tuple[str, str], dict[date, Decimal]],
) -> None:
    rates, period = Rates(pairs), Period(DAY - timedelta(days=4), DAY + timedelta(days=6))
    for code in CODES:
        spans = rates.spans(code, "USD", period)
        for offset in range(-12, 12):
            day = DAY + timedelta(days=offset)
            there = [span.rate for span in spans if span.since <= day < span.until]
            rate = rates.rate(code, "USD", day) if day in period else None
            assert there == ([rate] if rate is not None else [])


def test_a_cross_rate_goes_through_the_euro_and_is_as_old_as_its_older_half() -> None:
    rates = Rates(
        {
            ("EUR", "USD"): {DAY: Decimal("1.25")},
            ("EUR", "JPY"): {DAY - timedelta(days=2): Decimal(160)},
            ("AUD", "JPY"): {DAY: Decimal(100)},
            ("AUD", "USD"): {DAY: Decimal("0.7")},
        }
    )
    rate = rates.rate("JPY", "USD", DAY)
    assert rate is not None
    assert (rate.value, rate.day, rate.how) == (
        Decimal("0.0078125"),
        DAY - timedelta(days=2),
        "by way of EUR",
    )
    assert rate.words == f"JPY→USD 0.0078125 of {DAY - timedelta(days=2)}"


def test_a_given_rate_comes_before_one_that_is_reckoned() -> None:
    rates = Rates({("EUR", "USD"): {DAY: Decimal(2)}, ("USD", "EUR"): {DAY - timedelta(days=1): Decimal(4)}})
    assert [rates.rate("EUR", "USD", DAY - timedelta(days=n)) is None for n in range(3)] == [
        False,
        False,
        True,
    ]
    assert rates.rate("EUR", "USD", DAY - timedelta(days=1)).value == Decimal("0.25")  # type: ignore[union-attr]
    assert rates.rate("EUR", "USD", DAY).how == "given"  # type: ignore[union-attr]


def test_there_is_no_rate_without_a_way_or_out_of_bounds() -> None:
    rates = Rates(
        {
            ("EUR", "USD"): {DAY: Decimal(1)},
            ("GBP", "CHF"): {DAY: Decimal(1)},
            ("EUR", "X"): {DAY: Decimal(999999999)},
            ("Y", "EUR"): {DAY: Decimal(10)},
        }
    )
    assert rates.rate("GBP", "USD", DAY) is None
    assert rates.rate("USD", "USD", DAY) is None
    assert rates.rate("Y", "X", DAY) is None
    assert rates.spans("GBP", "USD", Period(DAY, DAY + timedelta(days=1))) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.0834", "1.0834"), ("0.000058823529411765", "0.0000588235"), ("17000.25", "17000.2"), ("20", "20")],
)
def test_a_rate_is_short_to_read(value: str, text: str) -> None:
    assert short(Decimal(value)) == text
