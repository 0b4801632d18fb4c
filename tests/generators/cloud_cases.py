"""Bills of Azure, Google Cloud and Oracle Cloud in every form that is read, and what csv, json and Decimal find in them."""

from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from finops_tui.queries.view import BASES
from finops_tui.sources import azure, gcp, oci
from tests.generators.reckoned import records
from tests.generators.tabled import Case, Made, added, number, parsed, write
from tests.sources import azure_bills, gcp_bills
from tests.sources.bills import text
from tests.sources.test_azure_pairs import merged
from tests.sources.test_oci import correction, one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal
    from pathlib import Path

    from tests.generators.reckoned import Sums

ROWS = 300


def azure_pair(folder: Path) -> Made:
    """Actual and amortized cost of one month."""
    files = [
        write(folder / name, text(rows))
        for name, rows in zip(("a.csv", "b.csv"), azure_bills.pair(3, ROWS), strict=True)
    ]
    actual, amortized = map(records, files)
    sums = added(
        (row["BillingCurrencyCode"], {"billed": billed, "effective": effective})
        for row, billed, effective in merged(actual, amortized)
    )
    return Made(files, len(actual) + len(amortized), sums)


def azure_mca(folder: Path) -> Made:
    chance = random.Random(8)
    rows = [
        azure_bills.mca(
            date=f"03/{chance.randrange(1, 32):02}/2024",
            meterId=f"m{at}",
            billingCurrency=chance.choice(("EUR", "GBP")),
            costInBillingCurrency=f"{chance.uniform(-1, 50):.15f}",
        )
        for at in range(ROWS)
    ]
    return _plain(write(folder / "mca.csv", text(rows)), "billingCurrency", "costInBillingCurrency")


def azure_payg(folder: Path) -> Made:
    chance = random.Random(9)
    rows = [
        azure_bills.payg(
            UsageDateTime=f"2021-02-{chance.randrange(1, 29):02}",
            PreTaxCost=f"{chance.uniform(0, 5) ** 3:.12E}",
        )
        for _ in range(ROWS)
    ]
    return _plain(write(folder / "payg.csv", text(rows)), "Currency", "PreTaxCost")


def _plain(path: Path, currency: str, column: str) -> Made:
    """A CSV with one cost, billed and effective."""
    rows = records(path)
    charges = [(row[currency], number(row[column])) for row in rows]
    return Made([path], len(rows), added((code, {"billed": due, "effective": due}) for code, due in charges))


def gcp_lines(seed: int) -> list[gcp_bills.Line]:
    """Lines with credits that lower the price and such that do not."""
    chance = random.Random(seed)
    types = (*sorted(gcp_bills.PRICE), "PROMOTION")
    return [
        gcp_bills.line(
            f"{chance.randrange(300)}.{chance.randrange(10**9):09}",
            sku={"id": f"S-{at}", "description": "N1 Predefined Instance Core"},
            credits=[
                gcp_bills.credit(chance.choice(types), f"-{chance.randrange(9)}.{chance.randrange(10**9):09}")
                for _ in range(chance.randrange(3))
            ],
            usage_start_time=f"2025-03-{chance.randrange(1, 29):02} 10:00:00 UTC",
            usage_end_time=f"2025-03-{chance.randrange(29, 31):02} 11:00:00 UTC",
        )
        for at in range(ROWS)
    ]


def gcp_sums(lines: Iterable[Mapping[str, Any]]) -> Sums:
    """Cost plus credits; list cost plus the credits that are charges of their own."""
    return added((line["currency"], _gcp_costs(line)) for line in lines)


def _gcp_costs(line: Mapping[str, Any]) -> dict[str, Decimal]:
    credits_of = line["credits"] if isinstance(line["credits"], list) else parsed(line["credits"])
    amounts = [(credit["type"], number(credit["amount"])) for credit in credits_of or []]
    net = number(line["cost"]) + sum(amount for _, amount in amounts)
    given = sum(amount for kind, amount in amounts if kind not in gcp_bills.PRICE)
    return {
        "billed": net,
        "effective": net,
        "contracted": number(line["cost"]) + given,
        "list": number(line["cost_at_list"]) + given,
    }


def gcp_json(folder: Path) -> Made:
    """The detailed table as gzipped lines of JSON."""
    path = write(folder / "x-000000000000.json.gz", gzip.compress(gcp_bills.jsonl(gcp_lines(1)).encode()))
    lines = [parsed(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    return Made([path], len(lines), gcp_sums(lines))


def gcp_parquet(folder: Path) -> Made:
    """The detailed table as nested Parquet."""
    folder.mkdir(parents=True)
    path = gcp_bills.parquet(folder / "x.parquet", gcp_lines(2))
    lines = pl.read_parquet(path).to_dicts()
    return Made([path], len(lines), gcp_sums(lines))


def gcp_csv(folder: Path) -> Made:
    """The standard table, flattened."""
    lines = [{name: value for name, value in line.items() if name != "resource"} for line in gcp_lines(3)]
    path = write(folder / "standard.csv", gcp_bills.flattened(lines))
    rows = records(path)
    return Made([path], len(rows), gcp_sums(rows))


def oci_report(folder: Path) -> Made:
    """Two gzipped files; a correction in the second takes the place of a line of the first, another is added."""
    chance = random.Random(10)
    costs = [f"{chance.randrange(10**18)}E-{chance.randrange(15, 24)}" for _ in range(ROWS)]
    lines = [one(f"r{at}", cost) for at, cost in enumerate(costs)]
    lines[5] = one("r5", "", myCostOverage="2.5")
    last = [correction("c1", "r1", "7.25"), correction("c2", "r2", "-0.5"), one("x", "1")]
    files = [
        write(folder / f"{at}.csv.gz", gzip.compress(text(rows).encode()))
        for at, rows in enumerate((lines, last))
    ]
    rows = [row for file in files for row in records(file)]
    replaced = {
        row["lineItem/backreferenceNo"]
        for row in rows
        if row["lineItem/isCorrection"] == "true" and number(row["cost/myCost"]) >= 0
    }
    due = [
        (row["cost/currencyCode"], number(row["cost/myCost"] or row["cost/myCostOverage"]))
        for row in rows
        if row["lineItem/referenceNo"] not in replaced
    ]
    return Made(files, len(rows), added((code, dict.fromkeys(BASES, cost)) for code, cost in due))


CASES: Final = (
    Case("Azure EA", "csv, actual and amortized", (azure.KIND,), azure_pair),
    Case("Azure MCA", "csv", (azure.KIND,), azure_mca),
    Case("Azure pay-as-you-go", "csv", (azure.KIND,), azure_payg),
    Case("Google Cloud billing export (detailed)", "JSONL.gz", (gcp.KIND,), gcp_json),
    Case("Google Cloud billing export (detailed)", "Parquet", (gcp.KIND,), gcp_parquet),
    Case("Google Cloud billing export (standard)", "csv", (gcp.KIND,), gcp_csv),
    Case("Oracle Cloud cost report", "csv.gz", (oci.KIND,), oci_report),
)  # fmt: skip
