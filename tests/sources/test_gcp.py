"""Google Cloud billing exports: every form of an extract gives the same money, to the last digit."""

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.bills import Bench
from tests.sources.gcp_bills import Line, credit, flattened, jsonl, line, parquet, sums

LINES: list[Line] = [
    line(1.5),
    line("0.000001234", credits=[credit("SUSTAINED_USAGE_DISCOUNT", -0.000000234)]),
    line(
        10,
        credits=[
            credit("PROMOTION", "-4.25", "Startup programme"),
            credit("COMMITTED_USAGE_DISCOUNT", -3.000000001),
            credit("FREE_TIER", "-1e-7"),
        ],
    ),
    line(0.25, credits=[credit("PROMOTION", -0.5, "Welcome")], project__id="lab"),
    line(
        "72.000000001",
        sku__description="Commitment v1: Cpu in Americas for 1 Year",
        subscription={"instance_id": "subscriptions/1"},
        credits=[credit("FEE_UTILIZATION_OFFSET", "-71.5")],
    ),
    line("0.19", cost_type="tax", usage_start_time="2025-03-31 00:00:00 UTC"),
    line("-0.01", cost_type="rounding_error", invoice={"month": "202504"}),
    line(
        "-3.33",
        cost_type="adjustment",
        adjustment_info={"id": "A1", "description": "Refund", "mode": "MANUAL", "type": "GOODWILL"},
    ),
    line(2, invoice={"month": "202504"}, usage_start_time="2025-03-31 20:00:00 UTC"),
    line(0, cost_at_list=0, credits=[]),
]

GOT = """
SELECT strftime(BillingPeriodStart, '%Y%m'), ChargeCategory, SubAccountId, count(*), sum(BilledCost),
    sum(EffectiveCost), sum(ListCost), sum(ContractedCost)
FROM staged GROUP BY ALL"""


def got(bench: Bench) -> dict[Any, list[Any]]:
    return {row[:3]: list(row[3:]) for row in bench.query(GOT)}


def forms(folder: Path) -> dict[str, bytes]:
    nested = parquet(folder / "nested.parquet", LINES)
    return {
        "lines.json": jsonl(LINES).encode(),
        "lines.json.gz": gzip.compress(jsonl(LINES).encode()),
        "dotted.csv": flattened(LINES).encode(),
        "underscored.csv": flattened(LINES, between="_").encode(),
        "python.csv": flattened(LINES, python=True).encode(),
        "bq.parquet": nested.read_bytes(),
    }


@pytest.mark.parametrize(
    "name",
    ["lines.json", "lines.json.gz", "dotted.csv", "underscored.csv", "python.csv", "bq.parquet"],
)
def test_all_four_costs_in_every_form(bench: Bench, tmp_path: Path, name: str):
    staged = bench.stage(bench.file(name, forms(tmp_path)[name]))
    assert (staged.refused, staged.notes) == ((), ())
    (file,) = staged.files
    assert (file.format, file.source) == ("Google Cloud billing export (detailed)", "gcp")
    assert (file.records, file.loaded, file.quarantined) == (len(LINES), len(LINES), 0)
    assert got(bench) == sums(LINES)


@pytest.mark.parametrize("name", ["lines.json", "dotted.csv", "python.csv", "bq.parquet"])
def test_what_a_line_says_of_itself_in_every_form(bench: Bench, tmp_path: Path, name: str):
    bench.stage(bench.file(name, forms(tmp_path)[name]))
    columns = """ServiceName, ServiceCategory, SkuId, SkuMeter, RegionId, AvailabilityZone, ResourceName,
        ResourceType, SubAccountName, ProviderName, ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit"""
    row = bench.query(f"SELECT {columns} FROM staged WHERE record = 1")[0]
    assert row == (
        "Compute Engine", "Compute", "2E27-4F75-95CD", "N1 Predefined Instance Core", "us-central1",
        "us-central1-a", "web-1", "compute/instances", "shop", "Google Cloud", 3600, "seconds", 1, "hour",
    )  # fmt: skip
    times = "CAST(ChargePeriodStart AS VARCHAR), CAST(ChargePeriodEnd AS VARCHAR)"
    assert bench.query(f"SELECT {times} FROM staged WHERE record = 1") == [
        ("2025-03-05 10:00:00", "2025-03-05 11:00:00")
    ]
    (tags, extra), *_ = bench.query("SELECT Tags, Extra FROM staged WHERE record = 1")
    assert tags == {
        "998877/tier": "gold",
        "env": "prod",
        "goog:compute.googleapis.com/cores": "2",
        "team": "payments",
    }
    assert extra["x_ProjectNumber"] == "1234567890"
    assert extra["x_ProjectAncestry"] == "/1/2/"
    assert extra["x_CostType"] == "regular"


