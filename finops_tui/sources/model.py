"""What sources tell: which files count, how far the load is, what was staged, what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from pathlib import Path

SHOWN: Final = 80
"""Characters of a text from data that a message shows."""


def shown(text: str, limit: int = SHOWN) -> str:
    """A text from data as a message may show it: every character visible, shortened."""
    text = clean(text[: limit + 1])
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class SourceError(Exception):
    """A file that cannot be read as a bill.

    Attributes:
        file: The file, as text fit to be shown.
        reason: Why, in words; values from the file are escaped and shortened.
    """

    def __init__(self, file: str | Path, reason: str) -> None:
        self.file = shown(str(file), 400)
        self.reason = reason
        super().__init__(f"{self.file}: {reason}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not loaded, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that does not count: no bill, or another delivery of one that does."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What SOURCE arguments mean.

    Attributes:
        files: The files to stage, each once, in a stable order.
        skipped: Files found that do not count.
        refused: Arguments and deliveries that cannot be read; nothing of them is in `files`.
    """

    files: tuple[Path, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is.

    Attributes:
        file: The file at hand, as text fit to be shown.
        done: Bytes read so far, of all files together.
        total: Bytes of all files together.
        records: Records staged so far.
        share: How much of everything is done, as an estimate; None is what the bytes say.
    """

    file: str
    done: int
    total: int
    records: int
    share: float | None = None


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file whose records are in `staged`; `staged.file` is its place in `Staged.files`.

    Attributes:
        path: The file.
        format: What was recognised, such as `FOCUS 1.2 (AWS)` or `AWS CUR 2.0`.
        source: Kind of export its units belong to: `focus` or `aws-cur`.
        bytes: Size on disk.
        sha256: Of the content after decompression; of a zip of several files, of their digests.
        records: Data records counted in the file: loaded plus quarantined.
        loaded: Records taken. A record may become no line (money another line carries) or two.
        quarantined: Records set aside in `quarantined`.
        rounded: Records with an amount of more decimals than `Staged.scale`.
        growth: What files of one growing table have in common, by which their lines are told apart; files
            of one account and month may be put together if it is the same, and not empty.
    """

    path: Path
    format: str
    source: str
    bytes: int
    sha256: str
    records: int
    loaded: int
    quarantined: int
    rounded: int
    growth: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """What `stage` left in the connection.

    Attributes:
        files: The files taken, in the order of `staged.file`.
        refused: The files refused; no line of them is in `staged`.
        notes: What the user should know: copies left out, tags that could not be read, rounding.
        scale: Decimals of the money columns of `staged`: 10, 18, 24 or 30.
    """

    files: tuple[StagedFile, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    scale: int
