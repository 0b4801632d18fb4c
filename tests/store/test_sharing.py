"""A store that a group reads: modes, who may load, who is told what."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader, lock, sharing
from finops_tui.doctor import examine
from finops_tui.manifest import StoreError
from finops_tui.store import Store
from finops_tui.undo import undo
from tests.store.fake_sources import charge, write
from tests.store.helpers import publish, total, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65_534
SHARED = {"segments": 0o440, "manifests": 0o640}


@pytest.fixture
def group() -> str:
    """A group of this user, not the first one where there are several."""
    return grp.getgrgid(next(iter({*os.getgroups()} - {os.getegid()}), os.getegid())).gr_name


def modes(root: Path) -> dict[str, tuple[int, int]]:
    """Mode and group of everything in a store."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode & 0o7777, path.stat().st_gid)
        for path in (root, *root.rglob("*"))
    }


def assert_shared(root: Path, group: str) -> None:
    """Every folder 2750, every segment 0440, every other file 0640, all of the group."""
    gid = grp.getgrnam(group).gr_gid
    for name, found in modes(root).items():
        path = root / name
        wanted = 0o2750 if path.is_dir() else SHARED.get(path.parent.name, 0o640)
        assert found == (wanted, gid), name


def test_a_store_made_for_a_group_stays_so(root: Path, bills: Path, group: str) -> None:
    loader.load(root, [write(bills / "a.json", [charge("1")])], shared=group)
    assert_shared(root, group)
    publish(root, "2")
    undo(root)
    publish(root, "3")
    assert_shared(root, group)
    assert examine(root).healthy
    assert total(root) == 3


def test_a_private_store_is_opened_to_a_group(loaded: Path, bills: Path, group: str) -> None:
    loader.load(loaded, [write(bills / "b.json", [charge("5")])], shared=group)
    assert_shared(loaded, group)
    loaded.chmod(0o700)
    publish(loaded, "6")
    assert {mode for mode, _ in modes(loaded).values()} & {0o600, 0o400} == {0o600, 0o400}


def test_a_group_that_is_none_or_not_ours_is_refused(
    root: Path, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = write(bills / "a.json", [charge("1")])
    with pytest.raises(StoreError, match="there is no group 'no such'"):
        loader.load(root, [bill], shared="no such")
    others = [one.gr_name for one in grp.getgrall() if one.gr_gid not in {*os.getgroups(), os.getegid()}]
    monkeypatch.setattr(os, "geteuid", lambda: root.stat().st_uid)
    monkeypatch.setattr(sharing.os, "geteuid", lambda: 4711)
    monkeypatch.setattr(sharing, "refuse_others", lambda _: None)
    with pytest.raises(StoreError, match="you are not in the group"):
        loader.load(root, [bill], shared=others[0])
    assert total(root) == 0


def test_somebody_elses_store_is_not_loaded_into(
    loaded: Path, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(sharing.os, "geteuid", lambda: 4711)
    bill = write(bills / "b.json", [charge("5")])
    for attempt in (lambda: loader.load(loaded, [bill]), lambda: undo(loaded)):
        with pytest.raises(StoreError, match=f"belongs to {owner}; only they load into it"):
            attempt()
    words = [finding.problem for finding in examine(loaded).findings]
    assert words == [f"it belongs to {owner}; only they load into it"]
    assert total(loaded) == 111


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="finops-tui-shared-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def another_user(group: int) -> Iterator[None]:
    """Be somebody who is in one group only; where that takes rights this user lacks, stay who you are."""
    if os.geteuid() != 0:
        yield
        return
    before = os.getgroups()
    os.setgroups([])
    os.setegid(group)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)


def test_a_member_of_the_group_reads_and_is_told_who_loads(elsewhere: Path, group: str) -> None:
    root = elsewhere / "store"
    loader.load(root, [write(elsewhere / "a.json", [charge("7")])], shared=group)
    before = tree(root)
    with another_user(grp.getgrnam(group).gr_gid):
        assert total(root) == 7
        assert examine(root).healthy
    assert tree(root) == before
    with lock.hold(root), another_user(grp.getgrnam(group).gr_gid):
        assert f"pid {os.getpid()} since 2" in lock.holder(root)
        assert total(root) == 7


def test_who_is_not_in_the_group_reads_nothing(elsewhere: Path, group: str) -> None:
    root = elsewhere / "store"
    loader.load(root, [write(elsewhere / "a.json", [charge("7")])], shared=group)
    if os.geteuid() != 0:  # an owner cannot become a stranger; the modes are asserted above
        assert root.stat().st_mode & 0o007 == 0
        return
    with another_user(NOBODY), pytest.raises(StoreError, match="Permission denied"):
        Store(root)
