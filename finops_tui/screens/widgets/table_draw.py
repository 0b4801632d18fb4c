"""The lines of a table: its head, its rows, and words where it has no rows."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from finops_tui.screens.cells import fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.table_cells import Part, Row, draw
from finops_tui.screens.widgets.table_layout import GUTTER, Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from finops_tui.screens.color import Look


@dataclass(frozen=True, slots=True)
class RowState:
    """What a row looks like beside its data.

    Attributes:
        cursor: Whether the cursor is on it.
        focused: Whether the table has the focus.
        marked: Whether it is marked.
        cell: Index of the cell under the cursor, or None for the whole row.
    """

    cursor: bool = False
    focused: bool = False
    marked: bool = False
    cell: int | None = None


def head(placed: Sequence[Placed], sort: tuple[str, bool] | None, width: int, look: Look) -> Strip:
    """Draw the head of a table.

    Args:
        placed: Its columns in their places.
        sort: Key of the column the rows are sorted by, and whether downwards.
        width: Cells.
        look: Colours and characters.

    Returns:
        One line of that width.
    """
    how = palette(look).header
    signs = glyphs(look)
    parts: list[Part] = []
    x = 0
    for place in placed:
        title = place.column.title
        if sort is not None and sort[0] == place.column.key:
            arrow = signs.fall if sort[1] else signs.rise
            title = f"{fit(title, place.width - 2, look).rstrip()} {arrow}" if place.width > 2 else arrow
        parts.append((f"{' ' * (place.x - x)}{fit(title, place.width, look, place.column.stands)}", how))
        x = place.x + place.width
    return strip([*parts, (" " * (width - x), how)]).adjust_cell_length(width)


def line(placed: Sequence[Placed], row: Row, state: RowState, width: int, look: Look) -> Strip:
    """Draw one row of a table.

    Args:
        placed: Its columns in their places.
        row: Its data.
        state: Cursor and marks.
        width: Cells.
        look: Colours and characters.

    Returns:
        One line of that width.
    """
    colors = palette(look)
    whole = (colors.cursor if state.focused else colors.cursor_blurred) if state.cursor else ""
    parts: list[Part] = [(_gutter(state, look), whole or colors.marked)]
    x = GUTTER
    for place in placed:
        parts.append((" " * (place.x - x), whole))
        cells = draw(place.column, row, place.width, look)
        if state.cursor and state.cell == place.index:
            cells = [(text, colors.cell) for text, _ in cells]
        elif whole:
            cells = [(text, whole) for text, _ in cells]
        elif state.marked and place is placed[0]:
            cells = [(text, colors.marked) for text, _ in cells]
        parts.extend(cells)
        x = place.x + place.width
    return strip([*parts, (" " * (width - x), whole)]).adjust_cell_length(width)


def _gutter(state: RowState, look: Look) -> str:
    """Mark and pointer; the pointer only where colour does not show the cursor's row."""
    signs = glyphs(look)
    if state.marked:
        return signs.mark
    return signs.pointer if state.cursor and look.ansi else " "


def words(text: Part, width: int, look: Look) -> list[Strip]:
    """Draw words in place of rows.

    Args:
        text: The words and their style.
        width: Cells.
        look: Characters.

    Returns:
        As many lines of that width as the words take.
    """
    room = max(width - 2, 1)
    lines = [line for part in text[0].splitlines() for line in wrap(written(part, look), room)]
    return [strip([(fit(f"  {line}", width, look), text[1])]).adjust_cell_length(width) for line in lines]
