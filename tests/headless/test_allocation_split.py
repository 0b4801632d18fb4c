"""Shares that a bill itself has, loaded: the bill as ever, the shares beside it, every record in one of them."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui.__main__ import main
from tests.sources import test_cur_split, test_focus_allocated
from tests.sources.bills import text, total

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    capsys.readouterr()
    assert main(list(words)) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def load(capsys: pytest.CaptureFixture[str], folder: Path, content: str) -> dict:
    (folder / "bill.csv").write_text(content)
    return asked(capsys, "load", "--json", "--store", str(folder / "store"), str(folder / "bill.csv"))


def totals(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> dict[str, Decimal]:
    found = asked(capsys, "query", "--store", str(folder / "store"), "--format", "json", *words)["totals"]
    return {currency: Decimal(amount) for currency, amount in found.items()}


def test_split_cost_of_aws(capsys, tmp_path) -> None:
    content = text(test_cur_split.random_rows())
    loaded = load(capsys, tmp_path, content)
    rows = list(csv.DictReader(io.StringIO(content)))
    split = [row for row in rows if row["line_item_operation"] == "EKSPod-EC2"]
    assert [[unit["rows"] for unit in loaded[kind]] for kind in ("loaded", "allocations")] == [
        [300],
        [len(split)],
    ]
    bill = total(row["line_item_unblended_cost"] for row in rows if row not in split)
    for basis in ("billed", "effective"):
        assert totals(capsys, tmp_path, "--basis", basis) == {"USD": bill}
    shares = total(row[f"split_line_item_{name}_cost"] for row in split for name in ("split", "unused"))
    assert totals(capsys, tmp_path, "--dataset", "allocation") == {"USD": shares}
    assert asked(capsys, "reconcile", "--json", "--store", str(tmp_path / "store"))


def test_allocated_charges_of_focus(capsys, tmp_path) -> None:
    rows = test_focus_allocated.rows()
    loaded = load(capsys, tmp_path, text(rows))
    assert [[unit["rows"] for unit in loaded[kind]] for kind in ("loaded", "allocations")] == [
        [len(rows)],
        [0],
    ]
    assert totals(capsys, tmp_path) == {"USD": total(row["EffectiveCost"] for row in rows)}
    shared = total(row["EffectiveCost"] for row in rows if row["AllocatedMethodId"])
    assert totals(capsys, tmp_path, "--dataset", "allocation", "--by", "allocated") == {"USD": shared}
    assert asked(capsys, "reconcile", "--json", "--store", str(tmp_path / "store"))
