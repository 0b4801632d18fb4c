"""Squarified treemap layout (Bruls, Huizing and van Wijk, 2000) on a field of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TALL: Final = 2.0
"""A cell is about twice as tall as it is wide."""


@dataclass(frozen=True, slots=True)
class Rect:
    """Cells of a box: left, top, and one past its right and bottom."""

    x: int
    y: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Cells across."""
        return self.right - self.x

    @property
    def height(self) -> int:
        """Cells down."""
        return self.bottom - self.y


def squarify(sizes: Sequence[float], width: int, height: int) -> list[Rect]:
    """Lay boxes out, each as square as can be, with areas as their sizes.

    Args:
        sizes: Sizes above zero, greatest first.
        width: Cells across.
        height: Cells down.

    Returns:
        One rectangle per size; together they cover the field without a gap. Very small ones may be
        empty, since edges lie on whole cells.
    """
    total = sum(sizes)
    if not sizes or width <= 0 or height <= 0 or total <= 0:
        return []
    area = width * height * _TALL / total
    x, y, wide, tall = 0.0, 0.0, float(width), height * _TALL
    placed: list[Rect] = []
    rest = [size * area for size in sizes]
    while rest:
        side = min(wide, tall)
        count = _row_length(rest, side)
        row, rest = rest[:count], rest[count:]
        depth = sum(row) / side if side else 0.0
        along = 0.0
        for size in row:
            step = size / depth if depth else 0.0
            box = (x, y + along, depth, step) if wide >= tall else (x + along, y, step, depth)
            placed.append(_on_cells(*box))
            along += step
        if wide >= tall:
            x, wide = x + depth, max(0.0, wide - depth)
        else:
            y, tall = y + depth, max(0.0, tall - depth)
    return placed


def _row_length(sizes: Sequence[float], side: float) -> int:
    """How many boxes stand side by side before they get slimmer again."""
    best = float("inf")
    total = 0.0
    for count, size in enumerate(sizes, 1):
        total += size
        worst = _worst(sizes[0], size, total, side)
        if worst > best:
            return count - 1
        best = worst
    return len(sizes)


def _worst(greatest: float, least: float, total: float, side: float) -> float:
    """The slimmest box of a row: its long side by its short one."""
    if not least or not total or not side:
        return float("inf")
    return max(side * side * greatest / (total * total), total * total / (side * side * least))


def _on_cells(x: float, y: float, wide: float, tall: float) -> Rect:
    return Rect(round(x), round(y / _TALL), round(x + wide), round((y + tall) / _TALL))


def neighbour(boxes: Sequence[Rect], start: int, dx: int, dy: int) -> int:
    """Find the box beside another one.

    Args:
        boxes: All boxes.
        start: Index of the box to start from.
        dx: -1 for the left, 1 for the right, 0 otherwise.
        dy: -1 for up, 1 for down, 0 otherwise.

    Returns:
        Index of the box that touches it at the longest edge there, or `start` where none does.
    """
    here = boxes[start]

    def touching(box: Rect) -> int:
        """Length of the shared edge in that direction; below 1 for none."""
        if dx:
            meets = box.x == here.right if dx > 0 else box.right == here.x
            shared = min(box.bottom, here.bottom) - max(box.y, here.y)
        else:
            meets = box.y == here.bottom if dy > 0 else box.bottom == here.y
            shared = min(box.right, here.right) - max(box.x, here.x)
        return shared if meets and box.width and box.height else 0

    best = max(range(len(boxes)), key=lambda index: touching(boxes[index]), default=start)
    return best if boxes and touching(boxes[best]) > 0 else start
