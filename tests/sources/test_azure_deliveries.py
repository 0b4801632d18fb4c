"""Azure containers copied into a folder: the newest complete run of each export and period, held to its manifest."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.loader import load
from finops_tui.sources import azure_manifests, discover
from finops_tui.sources.model import Discovery
from tests.sources.azure_bills import Row, ea, run
from tests.sources.bills import Bench, focus, text

SEPTEMBER = "20230901-20230930"
GUID = "73746dc5-39f8-4c3a-9d8b-5b0f3c1f3a01"
OTHER = "73746dc5-39f8-4c3a-9d8b-5b0f3c1f3a02"


def rows(count: int, cost: str = "1") -> list[Row]:
    return [ea(cost, MeterId=f"m{place}") for place in range(count)]


def place(root: Path, stamp: str, guid: str = GUID, export: str = "export", period: str = SEPTEMBER) -> Path:
    return root / "costs" / export / period / stamp / guid


def names(found: Discovery) -> list[str]:
    return ["/".join(path.parts[-3:]) for path in found.files]


def total(bench: Bench, found: Discovery) -> Decimal:
    bench.stage(*found.files)
    return bench.one("sum(BilledCost)")


def test_the_newest_run_counts_with_all_its_parts(bench: Bench, tmp_path: Path):
    run(place(tmp_path, "202309100900"), [rows(9)], submitted="2023-09-10T09:00:01Z")
    run(place(tmp_path, "202309110900", OTHER), [rows(3), rows(4, "2")], submitted="2023-09-11T09:00:01.123Z")
    found = discover([tmp_path])
    assert names(found) == [f"202309110900/{OTHER}/part_0_000{number}.csv" for number in (1, 2)]
    assert total(bench, found) == 11
    (skipped,) = found.skipped
    assert (
        skipped.reason
        == f"an older delivery of the same bill; {SEPTEMBER}/202309110900/{OTHER} is the newest"
    )
    assert found.refused == ()


def test_a_run_submitted_later_is_newer_whatever_its_folder_is_called(tmp_path: Path):
    run(place(tmp_path, "202309110900"), [rows(1)], submitted="2023-09-11T09:00:01Z")
    run(place(tmp_path, "202309110859", OTHER), [rows(2)], submitted="2023-09-11T10:00:01Z")
    assert names(discover([tmp_path])) == [f"202309110859/{OTHER}/part_0_0001.csv"]


def test_a_restated_month_takes_the_place_of_the_older_run(tmp_path: Path):
    bucket, store = tmp_path / "bucket", tmp_path / "store"
    run(place(bucket, "202310010900"), [rows(4)], submitted="2023-10-01T09:00:00Z")
    assert load(store, [bucket]).loaded[0].totals["USD"]["billed"] in {"4", "4.00"}
    run(place(bucket, "202310050900", OTHER), [rows(4, "1.5")], submitted="2023-10-05T09:00:00Z")
    result = load(store, [bucket])
    assert Decimal(result.loaded[0].totals["USD"]["billed"]) == 6
    assert any("replaced" in note for note in result.notes)


def test_every_period_and_every_export_has_its_own_newest(tmp_path: Path):
    october = {"startDate": "2023-10-01T00:00:00", "endDate": "2023-10-31T00:00:00"}
    run(place(tmp_path, "202309110900"), [rows(1)])
    run(
        place(tmp_path, "202310110900", period="20231001-20231031"), [rows(1)],
        submitted="2023-10-11T09:00:00Z", manifest={"runInfo": october},
    )  # fmt: skip
    run(place(tmp_path, "202309110900", OTHER, "amortized"), [rows(1)], "AmortizedCost")
    found = discover([tmp_path])
    assert (len(found.files), found.skipped, found.refused) == (3, (), ())


def test_a_run_that_is_not_all_there_yet_leaves_the_one_before(tmp_path: Path):
    run(place(tmp_path, "202309100900"), [rows(2)], submitted="2023-09-10T09:00:00Z")
    parts = run(place(tmp_path, "202309110900", OTHER), [rows(1), rows(1)])
    parts[1].unlink()
    found = discover([tmp_path])
    assert names(found) == [f"202309100900/{GUID}/part_0_0001.csv"]
    assert "an incomplete delivery" in found.skipped[0].reason
    (tmp_path / "alone").mkdir()
    only = discover([parts[0].parent])
    assert only.files == ()
    assert "part_0_0002.csv is missing" in only.refused[0].reason


def test_a_run_without_its_manifest_is_not_written_yet(tmp_path: Path):
    run(place(tmp_path, "202309100900"), [rows(2)], submitted="2023-09-10T09:00:00Z")
    run(place(tmp_path, "202309110900", OTHER), [rows(3)])
    (place(tmp_path, "202309110900", OTHER) / "manifest.json").unlink()
    found = discover([tmp_path])
    assert names(found) == [f"202309100900/{GUID}/part_0_0001.csv"]
    assert found.skipped[0].reason == "an incomplete delivery: it has no manifest yet"


def test_runs_copied_without_any_manifest_go_by_their_folders(tmp_path: Path):
    for stamp, guid in (("202309100900", GUID), ("202309110900", OTHER)):
        folder = place(tmp_path, stamp, guid)
        run(folder, [rows(1), rows(2)])
        (folder / "manifest.json").unlink()
    found = discover([tmp_path])
    assert {path.parent.name for path in found.files} == {OTHER}
    assert len(found.files) == len(found.skipped) == 2


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        ({"dataRowCount": 4}, "the manifest promises 4 records in part_0_0001.csv, and it has 3"),
        ({"byteCount": 7}, "the manifest promises 7 bytes in part_0_0001.csv"),
    ],
)
def test_a_run_that_is_not_as_its_manifest_promises_is_refused(tmp_path: Path, promise: Row, why: str):
    bucket, store = tmp_path / "bucket", tmp_path / "store"
    run(place(bucket, "202309100900"), [rows(5)], submitted="2023-09-10T09:00:00Z")
    assert load(store, [bucket]).loaded
    folder = place(bucket, "202309110900", OTHER)
    run(folder, [rows(3), rows(2)])
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["blobs"][0] |= promise
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = discover([bucket])
    assert found.files == ()
    assert why in found.refused[0].reason
    result = load(store, [bucket], keep_going=True)
    assert result.loaded == ()
    assert why in result.refused[0].reason


def test_a_promise_for_the_whole_run_counts_too(tmp_path: Path):
    blobs = [{"blobName": "x/part_0_0001.csv"}, {"blobName": "x/part_0_0002.csv"}]
    run(tmp_path / "right", [rows(3), rows(2)], manifest={"blobs": blobs})
    assert len(discover([tmp_path / "right"]).files) == 2
    run(tmp_path / "wrong", [rows(3), rows(2)], manifest={"blobs": blobs, "dataRowCount": 6})
    assert "promises 6 records, and the files have 5" in discover([tmp_path / "wrong"]).refused[0].reason


@pytest.mark.parametrize("ending", [".csv.gz", ".snappy.parquet"])
def test_packed_parts_are_held_to_their_records(bench: Bench, tmp_path: Path, ending: str):
    folder = place(tmp_path, "202309110900")
    run(folder, [rows(3), rows(2)], ending=ending)
    assert total(bench, discover([tmp_path])) == 5
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["blobs"][1]["dataRowCount"] = 3
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert f"promises 3 records in part_0_0002{ending}" in discover([tmp_path]).refused[0].reason


@pytest.mark.parametrize(
    ("ending", "damage", "why"),
    [(".csv", b'"', "a quote never closes"), (".csv.gz", b"\x1f\x8b\x08 no", "part_0_0002.csv.gz: ")],
)
def test_a_damaged_part_takes_its_whole_run_along(tmp_path: Path, ending: str, damage: bytes, why: str):
    folder = place(tmp_path, "202309110900")
    parts = run(folder, [rows(3), rows(2)], ending=ending)
    parts[1].write_bytes(parts[1].read_bytes()[:40] + damage)
    manifest = json.loads((folder / "manifest.json").read_text())
    for blob in manifest["blobs"]:
        del blob["byteCount"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = discover([tmp_path])
    assert found.files == ()
    assert why in found.refused[0].reason


def test_the_manifests_of_2021(bench: Bench, tmp_path: Path):
    folder = tmp_path / "cost" / "partitioned" / "20230101-20230131" / "202301041442" / GUID
    (path,) = run(folder, [rows(2)])
    path.rename(folder / "000001.csv")
    blob = {"blobName": f"cost/partitioned/20230101-20230131/202301041442/{GUID}/000001.csv", "byteCount": 0}
    blob |= {"byteCount": (folder / "000001.csv").stat().st_size, "headerRowCount": 1, "dataRowCount": 2}
    (folder / "manifest.json").write_text(json.dumps({"manifestVersion": "2021-01-01", "blobs": [blob]}))
    assert total(bench, discover([tmp_path])) == 2


def test_a_part_of_a_run_alone_is_refused(tmp_path: Path):
    parts = run(place(tmp_path, "202309110900"), [rows(1), rows(1)])
    found = discover([parts[0]])
    assert found.files == ()
    assert found.refused[0].reason == "1 of 2 files of a delivery are given; load its folder"


def test_a_file_that_the_manifest_does_not_list_is_left_out(tmp_path: Path):
    folder = place(tmp_path, "202309110900")
    run(folder, [rows(1)])
    (folder / "part_0_0009.csv").write_text(text(rows(1)))
    found = discover([tmp_path])
    assert len(found.files) == 1
    assert found.skipped[0].reason == "not in the manifest of its delivery"


def test_focus_exports_are_chosen_the_same_way(bench: Bench, tmp_path: Path):
    run(place(tmp_path, "202309100900"), [[focus()]], "FocusCost", submitted="2023-09-10T09:00:00Z")
    run(place(tmp_path, "202309110900", OTHER), [[focus(), focus(SubAccountId="2")]], "FocusCost")
    assert total(bench, discover([tmp_path])) == 3


def test_price_sheets_beside_the_bill_are_no_bills(tmp_path: Path):
    run(place(tmp_path, "202309110900"), [rows(1)])
    run(place(tmp_path, "202309110900", OTHER, "prices"), [rows(1)], "PriceSheet")
    found = discover([tmp_path])
    assert len(found.files) == 1
    assert found.skipped[0].reason == "an export of type PriceSheet, not a bill"


def test_a_window_that_moves_every_day_is_refused(tmp_path: Path):
    for first, last in ((1, 7), (2, 8)):
        days = {"startDate": f"2023-09-{first:02}T00:00:00", "endDate": f"2023-09-{last:02}T00:00:00"}
        period = f"202309{first:02}-202309{last:02}"
        run(place(tmp_path, f"202309{last:02}0900", period=period), [rows(1)], manifest={"runInfo": {**days}})
    found = discover([tmp_path])
    assert found.files == ()
    assert "its days overlap those of 20230902-20230908" in found.refused[0].reason


def test_files_of_an_older_export_in_one_folder(bench: Bench, tmp_path: Path):
    folder = tmp_path / "export" / SEPTEMBER
    folder.mkdir(parents=True)
    old, new, other = (
        folder / f"export_{GUID}.csv",
        folder / f"export_{OTHER}.csv",
        folder / f"more_{GUID}.csv",
    )
    old.write_text(text(rows(5)))
    new.write_text(text(rows(3, "2")))
    other.write_text(text([ea("10", MeterId="other")]))
    os.utime(old, (1_000_000, 1_000_000))
    found = discover([tmp_path])
    assert total(bench, found) == 16
    assert found.skipped[0].reason == f"another delivery of the same bill; export_{OTHER}.csv is the newest"
    os.utime(old)
    found = discover([tmp_path])
    assert total(bench, found) == 15
    assert found.skipped[0].reason.endswith("is the largest of those copied at the same time")


def test_an_empty_newest_run_never_wipes_a_loaded_month(tmp_path: Path):
    bucket, store = tmp_path / "bucket", tmp_path / "store"
    run(place(bucket, "202309100900"), [rows(4)], submitted="2023-09-10T09:00:00Z")
    assert load(store, [bucket]).loaded
    run(place(bucket, "202309110900", OTHER), [[]])
    result = load(store, [bucket])
    assert result.loaded == ()
    assert "no rows" in result.refused[0].reason


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"blobs": 3}',
        '{"blobs": [1]}',
        '{"blobs": [{"blobName": 7}], "runInfo": 3, "exportConfig": []}',
    ],
)
def test_other_json_named_so_is_no_manifest(tmp_path: Path, content: str):
    (tmp_path / "manifest.json").write_text(content)
    (tmp_path / "bill.csv").write_text(text(rows(1)))
    found = discover([tmp_path])
    assert [path.name for path in found.files] == ["bill.csv"]


@pytest.mark.parametrize("name", ["../../outside.csv", "/etc/passwd"])
def test_a_manifest_leads_nowhere_else(tmp_path: Path, name: str):
    (tmp_path / "outside.csv").write_text("x")
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"blobs": [{"blobName": name}]}))
    run_there = azure_manifests.read(folder / "manifest.json")
    assert run_there is not None
    assert run_there.blobs[0].path.parent == folder
