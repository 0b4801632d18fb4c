"""A pseudo terminal that answers what programs ask of terminals, and says when and how much they wrote."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYS: Final = {
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "pgup": b"\x1b[5~", "pgdn": b"\x1b[6~", "enter": b"\r", "esc": b"\x1b", "tab": b"\t", "s-tab": b"\x1b[Z",
}  # fmt: skip
"""Keys by name; others are written as they are."""

_CONTROL: Final = re.compile(
    rb"\x1b\[[0-9;?<>=!$ ]*[@-~]|\x1b[P\]X^_].*?(?:\x07|\x1b\\)|\x1b[^\[P\]X^_]|[\x00-\x1f]", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Written:
    """What came after something was done: milliseconds to the first and the last byte, and how many bytes."""

    first: float
    last: float
    size: int


class Terminal:
    """A program on a pseudo terminal; a context manager, at whose end the program is stopped.

    Args:
        command: The program and its arguments.
        size: Columns and rows.
        environ: Variables beside those of this process.
        folder: Where it runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (120, 36),
        environ: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> None:
        self.size = size
        self.log = bytearray()
        self.chunks: list[tuple[float, int]] = []
        """Seconds since the start, and bytes read until then."""
        self._tail = b""
        told = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        variables = {**os.environ, **told, "COLUMNS": str(size[0]), "LINES": str(size[1]), **(environ or {})}
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            if folder:
                os.chdir(folder)
            os.execvpe(command[0], list(command), variables)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.set_blocking(self._fd, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            until = time.perf_counter() + 2
            while time.perf_counter() < until:
                self.read(0.02)
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return

    def read(self, wait: float) -> bool:
        """Take what comes within so many seconds; false when the program has closed its end."""
        if not select.select([self._fd], [], [], max(wait, 0))[0]:
            return True
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.log += data
        self.chunks.append((time.perf_counter() - self.began, len(self.log)))
        self._answer(data)
        return bool(data)

    def until(self, found: re.Pattern[bytes], patience: float = 30.0) -> float:
        """Milliseconds from the start until something had been written.

        Raises:
            TimeoutError: it was not.
        """
        end = self.began + patience
        while time.perf_counter() < end:
            if found.search(self.log):
                return self.chunks[-1][0] * 1000
            if not self.read(0.5):
                break
        if found.search(self.log):
            return self.chunks[-1][0] * 1000
        raise TimeoutError(f"{found.pattern!r} was not written in {patience} s: {bytes(self.log[-300:])!r}")

    def first_paint(self, patience: float = 30.0) -> float:
        """Milliseconds from the start until a text, or a screen of blanks, had been written.

        Raises:
            TimeoutError: nothing was.
        """
        end = self.began + patience
        while time.perf_counter() < end:
            if len(_CONTROL.sub(b"", bytes(self.log))) >= 8:
                return self.chunks[-1][0] * 1000
            if not self.read(0.5):
                break
        raise TimeoutError("nothing was painted")

    def ended(self, patience: float = 30.0) -> float:
        """Milliseconds from the start until the program had closed the terminal."""
        end = self.began + patience
        while time.perf_counter() < end and self.read(0.5):
            pass
        return (time.perf_counter() - self.began) * 1000

    def settle(self, quiet: float = 0.15, patience: float = 20.0, began: float | None = None) -> Written:
        """Read until nothing has come for a while."""
        start = time.perf_counter() if began is None else began
        size, first, last = len(self.log), 0.0, 0.0
        while (now := time.perf_counter()) < start + patience:
            rest = (last or start + 3 * quiet) + quiet - now
            if rest <= 0 or not self.read(rest):
                break
            if len(self.log) > size and self.chunks[-1][0] + self.began > (last or start):
                last = self.chunks[-1][0] + self.began
                first = first or last
        went = len(self.log) - size
        return Written((first - start) * 1000 if went else 0.0, (last - start) * 1000 if went else 0.0, went)

    def key(self, name: str, quiet: float = 0.15) -> Written:
        """Press a key, and read until the terminal is quiet."""
        data = KEYS.get(name, name.encode())
        if self.log.rfind(b"\x1b[?1h") > self.log.rfind(b"\x1b[?1l") and re.fullmatch(
            rb"\x1b\[[A-DHF]", data
        ):
            data = b"\x1bO" + data[2:]
        start = time.perf_counter()
        os.write(self._fd, data)
        return self.settle(quiet, began=start)

    def _answer(self, data: bytes) -> None:
        """Answer as a terminal does: attributes, cursor, modes, keyboard, size."""
        columns, rows = self.size
        answers = {
            b"\x1b[c": b"\x1b[?62;22c", b"\x1b[0c": b"\x1b[?62;22c", b"\x1b[>c": b"\x1b[>41;330;0c",
            b"\x1b[6n": b"\x1b[1;1R", b"\x1b[5n": b"\x1b[0n", b"\x1b[?2026$p": b"\x1b[?2026;2$y",
            b"\x1b[?2048$p": b"\x1b[?2048;0$y", b"\x1b[?u": b"\x1b[?0u",
            b"\x1b[18t": f"\x1b[8;{rows};{columns}t".encode(),
            b"\x1b[14t": f"\x1b[4;{rows * 20};{columns * 10}t".encode(), b"\x1b[16t": b"\x1b[6;20;10t",
        }  # fmt: skip
        seen = self._tail + data
        for question, answer in answers.items():
            for found in re.finditer(re.escape(question), seen):
                if found.end() > len(self._tail):
                    os.write(self._fd, answer)
        self._tail = seen[-9:]
