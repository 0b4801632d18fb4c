"""Which files a SOURCE argument means, and which deliveries of a period count."""

import gzip
import json
import os
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.sources import Discovery, containers, discover
from tests.sources.bills import CUR, Bench, cur, focus, text


def write(path: Path, content: str = "x", *, age: int = 0) -> Path:
    """Write a file, so many seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


def manifest(path: Path, key: str, names: Iterable[str], *, age: int = 0) -> Path:
    return write(path, json.dumps({key: list(names)}), age=age)


def names(found: Discovery, top: Path) -> list[str]:
    return [str(path.relative_to(top)) for path in found.files]


def test_a_file_a_folder_a_glob_and_several(tmp_path: Path):
    first, second = write(tmp_path / "a.csv"), write(tmp_path / "b/c.parquet")
    odd = write(tmp_path / "whatever.data")
    assert discover([first]).files == (first,)
    assert discover([odd]).files == (odd,)
    assert discover([tmp_path]).files == (first, second)
    assert discover([str(tmp_path / "*.csv")]).files == (first,)
    assert discover([str(tmp_path / "**/*.parquet")]).files == (second,)
    assert discover([second, tmp_path, first]).files == (second, first)


def test_a_path_that_exists_is_no_glob(tmp_path: Path):
    write(tmp_path / "a1.csv")
    real = write(tmp_path / "a[1].csv")
    assert discover([str(real)]).files == (real,)


@pytest.mark.parametrize(
    ("source", "why"),
    [("nowhere.csv", "no such file or folder"), ("*.none", "no file matches"), (".", "no bills")],
)
def test_what_is_not_there_is_refused(tmp_path: Path, source: str, why: str):
    found = discover([tmp_path / source])
    assert found.files == ()
    assert why in found.refused[0].reason


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ((), "there are no files in it"),
        (("bill.tsv", "notes.md"), "bill.tsv is not a bill: its name does not end in .csv"),
        (("notes.md", "x.txt"), ", and 1 more; a file that is named outright is read whatever it is called"),
        (("data.json",), "data.json is JSON, but of no bill that is known here"),
    ],
)
def test_a_folder_without_bills_says_what_is_in_it(tmp_path: Path, inside: tuple[str, ...], why: str):
    (tmp_path / "folder").mkdir()
    for name in inside:
        write(tmp_path / "folder" / name)
    (refused,) = discover([tmp_path / "folder"]).refused
    assert refused.reason.startswith("no bills in this folder: ")
    assert why in refused.reason


def test_a_cost_and_usage_report_as_json_is_found_in_a_folder(bench: Bench):
    lines = [{**CUR, "resource_tags": {"user_team": "a"}, "product": None}, cur("Credit", "-0.25")]
    bench.file("bill.jsonl", "\n".join(map(json.dumps, lines)))
    write(bench.folder / "export.json", json.dumps({"columns": [{"name": "line_item_unblended_cost"}]}))
    found = discover([bench.folder])
    assert names(found, bench.folder) == ["bill.jsonl"]
    assert bench.stage(*found.files).refused == ()
    assert bench.one("sum(BilledCost)") == Decimal("1.25")


def test_only_bills_of_a_folder_count(tmp_path: Path):
    bills = [write(tmp_path / name) for name in ("a.csv", "b.CSV.GZ", "c.zip", "d.snappy.parquet")]
    for name in ("notes.md", "data.json", "report-Manifest.json", ".hidden.csv", ".git/e.csv"):
        write(tmp_path / name)
    found = discover([tmp_path])
    assert found.files == tuple(bills)
    assert [Path(skipped.file).name for skipped in found.skipped] == ["data.json", "notes.md"]


def test_nothing_waits_on_a_pipe_or_a_device(bench: Bench):
    pipe, loop, gone = (bench.folder / name for name in ("pipe.csv", "loop.csv", "gone.csv"))
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    gone.symlink_to("nowhere")
    device = bench.folder / "device.csv"
    device.symlink_to("/dev/zero")
    reasons = [discover([path]).refused[0].reason for path in (pipe, device, loop, gone)]
    assert reasons[:2] == ["not a regular file"] * 2
    assert "symbolic links" in reasons[2]
    assert reasons[3] == "no such file or directory"
    staged = bench.stage(pipe, device)
    assert [refused.reason for refused in staged.refused] == ["not a regular file"] * 2
    good = bench.file("good.csv", text([focus()]))
    found = discover([bench.folder])
    assert found.files == (good,)
    assert len(found.skipped) == 4


def exports(top: Path, execution: str, files: Iterable[str], *, listed: Iterable[str] | None = None) -> None:
    """One execution of a Data Export; its manifest lists its files unless told otherwise."""
    period = f"BILLING_PERIOD=2025-03/{execution}"
    files = list(files)
    for name in files:
        write(top / "data" / period / name)
    if listed is None:
        listed = files
    if listed:
        keys = [f"s3://bucket/exports/data/{period}/{name}" for name in listed]
        manifest(top / "metadata" / period / "report-Manifest.json", "dataFiles", keys)


OLD, NEW, NEWEST = (f"2025-04-0{day}T06:00:00.000Z-{day}ab" for day in (1, 2, 3))


def test_the_newest_execution_of_a_period_counts(tmp_path: Path):
    exports(tmp_path, NEW, ["r-1.parquet", "r-2.parquet"])
    exports(tmp_path, OLD, ["r-1.parquet"])
    found = discover([tmp_path])
    assert names(found, tmp_path) == [f"data/BILLING_PERIOD=2025-03/{NEW}/r-{n}.parquet" for n in (1, 2)]
    assert "an older delivery" in found.skipped[0].reason
    assert discover([tmp_path / "data"]).files == found.files
    assert discover([str(tmp_path / "data/**/*.parquet")]).files == found.files


@pytest.mark.parametrize("listed", [[], ["r-1.parquet", "r-2.parquet"]])
def test_an_execution_still_being_written_does_not_count(tmp_path: Path, listed: list[str]):
    """It has no manifest yet, or the manifest lists a file that is not there."""
    exports(tmp_path, NEW, ["r-1.parquet"])
    exports(tmp_path, NEWEST, ["r-1.parquet"], listed=listed)
    found = discover([tmp_path])
    assert names(found, tmp_path) == [f"data/BILLING_PERIOD=2025-03/{NEW}/r-1.parquet"]
    assert "an incomplete delivery" in found.skipped[0].reason


def test_a_period_without_a_complete_execution_is_refused(tmp_path: Path):
    exports(tmp_path, NEW, ["r-1.parquet"], listed=["r-1.parquet", "r-2.parquet"])
    found = discover([tmp_path])
    assert found.files == ()
    assert (
        found.refused[0].reason
        == "the delivery of BILLING_PERIOD=2025-03 is incomplete: r-2.parquet is missing"
    )


def test_executions_without_manifests_go_by_their_names(tmp_path: Path):
    for execution in (NEW, NEWEST, OLD):
        write(tmp_path / "billing_period=2025-03" / execution / "r.parquet")
    assert names(discover([tmp_path]), tmp_path) == [f"billing_period=2025-03/{NEWEST}/r.parquet"]


def test_an_execution_named_outright_counts(tmp_path: Path):
    exports(tmp_path, NEW, ["r-1.parquet"])
    exports(tmp_path, OLD, ["r-1.parquet"])
    wanted = tmp_path / f"data/BILLING_PERIOD=2025-03/{OLD}/r-1.parquet"
    assert discover([wanted]).files == (wanted,)


def test_overwritten_exports_leave_out_what_the_manifest_does_not_list(tmp_path: Path):
    exports(tmp_path, "", ["r-1.parquet", "r-2.parquet"], listed=["r-1.parquet"])
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["data/BILLING_PERIOD=2025-03/r-1.parquet"]
    assert "not in the manifest" in found.skipped[0].reason


def assembly(period: Path, name: str, *, age: int) -> list[str]:
    write(period / name / "report-1.csv.gz", age=age)
    keys = [f"prefix/report/{period.name}/{name}/report-1.csv.gz"]
    manifest(period / name / "report-Manifest.json", "reportKeys", keys, age=age)
    return keys


def test_the_top_manifest_of_a_legacy_report_names_the_assembly(tmp_path: Path):
    period = tmp_path / "20250301-20250401"
    assembly(period, "later-copied", age=0)
    manifest(period / "report-Manifest.json", "reportKeys", assembly(period, "newest", age=50), age=50)
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["20250301-20250401/newest/report-1.csv.gz"]
    assert "older delivery" in found.skipped[0].reason


def test_assemblies_without_a_top_manifest_go_by_their_own(tmp_path: Path):
    period = tmp_path / "20250301-20250401"
    assembly(period, "old", age=50)
    assembly(period, "new", age=0)
    assert names(discover([tmp_path]), tmp_path) == ["20250301-20250401/new/report-1.csv.gz"]


def test_periods_are_decided_one_by_one(tmp_path: Path):
    exports(tmp_path, OLD, ["r-1.parquet"])
    write(tmp_path / "data/BILLING_PERIOD=2025-02/r.parquet")
    write(tmp_path / "loose.csv")
    assert len(discover([tmp_path]).files) == 3


@pytest.mark.parametrize("content", ["not json", "[]", '{"dataFiles": 7}', "[" * 100_000])
def test_a_manifest_that_is_none_is_ignored(tmp_path: Path, content: str):
    write(tmp_path / "20250301-20250401/report-Manifest.json", content)
    bill = write(tmp_path / "20250301-20250401/a.csv")
    assert discover([tmp_path]).files == (bill,)


def test_an_older_delivery_is_not_counted_on_top(bench: Bench):
    """End to end: two executions of one month, and the month is the newer one's."""
    for execution, cost in ((OLD, "100"), (NEW, "110")):
        name = f"data/BILLING_PERIOD=2025-03/{execution}/r-1.csv.gz"
        bench.file(name, gzip.compress(text([cur("Usage", cost)]).encode()))
    bench.stage(*discover([bench.folder]).files)
    assert bench.one("sum(BilledCost)") == Decimal(110)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda packed: packed[:-9], "ends early"),
        (lambda packed: packed[:-8], "ends early"),
        (lambda packed: packed[:-5] + bytes([packed[-5] ^ 1]) + packed[-4:], "damaged"),
        (lambda packed: packed[:-1] + bytes([packed[-1] ^ 1]), "damaged"),
        (lambda packed: packed + b"more", "bytes after the end"),
        (lambda packed: packed + bytes(7), "zero bytes after the end"),
        (lambda _: b"\x1f\x8bnonsense", "damaged"),
    ],
)
def test_damaged_gzip_is_refused(bench: Bench, damage, why: str):
    packed = gzip.compress(text([focus()]).encode())
    assert why in bench.reason(damage(packed), "bill.csv.gz")


def test_gzip_of_two_members_is_one_text(bench: Bench):
    whole = text([focus(BilledCost="1"), focus(BilledCost="2")]).encode()
    cut = whole.rindex(b"\n", 0, -1) + 1
    staged = bench.stage(bench.file("bill.csv.gz", gzip.compress(whole[:cut]) + gzip.compress(whole[cut:])))
    assert staged.files[0].loaded == 2
    assert bench.one("sum(BilledCost)") == 3


def test_what_expands_too_much_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(containers, "BOMB_BYTES", 1 << 20)
    line = text([focus(Tags=json.dumps({"team": "x" * 20_000}))])
    bomb = (line + line.split("\n", 1)[1] * 300).encode()
    assert "expands too much" in bench.reason(gzip.compress(bomb), "bomb.csv.gz")


def test_damaged_and_foreign_zips_are_refused(bench: Bench):
    assert "zip archive" in bench.reason(b"PK\x03\x04" + bytes(40), "bill.zip")
    assert "not named .zip" in bench.reason(b"PK\x03\x04" + bytes(40), "bill.csv")
    assert "no csv file" in bench.reason(b"PK\x05\x06" + bytes(18), "empty.zip")
