"""Lines held in memory: what they cost over their whole segment, and what they say, as numbers.

A segment's texts are read once; afterwards a question groups and joins by numbers, over all segments in one
table, and looks up only the texts that it answers with. Questions are answered from the segments themselves
wherever something is not held, to the same digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from finops_tui.queries.catalog import Segment

    Find = Callable[
        [Sequence[tuple[str, str, str]], Mapping[str, object]], Sequence[Sequence[tuple[int, ...]] | None]
    ]


@dataclass(frozen=True, slots=True)
class Field:
    """A text that every line has, or has not.

    Attributes:
        sql: Of the text, over the columns of `lines`.
        values: What its placeholders `$p0`, `$p1` and so on stand for.
    """

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Resident:
    """What is held, as far as a question needs to know it.

    Attributes:
        schema: Where the tables are.
        tables: Of each segment, by its alias, the table that its lines are in: `seg INTEGER, sid INTEGER, n BIGINT,
            first_day DATE, last_day DATE`, the money of the whole segment, and a number per field, as `c0`, `c1` and
            so on.
        columns: The number of each field. Its texts are in the dictionary `d0`, `d1` and so on: `code INTEGER,
            v VARCHAR`, with a row for NULL where a line has none.
        cubes: Of segments, by their alias, and numbers of fields, in order, the table of what all lines that say the
            same there cost each day: `seg`, `"ChargeDay" DATE`, `n`, the money, and the fields' columns.
        blank: The numbers of fields that no line that is held has a text of.
        epoch: Counts what was ever held: tables of an earlier one may be gone once nobody uses it.
        version: Counts changes.
        find: Given tables, columns of numbers and conditions, and the values that are bound in these, the rows
            for which each holds, or None where there are too many to name.
    """

    schema: str = "resident.main"
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[Field, int] = field(default_factory=dict)
    cubes: Mapping[tuple[str, tuple[int, ...]], str] = field(default_factory=dict)
    blank: frozenset[int] = frozenset()
    epoch: int = 0
    version: int = 0
    find: Find | None = None

    def table(self, segment: Segment) -> str:
        """The table with a segment's lines, which must be held."""
        return f"{self.schema}.{self.tables[segment.alias]}"

    def dictionary(self, wanted: Field) -> str:
        """The table with a field's texts, which must be held."""
        return f"{self.schema}.d{self.columns[wanted]}"

    def column(self, wanted: Field) -> str:
        """The column with a field's numbers, which must be held."""
        return f"c{self.columns[wanted]}"

    def cube(self, segment: Segment, fields: Iterable[Field]) -> str | None:
        """The table with a segment's days by some fields, where it is held."""
        found = self.cubes.get((segment.alias, self.numbers(fields)))
        return None if found is None else f"{self.schema}.{found}"

    def numbers(self, fields: Iterable[Field]) -> tuple[int, ...]:
        """The numbers of fields, which must be held, in order."""
        return tuple(sorted({self.columns[one] for one in fields}))

    def holds(self, wanted: Field, condition: str, values: Mapping[str, object]) -> str:
        """The SQL that a line's text of a field fulfils a condition.

        Args:
            wanted: The field, which must be held.
            condition: On its text `v`; NULL is false.
            values: What its placeholders stand for, among others.
        """
        (codes,) = self.found([(self.dictionary(wanted), "code", condition)], values)
        if codes is None:
            return f"{self.column(wanted)} IN (SELECT code FROM {self.dictionary(wanted)} WHERE {condition})"
        return f"{self.column(wanted)} IN ({', '.join(str(code) for (code,) in codes)})" if codes else "false"

    def found(
        self, asked: Sequence[tuple[str, str, str]], values: Mapping[str, object]
    ) -> Sequence[Sequence[tuple[int, ...]] | None]:
        """The rows of tables for which conditions hold; None where they are not to be named.

        Args:
            asked: Table, columns of numbers, condition.
            values: What placeholders stand for, among others.
        """
        return [None] * len(asked) if self.find is None else self.find(asked, values)


NOTHING = Resident()
"""Nothing is held."""


def number(segment: Segment) -> int:
    """What a segment is called in the column `seg`."""
    return int(segment.alias.lstrip("s"))
