"""What a bucket holds becomes what is loaded: layouts, restatements, what changed, and exact totals."""

import json
import os
import stat
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from finops_tui.sources import s3, s3_choice, s3_download, s3_mirror
from finops_tui.sources.s3_access import Access, PlaceError
from tests.sources import bills
from tests.sources.s3_server import (
    KEY_ID,
    SECRET,
    TOKEN,
    Bucket,
    cur2,
    legacy,
    packed,
    refusal,
)

if TYPE_CHECKING:
    from finops_tui.sources.model import Progress

OLD, NEW = "2025-04-01T10:00:00.000Z-aaaa", "2025-04-02T10:00:00.000Z-bbbb"


def total_of(folder: Path, fetched: s3.Fetched) -> dict[str, Decimal]:
    """What the loader makes of it: billed cost by period."""
    assert not fetched.refused
    result = loader.load(folder / "store", list(fetched.paths))
    assert not result.refused
    return {entry.period: Decimal(entry.totals["USD"]["billed"]) for entry in result.loaded}


def names(fetched: s3.Fetched) -> list[str]:
    """Bills in the mirror, by name."""
    return sorted(
        path.name
        for top in fetched.paths
        for path in top.rglob("*")
        if path.is_file() and path.suffix != ".json"
    )


def test_the_newest_complete_execution_of_each_period_counts(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("1.10", "2.20")], execution=OLD)
    bucket.export([cur2("1.10", "2.25"), cur2("0.0000000001")], execution=NEW)
    bucket.export([cur2("7", month="2025-04")], period="2025-04", execution=OLD)
    bucket.export(
        [cur2("9", month="2025-04")], period="2025-04", execution=NEW, listed=2
    )  # one file is missing
    fetched = s3.fetch(bucket.url("exports"), access, tmp_path)
    expected = {"2025-03": bills.total(["1.10", "2.25", "0.0000000001"]), "2025-04": Decimal(7)}
    assert total_of(tmp_path, fetched) == expected
    assert {one.reason.split(";")[0] for one in fetched.skipped} == {
        "an older delivery of the same bill",
        "an incomplete delivery",
    }
    assert not [
        path for path in bucket.server.gets() if OLD in path and "2025-03" in path and "/data/" in path
    ]


def test_an_execution_without_a_manifest_is_still_being_delivered(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("5")], execution=OLD)
    bucket.export([cur2("50")], execution=NEW, manifest=False)
    assert total_of(tmp_path, s3.fetch(bucket.url("exports/daily"), access, tmp_path)) == {
        "2025-03": Decimal(5)
    }


def test_a_folder_inside_an_export_still_finds_its_manifests(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("5")], execution=OLD)
    bucket.export([cur2("50")], execution=NEW, manifest=False)
    for inside in ("exports/daily/data", "exports/daily/data/BILLING_PERIOD=2025-03/"):
        fetched = s3.fetch(bucket.url(inside), access, tmp_path)
        assert total_of(tmp_path, fetched) == {"2025-03": Decimal(5)}


def test_a_period_of_which_nothing_is_complete_is_refused_and_the_rest_is_fetched(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("5")], execution=OLD, listed=3)
    bucket.export([cur2("6", month="2025-04")], period="2025-04", execution=OLD)
    fetched = s3.fetch(bucket.url("exports"), access, tmp_path)
    (refused,) = fetched.refused
    assert "daily-00002.csv.gz is missing" in refused.reason
    assert refused.file.startswith(bucket.url("exports/daily/data/BILLING_PERIOD=2025-03"))
    assert len(names(fetched)) == 1


def test_overwritten_exports_count_what_their_manifest_lists(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("1"), cur2("2"), cur2("4")])
    assert total_of(tmp_path, s3.fetch(bucket.url(), access, tmp_path)) == {"2025-03": Decimal(7)}
    bucket.export([cur2("1"), cur2("8")])  # restated in two files; the third of before is left behind
    bucket.server.asked.clear()
    fetched = s3.fetch(bucket.url(), access, tmp_path)
    assert total_of(tmp_path, fetched) == {"2025-03": Decimal(9)}
    assert [path.rpartition("-")[2] for path in bucket.server.gets()] == ["Manifest.json", "00002.csv.gz"]


