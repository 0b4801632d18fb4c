"""Bills of nise for three clouds: legacy CUR in a bucket's layout, Azure and Google Cloud files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.generators.reckoned import held, loaded, program, records, run, sums

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

DAYS = ("-s", "2025-03-01", "-e", "2025-03-03")


def test_a_legacy_cur_in_a_bucket_s_layout(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    run(
        program("nise"), "report", "aws", *DAYS, "--aws-s3-bucket-name", "bucket",
        "--aws-s3-report-name", "report", "--aws-s3-report-prefix", "prefix", cwd=tmp_path,
    )  # fmt: skip
    files = list((tmp_path / "bucket").rglob("*.csv.gz"))
    rows = [row for file in files for row in records(file)]
    result = loaded(tmp_path / "store", tmp_path / "bucket")

    def effective(row: Mapping[str, str]) -> str:
        kind = row["lineItem/LineItemType"]
        if kind == "SavingsPlanCoveredUsage":
            return row["savingsPlan/SavingsPlanEffectiveCost"].replace("None", "0")
        if kind == "DiscountedUsage":
            return row["reservation/EffectiveCost"].replace("None", "0")
        none = {"SavingsPlanNegation", "SavingsPlanUpfrontFee", "SavingsPlanRecurringFee", "RIFee"}
        return "0" if kind in none else row["lineItem/UnblendedCost"]

    expected = sums(
        rows,
        "lineItem/CurrencyCode",
        {"billed": lambda row: row["lineItem/UnblendedCost"], "effective": effective},
    )
    found = {key: amount for key, amount in held(result).items() if key[1] in {"billed", "effective"}}
    assert found == expected
    assert sum(entry.records for entry in result.loaded) == len(rows) > 1000


def test_azure_files(tmp_path: Path) -> None:
    run(program("nise"), "report", "azure", *DAYS, "-w", cwd=tmp_path)
    files = list(tmp_path.glob("*.csv"))
    rows = [row for file in files for row in records(file)]
    result = loaded(tmp_path / "store", *files)
    expected = sums(rows, "BillingCurrency", {"billed": lambda row: row["CostInBillingCurrency"]})
    assert {key: amount for key, amount in held(result).items() if key[1] == "billed"} == expected
    assert sum(entry.records for entry in result.loaded) == len(rows) > 10


def test_google_cloud_files(tmp_path: Path) -> None:
    run(program("nise"), "report", "gcp", *DAYS, "-w", cwd=tmp_path)
    files = list(tmp_path.glob("*.csv"))
    rows = [row for file in files for row in records(file)]
    result = loaded(tmp_path / "store", *files)
    expected = sums(
        rows,
        "currency",
        {"billed": lambda row: str(Decimal(row["cost"]) + Decimal(row.get("credits.amount") or "0"))},
    )
    assert {key: amount for key, amount in held(result).items() if key[1] == "billed"} == expected
    assert sum(entry.records for entry in result.loaded) == len(rows) > 100
