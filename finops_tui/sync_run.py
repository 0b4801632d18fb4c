"""One sync, source by source: what is new, what changed, what is gone, and what is loaded of it."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import __version__, generations, loader, sync_gather, sync_sources
from finops_tui.loader_scratch import stop_if
from finops_tui.manifest import StoreError
from finops_tui.sources.model import Discovery, Refused, shown
from finops_tui.sync_digest import content
from finops_tui.sync_sources import GONE, HELD, LOADED, REFUSED
from finops_tui.sync_units import STAYS, Together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from finops_tui.loader import LoadResult
    from finops_tui.manifest import Entry, Manifest
    from finops_tui.mapped import Mapped
    from finops_tui.sources.model import Progress
    from finops_tui.sync_sources import Known, Place, Seen


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of one source.

    Attributes:
        place: The source.
        files: How many files it has that count.
        changed: How many of them are new or have changed.
        loaded: The units published.
        refused: What was not loaded, and why.
        notes: What the user should know.
    """

    place: Place
    files: int = 0
    changed: int = 0
    loaded: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """The files of a source, against what was seen of them last.

    Attributes:
        changed: New or changed, to be loaded.
        touched: Changed on the disk only: the content is what was loaded.
        waiting: Held back the last time; tried again when anything of the source changes.
        refused: As they were when they were refused.
    """

    changed: list[str] = field(default_factory=list)
    touched: dict[str, Seen] = field(default_factory=dict)
    waiting: dict[str, Seen] = field(default_factory=dict)
    refused: dict[str, Seen] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """A sync of a store whose SYNC lock is held.

    Attributes:
        root: Folder of the store.
        known: Its sources, and what was seen of their files before this sync.
        memory: As for a load.
        progress: Told how far it is.
        cancelled: Asked now and then.
        agree: As for a load.
        formats: As for a load.
        looked: Files that a source before has had, with the name they are kept under.
    """

    root: Path
    known: Known
    memory: str | None
    progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None
    agree: Callable[[str], bool] | None = None
    formats: Sequence[Mapped] = ()
    looked: set[tuple[str, str | None]] = field(default_factory=set)

    def bring(self, place: Place) -> Synced:
        """Load what has changed in a source.

        Raises:
            LoadCancelledError: `cancelled` said so.
            StoreError: the store or the disk refused.
        """
        stop_if(self.cancelled)
        try:
            gathered = sync_gather.gather([place], self.progress, self.cancelled, self.agree)
        except OSError as error:
            raise StoreError(f"cannot bring {place.place} here: {error.strerror}") from error
        found = gathered.found
        files = [str(path) for path in found.files if (str(path), place.name) not in self.looked]
        self.looked.update((path, place.name) for path in files)
        before = generations.read(self.root).manifest
        look = self._look(files, before)
        refused = {one.file: replace(one, reason=f"{one.reason}; {STAYS}") for one in found.refused}
        states, notes = self._gone(place, found, before)
        result = loader.LoadResult()
        if look.changed:
            result, fresh = self._load(place, found, look, before)
            states |= fresh
            notes += gathered.notes
        else:
            states |= look.touched
        self._remember(states)
        complaints = {**look.refused, **(states if look.changed else look.waiting)}
        for path, seen in complaints.items():
            if seen.state in {REFUSED, HELD}:
                name = shown(path, 400)
                refused.setdefault(name, Refused(name, seen.reason))
        notes += result.notes
        return Synced(
            place, len(files), len(look.changed), result.loaded, tuple(refused.values()), tuple(notes)
        )

    def _look(self, files: Iterable[str], before: Manifest) -> _Look:
        """Tell files that changed from those that did not."""
        look, back = _Look(), False
        loaded = {item.path: item for entry in before.entries for item in entry.inputs}
        for path in files:
            now, seen = sync_sources.look(Path(path)), self.known.files.get(path)
            if now is None:
                continue  # gone since it was found; the next sync says so
            if seen is not None and seen.same(now) and seen.state != GONE:
                if seen.state == HELD:
                    look.waiting[path] = seen
                elif seen.state == REFUSED and seen.version == __version__:
                    look.refused[path] = seen
                elif seen.state == REFUSED:
                    look.changed.append(path)
                continue
            item = loaded.get(path)
            digest = item.sha256 if item is not None and item.bytes == now.bytes else ""
            if digest and content(Path(path), self.cancelled) == digest:
                look.touched[path] = replace(now, state=LOADED, sha256=digest, version=__version__)
                back = back or (seen is not None and seen.state == GONE)
            else:
                look.changed.append(path)
        if back:  # it may be what the others waited for
            look.changed += look.waiting
            look.waiting.clear()
        return look

    def _gone(self, place: Place, found: Discovery, before: Manifest) -> tuple[dict[str, Seen], list[str]]:
        """Files of a source that are there no more; what was loaded from them stays, and is said once."""
        states: dict[str, Seen] = {}
        notes: list[str] = []
        there = {str(path) for path in found.files}
        skipped = {one.file for one in found.skipped}
        for path, seen in self.known.files.items():
            absent = seen.state != GONE and path not in there and shown(path, 400) not in skipped
            if not absent or not _inside(place, path) or Path(path).exists():
                continue
            states[path] = replace(seen, state=GONE)
            units = [e.name for e in before.entries if path in {item.path for item in e.inputs}]
            if units:
                more = f" and {len(units) - 1} more" if len(units) > 1 else ""
                notes.append(f"{path} is gone; {units[0]}{more} stays loaded as it was")
        return states, notes

    def _load(
        self, place: Place, found: Discovery, look: _Look, before: Manifest
    ) -> tuple[LoadResult, dict[str, Seen]]:
        """Load the files that changed, with those that belong to them, and say what became of each."""
        changed = [*look.changed, *look.waiting]
        here = frozenset(map(str, found.files))
        together = Together(here, frozenset(one.file for one in found.skipped), Path(place.place))
        fresh = (place.place, place.name) not in {(one.place, one.name) for one in self.known.places}
        first = [Path(path) for path in changed] if fresh else together.begin(changed, before)
        result = loader.load_found(
            self.root,
            Discovery(tuple(first)),
            [place],
            source_name=place.name,
            keep_going=not fresh,
            memory=self.memory,
            progress=self.progress,
            cancelled=self.cancelled,
            revise=None if fresh else together,
            formats=self.formats,
        )
        reasons = {one.file: one.reason for one in (*result.refused, *together.refused.values())}
        states = dict(look.touched)
        for path in changed:
            now = result.seen.get(path) or sync_sources.look(Path(path))
            if now is None:
                continue
            if reason := reasons.get(shown(path, 400)):
                now = replace(now, state=REFUSED, sha256="", reason=reason)
            elif reason := together.held.get(path, ""):
                now = replace(now, state=HELD, sha256="", reason=reason)
            states[path] = replace(now, version=__version__)
        return result, states

    def _remember(self, states: Mapping[str, Seen]) -> None:
        """Write down what was seen, if it is anything new."""
        if not states:
            return
        with generations.workspace(self.root) as work:
            try:
                known = sync_sources.read(self.root)
                known = known if known.files or known.places else self.known
            except sync_sources.SourcesError:
                known = self.known
            try:
                sync_sources.write(self.root, work, known.with_files(states))
            except OSError as error:
                raise StoreError(f"cannot write the sources of {self.root}: {error.strerror}") from error


def _inside(place: Place, path: str) -> bool:
    """Whether a file is one of a source: below its folder, or matched by its glob."""
    if place.remote or path == place.place:
        return False
    return Path(path).is_relative_to(place.place) or fnmatch.fnmatchcase(path, place.place)
