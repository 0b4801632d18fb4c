"""Databricks usage by list prices, against products and sums by Python's Decimal."""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest

from finops_tui.sources import Staged
from tests.sources.bills import Bench, text, total

SKUS = ("PREMIUM_JOBS_COMPUTE", "PREMIUM_SQL_PRO_COMPUTE", "PREMIUM_SERVERLESS_REAL_TIME_INFERENCE")
CHANGE = datetime(2025, 3, 10, tzinfo=UTC)
"""When the list price of every SKU changes."""

Row = dict[str, str]


def usage(quantity: str, sku: str = SKUS[0], start: str = "2025-03-05T10:00:00.000Z", **more: str) -> Row:
    end = (datetime.fromisoformat(start) + timedelta(hours=1)).isoformat() if start[:1].isdigit() else ""
    return {
        "account_id": "acc-1", "workspace_id": "1234567890", "record_id": "r-1", "sku_name": sku, "cloud": "AWS",
        "usage_start_time": start, "usage_end_time": end, "usage_date": start[:10],
        "custom_tags": '{"team": "ml"}', "usage_unit": "DBU", "usage_quantity": quantity,
        "usage_metadata": '{"cluster_id": "c-1", "job_id": "77", "job_name": "nightly"}',
        "identity_metadata": '{"run_as": "etl@example.com"}', "record_type": "ORIGINAL",
        "ingestion_date": "2025-03-06", "billing_origin_product": "JOBS", "product_features": "{}",
        "usage_type": "COMPUTE_TIME", **more,
    }  # fmt: skip


def price(
    amount: str, sku: str = SKUS[0], start: str = "2020-01-01T00:00:00Z", end: str = "", **more: str
) -> Row:
    return {
        "price_start_time": start, "price_end_time": end, "account_id": "acc-1", "sku_name": sku, "cloud": "AWS",
        "currency_code": "USD", "usage_unit": "DBU",
        "pricing": json.dumps({"default": "9", "promotional": {"default": None}, "effective_list": {"default": amount}}),
        **more,
    }  # fmt: skip


LIST = {sku: (f"0.{7 * n + 15}", f"0.{11 * n + 222}125") for n, sku in enumerate(SKUS)}
"""Two prices per SKU: before and after the change."""

PRICES = [
    row
    for sku, (old, new) in LIST.items()
    for row in (price(old, sku, end=CHANGE.isoformat()), price(new, sku, CHANGE.isoformat()))
]


def made(seed: int = 2) -> list[Row]:
    dice = random.Random(seed)
    rows = []
    for hour in range(0, 24 * 40, 3):
        start = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        for sku in SKUS:
            kind = dice.choice(("ORIGINAL", "ORIGINAL", "RETRACTION", "RESTATEMENT"))
            digits = f"{dice.randrange(50)}.{dice.randrange(10**18):018}"
            quantity = f"-{digits}" if kind == "RETRACTION" else digits
            rows.append(
                usage(
                    quantity, sku, start.isoformat(), record_type=kind, workspace_id=dice.choice(("1", "2"))
                )
            )
    return rows


def due(row: Row) -> Decimal:
    """What a record costs, by Decimal alone."""
    old, new = LIST[row["sku_name"]]
    with localcontext(prec=200):
        at = datetime.fromisoformat(row["usage_start_time"])
        return Decimal(row["usage_quantity"]) * Decimal(new if at >= CHANGE else old)


def staged_pair(bench: Bench, rows: list[Row], prices: list[Row]) -> Staged:
    return bench.stage(bench.file("usage.csv", text(rows)), bench.file("prices.csv", text(prices)))


def test_money_is_quantity_times_the_price_of_that_time(bench: Bench) -> None:
    rows = made()
    staged = staged_pair(bench, rows, PRICES)
    assert not staged.refused
    assert [(file.format, file.records, file.quarantined) for file in staged.files] == [
        ("Databricks usage", len(rows), 0),
        ("Databricks list prices", len(PRICES), 0),
    ]
    answer = bench.query("""
        SELECT strftime("BillingPeriodStart", '%Y-%m'), "SubAccountId", "SkuId",
            sum("BilledCost"), sum("EffectiveCost"), sum("ListCost"), sum("ContractedCost")
        FROM staged GROUP BY ALL""")
    assert len(answer) == 2 * 2 * len(SKUS)
    for month, workspace, sku, *sums in answer:
        those = [
            str(due(one)) for one in rows
            if (one["usage_start_time"][:7], one["workspace_id"], one["sku_name"]) == (month, workspace, sku)
        ]  # fmt: skip
        assert set(sums) == {total(those)}
    assert bench.query("SELECT file, count(*) FROM dropped GROUP BY file") == [(1, len(PRICES))]
    assert staged.notes == (
        f"usage.csv: {len(rows)} records valued at list prices: what is invoiced may be less by contract",
        f"prices.csv: {len(PRICES)} records of prices, by which usage is valued",
    )


