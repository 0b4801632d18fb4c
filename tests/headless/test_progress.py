"""A load seen from outside: a bar on a terminal, plain lines in a log, and signals that leave the store as it was."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from finops_tui.__main__ import main
from finops_tui.progress import LINES, Shown
from finops_tui.sources.model import Progress
from finops_tui.watch_stop import stoppable
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

GIGA = 10**9


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def told(steps: list[tuple[float, Progress]], *, terminal: bool, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = (Terminal if terminal else io.TextIOWrapper)(raw, encoding=encoding)
    clock = Clock()
    shown = Shown(out, clock)
    for clock.now, step in steps:
        shown(step)
    shown.close()
    return raw.getvalue().decode(encoding)


def test_a_log_gets_plain_lines_now_and_then() -> None:
    steps = [(n / 2, Progress("bill.csv", n * GIGA // 80, GIGA, n * 1000)) for n in range(41)]
    lines = told(steps, terminal=False).splitlines()
    assert len(lines) == int(20 / LINES)
    assert lines[1] == (
        "loading 25% bill.csv · 250.0 MB of 1.0 GB · 25.0 MB/s · 10 s so far · 30 s left · 20,000 rows"
    )
    assert not any(ord(character) < 32 for character in "".join(lines))


def test_a_quick_load_writes_nothing_to_a_log() -> None:
    assert told([(1, Progress("a", 1, 2, 3)), (LINES - 0.1, Progress("a", 2, 2, 3))], terminal=False) == ""


def test_names_of_files_move_no_terminal() -> None:
    hostile = Progress("\x1b]52;c;aGk=\x07\x1b[2Jx.csv", 1, 2, 3)
    for terminal in (False, True):
        text = told([(10, hostile)], terminal=terminal).replace("\r\x1b[K", "")
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "x.csv" in text


@pytest.mark.parametrize("columns", ["40", "80", "200"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_bar_fits_on_one_line_and_goes_away(monkeypatch, columns, encoding) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm")
    name = "a-very-long-name-of-a-delivery-" * 4 + ".csv.gz"
    steps = [(n, Progress(name, n * GIGA // 10, GIGA, n * 10**6)) for n in range(11)]
    paintings = told(steps, terminal=True, encoding=encoding).split("\r\x1b[K")
    assert paintings[0] == paintings[-1] == ""
    assert len(paintings) == len(steps) + 2
    assert all(len(painting) < int(columns) for painting in paintings)
    assert " 40% " in paintings[5]
    if columns != "40":
        assert "6 s left" in paintings[5]
        assert "4,000,000 rows" in paintings[5]


def test_a_second_signal_ends_the_wait_for_the_first() -> None:
    with stoppable() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(60)
        assert stop.signal == signal.SIGTERM
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with stoppable() as stop:
        assert not stop()
        assert not stop.wait(0)


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bill that takes a while: the same month in many lines."""
    path = tmp_path_factory.mktemp("bills") / "heavy.csv"
    rows = [bill.row(f"2026-05-{day:02}", f"{day}.{day:02}", ResourceId=f"r{day}") for day in range(1, 29)]
    lines = bill.write(path, rows).read_text(encoding="utf-8").splitlines(keepends=True)
    with path.open("w", encoding="utf-8") as out:
        out.write(lines[0])
        for number in range(20_000):
            out.writelines(line.replace("Compute", f"Compute {number % 500}") for line in lines[1:])
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0.0, 0.4])
def test_a_load_that_is_stopped_leaves_what_was_loaded(heavy, tmp_path, number, after) -> None:
    store = tmp_path / "store"
    first = bill.write(tmp_path / "bill.csv", [bill.row("2026-05-01", "1.25")])
    assert main(["load", "--store", str(store), str(first)]) == 0
    before = (store / "CURRENT").read_bytes()
    words = [sys.executable, "-m", "finops_tui", "load", "--store", str(store), str(heavy)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loading:
        while not any((store / "tmp").glob("*/load.duckdb")):
            assert loading.poll() is None, "it ended before it was stopped"
            time.sleep(0.01)
        time.sleep(after)
        loading.send_signal(number)
        out, err = loading.communicate(timeout=60)
    assert loading.returncode == 128 + number
    assert out == ""
    assert "the load was cancelled; the store is as before" in err
    assert "Traceback" not in err
    assert (store / "CURRENT").read_bytes() == before
    assert list((store / "tmp").iterdir()) == []
    assert main(["load", "--store", str(store), str(first)]) == 0