def test_an_export_that_is_being_written_over_waits_for_its_manifest(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = bucket.export([cur2("1"), cur2("2")])
    listing = s3.s3_listing.read

    def later(*args: object, **options: object) -> object:
        found = listing(*args, **options)  # type: ignore[arg-type]
        found.bills = {
            name: s3.s3_listing.Remote(one.key, name, one.size, one.etag, one.modified + 60)
            if one.key == keys[1] else one
            for name, one in found.bills.items()
        }  # fmt: skip
        return found

    monkeypatch.setattr(s3.s3_listing, "read", later)
    (refused,) = s3.fetch(bucket.url(), access, tmp_path).refused
    assert "being delivered just now" in refused.reason
    monkeypatch.setattr(s3_choice, "SETTLED", -100.0)  # long ago: a copy of a bucket has times of its own
    assert total_of(tmp_path, s3.fetch(bucket.url(), access, tmp_path)) == {"2025-03": Decimal(3)}


def test_legacy_reports_count_the_assembly_of_the_top_manifest(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.report([legacy("100")], assembly="zzzz-first")
    bucket.report([legacy("1.5", "2.5"), legacy("3")], assembly="aaaa-second")
    fetched = s3.fetch(bucket.url("cur"), access, tmp_path)
    assert total_of(tmp_path, fetched) == {"2025-03": Decimal(7)}
    bucket.report([legacy("1.5", "2.5"), legacy("4")], assembly="mmmm-third")
    assert total_of(tmp_path, s3.fetch(bucket.url("cur"), access, tmp_path)) == {"2025-03": Decimal(8)}


def test_legacy_reports_that_are_overwritten(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.report([legacy("1"), legacy("2")])
    assert total_of(tmp_path, s3.fetch(bucket.url("cur/hourly"), access, tmp_path)) == {"2025-03": Decimal(3)}


def test_any_folder_of_bills_and_a_single_object(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="1.25")]))
    bucket.put("focus/deep/b.csv.gz", packed([bills.focus(BilledCost="2.50")]))
    bucket.put("focus/readme.txt", "not a bill")
    bucket.put("focus-other/c.csv", bills.text([bills.focus(BilledCost="1000")]))
    assert total_of(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == {"2025-03": Decimal("3.75")}
    assert total_of(tmp_path, s3.fetch(bucket.url("focus/a.csv"), access, tmp_path)) == {
        "2025-03": Decimal("1.25")
    }


def test_what_is_held_is_not_fetched_again_and_what_is_gone_goes(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        bucket.put(f"focus/{name}.csv", bills.text([bills.focus(BilledCost="1", SubAccountId=name)]))
    s3.fetch(bucket.url("focus"), access, tmp_path)
    bucket.server.asked.clear()
    again = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert not bucket.server.gets()
    assert "nothing has changed" in again.notes[0]
    bucket.put("focus/b.csv", bills.text([bills.focus(BilledCost="5")]))
    bucket.delete("focus/c.csv")
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert bucket.server.gets() == [f"/{bucket.name}/focus/b.csv"]
    assert names(fetched) == ["a.csv", "b.csv"]
    (fetched.paths[0] / "a.csv").write_bytes(b"cut")  # somebody tidied up
    assert total_of(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == {"2025-03": Decimal(6)}


def test_nothing_there_leaves_what_is_held(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("x/notes.txt", "hello")
    (refused,) = s3.fetch(bucket.url("x"), access, tmp_path).refused
    assert refused.reason == "no bills there; other objects: 1"
    (refused,) = s3.fetch(bucket.url("nowhere"), access, tmp_path).refused
    assert refused.reason == "no bills there"


def test_files_and_folders_are_private_and_name_no_key(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        bucket.export([cur2("5")])
        cache = tmp_path / "cache" / "finops-tui"
        s3.fetch(bucket.url(), access, cache)
    finally:
        os.umask(old)
    found = [cache, *cache.rglob("*")]
    assert len(found) > 5
    for path in found:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o077, (path, oct(mode))
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in (SECRET, KEY_ID, TOKEN))


def test_two_downloads_from_one_bucket_do_not_meet(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.export([cur2("5")])

    def meanwhile(_: object) -> None:
        with pytest.raises(PlaceError, match="another download"):
            s3.fetch(bucket.url(), access, tmp_path)

    assert s3.fetch(bucket.url(), access, tmp_path, progress=meanwhile).paths


def test_a_damaged_index_only_costs_another_download(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.export([cur2("5")])
    s3.fetch(bucket.url(), access, tmp_path)
    (index,) = tmp_path.rglob(s3_mirror.INDEX)
    for damage in (b"", b"[]", b'{"version": 1, "objects": 3}', index.read_bytes()[:-20]):
        index.write_bytes(damage)
        assert total_of(tmp_path, s3.fetch(bucket.url(), access, tmp_path)) == {"2025-03": Decimal(5)}
    assert json.loads(index.read_bytes())["version"] == 1


def test_progress_tells_bytes_and_ends_at_the_whole(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_download, "PIECE", 1000)
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="1")] * 40))
    told: list[Progress] = []
    s3.fetch(bucket.url("focus"), access, tmp_path, progress=told.append)
    size = next(tmp_path.rglob("a.csv")).stat().st_size
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert (told[-1].done, told[-1].total) == (size, size)


def test_permissions_for_what_is_below_a_folder_are_enough(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    """A policy often allows to list `focus/*`, which the folder without its slash is not."""
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="1")]))
    bucket.server.fault = lambda one: (
        refusal("403 Forbidden", "AccessDenied")
        if one.query.endswith("prefix=focus&encoding-type=url")
        else None
    )
    assert total_of(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == {"2025-03": Decimal(1)}


def test_one_object_needs_no_permission_to_list(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="1")]))
    bucket.put("focus/odd-name", bills.text([bills.focus(BilledCost="2")]))
    assert total_of(tmp_path, s3.fetch(bucket.url("focus/odd-name"), access, tmp_path)) == {
        "2025-03": Decimal(2)
    }
    bucket.server.fault = lambda one: (
        refusal("403 Forbidden", "AccessDenied") if "list-type" in one.query else None
    )
    assert total_of(tmp_path, s3.fetch(bucket.url("focus/a.csv"), access, tmp_path)) == {
        "2025-03": Decimal(1)
    }
