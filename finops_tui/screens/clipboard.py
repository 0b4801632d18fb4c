"""Copying out of the terminal: tmux, GNU screen, or the terminal's own clipboard sequence.

tmux drops OSC 52 by default and GNU screen always does, so each is spoken to in its own way; what is
too long for a terminal goes to a file. Whatever was done is said in words.
"""

from __future__ import annotations

import base64
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import exact
from finops_tui.queries.safe_text import clean, spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from textual.app import App

TERMINAL_LIMIT: Final = 74_000
"""Characters of base64 that terminals take in one OSC 52 sequence; most stop shortly above."""

TMUX_LIMIT: Final = 1_000_000
"""Bytes handed to a tmux buffer."""

_SCREEN_PIECE: Final = 250
"""GNU screen forwards a device control string in short pieces only."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What copying did.

    Attributes:
        how: `tmux`, `screen`, `terminal` or `file`.
        words: The same for people.
    """

    how: str
    words: str


def cell(value: object) -> str:
    """One value as text that nothing obeys: no control characters, no formula.

    Args:
        value: A value of an answer; None is an empty text, a Decimal keeps every digit.

    Returns:
        One line of printable text.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, bool | int | float):
        return str(value)
    return spreadsheet(clean(str(value)))


def tsv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A table as tab-separated values with a header, as spreadsheets paste it."""
    lines = [[cell(name) for name in columns], *([cell(row.get(name)) for name in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def markdown(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A table in Markdown, numbers to the right; what Markdown or HTML would read is escaped."""
    if not columns:
        return ""
    right = {
        name for name in columns if any(isinstance(row.get(name), Decimal | int | float) for row in rows)
    }
    head = "| " + " | ".join(_marked(cell(name)) for name in columns) + " |"
    rule = "|" + "|".join(" ---: " if name in right else " --- " for name in columns) + "|"
    body = ["| " + " | ".join(_marked(cell(row.get(name))) for name in columns) + " |" for row in rows]
    return "\n".join([head, rule, *body]) + "\n"


def _marked(text: str) -> str:
    for special in "\\|`*_[]<>&#~":
        text = text.replace(special, f"\\{special}")
    return text


def osc52(text: str) -> str:
    """The sequence that asks a terminal to put a text on the clipboard."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return f"\x1b]52;c;{encoded}\x07"


def through_screen(sequence: str) -> str:
    """Wrap a sequence in device control strings, so that GNU screen passes it on."""
    pieces = [sequence[at : at + _SCREEN_PIECE] for at in range(0, len(sequence), _SCREEN_PIECE)]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def _load_tmux_buffer(text: str) -> bool:
    """Put a text into tmux's buffer and, through it, on the outer clipboard."""
    command = ["tmux", "load-buffer", "-w", "-"]
    try:
        done = subprocess.run(  # noqa: S603  a fixed command, the text on its standard input
            command, input=text.encode("utf-8", "replace"), capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def copy(app: App[Any], text: str) -> str:
    """Copy a text out of the running program.

    Args:
        app: The program; its driver is what reaches the terminal.
        text: What to copy, already safe.

    Returns:
        What was done, or why it could not be, as a sentence for the status line.
    """
    from platformdirs import user_state_path

    def write(sequence: str) -> None:
        if app._driver is not None:  # noqa: SLF001  Textual has no public way to send a sequence
            app._driver.write(sequence)  # noqa: SLF001

    try:
        return put(text, environ=os.environ, write=write, folder=user_state_path("finops-tui")).words
    except OSError as error:
        return f"not copied: {clean(str(error))}"


def put(
    text: str,
    *,
    environ: Mapping[str, str],
    write: Callable[[str], None],
    folder: Path,
    load_tmux: Callable[[str], bool] = _load_tmux_buffer,
) -> Copied:
    """Put a text where it can be pasted from, in the way that works where the program runs.

    Args:
        text: What to copy, already safe.
        environ: Environment variables; `TMUX` and `STY` decide.
        write: Writes a control sequence to the terminal.
        folder: Where a text goes that is too long for the clipboard.
        load_tmux: Hands a text to tmux and says whether it worked.

    Returns:
        What was done.

    Raises:
        OSError: the text had to go to a file and could not be written.
    """
    size = len(text.encode("utf-8", "replace"))
    if environ.get("TMUX"):
        if size <= TMUX_LIMIT and load_tmux(text):
            return Copied("tmux", "copied to the tmux buffer and the clipboard")
        return _save(text, folder, "tmux did not take it")
    sequence = osc52(text)
    if len(sequence) > TERMINAL_LIMIT:
        return _save(text, folder, "too long for a terminal's clipboard")
    if environ.get("STY"):
        write(through_screen(sequence))
        return Copied("screen", "copied to the clipboard through screen")
    write(sequence)
    return Copied("terminal", "copied to the clipboard")


def _save(text: str, folder: Path, reason: str) -> Copied:
    """Write the text to a file that only its owner reads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    path = folder / f"copied-{stamp}.txt"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    return Copied("file", f"{reason}: saved to {clean(str(path))}")
