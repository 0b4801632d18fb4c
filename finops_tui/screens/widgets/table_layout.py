"""Where the columns of a table stand, and which of them fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.screens.widgets.table_cells import Column

GUTTER: Final = 1
"""Cells left of the first column, for the pointer and the marks."""
_NARROWEST: Final = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """A column in its place.

    Attributes:
        column: The column.
        index: Its place among all columns that this terminal shows.
        x: First cell.
        width: Cells.
    """

    column: Column
    index: int
    x: int
    width: int


def fitting(columns: Sequence[Column], terminal_width: int) -> list[Column]:
    """Leave out the columns that this terminal is too narrow for.

    Args:
        columns: All columns.
        terminal_width: Cells of the terminal.

    Returns:
        The rest; the first column always stays.
    """
    return [
        column
        for index, column in enumerate(columns)
        if not index or terminal_width >= column.min_terminal_width
    ]


def place(columns: Sequence[Column], width: int, first: int = 0) -> list[Placed]:
    """Place columns side by side; the first one stays, the others can be shifted out.

    Args:
        columns: The columns to show.
        width: Cells there are.
        first: How many columns after the first are shifted out to the left.

    Returns:
        The columns that are at least partly in sight.
    """
    gap = 1 if width < 100 else 2
    widths = _widths(columns, width - GUTTER - gap * (len(columns) - 1))
    placed: list[Placed] = []
    x = GUTTER
    for index, (column, size) in enumerate(zip(columns, widths, strict=True)):
        if 0 < index <= first:
            continue
        room = min(size, width - x)
        if room <= 0 or (placed and room < min(size, 4)):
            break
        placed.append(Placed(column, index, x, room))
        x += size + gap
    return placed


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """Share out what is left over, or take it back from the columns that can give."""
    widths = [column.width for column in columns]
    spare = room - sum(widths)
    weight = sum(column.flex for column in columns)
    if not weight:
        return widths
    if spare < 0:
        for index, column in enumerate(columns):
            if column.flex and spare < 0:
                given = min(-spare, max(0, widths[index] - _NARROWEST))
                widths[index] -= given
                spare += given
        return widths
    for index, column in enumerate(columns):
        if column.flex:
            share = spare * column.flex // weight
            widths[index] += share
            spare -= share
            weight -= column.flex
    return widths


def last_first(columns: Sequence[Column], width: int) -> int:
    """Tell how far columns can be shifted before the last one is fully in sight.

    Args:
        columns: The columns to show.
        width: Cells there are.

    Returns:
        The greatest useful `first` of `place`.
    """
    for first in range(len(columns)):
        placed = place(columns, width, first)
        if placed and placed[-1].index == len(columns) - 1 and placed[-1].width >= columns[-1].width:
            return first
    return max(0, len(columns) - 2)


def first_showing(columns: Sequence[Column], width: int, first: int, index: int) -> int:
    """Shift columns just as far as one of them needs to be fully in sight.

    Args:
        columns: The columns to show.
        width: Cells there are.
        first: How many are shifted out now.
        index: The column to show.

    Returns:
        How many to shift out.
    """
    if index == 0:
        return first
    if index <= first:
        return index - 1
    for shifted in range(first, index):
        if any(p.index == index and p.width >= columns[index].width for p in place(columns, width, shifted)):
            return shifted
    return index - 1
