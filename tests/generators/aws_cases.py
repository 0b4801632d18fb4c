"""Bills of AWS in every form that is read, and what csv, json and Decimal find in them."""

from __future__ import annotations

import gzip
import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from finops_tui.sources import aws_cur, cost_explorer
from tests.generators.reckoned import records
from tests.generators.tabled import Case, Made, added, number, parsed, write
from tests.sources.bills import cur, text
from tests.sources.test_cost_explorer_json import page
from tests.sources.test_cur import PLAN, RESERVED, legacy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.generators.reckoned import Sums

ROWS = 300


def cur_lines(seed: int = 4) -> list[dict[str, str]]:
    """Lines of every type, with commitments used and unused, and what negation takes back."""
    chance = random.Random(seed)
    rows = []
    for place in range(ROWS):
        cost, other = (f"{chance.randrange(10**4)}.{chance.randrange(10**8):08}" for _ in range(2))
        day = f"2025-03-{chance.randrange(1, 29):02}"
        times = {
            "line_item_usage_start_date": f"{day}T00:00:00Z",
            "line_item_usage_end_date": f"{day}T01:00:00Z",
        }
        match place % 10:
            case 0:
                rows.append(cur("Tax", cost, **times))
            case 1:
                rows.append(cur(chance.choice(("Credit", "Refund")), f"-{cost}", **times))
            case 2:
                covered = {**PLAN, "savings_plan_savings_plan_effective_cost": other}
                rows.append(cur("SavingsPlanCoveredUsage", cost, **covered, **times))
                rows.append(cur("SavingsPlanNegation", f"-{cost}", **PLAN, **times))
            case 3:
                rows.append(
                    cur("DiscountedUsage", "0", **RESERVED, reservation_effective_cost=other, **times)
                )
            case 4 if place % 20 == 4:
                fees = {"reservation_unused_recurring_fee": other}
                rows.append(cur("RIFee", cost, **RESERVED, **fees, **times))
            case 4:
                plan = {
                    "savings_plan_total_commitment_to_date": cost,
                    "savings_plan_used_commitment": f"{number(cost) / 2:f}",
                }
                rows.append(cur("SavingsPlanRecurringFee", cost, **PLAN, **plan, **times))
            case _:
                rows.append(cur("Usage", cost, **times))
    return rows


def cur_sums(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """Unblended cost, and amortized cost by line item type, of the columns of CUR 2.0."""

    def effective(row: Mapping[str, Any]) -> Decimal:
        match row["line_item_line_item_type"]:
            case "SavingsPlanCoveredUsage":
                return number(row["savings_plan_savings_plan_effective_cost"])
            case "DiscountedUsage":
                return number(row["reservation_effective_cost"])
            case "RIFee":
                return number(row["reservation_unused_recurring_fee"])
            case "SavingsPlanRecurringFee":
                due = number(row["savings_plan_total_commitment_to_date"])
                return due - number(row["savings_plan_used_commitment"])
            case "SavingsPlanNegation":
                return Decimal(0)
        return number(row["line_item_unblended_cost"])

    return added(
        (
            row["line_item_currency_code"],
            {"billed": number(row["line_item_unblended_cost"]), "effective": effective(row)},
        )
        for row in rows
    )


def cur_legacy(folder: Path) -> Made:
    """Two gzipped files, as a report is cut."""
    rows = cur_lines()
    newer = {next(iter(legacy({name: ""}))): name for row in rows for name in row if name != "resource_tags"}
    columns = list(dict.fromkeys(name for row in rows for name in legacy(row)))
    halves = (rows[: ROWS // 2], rows[ROWS // 2 :])
    files = [
        write(folder / f"report-{at}.csv.gz", gzip.compress(text([*map(legacy, half)], columns).encode()))
        for at, half in enumerate(halves, 1)
    ]
    read = [
        {newer.get(name, name): value for name, value in row.items()}
        for file in files
        for row in records(file)
    ]
    return Made(files, len(read), cur_sums(read))


def cur_parquet(folder: Path) -> Made:
    """With costs as floating-point numbers, as AWS writes them."""
    table, path = write(folder / "lines.csv", text(cur_lines(5))), folder / "cur.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE ({_doubles(table)}) FROM read_csv('{table}', all_varchar = true)) TO '{path}'"
        )
    rows = pl.read_parquet(path).to_dicts()
    return Made([path], len(rows), cur_sums(rows))


def _doubles(table: Path) -> str:
    names = [
        name for name in records(table)[0] if name.endswith(("_cost", "_fee", "_commitment", "_to_date"))
    ]
    return ", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in names)


def answers(folder: Path) -> Made:
    """Two pages of Cost Explorer, as somebody saved them."""
    chance = random.Random(6)
    keys = [("DIMENSION", "SERVICE"), ("DIMENSION", "LINKED_ACCOUNT")]
    pages = [
        page(
            [
                ([f"Service {at}", f"{account:012}"], *(f"{chance.uniform(-1, 90):.10f}" for _ in range(2)))
                for at in range(40)
            ],
            keys,
        )
        for account in (7, 8)
    ]
    path = write(folder / "costs.json", json.dumps(pages, indent=1))
    groups = [
        group["Metrics"]
        for one_page in parsed(path.read_text())
        for result in one_page["ResultsByTime"]
        for group in result["Groups"]
    ]
    sums = added(
        (
            group["UnblendedCost"]["Unit"],
            {
                "billed": number(group["UnblendedCost"]["Amount"]),
                "effective": number(group["AmortizedCost"]["Amount"]),
            },
        )
        for group in groups
    )
    return Made([path], len(groups), sums)


CASES: Final = (
    Case("AWS CUR legacy", "csv.gz", (aws_cur.KIND,), cur_legacy),
    Case("AWS CUR 2.0", "Parquet", (aws_cur.KIND,), cur_parquet),
    Case("AWS Cost Explorer", "JSON", (cost_explorer.KIND,), answers),
)
