"""Costs converted: every question against Decimals over the plain rows and the plain rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries import filters, render
from finops_tui.queries.amounts import add
from finops_tui.queries.exchange import Rates
from finops_tui.queries.view import BASES, Comparison, Condition, Period, View
from tests.queries.small_bill import Bill, charge

MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "2026-05")
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "2026-04")
STEP = Decimal("1e-18")
CODES = ("USD", "EUR", "JPY", "GBP")
AMOUNTS = st.decimals(-100000, 100000, allow_nan=False, places=10)
Pairs = dict[tuple[str, str], dict[date, Decimal]]


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "day": st.dates(date(2026, 4, 20), date(2026, 6, 3)),
                    "BillingAccountId": st.sampled_from(["payer-1", "payer-2"]),
                    "BillingCurrency": st.sampled_from(CODES),
                    "ChargeCategory": st.sampled_from(["Usage", "Tax", "Credit"]),
                    "ServiceName": st.sampled_from([None, "EC2", "S3"]),
                    "ResourceId": st.sampled_from([None, "a", "b", "c"]),
                    "Tags": st.dictionaries(
                        st.sampled_from(["team", "env"]), st.sampled_from("xy"), max_size=2
                    ),
                    **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), AMOUNTS),
                }
            ),
            min_size=1,
            max_size=14,
        )
    )
    return Bill(rows)


RATES = st.dictionaries(
    st.sampled_from([("EUR", "USD"), ("USD", "EUR"), ("EUR", "JPY"), ("EUR", "GBP"), ("JPY", "USD")]),
    st.dictionaries(
        st.dates(date(2026, 4, 10), date(2026, 6, 3)),
        st.decimals("0.0001", 200, places=8),
        min_size=1,
        max_size=4,
    ),
    max_size=4,
)


def rate_of(pairs: Pairs, code: str, target: str, day: date) -> Decimal | None:
    """The other way: the latest rate, the other direction, or through the euro; rounded to 18 decimals."""

    def latest(a: str, b: str) -> Decimal | None:
        series = pairs.get((a, b), {})
        days = [when for when in series if when <= day]
        return series[max(days)] if days else None

    def either(a: str, b: str) -> tuple[Decimal, Decimal] | None:
        if (a, b) in pairs:
            found = latest(a, b)
            return (found, Decimal(1)) if found is not None else None
        found = latest(b, a)
        return (Decimal(1), found) if found is not None else None

    with localcontext(Context(prec=60)):
        if (given := latest(code, target)) is not None:
            return given
        if (given := latest(target, code)) is not None:
            return (1 / given).quantize(STEP)
        links = {"EUR", "USD", "JPY", "GBP"} - {code, target}
        for link in sorted(links, key=lambda name: (name != "EUR", name)):
            if not any({code, link} == set(p) for p in pairs) or not any(
                {link, target} == set(p) for p in pairs
            ):
                continue
            first, second = either(code, link), either(link, target)
            if first is None or second is None:
                return None
            return (first[0] * second[0] / (first[1] * second[1])).quantize(STEP)
        return None


def converted(
    bill: Bill, pairs: Pairs, target: str, column: str, period: Period = MAY
) -> list[tuple[Any, ...]]:
    """Row, currency and amount, the other way."""
    found = []
    with localcontext(Context(prec=60, rounding=ROUND_HALF_UP)):
        for row in bill.rows:
            if row["day"] not in period:
                continue
            code, amount = row["BillingCurrency"], row[column]
            rate = rate_of(pairs, code, target, row["day"])
            if code != target and rate is not None:
                code, amount = target, (amount * rate).quantize(STEP)
            found.append((row, code, amount))
    return found


def per_currency(found: list[tuple[Any, ...]]) -> dict[str, Decimal]:
    return {code: add(a for _, c, a in found if c == code) for code in {c for _, c, _ in found}}


@given(bill=bills(), pairs=RATES, basis=st.sampled_from(sorted(BASES)), target=st.sampled_from(CODES))
@settings(max_examples=40, deadline=None)
def test_every_grouping_adds_up_to_what_decimals_give(
    bill: Bill, pairs: Pairs, basis: str, target: str
) -> None:
    expected = per_currency(converted(bill, pairs, target, BASES[basis]))
    rates = Rates(pairs)
    view = View(MAY, basis=basis, converted=target, group_by=())
    total = bill.ask("total", view, rates=rates)
    assert dict(zip(total["currency"], total["cost"], strict=True)) == expected
    for dimension in (
        "service",
        "resource",
        "currency",
        "category",
        "tag.team",
        "payer",
        "BillingPeriodStart",
    ):
        grouped = view.regroup(dimension)
        for grain in ("day", "month"):
            frame = bill.ask("by_bucket", replace(grouped, grain=grain), rates=rates)
            sums = {code: add(frame.filter(currency=code)["cost"]) for code in expected}
            assert sums == expected, (dimension, grain)
        frame = bill.ask("by_key", grouped, rates=rates)
        assert {code: add(frame.filter(currency=code)["cost"]) for code in expected} == expected
    for question in ("resource", "behind", "line_items"):
        for code, cost in expected.items():
            frame = bill.ask(question, replace(view, currency=code), rates=rates, limit=99)
            assert add(frame["cost"]) == cost, question


@given(bill=bills(), pairs=RATES, code=st.sampled_from(CODES))
@settings(max_examples=25, deadline=None)
def test_one_currency_of_a_converted_view_is_its_part_of_the_whole(
    bill: Bill, pairs: Pairs, code: str
) -> None:
    rates, view = Rates(pairs), View(MAY, converted="USD", group_by=("service",))
    everything = bill.ask("by_key", view, rates=rates).filter(currency=code)
    alone = bill.ask("by_key", replace(view, currency=code), rates=rates)
    assert alone.sort("k0")["cost"].to_list() == everything.sort("k0")["cost"].to_list()
    for row in everything.to_dicts():
        inside = replace(view, path=(Condition("service", row["k0"]),), group_by=("resource",), currency=code)
        assert add(bill.ask("by_key", inside, rates=rates)["cost"]) == row["cost"]


@given(bill=bills(), pairs=RATES)
@settings(max_examples=25, deadline=None)
def test_before_and_now_are_converted_by_their_own_rates(bill: Bill, pairs: Pairs) -> None:
    rates = Rates(pairs)
    view = View(MAY, Comparison(MAY, APRIL), group_by=("service",), converted="USD", currency="USD")
    expected = {
        period.name: per_currency(converted(bill, pairs, "USD", "EffectiveCost", period)).get(
            "USD", Decimal(0)
        )
        for period in (MAY, APRIL)
    }
    for question in ("by_key", "total", "explain"):
        frame = bill.ask(question, view, rates=rates, match="resource")
        assert (add(frame["now"]), add(frame["before"])) == (expected["2026-05"], expected["2026-04"]), (
            question
        )


def test_days_before_the_first_rate_stay_apart() -> None:
    bill = Bill([charge(date(2026, 5, day), "10", BillingCurrency="EUR") for day in (1, 2, 15, 16, 31)])
    rates = Rates({("EUR", "USD"): {date(2026, 5, 2): Decimal("1.1"), date(2026, 5, 16): Decimal("1.2")}})
    frame = bill.ask("total", View(MAY, converted="USD"), rates=rates)
    assert frame.select("currency", "cost", "n").rows() == [
        ("USD", Decimal("46.0"), 4),
        ("EUR", Decimal(10), 1),
    ]
    hours = bill.ask("by_bucket", View(MAY, converted="USD", currency="USD", grain="hour"), rates=rates)
    assert hours["cost"].to_list() == [Decimal(11), Decimal(11), Decimal(12), Decimal(12)]


def test_amounts_of_thirty_eight_digits_and_the_smallest_rates_keep_what_counts() -> None:
    rows = [
        charge(date(2026, 5, 3), "12345678901.123456789012345678", BillingCurrency="IDR"),
        charge(date(2026, 5, 3), "-0.000000000000000001", BillingCurrency="IDR"),
        charge(date(2026, 5, 4), "99999999.9999999999", BillingCurrency="KWD"),
    ]
    for some in (rows, [charge(date(2026, 4, 3), "1"), rows[2]]):  # money of 38 digits; and of 38 and 18
        bill = Bill(some)
        pairs: Pairs = {
            ("USD", "IDR"): {date(2026, 1, 1): Decimal("17000.25")},
            ("KWD", "USD"): {date(2026, 1, 1): Decimal("3.256789012345678901")},
        }
        expected = converted(bill, pairs, "USD", "EffectiveCost", Period(date(2026, 4, 1), date(2026, 6, 1)))
        view = View(Period(date(2026, 4, 1), date(2026, 6, 1)), converted="USD", group_by=("currency",))
        assert add(bill.ask("by_key", view, rates=Rates(pairs))["cost"]) == add(a for _, _, a in expected)


def test_a_condition_on_groups_is_about_converted_cost() -> None:
    day = date(2026, 5, 3)
    bill = Bill(
        [charge(day, "60", BillingCurrency="EUR", ServiceName="A"), charge(day, "70", ServiceName="B")]
    )
    view = View(MAY, converted="USD", currency="USD", filter=filters.parse("cost>100"))
    frame = bill.ask("by_key", view, rates=Rates({("EUR", "USD"): {day: Decimal(2)}}))
    assert frame.select("k0", "cost").rows() == [("A", Decimal(120))]


def test_what_is_converted_by_nothing_is_asked_as_before() -> None:
    bill = Bill([charge(date(2026, 5, 3), "1.5", BillingCurrency="EUR")])
    view = View(MAY, converted="USD")
    for rates in (None, Rates({("GBP", "USD"): {date(2026, 5, 1): Decimal(2)}})):
        assert (
            "exchange" not in render("total", view, bill.catalog, rates=rates).sql.split("FROM scope")[0]
            or rates
        )
        assert bill.ask("total", view, rates=rates)["currency"].to_list() == ["EUR"]


@pytest.mark.parametrize("code", ["'; DROP TABLE x; --", '"', "$p0", "[bold]"])
def test_currencies_that_are_an_attack_are_values(code: str) -> None:
    day = date(2026, 5, 3)
    bill = Bill([charge(day, "3", BillingCurrency=code)])
    frame = bill.ask("total", View(MAY, converted="USD"), rates=Rates({(code, "USD"): {day: Decimal("1.5")}}))
    assert frame.select("currency", "cost").rows() == [("USD", Decimal("4.5"))]
