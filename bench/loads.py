"""Loads beside a bare DuckDB that copies the same 19 columns and Tags into a table, interleaved.

Every load is a process of its own, start-up included: wall clock, processor time, peak memory and the size
of what it leaves. The bill is made here, or given; its total is compared before anything is reported.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

COLUMNS: Final = (
    "BillingAccountId", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargePeriodStart",
    "CommitmentDiscountId", "ConsumedQuantity", "ConsumedUnit", "PricingCategory", "RegionId", "ResourceId",
    "ServiceCategory", "ServiceName", "SubAccountId", "SkuMeter", "BilledCost", "EffectiveCost", "ListCost",
    "ContractedCost", "Tags",
)  # fmt: skip

MONTHS: Final = 13

MAKE: Final = """
COPY (
    SELECT '100000000001' AS "BillingAccountId", 'Example' AS "BillingAccountName", 'USD' AS "BillingCurrency",
        make_timestamp({year}, {month}, 1, 0, 0, 0) AS "BillingPeriodStart",
        "BillingPeriodStart" + INTERVAL 1 MONTH AS "BillingPeriodEnd",
        "BillingPeriodStart" + to_days((i % 28)::INTEGER) AS "ChargePeriodStart",
        "ChargePeriodStart" + INTERVAL 1 DAY AS "ChargePeriodEnd",
        ['Usage', 'Usage', 'Usage', 'Purchase'][1 + r % 4] AS "ChargeCategory", 'charge ' || r % 3900 AS "ChargeDescription",
        'Usage-Based' AS "ChargeFrequency", CASE WHEN r % 5 = 0 THEN 'arn:plan/' || r % 40 END AS "CommitmentDiscountId",
        (hash(i, 1) % 100000) / 1000 AS "ConsumedQuantity", 'Hours' AS "ConsumedUnit", 'Standard' AS "PricingCategory",
        'Hours' AS "PricingUnit", (r % 900) / 1000 AS "ListUnitPrice", 'AWS' AS "ProviderName", 'AWS' AS "PublisherName",
        'Amazon Web Services, Inc.' AS "InvoiceIssuerName", 'region-' || r % 15 AS "RegionId",
        printf('arn:aws:thing:region-%d:2%011d:resource/%016x', r % 15, r % 200, hash(r)) AS "ResourceId",
        'name-' || r % 20000 AS "ResourceName", 'Compute' AS "ServiceCategory", 'service-' || r % 100 AS "ServiceName",
        printf('2%011d', r % 200) AS "SubAccountId", 'team-' || r % 200 AS "SubAccountName", 'meter-' || r % 3900 AS "SkuMeter",
        'SKU' || r % 3900 AS "SkuId", 'Op' || r % 50 AS "x_Operation", 'Code' || r % 100 AS "x_ServiceCode",
        CASE WHEN r % 8 > 0 THEN MAP {{'team': 'team-' || r % 60, 'env': ['prod', 'test', 'dev'][1 + r % 3],
            'application': 'app-' || r % 400, 'cost_center': 'cc-' || r % 90, 'owner': 'owner-' || r % 300}} END AS "Tags",
        round((hash(i, 2) % 1000000) / 7919, 10) AS "BilledCost", "BilledCost" AS "EffectiveCost",
        round("BilledCost" * 1.1, 10) AS "ListCost", "BilledCost" AS "ContractedCost"
    FROM (SELECT i, i // {days} + {month} * {shift} AS r FROM range({rows}) q(i)) ORDER BY hash(i)
) TO '{path}' (FORMAT parquet)"""
"""One month of a daily FOCUS export; `shift` moves the resources on, so that next month has others."""

COPY: Final = """
import duckdb, sys
c = duckdb.connect(sys.argv[1], config={"memory_limit": sys.argv[3], "threads": len(__import__("os").sched_getaffinity(0))})
c.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
c.execute("CREATE OR REPLACE TABLE bill AS SELECT " + sys.argv[4] + " FROM " + sys.argv[2])
print(c.execute("SELECT sum(CAST(CAST(BilledCost AS VARCHAR) AS DECIMAL(38, 20))) FROM bill").fetchone()[0])
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A process: seconds by the clock and of the processors, peak memory in MB, MB it left on the disk."""

    wall: float
    processor: float
    memory: float
    disk: float
    said: str


def make(folder: Path, rows: int, days: int) -> Path:
    """A folder of Parquet, a file per month.

    Args:
        folder: Where it goes.
        rows: Of all months together.
        days: How many charges a resource has in a month: 28 where it lives on, 1 where nothing does.
    """
    import duckdb

    data = folder / f"bill-{days}"
    data.mkdir(parents=True)
    for number in range(MONTHS):
        year, month = 2025 + number // 12, number % 12 + 1
        duckdb.connect().execute(
            MAKE.format(
                year=year,
                month=month,
                rows=rows // MONTHS,
                days=days,
                shift=rows // MONTHS // days // (20 if days > 1 else 1),
                path=data / f"{year}-{month:02}.parquet",
            )
        )
    return data


ZIP: Final = """
import duckdb, sys
duckdb.connect().execute(
    "COPY (SELECT * REPLACE (CAST(to_json(Tags) AS VARCHAR) AS Tags) FROM read_parquet($1, hive_partitioning = false))"
    " TO '" + sys.argv[2].replace("'", "''") + "' (FORMAT csv, COMPRESSION gzip)", [sys.argv[1]])
"""


def zipped(bill: Path, folder: Path) -> Path:
    """The middle month of a bill in Parquet as one csv.gz, tags as JSON; made elsewhere, as memory of a parent counts."""
    months = sorted(bill.rglob("*.parquet"))
    path = folder / f"{bill.name}.csv.gz"
    measured(["-c", ZIP, str(months[len(months) // 2]), str(path)], path)
    return path


def measured(words: Sequence[str], left: Path) -> Run:
    """Run a Python program to its end.

    Raises:
        SystemExit: it failed; with its message.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)[:200]}: exit {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, size(left), said)


