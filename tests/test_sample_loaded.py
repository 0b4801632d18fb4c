"""The bundled sample as people meet it: loaded like any other bill, with the demo's teams and budgets."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import settings
from tests.sample_bill import FILES, HERE, read_truth

if TYPE_CHECKING:
    from pathlib import Path

TOML = HERE / "finops.toml"


def run(*words: str | Path, code: int = 0) -> dict:
    command = [sys.executable, "-m", "finops_tui", *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def check(store: Path, names: tuple[str, ...]) -> None:
    """Load the files; rows and totals of every period must be those of the truth file."""
    files = [HERE / "focus" / f"{name}.parquet" for name in names]
    report = run("load", *files, "--store", store, "--json")
    assert report["refused"] == []
    found = {}
    for part in report["loaded"]:
        assert part["quarantined"] == 0
        for currency, totals in part["totals"].items():
            costs = [Decimal(totals[cost]) for cost in ("billed", "effective", "list", "contracted")]
            found[part["account"], part["period"], currency] = [part["rows"], *costs]
    assert found == {
        (row["payer"], row["period"], row["currency"]): [
            row["rows"],
            *(Decimal(row[cost]) for cost in ("billed", "effective", "list", "contracted")),
        ]
        for row in read_truth()["totals"]
        if row["file"] in names
    }


def test_settings_of_the_demo_are_right() -> None:
    chosen = settings.load(TOML, required=True)
    assert len({rule.team for rule in chosen.teams.rules}) >= 10
    assert {budget.currency for budget in chosen.budgets} == {"USD", "EUR"}
    assert any(budget.plan for budget in chosen.budgets)


def test_one_provider_loads_whole_in_two_currencies(tmp_path: Path) -> None:
    check(tmp_path / "store", ("azure",))


@pytest.mark.slow
def test_everything_loads_whole_and_the_demo_has_every_state(tmp_path: Path) -> None:
    store = tmp_path / "store"
    check(store, FILES)
    words = ("--store", store, "--config", TOML, "--format", "json")
    states = {one["budget"]: one["state"] for one in run("budgets", *words, code=1)["budgets"]}
    assert states["Fleet production"] == "ok"
    assert states["Generative models"] == "warn"
    assert states["Network"] == "breach"
    teams = run("query", "--by", "team", "--period", "last-month", *words)
    costs = {row["team"]: Decimal(row["cost"]) for row in teams["rows"] if row["currency"] == "USD"}
    assert 0 < costs["(unallocated)"] < sum(costs.values()) * Decimal("0.2")
