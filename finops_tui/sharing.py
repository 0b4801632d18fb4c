"""Whose a store is, and who may read along: its owner alone, or a group as well. Only its owner loads."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from finops_tui import disk
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def modes_of(root: Path) -> disk.Modes:
    """The modes of what is written into a store: its folder carries the set-group-id bit when it is shared."""
    status = root.stat()
    return disk.shared(status.st_gid) if status.st_mode & stat.S_ISGID else disk.PRIVATE


def refuse_others(root: Path) -> None:
    """Refuse to write into somebody else's store: its owner could not load into it any more.

    Raises:
        StoreError: it belongs to another user.
        OSError: it cannot be looked at.
    """
    if root.exists() and (uid := root.stat().st_uid) != os.geteuid():
        raise StoreError(f"the store {root} belongs to {user(uid)}; only they load into it")


def share(root: Path, group: str) -> None:
    """Let a group read a store, now and after every load. Its lock must be held.

    Raises:
        StoreError: there is no such group, or this user is not in it.
        OSError: the disk refused; the store may be given in part, its own folder last.
    """
    gid = _group_id(group)
    modes = disk.shared(gid)
    for folder, names in _folders(root):
        for name in names:
            sealed = folder.name == "segments"
            disk.give(folder / name, modes.sealed if sealed else modes.file, modes)
        disk.give(folder, modes.folder, modes)


def user(uid: int) -> str:
    """The name of a user, or the number when there is none."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """The folders of a store with the names of the files in each, the store's own last.

    Scratch folders stay private: what is in them is nobody's yet.
    """
    for folder in (root / "manifests", root / "segments"):
        if folder.is_dir():
            yield folder, sorted(os.listdir(folder))  # noqa: PTH208
    if (root / "tmp").is_dir():
        yield root / "tmp", []
    yield root, [name for name in ("CURRENT", "SOURCES", "ACCOUNTS", "LOCK") if (root / name).exists()]


def _group_id(group: str) -> int:
    import grp

    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise StoreError(f"there is no group {group!r} to share the store with") from error
    if os.geteuid() != 0 and gid not in {os.getegid(), *os.getgroups()}:
        raise StoreError(f"you are not in the group {group!r}, so you cannot share the store with it")
    return gid
