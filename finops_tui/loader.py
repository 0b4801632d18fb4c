"""Loading bills: what sources staged becomes the next generation of the store, whole or not at all."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from finops_tui import engine, generations, moves, segments
from finops_tui.manifest import Input, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry
    from finops_tui.segments import Unit
    from finops_tui.sources.model import Progress, Refused, Skipped, Staged, StagedFile


class LoadCancelledError(StoreError):
    """The load was cancelled; the store is as before."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did.

    Attributes:
        loaded: The units published, ordered by source, account and period; none means nothing changed.
        refused: Files that were not loaded, each with its reason.
        notes: What the user should know: totals that moved, bills that may be counted twice.
        skipped: Files that are no bills, or older deliveries of a loaded one.
    """

    loaded: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


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
) -> LoadResult:
    """Load bills into the store. A unit (source, account, period) replaces the one held, and no other.

    Args:
        store_root: Folder of the store; created if need be.
        sources: Files, folders, globs.
        source_name: Name the bills are kept under, in place of their format's.
        keep_going: Load the rest when a file is refused; without it nothing is loaded then.
        memory: Memory limit such as `2GB`; a quarter of the machine's by default.
        shared: Group whose members may read the store from now on.
        progress: Told how far the load is.
        cancelled: Asked now and then, from another thread too; true stops the load.

    Raises:
        LockedError: another load is running.
        LoadCancelledError: `cancelled` said so.
        StoreError: the store cannot be read or written; it is as before.
        ValueError: `memory` is not a size.
    """
    from finops_tui import sources as bills

    found = bills.discover(sources)
    if not found.files or (found.refused and not keep_going):
        return LoadResult(refused=tuple(found.refused), skipped=tuple(found.skipped))
    with generations.workspace(store_root, shared) as work:
        scratch = work / "spill"
        with _connected(work, scratch, memory, cancelled) as connection:
            staged = bills.stage(connection, found.files, progress=progress, cancelled=cancelled)
            _stop_if(cancelled)
            refused = (*found.refused, *staged.refused)
            notes = [*staged.notes]
            entries: list[Entry] = []
            if not refused or keep_going:
                tell = _teller(progress, staged)
                entries = _cut(connection, staged, work, source_name, tell=tell, cancelled=cancelled)
        if not entries:
            return LoadResult((), refused or _without_rows(staged), tuple(notes), tuple(found.skipped))
        before = generations.read(store_root).manifest
        after = before.replaced(tuple(entries))
        problem = generations.publish(store_root, work, after, [work / entry.file for entry in entries])
        notes += [*moves.moved(before, entries), *moves.twice(after, entries), *filter(None, [problem])]
    return LoadResult(tuple(entries), refused, tuple(notes), tuple(found.skipped))


@contextmanager
def _connected(
    work: Path, scratch: Path, memory: str | None, cancelled: Callable[[], bool] | None
) -> Iterator[DuckDBPyConnection]:
    """A DuckDB in the scratch folder; what it is doing is interrupted when the load is cancelled."""
    import duckdb

    try:
        with (
            closing(engine.connect(str(work / "load.duckdb"), scratch=scratch, memory=memory)) as connection,
            _watched(connection, cancelled),
        ):
            connection.execute("SET preserve_insertion_order = false")
            yield connection
    except duckdb.InterruptException as error:
        raise LoadCancelledError("the load was cancelled; the store is as before") from error
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            "not enough memory or scratch space for this load; the store is as before"
        ) from error
    except duckdb.Error as error:
        raise StoreError(f"{error}; the store is as before") from error
    except OSError as error:
        raise StoreError(f"cannot write {work}: {error.strerror}; the store is as before") from error


@contextmanager
def _watched(connection: DuckDBPyConnection, cancelled: Callable[[], bool] | None) -> Iterator[None]:
    """Interrupt what a connection is doing as soon as the load is cancelled."""
    done = threading.Event()

    def watch() -> None:
        while cancelled is not None and not done.wait(0.1):
            if cancelled():
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="load-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _without_rows(staged: Staged) -> tuple[Refused, ...]:
    """A call that brings no row at all did not do what was asked; the months that are held stay."""
    from finops_tui.sources import Refused

    reason = "no rows: there is a header and nothing below it; what is loaded stays as it is"
    return tuple(Refused(str(file.path), reason) for file in staged.files if not file.records)


def _stop_if(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise LoadCancelledError("the load was cancelled; the store is as before")


def _teller(progress: Callable[[Progress], None] | None, staged: Staged) -> Callable[[str, int], None]:
    """How progress is told once every byte is read: by the unit being stored."""
    from finops_tui.sources.model import Progress, shown

    total = sum(file.bytes for file in staged.files)

    def tell(unit: str, records: int) -> None:
        if progress is not None:
            progress(Progress(f"storing {shown(unit)}", total, total, records))

    return tell


def _cut(
    connection: DuckDBPyConnection,
    staged: Staged,
    work: Path,
    source_name: str | None,
    *,
    tell: Callable[[str, int], None],
    cancelled: Callable[[], bool] | None,
) -> list[Entry]:
    files = staged.files
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    units = segments.plan(connection, {n: source_name or file.source for n, file in enumerate(files)})
    entries: list[Entry] = []
    for unit in units:
        _stop_if(cancelled)
        tell(unit.name, sum(entry.records for entry in entries))
        inputs = tuple(_input(files[number]) for number in unit.files)
        rounded = sum(files[number].rounded for number in unit.first)
        entries.append(segments.cut(connection, unit, work, inputs=inputs, rounded=rounded, loaded_at=now))
    _stop_if(cancelled)
    _account_for_charges(connection, entries)
    _account_for_records(files, units)
    return entries


def _account_for_charges(connection: DuckDBPyConnection, entries: Iterable[Entry]) -> None:
    """Refuse to publish unless every staged charge and every quarantined record is in a segment."""
    kept = sum(entry.charges for entry in entries), sum(entry.quarantined for entry in entries)
    row: Any = connection.execute(
        "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM quarantined WHERE file IN (SELECT file FROM staged))"
    ).fetchone()
    if kept != tuple(row):
        raise StoreError(f"{row[0]} charges were read and {kept[0]} stored; nothing was published")


def _account_for_records(files: Sequence[StagedFile], units: Sequence[Unit]) -> None:
    """Refuse to publish unless the records counted in each file are those of its units and the quarantined."""
    for number, file in enumerate(files):
        parts = [unit.records[number] for unit in units if number in unit.records]
        found = sum(parts) + file.quarantined
        if parts and found != file.records:
            raise StoreError(
                f"{file.path.name}: {file.records} records were counted and {found} accounted for;"
                " nothing was published"
            )


def _input(file: StagedFile) -> Input:
    return Input(str(file.path), file.bytes, file.sha256, file.records, file.format)
