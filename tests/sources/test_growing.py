"""Days of a growing table loaded one after the other are one month; what overlaps counts once."""

from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.loader import load
from tests.sources.bills import text
from tests.sources.gcp_bills import flattened, jsonl
from tests.sources.test_gcp_overlap import DAYS, day
from tests.sources.test_oci import correction, one


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def billed(store: Path, *paths: Path) -> Decimal:
    """The total of all units after a load that refuses nothing."""
    result = load(store, paths)
    assert result.refused == ()
    (entry,) = result.loaded
    total = entry.total("USD", "billed")
    assert total is not None
    return total


def test_days_loaded_one_by_one_are_a_month(tmp_path: Path, store: Path):
    for number, line in enumerate(DAYS, 1):
        path = written(tmp_path, f"{number}.json", jsonl([line]))
        assert billed(store, path) == sum(range(1, number + 1))


def test_a_later_extract_of_the_month_counts_what_it_shares_once(tmp_path: Path, store: Path):
    assert billed(store, written(tmp_path, "05.json", jsonl(DAYS[:5]))) == 15
    assert billed(store, written(tmp_path, "10.json", jsonl(DAYS))) == 55
    assert billed(store, written(tmp_path, "05.json", jsonl(DAYS[:5]))) == 55


def test_a_file_that_is_gone_or_broken_is_left_alone(tmp_path: Path, store: Path):
    first = written(tmp_path, "1.json", jsonl(DAYS[:1]))
    second = written(tmp_path, "2.json", jsonl(DAYS[1:2]))
    assert billed(store, first, second) == 3
    first.unlink()
    second.write_text("{broken")
    assert billed(store, written(tmp_path, "3.json", jsonl(DAYS[2:3]))) == 3


def test_lines_that_cannot_be_told_apart_are_replaced(tmp_path: Path, store: Path):
    plain = [{name: value for name, value in line.items() if name != "export_time"} for line in DAYS]
    assert billed(store, written(tmp_path, "1.json", jsonl(plain[:4]))) == 10
    assert billed(store, written(tmp_path, "2.json", jsonl(plain[:5]))) == 15
    few = [{name: value for name, value in line.items() if name != "usage"} for line in DAYS]
    assert billed(store, written(tmp_path, "3.json", jsonl(few[:6]))) == 21
    assert billed(store, written(tmp_path, "4.csv", flattened(DAYS))) == 55


def test_other_months_and_accounts_stay(tmp_path: Path, store: Path):
    assert billed(store, written(tmp_path, "a.json", jsonl([day(1)]))) == 1
    april = day(2, "8", invoice={"month": "202504"})
    assert billed(store, written(tmp_path, "b.json", jsonl([april]))) == 8
    assert billed(store, written(tmp_path, "c.json", jsonl([day(3, "4")]))) == 5


def test_a_correction_that_comes_later_finds_the_line_it_corrects(tmp_path: Path, store: Path):
    assert billed(store, written(tmp_path, "1.csv", text([one("a", "10"), one("b", "20")]))) == 30
    assert billed(store, written(tmp_path, "2.csv", text([correction("c", "a", "7")]))) == 27
    assert billed(store, written(tmp_path, "3.csv", text([correction("d", "b", "-20")]))) == 7
