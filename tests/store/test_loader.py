"""Loading: what a unit replaces, what refuses a load, what the user is told."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import generations, loader, lock, sources
from finops_tui.manifest import StoreError
from finops_tui.store import Store
from tests.store.fake_sources import charge, write
from tests.store.helpers import segments, total, totals, tree

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources import Staged


def test_loading_the_same_bill_again_replaces_it(root: Path, bills: Path) -> None:
    bill = write(bills / "a.json", [charge("1.10"), charge("2.20", day="2025-01-02")])
    loader.load(root, [bill])
    result = loader.load(root, [bill])
    assert total(root) == Decimal("3.30")
    assert result.notes == (
        f"focus 111 2025-01 replaced the one of {_today(root)}: billed USD 3.3 (as before)",
    )


def _today(root: Path) -> str:
    return generations.read(root).manifest.entries[0].loaded_at[:10]


def test_a_restated_month_wins_and_the_others_keep_their_files(root: Path, bills: Path) -> None:
    rows = [charge("1"), charge("10", day="2025-02-03"), charge("100", account="222")]
    before = loader.load(root, [write(bills / "a.json", rows)]).loaded
    result = loader.load(root, [write(bills / "b.json", [charge("1.5")])])
    assert [entry.unit for entry in result.loaded] == [("focus", "111", "2025-01")]
    assert "billed USD 1.5 (was 1, +0.5)" in result.notes[0]
    after = {entry.unit: entry for entry in generations.read(root).manifest.entries}
    for entry in before:
        assert (after[entry.unit] == entry) == (entry.unit != ("focus", "111", "2025-01"))
    assert total(root) == Decimal("111.5")


def test_the_movement_of_a_total_is_exact(root: Path, bills: Path) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1000000.0000000000000000000001")])])
    result = loader.load(root, [write(bills / "a.json", [charge("1000000.0000000000000000000003")])])
    assert "(was 1000000.0000000000000000000001, +0.0000000000000000000002)" in result.notes[0]


def test_one_refused_file_refuses_the_whole_call(root: Path, bills: Path) -> None:
    write(bills / "a.json", [charge("1")])
    (bills / "b.txt").write_text("no bill")
    result = loader.load(root, [bills])
    assert result.loaded == ()
    assert [(refused.file, refused.reason) for refused in result.refused] == [
        (str(bills / "b.txt"), "no bill")
    ]
    assert not root.exists()


def test_keep_going_loads_the_rest(root: Path, bills: Path) -> None:
    write(bills / "a.json", [charge("1")])
    (bills / "b.txt").write_text("no bill")
    result = loader.load(root, [bills], keep_going=True)
    assert len(result.loaded) == len(result.refused) == 1
    assert total(root) == 1


def test_a_delivery_with_no_records_wipes_nothing_and_publishes_nothing(root: Path, bills: Path) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1")])])
    before = tree(root)
    result = loader.load(root, [write(bills / "empty.json", [])])
    assert result.loaded == ()
    assert [refused.reason[:7] for refused in result.refused] == ["no rows"]
    assert {name for name in tree(root) if tree(root)[name] != before.get(name)} <= {"LOCK", "tmp"}
    assert total(root) == 1


def test_a_name_keeps_a_bill_apart_and_warns_of_counting_it_twice(root: Path, bills: Path) -> None:
    rows = [charge("1"), charge("2", day="2025-02-01")]
    bill = write(bills / "a.json", rows)
    loader.load(root, [bill], source_name="aws-cur")
    result = loader.load(root, [bill])
    assert total(root) == 6
    assert (
        "the same bill may be counted twice: aws-cur and focus both hold account 111,"
        " 2 periods from 2025-01 to 2025-02"
    ) in result.notes


def test_a_second_loader_is_refused_and_told_who_is_first(root: Path, bills: Path) -> None:
    bill = write(bills / "a.json", [charge("1")])
    root.mkdir()
    with (
        lock.hold(root),
        pytest.raises(lock.LockedError, match=r"another load is running: .+@.+ pid \d+ since 2"),
    ):
        loader.load(root, [bill])
    loader.load(root, [bill])
    assert total(root) == 1


@pytest.mark.parametrize("moment", range(4))
def test_cancelling_leaves_the_store_as_before(root: Path, bills: Path, moment: int) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1")])])
    before = (root / "CURRENT").read_bytes(), segments(root)
    rows = [charge("5", account=f"{n}") for n in range(2)]
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > moment

    with pytest.raises(loader.LoadCancelledError, match="as before"):
        loader.load(root, [write(bills / "b.json", rows)], cancelled=cancelled)
    assert ((root / "CURRENT").read_bytes(), segments(root)) == before
    assert not list((root / "tmp").iterdir())


def test_progress_goes_on_while_units_are_stored(root: Path, bills: Path) -> None:
    told = []
    rows = [charge("1"), charge("2", day="2025-02-01")]
    loader.load(
        root, [write(bills / "a.json", rows)], progress=lambda step: told.append((step.file, step.records))
    )
    assert told == [("a.json", 0), ("storing focus 111 2025-01", 0), ("storing focus 111 2025-02", 1)]


def test_somebody_elses_folder_is_not_made_a_store(tmp_path: Path, bills: Path) -> None:
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    (home / "thesis.txt").write_text("years of work")
    bill = write(bills / "a.json", [charge("1")])
    with pytest.raises(StoreError, match=r"is not a store: it holds 'thesis\.txt'"):
        loader.load(home, [bill])
    assert sorted(path.name for path in home.iterdir()) == ["thesis.txt", "tmp"]
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="is not a folder"):
        loader.load(file, [bill])


def test_memory_that_is_no_size_is_refused_in_words(root: Path, bills: Path) -> None:
    bill = write(bills / "a.json", [charge("1")])
    with pytest.raises(ValueError, match="'much' is not a size of memory"):
        loader.load(root, [bill], memory="much")


def test_names_from_bills_never_name_files(root: Path, bills: Path) -> None:
    nasty = ["../../etc", "a/b", "x'; DROP TABLE lines; --", "\x1b[31m", "", "名前", "a\nb", "n" * 300]
    bill = write(bills / "a.json", [charge("1", account=name) for name in nasty])
    result = loader.load(root, [bill], source_name="../so'urce")
    assert {entry.account for entry in result.loaded} == set(nasty)
    assert all(len(name) == 40 and name.isascii() for name in segments(root))
    with Store(root) as store:
        assert totals(store) == {"USD": len(nasty)}


def test_what_is_stored_is_private(root: Path, bills: Path) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1")])])
    modes = {path: path.stat().st_mode & 0o777 for path in [root, *root.rglob("*")]}
    for path, mode in modes.items():
        sealed = path.parent.name == "segments"
        assert mode == (0o400 if sealed else 0o700 if path.is_dir() else 0o600), path


def test_rows_are_records_of_the_file_whatever_became_of_them(root: Path, bills: Path) -> None:
    two = charge("3", day="2025-01-05")
    rows = [charge("1"), two, charge("10", day="2025-02-01")]
    netted = [charge(day="2025-02-02"), charge(day="2025-02-03"), charge(account="nobody")]
    bill = write(bills / "a.json", rows, doubled=[two], dropped=netted, quarantined=["x"])
    january, february = loader.load(root, [bill]).loaded
    assert (january.records, january.charges, january.quarantined) == (3, 3, 1)  # one of them nobody's
    assert (february.records, february.charges, february.quarantined) == (3, 1, 0)
    assert january.records + february.records + 1 == january.inputs[0].records
    assert total(root) == 17


def test_a_file_whose_records_are_not_all_accounted_for_is_refused(
    root: Path, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1")])])
    whole = sources.stage

    def loses_one(connection: DuckDBPyConnection, *rest: Any, **more: Any) -> Staged:
        staged = whole(connection, *rest, **more)
        connection.execute("DELETE FROM dropped")
        return staged

    monkeypatch.setattr(sources, "stage", loses_one)
    bill = write(bills / "b.json", [charge("2"), charge("3")], dropped=[charge()], quarantined=["x"])
    with pytest.raises(
        StoreError, match=r"b\.json: 4 records were counted and 3 accounted for; nothing was published"
    ):
        loader.load(root, [bill])
    assert total(root) == 1
