"""`finops-tui note`: write a note, list them, delete one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from finops_tui import export, notes, paths
from finops_tui.queries import safe_text

if TYPE_CHECKING:
    import argparse

    from finops_tui.queries.markers import Marker


def answer(options: argparse.Namespace) -> str:
    """Do what the options say, and return what is printed.

    Raises:
        ValueError: a date is none, a note says nothing, or there is no such note.
        OSError: the file of notes cannot be read or written.
    """
    file = notes.file_of(paths.config_file(options.config))
    text = " ".join(options.text)
    if options.delete:
        if options.date is None or not notes.remove(file, _day(options.date), text):
            raise ValueError("no such note: --delete takes its --date and its text as they are")
        return "the note is deleted\n"
    if text:
        about = {name: value for name in notes.ABOUT if (value := getattr(options, name))}
        day = _day(options.date) if options.date else date.today()  # noqa: DTZ011  (the writer's day)
        notes.add(file, day, text, about)
        return f"noted on {day}\n"
    found, problems = notes.everything(file)
    if options.json:
        return export.to_json({"notes": [_row(one) for one in found], "problems": list(problems)})
    said = "".join(f"{safe_text.clean(problem)}\n" for problem in problems)
    if not found:
        return said or "no notes; `finops-tui note TEXT --date DAY` writes one, n in the explorer too\n"
    columns = ("date", "note", *notes.ABOUT)
    return export.to_table(columns, [_row(one) for one in found]) + said


def _row(note: Marker) -> dict[str, object]:
    return {
        "date": note.day,
        "note": note.title,
        "service": note.service,
        "account": note.account,
        "resource": ", ".join(note.resources),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-11-25") from None
