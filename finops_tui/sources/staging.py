"""Bills into one FOCUS-shaped table: each file is read, counted and checked, then all are mapped."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import duckdb

from finops_tui.sources import formats, late, mapping, splitting
from finops_tui.sources.headers import NoBillError
from finops_tui.sources.intake import Intake, Taken
from finops_tui.sources.mapping import Mapped, Mapper, tables
from finops_tui.sources.model import Progress, Refused, SourceError, Staged, StagedFile, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Kind

_TEXT_MAP: Final = "MAP(VARCHAR, VARCHAR)"

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

    def stop_if_cancelled(self, _: int | None = None) -> None:
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

    What vendors deliver beside bills (commitments, states of invoices) is left out with a note, unless
    there is nothing else.

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
    out: dict[Path, Refused] = {}
    as_text: set[Path] = set()
    while True:
        left = [path for path in files if path not in out]
        run = _Run(progress, cancelled, sum(_size(path) for path in left))
        try:
            staged = _stage(connection, left, run, kinds, frozenset(as_text))
        except mapping.UnreadableError as error:
            # Rare: what the numbers of a file promised, the rest of it did not keep.
            if error.reason is None:
                as_text.add(error.path)
            else:
                out[error.path] = Refused(shown(str(error.path), 400), error.reason)
        else:
            return replace(staged, refused=(*out.values(), *staged.refused))


def _stage(
    connection: DuckDBPyConnection,
    files: Sequence[Path],
    run: _Run,
    kinds: Sequence[Kind],
    as_text: frozenset[Path],
) -> Staged:
    taken: list[tuple[Path, Taken]] = []
    refused: list[Refused] = []
    beside: list[Refused] = []
    notes: list[str] = []
    seen: dict[str, Path] = {}
    _prepare(connection, kinds)
    with tempfile.TemporaryDirectory(prefix="finops-tui-", dir=_scratch(connection)) as folder:
        intake = Intake(connection, Path(folder), seen, run.watch, kinds, as_text=as_text)
        for path in files:
            run.path = path
            run.stop_if_cancelled()
            before = dict(seen)
            one = _take(intake, path, len(taken))
            if isinstance(one, SourceError):
                _forget(connection, len(taken), kinds)
                seen.clear()
                seen.update(before)
                out = beside if isinstance(one.__cause__, NoBillError) else refused
                out.append(Refused(one.file, one.reason))
            else:
                notes += _copies(path, one, before)
                if one.copies < len(one.digests):
                    taken.append((path, one))
                    run.records += one.records - one.quarantined
            run.done += _size(path)
        run.stop_if_cancelled()
        if taken:
            notes += [f"{one.file}: left out, {one.reason}" for one in beside]
        else:
            refused += beside
        refused += late.judge(
            connection, taken, _used(kinds, taken), (*tables(kinds), "quarantined", "endless")
        )
        mapped = _mapped(connection, taken, kinds, run)
    notes += _notes(connection, [path for path, _ in taken], mapped)
    for table in tables(kinds):
        connection.execute(f"DROP TABLE {table}")
    staged = [_staged(path, one, mapped.rounded.get(number, 0)) for number, (path, one) in enumerate(taken)]
    return Staged(tuple(staged), tuple(refused), tuple(notes), mapped.digits)


def _take(intake: Intake, path: Path, number: int) -> Taken | SourceError:
    """A file into its raw table, or why it cannot be; rows of it may be there all the same."""
    try:
        return intake.take(path, number)
    except SourceError as error:
        return error


def _mapped(
    connection: DuckDBPyConnection, taken: list[tuple[Path, Taken]], kinds: Sequence[Kind], run: _Run
) -> Mapped:
    paths = [path for path, _ in taken]
    _deliveries(connection, paths)
    surveys = {number: one.survey for number, (_, one) in enumerate(taken) if one.survey is not None}
    return Mapper(connection, paths, surveys, _used(kinds, taken), run.stop_if_cancelled).run()


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


def _prepare(connection: DuckDBPyConnection, kinds: Sequence[Kind]) -> None:
    splitting.forget(connection)
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    # A checkpoint after each file would write the last rows of the raw tables again and again.
    connection.execute("SET wal_autocheckpoint = '4GB'")
    connection.execute(mapping.sql("macros.sql"))
    for table, kind in tables(kinds).items():
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
    for table in (*tables(kinds), "quarantined", "endless"):
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


def _counted(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


def _notes(connection: DuckDBPyConnection, paths: Sequence[Path], mapped: Mapped) -> Iterator[str]:
    def named(number: int) -> str:
        return shown(paths[number].name)

    for file, problem, count in sorted(mapped.tags):
        yield f"{named(file)}: {_counted(count)} with tags that are {problem}, taken without tags"
    for file, place, count in connection.execute(_ENDLESS_SQL).fetchall():
        yield f"{named(file)}: {_counted(count)} whose {place} is not a date, taken without it"
    for told in mapped.words.values():
        for file, count, words in sorted(told):
            yield f"{named(file)}: {_counted(count)} {words}"
    for file, count in sorted(mapped.rounded.items()):
        digits = mapped.digits
        yield f"{named(file)}: {_counted(count)} with more than {digits} decimals, rounded half to even"


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
        found.growth,
    )
