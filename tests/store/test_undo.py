"""Undo: the generation before comes back whole, and can be brought forward again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finops_tui import generations, loader, lock
from finops_tui.__main__ import main
from finops_tui.manifest import StoreError
from finops_tui.store import Store
from finops_tui.undo import undo
from tests.store.fake_sources import charge, write
from tests.store.helpers import EVERYTHING, publish, segments, total, totals, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_load_is_undone_and_a_second_undo_brings_it_back(loaded: Path, bills: Path) -> None:
    rows = [charge("2.5"), charge("1000", account="333")]
    loader.load(loaded, [write(bills / "b.json", rows)])
    undone = undo(loaded)
    assert total(loaded) == 111
    back, gone = undone.changes
    assert back.startswith("focus 111 2025-01 is back as loaded 2")
    assert back.endswith("billed USD 1 (was 2.5, -1.5)")
    assert gone == "focus 333 2025-01 is no longer loaded: billed USD 1000"
    again = undo(loaded)
    assert again.changes[1] == "focus 333 2025-01 is loaded again: billed USD 1000"
    assert total(loaded) == 1112 + 0.5


def test_the_first_load_is_undone_to_an_empty_store(loaded: Path) -> None:
    before = generations.read(loaded).manifest.entries
    undo(loaded)
    assert total(loaded) == 0
    assert generations.read(loaded).manifest.generation == 2
    undo(loaded)
    assert generations.read(loaded).manifest.entries == before


def test_a_reader_goes_on_while_a_load_is_undone_and_then_sees_it(loaded: Path) -> None:
    publish(loaded, "2")
    with Store(loaded) as reader:
        asked = reader._asked("total", EVERYTHING, {})
        undo(loaded)
        assert reader._answer(asked)["cost"].to_list() == [112]
        reader._shelf.release(asked.generation, asked.cursor)
        assert reader.refresh()
        assert (totals(reader), reader.generation) == ({"USD": 111}, 3)


def test_a_load_after_an_undo_starts_from_what_came_back(loaded: Path, bills: Path) -> None:
    publish(loaded, "2")
    undo(loaded)
    loader.load(loaded, [write(bills / "c.json", [charge("7", account="222")])])
    assert total(loaded) == 1 + 10 + 7
    assert len(segments(loaded)) == 4


def test_nothing_damaged_comes_back(loaded: Path) -> None:
    (old,) = [e for e in generations.read(loaded).manifest.entries if e.unit == ("focus", "111", "2025-01")]
    publish(loaded, "2")
    path = loaded / "segments" / old.file
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = (loaded / "CURRENT").read_bytes()
    with pytest.raises(StoreError, match=r"the earlier focus 111 2025-01 is damaged .* as before"):
        undo(loaded)
    assert (loaded / "CURRENT").read_bytes() == before
    path.unlink()
    with pytest.raises(StoreError, match="the earlier focus 111 2025-01 is damaged"):
        undo(loaded)
    assert total(loaded) == 112


def test_what_cannot_be_undone_says_why(root: Path, loaded: Path) -> None:
    with pytest.raises(StoreError, match="nothing was ever loaded"):
        undo(root.parent / "nothing")
    assert not (root.parent / "nothing").exists()
    publish(loaded, "2")
    with lock.hold(loaded), pytest.raises(lock.LockedError, match="another load is running"):
        undo(loaded)
    (loaded / "manifests" / "1.json").write_bytes(b"{")
    before = tree(loaded)["CURRENT"]
    with pytest.raises(StoreError, match="the generation before is not kept"):
        undo(loaded)
    assert tree(loaded)["CURRENT"] == before


def test_the_command_says_what_it_did(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(loaded, "2")
    assert main(["undo", "--store", str(loaded)]) == 0
    assert "focus 111 2025-01 is back as loaded" in capsys.readouterr().out
    assert main(["undo", "--store", str(loaded), "--json"]) == 0
    assert '"generation": 4' in capsys.readouterr().out
    assert main(["undo", "--store", str(loaded / "nothing")]) == 2
    assert "nothing was ever loaded" in capsys.readouterr().err
