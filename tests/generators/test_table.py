"""The total of every kind of file is the total loaded, to the last digit; rows of the table in docs/formats.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finops_tui.loader import load
from finops_tui.sources import formats
from tests.generators import aws_cases, cloud_cases, focus_cases, lake_cases, tool_cases
from tests.generators.reckoned import held
from tests.generators.tabled import note

if TYPE_CHECKING:
    from tests.generators.tabled import Case

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
CASES = (*focus_cases.CASES, *aws_cases.CASES, *cloud_cases.CASES, *tool_cases.CASES, *lake_cases.CASES)
ROW = re.compile(
    r"^\| (?P<format>[^|]+) \| (?P<written>[^|]+) \|.*\| (?P<difference>[^|]+) \|$", re.MULTILINE
)


def test_no_kind_is_missing() -> None:
    proven = {id(kind) for case in CASES for kind in case.kinds}
    assert [kind.raw for kind in formats.KINDS if id(kind) not in proven] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.format}, {case.written}")
def test_the_total_loaded_is_the_total_of_the_file(case: Case, tmp_path: Path) -> None:
    made = case.make(tmp_path / "in")
    result = load(tmp_path / "store", made.files, formats=made.formats)
    assert result.refused == ()
    assert sum(entry.quarantined + entry.rounded for entry in result.loaded) == 0
    named = dict.fromkeys(item.format for entry in result.loaded for item in entry.inputs)
    assert sorted(named) == sorted(case.format.split(", "))
    assert {kind.source for kind in case.kinds} in ({entry.source for entry in result.loaded}, set())
    loaded = held(result, case.dataset)
    assert {code for code, _ in loaded} == {code for code, _ in made.sums}
    assert {key: loaded.get(key) for key in made.sums} == made.sums
    assert all(made.sums[code, case.basis] for code, _ in made.sums)
    count = sum(entry.records for entry in result.loaded)
    assert count == made.records > 0
    note(case, made, loaded, count)


def test_the_page_has_a_row_of_each_and_no_difference() -> None:
    text = PAGE.read_text(encoding="utf-8")
    part = text.partition("<!-- formats:begin -->")[2].partition("<!-- formats:end -->")[0]
    rows = [row.groupdict() for row in ROW.finditer(part)][2:]
    assert [(row["format"], row["written"]) for row in rows] == [
        (case.format, case.written) for case in CASES
    ], "run `make formats`"
    assert {row["difference"] for row in rows} == {"0"}
