"""The pieces a filter's text is made of: names, operators, quoted text, numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from finops_tui.queries.filter_ast import FilterError

QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
BARE_KEY: Final = r'[^\s"():=!~<>|,]+'
FIELD: Final = re.compile(rf"(?i:tag\.|label\.|x_)(?:{QUOTED}|{BARE_KEY})|[A-Za-z_][A-Za-z0-9_-]*", re.DOTALL)
OPERATOR: Final = re.compile(r"!=|>=|<=|[:=~<>]")
VALUE: Final = re.compile(r'[^\s()|",]+')
WORD: Final = re.compile(r'[^\s()|"]+')
KEYWORDS: Final = ("OR", "AND", "NOT")

QUOTED_TEXT: Final = re.compile(QUOTED, re.DOTALL)
SPACE: Final = re.compile(r"\s*")
_ESCAPE: Final = re.compile(r'\\(?:(["\\nrt])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t"}
NUMBER: Final = re.compile(
    r"([-+]?)[$€£¥]?(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)([kKmMbB]?)(%?)", re.ASCII
)
_SCALE: Final = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_NUMBER_LIMIT: Final = Decimal(10) ** 18


def unescape(quoted: str) -> str:
    r"""The text inside quotes; an escape other than `\" \\ \n \r \t \uXXXX` stands for itself."""

    def letter(found: re.Match[str]) -> str:
        if found[1]:
            return _LETTERS.get(found[1], found[1])
        code = int(found[2] or found[3], 16)
        return chr(code) if code <= 0x10FFFF else found[0]

    return _ESCAPE.sub(letter, quoted[1:-1])


def number(text: str, position: int) -> tuple[Decimal, bool]:
    """A number as people write it: `1.5k`, `$2,000`, `20%`.

    Returns:
        The number, and whether it is a percentage.

    Raises:
        FilterError: it is none, or has more digits than money can have.
    """
    found = NUMBER.fullmatch(text)
    if found is None:
        raise FilterError(f"not a number: {text or 'nothing'} (say 100, 1.5k, $2,000 or 20%)", position)
    value = Decimal(found[1] + found[2].replace(",", "")) * _SCALE[found[3].lower()]
    percent = bool(found[4])
    digits = -int(value.as_tuple().exponent)
    if abs(value) >= _NUMBER_LIMIT or digits > (4 if percent else 12):
        raise FilterError(f"too many digits: {text}", position)
    return value, percent
