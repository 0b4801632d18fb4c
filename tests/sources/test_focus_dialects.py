"""FOCUS as vendors and warehouses really write it: each difference by itself, the money as Decimal finds it."""

import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sources.bills import FOCUS, Bench, focus, text, total


def spelled(name: str, form: str) -> str:
    """A FOCUS name as others spell it."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name).split()
    return {
        "lower": name.lower(),
        "UPPER": name.upper(),
        "snake": "_".join(words).lower(),
        "SNAKE": "_".join(words).upper(),
        "Title": " ".join(words),
        "kebab": "-".join(words).lower(),
    }[form]


@pytest.mark.parametrize("form", ["lower", "UPPER", "snake", "SNAKE", "Title", "kebab"])
def test_names_in_every_spelling(bench: Bench, form: str):
    rows = [focus(BilledCost=cost, x_SkuMeterId="m", InvoiceId="I1") for cost in ("0.1", "2.5E-7", "-3")]
    staged = bench.stage_rows(
        [
            {spelled(name, form) if "_" not in name else name: value for name, value in row.items()}
            for row in rows
        ]
    )
    assert [file.format for file in staged.files] == ["FOCUS 1.2 (Azure)"]
    assert bench.one("sum(BilledCost)") == total(row["BilledCost"] for row in rows)
    assert bench.query("SELECT DISTINCT BillingAccountId, InvoiceId, Tags FROM staged") == [
        ("000000000042", "I1", {"team": "payments"})
    ]


def test_a_column_in_two_spellings_refuses_the_file(bench: Bench):
    assert bench.reason(text([{**focus(), "billed_cost": "7"}])) == "two columns named BilledCost"


def test_what_is_lacking_is_named_in_any_spelling(bench: Bench):
    row = {spelled(name, "snake"): value for name, value in FOCUS.items() if name != "EffectiveCost"}
    assert bench.reason(text([row])) == "looks like FOCUS, but there is no column for EffectiveCost"


def test_effective_costs_that_are_not_there_are_told(bench: Bench):
    staged = bench.stage_rows([focus(EffectiveCost=""), focus()])
    assert bench.query("SELECT sum(BilledCost), sum(EffectiveCost) FROM staged") == [(3, Decimal("1.25"))]
    assert staged.notes == ("bill.csv: 1 record without EffectiveCost",)


def test_vendor_columns_may_come_and_optional_ones_go(bench: Bench):
    few = ("BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargeCategory", "BillingCurrency")
    bench.stage_rows([{**{name: FOCUS[name] for name in few}, "x_New": "n", "_fivetran_synced": "now"}])
    assert bench.query("SELECT BilledCost, ListCost, Extra FROM staged") == [
        (Decimal("1.5"), None, {"x_New": "n"})
    ]


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        ("PricingCategory", "On-Demand", "Standard"),
        ("PricingCategory", "committed", "Committed"),
        ("CommitmentDiscountStatus", "unused", "Unused"),
        ("CommitmentDiscountCategory", "SPEND", "Spend"),
        ("BillingCurrency", "usd", "USD"),
        ("BillingCurrency", "Token", "Token"),
        ("SubAccountId", "123456789012.0", "123456789012"),
        ("BillingAccountId", "123456789012.0", "123456789012"),
        ("BillingAccountId", "1.0", "1.0"),
        ("ResourceId", "/Subscriptions/AA/ResourceGroups/Web", "/subscriptions/aa/resourcegroups/web"),
        ("ResourceId", "arn:aws:s3:::Bucket", "arn:aws:s3:::Bucket"),
        ("ServiceCategory", '["GCP", "Compute", "GCE"]', "Compute"),
        ("ServiceCategory", '["Storage"]', "Storage"),
        ("ServiceCategory", "[odd", "[odd"),
    ],
)
def test_values_become_those_of_the_specification(bench: Bench, column: str, given: str, kept: str):
    bench.stage_rows([focus(**{column: given})])
    assert bench.one(column) == kept


def test_a_billing_period_that_is_a_month(bench: Bench):
    days = "CAST(BillingPeriodStart AS VARCHAR), CAST(BillingPeriodEnd AS VARCHAR)"
    for month in ("2025-03", "202503"):
        bench.stage_rows([focus(BillingPeriodStart=month, BillingPeriodEnd=month)])
        assert bench.query(f"SELECT {days} FROM staged") == [("2025-03-01 00:00:00", "2025-04-01 00:00:00")]


def test_tags_of_json_stay_one_column_whatever_their_keys(bench: Bench):
    rows: list[dict[str, Any]] = [
        {**focus(), "Tags": {f"key.{number}": number, "on": True, "none": None}} for number in range(40)
    ]
    bench.stage(bench.file("a.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows)))
    assert bench.query("SELECT count(*), sum(cardinality(Tags)) FROM staged") == [(40, 120)]
    assert bench.one("max(Tags['key.7'])") == "7"


def test_a_project_elsewhere_leaves_the_account_alone(bench: Bench):
    bench.stage_rows([focus(x_Project="blue")])
    assert bench.query("SELECT SubAccountId, Extra FROM staged") == [("000000000007", {"x_Project": "blue"})]


def test_oracles_columns(bench: Bench):
    renamed = {"ProviderName": "Provider"}
    row = {
        renamed.get(name, name): value
        for name, value in focus(ListCost="").items()
        if name != "ContractedCost"
    }
    own = {
        "InvoiceIssuer": "Oracle", "Publisher": "Oracle", "Region": "us-sanjose-1", "UsageQuantity": "8",
        "UsageUnit": "GB Hours", "ChargeFrequency": "Usage-based", "oci_ReferenceNumber": "r1",
        "oci_CompartmentName": "shop", "oci_AttributedCost": "99", "oci_CostOverage": "-1",
        "oci_BackReferenceNumber": "", "PricingCurrencyEffectiveCost ": "2.5", "ChargeSubcategory": "On-Demand",
    }  # fmt: skip
    staged = bench.stage_rows([{**row, **own}])
    assert staged.files[0].format == "FOCUS 1.0 (Oracle Cloud)"
    columns = """InvoiceIssuerName, ProviderName, PublisherName, RegionId, ConsumedQuantity, ConsumedUnit,
        ChargeFrequency, PricingCurrencyEffectiveCost, BilledCost, ContractedCost"""
    assert bench.query(f"SELECT {columns} FROM staged") == [
        (
            "Oracle",
            "AWS",
            "Oracle",
            "us-sanjose-1",
            8,
            "GB Hours",
            "Usage-Based",
            Decimal("2.5"),
            Decimal("1.5"),
            None,
        )
    ]
    assert bench.one("Extra") == {"ChargeSubcategory": "On-Demand", "oci_CompartmentName": "shop"}


BEIJING = {
    "ProviderName": "Alibaba Cloud",
    "BillingPeriodStart": "2025-03-01 00:00:00",
    "BillingPeriodEnd": "2025-04-01 00:00:00",
    "ChargePeriodStart": "2025-03-05 09:00:00",
    "ChargePeriodEnd": "2025-03-05 10:00:00",
}


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({}, "2025-03-05 01:00:00"),
        ({"BillingPeriodStart": "2025-03-01T00:00:00Z", "ChargePeriodStart": "2025-03-05T09:00:00Z"}, "2025-03-05 01:00:00"),
        ({"ChargePeriodStart": "2025-03-01 00:00:00"}, "2025-02-28 16:00:00"),
        ({"BillingPeriodStart": "2025-02-28T16:00:00Z"}, "2025-03-05 09:00:00"),
        ({"ChargePeriodStart": "2025-03-05T09:00:00+08:00"}, "2025-03-05 01:00:00"),
        ({"ProviderName": "AWS"}, "2025-03-05 09:00:00"),
    ],
)  # fmt: skip
def test_beijing_time_becomes_utc_and_the_month_stays(bench: Bench, changes: dict[str, str], start: str):
    bench.stage_rows([focus(**{**BEIJING, **changes})])
    columns = "CAST(ChargePeriodStart AS VARCHAR), CAST(BillingPeriodStart AS VARCHAR)"
    assert bench.query(f"SELECT {columns} FROM staged") == [(start, "2025-03-01 00:00:00")]


def test_beijing_time_is_told(bench: Bench):
    staged = bench.stage_rows([focus(), focus(**BEIJING), focus(**BEIJING)])
    assert staged.notes == ("bill.csv: 2 records in Beijing time, taken as UTC",)
    assert bench.one("sum(BilledCost)") == Decimal("4.5")


@pytest.mark.parametrize(
    ("costs", "amounts"),
    [
        (["$10,000.00 ", "$0.50", "-$1,234,567.89"], ["10000", "0.50", "-1234567.89"]),
        (["€5.00", "(€2.25)", "€-1.00"], ["5", "-2.25", "-1"]),
        (["£1,000", "£2,000.00"], ["1000", "2000"]),
        (["¥12", "¥7"], ["12", "7"]),
    ],
)
def test_amounts_with_currency_signs_where_all_have_one(bench: Bench, costs: list[str], amounts: list[str]):
    staged = bench.stage_rows([focus(BilledCost=cost, ListCost="") for cost in costs])
    assert (staged.refused, staged.files[0].quarantined) == ((), 0)
    assert bench.query("SELECT BilledCost FROM staged ORDER BY record") == [
        (Decimal(amount),) for amount in amounts
    ]
    assert staged.notes == (
        f"bill.csv: {len(costs)} records whose amounts have currency signs, read as numbers",
    )


@pytest.mark.parametrize(
    "costs",
    [["$1,234", "$5,678"], ["$1.234,50"], ["$12,34.00"], ["1,234.50"], ["$"], ["USD 5.00"]],
)
def test_amounts_that_may_mean_something_else_refuse_the_file(bench: Bench, costs: list[str]):
    reason = bench.reason(text([focus(BilledCost=cost) for cost in costs]))
    assert "BilledCost is not a number" in reason


def test_a_sign_among_plain_amounts_is_set_aside(bench: Bench):
    for rows in (["$5.00", "1", "2"], ["1", "$5.00", "2"]):
        bench.stage_rows([focus(BilledCost=cost) for cost in rows])
        assert bench.query("SELECT reason FROM quarantined") == [("BilledCost is not a number",)]
        assert bench.one("sum(BilledCost)") == 3


PARQUET = """
SELECT '42' AS BillingAccountId, DATE '2025-03-01' AS BillingPeriodStart, DATE '2025-04-01' AS BillingPeriodEnd,
    TIMESTAMPTZ '2025-03-05 09:00:00+02' AS ChargePeriodStart, TIMESTAMP_MS '2025-03-05 08:00:00' AS ChargePeriodEnd,
    'usage' AS charge_category, 12345678901::BIGINT AS BilledCost, 0.1::DECIMAL(18, 4) AS EffectiveCost,
    170141183460::HUGEINT AS ListCost, 1.25::DOUBLE AS ContractedCost, 'USD' AS BillingCurrency, {tags} AS Tags
