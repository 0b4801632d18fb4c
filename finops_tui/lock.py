"""One loader at a time: an advisory lock that says who holds it. Readers never take it."""

from __future__ import annotations

import fcntl
import getpass
import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finops_tui.disk import PRIVATE_FILE
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "LOCK"


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
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise StoreError(f"cannot load into {root}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 400).decode("utf-8", "replace").strip() or "somebody"
            raise LockedError(f"another load is running: {holder}") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{_who()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{user}@{socket.gethostname()} pid {os.getpid()} since {now}"
