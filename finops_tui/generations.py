"""Generations of a store on disk: which one is current, and how the next one takes its place.

    ROOT/CURRENT              the manifest of the current generation; its rename is the commit
         manifests/N.json     copies of the last two, for the day CURRENT is damaged
         segments/*.duckdb    what they name; written once, read-only, never changed
         tmp/                 the running loader's scratch folder
         LOCK                 held by the running loader

Readers take no lock and write nothing. A loader works in this order: restore CURRENT if damaged, copy
it, sweep what a killed loader left, build in `tmp/`, move the segments in, flush, replace CURRENT,
flush, copy it, remove what neither of the last two generations names.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui import disk, lock, sharing
from finops_tui.manifest import Manifest, ManifestError, StoreError, dump, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from finops_tui.manifest import Entry

CURRENT: Final = "CURRENT"
MANIFESTS: Final = "manifests"
SEGMENTS: Final = "segments"
SCRATCH: Final = "tmp"
KEPT: Final = 2
"""How many generations are kept: the current one and the one before."""

_OURS: Final = frozenset({CURRENT, MANIFESTS, SEGMENTS, SCRATCH, lock.NAME})
_COPY: Final = re.compile(r"([1-9][0-9]{0,17})\.json")
_SEGMENT: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\.duckdb(\.wal)?")
_WORK: Final = re.compile(r"[0-9]+-[0-9a-f]{16}")

Stamp = tuple[int, int, int]
"""What tells one CURRENT from another without reading it: inode, time of change (ns), size."""


@dataclass(frozen=True, slots=True)
class Current:
    """The generation a store is at.

    Attributes:
        manifest: What it holds; empty when nothing was ever loaded.
        stamp: Of CURRENT when it was read, None when there is none.
        damage: What is wrong with CURRENT when a copy was used in its place, else ''.
    """

    manifest: Manifest
    stamp: Stamp | None = None
    damage: str = ""


def stamp(root: Path) -> Stamp | None:
    """The stamp of CURRENT, or None when nothing is published."""
    try:
        status = os.stat(root / CURRENT)  # noqa: PTH116  (a reader calls this often)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"cannot read the store {root}: {error.strerror}") from error
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def read(root: Path) -> Current:
    """The current generation of a store; an absent folder is an empty store.

    Raises:
        NewerStoreError: a newer finops-tui wrote it.
        StoreError: it cannot be read, or CURRENT is damaged and so is every copy.
    """
    seen = stamp(root)
    try:
        return Current(parse((root / CURRENT).read_bytes()), seen)
    except (FileNotFoundError, NotADirectoryError):
        damage = "it is missing"
    except ManifestError as error:
        damage = str(error)
    except OSError as error:
        raise StoreError(f"cannot read the store {root}: {error.strerror}") from error
    copies = _copies(root)
    for generation in copies:
        with suppress(ManifestError, OSError):
            return Current(parse(_copy(root, generation).read_bytes()), seen, damage)
    if seen is None and not copies:
        return Current(Manifest())
    raise StoreError(
        f"{root / CURRENT} is damaged ({damage}), and there is no copy of it."
        " Move the folder away and load the bills again"
    )


def before(root: Path, current: Manifest) -> Manifest:
    """The generation before the current one.

    Raises:
        StoreError: it is not kept, or its copy is damaged.
    """
    older = [generation for generation in _copies(root) if generation < current.generation]
    if not older and current.generation <= 1:
        return Manifest()
    try:
        return parse(_copy(root, older[0]).read_bytes())
    except (ManifestError, OSError, IndexError) as error:
        raise StoreError(f"cannot undo: the generation before is not kept in {root / MANIFESTS}") from error


def segment(root: Path, entry: Entry) -> Path:
    """Where the segment of an entry lies."""
    return root / SEGMENTS / entry.file


@contextmanager
def workspace(root: Path, group: str | None = None) -> Iterator[Path]:
    """Hold the store's lock and an empty private scratch folder; the folder is removed at the end.

    The store is created if need be, and left consistent: CURRENT restored from its copy when damaged,
    what a killed loader left behind removed.

    Args:
        root: Folder of the store.
        group: Group that may read it from now on.

    Raises:
        LockedError: another load is running.
        StoreError: the folder is not a store, is somebody else's, or cannot be written.
    """
    mask = os.umask(0o077)
    try:
        try:
            _refuse_foreign(root)
            sharing.refuse_others(root)
            disk.make_folder(root)
        except OSError as error:
            raise StoreError(f"cannot load into {root}: {error.strerror}") from error
        with lock.hold(root):
            work = root / SCRATCH / f"{os.getpid()}-{secrets.token_hex(8)}"
            try:
                try:
                    if group:
                        sharing.share(root, group)
                    _sweep(root)
                    disk.make_folder(work)
                    _restore(root, work)
                except OSError as error:
                    raise StoreError(f"cannot load into {root}: {error.strerror}") from error
                yield work
            finally:
                with suppress(OSError):  # the next load sweeps what could not be removed
                    disk.remove_folder(work)
    finally:
        os.umask(mask)


def publish(root: Path, work: Path, manifest: Manifest, built: Sequence[Path]) -> str:
    """Make a generation the current one. Everything of it becomes visible at once, or nothing.

    Args:
        root: The store, its lock held.
        work: The scratch folder.
        manifest: The new generation.
        built: Its new segments in the scratch folder, flushed, named as in the manifest.

    Returns:
        '' or what went wrong after the generation had become current (it stays so).

    Raises:
        StoreError: it did not become current; the store is as before.
    """
    data = dump(manifest)
    segments = root / SEGMENTS
    try:
        modes = sharing.modes_of(root)
        for path in built:
            disk.seal(path, modes)
            disk.rename(path, segments / path.name)
        disk.flush(segments)
        disk.write(work / CURRENT, data, modes)
        disk.rename(work / CURRENT, root / CURRENT)
    except OSError as error:
        raise StoreError(f"cannot write the store {root}: {error.strerror}; it is as before") from error
    try:
        disk.flush(root)
        _keep(root, work, manifest.generation, data)
        _collect(root, manifest)
    except OSError as error:
        return f"loaded, but the disk did not take all of the housekeeping: {error.strerror}"
    return ""


def _refuse_foreign(root: Path) -> None:
    """Never sweep a folder that is somebody's own: a store has only names of ours in it."""
    if not root.exists():
        return
    if not root.is_dir():
        raise StoreError(f"{root} is not a folder, so it cannot be a store")
    if (root / CURRENT).is_file():
        return
    foreign = sorted(set(os.listdir(root)) - _OURS)  # noqa: PTH208
    if foreign:
        raise StoreError(f"{root} is not a store: it holds {foreign[0]!r}. Name an empty or a new folder")


