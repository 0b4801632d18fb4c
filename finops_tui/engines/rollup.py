"""The one question that is asked of an engine: a roll-up, in words that no engine has of its own.

It is `GROUP BY` some dimensions, `SUM` of measures, `COUNT`, a few conditions, and perhaps only the largest groups.
No SQL is here; `dialects.render` writes it. Columns are named as the table names them, which is as FOCUS does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table, as text when grouped by.

    Attributes:
        name: As the table names it, in its spelling.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """The value of a key in a column of tags; '' and absent are both NULL.

    Attributes:
        column: The column, one of `Table.maps`.
        key: The key: data, in any spelling.
    """

    column: str
    key: str


@dataclass(frozen=True, slots=True)
class Day:
    """The day (UTC) of a column of times.

    Attributes:
        name: As the table names the column.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the table has it, in UTC; grouped by where line items are wanted.

    Attributes:
        name: As the table names the column.
    """

    name: str


Dimension = Column | Tag | Day | Moment


@dataclass(frozen=True, slots=True)
class In:
    """Only rows whose value is one of these, or none of these.

    Attributes:
        dimension: What is looked at: text.
        values: Texts; None stands for NULL.
        negated: Whether it is none of these: NULL passes unless None is among the values.
    """

    dimension: Column | Tag
    values: tuple[str | None, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """Only rows whose value contains a text, whatever the case; NULL contains none.

    Attributes:
        dimension: What is looked at: text.
        text: The text, taken literally.
        negated: Whether it is the others: NULL passes then.
    """

    dimension: Column | Tag
    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Only rows of these days.

    Attributes:
        day: The day of a column of times.
        first: First day.
        end: The day after the last.
    """

    day: Day
    first: date
    end: date


Condition = In | Has | Between


@dataclass(frozen=True, slots=True)
class Rollup:
    """One question. Answers have the columns `d0`, `d1` … (dimensions), `m0`, `m1` … (measures), `n` (rows).

    Attributes:
        period: Billing period as `LakePeriod.id`; '' is all of them.
        dims: What is grouped by, in order; may be none.
        measures: Columns that are added up, each one of `Table.measures`.
        where: Conditions, all of which hold.
        top: Only as many groups, the largest by the first measure first, ties by the dimensions, NULL last.
    """

    period: str
    dims: tuple[Dimension, ...]
    measures: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    top: int | None = None
