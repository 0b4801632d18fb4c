"""Azure exports of every agreement: what the columns become, and that the costs are those of the file."""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import pytest

from finops_tui.queries.columns import COSTS
from tests.sources.azure_bills import (
    EA,
    MCA,
    PAYG,
    PLANNED,
    RESERVED,
    Row,
    day,
    ea,
    mca,
    number,
    pair,
    parquet,
    payg,
)
from tests.sources.bills import Bench, text


def line(bench: Bench, columns: str) -> Any:
    (row,) = bench.query(f"SELECT {columns} FROM staged")
    return row


def test_a_line_of_an_enterprise_agreement(bench: Bench):
    staged = bench.stage_rows([ea()])
    assert (staged.files[0].format, staged.files[0].source) == ("Azure EA", "azure")
    assert line(
        bench,
        "BillingAccountId, BillingAccountName, SubAccountId, SubAccountName, ServiceName, ServiceCategory, RegionId,"
        " RegionName, ResourceId, ResourceName, ResourceType, ChargeCategory, ChargeFrequency, PricingCategory,"
        " SkuMeter, PricingQuantity, PricingUnit, ListUnitPrice, ContractedUnitPrice, Tags",
    ) == (
        "8611537", "Contoso", "1caaa5a3-0000-0000-0000-000000000001", "Research", "Virtual Machines", "Compute",
        "uksouth", "UK South",
        "/subscriptions/1c/resourcegroups/shop/providers/microsoft.compute/virtualmachines/web-1", "web-1",
        "microsoft.compute/virtualmachines", "Usage", "Usage-Based", "Standard", "B1s", 24.0, "1 Hour", "0.12", "0.1",
        {"env": "prod", "team": "payments"},
    )  # fmt: skip
    assert line(bench, ", ".join(COSTS)) == (Decimal("2.4"), Decimal("2.4"), Decimal("2.88"), Decimal("2.4"))
    extra = bench.one("Extra")
    assert (
        extra.items()
        >= {
            "x_CostCenter": "4711",
            "x_InvoiceSectionName": "Retail",
            "x_ResourceGroupName": "shop",
            "x_SkuMeterSubcategory": "BS Series",
            "x_SkuPartNumber": "AAA-88134",
            "x_AccountOwnerId": "owner@contoso.com",
        }.items()
    )


def test_a_line_of_a_customer_agreement_in_two_currencies(bench: Bench):
    staged = bench.stage_rows([mca()])
    assert staged.files[0].format == "Azure MCA"
    assert line(
        bench,
        "BillingAccountId, BillingAccountName, BillingAccountType, InvoiceId, SkuId, BillingCurrency, PricingCurrency,"
        " ListUnitPrice, ContractedUnitPrice, PricingCurrencyListUnitPrice, PricingCurrencyContractedUnitPrice",
    ) == ("PROF-1", "Contoso Europe", "Billing Profile", "G012345678", "DZH318Z0BQ4B001C", "EUR", "USD",
          "0.108", "0.099", "0.12", "0.11")  # fmt: skip
    costs = ", ".join((*COSTS, "PricingCurrencyEffectiveCost"))
    assert line(bench, costs) == tuple(Decimal(cost) for cost in ("0.9", "0.9", "1.08", "0.99", "1"))
    assert "costInUsd" not in bench.one("Extra")


