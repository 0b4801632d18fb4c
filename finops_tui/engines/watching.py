"""Looks after a query while it runs: says how long it has, and stops it when somebody no longer wants it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from finops_tui.engines.base import EngineStoppedError, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
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


def patiently(task: Callable[[], T], stop: threading.Event) -> T:
    """Do something that cannot be interrupted, such as reaching a host that does not answer; give up on it if asked to.

    Args:
        task: Goes on by itself when it is given up; what becomes of it then is of no interest.
        stop: Set to give up.

    Raises:
        EngineStoppedError: `stop` was set.
    """
    done: Future[T] = Future()

    def work() -> None:
        try:
            done.set_result(task())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            done.set_exception(error)

    threading.Thread(target=work, name="lake-reach", daemon=True).start()
    while True:
        if stop.is_set():
            raise EngineStoppedError(STOPPED)
        with suppress(TimeoutError):
            return done.result(_LOOK)
