"""`finops-tui sync --every`: a real process that keeps a store up to date, logs plainly and stops when asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from finops_tui import lock, sync
from finops_tui.__main__ import main
from finops_tui.watch import seconds
from tests.headless import bill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE = 60


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "bills").mkdir()
    bill.write(tmp_path / "bills" / "sep.csv", [bill.row("2026-09-01", "10")])
    assert main(["load", "--store", str(tmp_path / "store"), str(tmp_path / "bills")]) == 0
    return tmp_path / "store"


def command(store: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "finops_tui", "sync", "--store", str(store), *words]


@contextmanager
def watching(store: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A watcher; killed when a test hangs or fails, so that none is left behind."""
    with subprocess.Popen(
        command(store, "--every", "1s", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        hang = threading.Timer(2 * MINUTE, process.kill)
        hang.start()
        try:
            yield process
        finally:
            hang.cancel()
            process.kill()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_loads_what_comes_logs_plainly_and_stops_when_asked(store: Path, number, code) -> None:
    with watching(store) as process:
        first = line_with(process, "nothing has changed (1 source, 1 file)")
        assert first[:11].count("-") == 2
        assert first[19:21] == "Z "
        bill.write(store.parent / "bills" / "sep.csv", [bill.row("2026-09-01", "12.5")])
        moved = line_with(process, "September 2026")
        assert moved[21:] == "September 2026: +2.5 USD since the last delivery\n"
        bill.write(store.parent / "bills" / "oct.csv", [bill.row("2026-10-01", "1")])
        assert "October 2026: 1 USD, new" in line_with(process, "October")
        process.send_signal(number)
        out, err = process.communicate(timeout=MINUTE)
        assert process.returncode == code
    assert err.endswith("stopped\n")
    assert "\x1b" not in out + err
    assert "Traceback" not in err
    assert list((store / "tmp").iterdir()) == []


def test_a_second_one_is_told_who_and_since_when_and_a_single_sync_is_not_in_its_way(store: Path) -> None:
    with watching(store, "--json") as process:
        assert process.stdout is not None
        report = json.loads(process.stdout.readline())
        assert [source["changed"] for source in report["sources"]] == [0]
        second = subprocess.run(
            command(store, "--every", "1h"), capture_output=True, text=True, check=False, timeout=MINUTE
        )
        assert second.returncode == sync.LOCKED
        assert "another finops-tui keeps this store up to date: " in second.stderr
        assert f"pid {process.pid} since 2" in second.stderr
        assert process.poll() is None


def test_what_cannot_be_done_now_is_told_and_tried_again(store: Path) -> None:
    bills = store.parent / "bills"
    with watching(store) as process:
        line_with(process, "nothing has changed")
        moved = bills.rename(store.parent / "moved")
        assert "no such file or folder; what is loaded stays" in line_with(process, "refused: ")
        moved.rename(bills)
        line_with(process, "nothing has changed")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=MINUTE)
        assert process.returncode == 0


def test_intervals() -> None:
    assert [seconds(text) for text in ("15m", "1h", "30s", "1d", "5", " 2H ")] == [
        900, 3600, 30, 86400, 300, 7200,
    ]  # fmt: skip
    for text in ("", "0m", "soon", "-5m", "1.5h"):
        with pytest.raises(ValueError, match="is not an interval"):
            seconds(text)


def test_a_load_by_hand_meanwhile_is_waited_for(store: Path) -> None:
    with watching(store) as process:
        line_with(process, "nothing has changed")
        with lock.hold(store):
            assert process.stderr is not None
            line = next(line for line in process.stderr if "another load is running" in line)
            assert f"pid {os.getpid()} since 2" in line
        line_with(process, "nothing has changed")
        assert process.poll() is None
