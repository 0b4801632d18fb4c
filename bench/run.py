"""Load and ten questions, beside bare DuckDB on the same file, in one interleaved run.

    python bench/run.py [--rows N] [--rounds N] [--write]
    python bench/run.py --terminal [--store FOLDER] [--tools FOLDER] [--rounds N] [--write]
    python bench/run.py --loads [--bill FOLDER ...] [--memory SIZE] [--rows N] [--rounds N] [--write]

Both sides run as processes of their own, start-up included, one after the other in every round, so that a
busy machine slows both. Totals are compared before anything is timed. `--write` puts the table into
bench/RESULTS.md, in place of the one of the same name. `--loads` measures loads alone (loads.py),
`--terminal` start-up and keys (terminal.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Final

import loads
import terminal

FOLDER: Final = Path(__file__).resolve().parent

GENERATE: Final = """
COPY (
    SELECT '100000000001' AS "BillingAccountId", 'USD' AS "BillingCurrency", 'Usage' AS "ChargeCategory",
        printf('2%011d', r % 40) AS "SubAccountId", 'service-' || (r % 37) AS "ServiceName",
        'region-' || (r % 11) AS "RegionId", 'res-' || r AS "ResourceId",
        'meter-' || (r % 211) AS "SkuMeter", 'AWS' AS "ProviderName",
        MAP {{'team': 'team-' || (r % 13), 'env': ['prod', 'test', 'dev'][1 + r % 3]}} AS "Tags",
        TIMESTAMP '2025-01-01' AS "BillingPeriodStart", TIMESTAMP '2025-02-01' AS "BillingPeriodEnd",
        TIMESTAMP '2025-01-01' + to_days(d::INTEGER) AS "ChargePeriodStart",
        TIMESTAMP '2025-01-02' + to_days(d::INTEGER) AS "ChargePeriodEnd",
        ((i * 7919) % 100003)::DECIMAL(18, 10) / 10000 AS amount,
        amount::DECIMAL(18, 10) AS "BilledCost", amount::DECIMAL(18, 10) AS "EffectiveCost",
        amount::DECIMAL(18, 10) AS "ListCost", amount::DECIMAL(18, 10) AS "ContractedCost"
    FROM (SELECT i, i // 31 AS r, i % 31 AS d FROM range({rows}) q(i))
) TO '{path}' (FORMAT parquet)
"""

CREATE: Final = """CREATE OR REPLACE TABLE t AS SELECT *, "EffectiveCost" AS c FROM read_parquet('{path}')"""

QUESTIONS: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("total", (), "SELECT sum(c) FROM t"),
    ("by service", ("--by", "service"), 'SELECT "ServiceName", sum(c) FROM t GROUP BY 1'),
    ("by account", ("--by", "account"), 'SELECT "SubAccountId", sum(c) FROM t GROUP BY 1'),
    ("by tag", ("--by", "tag.team"), "SELECT \"Tags\"['team'], sum(c) FROM t GROUP BY 1"),
    ("by two", ("--by", "service,region"), 'SELECT "ServiceName", "RegionId", sum(c) FROM t GROUP BY 1, 2'),
    ("by resource", ("--by", "resource"), 'SELECT "ResourceId", sum(c) FROM t GROUP BY 1'),
    ("one service", ("--by", "usage", "--filter", "service=service-3"),
     'SELECT "SkuMeter", sum(c) FROM t WHERE "ServiceName" = \'service-3\' GROUP BY 1'),
    ("one tag", ("--by", "service", "--filter", "tag.env=prod"),
     "SELECT \"ServiceName\", sum(c) FROM t WHERE \"Tags\"['env'] = 'prod' GROUP BY 1"),
    ("a week", ("--by", "service", "--period", "2025-01-06..2025-01-13"),
     ('SELECT "ServiceName", sum(c) FROM t WHERE "ChargePeriodStart" >= DATE \'2025-01-06\''
      ' AND "ChargePeriodStart" < DATE \'2025-01-13\' GROUP BY 1')),
    ("per day", ("--by", "service", "--grain", "day"),
     'SELECT CAST("ChargePeriodStart" AS DATE), "ServiceName", sum(c) FROM t GROUP BY 1, 2'),
)  # fmt: skip


def run(*words: str) -> tuple[float, str]:
    """Seconds that a process takes, and what it prints.

    Raises:
        SystemExit: it failed; with its message.
    """
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)[:200]}: {done.stderr}")
    return time.perf_counter() - start, done.stdout


def bare(database: Path, sql: str, *, keep: bool = False) -> tuple[float, str]:
    """The same with nothing but DuckDB: run a statement, print how many rows and what they add up to."""
    code = (
        "import duckdb, sys\nfrom decimal import Decimal\n"
        "c = duckdb.connect(sys.argv[1], read_only=sys.argv[3] == 'read')\nrows = c.execute(sys.argv[2]).fetchall()\n"
        "print(sum((Decimal(r[-1]) for r in rows), Decimal(0)))"
    )
    return run("-c", code, str(database), sql, "write" if keep else "read")


def totals(text: str) -> Decimal:
    """What a `query --format json` answer adds up to."""
    return sum((Decimal(total) for total in json.loads(text)["totals"].values()), Decimal(0))


def measure(folder: Path, rows: int, rounds: int) -> list[tuple[str, float, float]]:
    """Median seconds of every step: (what, finops-tui, bare DuckDB)."""
    bill, database, store = folder / "bill.parquet", folder / "bare.duckdb", folder / "store"
    bare(folder / "make.duckdb", GENERATE.format(rows=rows, path=bill), keep=True)
    create = CREATE.format(path=bill)
    loads = [
        (
            run("-m", "finops_tui", "load", "--store", str(store), str(bill))[0],
            bare(database, create, keep=True)[0],
        )
        for _ in range(rounds)
    ]
    times: dict[str, list[tuple[float, float]]] = {"load": loads}
    for _ in range(rounds):
        for what, words, sql in QUESTIONS:
            ours, answer = run("-m", "finops_tui", "query", "--store", str(store), "--format", "json", *words)
            theirs, total = bare(database, sql)
            if totals(answer) != Decimal(total.strip()):
                raise SystemExit(f"{what}: {totals(answer)} is not {total.strip()}")
            times.setdefault(what, []).append((ours, theirs))
    return [
        (what, *(statistics.median(side) for side in zip(*pairs, strict=True)))
        for what, pairs in times.items()
    ]


def report(results: list[tuple[str, float, float]], rows: int, rounds: int) -> str:
    """The results as a Markdown table."""
    lines = [
        f"{rows:,} records, median of {rounds} interleaved rounds, each a process with its start-up.",
        f"Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        "| step | finops-tui s | bare DuckDB s | ratio |",
        "|---|---|---|---|",
        *(f"| {what} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.1f} |" for what, ours, theirs in results),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write when asked."""
    parser = argparse.ArgumentParser(description="Load and ten questions beside bare DuckDB.")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    parser.add_argument(
        "--loads", action="store_true", help="loads beside CREATE TABLE AS, with memory and size"
    )
    parser.add_argument("--bill", type=Path, action="append", default=[], help="a folder of Parquet to load")
    parser.add_argument("--memory", default="1GB", help="limit of both sides, with --loads (default: 1GB)")
    parser.add_argument("--terminal", action="store_true", help="start-up, keys, bytes and the event loop")
    parser.add_argument("--store", type=Path, help="the store to open, with --terminal (default: one made here)")
    parser.add_argument("--tools", default="", help="folder of VisiData's and harlequin's programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.loads:
            what = "Loads"
            text = loads.table(folder, options.bill, options.rows, options.rounds, options.memory)
        elif options.terminal:
            what = "Terminal"
            bill = str(options.bill[0]) if options.bill else terminal.small_bill(folder)
            store = options.store or terminal.small_store(folder, bill)
            text = terminal.table(folder, store, options.tools, bill, options.rounds)
        else:
            what = "Questions"
            text = report(measure(folder, options.rows, options.rounds), options.rows, options.rounds)
    print(text)
    if options.write:
        write(what, text)


def write(what: str, text: str) -> None:
    """Put a section into RESULTS.md, in place of the one of that name."""
    path = FOLDER / "RESULTS.md"
    before = path.read_text(encoding="utf-8") if path.exists() else "# Measurements\n"
    first, *sections = before.split("\n## ")
    kept = [section for section in sections if not section.startswith(f"{what}\n")]
    parts = [first.rstrip("\n"), *(section.rstrip("\n") for section in kept), f"{what}\n\n{text.rstrip()}"]
    path.write_text("\n\n## ".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
