"""Lines held in memory: what they cost over their whole segment, and what they say, as numbers.

A segment's texts are read once; afterwards a question groups and joins by numbers, over all segments in one
table, and looks up only the texts that it answers with. Questions are answered from the segments themselves
wherever something is not held, to the same digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finops_tui.queries.catalog import Segment


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
        epoch: Counts what was ever held: tables of an earlier one may be gone once nobody uses it.
    """

    schema: str = "resident.main"
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[Field, int] = field(default_factory=dict)
    epoch: int = 0

    def table(self, segment: Segment) -> str:
        """The table with a segment's lines, which must be held."""
        return f"{self.schema}.{self.tables[segment.alias]}"

    def dictionary(self, wanted: Field) -> str:
        """The table with a field's texts, which must be held."""
        return f"{self.schema}.d{self.columns[wanted]}"

    def column(self, wanted: Field) -> str:
        """The column with a field's numbers, which must be held."""
        return f"c{self.columns[wanted]}"


NOTHING = Resident()
"""Nothing is held."""


def number(segment: Segment) -> int:
    """What a segment is called in the column `seg`."""
    return int(segment.alias.lstrip("s"))
