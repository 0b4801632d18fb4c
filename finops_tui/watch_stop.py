"""Being asked to stop: SIGINT and SIGTERM become something to look at between two steps of the work."""

from __future__ import annotations

import select
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody has asked to stop; may be looked at from any thread.

    The signal's number is read from a socket that the C part of a signal handler writes to, so that it
    is seen at once, also while the main thread is inside of a long statement of the database.
    """

    def __init__(self, heard: socket.socket | None) -> None:
        self._heard = heard

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.signal != 0

    @property
    def signal(self) -> int:
        """The first signal that asked, or 0."""
        if self._heard is None:
            return 0
        try:
            return int(self._heard.recv(1, socket.MSG_PEEK)[0])
        except BlockingIOError:
            return 0

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody asks to stop; whether somebody did."""
        if self._heard is None:
            threading.Event().wait(seconds)
            return False
        select.select([self._heard], [], [], max(seconds, 0))
        return self()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Within the block SIGINT and SIGTERM only ask; the second one of them ends the block at once.

    Outside of the main thread, which is the only one that signals reach, nobody ever asks.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Stop(None)
        return
    heard, written = socket.socketpair()
    heard.settimeout(0)
    written.settimeout(0)
    stop = Stop(heard)
    asked = 0

    def ask(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    descriptor = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
        heard.close()
        written.close()