def test_a_price_holds_from_its_start_to_before_its_end(bench: Bench) -> None:
    rows = [usage("1", start="2025-03-09T23:00:00Z"), usage("1", start="2025-03-10T00:00:00Z")]
    staged_pair(bench, rows, PRICES)
    assert bench.query('SELECT "ListUnitPrice", "BilledCost" FROM staged ORDER BY record') == [
        (old_or_new, Decimal(old_or_new)) for old_or_new in LIST[SKUS[0]]
    ]


def test_json_and_parquet_say_the_same_as_csv(bench: Bench, tmp_path: Path) -> None:
    rows = made()[:60]
    staged_pair(bench, rows, PRICES)
    sql = 'SELECT "SkuId", "ResourceId", "Tags", "Extra", "ChargePeriodStart", "BilledCost" FROM staged ORDER BY ALL'
    by_csv = bench.query(sql)
    nested = [{name: _nested(value) for name, value in row.items()} for row in rows]
    prices = [{name: _nested(value) for name, value in row.items()} for row in PRICES]
    bench.stage(
        bench.file("usage.jsonl", "\n".join(map(json.dumps, nested))),
        bench.file("prices.json", json.dumps(prices, indent=1)),
    )
    assert bench.query(sql) == by_csv
    with duckdb.connect() as maker:
        for name in ("usage.jsonl", "prices.json"):
            maker.execute(
                f"COPY (SELECT * FROM read_json('{tmp_path / name}')) TO '{tmp_path / name}.parquet' (FORMAT parquet)"
            )
    bench.stage(tmp_path / "usage.jsonl.parquet", tmp_path / "prices.json.parquet")
    assert bench.query(sql) == by_csv


def _nested(value: str) -> Any:
    return json.loads(value) if value.startswith("{") else value or None


def test_what_a_record_says_of_itself(bench: Bench) -> None:
    staged_pair(bench, [usage("2")], PRICES)
    assert bench.query("""
        SELECT "BillingAccountId", "SubAccountId", "ResourceId", "ResourceType", "ResourceName", "Tags"['team'],
            "Extra"['x_RunAs'], "Extra"['x_BillingOriginProduct'], "ConsumedQuantity", "PricingUnit", "BillingCurrency"
        FROM staged""") == [
        ("acc-1", "1234567890", "77", "Job", "nightly", "ml", "etl@example.com", "JOBS", 2.0, "DBU", "USD")
    ]  # fmt: skip


def test_usage_without_a_price_is_set_aside_by_name(bench: Bench) -> None:
    rows = [*made(), usage("5", "NEW_SKU"), usage("5", start="2019-12-31T23:00:00Z")]
    staged = staged_pair(bench, rows, PRICES)
    assert staged.files[0].quarantined == 2
    assert bench.query("SELECT record, reason FROM quarantined ORDER BY record") == [
        (len(rows) - 1, "no list price for SKU NEW_SKU at that time"),
        (len(rows), f"no list price for SKU {SKUS[0]} at that time"),
    ]
    (raw,) = bench.query("SELECT raw FROM quarantined ORDER BY record")[0]
    assert json.loads(raw)["usage_quantity"] == "5"
    assert bench.one("count(*)") == len(rows) - 2


def test_other_clouds_and_units_are_other_prices(bench: Bench) -> None:
    prices = [price("1"), price("2", cloud="AZURE"), price("4", usage_unit="GB")]
    rows = [usage("1"), usage("1", cloud="AZURE"), usage("1", usage_unit="GB")]
    staged_pair(bench, rows, prices)
    assert bench.query('SELECT "BilledCost" FROM staged ORDER BY record') == [
        (Decimal(1),),
        (Decimal(2),),
        (Decimal(4),),
    ]


def test_the_same_price_told_twice_is_one(bench: Bench) -> None:
    prices = [price("1.50"), price("1.5", account_id="acc-2"), price("1.5", start="2024-01-01T00:00:00Z")]
    staged = staged_pair(bench, [usage("2")], prices)
    assert (staged.refused, bench.one('sum("BilledCost")')) == ((), Decimal(3))


