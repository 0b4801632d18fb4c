"""What the doctor saw, and what an undo did, as words and as JSON."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finops_tui.queries import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.doctor import Checkup, Finding
    from finops_tui.manifest import Entry
    from finops_tui.undo import Undone


def as_text(checkup: Checkup) -> str:
    """A checkup for people; every line is safe for a terminal."""
    return "".join(f"{safe_text.clean(line)}\n" for line in _lines(checkup))


def as_json(checkup: Checkup) -> dict[str, Any]:
    """The contract of `doctor --json`."""
    manifest = checkup.manifest
    return {
        "store": str(checkup.root),
        "healthy": checkup.healthy,
        "generation": manifest.generation,
        "units": len(manifest.entries),
        "rows": sum(entry.records for entry in manifest.entries),
        "bytes": sum(entry.bytes for entry in manifest.entries),
        "loading": checkup.loading,
        "undo": checkup.undo,
        "findings": [_finding(checkup, finding) for finding in checkup.findings],
    }


def undone_as_text(undone: Undone) -> str:
    """What an undo did, for people; every line is safe for a terminal."""
    changes = undone.changes or ("nothing has changed: the load had brought nothing new",)
    return "".join(f"{safe_text.clean(line)}\n" for line in (*changes, *filter(None, [undone.problem])))


def undone_as_json(undone: Undone) -> dict[str, Any]:
    """The contract of `undo --json`."""
    return {
        "generation": undone.after.generation,
        "units": len(undone.after.entries),
        "changes": list(undone.changes),
        "notes": list(filter(None, [undone.problem])),
    }


def reload_command(root: Path, entry: Entry) -> str:
    """The command that loads the files of a unit again, to be pasted into a shell; '' when all are gone."""
    there = [item.path for item in entry.inputs if Path(item.path).exists()]
    words = ["finops-tui", "load", "--store", str(root), "--source", entry.source, *there]
    return shlex.join(words) if there else ""


def _finding(checkup: Checkup, finding: Finding) -> dict[str, Any]:
    unit = finding.unit
    return {
        "unit": None
        if unit is None
        else {"source": unit.source, "account": unit.account, "period": unit.period, "segment": unit.file},
        "problem": finding.problem,
        "repair": finding.repair,
        "command": reload_command(checkup.root, unit) if unit is not None and finding.reload else "",
        "harmless": finding.harmless,
    }


def _lines(checkup: Checkup) -> Iterator[str]:
    entries = checkup.manifest.entries
    size = sum(entry.bytes for entry in entries) / 1e6
    records = sum(entry.records for entry in entries)
    yield (
        f"{checkup.root}: generation {checkup.manifest.generation}, {len(entries)} units, {records:,} records,"
        f" {size:,.1f} MB"
    )
    if checkup.loading:
        yield f"a load is running: {checkup.loading}"
    for finding in checkup.findings:
        yield f"{'note' if finding.harmless else 'DAMAGE'}: {_named(finding)}"
        yield from _repair(checkup.root, finding)
    if checkup.healthy:
        yield "Every segment was read, added up, and is what was published."
    if checkup.undo:
        yield "The last load can be undone: finops-tui undo"


def _named(finding: Finding) -> str:
    unit = finding.unit
    return f"{unit.name}: {finding.problem} (segments/{unit.file})" if unit is not None else finding.problem


def _repair(root: Path, finding: Finding) -> Iterator[str]:
    if finding.repair:
        yield f"  repair: {finding.repair}"
    if finding.unit is None or not finding.reload:
        return
    if command := reload_command(root, finding.unit):
        yield f"  {command}"
    for item in finding.unit.inputs:
        if not Path(item.path).exists():
            yield f"  it was loaded from {item.path}, which is gone"
