"""`finops-tui sync`: only what changed, what moved to the last digit, and nothing wiped by what is gone."""

from __future__ import annotations

import grp
import gzip
import json
import os
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import disk, generations, lock, sync, sync_sources
from finops_tui.__main__ import main
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.manifest import Manifest


class Store:
    """A store and a folder of bills, driven as from a shell."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = folder / "store"
        self.bills = folder / "bills"
        self.bills.mkdir()
        self._capsys = capsys

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        self._capsys.readouterr()
        command, *rest = map(str, words)
        assert main([command, "--store", str(self.root), *rest]) == code, self._capsys.readouterr()
        said = self._capsys.readouterr()
        self.complaints = said.err
        return said.out

    def sync(self, *words: str | Path, code: int = 0) -> dict[str, Any]:
        return json.loads(self("sync", "--json", *words, code=code))

    def write(self, name: str, *costs: str, month: str = "2026-09", **columns: str) -> Path:
        rows = [bill.row(f"{month}-{day:02}", cost, **columns) for day, cost in enumerate(costs, 1)]
        path = self.bills / name
        path.parent.mkdir(exist_ok=True, parents=True)
        return bill.write(path, rows)

    @property
    def manifest(self) -> Manifest:
        return generations.read(self.root).manifest

    def total(self, period: str = "2026-09") -> Decimal:
        return sum(
            (e.total("USD", "billed") or Decimal(0) for e in self.manifest.entries if e.period == period),
            Decimal(0),
        )


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Store:
    return Store(tmp_path, capsys)


def test_what_moved_is_said_to_the_last_digit(store: Store) -> None:
    store.write("sep.csv", "1000.0000000001", "2.5")
    store.write("oct.csv", "7", month="2026-10")
    store("load", store.bills)
    store.write("sep.csv", "1412.0300000003", "2.5")
    store.write("nov.csv", "1.25", month="2026-11")
    text = store("sync")
    assert "September 2026: +412.0300000002 USD since the last delivery\n" in text
    assert "November 2026: 1.25 USD, new\n" in text
    assert "October" not in text
    assert f"{store.bills}: 2 of 3 files changed, 2 units loaded" in text
    assert store.total() == Decimal("1414.5300000003")


def test_nothing_is_loaded_when_nothing_changed(store: Store) -> None:
    path = store.write("sep.csv", "10")
    store("load", store.bills)
    before = (store.root / "CURRENT").read_bytes()
    assert "Nothing has changed." in store("sync")
    os.utime(path, (1, 1))  # the same content under another time
    report = store.sync()
    assert report["sources"][0]["changed"] == 0
    assert (store.root / "CURRENT").read_bytes() == before
    seen = sync_sources.read(store.root).files[str(path)]
    assert seen.mtime == 1_000_000_000


def test_a_change_within_size_and_time_is_seen(store: Store) -> None:
    path = store.write("sep.csv", "10")
    store("load", store.bills)
    before = path.stat()
    store.write("sep.csv", "20")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert store.sync()["moved"][0]["billed"]["change"] == "10.00"


def test_movement_is_per_currency_and_basis(store: Store) -> None:
    store.write("a.csv", "10", "20")
    euros = store.write("b.csv", "5", BillingCurrency="EUR", BillingAccountId="another")
    store("load", store.bills)
    bill.write(
        euros,
        [bill.row("2026-09-01", "5", BillingCurrency="EUR", EffectiveCost="4.5", BillingAccountId="another")],
    )
    report = store.sync()
    moved = {m["currency"]: m for m in report["moved"]}
    assert moved["EUR"]["billed"] == {"before": "5.00", "now": "5.00", "change": "0.00"}
    assert moved["EUR"]["effective"]["change"] == "-0.50"
    assert moved["USD"]["billed"]["change"] == "0.00"
    text = store("sync")
    assert "Nothing has changed" in text


def test_a_new_file_of_a_month_takes_the_others_along(store: Store) -> None:
    for day in range(3):
        bill.write(store.bills / f"day-{day}.csv", [bill.row(f"2026-09-0{day + 1}", f"{10**day}")])
    store("load", store.bills)
    assert store.total() == 111
    bill.write(store.bills / "day-3.csv", [bill.row("2026-09-04", "1000")])
    report = store.sync()
    assert report["sources"][0]["changed"] == 1
    assert store.total() == 1111
    bill.write(store.bills / "day-1.csv", [bill.row("2026-09-02", "50")])
    store.sync()
    assert store.total() == 1151


def test_a_file_of_two_months_that_loses_one_takes_its_rows_away_but_never_the_month(store: Store) -> None:
    both = store.bills / "both.csv"
    september, october = bill.row("2026-09-01", "5"), bill.row("2026-10-01", "7")
    bill.write(both, [september, october])
    store.write("more.csv", "100", month="2026-10")
    store("load", store.bills)
    assert (store.total(), store.total("2026-10")) == (5, 107)
    bill.write(both, [bill.row("2026-09-01", "6")])
    store.sync()
    assert (store.total(), store.total("2026-10")) == (6, 100)
    bill.write(both, [october])
    store.sync()
    assert (store.total(), store.total("2026-10")) == (6, 107)


def test_a_source_that_is_gone_or_empty_wipes_nothing_and_is_said(store: Store) -> None:
    store.write("sep.csv", "10")
    store("load", store.bills)
    moved = store.bills.rename(store.bills.parent / "moved")
    report = store.sync(code=sync.INCOMPLETE)
    [refused] = report["sources"][0]["refused"]
    assert refused["reason"] == "no such file or folder; what is loaded stays as it is"
    store.bills.mkdir()
    assert "no bills in this folder" in store.sync(code=sync.INCOMPLETE)["sources"][0]["refused"][0]["reason"]
    assert store.total() == 10
    store.bills.rmdir()
    moved.rename(store.bills)
    assert store.sync()["sources"][0]["changed"] == 0


@pytest.mark.parametrize("content", ["header", "nothing", "torn"])
def test_an_empty_or_broken_delivery_keeps_the_month_and_goes_on_being_said(store: Store, content) -> None:
    path = store.write("sep.csv", "10")
    other = store.write("oct.csv", "1", month="2026-10")
    store("load", store.bills)
    header = path.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    path.write_text({"header": header, "nothing": "", "torn": header + '"no end'}[content], encoding="utf-8")
    store.write("oct.csv", "2", month="2026-10")
    for _ in range(2):
        report = store.sync(code=sync.INCOMPLETE)
        assert [one["file"] for one in report["sources"][0]["refused"]] == [str(path)]
    assert (store.total(), store.total("2026-10")) == (10, 2)
    store.write("sep.csv", "11")
    assert store.sync()["moved"][0]["billed"]["change"] == "1.00"
    assert other.exists()


def test_a_month_is_not_replaced_by_a_part_of_it(store: Store) -> None:
    first, second = store.write("1.csv", "10"), store.write("2.csv", "100")
    store.write("oct.csv", "1", month="2026-10")
    store("load", store.bills)
    second.unlink()
    report = store.sync()
    assert report["sources"][0]["notes"] == [
        f"{second} is gone; focus 000123456789 2026-09 stays loaded as it was"
    ]
    assert store.sync()["sources"][0]["notes"] == []  # said once
    store.write("1.csv", "11")
    store.write("oct.csv", "2", month="2026-10")
    report = store.sync(code=sync.INCOMPLETE)
    [refused] = report["sources"][0]["refused"]
    assert refused["file"] == str(first)
    assert "2.csv is gone and was part of focus 000123456789 2026-09" in refused["reason"]
    assert (store.total(), store.total("2026-10")) == (110, 2)
    assert store.sync(code=sync.INCOMPLETE)["sources"][0]["refused"] == [refused]
    store.write("2.csv", "100")  # it is back
    report = store.sync()
    assert store.total() == 111


def test_a_month_under_a_new_name_replaces_the_one_that_is_gone(store: Store) -> None:
    old = store.write("sep-v1.csv", "10")
    store("load", store.bills)
    old.unlink()
    store.write("sep-v2.csv", "12")
    report = store.sync()
    assert [m["billed"]["change"] for m in report["moved"]] == ["2.00"]
    assert store.total() == 12


def test_a_month_loaded_from_elsewhere_is_not_taken_over(store: Store, tmp_path: Path) -> None:
    store.write("sep.csv", "10")
    store("load", store.bills)
    final = bill.write(tmp_path / "final.csv", [bill.row("2026-09-01", "99")])
    store("load", final)
    store.write("sep.csv", "11")
    report = store.sync(code=sync.INCOMPLETE)
    assert "was loaded from" in report["sources"][0]["refused"][0]["reason"]
    assert store.total() == 99


def test_what_was_undone_is_not_brought_back(store: Store) -> None:
    store.write("sep.csv", "10")
    store("load", store.bills)
    store.write("sep.csv", "20")
    store.sync()
    store("undo")
    assert store.total() == 10
    store.sync()
    assert store.total() == 10
    store.write("sep.csv", "30")
    store.sync()
    assert store.total() == 30


def test_sources_are_files_folders_globs_and_names_of_their_own(store: Store, monkeypatch) -> None:
    store.write("one/a.csv", "1")
    store.write("two/b.csv", "2", BillingAccountId="b")
    store.write("two/c.csv", "4", BillingAccountId="c")
    monkeypatch.chdir(store.bills)
    store("load", "one/a.csv", "two/*.csv")
    store("load", "--source", "mine", "one")
    listed = store.sync("--list")["sources"]
    assert [(one["source"], one["name"]) for one in listed] == [
        (str(store.bills / "one/a.csv"), None),
        (str(store.bills / "two/*.csv"), None),
        (str(store.bills / "one"), "mine"),
    ]
    monkeypatch.chdir("/")
    store.write("one/a.csv", "10")
    store.write("two/d.csv", "8", BillingAccountId="d")
    store.sync()
    assert {(e.source, e.account): e.total("USD", "billed") for e in store.manifest.entries} == {
        ("focus", "000123456789"): 10,
        ("focus", "b"): 2,
        ("focus", "c"): 4,
        ("focus", "d"): 8,
        ("mine", "000123456789"): 10,
    }


def test_one_source_alone_and_a_new_one(store: Store, tmp_path: Path) -> None:
    first = store.write("a/sep.csv", "1")
    store("load", first)
    store.write("a/sep.csv", "2")
    new = bill.write(tmp_path / "oct.csv", [bill.row("2026-10-01", "5")])
    report = store.sync(new)
    assert [one["source"] for one in report["sources"]] == [str(new)]
    assert (store.total(), store.total("2026-10")) == (1, 5)
    assert len(store.sync("--list")["sources"]) == 2
    store.sync(first)
    assert store.total() == 2
    assert len(store.sync("--forget", first)["sources"]) == 1
    assert store.sync("--forget", new)["sources"] == store.sync("--list")["sources"] == []
    store("load", new)
    assert "is not one of the sources" in _said(store, "sync", "--forget", first)
    store.write("a/sep.csv", "3")
    store.sync()
    assert store.total() == 2


def _said(store: Store, *words: str | Path) -> str:
    store(*words, code=2)
    return store.complaints


def test_a_store_without_a_list_is_brought_up_to_date_by_its_manifest(store: Store) -> None:
    store.write("sep.csv", "10")
    store("load", store.bills)
    (store.root / "SOURCES").unlink()
    assert store.sync()["sources"][0]["changed"] == 0
    store.write("sep.csv", "12")
    (store.root / "SOURCES").write_bytes(b'{"format": 1, "places": 7}')
    report = store.sync()
    assert "damaged" in report["notes"][0]
    assert store.total() == 12
    assert store.sync()["notes"] == []


def test_a_load_into_a_store_without_a_list_remembers_what_was_loaded_before(store: Store) -> None:
    old = store.write("sep.csv", "10")
    store("load", old, "--source", "mine")
    (store.root / "SOURCES").unlink()
    new = store.write("oct.csv", "1", month="2026-10")
    store("load", new)
    listed = [(one["source"], one["name"]) for one in store.sync("--list")["sources"]]
    assert listed == [(str(old), "mine"), (str(new), None)]


def test_packed_files_that_were_only_touched_are_known(store: Store) -> None:
    plain = store.write("sep.csv", "10")
    packed = store.bills / "sep.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    store("load", store.bills)
    os.utime(packed, (5, 5))
    assert store.sync()["sources"][0]["changed"] == 0


def test_a_copy_of_a_bill_is_looked_at_once(store: Store) -> None:
    path = store.write("sep.csv", "10")
    store("load", store.bills)
    shutil.copy(path, store.bills / "copy.csv")
    report = store.sync()
    assert report["sources"][0]["changed"] == 1
    assert store.total() == 10
    assert store.sync()["sources"][0]["changed"] == 0


def test_it_says_who_is_loading_and_since_when(store: Store) -> None:
    store.write("sep.csv", "10")
    store("load", store.bills)
    for name in (lock.NAME, lock.SYNC):
        with lock.hold(store.root, name):
            store("sync", code=sync.LOCKED)
        assert f"pid {os.getpid()} since 2" in store.complaints
    store("sync")


def test_an_empty_store_has_nothing_to_sync(store: Store) -> None:
    assert "no source is known" in _said(store, "sync")
    assert not store.root.exists()


def test_names_of_files_move_no_terminal(store: Store) -> None:
    store.write("\x1b]52;c;aGk=\x07[red]sep.csv", "10")
    store("load", store.bills)
    store.write("\x1b]52;c;aGk=\x07[red]sep.csv", "11")
    store.write("\x1b[2Jbroken.csv").write_text("a,b\n", encoding="utf-8")
    out = store("sync", code=sync.INCOMPLETE) + store.complaints + store("sync", "--list")
    assert "\x1b" not in out
    assert "\x07" not in out


def _export(store: Store, month: str, files: dict[str, str], execution: str = "") -> None:
    """A FOCUS data export of AWS: chunks under `data`, the list of them under `metadata`."""
    place = f"BILLING_PERIOD={month}/{execution}".rstrip("/")
    for name, cost in files.items():
        store.write(f"data/{place}/{name}", cost, month=month, ResourceId=name)
    manifest = store.bills / "metadata" / place / "focus-Manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    keys = [f"s3://bucket/export/data/{place}/{name}" for name in files]
    manifest.write_text(json.dumps({"dataFiles": keys}), encoding="utf-8")


def test_a_delivery_that_its_manifest_lists_is_whole_with_fewer_files(store: Store) -> None:
    _export(store, "2026-09", {"1.csv": "1", "2.csv": "2", "3.csv": "4"})
    _export(store, "2026-10", {"1.csv": "100"})
    store("load", store.bills)
    (store.bills / "data/BILLING_PERIOD=2026-09/3.csv").unlink()
    _export(store, "2026-09", {"1.csv": "10", "2.csv": "2"})
    report = store.sync()
    assert [m["period"] for m in report["moved"]] == ["2026-09"]
    assert (store.total(), store.total("2026-10")) == (12, 100)


def test_a_newer_execution_takes_the_place_of_the_one_before(store: Store) -> None:
    _export(store, "2026-09", {"1.csv": "1", "2.csv": "2"}, "2026-10-01T00:00:00.000Z-aaaa")
    store("load", store.bills)
    _export(store, "2026-09", {"1.csv": "3", "2.csv": "4"}, "2026-10-02T00:00:00.000Z-bbbb")
    report = store.sync()
    assert report["moved"][0]["billed"] == {"before": "3.00", "now": "7.00", "change": "4.00"}
    assert report["sources"][0]["notes"][-1].count("(was 3, +4)") == 1


def test_a_delivery_with_a_broken_chunk_waits_as_a_whole(store: Store) -> None:
    _export(store, "2026-09", {"1.csv": "1", "2.csv": "2"})
    store("load", store.bills)
    _export(store, "2026-09", {"1.csv": "10", "2.csv": "20", "3.csv": "40"})
    (store.bills / "data/BILLING_PERIOD=2026-09/3.csv").write_text("a,b\n", encoding="utf-8")
    report = store.sync(code=sync.INCOMPLETE)
    assert len(report["sources"][0]["refused"]) == 3
    assert store.total() == 3
    _export(store, "2026-09", {"1.csv": "10", "2.csv": "20", "3.csv": "40"})
    store.sync()
    assert store.total() == 70


def test_a_list_that_cannot_be_written_is_said_and_the_load_counts(store: Store, monkeypatch) -> None:
    write = disk.write

    def refused(path: Path, *rest: Any) -> None:
        if path.name == "SOURCES":
            raise OSError(28, "No space left on device")
        write(path, *rest)

    path = store.write("sep.csv", "10")
    monkeypatch.setattr(disk, "write", refused)
    notes = json.loads(store("load", "--json", path))["notes"]
    assert notes == ["loaded, but the sources could not be remembered for sync: No space left on device"]
    assert store.total() == 10
    store.write("sep.csv", "11")
    assert "cannot write the sources" in _said(store, "sync")


def test_the_list_is_as_private_as_the_store(store: Store) -> None:
    path = store.write("sep.csv", "10")
    store("load", path)
    assert (store.root / "SOURCES").stat().st_mode & 0o777 == 0o600
    group = grp.getgrgid(os.getegid()).gr_name
    store("load", "--shared", group, path)
    assert (store.root / "SOURCES").stat().st_mode & 0o777 == 0o640
    store.write("sep.csv", "11")
    store.sync()
    assert (store.root / "SOURCES").stat().st_mode & 0o777 == 0o640
    assert "not the store's" not in store("doctor")


def test_no_key_is_remembered(store: Store, monkeypatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "AKIASECRETSECRETSECR")
    store("load", store.write("sep.csv", "10"), "--profile", "billing")
    assert b"AKIA" not in (store.root / "SOURCES").read_bytes()
