"""Segments attached to one DuckDB, read-only, and the generations that are made of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui import disk, engine, generations, kept
from finops_tui.manifest import Manifest, StoreError
from finops_tui.queries.catalog import Catalog, Segment
from finops_tui.resident import Residents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry

_LINES_SHARE: Final = 16 * 150
"""A sixteenth of the machine's memory is for lines that are held there, of about 150 bytes each."""


class DamagedSegmentError(StoreError):
    """A segment is not what the manifest says; the message names its unit and what to do."""


class MissingSegmentError(DamagedSegmentError):
    """A segment is gone: a newer generation may have taken its place."""


@dataclass(slots=True, eq=False)
class Generation:
    """A generation as attached.

    Attributes:
        manifest: What it holds.
        stamp: Of the CURRENT it was read from.
        catalog: Its segments under their aliases.
        damage: What is wrong with CURRENT when a copy was used, else ''.
        asked: How many answers are being computed from it.
    """

    manifest: Manifest
    stamp: generations.Stamp | None
    catalog: Catalog
    damage: str = ""
    asked: int = 0


class Shelf:
    """The segments of a store's generations, each file attached once, under an alias of its own.

    Args:
        root: Folder of the store; nothing in it is written.
        scratch: Private folder for what does not fit in memory.
        memory: Memory limit such as `2GB`.
        locked: Whether the configuration is locked at once; without, it is for the caller to do.
    """

    def __init__(self, root: Path, *, scratch: Path, memory: str | None = None, locked: bool = True) -> None:
        self._root = root
        self._connection = engine.connect(scratch=scratch, memory=memory)
        # Adding up by line and day before a join leaves as many rows as there were, and takes five times as long.
        self._connection.execute("SET disabled_optimizers = 'partial_aggregate_pushdown'")
        self.residents = Residents(self._connection, engine.machine_memory() // _LINES_SHARE)
        folder = engine.quoted(root / kept.SEGMENTS)
        self._connection.execute(f"SET allowed_directories = [{folder}]")
        self._connection.execute("SET enable_external_access = false")
        if locked:
            self._connection.execute("SET lock_configuration = true")
        self._aliases: dict[str, str] = {}
        self._monthly: set[str] = set()
        self._current = Generation(Manifest(), None, Catalog())
        self._live = [self._current]
        self._attached = 0
        self._lock = threading.Lock()

    @property
    def current(self) -> Generation:
        """The generation that is asked from now on."""
        return self._current

    def go_to(self, current: generations.Current) -> None:
        """Attach what a generation needs beyond what is attached already, and make it the current one.

        Raises:
            MissingSegmentError: a segment is not there; the generation before stays current.
            DamagedSegmentError: a segment is not what the manifest says; likewise.
        """
        with self._lock:
            entries = current.manifest.entries
            fresh = [entry for entry in entries if entry.file not in self._aliases]
            try:
                for entry in fresh:
                    self._attach(entry)
                self._check_names(fresh)
            except BaseException:
                self._detach_unused()
                raise
            aliases = [(entry, self._aliases[entry.file]) for entry in entries]
            segments = tuple(
                _segment(entry, alias, monthly=alias in self._monthly) for entry, alias in aliases
            )
            catalog = Catalog(segments, current.manifest.generation)
            self._current = Generation(current.manifest, current.stamp, catalog, current.damage)
            self._live.append(self._current)
            self._detach_unused()

    def hold(self) -> tuple[Generation, DuckDBPyConnection]:
        """The current generation, kept attached until it is released, and a connection to ask it by."""
        with self._lock:
            self._current.asked += 1
            return self._current, self._connection.cursor()

    def release(self, generation: Generation, cursor: DuckDBPyConnection) -> None:
        """The answer is there; what only generations before the current one need may go."""
        cursor.close()
        with self._lock:
            generation.asked -= 1
            if generation is not self._current:
                self._detach_unused()

    def close(self) -> None:
        """Close every segment."""
        self._connection.close()

    def damaged(self, manifest: Manifest) -> Entry | None:
        """The first unit whose segment's bytes are not what was published; reads every segment whole."""
        for entry in manifest.entries:
            try:
                whole = disk.digest(kept.segment(self._root, entry)) == entry.sha256
            except OSError:
                whole = False
            if not whole:
                return entry
        return None

    def _attach(self, entry: Entry) -> None:
        import duckdb

        path = kept.segment(self._root, entry)
        try:
            size = path.stat().st_size
        except FileNotFoundError as error:
            raise MissingSegmentError(words(entry, "its segment is missing")) from error
        except OSError as error:
            raise StoreError(f"cannot read the segment of {entry.name}: {error.strerror}") from error
        if size != entry.bytes:
            raise DamagedSegmentError(words(entry, f"its segment has {size} bytes instead of {entry.bytes}"))
        if path.with_name(f"{path.name}.wal").exists():
            raise DamagedSegmentError(
                words(entry, f"somebody wrote {path.name}.wal beside its segment; remove that file, or")
            )
        alias = f"s{self._attached}"
        try:
            self._connection.execute(f"ATTACH {engine.quoted(path)} AS {alias} (READ_ONLY)")
        except duckdb.Error as error:
            if not path.exists():
                raise MissingSegmentError(words(entry, "its segment is missing")) from error
            raise DamagedSegmentError(words(entry, "its segment cannot be opened")) from error
        self._attached += 1
        self._aliases[entry.file] = alias

    def _check_names(self, entries: Iterable[Entry]) -> None:
        """Refuse a file of the right size in the wrong place: each segment carries its own name."""
        rows = self._connection.execute(
            "SELECT table_name, database_name, comment FROM duckdb_tables() WHERE table_name IN ('lines', 'months')"
        ).fetchall()
        names = {database: comment for table, database, comment in rows if table == "lines"}
        self._monthly = {database for table, database, _ in rows if table == "months"}
        for entry in entries:
            if names.get(self._aliases[entry.file]) != entry.file.removesuffix(".duckdb"):
                raise DamagedSegmentError(words(entry, "its segment is another one's"))

    def _detach_unused(self) -> None:
        self._live = [g for g in self._live if g is self._current or g.asked > 0]
        needed = {entry.file for generation in self._live for entry in generation.manifest.entries}
        for file in [file for file in self._aliases if file not in needed]:
            self._connection.execute(f"DETACH {self._aliases.pop(file)}")


def words(entry: Entry, what: str) -> str:
    """What is wrong with a unit, and what to do."""
    return f"{entry.name} cannot be read: {what} (segments/{entry.file}). Load that period again to repair it"


def _segment(entry: Entry, alias: str, *, monthly: bool) -> Segment:
    return Segment(
        *(alias, entry.source, entry.account, entry.period, entry.first_day, entry.last_day, *entry.money),
        hourly=entry.hourly,
        dataset=entry.dataset,
        currencies=tuple(sorted(entry.totals)),
        monthly=monthly,
    )
