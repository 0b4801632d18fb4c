"""Keeping a store up to date: a sync, a pause, and again, until somebody asks to stop."""

from __future__ import annotations

import re
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finops_tui import generations, lock, sync
from finops_tui.loader_scratch import LoadCancelledError
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from finops_tui.mapped import Mapped
    from finops_tui.sources.model import Progress
    from finops_tui.sync import SyncResult
    from finops_tui.sync_sources import Place
    from finops_tui.watch_stop import Stop

_INTERVAL: Final = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>s|m|h|d)?")
_SECONDS: Final = {None: 60, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(interval: str) -> int:
    """An interval such as `15m`, `1h`, `30s`, `1d`; a number alone is minutes.

    Raises:
        ValueError: it is none, or nothing at all.
    """
    found = _INTERVAL.fullmatch(interval.strip().lower())
    length = int(found["count"]) * _SECONDS[found["unit"]] if found else 0
    if length < 1:
        raise ValueError(f"{interval!r} is not an interval; write 15m, 1h or 1d")
    return length


def watch(
    root: Path,
    only: Sequence[Place],
    interval: int,
    *,
    stop: Stop,
    done: Callable[[SyncResult], None],
    failed: Callable[[str], None],
    memory: str | None = None,
    progress: Callable[[], Callable[[Progress], None]] | None = None,
    agree: Callable[[str], bool] | None = None,
    formats: Sequence[Mapped] = (),
) -> int:
    """Sync a store again and again.

    What cannot be done now (a disk that is full, another load) is told, and tried again the next time.

    Args:
        root: Folder of the store.
        only: Sources to look at; all known ones when none is named.
        interval: Seconds from the beginning of a sync to that of the next one.
        stop: Asked to stop; a sync that is under way is given up, and the store is as before it.
        done: Told what each sync did.
        failed: Told why one could not be done.
        memory: As for a load.
        progress: Makes what is told how far a sync is, for each of them.
        agree: As for a load.
        formats: As for a load.

    Returns:
        The exit code: 0 when SIGTERM ended it, 130 after SIGINT.

    Raises:
        LockedError: the store is kept up to date by somebody else; the message says by whom, since when.
        StoreError: the store is not ours to write, or not a store.
    """
    with generations.workspace(root):
        pass
    with lock.hold(root, lock.WATCH):
        while not stop():
            due = time.monotonic() + interval
            try:
                told = progress() if progress is not None else None
                result = sync.sync(
                    root, only, memory=memory, progress=told, cancelled=stop, agree=agree, formats=formats
                )
                done(result)
            except LoadCancelledError:
                break
            except (StoreError, OSError, ValueError) as error:
                failed(str(error))
            stop.wait(due - time.monotonic())
    return 0 if stop.signal == signal.SIGTERM else 128 + stop.signal


def stamped(line: str) -> str:
    """A line of a log with the time, in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}"
