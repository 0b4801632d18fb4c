"""What lies in a store's folder, and which generations of it are kept: copies of manifests, and what they name."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui import disk, lock, sharing
from finops_tui.manifest import Manifest, ManifestError, StoreError, parse

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.manifest import Entry

CURRENT: Final = "CURRENT"
MANIFESTS: Final = "manifests"
SEGMENTS: Final = "segments"
SCRATCH: Final = "tmp"
SOURCES: Final = "SOURCES"
ACCOUNTS: Final = "ACCOUNTS"
KEPT: Final = 2
"""How many generations are kept: the current one and the one before."""

NAMES: Final = frozenset(
    {CURRENT, MANIFESTS, SEGMENTS, SCRATCH, SOURCES, ACCOUNTS, lock.NAME, lock.SYNC, lock.WATCH}
)
"""What lies in a store's folder."""

_COPY: Final = re.compile(r"([1-9][0-9]{0,17})\.json")
_SEGMENT: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\.duckdb(\.wal)?")
WORK: Final = re.compile(r"[0-9]+-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What no generation names: `ours`, which the next load removes, and what `others` have put there."""

    ours: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()


def segment(root: Path, entry: Entry) -> Path:
    """Where the segment of an entry lies."""
    return root / SEGMENTS / entry.file


def before(root: Path, current: Manifest) -> Manifest:
    """The generation before the current one.

    Raises:
        StoreError: it is not kept, or its copy is damaged.
    """
    older = [generation for generation in copies(root) if generation < current.generation]
    if not older and current.generation <= 1:
        return Manifest()
    try:
        return parse(copy(root, older[0]).read_bytes())
    except (ManifestError, OSError, IndexError) as error:
        raise StoreError(f"cannot undo: the generation before is not kept in {root / MANIFESTS}") from error


def whole(root: Path, manifest: Manifest) -> bool:
    """Whether the copy of a manifest is there and says the same."""
    try:
        return parse(copy(root, manifest.generation).read_bytes()) == manifest
    except (ManifestError, FileNotFoundError):
        return False


def keep(root: Path, work: Path, generation: int, data: bytes) -> None:
    """Keep a copy of a manifest."""
    fresh = work / f"{generation}.json"
    disk.write(fresh, data, sharing.modes_of(root))
    disk.rename(fresh, copy(root, generation))
    disk.flush(root / MANIFESTS)


def collect(root: Path, manifest: Manifest) -> None:
    """Remove the copies and segments that neither of the last two generations names."""
    needed = _needed(root, manifest)
    for generation in copies(root)[KEPT:]:
        disk.remove(copy(root, generation))
    for name in os.listdir(root / SEGMENTS):  # noqa: PTH208
        if _SEGMENT.fullmatch(name) and name not in needed:
            disk.remove(root / SEGMENTS / name)


def unnamed(root: Path, manifest: Manifest) -> Unnamed:
    """What lies in the folders of a store without belonging to one of the kept generations."""
    needed, ours, others = _needed(root, manifest), [], []
    patterns = {SEGMENTS: _SEGMENT, MANIFESTS: _COPY, SCRATCH: WORK}
    for folder, pattern in patterns.items():
        try:
            names = sorted(os.listdir(root / folder))  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if not pattern.fullmatch(name):
                others.append(root / folder / name)
            elif folder == SCRATCH or (folder == SEGMENTS and name not in needed):
                ours.append(root / folder / name)
    return Unnamed(tuple(ours), tuple(others))


def _needed(root: Path, manifest: Manifest) -> set[str]:
    """Segments that a manifest or one of the last two copies names."""
    needed = set(manifest.files)
    for generation in copies(root)[:KEPT]:
        with suppress(ManifestError):
            needed |= parse(copy(root, generation).read_bytes()).files
    return needed


def copies(root: Path) -> list[int]:
    """Generations with a copy, newest first."""
    try:
        names = os.listdir(root / MANIFESTS)  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = (_COPY.fullmatch(name) for name in names)
    return sorted((int(match[1]) for match in found if match), reverse=True)


def copy(root: Path, generation: int) -> Path:
    """Where the copy of a generation's manifest lies."""
    return root / MANIFESTS / f"{generation}.json"