def size(place: Path) -> float:
    """MB of a file, or of the files in a folder."""
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / (1 << 20)


def ours(bill: Path, store: Path, memory: str, *, again: bool = False) -> Run:
    """A load, into a new store unless it is to be the one there is."""
    if not again:
        shutil.rmtree(store, ignore_errors=True)
    words = ["-m", "finops_tui", "load", "--memory", memory, "--store", str(store), "--json", str(bill)]
    return measured(words, store)


def theirs(bill: Path, database: Path, memory: str) -> Run:
    """The same columns in a table of DuckDB."""
    if not database.exists() or bill.is_dir():
        database.unlink(missing_ok=True)
    if bill.suffix == ".gz":
        scan = f"read_csv('{bill}', header = true)"
    else:
        scan = f"read_parquet('{bill / '**/*.parquet' if bill.is_dir() else bill}')"
    return measured(["-c", COPY, str(database), scan, memory, ", ".join(COLUMNS)], database)


def check(store: Path, said: str) -> None:
    """Refuse to report a load that does not add up to what DuckDB says.

    Raises:
        SystemExit: it does not.
    """
    import json

    words = [
        "-m",
        "finops_tui",
        "query",
        "--store",
        str(store),
        "--basis",
        "billed",
        "--period",
        "all",
        "--format",
        "json",
    ]
    run = measured(words, store)
    total = sum((Decimal(value) for value in json.loads(run.said)["totals"].values()), Decimal(0))
    if total != Decimal(said.strip()):
        raise SystemExit(f"{total} loaded is not {said.strip()} in the bill")


def interleaved(rounds: int, *sides: Callable[[], Run]) -> list[Run]:
    """Medians of every side, one run of each per round."""
    runs = [[side() for side in sides] for _ in range(rounds)]
    middle: list[Run] = []
    for column in zip(*runs, strict=True):
        wall, processor, memory, disk = (
            statistics.median(figures)
            for figures in zip(
                *((run.wall, run.processor, run.memory, run.disk) for run in column), strict=True
            )
        )
        middle.append(Run(wall, processor, memory, disk, column[-1].said))
    return middle


def compare(folder: Path, bill: Path, what: str, rounds: int, memory: str) -> list[str]:
    """Rows of the table for one bill: the load, and the load of one of its months again."""
    store, database = folder / "store", folder / "bare.duckdb"
    mine, bare = interleaved(
        rounds, lambda: ours(bill, store, memory), lambda: theirs(bill, database, memory)
    )
    check(store, bare.said)
    lines = [line(what, mine, bare, f"{mine.disk / size(bill):.2f}")]
    months = sorted(bill.rglob("*.parquet"))
    if len(months) > 1:
        month = months[len(months) // 2]
        other, before = folder / "month.duckdb", size(store)
        mine, bare = interleaved(
            rounds, lambda: ours(month, store, memory, again=True), lambda: theirs(month, other, memory)
        )
        grown = f"store {size(store) / before - 1:+.1%}"
        lines.append(line(f"one file of it again ({what})", mine, bare, grown))
    if months:
        text, other = zipped(bill, folder), folder / "text.duckdb"
        mine, bare = interleaved(
            rounds, lambda: ours(text, store, memory), lambda: theirs(text, other, memory)
        )
        lines.append(line(f"one month of it as csv.gz ({what})", mine, bare, f"{mine.disk / size(text):.2f}"))
    return lines


def line(what: str, mine: Run, bare: Run, store: str) -> str:
    """A row of the table."""
    return (
        f"| {what} | {mine.wall:.1f} | {bare.wall:.1f} | {mine.wall / bare.wall:.2f} | {mine.processor:.1f} |"
        f" {bare.processor:.1f} | {mine.processor / bare.processor:.2f} | {mine.memory:.0f} | {bare.memory:.0f} |"
        f" {store} |"
    )


HEAD: Final = (
    "| load | wall s | CTAS | ratio | CPU s | CTAS | ratio | peak MB | CTAS | store / bill |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def table(folder: Path, bills: Sequence[Path], rows: int, rounds: int, memory: str) -> str:
    """The table: bills that are given, or one of long-lived and one of short-lived resources made here."""
    wanted = [(bill, bill.name) for bill in bills]
    if not wanted:
        wanted = [
            (make(folder, rows, 28), f"{rows:,} lines, daily"),
            (make(folder, rows, 1), f"{rows:,} lines, short-lived"),
        ]
    lines = [row for bill, what in wanted for row in compare(folder, bill, what, rounds, memory)]
    words = f"Medians of {rounds} interleaved rounds, memory limit {memory} on both sides."
    return "\n".join([words, "", HEAD, *lines]) + "\n"
