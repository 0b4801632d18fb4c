"""Oracle Cloud cost reports: overage, corrections, tags with odd names, files that come many a day."""

import gzip
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.sources import discover
from tests.sources.bills import Bench, text, total

LINE = {
    "lineItem/referenceNo": "r1",
    "lineItem/tenantId": "ocid1.tenancy.oc1..aa",
    "lineItem/intervalUsageStart": "2025-03-05T10:00Z",
    "lineItem/intervalUsageEnd": "2025-03-05T11:00:00Z",
    "product/service": "BLOCK_STORAGE",
    "product/compartmentId": "ocid1.compartment.oc1..bb",
    "product/compartmentName": "shop",
    "product/region": "us-sanjose-1",
    "product/availabilityDomain": "sj-1",
    "product/resourceId": "ocid1.volume.oc1.us-sanjose-1.cc",
    "usage/billedQuantity": "0.083333333333000000",
    "usage/billedQuantityOverage": "",
    "cost/subscriptionId": "s-1",
    "cost/productSku": "B91961",
    "product/Description": "Block Volume - Storage",
    "cost/unitPrice": "0.0255",
    "cost/unitPriceOverage": "",
    "cost/myCost": "1.5",
    "cost/myCostOverage": "",
    "cost/currencyCode": "USD",
    "cost/billingUnitReadable": "1 GiB MONTHS STORAGE_SIZE",
    "cost/skuUnitDescription": "GB Months",
    "cost/overageFlag": "N",
    "lineItem/isCorrection": "false",
    "lineItem/backreferenceNo": "17053",
    "tags/Oracle-Tags.CreatedBy": "me",
    "tags/Dev\\team.release": 'say "yes"',
}


def one(reference: str = "r1", cost: str = "1.5", **changes: str) -> dict[str, str]:
    """A line; `isCorrection` and other last parts of names stand for their columns."""
    named = {name.rsplit("/", 1)[-1]: name for name in LINE}
    return {
        **LINE,
        "lineItem/referenceNo": reference,
        "cost/myCost": cost,
        **{named[key]: value for key, value in changes.items()},
    }


def correction(reference: str, of: str, cost: str) -> dict[str, str]:
    return one(reference, cost, isCorrection="true", backreferenceNo=of)


def test_costs_to_the_last_digit_per_service_and_compartment(bench: Bench):
    costs = ["0.012264277499950943", "2.323760000E-9", "6.266090E-12", "-0.000000000000000001", "0", ""]
    rows = [
        one(f"r{number}", cost, service=("COMPUTE", "NETWORK")[number % 2], compartmentName=f"c{number % 3}")
        for number, cost in enumerate(costs * 3)
    ]
    staged = bench.stage_rows(rows)
    assert staged.files[0].format == "Oracle Cloud cost report"
    expected: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        expected[row["product/service"], row["product/compartmentName"]].append(row["cost/myCost"])
    found = bench.query(
        "SELECT ServiceName, SubAccountName, sum(BilledCost), sum(EffectiveCost), sum(ContractedCost), sum(ListCost)"
        " FROM staged GROUP BY ALL"
    )
    assert {row[:2]: row[2:] for row in found} == {
        key: (total(costs),) * 4 for key, costs in expected.items()
    }


def test_what_a_line_says_of_itself(bench: Bench):
    bench.stage_rows([one()])
    columns = """BillingAccountId, SubAccountId, ServiceCategory, RegionId, AvailabilityZone, ResourceType, SkuId,
        SkuMeter, ContractedUnitPrice, PricingUnit, ChargeCategory, ChargeClass"""
    assert bench.query(f"SELECT {columns} FROM staged") == [
        (
            "ocid1.tenancy.oc1..aa", "ocid1.compartment.oc1..bb", "Storage", "us-sanjose-1", "sj-1", "volume",
            "B91961", "Block Volume - Storage", "0.0255", "GB Months", "Usage", None,
        )
    ]  # fmt: skip
    times = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
    assert bench.query(f"SELECT {', '.join(f'CAST({name} AS VARCHAR)' for name in times)} FROM staged") == [
        ("2025-03-01 00:00:00", "2025-04-01 00:00:00", "2025-03-05 10:00:00", "2025-03-05 11:00:00")
    ]
    assert bench.query("SELECT Tags, Extra['x_SubscriptionId'], ConsumedQuantity FROM staged") == [
        ({"Dev\\team.release": 'say "yes"', "Oracle-Tags.CreatedBy": "me"}, "s-1", 0.083333333333)
    ]


def test_overage_is_part_of_the_cost_and_stands_in_where_there_is_no_other(bench: Bench):
    bench.stage_rows(
        [
            one("a", "5", myCostOverage="2"),
            one("b", "-5", myCostOverage="-2"),
            one("c", "", myCostOverage="-3"),
        ]
    )
    assert bench.query("SELECT BilledCost FROM staged ORDER BY record") == [(5,), (-5,), (-3,)]


