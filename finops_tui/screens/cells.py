"""Cells, strips and texts that fit them: what the table and the charts are drawn with."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.safe_text import ascii_only, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.screens.color import Look

Align = Literal["left", "right"]

_PLAIN_BLOCKS: Final = str.maketrans({"—": "-", "…": "»", "▶": ">", "✓": "*", "‹": "<", "›": ">"})
_PLAIN_ASCII: Final = {
    "▲": "^",
    "▼": "v",
    "—": "-",
    "–": "-",
    "Δ": "d",
    "…": "~",
    "·": ".",
    "▶": ">",
    "▸": ">",
    "◆": "!",
    "‹": "<",
    "›": ">",
    "€": "EUR ",
    "£": "GBP ",
    "¥": "JPY ",
    "₹": "INR ",
    "₩": "KRW ",
}


@lru_cache(maxsize=512)
def style(text: str) -> Style:
    """Parse a Rich style once.

    Args:
        text: Such as `bold #ffaf00 on #303030`.

    Returns:
        The style.
    """
    return Style.parse(text)


def written(text: str, look: Look) -> str:
    """Make a text safe and put it in the characters the terminal has.

    Args:
        text: Any text, also from data.
        look: The character set.

    Returns:
        The text to draw.
    """
    if text.isascii() and text.isprintable():
        return text
    if look.charset == "unicode":
        return clean(text)
    if look.charset == "blocks":
        return clean(text).translate(_PLAIN_BLOCKS)
    return ascii_only("".join(_PLAIN_ASCII.get(character, character) for character in text))


def fit(text: str, width: int, look: Look, align: Align = "left") -> str:
    """Make a text exactly as wide as its place.

    Args:
        text: Any text, also from data.
        width: Cells.
        look: The character set.
        align: Where a short text stands. Text that is too long ends in `…` either way.

    Returns:
        A text of that many cells, empty for none.
    """
    if width <= 0:
        return ""
    shown = written(text[: 8 * width + 8], look)
    size = cell_len(shown)
    if size > width:
        return f"{set_cell_size(shown, width - 1)}{glyphs(look).more}"
    blanks = " " * (width - size)
    return f"{shown}{blanks}" if align == "left" else f"{blanks}{shown}"


def strip(parts: Iterable[tuple[str, str]]) -> Strip:
    """Make a line of texts in styles.

    Args:
        parts: Pairs of a text and a Rich style.

    Returns:
        A Textual strip.
    """
    return Strip([Segment(text, style(look)) for text, look in parts if text])


class Grid:
    """A field of single cells to draw into; what lies outside is left out.

    Attributes:
        width: Cells across.
        height: Cells down.
    """

    def __init__(self, width: int, height: int, look: Look) -> None:
        self.width = max(width, 0)
        self.height = max(height, 0)
        self._look = look
        self._characters = [[" "] * self.width for _ in range(self.height)]
        self._styles = [[""] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, character: str, how: str) -> None:
        """Draw one single-cell character.

        Args:
            x: Column.
            y: Row.
            character: The character.
            how: A Rich style.
        """
        if 0 <= x < self.width and 0 <= y < self.height:
            self._characters[y][x] = character
            self._styles[y][x] = how

    def fill(self, x: int, y: int, width: int, character: str, how: str) -> None:
        """Draw the same character along a row.

        Args:
            x: First column.
            y: Row.
            width: Cells.
            character: The character.
            how: A Rich style.
        """
        start, stop = max(x, 0), min(x + width, self.width)
        if 0 <= y < self.height and stop > start:
            self._characters[y][start:stop] = [character] * (stop - start)
            self._styles[y][start:stop] = [how] * (stop - start)

    def write(self, x: int, y: int, text: str, how: str, width: int | None = None) -> int:
        """Write a text, made safe and cut to what is left of the row.

        Args:
            x: First column.
            y: Row.
            text: Any text, also from data.
            how: A Rich style.
            width: Most cells to use.

        Returns:
            The cells used.
        """
        room = self.width - x if width is None else min(width, self.width - x)
        shown = written(text[: 8 * max(room, 0) + 8], self._look)
        size = cell_len(shown)
        if size > room:
            shown, size = fit(text, room, self._look), room
        if x < 0 or room <= 0:
            return 0
        for character in shown:
            wide = cell_len(character)
            if wide == 0 and x > 0:
                if 0 <= y < self.height:
                    self._characters[y][x - 1] += character
                continue
            self.put(x, y, character, how)
            if wide == 2:
                self.put(x + 1, y, "", how)
            x += wide
        return size

    def strip(self, y: int) -> Strip:
        """Give a row as a strip.

        Args:
            y: Row.

        Returns:
            The row, neighbours of one style joined.
        """
        return Strip(list(_segments(self._characters[y], self._styles[y])), self.width)

    def strips(self) -> list[Strip]:
        """Give all rows, from the top."""
        return [self.strip(y) for y in range(self.height)]


def _segments(characters: Sequence[str], styles: Sequence[str]) -> Iterable[Segment]:
    """Join neighbours of one style."""
    start = 0
    for end in range(1, len(characters) + 1):
        if end == len(characters) or styles[end] != styles[start]:
            yield Segment("".join(characters[start:end]), style(styles[start]))
            start = end
