"""FOCUS bills of focus-data-toolkit, for three providers and two versions: every cost, every group, to the last digit."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from finops_tui.queries.view import BASES, View
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.generators.reckoned import held, loaded, program, records, run, sums

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 400
GROUPS = {
    "service": "ServiceName",
    "category": "ChargeCategory",
    "SubAccountId": "SubAccountId",
    "region": "RegionId",
}


@pytest.fixture(
    scope="module", params=[(p, v) for p in ("aws", "azure", "gcp") for v in ("1.2", "1.3")], ids="-".join
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    provider, version = request.param
    made: Path = tmp_path_factory.mktemp(provider)
    run(
        program("focus-toolkit"), "generate", "--provider", provider, "--focus-version", version,
        "--rows", str(ROWS), "--seed", "20261125", "--out", "bills", cwd=made,
    )  # fmt: skip
    return made


def bill(folder: Path) -> Path:
    return next((folder / "bills").glob("*cost_and_usage*.csv"))


def test_every_basis_is_the_file_s(folder: Path, tmp_path: Path) -> None:
    rows = records(bill(folder))
    result = loaded(tmp_path / "store", bill(folder))
    expected = sums(rows, "BillingCurrency", {b: lambda row, c=c: row[c] for b, c in BASES.items()})  # type: ignore[misc]
    assert held(result) == expected
    assert sum(entry.records for entry in result.loaded) == len(rows) == ROWS


def test_every_group_is_the_file_s(folder: Path, tmp_path: Path) -> None:
    rows = records(bill(folder))
    loaded(tmp_path / "store", bill(folder))
    with Store(tmp_path / "store") as store:
        calendar = calendar_of(store)
        assert calendar is not None
        for dimension, column in GROUPS.items():
            expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for row in rows:
                expected[row["BillingCurrency"], row[column]] += Decimal(row["EffectiveCost"])
            frame = store.ask_now("by_key", View(calendar.all, group_by=(dimension,)))
            found = {(row["currency"], row["k0"] or ""): row["cost"] for row in frame.iter_rows(named=True)}
            assert found == expected, dimension


def test_a_folder_with_what_else_is_made_loads_the_bill_alone(folder: Path, tmp_path: Path) -> None:
    others = [path for path in (folder / "bills").iterdir() if path != bill(folder)]
    result = loader.load(tmp_path / "store", [folder / "bills"], keep_going=True)
    assert held(result) == held(loaded(tmp_path / "alone", bill(folder)))
    assert {refused.file for refused in result.refused} <= {str(path) for path in others}
    assert all("not a bill" in refused.reason for refused in result.refused)