def test_an_allocation_of_the_same_money_is_no_cost(bench: Bench):
    bench.stage_rows([{**one(), "cost/attributedCost": "99", "usage/attributedUsage": "4"}])
    assert bench.query("SELECT BilledCost FROM staged") == [(Decimal("1.5"),)]
    assert "attributed" not in str(bench.one("Extra")).lower()


def test_a_correction_takes_the_place_of_its_line(bench: Bench):
    first = bench.file("1.csv", text([one("a", "10"), one("b", "20")]))
    second = bench.file("2.csv", text([correction("c", "a", "7"), one("d", "1")]))
    staged = bench.stage(first, second)
    assert bench.query("SELECT BilledCost, ChargeClass FROM staged ORDER BY BilledCost") == [
        (1, None), (7, "Correction"), (20, None)
    ]  # fmt: skip
    assert bench.query("SELECT file, record, account, period FROM dropped") == [
        (0, 1, LINE["lineItem/tenantId"], "2025-03")
    ]
    assert staged.notes == ("1.csv: 1 record left out, corrections take their place",)


def test_a_correction_that_takes_money_back_is_added(bench: Bench):
    bench.stage_rows([one("a", "10"), correction("b", "a", "-10"), one("c", "4")])
    assert bench.query("SELECT sum(BilledCost), count(*) FROM staged") == [(4, 3)]


def test_corrections_of_corrections(bench: Bench):
    files = [
        bench.file("1.csv", text([one("a", "10")])),
        bench.file("2.csv", text([correction("b", "a", "8")])),
        bench.file("3.csv", text([correction("c", "b", "6")])),
        bench.file("4.csv", text([one("x", "1"), correction("y", "x", "2")])),
        bench.file("5.csv", text([correction("z", "x", "3")])),
    ]
    bench.stage(*files)
    assert bench.query("SELECT BilledCost FROM staged ORDER BY 1") == [(3,), (6,)]
    assert bench.query("SELECT count(*) FROM dropped") == [(4,)]


def test_a_correction_of_a_line_that_is_not_there_is_kept_and_told(bench: Bench):
    staged = bench.stage_rows([correction("b", "elsewhere", "8")])
    assert bench.one("sum(BilledCost)") == 8
    assert staged.notes == ("bill.csv: 1 record correcting lines that are not in these files",)


def test_a_reference_on_an_ordinary_line_means_nothing(bench: Bench):
    bench.stage_rows([one("17053", "1"), one("b", "2", backreferenceNo="17053")])
    assert bench.one("sum(BilledCost)") == 3


def test_lines_sent_again_count_once(bench: Bench):
    first = bench.file("1.csv", text([one("a", "1"), one("b", "2")]))
    second = bench.file("2.csv.gz", gzip.compress(text([one("b", "2.0"), one("c", "4")]).encode()))
    staged = bench.stage(first, second)
    assert bench.one("sum(BilledCost)") == 7
    assert bench.query("SELECT count(*) FROM dropped") == [(1,)]
    assert "that another file has too, counted once" in staged.notes[0]


@pytest.mark.parametrize("form", ["lower", "snake"])
def test_names_as_others_write_them(bench: Bench, form: str):
    rename = {"lower": str.lower, "snake": lambda name: name.lower().replace("/", "_")}[form]
    row = {rename(name): value for name, value in LINE.items() if not name.startswith("tags/")}
    staged = bench.stage_rows([{**row, "tags": '{"a": "b"}'}])
    assert staged.files[0].source == "oci"
    assert bench.query("SELECT BilledCost, Tags FROM staged") == [(Decimal("1.5"), {"a": "b"})]


def test_the_usage_report_is_refused_by_name(bench: Bench):
    row = {name: value for name, value in LINE.items() if not name.startswith("cost/")}
    assert "usage report" in bench.reason(text([{**row, "usage/consumedQuantity": "5"}]))


def test_a_synced_bucket_has_usage_reports_beside_the_costs(bench: Bench, tmp_path: Path):
    cost = bench.file("bucket/reports/cost-csv/0001-00001.csv.gz", gzip.compress(text([one()]).encode()))
    usage = bench.file(
        "bucket/reports/usage-csv/0001.csv.gz", gzip.compress(b"lineItem/intervalUsageStart\n")
    )
    found = discover([tmp_path / "bucket"])
    assert (found.files, found.refused) == ((cost,), ())
    assert [(Path(one.file).name, "usage report" in one.reason) for one in found.skipped] == [
        (usage.name, True)
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"myCost": "free"}, "cost_mycost is not a number"),
        ({"intervalUsageStart": "now"}, "lineitem_intervalusagestart is not a date"),
        ({"currencyCode": ""}, "no currency"),
    ],
)
def test_what_cannot_be_read_is_set_aside(bench: Bench, changes: dict[str, str], reason: str):
    bench.stage_rows(
        [one("a", "1"), {**one("b", "2"), **one("b", **{"cost": "2", **changes})}, one("c", "4")]
    )
    assert bench.query("SELECT record, reason FROM quarantined") == [(2, reason)]
    assert bench.one("sum(BilledCost)") == 5
