"""What a SOURCE argument means: a file, a folder, a glob; and which of the files found count."""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finops_tui.sources import azure_deliveries, containers, deliveries, formats, oci
from finops_tui.sources.model import Discovery, Refused, Skipped, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDINGS: Final = (".csv", ".csv.gz", ".zip", ".parquet")
"""Files of a folder with these endings are bills; what a file named outright is called does not matter."""

JSON_ENDINGS: Final = tuple(
    f"{ending}{packed}" for ending in (".json", ".jsonl", ".ndjson") for packed in ("", ".gz")
)
"""Files of a folder with these endings are bills if they begin like one: much else is JSON."""

_LOOK: Final = 1 << 16
"""Bytes of a JSON file that are looked at."""

_NO_BILL: Final = (
    "not a bill: its name does not end in .csv, .parquet, .json or .jsonl, nor in .gz or .zip of them"
)
_OTHER_JSON: Final = "JSON, but of no bill that is known here"


def discover(sources: Sequence[str | Path]) -> Discovery:
    """Find the files that SOURCE arguments mean.

    A path that exists is that path, whatever characters it has; otherwise it is read as a glob. Folders
    are searched with all that is below them, hidden files aside. Of exports that keep every delivery,
    only the newest complete one of each period counts.

    Args:
        sources: Files, folders, globs (`~` is the home folder, `**` any folders).

    Returns:
        The files, each once; what was left out and why; what cannot be read.
    """
    found: dict[Path, Path] = {}
    skipped: list[Skipped] = []
    refused: list[Refused] = []
    for source in sources:
        _expand(Path(source).expanduser(), found, skipped, refused)
    chosen = azure_deliveries.choose(list(found.values()), deliveries.choose)
    skipped += chosen.skipped
    refused += chosen.refused
    return Discovery(chosen.files, tuple(skipped), tuple(refused))


def _expand(source: Path, found: dict[Path, Path], skipped: list[Skipped], refused: list[Refused]) -> None:
    """Add the files of one argument to those found."""
    matches = [source]
    if not os.path.lexists(source):
        matches = [Path(match) for match in sorted(glob.glob(str(source), recursive=True))]  # noqa: PTH207
        if not matches:
            pattern = glob.has_magic(str(source))
            refused.append(_refused(source, "no file matches" if pattern else "no such file or folder"))
    for match in matches:
        problem, is_folder = _look(match)
        if problem:
            refused.append(_refused(match, problem))
        elif is_folder:
            _search(match, found, skipped, refused)
        elif len(matches) == 1 or _is_bill(match):
            found.setdefault(match.resolve(), match)
        elif not deliveries.is_manifest(match):
            skipped.append(_skipped(match, _OTHER_JSON if _is_json(match) else _NO_BILL))


def _look(path: Path) -> tuple[str, bool]:
    """Why a path cannot be read, or nothing; and whether it is a folder."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return (error.strerror or "cannot be read").lower(), False
    if stat.S_ISDIR(mode):
        return "", True
    return ("" if stat.S_ISREG(mode) else "not a regular file"), False


def _search(folder: Path, found: dict[Path, Path], skipped: list[Skipped], refused: list[Refused]) -> None:
    """Add the bills below a folder."""
    before = len(found)
    passed = len(skipped)
    for path in _walk(folder):
        problem, is_folder = _look(path)
        if is_folder:
            continue
        if problem:
            skipped.append(_skipped(path, problem))
        elif oci.is_usage(path):
            skipped.append(_skipped(path, oci.USAGE))
        elif _is_bill(path):
            found.setdefault(path.resolve(), path)
        elif not deliveries.is_manifest(path):
            skipped.append(_skipped(path, _OTHER_JSON if _is_json(path) else _NO_BILL))
    if len(found) == before and not any(
        folder == other or folder in other.parents for other in found.values()
    ):
        refused.append(_refused(folder, _nothing(skipped[passed:])))


def _nothing(skipped: Sequence[Skipped]) -> str:
    """Why a folder has no bills: the first of what was left out, and what can be done."""
    if not skipped:
        return "no bills in this folder: there are no files in it"
    first, more = skipped[0], len(skipped) - 1
    others = f", and {more} more" if more else ""
    cure = (
        "" if first.reason == oci.USAGE else "; a file that is named outright is read whatever it is called"
    )
    return f"no bills in this folder: {Path(first.file).name} is {first.reason}{others}{cure}"


def _walk(folder: Path) -> Iterator[Path]:
    """All files below a folder in a stable order, without hidden ones; links to folders are not followed."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(top, name)


def _is_bill(path: Path) -> bool:
    if path.name.lower().endswith(ENDINGS):
        return True
    return _is_json(path) and not deliveries.is_manifest(path) and _begins_like_one(path)


def _is_json(path: Path) -> bool:
    return path.name.lower().endswith(JSON_ENDINGS)


def _begins_like_one(path: Path) -> bool:
    start = b""
    try:
        with containers.regular(path) as file:
            packed = containers.kind(file.read(8)) == "gzip"
            file.seek(0)
            for chunk in containers.gunzip(path, file) if packed else containers.plain(file):
                start += chunk
                if len(start) >= _LOOK:
                    break
    except SourceError:
        return False
    return any(sign in start[:_LOOK] for kind in formats.KINDS for sign in kind.signs)


def _refused(path: Path, reason: str) -> Refused:
    return Refused(deliveries.named(path), reason)


def _skipped(path: Path, reason: str) -> Skipped:
    return Skipped(deliveries.named(path), reason)