def test_rows_without_a_quantity_are_no_charges(bench: Bench) -> None:
    staged = staged_pair(bench, [usage("1"), usage("")], [price("3")])
    assert bench.one('sum("BilledCost")') == 3
    assert bench.query("SELECT file, record, account, period FROM dropped WHERE file = 0") == [
        (0, 2, "acc-1", "2025-03")
    ]
    assert "usage.csv: 1 record without a quantity, no charges" in staged.notes


@pytest.mark.parametrize(
    ("rows", "prices", "why"),
    [
        ([usage("1")], [], {"usage.csv": "load it together with system.billing.list_prices"}),
        ([], [price("1")], {"prices.csv": "a Databricks price list, no bill"}),
        ([usage("1")], [price("1"), price("2")], dict.fromkeys(("usage.csv", "prices.csv"), "two prices of SKU PREMIUM_JOBS_COMPUTE")),
        ([usage("1")], [price("1"), price("1", currency_code="EUR")], dict.fromkeys(("usage.csv", "prices.csv"), "prices in EUR and USD")),
        ([usage("1")], [price("1"), price("x")], {"usage.csv": "its price list cannot be read", "prices.csv": "1 of its records cannot be read as a price"}),
        ([usage("1")], [price("1"), price("1", pricing="")], {"usage.csv": "its price list cannot be read", "prices.csv": "1 of its records"}),
        ([usage("1")], [price("1"), price("1", end="soon")], {"usage.csv": "its price list cannot be read", "prices.csv": "1 of its records"}),
        ([usage("1")], [price("1", "OTHER")], {"usage.csv": "1 of 1, most often: no list price for SKU PREMIUM_JOBS_COMPUTE at that time"}),
    ],
)  # fmt: skip
def test_what_cannot_be_valued_is_refused_with_the_cure(
    bench: Bench, rows: list[Row], prices: list[Row], why: dict[str, str]
) -> None:
    files = [
        bench.file(name, text(made)) for name, made in (("usage.csv", rows), ("prices.csv", prices)) if made
    ]
    staged = bench.stage(*files)
    reasons = {Path(refused.file).name: refused.reason for refused in staged.refused}
    assert reasons.keys() == why.keys()
    for name, words in why.items():
        assert words in reasons[name]
    assert bench.query("SELECT count(*) FROM staged") == [(0,)]


def test_hostile_values(bench: Bench) -> None:
    nasty = "SKU'); DROP TABLE staged;--\x1b[2J"
    rows = [usage("1") for _ in range(400)]
    rows += [usage("1", nasty), usage("1e30"), usage("NaN"), usage("9e19")]
    staged = staged_pair(bench, rows, [price("900")])
    assert not staged.refused
    reasons = [reason for (reason,) in bench.query("SELECT reason FROM quarantined ORDER BY record")]
    assert "\x1b" not in reasons[0]
    assert reasons[0].startswith("no list price for SKU SKU'); DROP TABLE")
    assert reasons[1:] == [
        "usage_quantity is out of range",
        "usage_quantity is not a number",
        "its cost is out of range",
    ]
    assert bench.one('sum("BilledCost")') == 400 * 900


def test_a_price_list_beside_another_bill(bench: Bench) -> None:
    from tests.sources.bills import focus

    staged = bench.stage(
        bench.file("prices.csv", text([price("1")])), bench.file("bill.csv", text([focus()]))
    )
    assert [file.path.name for file in staged.files] == ["bill.csv"]
    assert bench.query("SELECT DISTINCT file FROM staged") == [(0,)]
    assert [Path(refused.file).name for refused in staged.refused] == ["prices.csv"]


def test_records_that_two_extracts_have_count_once(bench: Bench) -> None:
    rows = [
        usage(str(number + 1), start=f"2025-03-{number + 1:02}T00:00:00Z", record_id=f"r{number}")
        for number in range(20)
    ]
    staged = bench.stage(
        bench.file("a.csv", text(rows[:15])),
        bench.file("b.csv", text(rows[10:])),
        bench.file("p.csv", text([price("2")])),
    )
    assert bench.one('sum("BilledCost")') == 2 * sum(range(1, 21))
    assert "a.csv: 5 records that a later extract has again, counted once" in staged.notes
    assert bench.query("SELECT file, count(*) FROM dropped GROUP BY file ORDER BY file") == [(0, 5), (2, 1)]
