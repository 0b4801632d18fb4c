"""A bucket that changes, breaks or lies: nothing is mixed, nothing is lost, what has arrived is kept."""

import errno
import os
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from finops_tui.sources import s3, s3_download
from finops_tui.sources.s3_access import Access, PlaceCancelledError, PlaceError
from tests.sources import bills
from tests.sources.s3_server import Bucket, Request, Server, billed, cur2, refusal

if TYPE_CHECKING:
    from finops_tui.sources.model import Progress

PIECE = 2000
BIG = bills.text(
    [bills.focus(BilledCost=f"0.{number:03}", ResourceId=f"i-{number}") for number in range(100)]
)
SUM = bills.total(f"0.{number:03}" for number in range(100))


@pytest.fixture
def bucket(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket that is read in small pieces."""
    monkeypatch.setattr(s3_download, "PIECE", PIECE)
    monkeypatch.setattr(s3_download, "WORKERS", 2)
    monkeypatch.setattr(s3_download, "_PAUSE", 0.01)
    return bucket


def ranges(server: Server) -> list[str]:
    return [one.range for one in server.asked if one.range]


def test_a_large_object_comes_in_ranges_and_is_whole(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/big.csv", BIG)
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert len(set(ranges(bucket.server))) == -(-len(BIG) // PIECE) > 5
    assert (fetched.paths[0] / "big.csv").read_text() == BIG
    assert billed(tmp_path, fetched) == SUM


@pytest.mark.parametrize("stop", ["cancelled", "ctrl-c"])
def test_a_stopped_download_is_taken_up_where_it_was(
    bucket: Bucket, access: Access, tmp_path: Path, stop: str
) -> None:
    bucket.put("focus/small.csv", bills.text([bills.focus(BilledCost="1")]))
    before = s3.fetch(bucket.url("focus"), access, tmp_path)
    bucket.put("focus/big.csv", BIG)
    told = []

    def progress(step: object) -> None:
        told.append(step)
        if stop == "ctrl-c" and len(told) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt if stop == "ctrl-c" else PlaceCancelledError):
        s3.fetch(
            bucket.url("focus"), access, tmp_path, progress, lambda: stop == "cancelled" and len(told) > 3
        )
    assert [path.name for path in before.paths[0].iterdir()] == ["small.csv"]
    came = set(ranges(bucket.server))
    (journal,) = tmp_path.rglob("*.done")
    arrived = len(journal.read_text().splitlines())
    assert 3 <= arrived <= len(came)
    bucket.server.asked.clear()
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert len(ranges(bucket.server)) == -(-len(BIG) // PIECE) - arrived
    assert billed(tmp_path, fetched) == SUM + 1
    assert not list(tmp_path.rglob("*.done"))


def test_what_arrived_of_an_object_that_changed_since_is_of_no_use(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.put("focus/big.csv", BIG)
    told: list[object] = []
    with pytest.raises(PlaceCancelledError):
        s3.fetch(bucket.url("focus"), access, tmp_path, told.append, lambda: len(told) > 2)
    bucket.put("focus/big.csv", BIG.replace("0.099", "9.099"))
    assert billed(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == SUM + 9


def test_an_object_that_is_replaced_meanwhile_is_started_over(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.put("focus/big.csv", BIG)
    changed = BIG.replace("0.099", "5.099")
    replaced: list[int] = []

    def replace(_: object) -> None:
        if not replaced:
            replaced.append(1)
            bucket.put("focus/big.csv", changed)

    fetched = s3.fetch(bucket.url("focus"), access, tmp_path, progress=replace)
    assert (fetched.paths[0] / "big.csv").read_text() == changed
    assert billed(tmp_path, fetched) == SUM + 5


def test_a_delivery_that_is_written_over_meanwhile_is_never_mixed(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.export([cur2("1", "10"), cur2("100")])
    replaced: list[int] = []

    def replace(step: object) -> None:
        if "00001" in str(step) and not replaced:
            replaced.append(1)
            bucket.export([cur2("2", "20"), cur2("200")])

    assert billed(tmp_path, s3.fetch(bucket.url(), access, tmp_path, progress=replace)) == 222
    assert replaced


def test_a_place_that_never_stops_changing_is_given_up(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    number = iter(range(1000))

    def change(_: object) -> None:
        bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost=str(next(number)))]))

    change(None)
    with pytest.raises(PlaceError, match="keeps changing"):
        s3.fetch(bucket.url("focus"), access, tmp_path, progress=change)


def test_an_object_that_is_deleted_meanwhile_is_not_missed(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.put("focus/a.csv", BIG)
    bucket.put("focus/b.csv", bills.text([bills.focus(BilledCost="7")]))

    def delete(request: Request) -> None:
        if request.path.endswith("/b.csv") and request.method == "GET":
            bucket.server.fault = None
            bucket.delete("focus/b.csv")

    bucket.server.fault = delete
    assert billed(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == SUM


def test_connections_that_break_are_tried_again(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/big.csv", BIG)
    seen: Counter[str] = Counter()

    def fault(request: Request) -> str | None:
        seen[request.range] += 1
        return "break" if request.range and seen[request.range] <= 2 else None

    bucket.server.fault = fault
    told: list[Progress] = []
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path, progress=told.append)
    assert billed(tmp_path, fetched) == SUM
    assert all(count == 3 for asked, count in seen.items() if asked)
    assert told[-1].done == len(BIG)


def test_a_connection_that_always_breaks_is_said_so(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/big.csv", BIG)
    bucket.server.fault = lambda request: "break" if request.range else None
    with pytest.raises(PlaceError, match=r"focus/big\.csv: cannot be reached"):
        s3.fetch(bucket.url("focus"), access, tmp_path)


def test_slowing_down_is_obeyed(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="7")]))
    slowed: list[Request] = []

    def fault(request: Request) -> tuple[str, list[tuple[str, str]], bytes] | None:
        if request.path.endswith("a.csv") and not slowed:
            slowed.append(request)
            return refusal("503 Slow Down", "SlowDown")
        return None

    bucket.server.fault = fault
    assert billed(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == 7
    assert slowed


@pytest.mark.parametrize(
    ("header", "value"), [("ETag", '"another"'), ("Content-Range", "bytes 0-1999/99"), ("Content-Range", "")]
)
def test_a_store_that_answers_something_else_is_not_believed(
    bucket: Bucket, access: Access, tmp_path: Path, header: str, value: str
) -> None:
    bucket.put("focus/big.csv", BIG)
    etag = bucket.client.head_object(Bucket=bucket.name, Key="focus/big.csv")["ETag"]

    def fault(request: Request) -> tuple[str, list[tuple[str, str]], bytes] | None:
        if not request.range:
            return None
        headers = {"ETag": etag, "Content-Range": f"bytes 0-1999/{len(BIG)}", header: value}
        return "206 Partial Content", list(headers.items()), BIG[:2000].encode()

    bucket.server.fault = fault
    with pytest.raises(PlaceError, match=r"keeps changing|does not give parts"):
        s3.fetch(bucket.url("focus"), access, tmp_path)
    assert not list(tmp_path.rglob("big.csv"))


def test_a_list_without_end_is_left(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    page = (
        b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>"
        b"</ListBucketResult>"
    )
    bucket.server.fault = lambda _: ("200 OK", [("Content-Type", "application/xml")], page)
    with pytest.raises(PlaceError, match="no end"):
        s3.fetch(bucket.url("focus"), access, tmp_path)


def test_a_long_list_is_read_page_by_page(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus(BilledCost="3")]))
    for number in range(5):
        bucket.put(f"focus/0-{number}.txt", b"")
    bucket.server.page = 2
    assert billed(tmp_path, s3.fetch(bucket.url("focus"), access, tmp_path)) == 3
    assert sum("continuation-token" in one.query for one in bucket.server.asked) == 4  # twice three pages


def test_no_room_is_seen_before_anything_is_fetched(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("focus/big.csv", BIG)
    monkeypatch.setattr(
        s3_download.shutil, "disk_usage", lambda _: SimpleNamespace(free=s3_download.MARGIN + 10)
    )
    with pytest.raises(PlaceError, match="make room"):
        s3.fetch(bucket.url("focus"), access, tmp_path)
    assert not bucket.server.gets()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_keeps_nothing_of_the_download(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    bucket.put("focus/big.csv", BIG)

    def full(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(s3_download.os, "pwrite", full)
    with pytest.raises(PlaceError, match="the disk is full"):
        s3.fetch(bucket.url("focus"), access, tmp_path)
    monkeypatch.undo()
    assert not [path for path in tmp_path.rglob("*.data") if path.stat().st_size]


def test_archived_objects_are_refused_in_words(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.client.put_object(
        Bucket=bucket.name, Key="focus/old.csv", Body=BIG.encode(), StorageClass="DEEP_ARCHIVE"
    )
    bucket.put("new/a.csv", bills.text([bills.focus(BilledCost="1")]))
    fetched = s3.fetch(bucket.url(), access, tmp_path)
    assert [one.reason for one in fetched.refused] == ["archived (Glacier); restore it first"]
    assert billed(tmp_path, fetched) == 1
