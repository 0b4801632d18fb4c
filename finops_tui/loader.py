"""Loading bills: what sources staged becomes the next generation of the store, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from finops_tui import (
    __version__,
    account_names,
    accounting,
    generations,
    moves,
    segments,
    sync_gather,
    sync_sources,
)
from finops_tui.growing import Growing
from finops_tui.loader_progress import Telling
from finops_tui.loader_scratch import LoadCancelledError, connected, stop_if
from finops_tui.manifest import Input, Manifest
from finops_tui.sync_sources import Place

__all__ = ("LoadCancelledError", "LoadResult", "Revise", "load", "load_found")

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry
    from finops_tui.mapped import Mapped
    from finops_tui.segments import Unit
    from finops_tui.sources.model import Discovery, Progress, Refused, Skipped, Staged, StagedFile
    from finops_tui.sync_sources import Seen


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did.

    Attributes:
        loaded: The units published, ordered by source, account and period; none means nothing changed.
        refused: Files that were not loaded, each with its reason.
        notes: What the user should know: totals that moved, bills that may be counted twice.
        skipped: Files that are no bills, or older deliveries of a loaded one.
        before: The generation that was current until then.
        seen: What was seen of each file that was read.
    """

    loaded: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    before: Manifest = field(default_factory=Manifest)
    seen: Mapping[str, Seen] = field(default_factory=dict)


class Revise(Protocol):
    """Looks at what was staged before anything is stored."""

    def __call__(self, units: Sequence[Unit], staged: Staged, before: Manifest) -> Sequence[Path] | None:
        """The files to stage in place of those that were, or None when these are the right ones.

        Args:
            units: What would be replaced; their `files` are places in `staged.files`.
            staged: The files taken and refused.
            before: The generation that would be replaced.
        """
        ...


def load(
    store_root: Path,
    sources: Sequence[str | Path],
    *,
    source_name: str | None = None,
    keep_going: bool = False,
    memory: str | None = None,
    shared: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    options: Mapping[str, str] | None = None,
    agree: Callable[[str], bool] | None = None,
    formats: Sequence[Mapped] = (),
) -> LoadResult:
    """Load bills into the store. A unit (source, account, period) replaces the one held, and no other.

    Args:
        store_root: Folder of the store; created if need be.
        sources: Files, folders, globs, `s3://` and `ce://` URLs; remembered for `sync`.
        source_name: Name the bills are kept under, in place of their format's.
        keep_going: Load the rest when a file is refused; without it nothing is loaded then.
        memory: Memory limit such as `2GB`; a quarter of the machine's by default.
        shared: Group whose members may read the store from now on.
        progress: Told how far the load is.
        cancelled: Asked now and then, from another thread too; true stops the load.
        options: How S3 is reached, see `sync_gather.access`; remembered, too.
        agree: Told what Cost Explorer will cost, before anything is spent; without it nothing is.
        formats: Those of finops.toml, tried before the ones that are built in.

    Raises:
        LockedError: another load is running.
        LoadCancelledError: `cancelled` said so.
        OSError: the disk refused a download.
        StoreError: the store cannot be read or written; it is as before.
        ValueError: `memory` is not a size.
    """
    access = tuple(sorted((options or {}).items()))
    places = [
        Place(place, source_name, access if sync_sources.is_remote(place) else ())
        for place in map(sync_sources.absolute, sources)
    ]
    places = sync_sources.recalled(store_root, places)
    gathered = sync_gather.gather(places, progress, cancelled, agree)
    result = load_found(
        store_root,
        gathered.found,
        places,
        source_name=source_name,
        keep_going=keep_going,
        memory=memory,
        shared=shared,
        progress=progress,
        cancelled=cancelled,
        revise=Growing(gathered.found.files),
        formats=formats,
    )
    return replace(result, notes=(*gathered.notes, *result.notes))


def load_found(
    store_root: Path,
    found: Discovery,
    places: Sequence[Place],
    *,
    source_name: str | None = None,
    keep_going: bool = False,
    memory: str | None = None,
    shared: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    revise: Revise | None = None,
    formats: Sequence[Mapped] = (),
) -> LoadResult:
    """Load the files that were found; as `load`.

    Args:
        store_root: Folder of the store.
        found: The files.
        places: The sources they were found in, to be remembered.
        source_name: As for `load`.
        keep_going: As for `load`.
        memory: As for `load`.
        shared: As for `load`.
        progress: As for `load`.
        cancelled: As for `load`.
        revise: May have other files staged, once it is known what they hold.
        formats: As for `load`.

    Raises:
        LockedError: another load is running.
        LoadCancelledError: `cancelled` said so.
        StoreError: the store cannot be read or written; it is as before.
        ValueError: `memory` is not a size.
    """
    if not found.files or (found.refused and not keep_going):
        return LoadResult(refused=tuple(found.refused), skipped=tuple(found.skipped))
    with generations.workspace(store_root, shared) as work:
        scratch = work / "spill"
        before = generations.read(store_root).manifest
        telling = Telling(progress)
        with connected(work, scratch, memory, cancelled, telling.tick) as connection:
            load_ = _Staging(connection, source_name, account_names.read(store_root), telling, cancelled)
            staged, units = load_.stage(found.files, before, revise, formats)
            refused = (*found.refused, *staged.refused)
            notes = [*staged.notes, *load_.wide(staged), *filter(None, load_.names[1:])]
            entries: list[Entry] = []
            if not refused or keep_going:
                entries = load_.cut(staged, units, work)
        seen = _seen(load_.looks, staged)
        if not entries:
            said = refused or _without_rows(staged)
            return LoadResult((), said, tuple(notes), tuple(found.skipped), before, seen)
        after = before.replaced(tuple(entries))
        problems = [generations.publish(store_root, work, after, [work / entry.file for entry in entries])]
        problems.append(sync_sources.remember(store_root, work, places, seen, before))
        notes += [*moves.moved(before, entries), *moves.twice(after, entries), *filter(None, problems)]
    return LoadResult(tuple(entries), refused, tuple(notes), tuple(found.skipped), before, seen)


