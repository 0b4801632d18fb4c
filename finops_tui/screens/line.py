"""One line of text in parts: what does not fit goes away whole, from the least important on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from finops_tui.screens.cells import fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.screens.color import Look


_ASIDE = 3


class Part(NamedTuple):
    """A piece of a line.

    Attributes:
        text: Any text, also from data.
        tone: A word for its style, see `palette.tone`.
        rank: Lower ones are dropped last; 0 is never dropped, only shortened.
        lead: A word before it that stands out, such as a key.
        tail: Whether its end is worth more than its beginning, where it has to be shortened.
        brief: What it says where not every part would fit in full, or ''.
    """

    text: str
    tone: str = ""
    rank: int = 1
    lead: str = ""
    tail: bool = False
    brief: str = ""

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.text) + (cell_len(self.lead) + 1 if self.lead else 0)


class Line(Widget):
    """A line with a left and a right part; it has no focus and no keys."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; padding: 0 1; }"
    GAP = 2

    def __init__(self, look: Look, *, id: str | None = None, gap: int = GAP) -> None:  # noqa: A002
        super().__init__(id=id)
        self._look = look
        self._gap = gap
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()

    def show(self, left: Iterable[Part], right: Iterable[Part] = ()) -> None:
        """Show other parts; nothing is drawn again when they are the same."""
        parts = tuple(left), tuple(right)
        if parts != (self._left, self._right):
            self._left, self._right = parts
            self.refresh()

    @property
    def text(self) -> str:
        """Everything it was given, in words: for tests and for copying."""
        return " ".join(f"{part.lead} {part.text}".strip() for part in (*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        """Draw it."""
        width = self.size.width
        if y or width <= 0:
            return Strip.blank(width, self.rich_style)
        pieces = arranged(self._left, self._right, width, self._look, self._gap)
        drawn = strip((text, tone(self._look, how)) for text, how in pieces)
        return drawn.adjust_cell_length(width).apply_style(_base(self.rich_style))


def arranged(
    left: Sequence[Part], right: Sequence[Part], width: int, look: Look, gap: int = Line.GAP
) -> list[tuple[str, str]]:
    """The texts of a line exactly `width` wide, with their tones.

    Where there is too little room, asides (rank 4 and up) go first; then parts become brief, then go,
    those of the highest rank before others; what is left is shortened.
    """
    parts = [(0, part) for part in left] + [(1, part) for part in right]
    sides = [
        (side, part._replace(text=written(part.text, look), lead=written(part.lead, look)))
        for side, part in parts
        if part.text
    ]

    def needed() -> int:
        return sum(part.width for _, part in sides) + gap * max(len(sides) - 1, 0)

    def drop(above: int) -> None:
        while needed() > width and any(part.rank > above for _, part in sides):
            del sides[max(range(len(sides)), key=lambda i: (sides[i][1].rank, i))]

    drop(_ASIDE)
    for index in sorted(range(len(sides)), key=lambda i: sides[i][1].rank, reverse=True):
        side, part = sides[index]
        if part.brief and needed() > width:
            sides[index] = side, part._replace(text=written(part.brief, look))
    drop(0)
    spare = width - needed()
    if spare < 0 and sides:
        longest = max(range(len(sides)), key=lambda i: cell_len(sides[i][1].text))
        side, part = sides[longest]
        sides[longest] = side, part._replace(text=_cut(part, max(cell_len(part.text) + spare, 1), look))
        spare = width - needed()
    return _spaced(sides, max(spare, 0), gap)


def _cut(part: Part, width: int, look: Look) -> str:
    if not part.tail:
        return fit(part.text, width, look)
    text = part.text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return f"{glyphs(look).more}{text}"


def _spaced(sides: Sequence[tuple[int, Part]], spare: int, gap: int) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    previous = 0
    for index, (side, part) in enumerate(sides):
        blanks = (gap if index else 0) + (spare if side != previous else 0)
        if blanks:
            pieces.append((" " * blanks, ""))
        if part.lead:
            pieces += [(part.lead, "accent"), (" ", "")]
        pieces.append((part.text, part.tone))
        previous = side
    return pieces


def _base(full: Style) -> Style:
    """The background of the widget, under the parts' own colours."""
    return Style(bgcolor=full.bgcolor, dim=full.dim)