def _sweep(root: Path) -> None:
    """Make the folders of a store, and remove the scratch folders of loaders that were killed."""
    modes = sharing.modes_of(root)
    for name in (MANIFESTS, SEGMENTS, SCRATCH):
        disk.make_folder(root / name, modes)
    for name in os.listdir(root / SCRATCH):  # noqa: PTH208
        if _WORK.fullmatch(name):
            disk.remove_folder(root / SCRATCH / name)


def _restore(root: Path, work: Path) -> None:
    """Put CURRENT back when damaged, see that it has a copy, remove segments that nothing names."""
    current = read(root)
    if current.manifest.generation > 0:
        data = dump(current.manifest)
        if current.damage:
            disk.write(work / CURRENT, data, sharing.modes_of(root))
            disk.rename(work / CURRENT, root / CURRENT)
            disk.flush(root)
        if not _whole(root, current.manifest):
            _keep(root, work, current.manifest.generation, data)
    _collect(root, current.manifest)


def _whole(root: Path, manifest: Manifest) -> bool:
    """Whether the copy of a manifest is there and says the same."""
    try:
        return parse(_copy(root, manifest.generation).read_bytes()) == manifest
    except (ManifestError, FileNotFoundError):
        return False


def _keep(root: Path, work: Path, generation: int, data: bytes) -> None:
    """Keep a copy of a manifest."""
    fresh = work / f"{generation}.json"
    disk.write(fresh, data, sharing.modes_of(root))
    disk.rename(fresh, _copy(root, generation))
    disk.flush(root / MANIFESTS)


def _collect(root: Path, manifest: Manifest) -> None:
    """Remove the copies and segments that neither of the last two generations names."""
    needed = set(manifest.files)
    kept = _copies(root)[:KEPT]
    for generation in kept:
        with suppress(ManifestError):
            needed |= parse(_copy(root, generation).read_bytes()).files
    for generation in _copies(root)[KEPT:]:
        disk.remove(_copy(root, generation))
    for name in os.listdir(root / SEGMENTS):  # noqa: PTH208
        if _SEGMENT.fullmatch(name) and name not in needed:
            disk.remove(root / SEGMENTS / name)


def _copies(root: Path) -> list[int]:
    """Generations with a copy, newest first."""
    try:
        names = os.listdir(root / MANIFESTS)  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = (_COPY.fullmatch(name) for name in names)
    return sorted((int(match[1]) for match in found if match), reverse=True)


def _copy(root: Path, generation: int) -> Path:
    return root / MANIFESTS / f"{generation}.json"
