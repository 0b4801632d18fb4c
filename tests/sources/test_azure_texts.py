"""Dates, amounts and tags as Azure writes them."""

from decimal import Decimal

import pytest

from finops_tui.sources.azure_amounts import product
from finops_tui.sources.azure_texts import NO_DATE, read_dates
from tests.sources.azure_bills import day, ea, mca, payg
from tests.sources.bills import Bench


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["09/21/2023", "9/2/2023"], ["2023-09-21", "2023-09-02"]),
        (["21/09/2023", "02/09/2023"], ["2023-09-21", "2023-09-02"]),
        (["01/11/2025", "02/11/2025", "05/11/2025"], ["2025-11-01", "2025-11-02", "2025-11-05"]),
        (["11/01/2025", "11/02/2025"], ["2025-11-01", "2025-11-02"]),
        (["02/01/2021"], ["2021-02-01"]),
        (["3/1/21"], ["2021-03-01"]),
        (["21.09.2023", "02.09.2023"], ["2023-09-21", "2023-09-02"]),
        (["09/21/2023", "09/31/2023"], ["2023-09-21", NO_DATE]),
        (["32.01.2023"], [NO_DATE]),
        (["1/2/3/4"], [NO_DATE]),
    ],
)
def test_one_order_of_day_and_month_in_a_file(texts: list[str], days: list[str]):
    assert [
        read_dates(texts)[text][: len(NO_DATE) if day == NO_DATE else 10]
        for text, day in zip(texts, days, strict=True)
    ] == days


def test_the_order_is_decided_file_by_file(bench: Bench):
    months = [ea("1", Date="09/03/2023"), ea("1", Date="09/04/2023", MeterId="b")]
    days = [
        ea(
            "1",
            BillingAccountId="2",
            Date=f"{day}/09/2023",
            BillingPeriodStartDate="01/09/2023",
            BillingPeriodEndDate="30/09/2023",
        )
        for day in ("03", "04")
    ]
    bench.stage_rows(months, "months.csv")
    first = bench.query("SELECT ChargePeriodStart, BillingPeriodEnd FROM staged ORDER BY 1")
    bench.stage_rows(days, "days.csv")
    assert bench.query("SELECT ChargePeriodStart, BillingPeriodEnd FROM staged ORDER BY 1") == first
    assert first == [(day(f"2023-09-{number:02}"), day("2023-10-01")) for number in (3, 4)]


@pytest.mark.parametrize(
    "date", ["2023-09-21", "2023-09-21 00:00:00", "2023-09-21T00:00:00Z", "9/21/2023", "09/21/2023 00:00:00"]
)
def test_dates_in_every_form(bench: Bench, date: str):
    bench.stage_rows([payg(UsageDateTime=date)])
    assert bench.query("SELECT ChargePeriodStart, ChargePeriodEnd, BillingPeriodEnd FROM staged") == [
        (day("2023-09-21"), day("2023-09-22"), day("2023-10-01"))
    ]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('"team": "pay","env": "prod"', {"team": "pay", "env": "prod"}),
        ('{"team": "pay"}', {"team": "pay"}),
        ('{  "team": "p\\"ay"}', {"team": 'p"ay'}),
        ('""', {}),
        ("", {}),
        ("{}", {}),
    ],
)
def test_tags_with_and_without_braces(bench: Bench, text: str, tags: dict[str, str]):
    staged = bench.stage_rows([ea(Tags=text)])
    assert bench.one("Tags") == tags
    assert staged.notes == ()


def test_tags_that_are_none_are_told(bench: Bench):
    staged = bench.stage_rows([ea(Tags="team=pay")])
    assert bench.one("Tags") == {}
    assert "1 record with tags that are not JSON" in staged.notes[0]


def test_additional_information_without_what_differs_on_every_line(bench: Bench):
    infos = [
        '{"VMName":"a","ConsumedQuantity":1.5}',
        '"ConsumedQuantity": 2,"VMName":"a"',
        '{"ConsumedQuantity":1E-5}',
    ]
    bench.stage_rows([ea(str(place), AdditionalInfo=info) for place, info in enumerate(infos)])
    assert bench.query("SELECT SkuPriceDetails FROM staged ORDER BY record") == [
        ('{"VMName":"a"}',), ('{"VMName":"a"}',), ("{}",),
    ]  # fmt: skip


def test_a_file_saved_with_decimal_commas(bench: Bench):
    rows = [
        mca(costInBillingCurrency="1.234,56", paygCostInBillingCurrency="", unitPrice="0,5", quantity="2,5", exchangeRatePricingToBilling="1"),
        mca(costInBillingCurrency="-0,5", paygCostInBillingCurrency="", quantity="10", unitPrice="", PayGPrice=""),
        mca(costInBillingCurrency="7", meterId="c", paygCostInBillingCurrency="8,25"),
    ]  # fmt: skip
    bench.stage_rows(rows, delimiter=";")
    assert bench.query("SELECT BilledCost, ListCost, ContractedCost FROM staged ORDER BY record LIMIT 2") == [
        (Decimal("1234.56"), Decimal("0.3"), Decimal("1.25")),
        (Decimal("-0.5"), Decimal("-0.5"), Decimal("-0.5")),
    ]


@pytest.mark.parametrize("cost", ["1,234", "1,234.50"])
def test_thousands_are_not_taken_for_decimals(bench: Bench, cost: str):
    bench.file("bill.csv", "")
    rows = [ea(cost, Quantity="1"), ea(cost, MeterId="b")]
    staged = bench.stage_rows(rows, delimiter=";")
    assert "too many records cannot be read" in staged.refused[0].reason


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        (("0.1", "0.0004"), "0.00004"),
        (("1e-3", "2E+2"), "0.2"),
        (("0.1234567890123456789", "0.5"), "0.061728394506172839"),
        (("3", "-2"), "-6"),
        (("0", "2"), None),
        (("-1", "2"), None),
        (("x", "2"), None),
        ((None, "2"), None),
        (("nan", "2"), None),
        (("1e30", "2"), None),
    ],
)
def test_products_are_exact(texts: tuple[str | None, ...], result: str | None):
    assert product(texts) == result


def test_long_quantities_and_rates_are_multiplied_exactly(bench: Bench):
    rows = [
        mca(paygCostInBillingCurrency="", quantity="0.6722272214861656", unitPrice="0.13654", exchangeRatePricingToBilling="0.9231234"),
        mca(paygCostInBillingCurrency="", quantity="3", unitPrice="0.13654", exchangeRatePricingToBilling="1", meterId="b"),
        mca(paygCostInBillingCurrency="", quantity="x", unitPrice="0.1", exchangeRatePricingToBilling="1", meterId="c"),
    ]  # fmt: skip
    bench.stage_rows(rows)
    price = Decimal("0.13654") * Decimal("0.9231234")
    assert bench.query("SELECT ContractedCost FROM staged ORDER BY record") == [
        ((price * Decimal("0.6722272214861656")).quantize(Decimal("1e-18")),),
        (Decimal("0.40962"),),
        (Decimal("0.9"),),
    ]
