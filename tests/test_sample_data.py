"""The bundled sample: exact, and FOCUS 1.2 to the letter.

Amounts are added up in Python from the Parquet as it is, away from the store and its SQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from finops_tui.queries import columns
from tests.sample_bill import FILES, HERE, exactly, read_bill, read_truth

if TYPE_CHECKING:
    from pathlib import Path

LATER_THAN_1_2 = {
    *("AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName"),
    *("AllocatedTags", "CommitmentProgramEligibilityDetails", "ContractApplied", "HostProviderName"),
    *("InvoiceDetailId", "ServiceProviderName"),
}
NEVER_NULL = (
    *("BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart"),
    *("ChargeCategory", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost"),
    *("EffectiveCost", "InvoiceIssuerName", "ListCost", "ProviderName", "PublisherName"),
    *("ServiceCategory", "ServiceName", "ServiceSubcategory", "BillingAccountType", "ChargeDescription"),
)
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {None, "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {None, "Standard", "Dynamic", "Committed", "Other"},
    "CommitmentDiscountCategory": {None, "Spend", "Usage"},
    "CommitmentDiscountStatus": {None, "Used", "Unused"},
    "CapacityReservationStatus": {None},
    "BillingCurrency": {"USD", "EUR"},
    "ServiceCategory": {
        *("AI and Machine Learning", "Analytics", "Compute", "Databases", "Developer Tools", "Integration"),
        *("Internet of Things", "Management and Governance", "Networking", "Other", "Security", "Storage"),
        "Web",
    },
}
COSTS = {
    "billed": "BilledCost",
    "effective": "EffectiveCost",
    "list": "ListCost",
    "contracted": "ContractedCost",
}


@pytest.fixture(scope="module")
def bill() -> pl.DataFrame:
    return read_bill()


@pytest.fixture(scope="module")
def truth() -> dict:
    return read_truth()


def test_it_is_small_and_there_is_enough_of_it(bill: pl.DataFrame, truth: dict) -> None:
    assert sum(file.stat().st_size for file in (HERE / "focus").iterdir()) <= 3_000_000
    assert {name: bill.filter(file=name).height for name in FILES} == truth["rows"]
    assert bill["BillingPeriodStart"].n_unique() == 13
    assert (bill["day"].min(), bill["day"].max()) == (date(2025, 6, 1), date(2026, 6, 18))
    assert bill.filter(file="aws")["SubAccountId"].n_unique() >= 10
    assert bill["ServiceName"].n_unique() >= 30
    assert bill["ResourceId"].n_unique() >= 300
    assert bill["RegionId"].n_unique() >= 6


def test_totals_are_those_of_the_truth_file(bill: pl.DataFrame, truth: dict) -> None:
    found = {}
    keys = ["file", "ProviderName", "BillingAccountId", "BillingPeriodStart", "BillingCurrency"]
    for key, frame in bill.group_by(keys):
        name = (*key[:3], f"{key[3]:%Y-%m}", key[4])
        found[name] = [frame.height, *(exactly(frame, column) for column in COSTS.values())]
    assert found == {
        (row["file"], row["provider"], row["payer"], row["period"], row["currency"]): [
            row["rows"],
            *(Decimal(row[cost]) for cost in COSTS),
        ]
        for row in truth["totals"]
    }


@pytest.mark.parametrize("name", FILES)
def test_columns_are_those_of_focus_1_2_and_the_vendor(name: str) -> None:
    frame = pl.read_parquet(HERE / "focus" / f"{name}.parquet")
    known = {*columns.ATTRIBUTES, *columns.PERIODS, *columns.QUANTITIES, *columns.MONEY, "Tags"}
    known |= {"ChargePeriodStart", "ChargePeriodEnd"}
    focus = {column for column in frame.columns if not column.startswith("x_")}
    assert focus == known - LATER_THAN_1_2
    assert len(focus) == 57
    assert frame.width > 57
    assert all(frame.schema[column].is_decimal() for column in columns.MONEY)


def test_values_are_those_that_focus_allows(bill: pl.DataFrame) -> None:
    for column, allowed in ALLOWED.items():
        assert set(bill[column].unique().to_list()) <= allowed, column
    assert {name: bill[name].null_count() for name in NEVER_NULL} == dict.fromkeys(NEVER_NULL, 0)
    text = [name for name, kind in bill.schema.items() if kind == pl.String]
    assert not bill.filter(pl.any_horizontal(pl.col(text) == "")).height, "missing is NULL, never ''"
    ordered = pl.col("ChargePeriodStart") < pl.col("ChargePeriodEnd")
    assert bill.filter(~ordered).is_empty()
    inside = pl.col("ChargePeriodStart").is_between("BillingPeriodStart", "BillingPeriodEnd", closed="left")
    assert bill.filter(~inside)["ChargeClass"].to_list() == ["Correction", "Correction"]


def test_price_times_quantity_is_the_cost(bill: pl.DataFrame) -> None:
    names = ("PricingQuantity", "ListUnitPrice", "ListCost", "ContractedUnitPrice", "ContractedCost")
    priced = bill.filter(pl.col("PricingQuantity").is_not_null())
    assert priced.height > 0.95 * bill.height
    wrong = [
        row
        for row in priced.select(names).iter_rows()
        if row[0] * row[1] != row[2] or row[0] * row[3] != row[4]
    ]
    assert not wrong
    unpriced = bill.filter(pl.col("PricingQuantity").is_null() & (pl.col("ChargeCategory") == "Usage"))
    unused = pl.col("CommitmentDiscountStatus").eq_missing("Unused")
    assert unpriced.filter(~unused & pl.col("ChargeClass").is_null()).is_empty()


def test_costs_agree_with_each_other(bill: pl.DataFrame) -> None:
    on_demand = bill.filter(
        pl.col("ChargeCategory") == "Usage", pl.col("CommitmentDiscountId").is_null()
    ).select(COSTS.values())
    assert all(billed == effective == paid for billed, effective, _, paid in on_demand.iter_rows())
    assert all(row[3] <= row[2] for row in on_demand.iter_rows())
    credit = bill.filter(ChargeCategory="Credit")
    assert credit.height > 100
    assert all(a == b < 0 for a, b in credit.select("BilledCost", "EffectiveCost").iter_rows())
    euro = bill.filter(pl.col("BillingCurrency") == "EUR", pl.col("PricingQuantity").is_not_null())
    pricing = ("PricingCurrencyListUnitPrice", "PricingQuantity", "ListCost")
    assert all(price * q * Decimal("0.92") == cost for price, q, cost in euro.select(pricing).iter_rows())


def test_every_commitment_adds_up(bill: pl.DataFrame, truth: dict) -> None:
    rows = bill.filter(pl.col("CommitmentDiscountId").is_not_null())
    assert rows["CommitmentDiscountId"].n_unique() == len(truth["commitments"]) >= 6
    for one in truth["commitments"]:
        own = rows.filter(CommitmentDiscountId=one["id"])
        paid, used = own.filter(ChargeCategory="Purchase"), own.filter(ChargeCategory="Usage")
        assert exactly(paid) == 0
        assert exactly(used, "BilledCost") == 0
        assert exactly(paid, "BilledCost") == Decimal(one["billed"])
        for status in ("Used", "Unused"):
            share = own.filter(CommitmentDiscountStatus=status)
            assert exactly(share) == Decimal(one[status.lower()]), (one["name"], status)
        if one["adds_up"]:
            assert exactly(used) == exactly(paid, "BilledCost"), one["name"]
    assert sum(one["adds_up"] for one in truth["commitments"]) >= 4


def test_tags_are_as_untidy_as_in_life() -> None:
    keys: set[str] = set()
    values: set[str] = set()
    tagged = total = 0
    for name in FILES:
        tags = pl.read_parquet(HERE / "focus" / f"{name}.parquet", columns=["Tags"])["Tags"]
        total += len(tags)
        for one in tags.cast(pl.String).to_list() if name != "aws" else tags.to_list():
            found = json.loads(one) if isinstance(one, str) else dict(one)
            tagged += bool(found)
            keys |= set(found)
            values |= set(found.values())
    assert {"user:team", "user:Team", "user:TEAM", "user:CostCenter", "user:cost_center"} <= keys
    assert {"team", "Team", "aws:eks:namespace", "kubernetes-namespace", "k8s-namespace"} <= keys
    assert {"fleet", "Fleet", "FLEET ", "K. O'Neill", '"v2"', "[bold]lab[/bold]", "=1+1", ""} <= {
        *values,
        *(value.removeprefix("grasp ") for value in values),
    }
    assert any(not value.isascii() for value in values)
    assert 0.1 < 1 - tagged / total < 0.4


@pytest.mark.parametrize("name", FILES)
def test_made_again_it_is_the_same(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "generate.py"), "--out", str(tmp_path), "--only", name]
    subprocess.run(command, check=True, capture_output=True)
    again = pl.read_parquet(tmp_path / "focus" / f"{name}.parquet")
    assert again.equals(pl.read_parquet(HERE / "focus" / f"{name}.parquet"))
