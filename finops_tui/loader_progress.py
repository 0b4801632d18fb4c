"""How far a load is, also while the database works and nobody counts bytes.

The bytes of a file are counted in a quick first pass; what the database then does with them takes a multiple
of that. How great a multiple is learned from each file for the next; for the first it is assumed. So the share
and the time left are an estimate, which only ever grows.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from finops_tui.sources.model import Progress

TICK: Final = 0.5
"""Seconds without a step after which the last one is told again, with what has become of it."""

MULTIPLE: Final = 20.0
"""How much longer the database takes for a file than counting it, until that is known."""

READING: Final = 0.85
"""Share of a load that is reading; storing is the rest."""

_STEADY: Final = 0.8
"""Share of the expected time up to which time is taken for progress; beyond it progress slows down."""


@dataclass(slots=True)
class Telling:
    """Tells the steps of a load; may be called from several threads.

    Attributes:
        tell: Told each step.
        clock: Seconds, as `time.monotonic` tells them.
    """

    tell: Callable[[Progress], None] | None
    clock: Callable[[], float] = time.monotonic
    _last: Progress | None = None
    _told: float = 0.0
    _base: int = 0
    _began: float = 0.0
    _counted: float = 0.0
    _multiple: float = MULTIPLE
    _share: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, step: Progress) -> None:
        """Tell that bytes of a file were counted."""
        with self._lock:
            now = self.clock()
            if self._last is None or step.file != self._last.file or step.done < self._last.done:
                self._next_file(step, now)
            self._last, self._counted = step, now
            self._say(step, self._reading(now))

    def tick(self) -> None:
        """Tell the last step again when there was none for a while."""
        with self._lock:
            now = self.clock()
            if self._last is not None and now - self._told >= TICK:
                share = self._share if self._last.share is not None else self._reading(now)
                self._say(self._last, share)

    def storing(self, step: Progress, place: int, count: int) -> None:
        """Tell that a unit is being stored.

        Args:
            step: The unit, as a step.
            place: Charges stored before.
            count: Charges of all units.
        """
        with self._lock:
            share = READING + (1 - READING) * place / max(count, 1)
            self._last = replace(step, share=share)
            self._say(self._last, share)

    def _next_file(self, step: Progress, now: float) -> None:
        """Learn from the file before, and begin another one."""
        counting = self._counted - self._began
        if self._last is not None and step.file != self._last.file and counting > 0:
            self._multiple = (now - self._counted) / counting
        self._base = self._last.done if self._last is not None and step.done >= self._last.done else 0
        self._began = now

    def _reading(self, now: float) -> float:
        """The share of the load that is done while files are read."""
        step = self._last
        if step is None or not step.total:
            return 0.0
        expected = self._multiple * max(self._counted - self._began, 0.01)
        worked = _approach((now - self._counted) / expected) if expected else 1.0
        done = (1 + self._multiple * worked) / (1 + self._multiple)
        return READING * (self._base + (step.done - self._base) * done) / step.total

    def _say(self, step: Progress, share: float) -> None:
        self._share = max(self._share, share)
        self._told = self.clock()
        if self.tell is not None:
            self.tell(replace(step, share=self._share))


def _approach(ratio: float) -> float:
    """Time over expected time as progress: the same at first, then slower and slower, never all of it."""
    if ratio <= _STEADY:
        return ratio
    rest = 1 - _STEADY
    return 1 - rest * math.exp(-(ratio - _STEADY) / rest)