@dataclass(slots=True)
class _Staging:
    """One load between its files and its segments.

    Attributes:
        looks: The files as they were before they were read.
    """

    connection: DuckDBPyConnection
    source_name: str | None
    names: tuple[dict[str, str], str]
    telling: Telling
    cancelled: Callable[[], bool] | None
    looks: dict[str, Seen] = field(default_factory=dict)

    def stage(
        self, files: Sequence[Path], before: Manifest, revise: Revise | None, formats: Sequence[Mapped]
    ) -> tuple[Staged, list[Unit]]:
        """Stage files, others instead as long as that is asked for, and say what units they hold."""
        from finops_tui import sources as bills
        from finops_tui.sources.formats import KINDS
        from finops_tui.sources.generic import kinds

        known = (*kinds(formats), *KINDS)
        while True:
            self.looks = {str(path): seen for path in files if (seen := sync_sources.look(path)) is not None}
            staged = bills.stage(
                self.connection, files, progress=self.telling, cancelled=self.cancelled, kinds=known
            )
            stop_if(self.cancelled)
            origins = {n: self.source_name or file.source for n, file in enumerate(staged.files)}
            units = segments.plan(self.connection, origins)
            other = revise(units, staged, before) if revise is not None else None
            if other is None:
                return staged, units
            files = other

    def wide(self, staged: Staged) -> list[str]:
        """What to say of amounts that were read with fewer digits than they have."""
        from finops_tui.sources import wide_decimals

        return wide_decimals.notes(self.connection, [file.path for file in staged.files])

    def cut(self, staged: Staged, units: Sequence[Unit], work: Path) -> list[Entry]:
        """Build the segments, and see that nothing is missing in them."""
        from finops_tui.sources.model import Progress, shown

        total = sum(file.bytes for file in staged.files)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        entries: list[Entry] = []
        charges = sum(unit.charges for unit in units)
        for unit in units:
            stop_if(self.cancelled)
            stored = sum(entry.records for entry in entries)
            step = Progress(f"storing {shown(unit.name)}", total, total, stored)
            self.telling.storing(step, sum(entry.charges for entry in entries), charges)
            inputs = tuple(_input(staged.files[number]) for number in unit.files)
            rounded = sum(staged.files[number].rounded for number in unit.first)
            entry = segments.cut(
                self.connection,
                unit,
                work,
                inputs=inputs,
                rounded=rounded,
                loaded_at=now,
                names=self.names[0],
            )
            entries.append(entry)
        stop_if(self.cancelled)
        accounting.charges(self.connection, entries, {number for unit in units for number in unit.files})
        accounting.records(staged.files, units)
        return entries


def _seen(looks: Mapping[str, Seen], staged: Staged) -> dict[str, Seen]:
    """What was seen of the files that were read, also of copies, which are in no unit."""
    from finops_tui.sources.model import shown

    digests = {str(file.path): file.sha256 for file in staged.files}
    reasons = {refused.file: refused.reason for refused in staged.refused}
    seen = {}
    for path, look in looks.items():
        reason = reasons.get(shown(path, 400), "")
        state = sync_sources.REFUSED if reason else sync_sources.LOADED
        seen[path] = replace(
            look, state=state, sha256=digests.get(path, ""), reason=reason, version=__version__
        )
    return seen


def _without_rows(staged: Staged) -> tuple[Refused, ...]:
    """A call that brings no row at all did not do what was asked; the months that are held stay."""
    from finops_tui.sources import Refused

    reasons = {
        False: "no rows: there is a header and nothing below it; what is loaded stays as it is",
        True: "no charges: none of its records has an amount; what is loaded stays as it is",
    }
    return tuple(Refused(str(file.path), reasons[bool(file.records)]) for file in staged.files)


def _input(file: StagedFile) -> Input:
    return Input(str(file.path), file.bytes, file.sha256, file.records, file.format)
