"""The pen of the painter: where the terminal writes next, in which style, and what it was told so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.sgr import PLAIN

if TYPE_CHECKING:
    from finops_tui.sgr import Sgr, Styles


class Pen:
    """Writes.

    Args:
        styles: Styles by number.

    Attributes:
        at: Where the terminal writes next; None where that is not certain.
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._out: list[str] = []
        self._sgr: Sgr = PLAIN
        self.at: tuple[int, int] | None = None

    def go(self, x: int, y: int) -> None:
        """Write there next."""
        if self.at == (x, y):
            return
        if self.at is not None and self.at[1] == y and x > self.at[0]:
            step = x - self.at[0]
            self._out.append(f"\x1b[{step}C" if step > 1 else "\x1b[C")
        elif self.at is not None and self.at[1] == y:
            self._out.append(f"\x1b[{x + 1}G")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self.at = (x, y)

    def mark(self) -> tuple[int, Sgr, tuple[int, int] | None]:
        """Where it is now, for `since` and `rewind`."""
        return len(self._out), self._sgr, self.at

    def since(self, mark: tuple[int, Sgr, tuple[int, int] | None]) -> int:
        """Characters since then."""
        return sum(map(len, self._out[mark[0] :]))

    def rewind(self, mark: tuple[int, Sgr, tuple[int, int] | None]) -> None:
        """Nothing was told since then."""
        del self._out[mark[0] :]
        _, self._sgr, self.at = mark

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Move rows one up or down; what comes in is of no known content."""
        place, step = (bottom, "\n") if by > 0 else (top, "\x1bM")
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{place + 1}H{step}\x1b[r")
        self.at = None

    def lose(self) -> None:
        """It is not certain where the terminal is."""
        self.at = None

    def suits(self, character: str, style: int) -> bool:
        """Whether a character needs no change of style."""
        return not self._styles.step(self._sgr, style, blank=character == " ")[0]

    def write(self, character: str, style: int, *, ahead: bool = False) -> None:
        """Write a character; a blank that needs another background takes the whole style if what follows needs that."""
        codes, then = self._styles.step(self._sgr, style, blank=character == " ")
        if codes and ahead:
            codes, then = self._styles.step(self._sgr, style, blank=False)
        self._sgr = then
        if codes:
            self._out.append(codes)
        self._out.append(character)
        if self.at is not None:
            self.at = (self.at[0] + 1, self.at[1])

    def erase(self, cells: int, style: int, *, rest: bool) -> None:
        """Make cells blank, in a style; the place to write next stays."""
        codes, self._sgr = self._styles.step(self._sgr, style, blank=True)
        self._out.append(f"{codes}\x1b[K" if rest else f"{codes}\x1b[{cells}X")

    def leave(self) -> str:
        """The sequence to the terminal's own style, and begin anew."""
        self._sgr, self.at = PLAIN, None
        return "\x1b[m"

    def taken(self) -> str:
        """Everything since the last time; where the terminal is may change until the next."""
        told = "".join(self._out)
        self._out.clear()
        self.at = None
        return told
