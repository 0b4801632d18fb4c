"""The demo in a real pseudo-terminal: started as a user starts it, read as a terminal draws it, left with q."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

import pyte

from finops_tui import paths
from finops_tui.screens import money
from tests.sample_bill import exactly, read_bill

COLUMNS, LINES = 80, 24
PATIENCE = 120


class Terminal:
    """A program on a pseudo-terminal, and what it has drawn so far."""

    def __init__(self, *command: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES)}
            os.execve(command[0], list(command), {**os.environ, **size})
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self) -> bool:
        """Draw what has come; false when the program has closed its end."""
        if self._poll.poll(200):  # not select: a test before may have left a thousand files open
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return False
            # pyte does not know the keyboard protocol's `CSI < u`, and would print the letter
            self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*u|\x1bP.*?\x1b\\", b"", data, flags=re.DOTALL))
        return True

    def wait_for(self, text: str) -> str:
        """The screen as soon as it shows the text."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.read():
            if text in (shown := "\n".join(self.screen.display)):
                return shown
        raise AssertionError(f"{text!r} never appeared:\n" + "\n".join(self.screen.display))

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def left(self) -> int:
        """The exit code, once the program has ended."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_the_demo_opens_drills_and_is_left() -> None:
    terminal = Terminal(sys.executable, "-m", "finops_tui", "demo")
    bill = read_bill()
    june = (bill["ChargePeriodStart"].dt.strftime("%Y-%m") == "2026-06") & (bill["BillingCurrency"] == "USD")
    expected = money.amount(exactly(bill.filter(june)), "USD")
    for shown in (expected, "Everything", "Cost ▼"):
        terminal.wait_for(shown)
    terminal.press("?")
    terminal.wait_for("Keys: Explore")
    terminal.press("\x1b")
    terminal.wait_for("Service")
    terminal.press("$")
    terminal.wait_for("Fleet production")
    terminal.press("\x11")  # ctrl+q leaves from anywhere
    assert terminal.left() == 0
    assert paths.cache_folder().is_dir()
