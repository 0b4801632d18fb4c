"""Looks after a query while it runs: says how long it has, and stops it when somebody no longer wants it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from finops_tui.engines.base import EngineStoppedError, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOPPED: Final = "stopped"
_LOOK: Final = 0.1
"""Seconds between two looks."""


@contextmanager
def watched(
    stop: threading.Event,
    cancel: Callable[[], None],
    progress: Callable[[Told], None] | None = None,
    state: str = "running",
) -> Iterator[None]:
    """Run something that blocks, with somebody looking at `stop`.

    Args:
        stop: When it is set, `cancel` is called, from another thread, until the block ends; what the block raises
            then is an `EngineStoppedError`.
        cancel: Makes the block end soon.
        progress: Told how long it has run, from another thread.
        state: What it is doing, in a word.

    Raises:
        EngineStoppedError: `stop` was set.
    """
    done = threading.Event()
    begun = time.monotonic()

    def look() -> None:
        while not done.wait(_LOOK):
            if stop.is_set():
                cancel()
            elif progress is not None:
                progress(Told(state, time.monotonic() - begun))

    if stop.is_set():
        raise EngineStoppedError(STOPPED)
    watcher = threading.Thread(target=look, name="lake-watch", daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if stop.is_set():
            raise EngineStoppedError(STOPPED) from error
        raise
    finally:
        done.set()
        watcher.join()
    if stop.is_set():
        raise EngineStoppedError(STOPPED)
