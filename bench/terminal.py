"""Start-up, keys, bytes and the event loop, on real pseudo terminals, beside what else does such work.

    python bench/run.py --terminal [--store DIR] [--tools BIN] [--bill FILE] [--rounds N] [--write]

Every figure is a median of interleaved rounds: one start, or one key, of each program after the other. VisiData and
harlequin are taken from `--tools`, the folder of an environment's programs, or from PATH.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import make
from terminal_goals import goal_table
from terminal_pty import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FOLDER: Final = Path(__file__).resolve().parent
APPS: Final = str(FOLDER / "terminal_apps.py")
SIZES: Final = ((120, 36), (80, 24), (200, 60))
CHEAP: Final = 4
"""Times that what takes some hundredths of a second is started in each round."""

FIGURES: Final = re.compile(rb"\$[0-9][0-9,]*\.[0-9]{2}")
"""A total: the first figure that the explorer writes."""

LIVE: Final = re.compile(rb"loaded [0-9]+ ?[a-z]|loaded just|data to")
"""The status line of the running program, which takes the place of the time the last screen is of."""

Times = dict[str, list[float]]


def table(folder: Path, store: Path, tools: str, bill: str, rounds: int) -> str:
    """Measure everything.

    Args:
        folder: A scratch folder.
        store: A store of about ten million lines, or any.
        tools: Folder of VisiData's and harlequin's programs, or ''.
        bill: A bill to load while the event loop is watched, or ''.
        rounds: Rounds of everything.

    Returns:
        Tables in Markdown.
    """
    starts = _starts(folder, store, tools, rounds)
    parts = []
    for size in SIZES:
        keys, sizes = _keys(
            folder, store, tools, size, rounds * 3 if size == SIZES[0] else max(rounds // 2, 2)
        )
        if size == SIZES[0]:
            first = keys, sizes
        parts.append(_key_table(size, keys, sizes))
    gaps = _gaps(store, bill)
    goals = goal_table(starts, *first, gaps)
    return "\n\n".join([_about(store, rounds), goals, _start_table(starts), *parts, _loop_table(gaps)])


def _about(store: Path, rounds: int) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "finops_tui", "sources", "--store", str(store), "--json"],
        capture_output=True, text=True, check=True, cwd=FOLDER.parent,
    ).stdout  # fmt: skip
    lines = sum(int(found) for found in re.findall(r'"rows": (\d+)', told))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"A store of {lines:,} lines; medians of {rounds} interleaved rounds, milliseconds. Python "
        f"{platform.python_version()}, {os.cpu_count()} cores, load of the machine {load}."
    )


# Starting


def _starts(folder: Path, store: Path, tools: str, rounds: int) -> Times:
    ours = [sys.executable, "-m", "finops_tui", "--store", str(store)]
    kept, fresh = folder / "kept", folder / "fresh"
    cached = {"XDG_CACHE_HOME": str(kept)}
    with Terminal(ours, environ=cached, folder=str(FOLDER.parent)) as first:
        first.until(FIGURES)
        first.settle(2)  # keeps its screen
    found: Times = {}

    def put(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    def painted(name: str, command: Sequence[str], **more: object) -> None:
        with Terminal(command, environ=more.get("environ"), folder=str(FOLDER.parent)) as terminal:  # type: ignore[arg-type]
            put(name, terminal.first_paint())
            for what, pattern in (("figures", FIGURES), ("live", LIVE)):
                if more.get(what):
                    put(f"{name}, {what}", terminal.until(pattern))

    for _ in range(rounds):
        for _ in range(CHEAP):
            put("python -c pass", _ended("-c", "pass"))
            put("--help", _ended("-m", "finops_tui", "--help"))
            painted("python -c print", [sys.executable, "-c", "print('a line of text')"])
            painted("ours", ours, environ=cached, figures=True)
        painted("ours, again", ours, environ=cached, live=True)
        painted("empty Textual app", [sys.executable, APPS, "empty"])
        painted("ours, --no-cache", [*ours, "--no-cache"], environ=cached, figures=True)
        shutil.rmtree(fresh, ignore_errors=True)
        painted("ours, first start of all", ours, environ={"XDG_CACHE_HOME": str(fresh)}, figures=True)
        painted("curses table", [sys.executable, APPS, "curses"])
        painted("DataTable", [sys.executable, APPS, "table"])
        for name, command in _others(folder, tools).items():
            painted(name, command)
    return found


def _ended(*words: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True, cwd=FOLDER.parent)
    return (time.perf_counter() - start) * 1000


def _others(folder: Path, tools: str) -> dict[str, list[str]]:
    """Commands of VisiData on a table of a thousand rows, and of harlequin; those that are there."""
    path = tools or os.environ.get("PATH", "")
    rows = folder / "rows.csv"
    if not rows.exists():
        lines = (f"Amazon Service {n},{(1000 - n) * 1234.56:.2f},{n * 37}" for n in range(1000))
        rows.write_text("Service,Cost,Lines\n" + "\n".join(lines) + "\n", encoding="utf-8")
    found = {}
    if vd := shutil.which("vd", path=path):
        found["VisiData"] = [vd, str(rows)]
    if harlequin := shutil.which("harlequin", path=path):
        found["harlequin"] = [harlequin, ":memory:"]
    return found


def _start_table(found: Times) -> str:
    empty, printed, nothing = (
        statistics.median(found[name]) for name in ("empty Textual app", "python -c print", "python -c pass")
    )
    lines = [
        "| start | ms | by empty Textual app | by `python -c print` | by `python -c pass` |",
        "|---|---|---|---|---|",
    ]
    for name, times in found.items():
        value = statistics.median(times)
        lines.append(
            f"| {name} | {value:.0f} | {value / empty:.2f} | {value / printed:.2f} | {value / nothing:.2f} |"
        )
    lines += [f"| {name} | not measured | | | |" for name in ("VisiData", "harlequin") if name not in found]
    return "\n".join(lines)


# Keys


def _keys(
    folder: Path, store: Path, tools: str, size: tuple[int, int], rounds: int
) -> tuple[Times, dict[str, list[int]]]:
    """Milliseconds to the last byte, and bytes, of every kind of key."""
    commands = {
        "ours": [sys.executable, "-m", "finops_tui", "--store", str(store)],
        "DataTable": [sys.executable, APPS, "table"],
        "curses": [sys.executable, APPS, "curses"],
        "stacked columns": [sys.executable, APPS, "stacked"],
        "plotext": [sys.executable, APPS, "plotext"],
    }
    commands |= {name: command for name, command in _others(folder, tools).items() if name == "VisiData"}
    times: Times = {}
    sizes: dict[str, list[int]] = {}
    with ExitStack() as stack:
        there = {
            name: stack.enter_context(Terminal(command, size, folder=str(FOLDER.parent)))
            for name, command in commands.items()
        }
        for terminal in there.values():
            terminal.first_paint()
        there["ours"].until(LIVE)
        for terminal in there.values():
            terminal.settle(1.5)

        def press(who: str, what: str, key: str, *, quiet: float = 0.15, wait: float = 0.0) -> None:
            there[who].settle(wait) if wait else None
            seen = there[who].key(key, quiet)
            if seen.size:
                times.setdefault(f"{who}: {what}", []).append(seen.last)
                sizes.setdefault(f"{who}: {what}", []).append(seen.size)

        for turn in range(rounds):
            _round(press, turn, "VisiData" in there)
    return times, sizes


def _round(press: Callable[..., None], turn: int, others: bool) -> None:  # noqa: FBT001
    tables = ["ours", "DataTable", "curses", *(["VisiData"] if others else [])]
    for who in tables:
        press(who, "cursor", "down")
    for who in tables:
        press(who, "page", "pgdn" if turn % 2 == 0 else "pgup")
    press("ours", "cursor that scrolls", "down" if turn % 2 == 0 else "up")
    for key in ("home", "down", "down"):
        press("ours", "cursor" if key == "down" else "home", key)
    press("ours", "cursor", "down", quiet=0.09)  # so soon that nothing has been asked ahead
    press("ours", "drill, new question", "enter", quiet=0.6)
    press("ours", "drill back, repaint only", "z", quiet=0.6)
    press("ours", "drill again, repaint only", "Z", quiet=0.6)
    press("ours", "drill back, repaint only", "z", quiet=0.6)
    press("ours", "cursor", "down")
    press("ours", "drill, asked ahead", "enter", quiet=0.6, wait=2.0)
    press("ours", "drill back, repaint only", "z", quiet=0.6)
    press("ours", "period", "[" if turn % 4 < 2 else "]", quiet=0.6)
    for who in ("stacked columns", "plotext"):
        press(who, "chart", "a", quiet=0.6)


def _key_table(size: tuple[int, int], times: Times, sizes: dict[str, list[int]]) -> str:
    repaint = statistics.median(times["ours: drill again, repaint only"])
    page = statistics.median(times["DataTable: page"])
    lines = [
        f"### Keys at {size[0]}×{size[1]}",
        "",
        "| key | ms | p95 | by repaint | by DataTable's page down | bytes | most |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in times.items():
        value, late = statistics.median(found), sorted(found)[round((len(found) - 1) * 0.95)]
        lines.append(
            f"| {name} | {value:.1f} | {late:.1f} | {value / repaint:.2f} | {value / page:.2f} | "
            f"{statistics.median(sizes[name]):,.0f} | {max(sizes[name]):,} |"
        )
    return "\n".join(lines)


# The event loop


def _gaps(store: Path, bill: str) -> dict[str, tuple[float, float, float]]:
    words = ["loop", str(store), *([bill] if bill else [])]
    told = subprocess.run(
        [sys.executable, APPS, *words], capture_output=True, text=True, check=True, cwd=FOLDER.parent,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
    ).stdout  # fmt: skip
    found: dict[str, tuple[float, float, float]] = json.loads(told.splitlines()[-1])
    return found


def _loop_table(found: dict[str, tuple[float, float, float]]) -> str:
    lines = [
        "| between two ticks of 5 ms, while there runs | median ms | p99 | longest |",
        "|---|---|---|---|",
        *(f"| {what} | {gaps[0]:.1f} | {gaps[1]:.1f} | {gaps[2]:.1f} |" for what, gaps in found.items()),
    ]
    return "\n".join(lines)


def small_bill(folder: Path) -> str:
    """A bill to load when none is named."""
    bill = folder / "bill"
    bill.mkdir()
    make.make(bill, 200_000)
    return str(bill)


def small_store(folder: Path, bill: str) -> Path:
    """A store of a bill when none is named."""
    store = folder / "store"
    words = [sys.executable, "-m", "finops_tui", "load", "--store", str(store), bill]
    subprocess.run(words, check=True, capture_output=True)
    return store
