"""A load during which any one system call fails, is torn, or is the last: the old generation or the new, whole."""

from __future__ import annotations

import random
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from tests import figures
from tests.faults.codes import BROKEN, LOADED
from tests.faults.loads import FAULTS, FEBRUARY, JANUARY, assert_whole, bill, total

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.faults.loads import Driver

OLD = {JANUARY: Decimal("10.25"), FEBRUARY: Decimal(100)}
NEW = {JANUARY: Decimal("20.5"), "2025-03": Decimal(1000)}
LAST = {JANUARY: Decimal(7), FEBRUARY: Decimal(8)}
BEFORE, AFTER = Decimal("110.25"), Decimal("1120.5")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of two periods."""
    loader.load(tmp_path / "old", [bill(tmp_path / "old.csv", OLD)])
    return tmp_path / "old"


def calls_of_a_load(driver: Driver, old: Path, new: Path) -> int:
    """How many calls that change the disk a load makes when all is well."""
    root = old.with_name("counted")
    shutil.copytree(old, root)
    ended = driver.load(root, [new])
    assert (ended.code, total(root)) == (LOADED, AFTER), ended.said
    figures.most("system calls of the load", ended.calls)
    return ended.calls


def try_all(driver: Driver, old: Path, cases: Iterable[tuple[int, str]]) -> set[Decimal]:
    """Load with each fault at each call; the totals that were left."""
    new = bill(old.with_name("new.csv"), NEW)
    last = bill(old.with_name("last.csv"), LAST)
    left = set()
    root = old.with_name("store")
    for at, fault in cases:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(old, root)
        ended = driver.load(root, [new], at=at, kind=FAULTS[fault])
        case = f"{fault} at call {at} of {ended.calls}: exit {ended.code}, {ended.said}"
        found = total(root)
        left.add(found)
        assert found in {BEFORE, AFTER}, case
        assert ended.code != BROKEN, case
        assert found == AFTER or ended.code != LOADED, case
        assert_whole(root, last, Decimal(15) + (1000 if found == AFTER else 0))
        figures.count("faults in system calls")
    return left


def test_a_sample_of_calls(faulty: Driver, old: Path) -> None:
    number = calls_of_a_load(faulty, old, bill(old.with_name("new.csv"), NEW))
    assert number > 60
    chance = random.Random(number)
    cases = [(chance.randrange(1, number), fault) for fault in FAULTS for _ in range(2)]
    assert BEFORE in try_all(faulty, old, cases)


def test_the_calls_round_the_commit(faulty: Driver, old: Path) -> None:
    number = calls_of_a_load(faulty, old, bill(old.with_name("new.csv"), NEW))
    left = try_all(faulty, old, [(at, "kill") for at in range(number - 40, number, 4)])
    assert left == {BEFORE, AFTER}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call(faulty: Driver, old: Path, fault: str) -> None:
    number = calls_of_a_load(faulty, old, bill(old.with_name("new.csv"), NEW))
    left = try_all(faulty, old, [(at, fault) for at in range(1, number + 1)])
    assert left == {BEFORE, AFTER}
