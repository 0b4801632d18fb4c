"""Manifests of Azure exports: which files a run consists of, how many records they must have, what they are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from finops_tui.sources.deliveries import MOST_BYTES

RANGE: Final = re.compile(r"(\d{8})-(\d{8})")
"""The folder of a billing period: its first and its last day."""

STAMP: Final = re.compile(r"20\d{10}")
"""The folder of a run in it: when it was submitted, to the minute."""

GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_PART: Final = re.compile(r"(part_\d+_\d+|\d{6})\.(csv|csv\.gz|parquet|snappy\.parquet)", re.IGNORECASE)
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a run: where it is, and its bytes and records as promised, if they are."""

    path: Path
    bytes: int | None
    records: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an export.

    Attributes:
        manifest: Its manifest.
        kind: Type of export: `ActualCost`, `AmortizedCost`, `FocusCost`, `PriceSheet` …; empty if not told.
        export: The export and its scope, as told.
        first: First day, as YYYYMMDD; empty if not told.
        last: Last day.
        submitted: When, in seconds.
        blobs: Its files.
        records: Records promised in all of them.
    """

    manifest: Path
    kind: str
    export: str
    first: str
    last: str
    submitted: float
    blobs: tuple[Blob, ...]
    records: int | None

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.manifest.parent


def read(manifest: Path) -> Run | None:
    """A manifest's run; nothing if the file is no manifest of an Azure export."""
    content = _content(manifest)
    blobs = content.get("blobs")
    if not isinstance(blobs, list) or not all(isinstance(blob, dict) for blob in blobs):
        return None
    named = [blob for blob in blobs if isinstance(blob.get("blobName"), str) and blob["blobName"]]
    config, info = _object(content.get("exportConfig")), _object(content.get("runInfo"))
    first, last = _days(manifest, info)
    return Run(
        manifest,
        _text(config.get("type")),
        _text(config.get("resourceId")) or _text(config.get("exportName")),
        first,
        last,
        _submitted(manifest, info),
        tuple(Blob(_place(manifest, b["blobName"]), _count(b, "byteCount"), _count(b, "dataRowCount")) for b in named),
        _count(content, "dataRowCount"),
    )  # fmt: skip


def beside(folder: Path) -> list[Run]:
    """The runs whose manifests lie in a folder."""
    try:
        found = sorted(path for path in folder.iterdir() if _is_manifest(path))
    except OSError:
        return []
    return [run for run in (read(path) for path in found) if run is not None]


def run_of(path: Path) -> Run | None:
    """The run that a file belongs to, by a manifest beside it or in a folder above that lists it."""
    path = path.absolute()
    for folder in path.parents[:4]:
        for run in beside(folder):
            if any(blob.path == path for blob in run.blobs):
                return run
    return None


def delivery_of(path: Path) -> Path:
    """What a file was delivered as: its run's folder where it is a part of a run, else the file itself."""
    run = run_of(path)
    if run is not None:
        return run.folder
    return path.parent if is_part(path) else path


def kind_of(place: Path) -> str | None:
    """The type of export of a delivery, as its manifest tells."""
    kinds = {run.kind for run in beside(place) if run.kind} if place.is_dir() else set()
    return kinds.pop() if len(kinds) == 1 else None


def is_part(path: Path) -> bool:
    """Whether a file is named as the parts of a run are."""
    return _PART.fullmatch(path.name) is not None


def _is_manifest(path: Path) -> bool:
    name = path.name.lower()
    return "manifest" in name and name.endswith(".json") and path.is_file()


def _content(manifest: Path) -> dict[str, Any]:
    try:
        if manifest.stat().st_size > MOST_BYTES:
            return {}
        return _object(json.loads(manifest.read_bytes().removeprefix(b"\xef\xbb\xbf")))
    except (OSError, ValueError, RecursionError):
        return {}


def _place(manifest: Path, blob: str) -> Path:
    """Where a blob is once its container was copied: by the name beside the manifest, or by its path."""
    name = PurePosixPath(blob)
    beside_it = manifest.absolute().parent / name.name
    if beside_it.exists() or name.is_absolute() or ".." in name.parts:
        return beside_it
    above = (parent / blob for parent in manifest.absolute().parents)
    return next((path for path in above if path.is_file()), beside_it)


def _days(manifest: Path, info: dict[str, Any]) -> tuple[str, str]:
    for parent in manifest.absolute().parents:
        found = RANGE.fullmatch(parent.name)
        if found:
            return found[1], found[2]
    first, last = (_text(info.get(name))[:10].replace("-", "") for name in ("startDate", "endDate"))
    return (first, last) if first.isdigit() and last.isdigit() else ("", "")


def _submitted(manifest: Path, info: dict[str, Any]) -> float:
    """When a run was submitted: by its manifest, else by its folder, else when the manifest was written."""
    found = _TIME.match(_text(info.get("submittedTime")))
    if found is not None:
        return _seconds(found[1], "%Y-%m-%dT%H:%M:%S") + float(found[2] or 0)
    return stamped(manifest) or manifest.stat().st_mtime


def stamped(path: Path) -> float:
    """When the run that a path is in was submitted, by the name of its folder; 0 if no name tells."""
    names = (parent.name for parent in path.absolute().parents if STAMP.fullmatch(parent.name))
    return _seconds(next(names, ""), "%Y%m%d%H%M")


def _seconds(text: str, form: str) -> float:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(content: dict[str, Any], name: str) -> int | None:
    value = content.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