def test_labels_never_multiply_a_line(bench: Bench):
    many = [{"key": f"k{number}", "value": "v"} for number in range(50)]
    bench.stage(bench.file("a.json", jsonl([line(1, labels=many, tags=[], system_labels=[])])))
    assert bench.query("SELECT count(*), sum(BilledCost), any_value(cardinality(Tags)) FROM staged") == [
        (1, 1, 52)
    ]


def test_an_invoice_month_is_the_billing_period_whatever_the_day_of_use(bench: Bench):
    lines = [line(1, usage_start_time="2025-03-31 23:00:00 UTC", invoice={"month": "202504"}), line(2)]
    bench.stage(bench.file("a.json", jsonl(lines)))
    found = "strftime(BillingPeriodStart, '%Y-%m-%d'), strftime(BillingPeriodEnd, '%Y-%m-%d'), month(ChargePeriodStart)"
    assert bench.query(f"SELECT {found}, BilledCost FROM staged ORDER BY ALL") == [
        ("2025-03-01", "2025-04-01", 3, 2),
        ("2025-04-01", "2025-05-01", 3, 1),
    ]


@pytest.mark.parametrize("month", ["202504", 202504, "202504.0"])
def test_forms_of_an_invoice_month(bench: Bench, month: Any):
    bench.stage(bench.file("a.json", jsonl([line(1, invoice={"month": month})])))
    assert bench.one("strftime(BillingPeriodStart, '%Y-%m-%d')") == "2025-04-01"


def test_a_line_without_cost_is_told(bench: Bench):
    staged = bench.stage(bench.file("a.json", jsonl([{**line(1), "cost": None}, line(2)])))
    assert staged.notes == ("a.json: 1 record without cost, taken as 0",)
    assert bench.one("sum(BilledCost)") == 2


def test_both_models_of_committed_use(bench: Bench):
    fee = {"sku__description": "Commitment - dollar based v1: GCE for 1 year"}
    plan = {"subscription": {"instance_id": "subscriptions/7"}}
    model = {"id": "X", "description": "Compute Flexible CUDs 1 Year"}
    old = [
        line("0.072", **fee, **plan),
        line("0.268064", credits=[credit("COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", -0.1)]),
    ]
    new = [
        line("0.072", **fee, **plan, credits=[credit("FEE_UTILIZATION_OFFSET", "-0.07")]),
        line("0.168046"),
        line("0.072", **plan, consumption_model=model, cost_at_effective_price_default="0.1"),
    ]
    bench.stage(bench.file("a.json", jsonl([*old, *new])))
    columns = "record, ChargeCategory, PricingCategory, CommitmentDiscountStatus, BilledCost, EffectiveCost, ContractedCost"
    assert bench.query(f"SELECT {columns} FROM staged ORDER BY 1") == [
        (1, "Purchase", "Committed", None, *map(Decimal, ("0.072", "0.072", "0.072"))),
        (2, "Usage", "Committed", None, *map(Decimal, ("0.168064", "0.168064", "0.268064"))),
        (3, "Purchase", "Committed", None, *map(Decimal, ("0.002", "0.002", "0.072"))),
        (4, "Usage", "Standard", None, *map(Decimal, ("0.168046", "0.168046", "0.168046"))),
        (5, "Usage", "Committed", "Used", *map(Decimal, ("0.072", "0.072", "0.1"))),
    ]
    assert bench.query("SELECT DISTINCT CommitmentDiscountId, CommitmentDiscountCategory FROM staged ORDER BY 1") == [
        ("subscriptions/7", "Spend"), (None, None)
    ]  # fmt: skip


def test_credits_given_by_themselves_are_lines_and_those_of_a_price_are_named(bench: Bench):
    bench.stage(bench.file("a.json", jsonl([LINES[2]])))
    columns = "ChargeCategory, ChargeDescription, BilledCost, Extra['x_CreditTypes'], ResourceName"
    assert bench.query(f"SELECT {columns} FROM staged ORDER BY 1") == [
        ("Credit", "Startup programme", Decimal("-4.25"), None, "web-1"),
        (
            "Usage",
            "N1 Predefined Instance Core",
            Decimal("6.999999899"),
            "COMMITTED_USAGE_DISCOUNT, FREE_TIER",
            "web-1",
        ),
    ]


