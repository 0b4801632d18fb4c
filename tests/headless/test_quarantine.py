"""Records set aside: listed, paged and exported with their reason and text, safe for whatever reads them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from finops_tui import quarantine
from finops_tui.__main__ import main
from finops_tui.store import Store
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

FORMULA = '=HYPERLINK("http://x";"[red]\x1b[2Jclick")'


def bad_bill(path: Path, month: str, bad: int, good: int = 1000) -> Path:
    """A bill with `bad` records whose cost is no number, the first of them hostile."""
    rows = [
        bill.row(f"{month}-{number % 28 + 1:02}", "1.5", ResourceId=f"r{number}") for number in range(good)
    ]
    for number in range(bad):
        rows[7 * number + 3]["BilledCost"] = f"{number} apples"
        rows[7 * number + 3]["ResourceId"] = FORMULA if not number else f"bad {month} {number}"
    return bill.write(path, rows)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    bills = [bad_bill(tmp_path / "april.csv", "2026-04", 4), bad_bill(tmp_path / "may.csv", "2026-05", 5)]
    assert main(["load", "--store", str(tmp_path / "store"), *map(str, bills)]) == 0
    return tmp_path / "store"


def test_each_record_has_its_place_its_reason_and_its_text(store: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["quarantine", "--store", str(store), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["total"] == 9
    places = [(r["file"].rpartition("/")[2], r["record"], r["period"]) for r in report["records"]]
    assert places == [
        *(("april.csv", 7 * number + 4, "2026-04") for number in range(4)),
        *(("may.csv", 7 * number + 4, "2026-05") for number in range(5)),
    ]
    for record in report["records"]:
        lines = open(record["file"], newline="", encoding="utf-8").read().split("\r\n")  # noqa: SIM115, PTH123
        assert next(csv.reader([record["raw"]])) == next(csv.reader([lines[record["record"]]]))
        assert "BilledCost" in record["reason"]


@pytest.mark.parametrize("size", [1, 2, 4, 5, 9, 100])
def test_pages_are_the_whole_in_order(store: Path, size) -> None:
    with Store(store) as opened:
        everything = quarantine.read(store, opened.entries)
        pages = [
            record
            for offset in range(0, 9, size)
            for record in quarantine.read(store, opened.entries, offset=offset, limit=size)
        ]
        assert pages == everything
        assert len(everything) == 9
        assert quarantine.read(store, opened.entries, offset=9, limit=size) == []
        short = quarantine.read(store, opened.entries, longest=10)
        assert [record.raw for record in short] == [record.raw[:10] for record in everything]


def test_an_export_is_whole_and_starts_no_formula(store: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "aside.csv"
    assert main(["quarantine", "--store", str(store), "--export", str(out)]) == 0
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert not any(value[:1] in "=+-@\t\r" for row in rows for value in row.values() if value)
    assert FORMULA.split("\x1b", maxsplit=1)[0].replace('"', '""') in rows[0]["raw"]
    for name in ("aside.parquet", "aside.json"):
        assert main(["quarantine", "--store", str(store), "--export", str(tmp_path / name)]) == 0
    assert pl.read_parquet(tmp_path / "aside.parquet").height == 9
    assert len(json.loads((tmp_path / "aside.json").read_text(encoding="utf-8"))) == 9
    assert str(out) in capsys.readouterr().out


def test_a_list_for_people_moves_no_terminal(store: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["quarantine", "--store", str(store), "--limit", "2"]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "2 of 9 records." in text


def test_nothing_set_aside_is_said(tmp_path: Path, capsys) -> None:
    path = bill.write(tmp_path / "may.csv", [bill.row("2026-05-01", "1")])
    assert main(["load", "--store", str(tmp_path / "store"), str(path)]) == 0
    capsys.readouterr()
    assert main(["quarantine", "--store", str(tmp_path / "store")]) == 0
    assert capsys.readouterr().out == "No record was set aside.\n"
