"""FOCUS bills of several versions and forms, and what csv, json and Decimal find in them."""

from __future__ import annotations

import csv
import gzip
import json
import random
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from finops_tui.queries.view import BASES
from finops_tui.sources import focus
from tests.generators.reckoned import program, records, run
from tests.generators.tabled import Case, Made, added, number, parsed, write
from tests.sources import bills

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.generators.reckoned import Sums

ROWS = 300


def of_toolkit(folder: Path, provider: str, version: str) -> Path:
    """A FOCUS bill of focus-data-toolkit."""
    folder.mkdir(parents=True)
    run(
        program("focus-toolkit"), "generate", "--provider", provider, "--focus-version", version,
        "--rows", str(ROWS), "--seed", "20261125", "--out", "bills", cwd=folder,
    )  # fmt: skip
    return next((folder / "bills").glob("*cost_and_usage*.csv"))


def focus_sums(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """All four costs of FOCUS records."""
    return added(
        (row["BillingCurrency"], {basis: number(row[column]) for basis, column in BASES.items()})
        for row in rows
    )


def focus_csv(folder: Path, provider: str, version: str) -> Made:
    bill = of_toolkit(folder, provider, version)
    rows = records(bill)
    return Made([bill], len(rows), focus_sums(rows))


def focus_gzip(folder: Path, provider: str, version: str) -> Made:
    bill = of_toolkit(folder, provider, version)
    packed = write(folder / "bill.csv.gz", gzip.compress(bill.read_bytes()))
    rows = records(packed)
    return Made([packed], len(rows), focus_sums(rows))


def focus_parquet(folder: Path, provider: str, version: str) -> Made:
    """With costs as decimals."""
    bill, path = of_toolkit(folder, provider, version), folder / "bill.parquet"
    costs = ", ".join(f"CAST({column} AS DECIMAL(38, 18)) AS {column}" for column in BASES.values())
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE ({costs}) FROM read_csv('{bill}', all_varchar = true)) TO '{path}'"
        )
    rows = pl.read_parquet(path).to_dicts()
    return Made([path], len(rows), focus_sums(rows))


def written(seed: int, more: dict[str, str], without: str = "") -> list[dict[str, str]]:
    """Charges in two currencies, with amounts as programs with doubles write them."""
    chance = random.Random(seed)
    rows = []
    for _ in range(ROWS):
        costs = {column: repr(chance.uniform(0.1, 9) ** 5) for column in BASES.values()}
        row = bills.focus(**costs, BillingCurrency=chance.choice(("USD", "EUR")), **more)
        row.pop(without, None)
        rows.append(row)
    return rows


def focus_text(
    folder: Path, seed: int, more: dict[str, str], without: str = "", delimiter: str = ","
) -> Made:
    path = write(folder / "bill.csv", bills.text(written(seed, more, without), delimiter=delimiter))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    return Made([path], len(rows), focus_sums(rows))


def focus_lines(folder: Path, more: dict[str, str]) -> Made:
    """Lines of JSON whose costs are numbers."""
    lines = "".join(
        json.dumps({name: float(value) if name.endswith("Cost") else value for name, value in row.items()})
        + "\n"
        for row in written(13, more)
    )
    path = write(folder / "bill.jsonl", lines)
    rows = [parsed(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Made([path], len(rows), focus_sums(rows))


KIND: Final = (focus.KIND,)
CASES: Final = (
    Case(
        "FOCUS 1.0 (Oracle Cloud)",
        "csv",
        KIND,
        partial(focus_text, seed=12, more={"oci_ReferenceNumber": "r"}),
    ),
    Case("FOCUS 1.1", "JSONL", KIND, partial(focus_lines, more={"SkuMeter": "Requests"})),
    Case("FOCUS 1.2", "csv (AWS)", KIND, partial(focus_csv, provider="aws", version="1.2")),
    Case("FOCUS 1.3", "csv.gz (Azure)", KIND, partial(focus_gzip, provider="azure", version="1.3")),
    Case("FOCUS 1.3", "Parquet (Google Cloud)", KIND, partial(focus_parquet, provider="gcp", version="1.3")),
    Case(
        "FOCUS 1.4",
        "csv with semicolons",
        KIND,
        partial(
            focus_text, seed=14, more={"ServiceProviderName": "AWS"}, without="ProviderName", delimiter=";"
        ),
    ),
)