def test_list_cost_from_price_and_usage_where_it_is_not_given(bench: Bench):
    made = line(1, price={"list_price": "0.123456789012", "pricing_unit_quantity": 1000})
    made["usage"]["amount_in_pricing_units"] = 12345.678
    priced = {name: value for name, value in made.items() if name != "cost_at_list"}
    bench.stage(bench.file("a.json", jsonl([priced])))
    assert bench.one("ListCost") == Decimal("0.123456789012") * Decimal("12345.678") / 1000
    neither = {name: value for name, value in priced.items() if name != "price"}
    bench.stage(bench.file("b.json", jsonl([neither, {**neither, "cost_type": "tax"}])))
    assert bench.query("SELECT ChargeCategory, ListCost FROM staged ORDER BY 1") == [
        ("Tax", 1),
        ("Usage", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cost": "free"}, "cost is not a number"),
        ({"credits": "free"}, "credits is not a number"),
        ({"credits": [{"amount": "much"}]}, "credits is not a number"),
        ({"invoice": {"month": "March"}}, "invoice_month is not a date"),
        ({"invoice": {"month": "202513"}}, "invoice_month is not a date"),
        ({"usage_start_time": "yesterday"}, "usage_start_time is not a date"),
        ({"currency": None}, "no currency"),
    ],
)
def test_what_cannot_be_read_is_set_aside(bench: Bench, changes: dict[str, Any], reason: str):
    bench.stage(bench.file("a.json", jsonl([line(1), {**line(2), **changes}, line(4)])))
    assert bench.query("SELECT record, reason FROM quarantined") == [(2, reason)]
    assert bench.one("sum(BilledCost)") == 5


def test_labels_that_cannot_be_read_lose_no_money(bench: Bench):
    staged = bench.stage(bench.file("a.csv", flattened([line(1, labels="team=core"), line(2)])))
    assert bench.one("sum(BilledCost)") == 3
    assert staged.notes == ("a.csv: 1 record with tags that are not JSON, taken without tags",)


def test_a_standard_export_without_projects_resources_and_lists(bench: Bench):
    few = {"billing_account_id", "service", "sku", "usage_start_time", "usage_end_time", "cost", "currency"}
    made = {name: value for name, value in line("1E-9").items() if name in few}
    staged = bench.stage(bench.file("a.json", jsonl([{**made, "project": None, "credits": None}])))
    assert staged.files[0].format == "Google Cloud billing export (standard)"
    columns = "BilledCost, SubAccountId, ResourceId, strftime(BillingPeriodStart, '%Y-%m'), Tags"
    assert bench.query(f"SELECT {columns} FROM staged") == [(Decimal("1E-9"), None, None, "2025-03", {})]


def test_no_currency_no_bill(bench: Bench):
    made = {name: value for name, value in line().items() if name != "currency"}
    assert "currency" in bench.reason(jsonl([made]), "a.json")


def test_a_currency_is_one_in_any_case(bench: Bench):
    bench.stage(bench.file("a.json", jsonl([line(1, currency="usd"), line(2, currency="USD")])))
    assert bench.query("SELECT BillingCurrency, sum(BilledCost) FROM staged GROUP BY ALL") == [("USD", 3)]


def test_third_parties_and_unknown_fields(bench: Bench):
    made = line(1, transaction_type="THIRD_PARTY_RESELLER", seller_name="Acme")
    bench.stage(
        bench.file("a.json", jsonl([{**made, "brand_new": {"field": "x"}, "cost_in_future_units": 3}]))
    )
    assert bench.query("SELECT PublisherName, Extra['brand_new.field'], map_keys(Extra) FROM staged")[0][:2] == (
        "Acme", "x"
    )  # fmt: skip
    assert "cost_in_future_units" not in bench.one("Extra")


@pytest.mark.parametrize(("magic", "what"), [(b"Obj\x01", "an Avro file"), (b"ORC", "an ORC file")])
def test_other_files_that_bigquery_writes_are_refused_by_name(bench: Bench, magic: bytes, what: str):
    assert bench.reason(magic + b"\x04\x14avro.codec\0\0" * 20, "a.avro").startswith(what)
