"""From what was read to `staged`: the scale of money, the tags, the mappings; period by period where it can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.view import BILL
from finops_tui.sources import batches, dividing, reading, scale, splitting
from finops_tui.sources.model import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Kind
    from finops_tui.sources.surveying import Survey

_TEXT_MAP: Final = "MAP(VARCHAR, VARCHAR)"

_TAG_TEXTS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE tag_text AS
SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL"""

_BAD_TAGS_SQL: Final = """
SELECT file, problem, count(*) FROM ({texts})
JOIN (SELECT text, problem FROM tags WHERE problem IS NOT NULL) USING (text) GROUP BY file, problem"""

_NO_TAGS_SQL: Final = "SELECT NULL::VARCHAR AS text, NULL::INTEGER AS file WHERE false"


class UnreadableError(Exception):
    """A file that was taken turned out to be unreadable, or to need another look: stage again.

    Attributes:
        path: The file.
        reason: Why it is refused; none if it is to be read as text.
    """

    def __init__(self, path: Path, reason: str | None) -> None:
        self.path = path
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True)
class Mapped:
    """What the mappings told.

    Attributes:
        digits: Decimals of the money of `staged`.
        rounded: File to how many of its records were rounded.
        tags: (file, problem, records).
        words: For each statement of `Kind.notes`, (file, records, words).
    """

    digits: int = 0
    rounded: dict[int, int] = field(default_factory=dict)
    tags: list[tuple[int, str, int]] = field(default_factory=list)
    words: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)


def tables(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """The raw tables, each once: kinds may share one."""
    return {kind.raw: kind for kind in reversed(tuple(kinds))}


class Mapper:
    """Fills `staged` from the raw tables and from the files that were surveyed only.

    Args:
        connection: With the raw tables and the macros.
        paths: The files, by number.
        surveys: Number of a file to what was seen of it, where it was not read as text.
        kinds: The kinds there are files of.
        step: Called between steps with the number of a file or nothing; may raise to stop.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        paths: Sequence[Path],
        surveys: Mapping[int, Survey],
        kinds: Sequence[Kind],
        step: Callable[[int | None], None],
    ) -> None:
        self._connection = connection
        self._paths = paths
        self._surveys = surveys
        self._kinds = kinds
        self._step = step
        self._last = 0
        self._told = Mapped()

    def run(self) -> Mapped:
        """Choose the scale, read the tags, run the mappings.

        Raises:
            UnreadableError: a file that was surveyed must be left out, or read as text.
        """
        whole = [kind for kind in self._kinds if not self._table(kind).divided]
        for kind in whole:
            if kind.prepare is not None:
                kind.prepare(self._connection)
        self._step(None)
        self._settle()
        splitting.create(self._connection, self._told.digits)
        for kind in tables(self._kinds).values():
            if kind.divided:
                for numbers in batches.of(self._connection, kind, self._surveys):
                    self._divided(kind, numbers)
        if whole:
            self._whole(whole)
        splitting.finish(self._connection)
        return self._told

    def _table(self, kind: Kind) -> Kind:
        return tables(self._kinds)[kind.raw]

    def _settle(self) -> None:
        money = {table: kind.money for table, kind in tables(self._kinds).items()}
        needs = [(survey.need, survey.large) for survey in self._surveys.values()]
        self._told.digits, self._told.rounded = scale.settle(self._connection, money, needs)
        for number, survey in self._surveys.items():
            if survey.need > self._told.digits:
                raise UnreadableError(self._paths[number], None)

    def _divided(self, kind: Kind, numbers: Sequence[int]) -> None:
        """Map the files of a batch: what lines say once per line, money per record."""
        dividing.create(self._connection, kind, self._told.digits)
        texts = [number for number in numbers if number not in self._surveys]
        if texts:
            source = dividing.of_table(kind, texts, self._told.digits)
            _, self._last = dividing.divide(self._connection, source, dividing.target(kind), self._last)
        for number in numbers:
            self._step(number)
            if number in self._surveys:
                self._surveyed(kind, number)
        if kind.prepare is not None:
            kind.prepare(self._connection)
        into = dividing.target(kind)
        tags = " UNION ALL ".join(f"SELECT {text} AS text, line FROM {into.lines}" for text in kind.tags)  # noqa: S608
        self._sql("tags.sql", f"SELECT text FROM ({tags or _NO_TAGS_SQL})")  # noqa: S608  (fixed names)
        for mapping in kind.mapping:
            self._step(None)
            self._connection.execute(sql(mapping))
        self._tell([kind], f"SELECT text, file FROM ({tags}) JOIN {into.items} USING (line)" if tags else "")  # noqa: S608
        dividing.drop(self._connection, kind)

    def _surveyed(self, kind: Kind, number: int) -> None:
        path, survey = self._paths[number], self._surveys[number]
        source = dividing.of_survey(kind, survey, number, self._told.digits)
        work = lambda: dividing.divide(self._connection, source, dividing.target(kind), self._last)  # noqa: E731
        try:
            rows, self._last = reading.reading(path, work)
        except SourceError as error:
            raise UnreadableError(path, reading.DAMAGED_PARQUET) from error
        if rows != survey.rows or survey.changed(path):
            raise UnreadableError(path, "changed while it was read")

    def _whole(self, kinds: Sequence[Kind]) -> None:
        """Map raw tables as they are."""
        used = tables(kinds)
        texts = " UNION ALL ".join(
            sorted(
                {
                    f"SELECT {text} AS text, file FROM {table}"  # noqa: S608  (fixed names)
                    for table, kind in used.items()
                    for text in kind.tags
                }
            )
        )
        self._sql("tags.sql", texts or _NO_TAGS_SQL)
        create_staged(self._connection, self._told.digits)
        for mapping in dict.fromkeys(mapping for kind in used.values() for mapping in kind.mapping):
            self._step(None)
            self._connection.execute(sql(mapping))
        self._tell(kinds, texts)
        self._last = splitting.split(self._connection, self._last)

    def _sql(self, name: str, texts: str) -> None:
        self._step(None)
        self._connection.execute(_TAG_TEXTS_SQL.format(texts=texts))
        self._connection.execute(sql(name))

    def _tell(self, kinds: Sequence[Kind], texts: str) -> None:
        if texts:
            found: list[Any] = self._connection.execute(_BAD_TAGS_SQL.format(texts=texts)).fetchall()
            self._told.tags += found
        for statement in dict.fromkeys(kind.notes for kind in kinds if kind.notes is not None):
            self._told.words.setdefault(statement, []).extend(self._connection.execute(statement).fetchall())


def create_staged(connection: DuckDBPyConnection, digits: int) -> None:
    """The table `staged` for mappings of whole raw tables, empty."""
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


def sql(name: str) -> str:
    """A statement of this package."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
