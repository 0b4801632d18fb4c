"""Single bits that turn on the disk: found, named to the period, and gone when that period is loaded again."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from finops_tui import generations, kept, loader
from finops_tui.doctor import examine
from finops_tui.manifest import StoreError
from tests import figures
from tests.faults.loads import FEBRUARY, JANUARY, bill, total

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.manifest import Entry


def turned(path: Path, chance: random.Random, first: int = 0) -> None:
    """Turn one bit of a file, of the byte `first` or a later one."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[chance.randrange(first, len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    path.chmod(mode)


def assert_never_wrong(root: Path, entry: Entry) -> None:
    """An answer is right, or an error that names the period; never another figure."""
    try:
        assert total(root) == 110
    except StoreError as error:
        assert str(error).startswith(f"{entry.name} cannot be read"), error  # noqa: PT017


def turn_bits(folder: Path, times: int) -> None:
    """Turn a bit of a segment, look for it, and load the period again."""
    loader.load(folder / "whole", [bill(folder / "bill.csv", {JANUARY: 10, FEBRUARY: 100})])
    root = folder / "store"
    chance = random.Random(times)
    entries = generations.read(folder / "whole").manifest.entries
    for number in range(times):
        shutil.copytree(folder / "whole", root)
        entry = chance.choice(entries)
        turned(kept.segment(root, entry), chance)
        checkup = examine(root)
        assert {finding.unit for finding in checkup.findings} == {entry}, number
        assert not checkup.healthy
        assert_never_wrong(root, entry)
        again = {JANUARY: 10} if entry.period == JANUARY else {FEBRUARY: 100}
        loader.load(root, [bill(folder / "again.csv", again)])
        assert examine(root).healthy
        assert total(root) == 110
        shutil.rmtree(root)
    figures.count("bits turned in segments, found and repaired", times)


def test_a_few_bits(tmp_path: Path) -> None:
    turn_bits(tmp_path, 8)


@pytest.mark.slow
def test_many_bits(tmp_path: Path) -> None:
    turn_bits(tmp_path, 300)


def test_a_bit_of_the_manifest_is_found_and_its_copy_used(tmp_path: Path) -> None:
    root = tmp_path / "store"
    loader.load(root, [bill(tmp_path / "bill.csv", {JANUARY: 10, FEBRUARY: 100})])
    whole = (root / "CURRENT").read_bytes()
    chance = random.Random(3)
    for _ in range(60):
        turned(root / "CURRENT", chance, len(b'{\n "format": 1'))  # of a newer format it would be left alone
        current = generations.read(root)
        assert current.damage
        assert current.manifest == generations.parse(whole)
        (root / "CURRENT").write_bytes(whole)
    figures.count("bits turned in manifests", 60)