def test_a_line_of_a_pay_as_you_go_subscription(bench: Bench):
    staged = bench.stage_rows([payg()])
    assert staged.files[0].format == "Azure pay-as-you-go"
    assert line(
        bench,
        "BillingAccountId, BillingAccountType, SubAccountId, BillingPeriodStart, ServiceCategory, RegionId,"
        " BilledCost, EffectiveCost, ListCost, ContractedCost",
    ) == ("1c", "Subscription", "1c", day("2021-02-01"), "Networking", "eastus", *[Decimal("0.075")] * 4)  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "cost"),
    [
        ("BillingAccountId,Date,MeterCategory,Cost,BillingCurrency,Product,PartNumber", "Cost"),
        ("billingAccountId,date,meterCategory,costInBillingCurrency,billingCurrency,partnerName", "costInBillingCurrency"),
        ("BILLINGACCOUNTID,DATE,METERCATEGORY,COSTINBILLINGCURRENCY,CURRENCY", "COSTINBILLINGCURRENCY"),
        ("Account Owner Id,Date,Meter Category,ExtendedCost,Currency", "ExtendedCost"),
        ("Abonnement-GUID (SubscriptionGuid),UsageDateTime,Kategorie (MeterCategory),PreTaxCost (PreTaxCost),Currency", "PreTaxCost (PreTaxCost)"),
        ("サブスクリプション (SubscriptionGuid),UsageDateTime (UsageDateTime),測定 (MeterCategory),PreTaxCost,Currency", "PreTaxCost"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_headers_in_every_spelling(bench: Bench, columns: str, cost: str, start: str):
    names = columns.split(",")
    values = dict.fromkeys(names, "x") | {cost: "1.25"}
    values |= {name: "2024-05-04" for name in names if "date" in name.lower()}
    bench.stage(bench.file("bill.csv", start + text([values], names)))
    assert line(bench, "ServiceName, BilledCost, ChargePeriodStart, ChargePeriodEnd") == (
        "x", Decimal("1.25"), day("2024-05-04"), day("2024-05-05"),
    )  # fmt: skip


def test_a_header_without_a_date_is_refused_by_name(bench: Bench):
    assert "no column for the date" in bench.reason("MeterCategory,Cost\nStorage,1\n")


def test_two_columns_for_the_cost_the_billing_currency_counts(bench: Bench):
    bench.stage_rows([ea("2.5", Cost="7")])
    assert bench.one("sum(BilledCost)") == Decimal("2.5")
    assert "two columns" in bench.reason("MeterCategory,Date,Cost,COST\na,2024-01-01,1,2\n")


@pytest.mark.parametrize(
    ("kind", "category", "correction"),
    [
        ("Usage", "Usage", None),
        ("Purchase", "Purchase", None),
        ("Refund", "Purchase", "Correction"),
        ("Tax", "Tax", None),
        ("Credit", "Credit", None),
        ("UnusedReservation", "Usage", None),
        ("UnusedSavingsPlan", "Usage", None),
        ("RoundingAdjustment", "Adjustment", None),
        ("", "Usage", None),
    ],
)
def test_categories_by_type_of_charge(bench: Bench, kind: str, category: str, correction: str | None):
    bench.stage_rows([ea("5", ChargeType=kind)])
    assert line(bench, "ChargeCategory, ChargeClass, EffectiveCost") == (category, correction, Decimal(5))


@pytest.mark.parametrize(
    ("commitment", "category", "kind", "unit"),
    [(RESERVED, "Usage", "Reservation", "1 Hour"), (PLANNED, "Spend", "Savings Plan", "USD")],
)
def test_commitments(bench: Bench, commitment: Row, category: str, kind: str, unit: str):
    unused = {"ChargeType": kind.replace(" ", "").join(("Unused", ""))}
    bench.stage_rows([ea("3", **commitment), ea("1", **commitment, **unused)])
    columns = (
        "CommitmentDiscountCategory, CommitmentDiscountType, CommitmentDiscountUnit, CommitmentDiscountId,"
        " CommitmentDiscountName, PricingCategory, CommitmentDiscountStatus, BilledCost, EffectiveCost"
    )
    same = (category, kind, unit, commitment["benefitId"].lower(), commitment["benefitName"], "Committed")
    assert bench.query(f"SELECT {columns} FROM staged ORDER BY record") == [
        (*same, "Used", 0, 3),
        (*same, "Unused", 0, 1),
    ]


def test_older_files_name_a_reservation_only_by_its_id(bench: Bench):
    row = {
        name: value
        for name, value in ea("3").items()
        if name not in {"PricingModel", "benefitId", "benefitName"}
    }
    bench.stage_rows([{**row, "ReservationId": "r1", "ReservationName": "old"}])
    assert line(bench, "CommitmentDiscountId, CommitmentDiscountName, BilledCost, EffectiveCost") == (
        "r1",
        "old",
        0,
        3,
    )


def test_the_last_day_of_a_billing_period_belongs_to_it(bench: Bench):
    bench.stage_rows([ea(), mca(), payg()][:1])
    assert line(bench, "BillingPeriodStart, BillingPeriodEnd") == (
        day("2023-09-01"),
        day("2023-10-01"),
    )
    bench.stage_rows(
        [ea(BillingPeriodStartDate="05/15/2023", BillingPeriodEndDate="06/14/2023", Date="05/20/2023")]
    )
    assert line(bench, "BillingPeriodStart, BillingPeriodEnd") == (
        day("2023-05-15"),
        day("2023-06-15"),
    )


def test_lines_of_another_cloud_say_so(bench: Bench):
    bench.stage_rows([ea(PublisherType="AWS"), ea("1", PublisherType="Marketplace", PublisherName="Acme")])
    rows = bench.query("SELECT ProviderName, PublisherName FROM staged ORDER BY record")
    assert rows == [("AWS", "AWS"), ("Microsoft", "Acme")]


def test_currencies_stay_apart_in_one_file(bench: Bench):
    bench.stage_rows([mca(), mca(billingCurrency="CHF", costInBillingCurrency="2")])
    rows = bench.query("SELECT BillingCurrency, sum(BilledCost) FROM staged GROUP BY ALL ORDER BY ALL")
    assert rows == [("CHF", Decimal(2)), ("EUR", Decimal("0.9"))]


def test_resources_are_one_in_every_case(bench: Bench):
    other = EA["ResourceId"].upper()
    bench.stage_rows(
        [ea(), ea("1", ResourceId=other, ResourceGroup="SHOP", SubscriptionId=EA["SubscriptionId"].lower())]
    )
    assert (
        bench.one("count(DISTINCT (ResourceId, ResourceName, SubAccountId, Extra['x_ResourceGroupName']))")
        == 1
    )


def test_e_notation_and_many_decimals_are_exact(bench: Bench):
    costs = ["5.64902E-05", "0.0000000191107392311096200000", "-1.5e2", "0.4838709677419368"]
    bench.stage_rows([ea(cost, MeterId=cost) for cost in costs])
    with localcontext(prec=60):
        assert bench.one("sum(BilledCost)") == sum(Decimal(cost) for cost in costs)


def test_a_vendor_column_is_kept_under_its_name(bench: Bench):
    bench.stage_rows([ea(SomethingNew="yes", costInUsd="3")])
    assert bench.one("Extra")["SomethingNew"] == "yes"


def test_parquet(bench: Bench, tmp_path):
    path = tmp_path / "part_0_0001.snappy.parquet"
    rows = [ea("1.25"), ea("-0.000001", MeterId="m9")]
    parquet(path, rows)
    bench.stage(path)
    assert bench.one("sum(BilledCost)") == Decimal("1.249999")
    assert bench.one("min(ChargePeriodStart)") == day("2023-09-21")


def test_a_bad_amount_and_a_bad_date_are_set_aside(bench: Bench):
    rows = [ea(str(place), MeterId=str(place)) for place in range(300)]
    rows[7]["CostInBillingCurrency"] = "n/a"
    rows[9]["Date"] = "02/30/2023"
    staged = bench.stage_rows(rows)
    assert (staged.files[0].loaded, staged.files[0].quarantined) == (298, 2)
    assert bench.query("SELECT record, reason FROM quarantined ORDER BY record") == [
        (8, "Cost is not a number"),
        (10, "Date is not a date"),
    ]


def contracted(row: Row, cost: Decimal, *prices: str) -> Decimal:
    """Usage at the first price that there is, else its cost."""
    price = next((number(row[name]) for name in prices if number(row[name]) > 0), None)
    if row["ChargeType"] != "Usage" or price is None:
        return cost
    return (price * number(row["Quantity"])).quantize(Decimal("1e-18"), ROUND_HALF_EVEN)


@pytest.mark.parametrize("seed", range(3))
def test_every_cost_of_an_amortized_export_by_another_reckoning(bench: Bench, seed: int):
    _, rows = pair(seed)
    bench.stage_rows(rows)
    category = {"Tax": "Tax", "Credit": "Credit", "Purchase": "Purchase", "Refund": "Purchase"}
    expected: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    with localcontext(prec=60):
        for row in rows:
            cost = number(row["CostInBillingCurrency"])
            kind = row["ChargeType"]
            paid = row["benefitId"] and (kind == "Usage" or kind.startswith("Unused"))
            usage = kind == "Usage" or kind.startswith("Unused")
            costs = [
                Decimal(0) if paid else cost,
                cost,
                contracted(row, cost, "PayGPrice", "UnitPrice"),
                contracted(row, cost, "UnitPrice"),
            ]
            key = row["SubscriptionId"], "Usage" if usage else category.get(kind, "Adjustment")
            expected[key] = [one + other for one, other in zip(expected[key], costs, strict=True)]
    sums = ", ".join(f"sum({cost})" for cost in COSTS)
    found = bench.query(f"SELECT SubAccountId, ChargeCategory, {sums} FROM staged GROUP BY ALL")
    assert {row[:2]: list(row[2:]) for row in found} == expected


def test_the_columns_of_the_three_agreements_are_told_apart(bench: Bench):
    staged = bench.stage(
        *(bench.file(f"{place}.csv", text([row])) for place, row in enumerate((EA, MCA, PAYG)))
    )
    assert [file.format for file in staged.files] == ["Azure EA", "Azure MCA", "Azure pay-as-you-go"]
    assert bench.one("count(DISTINCT BillingAccountId)") == 3
