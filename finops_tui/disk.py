"""Everything that changes the disk of a store, one small call each.

Nothing else in the package creates, renames, removes or flushes a file of a store, except DuckDB
while it builds a segment in the loader's own scratch folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Modes:
    """Who may do what with the files of a store; nobody writes but its owner.

    Attributes:
        folder: Mode of its folders.
        file: Mode of the manifests and of the lock.
        sealed: Mode of the segments.
        group: Id of the group that reads along, None when nobody does.
    """

    folder: int = 0o700
    file: int = 0o600
    sealed: int = 0o400
    group: int | None = None


PRIVATE: Final = Modes()


def shared(group: int) -> Modes:
    """The modes of a store that a group may read; new files in its folders belong to the group."""
    return Modes(0o2750, 0o640, 0o440, group)


def make_folder(path: Path, modes: Modes = PRIVATE) -> None:
    """Create a folder (and those above it, which are private); an existing one is fine."""
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        os.mkdir(path, PRIVATE.folder)  # noqa: PTH102  (one call, with its mode)
    except FileExistsError:
        if not path.is_dir():
            raise
        return  # somebody else was quicker
    give(path, modes.folder, modes)
    flush(path.parent)


def give(path: Path, mode: int, modes: Modes) -> None:
    """Let the group that reads along have a file or a folder, with this mode; of a private store nothing is given."""
    if modes.group is not None:
        os.chown(path, -1, modes.group)
        os.chmod(path, mode)  # noqa: PTH101


def write(path: Path, data: bytes, modes: Modes = PRIVATE) -> None:
    """Write a new file and flush it to the disk.

    Raises:
        OSError: the file exists, or the disk refused; nothing is promised of the file then.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE.file)
    try:
        give(path, modes.file, modes)
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        _flush(handle)
    finally:
        os.close(handle)


def flush(path: Path) -> None:
    """Flush a file's contents, or a folder's names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        _flush(handle)
    finally:
        os.close(handle)


def seal(path: Path, modes: Modes = PRIVATE) -> None:
    """Make a file read-only for those who may read it."""
    if modes.group is not None:
        os.chown(path, -1, modes.group)
    os.chmod(path, modes.sealed)  # noqa: PTH101


def rename(old: Path, new: Path) -> None:
    """Rename a file; an existing one of the new name is replaced in the same moment."""
    os.replace(old, new)  # noqa: PTH105


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is fine."""
    try:
        os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        return


def remove_folder(path: Path) -> None:
    """Remove a folder of files and folders, without following links out of it."""
    with os.scandir(path) as entries:
        inside = list(entries)
    for entry in inside:
        child = path / entry.name
        if entry.is_dir(follow_symlinks=False):
            remove_folder(child)
        else:
            remove(child)
    os.rmdir(path)  # noqa: PTH106


def digest(path: Path) -> str:
    """The SHA-256 of a file's contents, in hexadecimal."""
    sha = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()


def _flush(handle: int) -> None:
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves data in the drive's cache
    if full is not None:
        fcntl.fcntl(handle, full)
    else:
        os.fsync(handle)
