"""How far a load is, told outside of the explorer: a bar on a terminal, plain lines now and then in a log."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Final, TextIO

from finops_tui.queries import pace, safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from finops_tui.sources.model import Progress

REPAINT: Final = 0.2
"""Seconds between two paintings of the bar."""

LINES: Final = 5.0
"""Seconds between two lines of a log; a load that is quicker writes none."""

_BAR: Final = 20
_CLEAR: Final = "\r\x1b[K"


def words(step: Progress, seconds: float) -> str:
    """A step in words, safe for a terminal: file, bytes, rows, rate, time taken and left."""
    told = [safe_text.clean(step.file), f"{step.records:,} rows" if step.records else ""]
    told[1:1] = pace.parts(step.done, step.total, seconds, step.share)
    return " · ".join(filter(None, told))


class Shown:
    """Tells the steps of a load; call it with each of them, `close` it at the end.

    On a terminal it paints one line again and again and takes it away at the end. Anywhere else it
    writes a line every few seconds, without any control sequence.

    Args:
        out: Where to.
        clock: Seconds, as `time.monotonic` tells them.
        prefix: What lines of a log begin with.
    """

    def __init__(
        self, out: TextIO, clock: Callable[[], float] = time.monotonic, *, prefix: str = "loading "
    ) -> None:
        self._out = out
        self._bar = out.isatty() and os.environ.get("TERM") != "dumb"
        self._ascii = "utf" not in (out.encoding or "").lower()
        self._clock = clock
        self._prefix = prefix
        self._began = clock()
        self._next = self._began + (0 if self._bar else LINES)
        self._painted = False

    def __call__(self, step: Progress) -> None:
        """Tell a step, unless one was told a moment ago."""
        now = self._clock()
        if now < self._next:
            return
        seconds = now - self._began
        if self._bar:
            self._next = now + REPAINT
            self._paint(step, seconds)
        else:
            self._next = now + LINES
            share = f"{_share(step):.0%} " if step.total else ""
            self._write(f"{self._prefix}{share}{words(step, seconds)}\n")

    def close(self) -> None:
        """Take the bar away."""
        if self._painted:
            self._write(_CLEAR)
            self._painted = False

    def _paint(self, step: Progress, seconds: float) -> None:
        share = _share(step)
        full = round(share * _BAR)
        signs = ("#", ".") if self._ascii else ("█", "░")
        bar = f"{signs[0] * full}{signs[1] * (_BAR - full)} {share:4.0%} "
        told = _fitting(words(step, seconds), shutil.get_terminal_size().columns - len(bar) - 1)
        self._write(f"{_CLEAR}{bar}{told}")
        self._painted = True

    def _write(self, text: str) -> None:
        if self._ascii:
            text = text.replace(" · ", ", ").replace("…", "~")
        encoding = self._out.encoding or "ascii"
        self._out.write(text.encode(encoding, "replace").decode(encoding))
        self._out.flush()


def _share(step: Progress) -> float:
    """How much is done, of 1."""
    if step.share is not None:
        return step.share
    return min(step.done / step.total, 1.0) if step.total else 0.0


def _fitting(text: str, width: int) -> str:
    """A text in so many cells: a long name is shortened, then the time so far goes, the bytes, the rate, the rest."""
    from rich.cells import cell_len, set_cell_size

    name, *parts = text.split(" · ")
    most = max(width // 3, 12)
    name = name if cell_len(name) <= most else set_cell_size(name, most - 1).rstrip() + "…"
    for ending in (" so far", "B", "B/s", " rows"):
        if cell_len(" · ".join([name, *parts])) > width:
            parts = [part for part in parts if not part.endswith(ending)]
    words = " · ".join([name, *parts])
    return set_cell_size(words, min(width, cell_len(words)))
