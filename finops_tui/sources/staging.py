"""Bills into one FOCUS-shaped table: each file is read, counted and checked, then all are mapped."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import duckdb

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.view import BILL
from finops_tui.sources import formats, late, scale
from finops_tui.sources.intake import Intake, Taken
from finops_tui.sources.model import Progress, Refused, SourceError, Staged, StagedFile, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Kind

_TEXT_MAP: Final = "MAP(VARCHAR, VARCHAR)"

_TAG_TEXTS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE tag_text AS
SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL"""

_BAD_TAGS_SQL: Final = """
SELECT file, problem, count(*) FROM ({texts})
JOIN (SELECT text, problem FROM tags WHERE problem IS NOT NULL) USING (text)
GROUP BY file, problem ORDER BY file, problem"""

_NO_TAGS_SQL: Final = "SELECT NULL::VARCHAR AS text, NULL::INTEGER AS file WHERE false"

_ENDLESS_SQL: Final = (
    "SELECT file, place, sum(records) FROM endless GROUP BY file, place ORDER BY file, place"
)


@dataclass(slots=True)
class _Run:
    """A load as it goes on."""

    progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None
    total: int
    done: int = 0
    records: int = 0
    path: Path = field(default_factory=Path)

    def watch(self, file: BinaryIO) -> None:
        """Tell how far the load is; stop it when it is cancelled."""
        self.stop_if_cancelled()
        if self.progress is not None:
            done = min(self.done + file.tell(), self.total)
            self.progress(Progress(shown(self.path.name), done, self.total, self.records))

    def stop_if_cancelled(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise duckdb.InterruptException("the load was cancelled")


def stage(
    connection: DuckDBPyConnection,
    files: Sequence[Path],
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    kinds: Sequence[Kind] = formats.KINDS,
) -> Staged:
    """Stage bills: afterwards the connection holds `staged`, `quarantined` and `dropped`.

    `staged` has the columns of `finops_tui.queries.columns` (attributes as text, times as UTC
    TIMESTAMP, maps, quantities as DOUBLE, money as DECIMAL(38, scale), never a missing currency,
    account or billing period), and `file` and `record`: the place in `Staged.files` and the number of
    the record in it, from 1; `dataset` says whether a line is of the bill or allocates money of it. `quarantined (file, record, reason, raw)` has the records set aside, and
    `dropped (file, record, account, period)` those that became no line, as other lines carry their money.

    A file is taken whole or refused: its records, counted by its bytes alone, are all in one of the
    three tables. A file without records is valid. The same content again counts once.

    Args:
        connection: A writable DuckDB with room for the load; its macros and tables are made here.
        files: As `discover` gives them.
        progress: Told how far the load is, from this thread.
        cancelled: Asked between chunks and steps.
        kinds: The kinds of export that are read.

    Raises:
        duckdb.InterruptException: `cancelled` said so, or the connection was interrupted.
        duckdb.Error: the scratch database itself failed.
    """
    run = _Run(progress, cancelled, sum(_size(path) for path in files))
    taken: list[tuple[Path, Taken]] = []
    refused: list[Refused] = []
    notes: list[str] = []
    seen: dict[str, Path] = {}
    _prepare(connection, kinds)
    with tempfile.TemporaryDirectory(prefix="finops-tui-", dir=_scratch(connection)) as folder:
        intake = Intake(connection, Path(folder), seen, run.watch, kinds)
        for path in files:
            run.path = path
            run.stop_if_cancelled()
            digests = dict(seen)
            try:
                one = intake.take(path, len(taken))
            except SourceError as error:
                _forget(connection, len(taken), kinds)
                seen.clear()
                seen.update(digests)
                refused.append(Refused(error.file, error.reason))
            else:
                notes += _copies(path, one, digests)
                if one.copies < len(one.digests):
                    taken.append((path, one))
                    run.records += one.records - one.quarantined
            run.done += _size(path)
    run.stop_if_cancelled()
    used = _used(kinds, taken)
    refused += late.judge(connection, taken, used, (*_tables(kinds), "quarantined", "endless"))
    used = _used(kinds, taken)
    _deliveries(connection, [path for path, _ in taken])
    digits, rounded = _map(connection, run, used)
    notes += _notes(connection, [path for path, _ in taken], used)
    notes += _rounded(taken, rounded, digits)
    for table in _tables(kinds):
        connection.execute(f"DROP TABLE {table}")
    staged = [_staged(path, one, rounded.get(number, 0)) for number, (path, one) in enumerate(taken)]
    return Staged(tuple(staged), tuple(refused), tuple(notes), digits)


def _used(kinds: Sequence[Kind], taken: list[tuple[Path, Taken]]) -> list[Kind]:
    present = {one.found.source for _, one in taken if one.found is not None}
    return [kind for kind in kinds if kind.source in present]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _scratch(connection: DuckDBPyConnection) -> str | None:
    """The folder where DuckDB spills, if there is one and its name is no pattern to DuckDB."""
    row = connection.execute("SELECT current_setting('temp_directory')").fetchone()
    folder = str(row[0]) if row else ""
    return folder if folder and not set(folder) & set("*?[") and Path(folder).is_dir() else None


def _tables(kinds: Sequence[Kind]) -> dict[str, Kind]:
    """The raw tables, each once: kinds may share one."""
    return {kind.raw: kind for kind in reversed(kinds)}


def _prepare(connection: DuckDBPyConnection, kinds: Sequence[Kind]) -> None:
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    # A checkpoint after each file would write the last rows of the raw tables again and again.
    connection.execute("SET wal_autocheckpoint = '4GB'")
    connection.execute(_sql("macros.sql"))
    for table, kind in _tables(kinds).items():
        texts = ", ".join(f'"{name}" VARCHAR' for name in kind.columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE {table} ({texts}, Extra {_TEXT_MAP}, file INTEGER, record BIGINT)"
        )
    connection.execute(
        "CREATE OR REPLACE TABLE quarantined (file INTEGER, record BIGINT, reason VARCHAR, raw VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE dropped (file INTEGER, record BIGINT, account VARCHAR, period VARCHAR)"
    )
    connection.execute("CREATE OR REPLACE TABLE endless (file INTEGER, place VARCHAR, records BIGINT)")


def _forget(connection: DuckDBPyConnection, number: int, kinds: Sequence[Kind]) -> None:
    for table in (*_tables(kinds), "quarantined", "endless"):
        connection.execute(f"DELETE FROM {table} WHERE file = $1", [number])  # noqa: S608  (fixed names)


def _deliveries(connection: DuckDBPyConnection, paths: Sequence[Path]) -> None:
    """The table `deliveries`: where the records of each file came from."""
    connection.execute("CREATE OR REPLACE TEMP TABLE deliveries (file INTEGER, path VARCHAR)")
    values: list[object] = [list(range(len(paths))), [str(path.absolute()) for path in paths]]
    connection.execute("INSERT INTO deliveries SELECT unnest($1), unnest($2)", values)


def _copies(path: Path, one: Taken, seen: dict[str, Path]) -> Iterator[str]:
    if not one.copies:
        return
    first = (
        next(seen[digest] for digest in one.digests if digest in seen)
        if set(one.digests) & set(seen)
        else path
    )
    part = "" if one.copies == len(one.digests) else "part of "
    yield f"{part}{shown(str(path), 200)} is a copy of {shown(str(first), 200)}; it counts once"


def _tag_texts(kinds: Sequence[Kind]) -> str:
    """A query of the texts of tags, one row per record that has one, with its file."""
    texts = {
        f"SELECT {text} AS text, file FROM {table}"  # noqa: S608  (fixed names)
        for table, kind in _tables(kinds).items()
        for text in kind.tags
    }
    return " UNION ALL ".join(sorted(texts)) or _NO_TAGS_SQL


def _map(connection: DuckDBPyConnection, run: _Run, kinds: Sequence[Kind]) -> tuple[int, dict[int, int]]:
    """Fill `staged` from the raw tables: choose the scale, read the tags, run the mappings."""
    for kind in kinds:
        if kind.prepare is not None:
            kind.prepare(connection)
    run.stop_if_cancelled()
    tables = _tables(kinds)
    digits, rounded = scale.settle(connection, {table: kind.money for table, kind in tables.items()})
    connection.execute(_TAG_TEXTS_SQL.format(texts=_tag_texts(kinds)))
    connection.execute(_sql("tags.sql"))
    run.stop_if_cancelled()
    _create_staged(connection, digits)
    for mapping in dict.fromkeys(mapping for kind in tables.values() for mapping in kind.mapping):
        run.stop_if_cancelled()
        connection.execute(_sql(mapping))
    return digits, rounded


def _create_staged(connection: DuckDBPyConnection, digits: int) -> None:
    columns = [
        *(f'"{name}" VARCHAR' for name in ATTRIBUTES),
        *(f'"{name}" TIMESTAMP' for name in (*PERIODS, "ChargePeriodStart", "ChargePeriodEnd")),
        *(f'"{name}" {_TEXT_MAP}' for name in MAPS),
        *(f'"{name}" DOUBLE' for name in QUANTITIES),
        *(f'"{name}" DECIMAL(38, {digits})' for name in MONEY),
        "file INTEGER",
        "record BIGINT",
        f"dataset VARCHAR DEFAULT '{BILL}'",
    ]
    connection.execute(f"CREATE OR REPLACE TABLE staged ({', '.join(columns)})")


def _sql(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _counted(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


def _notes(connection: DuckDBPyConnection, paths: list[Path], kinds: Sequence[Kind]) -> Iterator[str]:
    def named(number: int) -> str:
        return shown(paths[number].name)

    for file, problem, count in connection.execute(_BAD_TAGS_SQL.format(texts=_tag_texts(kinds))).fetchall():
        yield f"{named(file)}: {_counted(count)} with tags that are {problem}, taken without tags"
    for file, place, count in connection.execute(_ENDLESS_SQL).fetchall():
        yield f"{named(file)}: {_counted(count)} whose {place} is not a date, taken without it"
    for statement in dict.fromkeys(kind.notes for kind in kinds if kind.notes is not None):
        for file, count, words in sorted(connection.execute(statement).fetchall()):
            yield f"{named(file)}: {_counted(count)} {words}"


def _rounded(taken: list[tuple[Path, Taken]], rounded: dict[int, int], digits: int) -> Iterator[str]:
    for file, count in sorted(rounded.items()):
        name = shown(taken[file][0].name)
        yield f"{name}: {_counted(count)} with more than {digits} decimals, rounded half to even"


def _staged(path: Path, one: Taken, rounded: int) -> StagedFile:
    found = one.found
    assert found is not None  # noqa: S101  (a file taken has a format)
    return StagedFile(
        path,
        found.name,
        found.source,
        _size(path),
        one.sha256,
        one.records,
        one.records - one.quarantined,
        one.quarantined,
        rounded,
    )
