"""One file into the raw tables: counted, read, checked against the count, bad records set aside."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from finops_tui.sources import (
    checks,
    containers,
    counting,
    formats,
    headers,
    json_text,
    reading,
    surveying,
)
from finops_tui.sources.headers import Header
from finops_tui.sources.kinds import Incoming
from finops_tui.sources.model import SourceError
from finops_tui.sources.parts import Part, linked, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Format, Kind
    from finops_tui.sources.reading import Reject, Scan
    from finops_tui.sources.surveying import Survey

HANDFUL: Final = 5
"""This many records may be set aside in any file; beyond it, one in a hundred."""

_ASIDE_SQL: Final = """
INSERT INTO quarantined
SELECT $file, p.record, p.reason, s.raw
FROM problems p JOIN (SELECT $before + {record} AS record, {raw} AS raw FROM {scan}) s USING (record)"""

_TAKE_OUT_SQL: Final = "DELETE FROM {table} WHERE file = $1 AND record IN (SELECT record FROM problems)"

_MOVE_SQL: Final = """
UPDATE {table} SET record = record + m.by FROM moved m
WHERE file = $file AND record >= m.low AND record < m.high"""


@dataclass(slots=True)
class Taken:
    """What a file gave, as its parts are read.

    A file that was surveyed is not in a raw table.
    """

    found: Format | None = None
    records: int = 0
    quarantined: int = 0
    digests: list[str] = field(default_factory=list)
    copies: int = 0
    survey: Survey | None = None

    @property
    def sha256(self) -> str:
        """Digest of the content, or of the digests where there are several texts."""
        if len(self.digests) == 1:
            return self.digests[0]
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()

    @property
    def too_many(self) -> bool:
        """Whether so many records are set aside that the file as a whole is in doubt."""
        aside, records = self.quarantined, self.records
        return bool(aside) and (aside == records or (aside > HANDFUL and aside * 100 > records))

    def complaint(self, most: str) -> str:
        """What to say of a file with too many records set aside, and of the most frequent reason."""
        often = f", most often: {most}" if most else ""
        return f"too many records cannot be read: {self.quarantined} of {self.records}{often}"


class Intake:
    """Takes files into the raw tables of a connection, each under the next number.

    Args:
        connection: With the raw tables, `quarantined` and the macros.
        folder: Private scratch folder.
        seen: Digests of the texts taken so far, and the file each came from; shared by all files.
        watch: Called with each chunk read and the open file; may raise to stop.
        kinds: The kinds of export that are read.
        as_text: Files that are read as text, whatever they are.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        folder: Path,
        seen: dict[str, Path],
        watch: Callable[[BinaryIO], None],
        kinds: Sequence[Kind] = formats.KINDS,
        *,
        as_text: frozenset[Path] = frozenset(),
    ) -> None:
        self._connection = connection
        self._as_text = as_text
        self._folder = folder
        self._seen = seen
        self._watch = watch
        self._kinds = kinds

    def take(self, path: Path, number: int) -> Taken:
        """Read a file into its raw table.

        Raises:
            SourceError: the file is refused; rows of it may be in the tables.
        """
        taken = Taken()
        with containers.regular(path) as file:
            before = os.fstat(file.fileno())
            kind = containers.kind(file.read(8))
            if kind == "encrypted":
                raise SourceError(path, "an encrypted Parquet file")
            if kind == "parquet":
                self._parquet(path, file, number, taken)
            elif path.suffix.lower() == ".parquet":
                raise SourceError(path, "named .parquet, but it has no Parquet header")
            else:
                for part in parts(path, file, kind, self._folder):
                    if json_text.is_json(part.start()):
                        if path.name.lower().endswith((".csv", ".csv.gz")):
                            raise SourceError(path, "JSON, not CSV: a bill in JSON is named .json or .jsonl")
                        self._json(path, file, part, number, taken)
                    else:
                        self._csv(path, file, part, number, taken)
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise SourceError(path, "changed while it was read")
        self._judge(path, taken)
        return taken

    def _judge(self, path: Path, taken: Taken) -> None:
        if taken.too_many:
            row = self._connection.execute(
                "SELECT reason FROM quarantined GROUP BY reason, file ORDER BY file DESC, count(*) DESC LIMIT 1"
            ).fetchone()
            raise SourceError(path, taken.complaint(row[0] if row else ""))

    def _watched(self, file: BinaryIO, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._watch(file)
            yield chunk

    def _copy(self, path: Path, digest: str, taken: Taken) -> bool:
        """Whether a text was taken before; if not, it is noted as taken."""
        taken.digests.append(digest)
        if self._seen.setdefault(digest, path) is path or self._may_be_alike(taken.found):
            return False
        taken.copies += 1
        return True

    def _may_be_alike(self, found: Format | None) -> bool:
        return any(
            found is not None and kind.source == found.source for kind in self._kinds if not kind.copies
        )

    def _recognise(self, path: Path, names: tuple[str, ...], number: int, taken: Taken) -> Incoming:
        kind, name = formats.detect(names, path, self._kinds)
        found = kind.format(name, names)
        if taken.found is not None and taken.found.source != found.source:
            raise SourceError(path, f"holds both {taken.found.name} and {found.name}")
        taken.found = found
        return Incoming(found, names, kind.layout(names), number, taken.records, kind.tidy)

    def _csv(self, path: Path, file: BinaryIO, part: Part, number: int, taken: Taken) -> None:
        try:
            header = headers.read_header(part.start())
            bill = self._recognise(path, header.names, number, taken)
            count = counting.count(self._watched(file, part.chunks()))
            if self._copy(path, count.sha256, taken):
                return
            scan = reading.csv_scan(part.path, header, part.compression)
            rejects = self._insert(path, scan, bill, count.records - 1)
            taken.quarantined += self._quarantine(scan, bill, header.delimiter) + len(rejects)
        except (headers.HeaderError, counting.UncountableError) as error:
            raise SourceError(path, str(error)) from error
        if rejects:
            self._set_aside(part, rejects, bill)
        taken.records += count.records - 1

    def _json(self, path: Path, file: BinaryIO, part: Part, number: int, taken: Taken) -> None:
        """JSON by way of a CSV in the scratch folder."""
        target = self._folder / f"flat-{len(list(self._folder.iterdir()))}"
        watched: Callable[[], Iterator[bytes]] = lambda: self._watched(file, part.chunks())  # noqa: E731
        try:
            flat = json_text.flatten(watched, target, self._records)
            if not flat.records:
                raise SourceError(path, "JSON without records")
            bill = self._recognise(path, flat.names, number, taken)
            if self._copy(path, flat.sha256, taken):
                return
            scan = reading.csv_scan(target, Header(flat.names, ","), "none")
            self._insert(path, scan, bill, flat.records)
            taken.quarantined += self._quarantine(scan, bill, ",")
        except headers.HeaderError as error:
            raise SourceError(path, f"JSON: {error}") from error
        finally:
            target.unlink(missing_ok=True)
        taken.records += flat.records

    def _records(self, document: Any) -> Iterable[Mapping[str, Any]] | None:
        """The records of a JSON document, by the first kind that knows it."""
        known = (kind.records(document) for kind in self._kinds if kind.records is not None)
        return next((records for records in known if records is not None), None)

    def _parquet(self, path: Path, file: BinaryIO, number: int, taken: Taken) -> None:
        file.seek(0)
        digest = hashlib.sha256()
        for chunk in self._watched(file, containers.plain(file)):
            digest.update(chunk)
        link = linked(path, self._folder)
        scan, names = reading.reading(path, lambda: reading.parquet_scan(self._connection, link))
        try:
            kind, _ = formats.detect(names, path, self._kinds)
            if kind.nested:
                unfold = lambda: reading.parquet_scan(self._connection, link, nested=True)  # noqa: E731
                scan, names = reading.reading(path, unfold)
            bill = self._recognise(path, names, number, taken)
            if self._copy(path, digest.hexdigest(), taken):
                return
            rows = reading.reading(path, lambda: reading.parquet_rows(self._connection, link))
            if kind.divided and path not in self._as_text:
                look = lambda: surveying.survey(self._connection, path, scan, bill)  # noqa: E731
                taken.survey = reading.reading(path, look)
            if taken.survey is None:
                self._insert(path, scan, bill, rows)
                taken.quarantined += self._quarantine(scan, bill, ",")
            elif taken.survey.rows != rows:
                raise SourceError(path, f"{rows} records promised, but {taken.survey.rows} read")
        except headers.HeaderError as error:
            raise SourceError(path, str(error)) from error
        taken.records += rows

    def _insert(self, path: Path, scan: Scan, bill: Incoming, expected: int) -> tuple[Reject, ...]:
        """Read a text, and compare with the records counted apart from the database."""
        inserted, rejects = reading.reading(path, lambda: reading.insert(self._connection, scan, bill))
        read = inserted + len(rejects)
        if read != expected:
            raise SourceError(
                path,
                f"{expected} records counted, but {read} read: a quote never closes, or is not doubled",
            )
        return rejects

    def _quarantine(self, scan: Scan, bill: Incoming, delimiter: str) -> int:
        """Set aside the records with an amount, a date or a currency that cannot be right."""
        if bill.tidy is not None:
            bill.tidy(self._connection, bill.file)
        problems = checks.find_problems(self._connection, bill)
        if problems:
            values: dict[str, object] = {**scan.values, "file": bill.file, "before": bill.before}
            raw = reading.raw_record(scan, delimiter)
            self._connection.execute(_ASIDE_SQL.format(record=scan.record, raw=raw, scan=scan.sql), values)
            reading.drop_rejects(self._connection)
            self._connection.execute(_TAKE_OUT_SQL.format(table=bill.found.raw), [bill.file])
        return problems

    def _set_aside(self, part: Part, rejects: tuple[Reject, ...], bill: Incoming) -> None:
        """Set aside records of a wrong shape, and number the others as if they were there."""
        ordinals = list(counting.ordinals(part.chunks(), [reject.offset for reject in rejects]))
        lows = [bill.before + ordinal - place for place, ordinal in enumerate(ordinals)]
        bounds = [*lows[1:], 1 << 62]
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE moved AS SELECT unnest($1) AS low, unnest($2) AS high, unnest($3) AS by",
            [lows, bounds, list(range(1, len(lows) + 1))],
        )
        for table in (bill.found.raw, "quarantined"):
            self._connection.execute(_MOVE_SQL.format(table=table), {"file": bill.file})
        self._connection.execute(
            "INSERT INTO quarantined SELECT $1, unnest($2), unnest($3), unnest($4)",
            [
                bill.file,
                [bill.before + ordinal for ordinal in ordinals],
                [reject.reason for reject in rejects],
                [reject.raw.strip("\r\n") for reject in rejects],
            ],
        )
