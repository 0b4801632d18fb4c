"""Every charge and every record of a load accounted for, before anything is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry
    from finops_tui.segments import Unit
    from finops_tui.sources.model import StagedFile


def charges(connection: DuckDBPyConnection, entries: Iterable[Entry], files: Iterable[int]) -> None:
    """Refuse to publish unless every staged charge and every quarantined record is in a segment.

    Args:
        connection: With the tables `staged` and `quarantined`.
        entries: The segments.
        files: Numbers of the files they are of.

    Raises:
        StoreError: one is missing, or there twice.
    """
    kept = sum(entry.charges for entry in entries), sum(entry.quarantined for entry in entries)
    row: Any = connection.execute(
        "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM quarantined WHERE list_contains($1, file))",
        [sorted(files)],
    ).fetchone()
    if kept != tuple(row):
        raise StoreError(f"{row[0]} charges were read and {kept[0]} stored; nothing was published")


def records(files: Sequence[StagedFile], units: Sequence[Unit]) -> None:
    """Refuse to publish unless the records counted in each file are those of its units and the quarantined.

    Args:
        files: The files, by number.
        units: What they became.

    Raises:
        StoreError: a record is missing, or there twice.
    """
    for number, file in enumerate(files):
        parts = [unit.records[number] for unit in units if number in unit.records]
        found = sum(parts) + file.quarantined
        if parts and found != file.records:
            raise StoreError(
                f"{file.path.name}: {file.records} records were counted and {found} accounted for;"
                " nothing was published"
            )
