"""A download that is killed at any moment: the store stays, and the next load goes on with what is missing."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from finops_tui.__main__ import main
from finops_tui.desks import build_desk
from finops_tui.screens.color import Look
from finops_tui.settings import Settings
from finops_tui.sources import s3_download
from finops_tui.store import Store
from tests.sources import bills
from tests.sources.s3_server import Bucket, Request, at_home, cur2, queried

PIECE = 1500
COSTS = [f"0.{number:04}" for number in range(120)]
OLD = bills.text([bills.focus(BilledCost="1000")])
NEW = bills.text([bills.focus(BilledCost=cost) for cost in COSTS])
LOADING = f"""
import sys
from finops_tui.sources import s3_download
s3_download.PIECE = {PIECE}
from finops_tui.__main__ import main
sys.exit(main(["load", *sys.argv[1:]]))
"""


@pytest.fixture
def bucket(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A bucket as commands find it, read in small pieces."""
    at_home(bucket, monkeypatch, tmp_path)
    monkeypatch.setattr(s3_download, "PIECE", PIECE)
    return bucket


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [1, 9])
def test_a_download_that_is_killed(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals, after: int
) -> None:
    bucket.put("focus/a.csv", OLD)
    assert main(["load", bucket.url("focus")]) == 0
    bucket.put("focus/a.csv", NEW)
    command = [sys.executable, "-c", LOADING, bucket.url("focus")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        came: list[str] = []

        def kill(request: Request) -> None:
            if request.range:
                came.append(request.range)
                if len(came) == after:
                    running.send_signal(number)

        bucket.server.fault = kill
        code = running.wait()
    bucket.server.fault = None
    if code == 0:
        assert number != signal.SIGKILL  # asked to stop after the last piece had come
    else:
        assert code == (-number if number == signal.SIGKILL else 128 + number)
        assert queried(capsys) == 1000
    assert main(["load", bucket.url("focus")]) == 0
    assert queried(capsys) == bills.total(COSTS)
    left = [
        path.name for path in (tmp_path / "cache").rglob("*") if path.suffix in {".data", ".done", ".new"}
    ]
    assert not left
    assert not list((tmp_path / "cache").rglob("shadow-*"))


async def test_the_explorer_loads_from_s3_and_spends_nothing(bucket: Bucket, tmp_path: Path) -> None:
    bucket.export([cur2("1.25")])
    with Store(tmp_path / "store") as store:
        desk = build_desk(store, Settings(), Look())
        assert desk.load is not None
        told: list[object] = []
        report = await desk.load([bucket.url("exports")], told.append, lambda: False)
        assert report.loaded == ("aws-cur 000000000042 2025-03",)
        assert told
        assert store.entries[0].totals["USD"]["billed"] == "1.25"
        report = await desk.load(["ce://"], told.append, lambda: False)
        assert not report.loaded
        assert "--yes" in report.refused[0][1]
    assert not [one for one in bucket.server.asked if "GetCostAndUsage" in one.target]
