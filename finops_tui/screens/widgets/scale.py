"""Scales of charts: bins that fit, nice ticks, and how many cells an amount is long."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDEST: Final = 14


@dataclass(frozen=True, slots=True)
class Columns:
    """How bins become columns.

    Attributes:
        bins: How many bins there are.
        each: Bins in one column.
        count: Columns.
        width: Cells of a column, its gap included.
        gap: Cells between columns.
    """

    bins: int
    each: int
    count: int
    width: int
    gap: int

    def span(self, column: int) -> tuple[int, int]:
        """The bins of a column, half-open."""
        return column * self.each, min(self.bins, (column + 1) * self.each)

    def of_bin(self, index: int) -> int:
        """The column of a bin."""
        return index // self.each

    def at(self, x: int) -> int | None:
        """The column at a cell, or None right of the last one."""
        column = x // self.width
        return column if x >= 0 and column < self.count else None


def columns(bins: int, width: int) -> Columns:
    """Join bins until they fit, or widen them until they fill.

    Args:
        bins: How many there are.
        width: Cells.

    Returns:
        The columns; one cell wide at least, with a gap where there is room for it.
    """
    if bins <= 0 or width <= 0:
        return Columns(0, 1, 0, 1, 0)
    each = ceil(bins / width)
    count = ceil(bins / each)
    size = max(1, min(width // count, _WIDEST))
    return Columns(bins, each, count, size, 1 if size >= 3 else 0)


@dataclass(frozen=True, slots=True)
class Axis:
    """A vertical scale whose zero lies between two rows.

    Attributes:
        above: Rows above zero.
        below: Rows below zero.
        unit: What one row is worth; 0 where there is nothing to draw.
    """

    above: int
    below: int
    unit: float

    def ticks(self, most: int) -> list[Decimal]:
        """Give round amounts within the scale.

        Args:
            most: How many, at most, besides zero.

        Returns:
            Amounts in rising order, zero among them.
        """
        if not self.unit or most <= 0:
            return [Decimal(0)]
        top = self.unit * max(self.above, self.below)
        step = next(each for share in (1, 2, 4) if float(each := nice(top / most / share)) <= top)
        low, high = ceil(-self.unit * self.below / float(step)), floor(self.unit * self.above / float(step))
        return [step * index for index in range(low, high + 1)]

    def row(self, value: Decimal) -> int:
        """Give the row, from the top, whose middle is nearest to an amount."""
        if not self.unit:
            return self.above - 1
        cells = float(value) / self.unit
        if not value:
            return self.above - 1 if self.above else 0
        inside = round(cells - 0.5) if cells > 0 else round(cells + 0.5) - 1
        return max(0, min(self.above + self.below - 1, self.above - 1 - inside))


def axis(high: float, low: float, rows: int) -> Axis:
    """Share rows between what lies above and below zero, at one scale.

    Args:
        high: The greatest height above zero, at least 0.
        low: The greatest depth below zero, at most 0.
        rows: Rows there are.

    Returns:
        The scale; a side with anything to show has at least one row where there are two.
    """
    span = high - low
    if not span or rows <= 0:
        return Axis(max(rows, 0), 0, 0.0)
    if not low or (rows == 1 and high >= -low):
        return Axis(rows, 0, high / rows)
    if not high or rows == 1:
        return Axis(0, rows, -low / rows)
    below = max(1, min(rows - 1, round(rows * -low / span)))
    above = rows - below
    return Axis(above, below, max(high / above, -low / below))


def nice(step: float) -> Decimal:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten.

    Args:
        step: Above zero.

    Returns:
        The step as a Decimal.
    """
    exponent = floor(log10(step))
    part = step / 10.0**exponent
    factor = next((each for each in _STEPS if part <= each * 1.000001), 10.0)
    return Decimal(str(factor)).scaleb(exponent)


def heights(values: Sequence[float], unit: float, parts: int) -> list[int]:
    """Give the tops of stacked amounts in parts of a cell; rounding is never passed on.

    Args:
        values: Amounts of one sign, lowest in the stack first.
        unit: What one cell is worth.
        parts: Parts of a cell that can be told apart.

    Returns:
        One top per amount, from zero, never falling.
    """
    tops: list[int] = []
    total = 0.0
    for value in values:
        total += abs(value)
        tops.append(round(total / unit * parts) if unit else 0)
    return tops
