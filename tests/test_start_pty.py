"""Starting and keys on a real pseudo-terminal: what is loaded before there is something to see, and how much is written."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
import pytest

from finops_tui import demo

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (120, 36)
PATIENCE = 120
ROOT = Path(__file__).resolve().parent.parent

HEAVY = {
    "asyncio", "textual", "rich", "polars", "duckdb", "pyarrow", "numpy", "boto3", "botocore", "sqlglot", "plotext",
    "pathlib", "typing", "dataclasses", "argparse", "json", "re", "inspect",
}  # fmt: skip
"""What takes longer to import than the last screen takes to be shown."""

ENGINES = {"polars", "duckdb", "pyarrow", "numpy", "boto3", "botocore", "sqlglot", "plotext", "pandas"}

FEW = 12
"""Modules beyond Python's own that may be there when the last screen is."""

OWN = 150
"""Modules of the program that may be there when the app's first frame is."""

SHOWN = """
import sys
before = set(sys.modules)
from finops_tui.last_screen import LastScreen
def show(self, size):
    with open(sys.argv[1], "w") as file:
        file.write(" ".join(sorted(set(sys.modules) - before)))
    raise SystemExit(0)
LastScreen.show = show
from finops_tui.__main__ import main
main(["--store", sys.argv[2]])
"""

PAINTED = """
import sys
from finops_tui.__main__ import main
from finops_tui import painted
def paint(self):
    import os
    with open(sys.argv[1], "w") as file:
        file.write(" ".join(sorted(sys.modules)))
    os._exit(0)
painted.PaintedApp._paint = paint
main(["--no-cache", "--store", sys.argv[2]])
"""


class Pty:
    """A program on a pseudo-terminal of 120×36: what it shows, and how many bytes that took."""

    def __init__(self, *command: str) -> None:
        self.screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self.screen)
        self.log = b""
        told = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        told |= {"COLUMNS": str(SIZE[0]), "LINES": str(SIZE[1]), "PYTHONPATH": str(ROOT)}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, *command], {**os.environ, **told})
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))

    def read(self, wait: float = 0.2) -> bool:
        """Draw what has come; false when the program has closed its end."""
        if self._poll.poll(wait * 1000):  # not select: a test before may have left a thousand files open
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return False
            self.log += data
            # pyte does not know the keyboard protocol, and would print a letter of it
            self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9]*\$p", b"", data))
        return True

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.screen.display)

    def wait_for(self, text: str) -> None:
        """Read until the screen shows a text."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.read():
            if text in self.text:
                return
        raise AssertionError(f"{text!r} never appeared:\n{self.text}")

    def wait_for_bytes(self, text: bytes) -> None:
        """Read until a text has come, which may be gone from the screen by then."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.read():
            if text in self.log:
                return
        raise AssertionError(f"{text!r} never came:\n{self.text}")

    def settle(self, quiet: float = 1.0) -> None:
        """Read until nothing has come for a while."""
        seen = -1
        while seen != len(self.log):
            seen = len(self.log)
            until = time.monotonic() + quiet
            while time.monotonic() < until:
                self.read(0.1)

    def key(self, keys: bytes) -> int:
        """Press a key; how many bytes came."""
        seen = len(self.log)
        os.write(self._fd, keys)
        self.settle()
        return len(self.log) - seen

    def leave(self) -> int:
        """Leave with ctrl+q; the exit code."""
        os.write(self._fd, b"\x11")
        return self.ended()

    def ended(self) -> int:
        """The exit code, once the program has ended."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def loaded(tmp_path: Path, code: str) -> set[str]:
    """What a program that writes the names of its modules into a file had loaded when it did."""
    found = tmp_path / "modules"
    assert Pty("-c", code, str(found), str(tmp_path / "store")).ended() == 0
    return set(found.read_text().split())


def test_the_last_screen_is_there_before_anything_is_loaded(tmp_path: Path) -> None:
    modules = loaded(tmp_path, SHOWN)
    assert "finops_tui.last_screen" in modules
    assert not {name.partition(".")[0] for name in modules} & HEAVY
    assert len(modules) <= FEW, modules


def test_no_database_is_loaded_before_the_first_frame_of_the_app(tmp_path: Path) -> None:
    modules = loaded(tmp_path, PAINTED)
    assert "textual.app" in modules
    assert not {name.partition(".")[0] for name in modules} & ENGINES
    assert len([name for name in modules if name.startswith("finops_tui")]) <= OWN


@pytest.fixture
def explored() -> Iterator[Pty]:
    terminal = Pty("-m", "finops_tui", "demo", "--no-cache")
    terminal.wait_for("Cost ▼")
    terminal.settle(2)
    yield terminal
    assert terminal.leave() == 0


def test_keys_write_little(explored: Pty) -> None:
    assert statistics.median(explored.key(b"\x1b[B") for _ in range(9)) <= 400
    assert explored.key(b"\x1b[6~") <= 7_000
    explored.key(b"\x1b[5~")
    assert explored.key(b"\r") <= 7_000
    assert explored.key(b"[") <= 17_000  # chart, table and lines
    explored.key(b"\t")
    assert explored.key(b"\x1b[D") <= 400  # the cursor of the chart


def test_the_last_screen_is_shown_at_once_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = demo.root()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = Pty("-m", "finops_tui", "--store", str(root))
    first.wait_for("Cost ▼")
    first.settle(2)
    shown = first.text.splitlines()
    assert first.leave() == 0
    (file,) = (tmp_path / "finops-tui" / "screens").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600

    again = Pty("-m", "finops_tui", "--store", str(root))
    again.wait_for_bytes(b"as of ")
    assert again.log.count(b"\x1b[?1049h") == 1
    assert again.text.splitlines()[:-2] == shown[:-2]  # the status line says of when it is
    mark = len(again.log)
    again.wait_for("loaded ")
    again.settle(2)
    assert again.log.count(b"\x1b[?1049h") == 1  # what is there is not blanked
    assert len(again.log) - mark < 1_500  # nor written again
    assert again.text.splitlines()[:-2] == shown[:-2]
    assert again.leave() == 0
    assert again.log.endswith(b"\x1b[?1004l") or b"\x1b[?1049l" in again.log


def test_what_cannot_be_opened_gives_the_terminal_back(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("this is no manifest")
    terminal = Pty("-m", "finops_tui", "--store", str(tmp_path))
    assert terminal.ended() == 2
    left = terminal.log.rpartition(b"\x1b[?1049l")[2]
    assert b"finops-tui: " in left


def test_keys_typed_while_the_program_starts_are_not_lost(tmp_path: Path) -> None:
    del tmp_path
    terminal = Pty("-m", "finops_tui", "--store", str(demo.root()))
    terminal.wait_for_bytes(b"opening")
    os.write(terminal._fd, b"?")
    terminal.wait_for("Keys: Explore")
    assert "?" not in terminal.text.splitlines()[0]
    os.write(terminal._fd, b"\x1b")
    terminal.settle(1)
    assert terminal.leave() == 0
