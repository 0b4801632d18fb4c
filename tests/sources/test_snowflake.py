"""Snowflake usage in currency: what is billed and what is used up, against sums by Python's Decimal."""

import random
from decimal import Decimal
from itertools import product

import pytest

from tests.sources.bills import Bench, text, total

SOURCES = ("capacity", "rollover", "free usage", "rebate", "overage", "")
PREPAID = {"capacity", "rollover"}
FREE = {"free usage", "rebate"}


def row(amount: str, source: str = "overage", **more: str) -> dict[str, str]:
    return {
        "ORGANIZATION_NAME": "ACME", "CONTRACT_NUMBER": "C-1", "ACCOUNT_NAME": "PROD", "ACCOUNT_LOCATOR": "AB12345",
        "REGION": "AWS_EU_CENTRAL_1", "SERVICE_LEVEL": "Enterprise", "USAGE_DATE": "2025-03-05",
        "USAGE_TYPE": "compute", "CURRENCY": "USD", "USAGE": "1.5", "USAGE_IN_CURRENCY": amount,
        "BALANCE_SOURCE": source, "BILLING_TYPE": "consumption", "RATING_TYPE": "compute",
        "SERVICE_TYPE": "WAREHOUSE_METERING", "IS_ADJUSTMENT": "FALSE", **more,
    }  # fmt: skip


def made(seed: int = 1) -> list[dict[str, str]]:
    dice = random.Random(seed)
    return [
        row(
            f"{dice.randrange(-100, 10**5)}.{dice.randrange(10**12):012}",
            source,
            CURRENCY=currency,
            USAGE_DATE=f"2025-{month:02}-{day:02}",
            ACCOUNT_LOCATOR=f"AB{day % 3}",
            USAGE_TYPE=dice.choice(("compute", "overage-compute", "storage", "overage-storage")),
            IS_ADJUSTMENT=dice.choice(("TRUE", "FALSE")),
        )
        for source, currency, month, day in product(SOURCES, ("USD", "EUR"), (3, 4), range(1, 29))
    ]


def test_every_cost_adds_up_by_currency_month_account_and_category(bench: Bench) -> None:
    rows = made()
    staged = bench.stage_rows(rows)
    assert (staged.files[0].format, staged.files[0].records) == ("Snowflake usage in currency", len(rows))
    answer = bench.query("""
        SELECT "BillingCurrency", strftime("BillingPeriodStart", '%m'), "SubAccountId", "ChargeCategory",
            sum("BilledCost"), sum("EffectiveCost"), sum("ListCost"), sum("ContractedCost")
        FROM staged GROUP BY ALL""")
    assert len(answer) == 2 * 2 * 3 * 2
    for currency, month, account, category, *sums in answer:
        those = [
            one for one in rows
            if one["CURRENCY"] == currency and one["USAGE_DATE"][5:7] == month and one["ACCOUNT_LOCATOR"] == account
            and (one["IS_ADJUSTMENT"] == "TRUE") == (category == "Adjustment")
        ]  # fmt: skip
        worth = total(one["USAGE_IN_CURRENCY"] for one in those)
        effective = total(one["USAGE_IN_CURRENCY"] for one in those if one["BALANCE_SOURCE"] not in FREE)
        billed = total(
            one["USAGE_IN_CURRENCY"] for one in those if one["BALANCE_SOURCE"] not in FREE | PREPAID
        )
        assert sums == [billed, effective, worth, worth]


def test_overage_is_the_same_usage(bench: Bench) -> None:
    bench.stage_rows([row("1", "", USAGE_TYPE="overage-compute"), row("2", "capacity"), row("4", "Capacity")])
    assert bench.query("""
        SELECT "SkuMeter", "Extra"['x_BalanceSource'], "PricingCategory", sum("BilledCost"), sum("EffectiveCost")
        FROM staged GROUP BY ALL ORDER BY 2""") == [
        ("compute", "capacity", "Committed", Decimal(0), Decimal(6)),
        ("compute", "overage", "Standard", Decimal(1), Decimal(1)),
    ]


def test_what_the_contract_paid_for_is_told(bench: Bench) -> None:
    staged = bench.stage_rows([row("1", "capacity"), row("2", "free usage"), row("")], name="usage.csv")
    assert staged.notes == (
        (
            "usage.csv: 1 record of usage that a contract has paid for: nothing is billed for it again,"
            " and what the contract cost is not in this export"
        ),
        "usage.csv: 1 record of usage that free credits have paid for: its effective cost is 0",
        "usage.csv: 1 record without USAGE_IN_CURRENCY, no charges",
    )
    assert bench.query("SELECT count(*), min(account), min(period) FROM dropped") == [(1, "ACME", "2025-03")]


def test_support_and_credits_are_no_usage(bench: Bench) -> None:
    bench.stage_rows(
        [row("-5", BILLING_TYPE="support_credit"), row("7", BILLING_TYPE="priority support"), row("1")]
    )
    assert sorted(bench.query('SELECT "ChargeCategory", "BilledCost" FROM staged')) == [
        ("Credit", Decimal(-5)), ("Purchase", Decimal(7)), ("Usage", Decimal(1)),
    ]  # fmt: skip


def test_columns_of_later_versions_are_kept(bench: Bench) -> None:
    bench.stage_rows([row("1", NEW_COLUMN="=1+1")])
    assert bench.one("""any_value("Extra"['x_NEW_COLUMN'])""") == "=1+1"


def test_an_amount_without_a_currency_is_set_aside(bench: Bench) -> None:
    staged = bench.stage_rows([*(row("1") for _ in range(9)), row("1", CURRENCY="")])
    assert staged.files[0].quarantined == 1
    assert bench.query("SELECT record, reason FROM quarantined") == [(10, "no currency")]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("SERVICE_TYPE,USAGE_DATE,CREDITS_USED_COMPUTE,CREDITS_USED,CREDITS_BILLED", "credits, no money; export ORGANIZATION_USAGE"),
        ("START_TIME,END_TIME,WAREHOUSE_NAME,CREDITS_USED", "credits, no money"),
        ("USAGE_DATE,USAGE_IN_CURRENCY", "no column for the currency"),
    ],
)  # fmt: skip
def test_other_views_are_refused_by_name(bench: Bench, header: str, why: str) -> None:
    assert why in bench.reason(f"{header}\n{','.join('1' * len(header.split(',')))}\n")


def test_a_day_that_was_taken_again_counts_once_as_taken_last(bench: Bench) -> None:
    def taken(first: int, last: int, amount: str) -> str:
        return text([row(amount, USAGE_DATE=f"2025-03-{day:02}", USAGE=amount) for day in range(first, last)])

    staged = bench.stage(bench.file("0310.csv", taken(1, 10, "1")), bench.file("0312.csv", taken(5, 12, "2")))
    assert bench.one('sum("BilledCost")') == 4 * 1 + 7 * 2
    assert staged.notes == ("0310.csv: 5 records that a later extract has again, counted once",)
    assert bench.query("SELECT count(*), min(account) FROM dropped") == [(5, "ACME")]
