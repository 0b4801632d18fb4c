"""What a sync did, as words, as one line of a log and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finops_tui import reports
from finops_tui.queries import safe_text
from finops_tui.sync_moves import BASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.sync import SyncResult
    from finops_tui.sync_moves import Movement
    from finops_tui.sync_run import Synced
    from finops_tui.sync_sources import Known


def as_text(result: SyncResult) -> str:
    """What a sync did, for people; every line is safe for a terminal."""
    lines = [_source(source) for source in result.sources]
    lines += ["", *(movement.words for movement in result.moved)] if result.moved else []
    if not result.loaded:
        lines.append("Nothing was loaded." if result.refused else "Nothing has changed.")
    return "".join(f"{safe_text.clean(line)}\n" for line in lines)


def log_lines(result: SyncResult) -> list[str]:
    """What a sync did, for a log: a line when nothing happened, a few when something did."""
    files = sum(source.files for source in result.sources)
    what = f"{_count(len(result.sources), 'source')}, {_count(files, 'file')}"
    lines = [] if result.loaded or result.refused else [f"nothing has changed ({what})"]
    lines += [_source(source) for source in result.sources if source.loaded]
    lines += [movement.words for movement in result.moved]
    return [safe_text.clean(line) for line in (*lines, *complaints(result))]


def complaints(result: SyncResult) -> list[str]:
    """Notes and refusals, one line each, safe for a terminal."""
    notes = [f"note: {note}" for note in _notes(result)]
    refused = [f"refused: {one.file}: {one.reason}" for one in result.refused]
    return [safe_text.clean(line) for line in (*notes, *refused)]


def as_json(result: SyncResult) -> dict[str, Any]:
    """The contract of `sync --json`."""
    return {
        "generation": result.generation,
        "sources": [
            {
                "source": source.place.place,
                "name": source.place.name,
                "files": source.files,
                "changed": source.changed,
                **reports.units_as_json(source.loaded, "loaded"),
                "refused": [{"file": one.file, "reason": one.reason} for one in source.refused],
                "notes": list(source.notes),
            }
            for source in result.sources
        ],
        "moved": [_movement(movement) for movement in result.moved],
        "notes": list(result.notes),
    }


def list_as_text(known: Known) -> str:
    """The sources of a store, for people."""
    if not known.places:
        return "No source is known; `finops-tui load SOURCE` loads one and remembers it.\n"
    lines = [f"{place.place}{f' (kept as {place.name})' if place.name else ''}" for place in known.places]
    return "".join(f"{safe_text.clean(line)}\n" for line in lines)


def list_as_json(known: Known) -> dict[str, Any]:
    """The contract of `sync --list --json`."""
    return {
        "sources": [
            {"source": place.place, "name": place.name, "options": dict(place.options)}
            for place in known.places
        ]
    }


def _notes(result: SyncResult) -> Iterator[str]:
    yield from result.notes
    for source in result.sources:
        yield from source.notes


def _source(source: Synced) -> str:
    where = source.place.place
    if source.loaded:
        units = _count(len(source.loaded), "unit")
        return f"{where}: {source.changed:,} of {_count(source.files, 'file')} changed, {units} loaded"
    if source.refused:
        return f"{where}: not up to date"
    if source.changed:
        return f"{where}: {source.changed:,} of {_count(source.files, 'file')} changed, with nothing to load"
    return f"{where}: unchanged ({_count(source.files, 'file')})"


def _movement(movement: Movement) -> dict[str, Any]:
    sums: dict[str, Any] = {
        basis: {
            "before": movement.before.get(basis),
            "now": movement.now[basis],
            "change": movement.change(basis),
        }
        for basis in BASES
    }
    head = {"period": movement.period, "currency": movement.currency, "dataset": movement.dataset}
    return {**head, "new": not movement.before, **sums}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
