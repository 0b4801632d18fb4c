"""Notes on days, kept as a CSV beside the settings; they are shown like any other event."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from finops_tui import export, markers
from finops_tui.queries import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from finops_tui.queries.markers import Marker

FILE: Final = "notes.csv"
KIND: Final = "note"
LONGEST: Final = 500
"""Characters of a note."""

ABOUT: Final = ("service", "account", "resource")
"""What a note can be about, beside its day."""

_COLUMNS: Final = ("date", "title", "kind", *ABOUT)


def file_of(config: Path) -> Path:
    """The file of notes that belongs to a settings file, which need not exist."""
    return config.parent / FILE


def places(given: Sequence[markers.Place], file: Path | None) -> tuple[markers.Place, ...]:
    """Where events come from, notes included once there are any."""
    noted = (markers.Place(file, kind=KIND),) if file is not None and file.exists() else ()
    return (*given, *noted)


def everything(file: Path) -> tuple[tuple[Marker, ...], tuple[str, ...]]:
    """All notes, the earliest first, and what could not be read, in words."""
    return markers.read(places((), file))


def add(file: Path, day: date, text: str, about: Mapping[str, str]) -> None:
    """Add a note.

    Args:
        file: Where notes are kept; made if need be.
        day: The day it is about.
        text: What it says.
        about: `service`, `account` or `resource` it is about; none for all of them.

    Raises:
        ValueError: it says nothing, or too much, or is about something else.
        OSError: it cannot be written; what was there before is untouched.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise ValueError(f"a note has 1 to {LONGEST} characters")
    if not set(about) <= set(ABOUT):
        raise ValueError(f"a note is about {', '.join(ABOUT)}")
    row = {
        "date": day.isoformat(),
        "title": safe_text.spreadsheet(safe_text.clean(said)),
        "kind": KIND,
        **about,
    }
    _write(file, [*_rows(file), row])


def remove(file: Path, day: date, text: str) -> bool:
    """Delete the notes of a day that say this; whether there were any.

    Raises:
        OSError: the file cannot be read or written.
    """
    rows = _rows(file)
    said = safe_text.spreadsheet(safe_text.clean(" ".join(text.split())))
    left = [row for row in rows if (row.get("date"), row.get("title")) != (day.isoformat(), said)]
    if len(left) == len(rows):
        return False
    _write(file, left)
    return True


def _rows(file: Path) -> list[dict[str, str]]:
    """Rows as they are, whatever else somebody wrote into them."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    return [
        {name: value for name, value in row.items() if name}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def _write(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(dict.fromkeys((*_COLUMNS, *(name for row in rows for name in row))))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    export.write(out.getvalue(), file)
