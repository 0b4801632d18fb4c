"""Loads killed at random moments while others read: every reader always sees one whole generation."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests import figures
from tests.faults.codes import LOADED
from tests.faults.loads import TOP, assert_whole, bill, total

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.loads import Driver

PERIODS = ("2025-01", "2025-02", "2025-03")


@contextmanager
def readers(root: Path, number: int) -> Iterator[list[dict[str, Any]]]:
    """Processes that read all the while; what they saw is in the list afterwards."""
    seen: list[dict[str, Any]] = []
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.readers", str(root), how],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for how in (("fresh", "follow") * number)[:number]
    ]
    try:
        yield seen
    finally:
        seen += [json.loads(process.communicate("stop")[0] or "{}") for process in started]


def kill_and_read(driver: Driver, folder: Path, kills: int, watchers: int) -> None:
    """Kill loads at random moments of theirs, with readers; every load makes each period cost one more."""
    root = folder / "store"
    chance = random.Random(kills)
    begun = time.monotonic()
    held = 10
    assert driver.load(root, [bill(folder / "bill.csv", dict.fromkeys(PERIODS, held))]).code == LOADED
    whole = time.monotonic() - begun
    survived = 0
    with readers(root, watchers) as seen:
        while survived < kills:
            new = bill(folder / "bill.csv", dict.fromkeys(PERIODS, held + 1))
            ended = driver.load(root, [new], kill_after=chance.uniform(0, 1.1 * whole))
            found = total(root)
            assert found in {3 * held, 3 * (held + 1)}, ended
            assert found == 3 * (held + 1) or ended.code != LOADED, ended
            held = int(found) // 3
            survived += ended.code < 0
            assert ended.code in {LOADED, -9}, ended
    assert_whole(root, bill(folder / "last.csv", dict.fromkeys(PERIODS, held + 5)), Decimal(3 * (held + 5)))
    assert len(seen) == watchers
    for one in seen:
        assert (one["wrong"], one["back"], one["errors"]) == (0, 0, [])
        assert one["reads"] > 1
    figures.count("loads killed at a random moment", survived)
    figures.most("readers at a time", watchers)
    figures.count("totals read meanwhile", sum(one["reads"] for one in seen))


def test_a_few_kills(plain: Driver, tmp_path: Path) -> None:
    kill_and_read(plain, tmp_path, kills=5, watchers=2)


@pytest.mark.slow
def test_many_kills(plain: Driver, tmp_path: Path) -> None:
    kill_and_read(plain, tmp_path, kills=300, watchers=4)
