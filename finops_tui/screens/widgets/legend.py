"""The legend of a stacked chart: which colour or fill is which series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from finops_tui.screens.cells import fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.stack import Cell, Layer, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from finops_tui.screens.color import Look

_NAME: Final = 24
_MORE: Final = 9
"""Cells that `+12 more` takes."""


def entries(drawn: Sequence[Layer], look: Look, *, partial: bool) -> list[tuple[Cell, Cell]]:
    """Say which colour or fill is which series.

    Args:
        drawn: The layers.
        look: Colours and characters.
        partial: Whether the last bin is not complete.

    Returns:
        One entry per layer: its sign and its name, in styles.
    """
    signs, colors = glyphs(look), palette(look)
    patterned = parts(look) == 1
    found = [
        ((each.glyph if patterned else signs.swatch, each.style), (_short(each.name, look), colors.text))
        for each in drawn
    ]
    if partial:
        found.append(((signs.partial, colors.accent), ("not complete", colors.muted)))
    return found


def _short(name: str, look: Look) -> str:
    return fit(name, min(_NAME, cell_len(written(name[: 2 * _NAME], look))), look)


def width_of(shown: Sequence[tuple[Cell, Cell]]) -> int:
    """Give the cells a legend needs in one row."""
    return sum(cell_len(name) + 4 for _, (name, _) in shown)


def lines(shown: Sequence[tuple[Cell, Cell]], rows: int, indent: int, width: int, look: Look) -> list[Strip]:
    """Put as many entries as fit into some rows, and say how many do not.

    Args:
        shown: The entries.
        rows: Rows there are.
        indent: Cells left free at the left.
        width: Cells of a row.
        look: Colours.

    Returns:
        One line per row.
    """
    left = list(shown)
    drawn: list[Strip] = []
    for row in range(rows):
        line: list[Cell] = [(" " * indent, "")]
        used = indent
        while left:
            sign, (name, how) = left[0]
            size = cell_len(name) + 4
            reserve = _MORE if row == rows - 1 and len(left) > 1 else 0
            if used + size - 2 + reserve > width and used > indent:
                break
            line += [sign, (f" {name}  ", how)]
            used += size
            left.pop(0)
        if left and row == rows - 1:
            line.append((f"+{len(left)} more", palette(look).muted))
        drawn.append(strip(line).adjust_cell_length(width))
    return drawn
