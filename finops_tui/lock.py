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

_TRIES: Final = 3
_AGAIN: Final = 0.05
"""Seconds between two tries: somebody may only be looking who holds it."""


class LockedError(StoreError):
    """Another load is running on the same store."""


@contextmanager
def hold(root: Path) -> Iterator[None]:
    """Hold the store's lock for the length of a `with` block.

    The kernel lets go of it when the process ends, however it ends.

    Raises:
        LockedError: another load holds it; the message says who, and since when.
        StoreError: the lock cannot be opened.
    """
    path = root / NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE.file)
    except OSError as error:
        raise StoreError(f"cannot load into {root}: {error.strerror}") from error
    try:
        if not _take(handle):
            raise LockedError(f"another load is running: {_holder(handle)}")
        _sign(root, handle)
        yield
    finally:
        os.close(handle)


def holder(root: Path) -> str:
    """Who holds the lock of a store, and since when; '' when nobody does, or nobody can say."""
    try:
        handle = os.open(root / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
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
