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
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finops_tui import disk, kept, lock, sharing
from finops_tui.kept import CURRENT, MANIFESTS, NAMES, SCRATCH, SEGMENTS, WORK
from finops_tui.manifest import Manifest, ManifestError, StoreError, dump, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


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
    copies = kept.copies(root)
    for generation in copies:
        with suppress(ManifestError, OSError):
            return Current(parse(kept.copy(root, generation).read_bytes()), seen, damage)
    if seen is None and not copies:
        return Current(Manifest())
    raise StoreError(
        f"{root / CURRENT} is damaged ({damage}), and there is no copy of it."
        " Move the folder away and load the bills again"
    )


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
        kept.keep(root, work, manifest.generation, data)
        kept.collect(root, manifest)
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
    foreign = sorted(set(os.listdir(root)) - NAMES)  # noqa: PTH208
    if foreign:
        raise StoreError(f"{root} is not a store: it holds {foreign[0]!r}. Name an empty or a new folder")


def _sweep(root: Path) -> None:
    """Make the folders of a store, and remove the scratch folders of loaders that were killed."""
    modes = sharing.modes_of(root)
    for name in (MANIFESTS, SEGMENTS, SCRATCH):
        disk.make_folder(root / name, modes)
    for name in os.listdir(root / SCRATCH):  # noqa: PTH208
        if WORK.fullmatch(name):
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
        if not kept.whole(root, current.manifest):
            kept.keep(root, work, current.manifest.generation, data)
    kept.collect(root, current.manifest)
