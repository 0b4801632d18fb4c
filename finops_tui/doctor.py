"""A store examined deeply: everything that is published, everything beside it, and how to repair it.

Takes no lock for longer than a look, writes nothing into the store, and may run while others read or load.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui import doctor_segments, generations, kept, lock, sharing
from finops_tui.doctor_segments import GoneError
from finops_tui.manifest import Manifest, NewerStoreError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finops_tui.manifest import Entry

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor saw.

    Attributes:
        problem: What, in words.
        repair: What to do about it, or ''.
        unit: The unit it is about, or None when it is about the store.
        harmless: Whether figures and privacy are untouched by it.
        reload: Whether loading the unit's files again repairs it.
    """

    problem: str
    repair: str = ""
    unit: Entry | None = None
    harmless: bool = False
    reload: bool = False


@dataclass(frozen=True, slots=True)
class Checkup:
    """A store, examined.

    Attributes:
        root: Its folder.
        manifest: What it holds.
        findings: What was seen, the harmful first.
        loading: Who is loading into it now, or ''.
        undo: Whether the generation before is whole, so that a load can be undone.
    """

    root: Path
    manifest: Manifest
    findings: tuple[Finding, ...] = ()
    loading: str = ""
    undo: bool = False

    @property
    def healthy(self) -> bool:
        """Whether every figure is as published and nobody else can read or change it."""
        return all(finding.harmless for finding in self.findings)


def examine(root: Path, progress: Callable[[str], None] | None = None) -> Checkup:
    """Examine a store: the manifest, every segment byte by byte and added up again, modes, what lies about.

    Args:
        root: Folder of the store.
        progress: Told the name of each unit before it is examined.

    Raises:
        NewerStoreError: a newer finops-tui wrote it.
        StoreError: there is no store, it cannot be read, or loads follow each other too fast.
    """
    if not root.is_dir():
        raise StoreError(f"there is no store at {root}")
    for _ in range(_TRIES):
        try:
            current = generations.read(root)
        except NewerStoreError:
            raise
        except StoreError as error:
            if not os.access(root / kept.CURRENT, os.R_OK):
                raise
            return Checkup(root, Manifest(), (Finding(str(error)),), lock.holder(root))
        if current.stamp is None and not current.damage and _foreign(root):
            raise StoreError(f"{root} is not a store: it holds {_foreign(root)[0]!r}")
        findings, gone = _segments(root, current.manifest, progress)
        if gone and generations.stamp(root) != current.stamp:
            continue  # a load has taken the place of what was being looked at
        findings += _manifest(current)
        undoable = _undoable(root, current.manifest)
        findings += [*undoable, *_modes(root, current.manifest), *_strays(root, current.manifest)]
        ordered = tuple(sorted(findings, key=lambda finding: finding.harmless))
        undo = current.manifest.generation > 0 and not undoable
        return Checkup(root, current.manifest, ordered, lock.holder(root), undo)
    raise StoreError(f"{root} is being loaded too often to be examined")


def _segments(
    root: Path, manifest: Manifest, progress: Callable[[str], None] | None
) -> tuple[list[Finding], bool]:
    """What is wrong with the segments, and whether any is missing."""
    findings: list[Finding] = []
    gone = False
    with doctor_segments.bench() as connection:
        for entry in manifest.entries:
            if progress is not None:
                progress(entry.name)
            try:
                problems = doctor_segments.examine(connection, root, entry)
            except GoneError:
                problems, gone = ["its segment is missing"], True
            findings += [
                Finding(problem, "load that period again", entry, reload=True) for problem in problems
            ]
    return findings, gone


def _manifest(current: generations.Current) -> Iterator[Finding]:
    if current.damage:
        yield Finding(
            f"{kept.CURRENT} is damaged ({current.damage}); a copy of it is used",
            "the next load puts it back",
        )


def _undoable(root: Path, manifest: Manifest) -> list[Finding]:
    """Why the last load cannot be undone, if so."""
    if manifest.generation == 0:
        return []
    try:
        earlier = kept.before(root, manifest)
    except StoreError:
        return [
            Finding("the generation before is not kept, so the last load cannot be undone", harmless=True)
        ]
    findings = []
    with doctor_segments.bench() as connection:
        for entry in earlier.entries:
            if entry.file in manifest.files:
                continue
            try:
                problems = doctor_segments.examine(connection, root, entry)
            except GoneError:
                problems = ["its segment is missing"]
            if problems:
                words = (
                    f"the earlier {entry.name} is damaged, so the last load cannot be undone: {problems[0]}"
                )
                findings.append(Finding(words, harmless=True))
    return findings


def _modes(root: Path, manifest: Manifest) -> Iterator[Finding]:
    status = root.stat()
    if status.st_uid != os.geteuid():
        yield Finding(f"it belongs to {sharing.user(status.st_uid)}; only they load into it", harmless=True)
    shared = sharing.modes_of(root).group is not None
    for path in (root, root / kept.SEGMENTS, root / kept.MANIFESTS, root / kept.CURRENT):
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        open_to = mode & (stat.S_IRWXO | stat.S_IWGRP | (0 if shared else stat.S_IRWXG))
        if open_to:
            who = "others" if open_to & stat.S_IRWXO else "a group"
            fix = "go-rwx" if not shared else "o-rwx,g-w"
            yield Finding(f"{who} may enter or change {path}", f"chmod {fix} '{path}'")
    for entry in manifest.entries:
        if doctor_segments.unsealed(root, entry):
            yield Finding(
                "its segment may be written to, or read by anybody",
                f"chmod {'440' if shared else '400'} segments/{entry.file}",
                entry,
            )


def _strays(root: Path, manifest: Manifest) -> Iterator[Finding]:
    """Files that nothing names: of a load that was killed, or of somebody else."""
    for name in _foreign(root):
        yield Finding(f"{name!r} in the store's folder is not the store's", harmless=True)
    if lock.holder(root):
        return  # a load is building what is not named yet
    swept = "the next load removes it"
    left = kept.unnamed(root, manifest)
    for path in left.ours:
        yield Finding(
            f"{path.relative_to(root)} was left behind by a load that was killed", swept, harmless=True
        )
    for path in left.others:
        yield Finding(f"{str(path.relative_to(root))!r} is not the store's", harmless=True)


def _foreign(root: Path) -> list[str]:
    return sorted(set(os.listdir(root)) - kept.NAMES)  # noqa: PTH208
