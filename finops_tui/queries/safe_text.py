"""Text from data, made safe to show: nothing invisible, nothing a terminal or a spreadsheet obeys.

Bills are written by others. A name may hold escape sequences, text that reverses the line, characters
without width or a formula; all of them are shown for what they are, none is dropped.
"""

import unicodedata
from functools import lru_cache
from typing import Final

MARKS: Final = 3
"""How many combining marks one letter may carry (decomposed Vietnamese and Hebrew need two or three)."""

_UNSEEN: Final = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0)
)
_UNSEEN_KINDS: Final = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
_MARK_KINDS: Final = frozenset(("Mn", "Me", "Mc"))
_FORMULA_STARTS: Final = frozenset("=+-@")


@lru_cache(maxsize=8192)
def _made_visible(character: str) -> str:
    """One character as it may be shown: itself, a control picture or its code point in brackets."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    unseen = (
        unicodedata.category(character) in _UNSEEN_KINDS
        or code in _UNSEEN
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
    )
    return f"‹U+{code:04X}›" if unseen else character


def clean(text: str) -> str:
    """Make every character of a text visible.

    Args:
        text: Any text, usually a value from a bill.

    Returns:
        The same text with control and format characters, lone surrogates, line separators and other
        characters without a shape written out (`␛`, `‹U+202E›`), and with at most `MARKS`
        combining marks on one letter. Cleaning twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text
    return _cleaned(text)


@lru_cache(maxsize=4096)
def _cleaned(text: str) -> str:
    shown: list[str] = []
    marks = 0
    for character in text:
        visible = _made_visible(character)
        if visible == character and unicodedata.category(character) in _MARK_KINDS:
            marks += 1
            if not shown:
                shown.append("◌")
            if marks > MARKS:
                continue
        else:
            _note_hidden(shown, marks)
            marks = 0
        shown.append(visible)
    _note_hidden(shown, marks)
    return "".join(shown)


def _note_hidden(shown: list[str], marks: int) -> None:
    """Say how many marks were left off the letter before."""
    if marks > MARKS:
        shown.append(f"‹+{marks - MARKS}›")


def ascii_only(text: str) -> str:
    r"""Make a text safe for an output that knows ASCII only.

    Args:
        text: Any text.

    Returns:
        The text with everything but printable ASCII as a backslash escape (`\x1b`, `\u202e`).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if " " <= character <= "~" else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def terminal(text: str, encoding: str = "utf-8") -> str:
    """Make a text safe to print to a terminal or a pipe.

    Args:
        text: Any text.
        encoding: What the output stream can carry.

    Returns:
        The cleaned text; where the encoding cannot carry it, as backslash escapes.
    """
    shown = clean(text)
    try:
        shown.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ascii_only(text)
    return shown


def spreadsheet(text: str) -> str:
    """Keep a spreadsheet from reading a text cell as a formula.

    Args:
        text: A text cell as it is.

    Returns:
        The text, with a leading `'` where its first character after blanks and invisible ones starts a
        formula (`= + - @` and their full-width, small and raised forms) or a tab or return leads it.
    """
    for character in text:
        if character in "\t\r\n":
            return f"'{text}"
        if character.isspace() or unicodedata.category(character) in _UNSEEN_KINDS:
            continue
        starts = unicodedata.normalize("NFKC", character)[:1] in _FORMULA_STARTS
        return f"'{text}" if starts else text
    return text
