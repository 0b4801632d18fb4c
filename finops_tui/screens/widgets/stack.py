"""Stacked columns as cells: series folded to what can be told apart, borders to an eighth of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui.screens.glyphs import glyphs, series_glyph
from finops_tui.screens.palette import series_style
from finops_tui.screens.widgets.scale import heights
from finops_tui.screens.widgets.sparks import length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.screens.color import Look
    from finops_tui.screens.widgets.scale import Columns

Cell = tuple[str, str]
"""A character and its Rich style."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a stacked chart.

    Attributes:
        name: Its name, as it is in the data.
        values: One amount per bin; None counts as nothing.
        other: Whether it is the rest of all series.
    """

    name: str
    values: Sequence[Decimal | None]
    other: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A series as it is drawn.

    Attributes:
        name: What the legend says.
        style: Its colour.
        glyph: Its fill where colour does not tell it apart.
        values: Its length per column; below zero for credits.
    """

    name: str
    style: str
    glyph: str
    values: tuple[float, ...]


def layers(series: Sequence[Series], columns: Columns, most: int, look: Look) -> list[Layer]:
    """Fold series beyond the first few into one, and bins into columns.

    Args:
        series: Biggest first.
        columns: How bins become columns.
        most: Series to keep apart.
        look: Colours and characters.

    Returns:
        Layers in the order they are stacked, the rest last.
    """
    named = [each for each in series if not each.other]
    rest = [each for each in series if each.other]
    folded = named[most:] if len(named) > most + (not rest) else []
    kept = named[: len(named) - len(folded)]
    drawn = [
        Layer(each.name, series_style(look, i), series_glyph(look, i), _joined([each], columns))
        for i, each in enumerate(kept)
    ]
    if folded or rest:
        name = rest[0].name if rest and not folded else f"Other ({len(folded)})" if not rest else "Other"
        style, glyph = series_style(look, 0, other=True), series_glyph(look, 0, other=True)
        drawn.append(Layer(name, style, glyph, _joined(folded + rest, columns)))
    return drawn


def _joined(series: Sequence[Series], columns: Columns) -> tuple[float, ...]:
    """Add bins up, exactly, and only then turn them into lengths."""
    spans = [columns.span(index) for index in range(columns.count)]
    return tuple(
        length(sum((value for each in series for value in each.values[a:b] if value), Decimal(0))) or 0.0
        for a, b in spans
    )


def extremes(drawn: Sequence[Layer], count: int) -> tuple[float, float]:
    """Give the greatest height above and the greatest depth below zero.

    Args:
        drawn: The layers.
        count: Columns.

    Returns:
        Height, at least 0, and depth, at most 0.
    """
    high = max((sum(max(0.0, each.values[i]) for each in drawn) for i in range(count)), default=0.0)
    low = min((sum(min(0.0, each.values[i]) for each in drawn) for i in range(count)), default=0.0)
    return high, low


def parts(look: Look) -> int:
    """Give the parts of a cell that can be told apart in this look."""
    return 1 if look.depth == "none" else len(glyphs(look).levels) - 1


def side(
    drawn: Sequence[Layer], column: int, unit: float, rows: int, look: Look, *, below: bool
) -> list[Cell]:
    """Draw one column on one side of zero.

    Args:
        drawn: The layers.
        column: Which column.
        unit: What one row is worth.
        rows: Rows on this side.
        look: Colours and characters.
        below: Whether it is the side below zero.

    Returns:
        One cell per row, from zero outwards; an empty text where nothing is.
    """
    size = parts(look)
    present = [each for each in drawn if (each.values[column] < 0) == below and each.values[column]]
    tops = heights([each.values[column] for each in present], unit, size)
    cells: list[Cell] = [("", "")] * rows
    shared: dict[int, list[tuple[int, Layer]]] = {}
    before = 0
    for layer, top in zip(present, tops, strict=True):
        first, last = -(-before // size), top // size
        if last > first:  # cells that are all of one layer
            whole = min(last, rows) - first
            cells[first : first + max(whole, 0)] = [_cell([(size, layer)], size, look, below=below)] * whole
        if before < first * size and top > before:  # what is left of the cell that others began
            shared.setdefault(first - 1, []).append((min(top, first * size) - before, layer))
        if top > max(last * size, before) and last >= first:  # what begins the cell that others go on in
            shared.setdefault(last, []).append((top - last * size, layer))
        before = top
    for row, pieces in shared.items():
        if row < rows:
            cells[row] = _cell(pieces, size, look, below=below)
    return cells


def _cell(pieces: Sequence[tuple[int, Layer]], size: int, look: Look, *, below: bool) -> Cell:
    """The glyph and colours that show the pieces best: two series at most share a cell."""
    if not pieces:
        return "", ""
    filled = sum(part for part, _ in pieces)
    biggest = max(pieces, key=lambda piece: piece[0])[1]
    if size == 1:
        return biggest.glyph, biggest.style
    levels = glyphs(look).levels
    if filled < size:
        return (
            (levels[size - filled], f"reverse {biggest.style}") if below else (levels[filled], biggest.style)
        )
    if len(pieces) == 1:
        return levels[size], biggest.style
    first, second = (
        (0, 1) if len(pieces) == 2 else sorted(sorted(range(len(pieces)), key=lambda i: -pieces[i][0])[:2])
    )
    border = max(1, min(size - 1, sum(part for part, _ in pieces[:second])))
    near, far = pieces[first][1].style, pieces[second][1].style
    return (levels[size - border], f"{far} on {near}") if below else (levels[border], f"{near} on {far}")
