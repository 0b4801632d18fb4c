"""The doctor finds every damage, names the unit, says how to repair it, and disturbs nobody."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui import generations, kept, loader, lock
from finops_tui.__main__ import main
from finops_tui.doctor import Checkup, examine
from finops_tui.doctor_report import as_json, as_text
from finops_tui.manifest import Entry, Manifest, NewerStoreError, StoreError, dump
from tests.store.fake_sources import charge, write
from tests.store.helpers import publish, total, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNIT = ("focus", "111", "2025-01")


def entry_of(root: Path) -> Entry:
    """The unit that is damaged here."""
    (entry,) = [entry for entry in generations.read(root).manifest.entries if entry.unit == UNIT]
    return entry


def writable(root: Path) -> Path:
    """Its segment, open to be damaged."""
    path = kept.segment(root, entry_of(root))
    path.chmod(0o600)
    return path


def problems(checkup: Checkup) -> list[str]:
    """What is wrong, apart from the mode that `writable` gave."""
    return [f.problem for f in checkup.findings if "may be written to" not in f.problem]


def test_a_whole_store_is_healthy_and_left_alone(loaded: Path) -> None:
    publish(loaded, "2")
    before = tree(loaded)
    checkup = examine(loaded)
    assert (checkup.healthy, checkup.findings, checkup.undo, checkup.loading) == (True, (), True, "")
    assert tree(loaded) == before


def test_every_flipped_bit_is_found_and_named(loaded: Path) -> None:
    path = writable(loaded)
    healthy = path.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        data = bytearray(healthy)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        checkup = examine(loaded)
        assert not checkup.healthy
        assert {finding.unit.unit for finding in checkup.findings if finding.unit} == {UNIT}
        assert problems(checkup) == ["the bytes of its segment are not those that were published"]
    publish(loaded, "2")
    assert problems(examine(loaded))[0].startswith("the earlier focus 111 2025-01 is damaged")
    assert examine(loaded).healthy


def _link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: os.truncate(path, 4096), "its segment has 4096 bytes instead of"),
        (lambda path: path.unlink(), "its segment is missing"),
        (_link, "its segment is not a plain file"),
        (
            lambda path: path.with_name(f"{path.name}.wal").touch(),
            ".wal beside its segment; remove that file",
        ),
    ],
)
def test_damage_is_told_with_the_command_that_repairs_it(
    loaded: Path,
    damage: Callable[[Path], None],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(writable(loaded))
    assert main(["doctor", "--store", str(loaded)]) == 1
    said = capsys.readouterr().out
    assert f"DAMAGE: focus 111 2025-01: {words}" in said or words in said
    command = next(line.strip() for line in said.splitlines() if line.startswith("  finops-tui load"))
    assert main(shlex.split(command)[1:]) == 0
    assert total(loaded) == 111
    assert examine(loaded).healthy


def forged(root: Path, **changes: object) -> None:
    """Publish a manifest whose entry says something else than its segment, with a digest that fits."""
    manifest = generations.read(root).manifest
    entries = [replace(e, **changes) if e.unit == UNIT else e for e in manifest.entries]  # type: ignore[arg-type]
    (root / "CURRENT").write_bytes(dump(Manifest(manifest.generation, tuple(entries))))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"totals": {"USD": {"billed": "2", "effective": "1", "list": "1", "contracted": "1"}}},
            "its charges do not add up to its totals",
        ),
        ({"charges": 7}, "it has 1 charges instead of 7"),
        ({"lines": 3}, "it has 1 lines instead of 3"),
        ({"quarantined": 3}, "it has 0 quarantined records instead of 3"),
    ],
)
def test_a_manifest_that_says_something_else_than_its_segment(
    loaded: Path, changes: dict[str, object], words: str
) -> None:
    forged(loaded, **changes)
    assert words in problems(examine(loaded))


def test_a_segment_changed_by_somebody_who_also_changed_the_manifest(loaded: Path) -> None:
    path = writable(loaded)
    with duckdb.connect(str(path)) as connection:
        connection.execute('UPDATE charges SET "BilledCost" = 2')
        connection.execute("COMMENT ON TABLE lines IS 'another'")
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    forged(loaded, bytes=path.stat().st_size, sha256=sha)
    found = problems(examine(loaded))
    assert "its segment is another one's" in found
    assert "its charges do not add up to its totals" in found


def test_a_damaged_current_and_a_damaged_copy(loaded: Path) -> None:
    whole = (loaded / "CURRENT").read_bytes()
    (loaded / "CURRENT").write_bytes(whole[:99])
    assert "CURRENT is damaged" in examine(loaded).findings[0].problem
    (loaded / "manifests" / "1.json").write_bytes(b"")
    checkup = examine(loaded)
    assert not checkup.healthy
    assert "there is no copy of it. Move the folder away" in as_text(checkup)
    (loaded / "CURRENT").write_bytes(whole.replace(b'"format": 1', b'"format": 9', 1))
    with pytest.raises(NewerStoreError):
        examine(loaded)


def test_what_lies_about_is_told_and_harmless(loaded: Path) -> None:
    (loaded / "segments" / f"{'0' * 16}-{'1' * 16}.duckdb").touch()
    (loaded / "segments" / "notes.txt").touch()
    (loaded / "tmp" / f"77-{'1' * 16}").mkdir()
    (loaded / "README").touch()
    checkup = examine(loaded)
    assert checkup.healthy
    words = as_text(checkup)
    assert words.count("was left behind by a load that was killed") == 2
    assert words.count("is not the store's") == 2
    with lock.hold(loaded):
        busy = examine(loaded)
    assert f"pid {os.getpid()} since 2" in busy.loading
    assert "left behind" not in as_text(busy)


def test_files_that_others_may_read_are_no_health(loaded: Path) -> None:
    loaded.chmod(0o755)
    (loaded / "CURRENT").chmod(0o640)
    kept.segment(loaded, entry_of(loaded)).chmod(0o644)
    words = as_text(examine(loaded))
    assert f"others may enter or change {loaded}\n  repair: chmod go-rwx '{loaded}'" in words
    assert f"a group may enter or change {loaded / 'CURRENT'}" in words
    assert "focus 111 2025-01: its segment may be written to, or read by anybody" in words
    assert not examine(loaded).healthy


def test_a_load_meanwhile_is_no_damage(loaded: Path) -> None:
    fresh = iter("23")

    def load_twice(_: str) -> None:
        for cost in fresh:
            publish(loaded, cost)

    checkup = examine(loaded, load_twice)
    assert (checkup.healthy, checkup.manifest.generation) == (True, 3)


def test_no_store_is_told_from_a_damaged_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        examine(tmp_path / "nothing")
    (tmp_path / "thesis.txt").touch()
    assert main(["doctor", "--store", str(tmp_path)]) == 2
    assert "is not a store: it holds 'thesis.txt'" in capsys.readouterr().err


def test_names_from_bills_are_safe_in_every_line(root: Path, bills: Path) -> None:
    nasty = write(bills / "a\x1b[2J.json", [charge("1", account="\x1b]52;c;x\x07")])
    loader.load(root, [nasty])
    (path,) = (root / "segments").iterdir()
    path.unlink()
    words = as_text(examine(root))
    assert "\x1b" not in words
    assert "\x07" not in words
    (finding,) = json.loads(json.dumps(as_json(examine(root))))["findings"]
    assert finding["unit"]["account"] == "\x1b]52;c;x\x07"
    nasty.unlink()
    assert "which is gone" in as_text(examine(root))
