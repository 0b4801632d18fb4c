"""JSON made flat: every digit as delivered, whichever way the records are written."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finops_tui.sources import discover, json_text
from finops_tui.sources.headers import HeaderError
from tests.sources.bills import Bench, focus


def flat(folder: Path, text: str, chunk: int = 7) -> tuple[json_text.Flat, list[list[str]]]:
    """The CSV of a JSON text that arrives in small pieces."""
    data = text.encode()

    def chunks() -> Iterator[bytes]:
        return (data[at : at + chunk] for at in range(0, len(data), chunk))

    def find(document: Any) -> Any:
        return document.get("bill") if isinstance(document, dict) else None

    target = folder / "flat.csv"
    found = json_text.flatten(chunks, target, find)
    with target.open(encoding="utf-8", newline="") as file:
        return found, list(csv.reader(file))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}, "cost": 0.10}\n{"cost": 1E-7, "c": [1.50]}\n',
        '\ufeff{"a": {"b": 1}, "cost": 0.10}\n\n{"cost": 1E-7, "c": [1.50]}',
        '[{"a": {"b": 1}, "cost": 0.10},\n {"cost": 1E-7, "c": [1.50]}]',
        '{"bill":\n [{"a": {"b": 1}, "cost": 0.10}, {"cost": 1E-7, "c": [1.50]}]}',
        '{"bill": [{"a": {"b": 1}, "cost": 0.10}, {"cost": 1E-7, "c": [1.50]}]}\n',
    ],
)
def test_records_are_found_and_digits_kept(tmp_path: Path, text: str) -> None:
    found, rows = flat(tmp_path, text)
    assert (found.names, found.records) == (("a.b", "cost", "c"), 2)
    assert rows == [["a.b", "cost", "c"], ["1", "0.10", ""], ["", "1E-7", "[1.50]"]]


def test_what_text_holds_stays_one_field(tmp_path: Path) -> None:
    _, rows = flat(
        tmp_path, '{"a": "x\\n\\"y\\",z", "b": true, "c": null, "d": {}, "e": "\\u0000"}\n{"a": "=1+1"}'
    )
    assert rows[1:] == [['x\n"y",z', "true", "", "{}", "�"], ["=1+1", "", "", "", ""]]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1}\n[2]\n', "line 2 of the JSON is not an object"),
        ('{"a": 1}\n{"a": 2\n', "damaged JSON"),
        ('{"a": [1]}', "of no bill"),
        ("[1, 2]", "line 1 of the JSON is not an object"),
        ('{"a": NaN}', "damaged JSON"),
        ("[" * 100_000, "damaged JSON"),
    ],
)
def test_what_is_no_bill_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(HeaderError, match=why):
        flat(tmp_path, text, 1000)


def test_json_of_a_folder_that_is_no_bill_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "totals.json").write_text('{"2025-01": 4}')
    (tmp_path / "more.jsonl.gz").write_bytes(gzip.compress(b'{"x": 1}'))
    found = discover([tmp_path])
    assert not found.files
    assert {skipped.reason for skipped in found.skipped} == {"JSON, but of no bill that is known here"}


@pytest.mark.parametrize("name", ["bill.csv", "bill.csv.gz"])
def test_json_that_is_named_csv_is_refused(bench: Bench, name: str):
    assert bench.reason(json.dumps([focus()]), name).startswith("JSON, not CSV")
    assert bench.stage(bench.file("bill.txt", json.dumps([focus()]))).files[0].loaded == 1
