"""AWS CUR of both generations: what is billed adds up to the unblended cost, amortisation to the commitment."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.bills import CUR, Bench, cur, text, total

PLAN = {"savings_plan_savings_plan_a_r_n": "arn:sp/1"}
RESERVED = {"reservation_reservation_a_r_n": "arn:ri/1"}


def lines(bench: Bench, columns: str) -> list[tuple[object, ...]]:
    return bench.query(f"SELECT {columns} FROM staged ORDER BY record, BilledCost DESC, EffectiveCost DESC")


def amounts(bench: Bench) -> list[tuple[Decimal, Decimal]]:
    return lines(bench, "BilledCost, EffectiveCost")


def test_a_line_of_usage(bench: Bench):
    staged = bench.stage_rows([cur(product='{"product_name": "Amazon Elastic Compute Cloud"}')])
    assert (staged.files[0].format, staged.files[0].source) == ("AWS CUR 2.0", "aws-cur")
    columns = "BillingAccountId, BillingAccountName, SubAccountId, RegionId, ServiceCategory, SkuMeter, ListCost, Tags"
    assert lines(bench, columns) == [
        ("000000000042", "payer", "000000000007", "eu-central-1", "Compute", "EUC1-BoxUsage:m5.large", 2, {"team": "payments"})
    ]  # fmt: skip
    assert bench.one("Extra") == {
        "x_ServiceCode": "AmazonEC2",
        "x_UsageType": "EUC1-BoxUsage:m5.large",
        "x_Operation": "RunInstances",
        "x_LineItemType": "Usage",
        "x_BillType": "Anniversary",
        "x_BillingEntity": "AWS",
    }


@pytest.mark.parametrize(
    ("kind", "more", "category", "frequency", "billed", "effective"),
    [
        ("Usage", {}, "Usage", "Usage-Based", "5", "5"),
        ("Tax", {}, "Tax", "Usage-Based", "5", "5"),
        ("Credit", {}, "Credit", "Usage-Based", "5", "5"),
        ("Refund", {}, "Usage", "Usage-Based", "5", "5"),
        ("EdpDiscount", {}, "Usage", "Usage-Based", "5", "5"),
        ("Fee", {}, "Purchase", "One-Time", "5", "5"),
        ("Fee", {"line_item_product_code": "AWSSupportBusiness"}, "Purchase", "Recurring", "5", "5"),
        ("Fee", RESERVED, "Purchase", "One-Time", "5", "0"),
        ("SavingsPlanUpfrontFee", PLAN, "Purchase", "One-Time", "5", "0"),
        ("DiscountedUsage", {**RESERVED, "reservation_effective_cost": "3"}, "Usage", "Usage-Based", "5", "3"),
        ("SavingsPlanCoveredUsage", {**PLAN, "savings_plan_savings_plan_effective_cost": "3"}, "Usage", "Usage-Based", "5", "3"),
        ("Refund", {"line_item_product_code": "ComputeSavingsPlans",
                    "line_item_line_item_description": "Refund for one-time fee for Savings Plan ID 1"},
         "Usage", "Usage-Based", "5", "0"),
    ],
)  # fmt: skip
def test_amortisation_by_kind_of_line(bench: Bench, kind, more, category, frequency, billed, effective):
    bench.stage_rows([cur(kind, "5", **more)])
    assert lines(bench, "ChargeCategory, ChargeFrequency, BilledCost, EffectiveCost") == [
        (category, frequency, Decimal(billed), Decimal(effective))
    ]
    assert (bench.one("ChargeClass") == "Correction") == (kind == "Refund")


def test_a_fee_becomes_the_purchase_and_what_was_not_used(bench: Bench):
    plan = {**PLAN, "savings_plan_total_commitment_to_date": "10", "savings_plan_used_commitment": "7.5"}
    unused = {
        "reservation_unused_amortized_upfront_fee_for_billing_period": "1.25",
        "reservation_unused_recurring_fee": "0.5",
    }
    staged = bench.stage_rows(
        [cur("SavingsPlanRecurringFee", "4", **plan), cur("RIFee", "6", **RESERVED, **unused)]
    )
    assert (staged.files[0].records, staged.files[0].loaded) == (2, 2)
    columns = (
        "record, ChargeCategory, CommitmentDiscountId, CommitmentDiscountStatus, BilledCost, EffectiveCost"
    )
    assert lines(bench, columns) == [
        (1, "Purchase", "arn:sp/1", None, 4, 0),
        (1, "Usage", "arn:sp/1", "Unused", 0, Decimal("2.5")),
        (2, "Purchase", "arn:ri/1", None, 6, 0),
        (2, "Usage", "arn:ri/1", "Unused", 0, Decimal("1.75")),
    ]


def test_a_commitment_used_up_leaves_no_second_line(bench: Bench):
    plan = {**PLAN, "savings_plan_total_commitment_to_date": "10", "savings_plan_used_commitment": "10.0"}
    bench.stage_rows(
        [cur("SavingsPlanRecurringFee", "10", **plan), cur("SavingsPlanRecurringFee", "10", **PLAN)]
    )
    assert amounts(bench) == [(10, 0), (10, 0)]


def covered(cost: str, effective: str, **more: str) -> dict[str, str]:
    return cur(
        "SavingsPlanCoveredUsage", cost, savings_plan_savings_plan_effective_cost=effective, **PLAN, **more
    )


def test_negation_takes_back_the_price_of_covered_usage(bench: Bench):
    rows = [covered("3", "2"), covered("4", "2.5"), cur("SavingsPlanNegation", "-7")]
    bench.stage_rows(rows)
    assert amounts(bench) == [(0, 2), (0, Decimal("2.5"))]


def test_what_negation_leaves_over_stays_on_one_line(bench: Bench):
    rows = [
        covered("3", "2"),
        cur("SavingsPlanNegation", "-1.5"),
        cur("SavingsPlanNegation", "-1.4999999999"),
    ]
    bench.stage_rows(rows)
    assert lines(bench, "record, ChargeCategory, BilledCost, EffectiveCost, ListCost") == [
        (1, "Usage", 0, 2, 2),
        (2, "Adjustment", Decimal("0.0000000001"), 0, 0),
    ]


def test_without_negation_covered_usage_keeps_its_price(bench: Bench):
    """By account, period and currency: one that has negation lines says nothing of another."""
    other = {"line_item_usage_account_id": "000000000008"}
    april = {"bill_billing_period_start_date": "2025-04-01T00:00:00Z"}
    rows = [
        covered("3", "2"),
        cur("SavingsPlanNegation", "-3"),
        covered("5", "4", **other),
        covered("6", "4", **april),
        covered("7", "4", line_item_currency_code="EUR"),
    ]
    bench.stage_rows(rows)
    assert amounts(bench) == [(0, 2), (5, 4), (6, 4), (7, 4)]


def test_negation_in_another_file_of_the_period_counts(bench: Bench):
    first = bench.file("cur-1.csv", text([covered("3", "2")]))
    second = bench.file("cur-2.csv", text([cur("SavingsPlanNegation", "-3"), cur("Usage", "1")]))
    bench.stage(first, second)
    assert bench.query("SELECT file, BilledCost FROM staged ORDER BY ALL") == [(0, 0), (1, 1)]


NET = {
    "line_item_net_unblended_cost": "4",
    "reservation_net_effective_cost": "2",
    "savings_plan_net_savings_plan_effective_cost": "1",
}


def test_net_costs_are_used_for_the_whole_period_of_a_payer(bench: Bench):
    gross = {**RESERVED, "reservation_effective_cost": "3", "savings_plan_savings_plan_effective_cost": "3"}
    rows = [
        cur("Usage", "5", **gross, **NET),
        cur("DiscountedUsage", "5", **gross, **NET),
        cur("SavingsPlanCoveredUsage", "5", **gross, **NET),
        cur("Tax", "5", **gross),
        cur("DiscountedUsage", "5", **gross, bill_payer_account_id="43", reservation_net_effective_cost="2"),
    ]
    bench.stage_rows(rows)
    assert amounts(bench) == [(4, 4), (4, 2), (4, 1), (5, 5), (5, 3)]


def test_unused_commitment_after_a_private_discount(bench: Bench):
    plan = {
        **PLAN,
        "savings_plan_total_commitment_to_date": "10",
        "savings_plan_used_commitment": "4",
        "savings_plan_recurring_commitment_for_billing_period": "9",
        "savings_plan_amortized_upfront_commitment_for_billing_period": "3",
        "savings_plan_net_recurring_commitment_for_billing_period": "7",
        "savings_plan_net_amortized_upfront_commitment_for_billing_period": "1",
        "line_item_net_unblended_cost": "7",
    }
    reserved = {
        **RESERVED,
        "reservation_unused_recurring_fee": "5",
        "reservation_net_unused_recurring_fee": "4.5",
    }
    bench.stage_rows([cur("SavingsPlanRecurringFee", "9", **plan), cur("RIFee", "6", **reserved)])
    assert amounts(bench) == [(7, 0), (0, 4), (6, 0), (0, Decimal("4.5"))]


def test_split_cost_allocation_is_left_out(bench: Bench):
    rows = [cur(), cur(line_item_operation="EKSPod-EC2"), cur(line_item_operation="ECSTask-EC2")]
    staged = bench.stage_rows(rows)
    assert amounts(bench) == [(Decimal("1.5"), Decimal("1.5"))]
    assert staged.notes == (
        "bill.csv: 2 records of split cost allocation left out: other lines carry the money, and these have no share of it",
    )


LEGACY = {
    "line_item_": "lineItem/",
    "bill_": "bill/",
    "pricing_": "pricing/",
    "savings_plan_": "savingsPlan/",
    "reservation_": "reservation/",
    "identity_": "identity/",
}


def legacy(row: dict[str, str]) -> dict[str, str]:
    """The same line as a legacy CUR has it: other names, a column per tag and product attribute."""
    out = {}
    for name, value in row.items():
        prefix = next((prefix for prefix in LEGACY if name.startswith(prefix)), None)
        if name == "resource_tags":
            out |= {
                f"resourceTags/{key.replace('user_', 'user:')}": tag for key, tag in json.loads(value).items()
            }
        elif prefix:
            words = name.removeprefix(prefix).split("_")
            words = (
                words
                if prefix == "pricing_" and words[0] == "public"
                else [words[0].capitalize(), *words[1:]]
            )
            out[LEGACY[prefix] + words[0] + "".join(word.capitalize() for word in words[1:])] = value
    return out


def test_both_generations_say_the_same(bench: Bench):
    rows = [
        cur(),
        covered("3", "2.5"),
        cur("SavingsPlanNegation", "-3"),
        cur("RIFee", "6", **RESERVED, reservation_unused_recurring_fee="0.5"),
    ]
    columns = (
        "record, ChargeCategory, BillingAccountId, SubAccountId, RegionId, SkuMeter, CommitmentDiscountId,"
        " BilledCost, EffectiveCost, ListCost, ContractedCost, Tags"
    )
    bench.stage_rows(rows)
    new = lines(bench, columns)
    staged = bench.stage_rows([legacy(row) for row in rows], "legacy.csv")
    assert staged.files[0].format == "AWS CUR legacy"
    assert lines(bench, columns) == new


def test_legacy_columns_are_packed_by_key(bench: Bench):
    row = legacy(cur())
    row |= {
        "resourceTags/aws:createdBy": "me", "resourceTags/user:Cost Center": "7", "resourceTags/user:Empty": "",
        "costCategory/Team": "core", "product/ProductName": "Amazon EC2", "product/memory": "8 GiB",
        "product/Memory": "8", "product/region": "us-east-1", "product/location": "",
    }  # fmt: skip
    bench.stage_rows([row])
    assert bench.one("Tags") == {"Cost Center": "7", "aws:createdBy": "me", "team": "payments"}
    assert bench.one("ServiceName") == "Amazon EC2"
    assert bench.one("RegionId") == "us-east-1"
    assert json.loads(bench.one("Extra['x_CostCategories']")) == {"Team": "core"}
    details = json.loads(bench.one("SkuPriceDetails"))
    assert details == {"ProductName": "Amazon EC2", "memory": "8 GiB", "Memory": "8", "region": "us-east-1"}


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ({"product_region_code": "eu-west-3", "line_item_availability_zone": "us-east-1a"}, "eu-west-3"),
        ({"product": '{"region": "eu-west-2"}'}, "eu-west-2"),
        ({"line_item_availability_zone": "ap-south-1b"}, "ap-south-1"),
        ({"line_item_availability_zone": "ap-south-1"}, "ap-south-1"),
        ({}, "eu-central-1"),
        ({"line_item_usage_type": "BoxUsage"}, None),
    ],
)
def test_region_from_the_best_there_is(bench: Bench, place: dict[str, str], region: str | None):
    bench.stage_rows([cur(**place)])
    assert bench.one("RegionId") == region


def test_a_currency_is_one_in_any_case(bench: Bench):
    bench.stage_rows([cur(cost="1"), cur(cost="2", line_item_currency_code="usd")])
    assert bench.query("SELECT BillingCurrency, sum(BilledCost) FROM staged GROUP BY ALL") == [("USD", 3)]


def test_words_for_no_value_are_none(bench: Bench):
    bench.stage_rows(
        [covered("3", "None"), cur("SavingsPlanNegation", "-3"), cur(line_item_resource_id="None")]
    )
    assert amounts(bench) == [(0, 0), (Decimal("1.5"), Decimal("1.5"))]


COST = st.decimals(-999, 999, places=12).map(str)
KIND = st.sampled_from(
    ("Usage", "Tax", "Credit", "Refund", "Fee", "RIFee", "SavingsPlanRecurringFee", "SavingsPlanCoveredUsage",
     "SavingsPlanNegation", "DiscountedUsage", "EdpDiscount", "SomethingNew")
)  # fmt: skip
LINE = st.builds(
    lambda kind, cost, account, currency, used: cur(
        kind, cost, **PLAN, line_item_usage_account_id=account, line_item_currency_code=currency,
        savings_plan_total_commitment_to_date="10", savings_plan_used_commitment=used,
        savings_plan_savings_plan_effective_cost=used,
    ),
    KIND, COST, st.sampled_from(["7", "8", ""]), st.sampled_from(["USD", "EUR"]), COST,
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(LINE, min_size=1, max_size=25))
def test_billed_is_always_the_unblended_sum(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
):
    bench = Bench(tmp_path_factory.mktemp("cur"))
    staged = bench.stage_rows(rows)
    assert staged.files[0].loaded == len(rows)
    keys = sorted(
        {(row["line_item_usage_account_id"] or "(none)", row["line_item_currency_code"]) for row in rows}
    )
    want = {
        key: total(
            row["line_item_unblended_cost"]
            for row in rows
            if (row["line_item_usage_account_id"] or "(none)", row["line_item_currency_code"]) == key
        )
        for key in keys
    }
    got = bench.query("SELECT SubAccountId, BillingCurrency, sum(BilledCost) FROM staged GROUP BY 1, 2")
    assert {(account, currency): billed for account, currency, billed in got} | {
        key: 0 for key in keys if want[key] == 0
    } == want


def test_ids_of_lines_stay_out(bench: Bench):
    bench.stage_rows([cur(identity_time_interval="2025/2025", my_column="kept")])
    assert "identity_line_item_id" in CUR
    assert bench.one("Extra['my_column']") == "kept"
    assert not [name for name in bench.one("Extra") if name.startswith("identity")]
