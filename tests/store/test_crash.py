"""A load that dies or fails at any change of the disk leaves the generation before, or the new one, whole."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import disk, generations, loader
from finops_tui.manifest import StoreError, parse
from tests.store.fake_sources import charge, write
from tests.store.helpers import segments, total

if TYPE_CHECKING:
    from pathlib import Path

JANUARY, RESTATED, REPAIRED, FEBRUARY = Decimal("0.25"), Decimal("6.50"), Decimal(99), Decimal(1)


class KilledError(BaseException):
    """The process ends here."""


class FaultyOs:
    """The `os` that `disk` sees: its n-th change fails, or the process ends there."""

    CHANGES = ("mkdir", "write", "fsync", "chmod", "replace", "unlink", "rmdir")

    def __init__(self, at: int, *, kill: bool, torn: bool = False) -> None:
        self.at = at
        self.kill = kill
        self.torn = torn
        self.done = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CHANGES:
            return real

        def faulty(*arguments: Any) -> Any:
            self.done += 1
            if self.done < self.at or (self.done > self.at and not self.kill):
                return real(*arguments)
            if self.torn and name == "write" and self.done == self.at:
                real(arguments[0], bytes(arguments[1][: len(arguments[1]) // 2]))
            if self.kill:
                raise KilledError
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        return faulty


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of two units."""
    rows = [charge(JANUARY), charge(FEBRUARY, day="2025-02-01")]
    loader.load(tmp_path / "old", [write(tmp_path / "old.json", rows)])
    return tmp_path / "old"


def fail_at(step: int, root: Path, source: Path, monkeypatch: pytest.MonkeyPatch, **how: bool) -> bool:
    """Load with a fault at a step; whether the load came to that step."""
    faulty = FaultyOs(step, **how)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", faulty)
        with suppress(KilledError, StoreError):
            loader.load(root, [source])
    return faulty.done >= step


@pytest.mark.parametrize("how", [{"kill": False}, {"kill": True, "torn": True}], ids=str)
@pytest.mark.parametrize("fresh", [False, True], ids=["over an old generation", "into nothing"])
def test_a_fault_at_every_step(
    tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, bool], *, fresh: bool
) -> None:
    new = write(tmp_path / "new.json", [charge(RESTATED)])
    again = write(tmp_path / "again.json", [charge(REPAIRED)])
    kept = Decimal(0) if fresh else FEBRUARY
    before = Decimal(0) if fresh else FEBRUARY + JANUARY
    seen = set()
    for step in itertools.count(1):
        root = tmp_path / f"store{step}"
        if not fresh:
            shutil.copytree(old, root)
        if not fail_at(step, root, new, monkeypatch, **how):
            break
        seen.add(found := total(root))
        assert found in {before, kept + RESTATED}, step
        loader.load(root, [again])
        assert total(root) == kept + REPAIRED
        assert not list((root / "tmp").iterdir())
        copies = [parse(path.read_bytes()).files for path in (root / "manifests").iterdir()]
        assert segments(root) == generations.read(root).manifest.files.union(*copies)
    assert step > 15
    assert seen == {before, kept + RESTATED}


def test_a_load_that_could_not_write_says_so_and_is_not_counted_as_done(
    tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "rename", full)
    with pytest.raises(StoreError, match="No space left on device; it is as before"):
        loader.load(old, [write(tmp_path / "new.json", [charge(RESTATED)])])
    assert total(old) == JANUARY + FEBRUARY


def test_a_failure_after_the_commit_is_told_and_the_load_counts(
    tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        if path == old:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(disk, "flush", broken)
    result = loader.load(old, [write(tmp_path / "new.json", [charge(RESTATED)])])
    assert any("housekeeping: Input/output error" in note for note in result.notes)
    assert total(old) == RESTATED + FEBRUARY


def test_the_generation_before_is_kept_and_older_ones_go(tmp_path: Path, old: Path) -> None:
    files = []
    for cost in (RESTATED, REPAIRED):
        loader.load(old, [write(tmp_path / "bill.json", [charge(cost)])])
        files.append(generations.read(old).manifest.files)
    assert segments(old) == files[0] | files[1]
    assert sorted(path.name for path in (old / "manifests").iterdir()) == ["2.json", "3.json"]
