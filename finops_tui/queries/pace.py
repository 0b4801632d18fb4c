"""How far something is, in words: bytes, rate, time taken and time left."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


def size(count: float) -> str:
    """Bytes as people read them: `0 B`, `12.3 MB`."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return ""


def duration(seconds: float) -> str:
    """Seconds as people read them: `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def parts(done: int, total: int, seconds: float, share: float | None = None) -> list[str]:
    """Bytes, rate, time taken and time left, as far as they can be told.

    Args:
        done: Bytes so far.
        total: Bytes of all; 0 when nobody knows.
        seconds: Since the beginning.
        share: How much of everything is done, where the bytes do not say it.
    """
    whole = share if share is not None else done / total if total else 0.0
    words = [f"{size(done)} of {size(total)}" if total else size(done)]
    if seconds >= 1 and done:
        words.append(f"{size(done / seconds)}/s")
    words.append(f"{duration(seconds)} so far")
    if seconds >= 2 and 0.01 < whole < 1:
        left = seconds * (1 - whole) / whole if share is not None else seconds * (total - done) / done
        words.append(f"{'about ' if share is not None else ''}{duration(left)} left")
    return words
