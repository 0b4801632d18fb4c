"""`finops-tui provenance`: a script that gives the figure, a check of it, JSON; exit codes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui.__main__ import main
from tests.queries.focus_files import rows, store_of, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    Print = pytest.CaptureFixture[str]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A CSV export of April and May 2026, loaded into the store beside it."""
    file = tmp_path / "export.csv"
    write_csv(file, rows())
    store_of(tmp_path / "store", file).close()
    return file


def asked(file: Path, *words: str) -> int:
    return main(["provenance", "--store", str(file.parent / "store"), *words])


def test_the_script_gives_the_figure(export: Path, capsys: Print) -> None:
    assert asked(export, "--period", "2026-04", "--currency", "EUR", "--basis", "billed") == 0
    script = capsys.readouterr().out
    mine = [row for row in rows() if row["BillingCurrency"] == "EUR" and "-04-" in row["ChargePeriodStart"]]
    expected = sum((Decimal(row["BilledCost"]) for row in mine), Decimal(0))
    assert duckdb.connect().execute(script).fetchone() == (expected, len(mine))
    assert "billed cost" in script.splitlines()[0]


def test_json_has_every_form(export: Path, capsys: Print) -> None:
    assert asked(export, "--compare", "--format", "json", "--filter", "service:Compute") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["sql"])[:3] == ["files", "focus", "athena"]
    assert told["reconciled"] is True
    assert told["files"][0]["file"] == str(export)
    assert sum(file["lines"] for file in told["files"]) == told["lines"]
    row = duckdb.connect().execute(told["sql"]["files"]).fetchone()
    assert row == (Decimal(told["cost"]), told["lines"], Decimal(told["now"]), Decimal(told["before"]))


def test_the_check_and_its_exit_codes(export: Path, capsys: Print) -> None:
    assert asked(export, "--check") == 0
    assert "the same to the last digit" in capsys.readouterr().out
    changed = rows()
    changed[-1]["BillingCurrency"] = "USD"
    changed[-1]["EffectiveCost"] = "1000000"
    write_csv(export, changed)
    assert asked(export, "--check", "--currency", "USD") == 1
    assert "not the same" in capsys.readouterr().out
    export.unlink()
    assert asked(export, "--check") == 2
    assert "No files found" in capsys.readouterr().err


def test_other_engines(export: Path, capsys: Print) -> None:
    assert asked(export, "--dialect", "snowflake") == 0
    assert "FROM focus" in capsys.readouterr().out
    assert asked(export, "--dialect", "cobol") == 2
    assert "no SQL for cobol; there is files, focus" in capsys.readouterr().err
