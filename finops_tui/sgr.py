"""Styles as a terminal takes them (SGR): numbered, and the shortest way from one to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.style import Style

_CODES: Final = re.compile(r"\x1b\[([0-9;]*)m")
_BRIGHT: Final = 90
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_FIXED: Final = 22
"""The first of the 256 colours that themes of terminals leave alone; 0 to 21 they may change."""

_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What ends an attribute."""

_MARKED: Final = frozenset(["4", "7", "9", "21", "53", "5", "6"])
"""Attributes that show on a blank, too: underlined, reversed, struck, blinking."""


@dataclass(frozen=True, slots=True)
class Sgr:
    """A style: codes of its colours, '' for the terminal's own, and of its attributes in order."""

    fore: str = ""
    back: str = ""
    attributes: tuple[str, ...] = ()

    @classmethod
    def read(cls, codes: str) -> Sgr:
        """The style of the parameters of an SGR sequence, such as `1;38;5;250`."""
        fore = back = ""
        attributes = []
        rest = [code for code in codes.split(";") if code]
        while rest:
            code = rest.pop(0)
            if code in {"38", "48"} and rest:
                size = 2 if rest[0] == "5" else 4
                color = _short([code, *rest[:size]])
                del rest[:size]
                fore, back = (color, back) if code == "38" else (fore, color)
            elif code in {"39", "49"}:
                continue
            elif _colors(code, "3", _BRIGHT):
                fore = code
            elif _colors(code, "4", _BRIGHT + 10):
                back = code
            else:
                attributes.append(code)
        return cls(fore, back, tuple(attributes))

    @property
    def codes(self) -> str:
        """The parameters of its SGR sequence, from the terminal's own style on."""
        return ";".join(part for part in (*self.attributes, self.fore, self.back) if part)

    @property
    def blank(self) -> Sgr:
        """What is seen of it on a blank."""
        return self if _MARKED.intersection(self.attributes) else Sgr(back=self.back)


PLAIN: Final = Sgr()


def _colors(code: str, normal: str, bright: int) -> bool:
    """Whether a code is one of the sixteen colours of the foreground, or of the background."""
    return (len(code) == 2 and code[0] == normal and code[1] in "01234567") or (
        code.isdigit() and bright <= int(code) < bright + 8
    )


def _short(color: list[str]) -> str:
    """A colour of 24 bits that is among the 256 ones, by its number; others as they are."""
    if color[1:2] != ["2"] or len(color) != 5:
        return ";".join(color)
    red, green, blue = map(int, color[2:])
    if red == green == blue and red >= 8 and (red - 8) % 10 == 0 and red <= 238:
        return f"{color[0]};5;{232 + (red - 8) // 10}"
    if red in _LEVELS and green in _LEVELS and blue in _LEVELS:
        number = 16 + 36 * _LEVELS.index(red) + 6 * _LEVELS.index(green) + _LEVELS.index(blue)
        if number >= _FIXED:
            return f"{color[0]};5;{number}"
    return ";".join(color)


class Styles:
    """Numbers for styles, and the ways between them.

    Args:
        system: Colours of the terminal.

    Attributes:
        blanks: For every number, the number of what is seen of the style on a blank.
    """

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._numbers: dict[Sgr, int] = {}
        self._known: dict[Style | None, int] = {}
        self._all: list[Sgr] = []
        self._steps: dict[tuple[Sgr, int, bool], tuple[str, Sgr]] = {}
        self.blanks: list[int] = []
        self._known[None] = self.number(PLAIN)

    def of(self, style: Style | None) -> int:
        """The number of a style of Rich's."""
        found = self._known.get(style)
        if found is None and style is not None:
            codes = _CODES.match(style.render("x", color_system=self._system))
            found = self._known[style] = self.number(Sgr.read(codes[1]) if codes is not None else PLAIN)
        return found or 0

    def number(self, sgr: Sgr) -> int:
        """The number of a style."""
        found = self._numbers.get(sgr)
        if found is None:
            found = self._numbers[sgr] = len(self._all)
            self._all.append(sgr)
            self.blanks.append(found)
            self.blanks[found] = self.number(sgr.blank)
        return found

    def sgr(self, number: int) -> Sgr:
        """The style of a number."""
        return self._all[number]

    def step(self, now: Sgr, number: int, *, blank: bool) -> tuple[str, Sgr]:
        """How to get from a style to what a character needs, and the style one is in then."""
        key = (now, number, blank)
        found = self._steps.get(key)
        if found is None:
            wanted = self._all[number]
            if blank and wanted.blank != wanted and not _MARKED.intersection(now.attributes):
                wanted = Sgr(now.fore, wanted.back, now.attributes)
            found = self._steps[key] = (_between(now, wanted), wanted)
        return found


def _between(now: Sgr, wanted: Sgr) -> str:
    """The sequence from one style to another: from the terminal's own, or attribute by attribute if that is shorter."""
    if now == wanted:
        return ""
    anew = ["", *wanted.attributes, *(color for color in (wanted.fore, wanted.back) if color)]
    gone = [code for code in now.attributes if code not in wanted.attributes]
    parts = list(dict.fromkeys(_OFF.get(code, "") for code in gone))
    parts += [code for code in wanted.attributes if code not in now.attributes]
    if wanted.fore != now.fore:
        parts.append(wanted.fore or "39")
    if wanted.back != now.back:
        parts.append(wanted.back or "49")
    both = any(
        _OFF.get(code) == _OFF[gone_code]
        for code in wanted.attributes
        for gone_code in gone
        if gone_code in _OFF
    )
    steps = ";".join(anew if both or "" in parts else parts)
    return f"\x1b[{min(steps, ';'.join(anew), key=len)}m"
