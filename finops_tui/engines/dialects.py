"""The one question in each engine's SQL.

What differs between engines is a few spellings, all of them here: quotes, a key of a map, a text within a text.
`ORDER BY` says where NULL goes and names columns by number; sums and counts are asked for, nothing is divided; an
amount that is DOUBLE is added up in whole billionths, as sums of DOUBLE differ from engine to engine and from run
to run. Values are literals, quoted as the engine reads them; names come from the described table alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from finops_tui.engines.base import EngineError, Measure
from finops_tui.engines.dialect_words import WORDS
from finops_tui.engines.rollup import Between, Day, Has, In, Tag
from finops_tui.engines.schema import is_text
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.engines.base import Dialect, Table
    from finops_tui.engines.dialect_words import Words
    from finops_tui.engines.rollup import Condition, Dimension, Rollup


MOST_KEYS: Final = 200
"""Keys of tags that are asked for at most."""


def render(dialect: Dialect, table: Table, rollup: Rollup) -> str:
    """The SQL of a roll-up.

    Args:
        dialect: Whose SQL.
        table: The table that is asked.
        rollup: The question.

    Raises:
        EngineError: it names a column that the table does not have.
    """
    sql = _Sql(WORDS[dialect], table)
    count = len(rollup.dims)
    columns = [f"{sql.dimension(dim)} as d{n}" for n, dim in enumerate(rollup.dims)]
    columns += [f"{sql.sum(name)} as m{n}" for n, name in enumerate(rollup.measures)]
    lines = [f"select {', '.join([*columns, 'count(*) as n'])}", f"from {sql.table}{sql.where(rollup)}"]
    if count:
        lines.append(f"group by {', '.join(str(n) for n in range(1, count + 1))}")
    else:
        lines.append("having count(*) > 0")
    if rollup.top is not None:
        order = [f"{count + 1} desc nulls last", *(f"{n} asc nulls last" for n in range(1, count + 1))]
        lines.append(f"order by {', '.join(order)}\nlimit {rollup.top:d}")
    return "\n".join(lines)


def conditions(dialect: Dialect, table: Table, where: Sequence[Condition]) -> str:
    """The SQL of conditions, all of which hold; `true` for none."""
    sql = _Sql(WORDS[dialect], table)
    return " and ".join(sql.condition(one) for one in where) or "true"


def render_periods(dialect: Dialect, table: Table, *, content: bool = True) -> str:
    """The SQL of what billing periods there are: the period, its rows, and numbers that change once a row does.

    Args:
        dialect: Whose SQL.
        table: The table that is asked.
        content: Whether every column that a roll-up may read is looked at, where the engine has a function for it;
            else only the measures are.
    """
    words = WORDS[dialect]
    sql = _Sql(words, table)
    sums = [sql.sum(name) for name in table.measures]
    if content and words.hashed:
        sums.append(f"sum({words.hashed.format(', '.join(sql.texts()))})")
    columns = ", ".join([sql.period(), "count(*)", *sums])
    return f"select {columns}\nfrom {sql.table}\ngroup by 1\norder by 1 desc nulls last"


def render_tag_keys(dialect: Dialect, table: Table, map_: str, period: str) -> str:
    """The SQL of the keys in a column of tags, the most used first, with how many rows have them."""
    words = WORDS[dialect]
    sql = _Sql(words, table)
    where = f" where {sql.in_period(period)}" if period else ""
    rows = f"(select {sql.name(map_)} from {sql.table}{where}) s"
    keys = words.keys.format(rows, f"s.{sql.name(map_)}")
    return f"select k, count(*) from {keys} q\ngroup by 1\norder by 2 desc, 1\nlimit {MOST_KEYS}"


def table_name(dialect: Dialect, name: tuple[str, ...]) -> str:
    """The name of a table, quoted part by part.

    Raises:
        EngineError: a part cannot be quoted.
    """
    return ".".join(_quoted(WORDS[dialect].quote, part) for part in name)


def _quoted(quote: str, name: str) -> str:
    if not name or "\0" in name or (quote == "`" and "\\" in name):
        raise EngineError(f"{clean(name)!r} is no name that can be asked for")
    return quote + name.replace(quote, quote * 2) + quote


class _Sql:
    """The parts of statements about one table."""

    def __init__(self, words: Words, table: Table) -> None:
        self._words = words
        self._table = table
        self.table = ".".join(self._quoted(part) for part in table.name)

    def name(self, column: str) -> str:
        """A column of the table, quoted."""
        own = self._table.column(column)
        if own is None:
            raise EngineError(f"{clean('.'.join(self._table.name))} has no column {clean(column)}")
        return self._quoted(own)

    def _quoted(self, name: str) -> str:
        return _quoted(self._words.quote, name)

    def dimension(self, dim: Dimension) -> str:
        """The value that is grouped by."""
        if isinstance(dim, Tag):
            key = self._words.literal(dim.key)
            return f"nullif({self._words.tag.format(self.name(dim.column), key)}, '')"
        if isinstance(dim, Day):
            return self._day(dim.name)
        return self.name(dim.name)

    def _day(self, column: str) -> str:
        own = self.name(column)
        if self._is_text(column):
            return f"cast(substr({own}, 1, 10) as date)"
        return f"cast({own} as date)"

    def _is_text(self, column: str) -> bool:
        return is_text(self._table.columns[self._table.column(column) or ""])

    def _is_time(self, column: str) -> bool:
        return self._table.column(column) in self._table.times

    def sum(self, name: str) -> str:
        """A measure, added up exactly."""
        measure = self._table.measures.get(name)
        if measure is None:
            raise EngineError(f"{clean('.'.join(self._table.name))} has no numbers in {clean(name)}")
        return f"sum({self._exact(measure)})"

    def _exact(self, measure: Measure) -> str:
        column = self.name(measure.name)
        if measure.scale is not None:
            return column
        return f"cast(floor({column} * 1e9 + 0.5) as {self._words.whole})"

    def where(self, rollup: Rollup) -> str:
        """The conditions, with the word before them; '' for none."""
        terms = [self.in_period(rollup.period)] if rollup.period else []
        terms += [self.condition(one) for one in rollup.where]
        return f"\nwhere {' and '.join(terms)}" if terms else ""

    def period(self) -> str:
        """The month of the billing period, as text `2026-09`."""
        column = self._table.period
        own = self.name(column.name)
        if column.kind == "text":
            return f"substr({own}, 1, 7)"
        return f"substr(cast(cast({own} as date) as {self._words.text}), 1, 7)"

    def in_period(self, period: str) -> str:
        """Whether a row is of a billing period; written so that partitions are left out."""
        first = _month(period)
        column = self._table.period
        own = self.name(column.name)
        if column.kind == "text":
            return f"{own} in ({', '.join(map(self._words.literal, (f'{first:%Y-%m}', f'{first}')))})"
        return self._days(column.name, first, (first + timedelta(days=31)).replace(day=1))

    def condition(self, one: Condition) -> str:
        """One condition."""
        if isinstance(one, Between):
            return self._days(one.day.name, one.first, one.end)
        value = self.dimension(one.dimension)
        if isinstance(one, Has):
            literal = self._words.literal(one.text)
            found = self._words.within.format(f"lower({value})", f"lower({literal})")
            return f"({value} is null or not ({found}))" if one.negated else f"({found})"
        return self._in(one, value)

    def _in(self, one: In, value: str) -> str:
        literals = [self._words.literal(text) for text in one.values if text is not None]
        null = None in one.values
        listed = ", ".join(literals)
        if one.negated:
            terms = [f"{value} not in ({listed})"] if literals else []
            if null:
                return " and ".join([*terms, f"{value} is not null"])
            return f"({' or '.join([*terms, f'{value} is null'])})" if terms else "1 = 1"
        terms = [f"{value} in ({listed})"] if literals else []
        terms += [f"{value} is null"] if null else []
        return f"({' or '.join(terms)})" if terms else "1 = 0"

    def _days(self, column: str, first: date, end: date) -> str:
        own = self.name(column)
        if self._is_time(column):
            times = [f"timestamp '{day} 00:00:00'" for day in (first, end)]
        elif self._is_text(column):
            times = [f"'{day}'" for day in (first, end)]
        else:
            times = [f"date '{day}'" for day in (first, end)]
        return f"({own} >= {times[0]} and {own} < {times[1]})"

    def texts(self) -> list[str]:
        """Every column of text, time and tags: what a fingerprint is made of."""
        own = self._table
        plain = [
            self._quoted(name) for name, kind in own.columns.items() if is_text(kind) or name in own.times
        ]
        return plain + [self._words.hashable.format(self._quoted(name)) for name in own.maps]


def _month(period: str) -> date:
    try:
        return date.fromisoformat(f"{period}-01")
    except ValueError:
        raise EngineError(f"{clean(period)!r} is no billing period such as 2026-09") from None
