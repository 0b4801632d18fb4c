"""Events from files and from the tags of a git repository, as `finops.toml` names them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.markers import Marker
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from finops_tui.toml_reader import Reader

    Events = tuple[tuple[Marker, ...], tuple[str, ...]]

LARGEST: Final = 64 << 20
"""Bytes of a file of events at most."""

SECONDS: Final = 5.0
"""How long git may take."""

_NAMES: Final = ("file", "git", "tags", "kind")
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "when": ("date", "day", "when", "time", "timestamp", "datetime", "eventtime", "start"),
    "title": ("title", "name", "event", "message", "summary", "description", "eventname"),
    "kind": ("kind", "type", "category"),
    "resource": ("resource", "resource_id", "resourceid", "arn"),
    "service": ("service", "service_name", "servicename"),
    "account": ("account", "account_id", "accountid", "recipientaccountid"),
}
"""Columns of a file of events, by names that are understood, folded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where events come from.

    Attributes:
        path: A CSV or JSON file, or a git repository.
        git: Whether it is a repository, whose tags are the events.
        tags: Which tags, as a pattern.
        kind: What its events are called where they do not say so.
    """

    path: Path
    git: bool = False
    tags: str = "*"
    kind: str = ""


def places(reader: Reader) -> tuple[Place, ...]:
    """The `[[markers]]` of finops.toml; paths are relative to it."""
    found = []
    for number, table in enumerate(reader.tables("markers")):
        where: tuple[str | int, ...] = ("markers", number)
        reader.known(table, _NAMES, where)
        file, git = (reader.text(table, name, "", where) for name in ("file", "git"))
        if bool(file) is bool(git):
            reader.complain(where, "markers need either file, a CSV or JSON file, or git, a repository")
            continue
        path = (reader.path.parent / (file or git)).expanduser()
        tags, kind = reader.text(table, "tags", "*", where), reader.text(table, "kind", "", where)
        found.append(Place(path, bool(git), tags, kind))
    return tuple(found)


def read(given: Iterable[Place]) -> tuple[tuple[Marker, ...], tuple[str, ...]]:
    """All events, the earliest first, and what could not be read, in words."""
    found: list[Marker] = []
    problems: list[str] = []
    for place in given:
        try:
            markers, wrong = _tags(place) if place.git else _file(place)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            problems.append(f"events of {place.path.name}: {clean(_reason(error))}")
            continue
        found += markers
        if wrong:
            problems.append(f"events of {place.path.name}: {wrong:,} without a date that can be read")
    return tuple(sorted(found, key=lambda marker: (marker.day, marker.title))), tuple(problems)


def asked(given: Sequence[Place]) -> Callable[[], Awaitable[Events]] | None:
    """Reads events in a thread when they are asked for first; None where none are named."""
    if not given:
        return None
    known: list[Events] = []

    async def ask() -> Events:
        if not known:
            known.append(await asyncio.to_thread(read, given))
        return known[0]

    return ask


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"git did not answer within {SECONDS:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _tags(place: Place) -> tuple[list[Marker], int]:
    """Tags by when they were made."""
    command = [
        *("git", "-C", str(place.path), "for-each-ref", "--format"),
        "%(creatordate:iso-strict)%09%(refname:short)",
        f"refs/tags/{place.tags}",
    ]
    done = subprocess.run(  # noqa: S603 - a fixed command; the pattern comes after refs/tags/
        command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip() or "git failed")
    rows = [line.split("\t", 1) for line in done.stdout.decode("utf-8", "replace").splitlines() if line]
    return _made([{"when": when, "title": name, "kind": "tag"} for when, name in rows], place)


def _file(place: Place) -> tuple[list[Marker], int]:
    """Events of a CSV or JSON file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is neither.
    """
    if place.path.stat().st_size > LARGEST:
        raise ValueError(f"larger than {LARGEST >> 20} MB")
    text = place.path.read_bytes().decode("utf-8-sig", "replace")
    rows = _objects(text) if text.lstrip()[:1] in {"[", "{"} else _lines(text)
    return _made([_folded(row) for row in rows], place)


def _lines(text: str) -> list[dict[str, Any]]:
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(f"no CSV: {error}") from error
    return [{name: value for name, value in row.items() if name} for row in rows]


def _objects(text: str) -> list[dict[str, Any]]:
    """A list of objects, CloudTrail's `{"Records": [...]}`, or an object per line."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, dict):
        document = document.get("Records", document.get("events", [document]))
    if not isinstance(document, list):
        raise ValueError("no list of events")  # noqa: TRY004 - what is wrong is the file
    return [row for row in document if isinstance(row, dict)]


def _folded(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, under our own names."""
    lower = {str(name).strip().lower(): value for name, value in row.items()}
    found: dict[str, Any] = {}
    for name, names in _COLUMNS.items():
        found[name] = next((lower[one] for one in names if lower.get(one)), None)
    named = [found["resource"]] if isinstance(found["resource"], str) else []
    for one in lower.get("resources") or ():
        arn = one.get("ARN", one.get("arn")) if isinstance(one, dict) else one
        if isinstance(arn, str):
            named.append(arn)
    found["resources"] = tuple(dict.fromkeys(named))
    if "eventsource" in lower and found["kind"] in {None, lower.get("eventtype")}:
        found["kind"] = str(lower["eventsource"]).removesuffix(".amazonaws.com")
    return found


def _made(rows: Iterable[Mapping[str, Any]], place: Place) -> tuple[list[Marker], int]:
    """Markers, and how many rows have no date."""
    found, wrong = [], 0
    for row in rows:
        day = _day(row.get("when"))
        if day is None:
            wrong += 1
            continue
        found.append(
            Marker(
                day,
                clean(str(row.get("title") or "event")),
                clean(str(row.get("kind") or place.kind or "event")),
                tuple(row.get("resources") or ()),
                str(row.get("service") or ""),
                str(row.get("account") or ""),
            )
        )
    return found, wrong


def _day(value: object) -> date | None:
    """The day, in UTC, of a date or time as it is written."""
    try:
        when = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return when.astimezone(UTC).date() if when.tzinfo is not None else when.date()
