"""The characters of everything we draw, by what the terminal has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from finops_tui.screens.color import Charset, Look


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters by what they are for.

    Attributes:
        levels: Fills of a cell from empty to full, from below.
        eighths: Fills of a cell from empty to full, from the left.
        bar: A cell of a bar, not touching the row below.
        credit: A cell of a bar below zero.
        spark: Levels of a sparkline, lowest first.
        below: Levels of a sparkline below zero.
        patterns: Fills that tell series apart without colour.
        shades: From least to most without colour.
        rule: A horizontal line.
        floor: The zero line, at the bottom of its row.
        wall: A vertical line.
        pointer: Gutter of the cursor's row.
        caret: The cursor on an axis.
        mark: Gutter of a marked row.
        more: What stands for text cut off.
        rise: Sorted upwards.
        fall: Sorted downwards.
        swatch: A series in a legend.
        partial: A bin that is not complete.
        event: Something happened in a bin.
    """

    levels: str
    eighths: str
    bar: str
    credit: str
    spark: str
    below: str
    patterns: str
    shades: str
    rule: str
    floor: str
    wall: str
    pointer: str
    caret: str
    mark: str
    more: str
    rise: str
    fall: str
    swatch: str
    partial: str
    event: str


GLYPHS: Final[dict[Charset, Glyphs]] = {
    "unicode": Glyphs(
        " ▁▂▃▄▅▆▇█", " ▏▎▍▌▋▊▉█", "▆", "░", "▁▂▃▄▅▆▇", "▔", "█▓▒░#=+:.", " ·░▒▓█", *"─▁│▶▲✓…▲▼■┄◆"
    ),
    "blocks": Glyphs(" ▄█", " ▌█", "▄", "░", "_▄█", "▀", "█▓▒░#=+:.", " .░▒▓█", *"─_│>▲*»▲▼■-♦"),
    "ascii": Glyphs(" #", " #", "=", "-", "_.-=#", "~", "#=+:%o*x.", " .:+#@", *"-_|>^*~^v#~!"),
}


def glyphs(look: Look) -> Glyphs:
    """Give the characters of a look.

    Args:
        look: The character set.

    Returns:
        Its characters.
    """
    return GLYPHS[look.charset]


def series_glyph(look: Look, index: int, *, other: bool = False) -> str:
    """Give the fill of a series where colour does not tell it apart.

    Args:
        look: The look.
        index: Its place, biggest first.
        other: Whether it is the rest.

    Returns:
        One character.
    """
    patterns = glyphs(look).patterns
    return patterns[-1] if other else patterns[index % (len(patterns) - 1)]
