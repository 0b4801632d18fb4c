"""How far a load is: it only grows, goes on while the database works, and learns how long that takes."""

from __future__ import annotations

import pytest

from finops_tui.loader_progress import MULTIPLE, READING, TICK, Telling
from finops_tui.queries import pace
from finops_tui.sources.model import Progress

SIZE = 1000


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Load:
    """A load of files that are counted in one second each, then taken in by the database."""

    def __init__(self, files: int) -> None:
        self.clock = Clock()
        self.told: list[Progress] = []
        self.telling = Telling(self.told.append, self.clock)
        self.files = files

    @property
    def shares(self) -> list[float]:
        return [step.share or 0.0 for step in self.told]

    def count(self, file: int) -> None:
        for tenth in range(11):
            self.telling(Progress(f"{file}.csv", SIZE * file + SIZE * tenth // 10, SIZE * self.files, 0))
            self.clock.now += 0.1

    def work(self, seconds: float) -> None:
        for _ in range(int(seconds * 10)):
            self.clock.now += 0.1
            self.telling.tick()

    def store(self, units: int) -> None:
        for place in range(units):
            self.telling.storing(Progress(f"storing {place}", 1, 1, 0), place, units)
            self.work(1)


@pytest.mark.parametrize("seconds", [0, 2, 20, 200])
@pytest.mark.parametrize("files", [1, 3])
def test_the_share_only_grows_and_is_never_all_of_it_before_the_end(files, seconds) -> None:
    load = Load(files)
    for file in range(files):
        load.count(file)
        load.work(seconds)
    load.store(4)
    assert load.shares == sorted(load.shares)
    assert load.shares[0] == 0
    assert 0.9 < load.shares[-1] < 1
    reading = [step.share for step in load.told if not step.file.startswith("storing")]
    assert reading[-1] <= READING


def test_it_is_told_on_while_the_database_works() -> None:
    load = Load(1)
    load.count(0)
    before = len(load.told)
    load.work(10)
    ticks = load.told[before:]
    assert len(ticks) == pytest.approx(10 / TICK, abs=4)
    assert len({step.share for step in ticks}) == len(ticks)
    assert {(step.file, step.done) for step in ticks} == {("0.csv", SIZE)}


def test_as_expected_the_share_is_that_of_the_time() -> None:
    load = Load(2)
    load.count(0)
    load.work(MULTIPLE / 2)
    assert load.shares[-1] == pytest.approx(READING / 4, rel=0.15)


def test_the_time_of_a_file_is_expected_of_the_next_one() -> None:
    load = Load(2)
    load.count(0)
    load.work(4)
    load.count(1)
    load.work(2)
    assert load.shares[-1] == pytest.approx(READING * (1 + 0.6) / 2, rel=0.1)


def test_files_that_are_staged_again_do_not_take_anything_back() -> None:
    load = Load(2)
    for _ in range(2):
        for file in range(2):
            load.count(file)
            load.work(5)
    assert load.shares == sorted(load.shares)


def test_the_time_left_is_said_to_be_an_estimate() -> None:
    assert pace.parts(500, 1000, 10) == ["500 B of 1.0 KB", "50 B/s", "10 s so far", "10 s left"]
    assert pace.parts(1000, 1000, 10, 0.25)[-1] == "about 30 s left"
    assert pace.parts(1000, 1000, 10, 0.0)[-1] == "10 s so far"


def test_nobody_has_to_be_told() -> None:
    telling = Telling(None)
    telling.tick()
    telling(Progress("a", 1, 2, 3))
    telling.tick()
