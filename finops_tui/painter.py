"""What goes to the terminal: only cells that changed, in as few bytes as that takes.

Textual renders regions; a region that is drawn anew mostly says what is on screen already. The painter keeps
both, what is wanted and what the terminal shows, and writes the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from finops_tui.pen import Pen
from finops_tui.sgr import Sgr, Styles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.color import ColorSystem
    from rich.segment import Segment
    from textual.strip import Strip

_UNKNOWN: Final = "\x00"
"""A cell of which nobody knows what the terminal shows."""

_ERASED: Final = 12
"""Fewest blanks that are erased, and gone past, in place of being written."""
_ERASED_REST: Final = 4
"""The same at the end of a row, past which nothing has to go."""

_SCROLLED: Final = 5
"""Fewest rows that are moved by the terminal, which is told so in some twenty bytes."""

_LONG: Final = 250
"""Characters from which on it is tried whether a row is shorter colour by colour."""

_BRIDGE: Final = 4
"""Most unchanged cells that are written again, as that is no more than the bytes of going past them."""


@lru_cache(maxsize=4096)
def _narrow(text: str) -> bool:
    """Whether every character takes one cell."""
    return all(cell_len(character) == 1 for character in text)


@dataclass(slots=True)
class _Rows:
    """A screen: for every row its characters ('' beside a wide one) and the numbers of their styles."""

    characters: list[list[str]]
    styles: list[list[int]]

    @classmethod
    def of(cls, width: int, height: int, character: str) -> _Rows:
        return cls([[character] * width for _ in range(height)], [[0] * width for _ in range(height)])


class Painter:
    """Takes what is rendered, gives what is to be written.

    Args:
        system: Colours of the terminal.
        erases: Whether the terminal erases cells in the background colour at hand.
    """

    def __init__(self, system: ColorSystem, *, erases: bool = False) -> None:
        self._erases = erases
        self._styles = Styles(system)
        self._pen = Pen(self._styles)
        self._size = (0, 0)
        self._wanted = _Rows([], [])
        self._shown = _Rows([], [])
        self._dirty: set[int] = set()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._size

    def resize(self, width: int, height: int) -> None:
        """Begin anew at another size; nothing is known of what the terminal shows."""
        if (width, height) != self._size:
            self._size = (width, height)
            self._wanted = _Rows.of(width, height, " ")
            self._dirty.clear()
            self.forget()

    def forget(self) -> None:
        """Somebody else has written to the terminal: everything is to be written again."""
        self._shown = _Rows.of(*self._size, _UNKNOWN)
        self._dirty.update(range(self._size[1]))

    def known(self, rows: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Say what the terminal shows: for every row its texts with the parameters of their SGR sequence."""
        for y, row in enumerate(rows[: self._size[1]]):
            x = 0
            for codes, text in row:
                x = self._write(self._shown, x, y, text, self._styles.number(Sgr.read(codes)))
            self._dirty.add(y)

    def rows(self) -> list[list[tuple[str, str]]]:
        """What is wanted on screen, as `known` takes it."""
        found = []
        for characters, styles in zip(self._wanted.characters, self._wanted.styles, strict=True):
            row: list[tuple[str, str]] = []
            start = 0
            for end in range(1, len(styles) + 1):
                if end == len(styles) or styles[end] != styles[start]:
                    row.append((self._styles.sgr(styles[start]).codes, "".join(characters[start:end])))
                    start = end
            found.append(row)
        return found

    def put(self, x: int, y: int, strips: Iterable[Strip]) -> None:
        """Want something from a cell on."""
        if not 0 <= y < self._size[1]:
            return
        self._dirty.add(y)
        for strip in strips:
            for segment in strip:
                x = self._segment(x, y, segment)

    def changes(self) -> str:
        """What makes the terminal show what is wanted; '' when it does."""
        if len(self._dirty) > _SCROLLED:
            self._scroll()
        for y in sorted(self._dirty):
            self._row(y)
        self._dirty.clear()
        return self._pen.taken()

    def leave(self) -> str:
        """What puts the terminal into its own style again."""
        return self._pen.leave()

    def _scroll(self) -> None:
        """Where most rows are what the next, or the one before, shows: let the terminal move them itself."""
        for by in (1, -1):
            rows = [y for y in sorted(self._dirty) if self._moved(y, by)]
            if len(rows) < _SCROLLED or rows[-1] - rows[0] > 2 * len(rows):
                continue
            top, bottom = min(rows[0], rows[0] + by), max(rows[-1], rows[-1] + by)
            self._pen.scroll(top, bottom, by)
            gone, come = (top, bottom) if by > 0 else (bottom, top)
            del self._shown.characters[gone], self._shown.styles[gone]
            self._shown.characters.insert(come, [_UNKNOWN] * self._size[0])
            self._shown.styles.insert(come, [0] * self._size[0])
            self._dirty.update(range(top, bottom + 1))
            return

    def _moved(self, y: int, by: int) -> bool:
        """Whether a row, which is not blank, is to show what that one shows."""
        characters, there = self._wanted.characters[y], self._shown.characters
        return (
            0 <= y + by < self._size[1]
            and characters == there[y + by]
            and characters != there[y]
            and self._wanted.styles[y] == self._shown.styles[y + by]
        )

    def _segment(self, x: int, y: int, segment: Segment) -> int:
        text, style, control = segment
        if control:
            return x
        return self._write(self._wanted, x, y, text, self._styles.of(style))

    def _write(self, rows: _Rows, x: int, y: int, text: str, style: int) -> int:
        characters, styles = rows.characters[y], rows.styles[y]
        room = self._size[0] - x
        if text.isascii() or _narrow(text):
            text = text[: max(room, 0)]
            end = x + len(text)
            characters[x:end] = text
            styles[x:end] = [style] * len(text)
            return end
        for character in text:
            wide = cell_len(character)
            if x + wide > self._size[0]:
                break
            if wide:
                characters[x : x + wide] = [character, ""][:wide]
                styles[x : x + wide] = [style] * wide
                x += wide
            elif x:
                before = x - 1 if characters[x - 1] else x - 2
                characters[before] += character
        return x

    def _row(self, y: int) -> None:
        """Write a row: from left to right, or colour by colour where that is shorter, as in charts."""
        if self._wanted.characters[y] == self._shown.characters[y] and (
            self._wanted.styles[y] == self._shown.styles[y]
        ):
            return
        mark = self._pen.mark()
        used = self._cells(y)
        size = self._pen.since(mark)
        if len(used) > 1 and size > _LONG:
            self._pen.rewind(mark)
            for style in used:
                self._cells(y, style)
            if self._pen.since(mark) > size:
                self._pen.rewind(mark)
                self._cells(y)
        self._shown.characters[y] = self._wanted.characters[y][:]
        self._shown.styles[y] = self._wanted.styles[y][:]

    def _cells(self, y: int, only: int | None = None) -> dict[int, None]:
        """Write the cells of a row that changed, or those of one style; gives the styles in which there are any."""
        characters, styles = self._wanted.characters[y], self._wanted.styles[y]
        there, drawn = self._shown.characters[y], self._shown.styles[y]
        blanks, used = self._styles.blanks, dict[int, None]()
        x, width = 0, len(characters)
        while x < width:
            character, style = characters[x], styles[x]
            if (only is not None and style != only) or (
                character == there[x]
                and (style == drawn[x] or (character == " " and blanks[style] == blanks[drawn[x]]))
            ):
                x += 1
                continue
            used[style] = None
            x += self._cell(x, y)
        return used

    def _cell(self, x: int, y: int) -> int:
        """Write a cell, or the blanks from it on; gives how many there were."""
        characters, style = self._wanted.characters[y], self._wanted.styles[y][x]
        character, pen = characters[x], self._pen
        if not character and x:  # the second half of a wide one; both are written
            self._wide(x - 1, y)
            return 1
        run = self._blank_run(x, y) if character == " " else 0
        rest = x + run == len(characters)
        if run >= (_ERASED_REST if rest else _ERASED):
            self._reach(x, y)
            pen.erase(run, style, rest=rest)
            return run
        if character.isascii() or _narrow(character):
            self._reach(x, y)
            if character == " " and x + 1 < len(characters):
                pen.write(character, self._ahead(x, y), ahead=characters[x + 1] != " ")
            else:
                pen.write(character, style)
            return 1
        self._wide(x, y)
        return 2 if x + 1 < len(characters) and not characters[x + 1] else 1

    def _wide(self, x: int, y: int) -> None:
        """Write a character of which terminals do not agree how wide it is."""
        self._pen.go(x, y)
        self._pen.write(self._wanted.characters[y][x], self._wanted.styles[y][x])
        self._pen.lose()

    def _ahead(self, x: int, y: int) -> int:
        """The style to write a blank in: the next cell's, where that looks the same and saves a change."""
        styles = self._wanted.styles[y]
        after = styles[min(x + 1, len(styles) - 1)]
        return after if self._styles.blanks[after] == self._styles.blanks[styles[x]] else styles[x]

    def _blank_run(self, x: int, y: int) -> int:
        """How many cells from here on can be erased in place of being written."""
        characters, styles, blanks = self._wanted.characters[y], self._wanted.styles[y], self._styles.blanks
        blank = blanks[styles[x]]
        if not self._erases or self._styles.sgr(blank).attributes:
            return 0
        end = x
        while end < len(characters) and characters[end] == " " and blanks[styles[end]] == blank:
            end += 1
        return end - x

    def _reach(self, x: int, y: int) -> None:
        """Go to a cell, or write the unchanged ones before it again where that is shorter."""
        pen, at = self._pen, self._pen.at
        if at is None or at[1] != y or not 0 < x - at[0] <= _BRIDGE:
            pen.go(x, y)
            return
        start = at[0]
        between = list(zip(self._wanted.characters[y][start:x], self._wanted.styles[y][start:x], strict=True))
        if all(character.isascii() and character and pen.suits(character, how) for character, how in between):
            for character, how in between:
                pen.write(character, how)
        else:
            pen.go(x, y)
