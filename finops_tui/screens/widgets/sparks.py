"""Texts that draw: a trend and a bar inside one cell of a table."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from finops_tui.screens.glyphs import glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from finops_tui.screens.color import Look

_FLAT: Final = 0.1
"""A trend that moves by less than this part of its height is drawn from zero, so that it looks calm."""


def length(value: Decimal | float | None) -> float | None:
    """Turn an amount into a length to draw; never used for anything else.

    Args:
        value: An amount.

    Returns:
        A finite float, or None where there is none.
    """
    if value is None:
        return None
    drawn = float(value)
    return drawn if isfinite(drawn) else None


def spark(values: Sequence[Decimal | float | None], width: int, look: Look) -> str:
    """Draw a trend in one row of cells.

    Args:
        values: One per bin, oldest first; None leaves a gap. More values than cells are averaged.
        width: Cells.
        look: The character set.

    Returns:
        A text of exactly that many cells. Amounts below zero hang from the top of their cell.
    """
    if width <= 0:
        return ""
    drawn = _averaged([length(value) for value in values], width)
    known = [value for value in drawn if value is not None]
    if not known:
        return " " * width
    low, high = min(known), max(known)
    base = low if low > 0 and high - low > _FLAT * high else 0.0
    return "".join(_level(value, base, high, look) for value in drawn).ljust(width)


def _averaged(values: Sequence[float | None], width: int) -> list[float | None]:
    """Join neighbours until there are no more values than cells."""
    count = len(values)
    if count <= width:
        return list(values)
    joined: list[float | None] = []
    for cell in range(width):
        group = [
            value
            for value in values[cell * count // width : (cell + 1) * count // width]
            if value is not None
        ]
        joined.append(sum(value / len(group) for value in group) if group else None)
    return joined


def _level(value: float | None, base: float, high: float, look: Look) -> str:
    """The glyph of one bin."""
    if value is None:
        return " "
    signs = glyphs(look)
    if value < 0:
        return signs.below
    top = len(signs.spark) - 1
    share = (value - base) / (high - base) if high > base else 0.0
    return signs.spark[max(0, min(top, round(share * top)))]


def bar(value: Decimal | float | None, maximum: Decimal | float | None, width: int, look: Look) -> str:
    """Draw a bar in one row of cells.

    Args:
        value: Its amount; one below zero is drawn shaded.
        maximum: The amount that fills the width.
        width: Cells.
        look: The character set.

    Returns:
        A text of exactly that many cells; anything but zero has at least one cell.
    """
    amount, full = length(value), length(maximum)
    if width <= 0 or not amount or not full:
        return " " * max(width, 0)
    cells = max(1, min(width, round(abs(amount) / abs(full) * width)))
    signs = glyphs(look)
    return ((signs.bar if amount > 0 else signs.credit) * cells).ljust(width)
