"""One loader at a time: an advisory lock that says who holds it. Readers never take it."""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finops_tui.disk import PRIVATE
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "LOCK"
"""Held by whoever writes to a store."""

SYNC: Final = "SYNC"
"""Held by whoever brings a store up to date with its sources, while it also downloads and looks at files."""

WATCH: Final = "WATCH"
"""Held by whoever does so again and again, also between two times."""

_BUSY: Final = {
    NAME: "another load is running",
    SYNC: "another sync is running",
    WATCH: "another finops-tui keeps this store up to date",
}

_TRIES: Final = 3
_AGAIN: Final = 0.05
"""Seconds between two tries: somebody may only be looking who holds it."""


class LockedError(StoreError):
    """Somebody else is at the same store; the message says who, and since when."""


@contextmanager
def hold(root: Path, name: str = NAME, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock of a store for the length of a `with` block.

    The kernel lets go of it when the process ends, however it ends.

    Args:
        root: Folder of the store; it exists.
        name: `NAME`, `SYNC` or `WATCH`.
        wait: Whether to wait, however long, for another process that holds it.

    Raises:
        LockedError: another process holds it; the message says who, and since when.
        StoreError: the lock cannot be opened.
    """
    path = root / name
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE.file)
    except OSError as error:
        raise StoreError(f"cannot load into {root}: {error.strerror}") from error
    try:
        if wait:
            fcntl.flock(handle, fcntl.LOCK_EX)
        elif not _take(handle):
            raise LockedError(f"{_BUSY[name]}: {_holder(handle)}")
        _sign(root, handle)
        yield
    finally:
        os.close(handle)


def holder(root: Path, name: str = NAME) -> str:
    """Who holds a lock of a store, and since when; '' when nobody does, or nobody can say."""
    try:
        handle = os.open(root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(handle)
    except OSError:
        return ""
    else:
        return ""
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_AGAIN)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _sign(root: Path, handle: int) -> None:
    """Write down who holds it."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{_who()}\n".encode(), 0)
    except OSError as error:
        raise StoreError(f"cannot load into {root}: {error.strerror}") from error


def _holder(handle: int) -> str:
    return os.pread(handle, 400, 0).decode("utf-8", "replace").strip() or "somebody"


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{user}@{socket.gethostname()} pid {os.getpid()} since {now}"
