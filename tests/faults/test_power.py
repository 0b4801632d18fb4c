"""Power cuts, modelled: whatever was not flushed may be lost, and the store is whole all the same."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from finops_tui.manifest import StoreError
from tests import figures
from tests.faults.codes import LOADED
from tests.faults.disk_model import Disk, Step, journal
from tests.faults.loads import FEBRUARY, JANUARY, assert_whole, bill, total

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults.loads import Driver

OLD, NEW = {JANUARY: 10, FEBRUARY: 100}, {JANUARY: 20, "2025-03": 1000}
LAST = {JANUARY: 7, FEBRUARY: 8}


def recorded(driver: Driver, folder: Path) -> tuple[Path, Path, list[Step]]:
    """A store before a load, the path it was loaded under, and every step of the load."""
    old, root = folder / "old", folder / "store"
    loader.load(old, [bill(folder / "old.csv", OLD)])
    shutil.copytree(old, root)
    ended = driver.load(root, [bill(folder / "new.csv", NEW)], journal_path=str(folder / "journal"))
    assert (ended.code, total(root)) == (LOADED, 1120), ended.said
    steps = list(journal(folder / "journal"))
    assert len(steps) == ended.calls
    return old, root, steps


def committed(root: Path, steps: Sequence[Step]) -> int:
    """After how many steps the load can no longer be lost: CURRENT is renamed and its folder flushed."""
    renamed = next(n for n, s in enumerate(steps) if s.operation == "R" and s.data.endswith(b"/CURRENT"))
    return (
        next(n for n, s in enumerate(steps) if n > renamed and (s.operation, s.path) == ("F", str(root))) + 1
    )


def test_the_model_itself_loses_nothing_that_nobody_cuts(faulty: Driver, tmp_path: Path) -> None:
    old, root, steps = recorded(faulty, tmp_path)
    disk = Disk(old, str(root))
    for step in steps:
        disk.do(step)
    live = {
        name: bytes(node.safe) for name, node in disk.live.items() if node is not None and not node.flush()
    }
    there = {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert {name: len(data) for name, data in live.items()} == {n: len(d) for n, d in there.items()}
    lock = str(root / "LOCK")
    assert {name: data for name, data in live.items() if name != lock} == {
        name: data for name, data in there.items() if name != lock
    }


def test_a_load_that_did_not_flush_would_not_survive(faulty: Driver, tmp_path: Path) -> None:
    old, root, steps = recorded(faulty, tmp_path)
    chance = random.Random(1)
    damaged = 0
    for number in range(8):
        disk = Disk(old, str(root))
        for step in steps:
            if step.operation != "F":
                disk.do(step)
        after = tmp_path / f"after{number}"
        disk.cut(after, chance, lambda _: None)
        try:
            damaged += total(after) not in {110, 1120}
        except StoreError:
            damaged += 1
    assert damaged


def cut_power(driver: Driver, folder: Path, times: int) -> None:
    """Cut the power at random steps of a load; half of them where it is published."""
    old, root, steps = recorded(driver, folder)
    last = bill(folder / "last.csv", LAST)
    commit = committed(root, steps)
    chance = random.Random(times)
    lost: Counter[str] = Counter()
    left = set()
    for number in range(times):
        low = max(0, commit - 30) if number % 2 else 0
        at = (0, len(steps))[number] if number < 2 else chance.randrange(low, len(steps) + 1)
        disk = Disk(old, str(root))
        for step in steps[:at]:
            disk.do(step)
        after = folder / "after"
        disk.cut(after, chance, lambda what: lost.update([what]))
        found = total(after)
        left.add(found)
        assert found in ({1120} if at >= commit else {110, 1120}), f"cut {number} before step {at}"
        assert_whole(after, last, Decimal(15) + (1000 if found == 1120 else 0))
        shutil.rmtree(after)
    assert left == {110, 1120}
    assert lost["name"] > times // 4
    assert lost["write"] > times // 4
    figures.count("power cuts modelled", times)
    figures.count("changes of names lost in them", lost["name"])
    figures.count("writes lost or torn in them", lost["write"])


def test_a_few_power_cuts(faulty: Driver, tmp_path: Path) -> None:
    cut_power(faulty, tmp_path, 16)


@pytest.mark.slow
def test_many_power_cuts(faulty: Driver, tmp_path: Path) -> None:
    cut_power(faulty, tmp_path, 500)
