"""Extracts of a table that only grows: what overlaps counts once, what is new is added, twins are kept."""

from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.sources.overlap import numbered
from tests.sources.bills import Bench
from tests.sources.gcp_bills import Line, flattened, jsonl, line, parquet


def day(number: int, cost: str = "1", **changes: object) -> Line:
    """A line of one day, exported that night."""
    return line(
        cost,
        usage_start_time=f"2025-03-{number:02} 10:00:00 UTC",
        usage_end_time=f"2025-03-{number:02} 11:00:00 UTC",
        export_time=f"2025-03-{number:02} 23:00:00 UTC",
        **changes,
    )


DAYS = [day(number, str(number)) for number in range(1, 11)]


def counted(bench: Bench, *paths: Path) -> tuple[Decimal, int]:
    """The billed total, and how many records were left out, after every record was accounted for."""
    staged = bench.stage(*paths)
    assert staged.refused == ()
    records = bench.query(
        "SELECT (SELECT count(DISTINCT (file, record)) FROM staged), (SELECT count(DISTINCT (file, record)) FROM dropped)"
    )[0]
    assert sum(records) == sum(file.records for file in staged.files)
    return bench.one("sum(BilledCost)"), records[1]


def test_a_later_extract_of_the_month_takes_nothing_twice(bench: Bench):
    first = bench.file("2025-03-05.json", jsonl(DAYS[:5]))
    second = bench.file("2025-03-10.json", jsonl(DAYS))
    assert counted(bench, first, second) == (55, 5)
    assert bench.staged is not None
    assert bench.staged.notes == ("2025-03-05.json: 5 records that another file has too, counted once",)
    assert counted(bench, second, first) == (55, 5)


def test_days_are_added_and_a_day_sent_again_is_not(bench: Bench):
    files = [bench.file(f"d{number}.json", jsonl([one])) for number, one in enumerate(DAYS)]
    again = bench.file("again.json", jsonl([DAYS[3], DAYS[4]]))
    assert counted(bench, *files) == (55, 0)
    assert counted(bench, *files, again) == (55, 2)


def test_twins_within_an_extract_are_money(bench: Bench):
    twins = [day(1), day(1), day(1)]
    assert counted(bench, bench.file("a.json", jsonl(twins))) == (3, 0)
    both = bench.file("a.json", jsonl(twins[:2])), bench.file("b.json", jsonl(twins))
    assert counted(bench, *both) == (3, 2)


def test_shards_of_one_extract_are_added_even_where_their_lines_are_alike(bench: Bench):
    shards = [
        bench.file(f"x-00000000000{number}.json", jsonl([day(1), day(number + 1)])) for number in range(3)
    ]
    assert counted(bench, *shards) == (6, 0)
    later = bench.file("later/x-000000000000.json", jsonl([day(1)] * 4 + [day(2), day(3)]))
    assert counted(bench, *shards, later) == (6, 6)


def test_the_same_lines_in_other_forms_and_with_other_columns(bench: Bench, tmp_path: Path):
    older = [
        {name: value for name, value in one.items() if name not in {"tags", "price"}} for one in DAYS[:4]
    ]
    files = (
        bench.file("a.json", jsonl(older)),
        bench.file("b.csv", flattened(DAYS[:6])),
        parquet(tmp_path / "c.parquet", DAYS),
    )
    assert counted(bench, *files) == (55, 10)


def test_lines_that_differ_in_their_export_credits_or_usage_are_not_the_same(bench: Bench):
    later = {**DAYS[0], "export_time": "2025-03-02 01:00:00 UTC"}
    credited = {**DAYS[0], "credits": [{"type": "DISCOUNT", "amount": "-0.5"}]}
    used = {**DAYS[0], "usage": {"amount_in_pricing_units": 2.5, "pricing_unit": "hour"}}
    lines = (DAYS[0], later, credited, used)
    files = [bench.file(f"{number}.json", jsonl([one])) for number, one in enumerate(lines)]
    assert counted(bench, *files) == (Decimal("3.5"), 0)


def test_without_a_time_of_export_nothing_is_taken_for_the_same(bench: Bench):
    plain = {name: value for name, value in DAYS[0].items() if name != "export_time"}
    files = bench.file("a.json", jsonl([plain])), bench.file("b.json", jsonl([plain, plain]))
    assert counted(bench, *files) == (3, 0)


def test_the_standard_export_beside_the_detailed_one_is_the_same_money(bench: Bench):
    standard = [{name: value for name, value in one.items() if name != "resource"} for one in DAYS]
    split = [day(number, str(number / 2), resource__name=name) for number in range(6, 11) for name in "ab"]
    files = bench.file("standard.json", jsonl(standard)), bench.file("detailed.json", jsonl(split))
    assert counted(bench, *files) == (55, 5)
    alone = bench.query("SELECT count(*) FROM staged WHERE ResourceId IS NULL")
    assert alone == [(5,)]


def test_a_flattened_query_without_resources_beside_the_same_lines_in_full_counts_once(bench: Bench):
    standard = [{name: value for name, value in one.items() if name != "resource"} for one in DAYS]
    files = [bench.file("a.json", jsonl(DAYS)), bench.file("b.csv", flattened(standard))]
    for order in (files, files[::-1]):
        assert counted(bench, *order) == (55, 10)


@pytest.mark.parametrize(
    ("paths", "extracts"),
    [
        (["/a/x-000000000000.json", "/a/x-000000000001.json", "/b/x-000000000000.json"], [0, 0, 1]),
        (["/a/x-202503050000.json", "/a/x-202503060000.json"], [0, 1]),
        (["/a/0001-00001.csv.gz", "/a/0001-00002.csv.gz", "/a/0002-00001.csv.gz"], [0, 0, 1]),
        (["/a/part-0.parquet", "/a/part-1.parquet", "/a/2025-03-01.parquet", "/a/2025-03-02.parquet"], [0, 0, 1, 2]),
    ],
)  # fmt: skip
def test_which_files_are_one_extract(paths: list[str], extracts: list[int]):
    assert numbered(paths) == extracts
