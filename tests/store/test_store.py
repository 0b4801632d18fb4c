"""Reading a store: generations, damage, answers that are cached, interrupted, or never come."""

from __future__ import annotations

import os
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finops_tui import generations, kept, loader, queries, store
from finops_tui.attached import DamagedSegmentError
from finops_tui.manifest import NewerStoreError, StoreError
from finops_tui.store import Store
from tests.store.fake_sources import charge, write
from tests.store.helpers import EVERYTHING, publish, segments, total, totals, tree

if TYPE_CHECKING:
    from collections.abc import Iterator


def segment_of(root: Path, account: str, period: str) -> Path:
    """The segment file of a unit."""
    entries = generations.read(root).manifest.entries
    return next(kept.segment(root, e) for e in entries if (e.account, e.period) == (account, period))


def test_a_store_that_is_not_there_is_empty_and_stays_away(root: Path) -> None:
    with Store(root) as reader:
        assert (reader.catalog.segments, reader.entries, reader.generation) == ((), (), 0)
        for question in queries.questions():
            frame = reader.ask_now(question, EVERYTHING, **dict.fromkeys(_parameters(question), None))
            assert frame.height in {0, 1}, question
            assert frame.columns
    assert not root.exists()


def _parameters(question: str) -> list[str]:
    return queries._PARAMETER.findall(queries.text(question))


def test_an_empty_store_becomes_full_at_a_refresh(root: Path, bills: Path) -> None:
    with Store(root) as reader:
        assert totals(reader) == {}
        assert not reader.refresh()
        loader.load(root, [write(bills / "a.json", [charge("1")])])
        assert reader.refresh()
        assert totals(reader) == {"USD": 1}


def test_a_reader_keeps_its_generation_until_it_refreshes(loaded: Path) -> None:
    with Store(loaded) as reader:
        assert totals(reader) == {"USD": 111}
        publish(loaded, "2")
        publish(loaded, "3")
        reader._answers.clear()
        assert not segments(loaded) >= {entry.file for entry in reader.entries}
        assert totals(reader) == {"USD": 111}
        assert reader.refresh()
        assert (totals(reader), reader.generation) == ({"USD": 113}, 3)
        assert not reader.refresh()


def test_an_answer_begun_before_a_refresh_finishes_on_its_generation(loaded: Path) -> None:
    with Store(loaded) as reader:
        asked = reader._asked("total", EVERYTHING, {})
        publish(loaded, "2")
        assert reader.refresh()
        assert reader._answer(asked)["cost"].to_list() == [111]
        reader._shelf.release(asked.generation, asked.cursor)
        attached = reader._shelf._connection.execute(
            "SELECT count(*) FROM duckdb_databases() WHERE path IS NOT NULL"
        )
        assert attached.fetchone() == (3,)
        assert totals(reader) == {"USD": 112}


def test_a_segment_collected_while_opening_sends_the_reader_to_the_newer_generation(
    loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = generations.read
    reads = []

    def read(root: Path) -> generations.Current:
        current = real(root)
        if not reads:
            reads.append(current)
            publish(loaded, "2")
            publish(loaded, "3")
        return current

    monkeypatch.setattr(generations, "read", read)
    monkeypatch.setattr(store.generations, "read", read)
    publish_once = total(loaded)
    assert publish_once == Decimal(113)


def test_a_damaged_current_sends_readers_to_its_copy_and_the_next_load_puts_it_back(loaded: Path) -> None:
    for data in (b"", (loaded / "CURRENT").read_bytes()[:300]):
        (loaded / "CURRENT").write_bytes(data)
        with Store(loaded) as reader:
            assert totals(reader) == {"USD": 111}
            assert "CURRENT is damaged" in reader.note
    (loaded / "CURRENT").unlink()
    assert total(loaded) == 111
    (loaded / "CURRENT").write_bytes(b"{")
    publish(loaded, "2")
    with Store(loaded) as reader:
        assert (totals(reader), reader.note) == ({"USD": 112}, "")


def test_a_current_damaged_with_its_copies_is_refused_and_nothing_is_swept(loaded: Path, bills: Path) -> None:
    (loaded / "CURRENT").write_bytes(b"{")
    for path in (loaded / "manifests").iterdir():
        path.write_bytes(b"")
    before = segments(loaded)
    for attempt in (lambda: Store(loaded), lambda: loader.load(loaded, [bills])):
        with pytest.raises(StoreError, match=r"is damaged .*no copy of it"):
            attempt()
    assert segments(loaded) == before


def test_a_newer_store_is_refused_by_readers_and_loaders_and_left_alone(loaded: Path, bills: Path) -> None:
    newer = (loaded / "CURRENT").read_text().replace('"format": 1', '"format": 3', 1)
    (loaded / "CURRENT").write_text(newer)
    before = segments(loaded)
    for attempt in (lambda: Store(loaded), lambda: loader.load(loaded, [bills])):
        with pytest.raises(NewerStoreError, match="newer finops-tui"):
            attempt()
    assert segments(loaded) == before
    assert (loaded / "CURRENT").read_text() == newer


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 100)


def _scramble(path: Path) -> None:
    path.write_bytes(b"\x5a" * path.stat().st_size)


def _swap(path: Path) -> None:
    other = next(p for p in path.parent.iterdir() if p != path and p.stat().st_size == path.stat().st_size)
    path.unlink()
    shutil.copyfile(other, path)


def _wal(path: Path) -> None:
    path.with_name(f"{path.name}.wal").write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_truncate, "bytes instead of"),
        (_scramble, "cannot be opened"),
        (_swap, "is another one's"),
        (_wal, r"\.wal beside its segment"),
        (Path.unlink, "is missing"),
    ],
)
def test_a_damaged_segment_is_named_by_its_unit_and_loading_repairs_it(
    loaded: Path, damage: object, words: str
) -> None:
    path = segment_of(loaded, "111", "2025-01")
    path.chmod(0o600)
    damage(path)  # type: ignore[operator]
    with pytest.raises(
        DamagedSegmentError, match=f"focus 111 2025-01 cannot be read: .*{words}.*Load that period again"
    ):
        Store(loaded)
    publish(loaded, "2")
    assert total(loaded) == 112


def test_a_flipped_bit_is_found_by_the_answer_that_reads_it(loaded: Path) -> None:
    path = segment_of(loaded, "222", "2025-01")
    path.chmod(0o600)
    healthy = path.read_bytes()
    named = []
    for position in range(20_000, len(healthy), 4_001):
        path.write_bytes(healthy[:position] + bytes([healthy[position] ^ 4]) + healthy[position + 1 :])
        try:
            assert total(loaded) == 111
        except DamagedSegmentError as error:
            named.append(str(error))
    assert named
    assert all(words.startswith("focus 222 2025-01 cannot be read: its segment") for words in named)


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of a user that is not root, and the rights of that user."""
    folder = Path(tempfile.mkdtemp(prefix="finops-tui-reader-"))
    privileged = os.geteuid() == 0
    if privileged:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)
    if privileged:
        os.seteuid(0)


def test_a_reader_needs_no_right_to_write(bills: Path, unprivileged: Path) -> None:
    root = unprivileged / "store"
    loader.load(root, [write(unprivileged / "a.json", [charge("1")])])
    for path in [root, *root.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    with pytest.raises(PermissionError):
        (root / "new").touch()
    before = tree(root)
    with Store(root) as reader:
        assert totals(reader) == {"USD": 1}
        assert not reader.refresh()
    assert tree(root) == before
