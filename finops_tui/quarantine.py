"""Records set aside by loads: which file, which record, why, and the raw text; page by page, or all for an export."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from finops_tui import doctor_segments, engine, export, kept
from finops_tui.manifest import StoreError
from finops_tui.queries import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry

WHOLE: Final = 2_097_152
"""Characters of the longest record there can be."""

_ROWS: Final = """
SELECT file, record, reason, left(raw, $longest) FROM unit.quarantine
ORDER BY file, record LIMIT $limit OFFSET $offset"""


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was not loaded.

    Attributes:
        source: Of its unit; the first one of its file.
        account: Of its unit.
        period: Of its unit, as YYYY-MM.
        file: The delivered file it is in.
        record: Its number in the file, from 1; the header is none.
        reason: Why it was set aside.
        raw: It, as delivered.
    """

    source: str
    account: str
    period: str
    file: str
    record: int
    reason: str
    raw: str

    @property
    def row(self) -> dict[str, Any]:
        """Its columns by name."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS: Final = tuple(field.name for field in fields(Record))


def count(entries: Iterable[Entry]) -> int:
    """How many records were set aside."""
    return sum(entry.quarantined for entry in entries)


def read(
    root: Path, entries: Iterable[Entry], *, offset: int = 0, limit: int | None = None, longest: int = WHOLE
) -> list[Record]:
    """Records in the order of their units, files and places in them.

    Args:
        root: Folder of the store.
        entries: Its units, as in the manifest.
        offset: How many are left out first.
        limit: How many are wanted; all when not given.
        longest: Characters of the raw text that are wanted.

    Raises:
        StoreError: a segment cannot be read: a newer load has taken its place, or it is damaged.
    """
    found: list[Record] = []
    left = count(entries := tuple(entries)) if limit is None else limit
    with doctor_segments.bench() as connection:
        for entry in entries:
            if left <= 0:
                break
            if offset >= entry.quarantined:
                offset -= entry.quarantined
                continue
            values = {"offset": offset, "limit": left, "longest": longest}
            found += (rows := list(_rows(connection, root, entry, values)))
            left -= len(rows)
            offset = 0
    return found


def as_text(records: Sequence[Record], total: int) -> str:
    """Records for people; every line is safe for a terminal."""
    if not total:
        return "No record was set aside.\n"
    columns = ("period", "file", "record", "reason", "raw")
    table = export.to_table(columns, [record.row for record in records], frozenset({"record"}))
    more = (
        f"\n{len(records):,} of {total:,} records.\n" if len(records) < total else f"\n{total:,} records.\n"
    )
    return table + more


def as_json(records: Sequence[Record], total: int) -> dict[str, Any]:
    """The contract of `quarantine --json`."""
    return {"total": total, "records": [record.row for record in records]}


def write(records: Sequence[Record], path: Path) -> Path:
    """Write records to a file, in the form its ending says: csv, json, md or parquet; csv for any other.

    Texts are made safe for a spreadsheet, as in every export.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    form = path.suffix.lower().removeprefix(".")
    rows = [record.row for record in records]
    content = export.render(COLUMNS, rows, form if form in {"json", "md", "parquet"} else "csv")
    return export.write(content, path)


def _rows(
    connection: DuckDBPyConnection, root: Path, entry: Entry, values: dict[str, int]
) -> Iterator[Record]:
    import duckdb

    path = kept.segment(root, entry)
    try:
        connection.execute(f"ATTACH {engine.quoted(path)} AS unit (READ_ONLY)")
        try:
            rows = connection.execute(_ROWS, values).fetchall()
        finally:
            connection.execute("DETACH unit")
    except duckdb.Error as error:
        why = "its segment is damaged" if path.exists() else "a newer load has taken its place; look again"
        raise StoreError(f"{safe_text.clean(entry.name)}: {why}") from error
    for file, record, reason, raw in rows:
        name = entry.inputs[file].path if 0 <= file < len(entry.inputs) else ""
        yield Record(entry.source, entry.account, entry.period, name, record, reason, raw or "")