"""


@pytest.mark.parametrize(
    "tags",
    [
        "MAP {'team': 'a', 'env': NULL}",
        "[{'key': 'team', 'value': 'a'}, {'key': 'env', 'value': NULL}]",
        "{'team': 'a', 'env': NULL}",
        '\'{"team": "a", "env": null}\'',
    ],
)
def test_parquet_of_any_types(bench: Bench, tags: str):
    path = bench.folder / "bill.parquet"
    duckdb.connect().execute(f"COPY ({PARQUET.format(tags=tags)}) TO '{path}' (FORMAT parquet)")
    staged = bench.stage(path)
    assert staged.refused == ()
    assert bench.query("SELECT BilledCost, EffectiveCost, ListCost, ContractedCost, ChargeCategory, Tags FROM staged") == [
        (12345678901, Decimal("0.1"), 170141183460, Decimal("1.25"), "Usage", {"env": "true", "team": "a"})
    ]  # fmt: skip
    assert bench.one("CAST(ChargePeriodStart AS VARCHAR)") == "2025-03-05 07:00:00"


@pytest.mark.parametrize(
    "text_of_time",
    ["2025-03-04 23:00:00.000 -0800", "2025-03-05T07:00:00.000000000Z", "2025-03-05 07:00:00+00", "2025-03-05T07:00:00 Z"],
)  # fmt: skip
def test_times_as_warehouses_write_them(bench: Bench, text_of_time: str):
    bench.stage_rows([focus(ChargePeriodStart=text_of_time)])
    assert bench.query("SELECT CAST(ChargePeriodStart AS VARCHAR) FROM staged") == [("2025-03-05 07:00:00",)]


@pytest.mark.parametrize("mark", ["\\N", "NULL", "null", "None", ""])
def test_marks_of_no_value(bench: Bench, mark: str):
    bench.stage_rows([focus(ResourceId=mark, ListCost=mark, Tags=mark, InvoiceId=mark)])
    assert bench.query("SELECT ResourceId, ListCost, InvoiceId, Tags FROM staged") == [(None, None, None, {})]


@pytest.mark.parametrize("form", ["lower", "snake"])
def test_what_is_delivered_beside_a_bill_is_left_out(bench: Bench, form: str):
    names = ("ContractCommitmentId", "ContractCommitmentCost")
    beside = bench.file("commitments.csv", text([{spelled(name, form): "5" for name in names}]))
    staged = bench.stage(beside, bench.file("bill.csv", text([focus()])))
    assert staged.refused == ()
    assert [file.path.name for file in staged.files] == ["bill.csv"]
    (note,) = staged.notes
    assert "commitments.csv: left out, FOCUS Contract Commitment" in note
    alone = bench.stage(beside)
    assert (len(alone.refused), alone.files, alone.notes) == (1, (), ())
