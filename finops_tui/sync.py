"""Bringing a store up to date: every known source is looked at again, and only what changed is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finops_tui import generations, lock, sync_moves, sync_sources
from finops_tui.manifest import StoreError
from finops_tui.sync_run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from finops_tui.manifest import Entry
    from finops_tui.mapped import Mapped
    from finops_tui.sources.model import Progress, Refused
    from finops_tui.sync_moves import Movement
    from finops_tui.sync_run import Synced
    from finops_tui.sync_sources import Known, Place

INCOMPLETE: Final = 3
"""Exit code: a source is gone, or something was refused or held back; the rest is up to date."""

LOCKED: Final = 4
"""Exit code: somebody else is loading into the store."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did.

    Attributes:
        sources: What came of each source, in their order.
        moved: How the totals of the loaded periods moved.
        notes: What the user should know of the list of sources itself.
        generation: The generation of the store now.
    """

    sources: tuple[Synced, ...] = ()
    moved: tuple[Movement, ...] = ()
    notes: tuple[str, ...] = ()
    generation: int = 0

    @property
    def loaded(self) -> tuple[Entry, ...]:
        """The units published, of all sources."""
        return tuple(entry for source in self.sources for entry in source.loaded)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What was not loaded, of all sources."""
        return tuple(refusal for source in self.sources for refusal in source.refused)

    @property
    def code(self) -> int:
        """The exit code."""
        return INCOMPLETE if self.refused else 0


def sync(
    root: Path,
    only: Sequence[Place] = (),
    *,
    memory: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    agree: Callable[[str], bool] | None = None,
    formats: Sequence[Mapped] = (),
) -> SyncResult:
    """Load what has changed in the sources of a store.

    Args:
        root: Folder of the store; created when sources are named.
        only: Sources to look at, new ones among them; all known ones when none is named.
        memory: As for a load.
        progress: Told how far it is.
        cancelled: Asked now and then; what is published until then stays.
        agree: As for a load.
        formats: As for a load.

    Raises:
        LockedError: another load or sync is running; the message says whose, and since when.
        LoadCancelledError: `cancelled` said so.
        StoreError: no source is known, or the store cannot be read or written.
    """
    if not only and generations.read(root).manifest.generation == 0:
        raise StoreError(f"no source is known: nothing was ever loaded into {root}")
    with generations.workspace(root):
        pass  # it is a store, ours, and whole; nobody is loading
    with lock.hold(root, lock.SYNC):
        before = generations.read(root).manifest
        known, note = sync_sources.known(
            root, before, [*sync_sources.kinds(), *(one.source for one in formats)]
        )
        run = Run(root, known, memory, progress, cancelled, agree, formats)
        sources = tuple(run.bring(place) for place in _chosen(known, only))
        after = generations.read(root).manifest
    loaded = [entry for source in sources for entry in source.loaded]
    return SyncResult(
        sources,
        tuple(sync_moves.movements(before, after, loaded)),
        tuple(filter(None, [note])),
        after.generation,
    )


def forget(root: Path, places: Sequence[str]) -> Known:
    """Take sources off the list; what was loaded from them stays.

    Raises:
        LockedError: another load is running.
        StoreError: a source is not on the list, or the store cannot be written.
    """
    wanted = [sync_sources.absolute(place) for place in places]
    with generations.workspace(root) as work:
        known, _ = sync_sources.known(root, generations.read(root).manifest, sync_sources.kinds())
        for place in wanted:
            if place not in {one.place for one in known.places}:
                raise StoreError(f"{place} is not one of the sources; `finops-tui sync --list` names them")
            known = known.without(place)
        _write(root, work, known)
    return known


def listed(root: Path) -> Known:
    """The sources of a store.

    Raises:
        StoreError: the store cannot be read.
    """
    return sync_sources.known(root, generations.read(root).manifest, sync_sources.kinds())[0]


def _chosen(known: Known, only: Sequence[Place]) -> tuple[Place, ...]:
    """The places that are meant; one that is known keeps its name and how it is reached."""
    if not only:
        return known.places
    chosen: list[Place] = []
    for place in only:
        same = [one for one in known.places if one.place == place.place and place.name in {None, one.name}]
        options = place.options
        chosen += [replace(one, options=options or one.options) for one in same] or [place]
    return tuple(chosen)


def _write(root: Path, work: Path, known: Known) -> None:
    try:
        sync_sources.write(root, work, known)
    except OSError as error:
        raise StoreError(f"cannot write the sources of {root}: {error.strerror}") from error
