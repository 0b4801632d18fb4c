"""Answers kept by what was asked, the most recently used ones, within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    import polars as pl


class Answers:
    """A cache of frames; safe to use from several threads.

    Args:
        count: Most answers kept.
        size: Most bytes kept; what was asked for longest ago goes first.
    """

    def __init__(self, count: int = 256, size: int = 128 << 20) -> None:
        self._count = count
        self._size = size
        self._frames: OrderedDict[Hashable, tuple[pl.DataFrame, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> pl.DataFrame | None:
        """The answer kept under a key, or None."""
        with self._lock:
            found = self._frames.get(key)
            if found is None:
                return None
            self._frames.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, frame: pl.DataFrame) -> None:
        """Keep an answer; it may push out others."""
        size = int(frame.estimated_size())
        with self._lock:
            if key in self._frames:
                return
            self._frames[key] = (frame, size)
            self._bytes += size
            while self._frames and (len(self._frames) > self._count or self._bytes > self._size):
                _, (_, gone) = self._frames.popitem(last=False)
                self._bytes -= gone

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._frames.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._frames)


def frozen(value: object) -> Hashable:
    """A value as part of a key: lists become tuples, sets frozen sets, mappings ordered pairs."""
    match value:
        case list() | tuple():
            return tuple(frozen(item) for item in value)
        case set() | frozenset():
            return frozenset(frozen(item) for item in value)
        case dict():
            return tuple(sorted((str(key), frozen(item)) for key, item in value.items()))
        case _:
            hash(value)  # or a TypeError now, not inside the cache
            return value
