"""The SQL that gives a figure, with its values written out: over a table `focus`, or over the export files.

Over a table `focus` it uses FOCUS columns only, so that it can be said in the dialect of any engine. Over
files it is DuckDB's, and makes that table first: texts trimmed, times in UTC, money as DECIMAL.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from finops_tui.queries import dimensions
from finops_tui.queries.binder import Binder
from finops_tui.queries.columns import ATTRIBUTES, PERIODS
from finops_tui.queries.converting import product, values
from finops_tui.queries.exchange import DECIMALS
from finops_tui.queries.scope_fields import Fields, Terms
from finops_tui.queries.view import BASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finops_tui.queries.exchange import Span
    from finops_tui.queries.scope_fields import Form, Test
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import Condition, Period, View

TABLE: Final = "focus"

COUNTED: Final = ("x_UsageType",)
"""Vendor columns that the question `given` counts values of."""

_WHERE: Final = "\n    WHERE "
_BY_CURRENCY: Final = ',\n           "BillingCurrency" AS currency'
_GROUPED: Final = "\nGROUP BY currency"
_COALESCE: Final = re.compile(r"coalesce\(([^()]*)\)")
_NOTHING: Final = "CAST(NULL AS VARCHAR)"
_QUOTED: Final = re.compile(r'"(\w+)"')


def literal(value: object) -> str:
    """A value as SQL; characters that are not printable are written by their number.

    Raises:
        TypeError: no literal is known for its type.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return _text(value)
    raise TypeError(f"no SQL literal for {type(value).__name__}")


def _text(value: str) -> str:
    if value.isprintable():
        return _quoted(value)
    pieces = []
    for printable, letters in groupby(value, str.isprintable):
        run = "".join(letters)
        pieces += [_quoted(run)] if printable else [f"chr({ord(letter)})" for letter in run]
    return f"({' || '.join(pieces)})"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A column name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


class Literals(Binder):
    """Writes values out instead of binding them."""

    def __call__(self, value: object) -> str:
        """The value as SQL."""
        return literal(value)


class Focus(Terms):
    """Renders the conditions of a view over a table of FOCUS columns.

    Args:
        view: What is looked at.
        teams: Rules of the dimension `team`.
        keys: Keys as delivered of each tag key that is used: `team` may be `user:team` in the export.
        given: Columns that have a value anywhere; where several stand in for each other, others are left out.
        spans: Rates of exchange that a converted view is reckoned by.
    """

    def __init__(
        self,
        view: View,
        teams: Teams | None = None,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        given: frozenset[str] | None = None,
        *,
        spans: Sequence[Span] = (),
    ) -> None:
        super().__init__(view, Fields(teams, None), Literals())
        self._teams = teams
        self._keys = keys or {}
        self._given = given
        self._spans = spans

    def text(self, dimension: str, form: Form) -> str:
        """The SQL of a dimension."""
        return self.expression(dimension) if form == "grouped" else self.raw(dimension)

    def expression(self, dimension: str) -> str:
        """The SQL of a dimension as grouped by."""
        name = dimensions.canonical(dimension)
        if not dimensions.is_tag(name):
            return self.raw(name)
        missing = (
            f"CASE WHEN {dimensions.UNTAGGABLE} THEN '{dimensions.UNTAGGABLE_VALUE}'"
            f" ELSE '{dimensions.UNTAGGED_VALUE}' END"
        )
        return f"coalesce({self.raw(name)}, {missing})"

    def raw(self, dimension: str) -> str:
        """The SQL of a dimension as filtered by."""
        name = dimensions.canonical(dimension)
        if name == "team":
            return self._team()
        if dimensions.is_tag(name):
            return self._tag(name[4:])
        if name.lower().startswith("x_"):
            return identifier(name)
        return self._columns(dimensions.raw(name, self.bind))

    def _columns(self, sql: str) -> str:
        """The SQL of a dimension with vendor columns under their own names, and only columns that are given."""
        sql = re.sub(r"\"Extra\"\['(\w+)'\]", r'"\1"', sql)
        if self._given is None:
            return sql
        found = _COALESCE.fullmatch(sql)
        if found is None:
            return sql if all(map(self._is_given, _QUOTED.findall(sql))) else _NOTHING
        there = [name for name in found[1].split(", ") if self._is_given(name.strip('"'))]
        if len(there) < 2:
            return there[0] if there else _NOTHING
        return f"coalesce({', '.join(there)})"

    def _is_given(self, name: str) -> bool:
        """Whether a column has values; of vendor columns only the one that stands in for others is asked."""
        vendor = name.startswith("x_") and name not in COUNTED
        return self._given is None or name in self._given or name == "Tags" or vendor

    def _tag(self, key: str) -> str:
        delivered = self._keys.get(key) or (key,)
        found = [f"nullif(trim(\"Tags\"[{literal(name)}]), '')" for name in delivered]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def _team(self) -> str:
        if self._teams is None:
            return literal(dimensions.UNALLOCATED)
        return self._teams.sql(self.bind, self.raw)

    def condition(self, condition: Condition, test: Test) -> str:
        """The SQL of one value that is kept or left out, as every engine understands it."""

        def is_kept(column: str) -> str:
            if condition.value is None:
                return f"{column} IS {'NOT ' if condition.excluded else ''}NULL"
            value = literal(condition.value)
            return (
                f"({column} <> {value} OR {column} IS NULL)" if condition.excluded else f"{column} = {value}"
            )

        return test(condition.dimension, "grouped", is_kept)

    def select(self, money: str) -> str:
        """The statement over the table `focus`.

        Args:
            money: The SQL of one line's cost.

        Returns:
            One SELECT: `cost` and `lines` of the period, with a comparison `now` and `before` as well; one row,
            or one per currency where the view has none.
        """
        compared = self.view.compared
        period = _within(self.view.period)
        by = self.view.currency is None
        if compared is None:
            columns, days = ["coalesce(sum(amount), 0) AS cost", "count(*) AS lines"], period
        else:
            now, before = _within(compared.now), _within(compared.before)
            columns = [
                f"coalesce(sum(CASE WHEN {period} THEN amount END), 0) AS cost",
                f"count(CASE WHEN {period} THEN 1 END) AS lines",
                f"coalesce(sum(CASE WHEN {now} THEN amount END), 0) AS now",
                f"coalesce(sum(CASE WHEN {before} THEN amount END), 0) AS before",
            ]
            days = f"({period})\n   OR ({before})"
        listed = ",\n       ".join([*(["currency"] if by else []), *columns])
        conditions = "\n      AND ".join(self.plain(currency=not self._spans))
        if self._spans:
            return f"SELECT {listed}\nFROM (\n{self._converted(money, conditions)}\n) AS charges\nWHERE {days}{_GROUPED if by else ''}"
        return (
            f"SELECT {listed}\nFROM (\n"
            f'    SELECT CAST("ChargePeriodStart" AS DATE) AS charge_day,\n           {money} AS amount'
            f"{_BY_CURRENCY if by else ''}\n    FROM {TABLE}{f'{_WHERE}{conditions}' if conditions else ''}\n"
            f") AS charges\nWHERE {days}{_GROUPED if by else ''}"
        )

    def _converted(self, money: str, conditions: str) -> str:
        """The lines with their day, and their amount by the rate of that day where there is one."""
        view, wide = self.view, f"DECIMAL(38, {DECIMALS})"
        code = f"CASE WHEN rate IS NULL THEN billed_in ELSE {literal(view.converted)} END"
        only = "" if view.currency is None else f"\n    WHERE {code} = {literal(view.currency)}"
        return (
            f"    SELECT charge_day,\n           CASE WHEN rate IS NULL THEN billed ELSE {product('billed', 'rate')} END"
            f" AS amount{f',{chr(10)}           {code} AS currency' if view.currency is None else ''}\n    FROM (\n"
            f'        SELECT CAST("ChargePeriodStart" AS DATE) AS charge_day, CAST({money} AS {wide}) AS billed,\n'
            f'               "BillingCurrency" AS billed_in\n'
            f"        FROM {TABLE}{f'{_WHERE}{conditions}' if conditions else ''}\n"
            f"    ) AS lines\n    LEFT JOIN (\n    {values(self._spans, literal)}\n"
            f"    ) AS exchange(code, first_day, end_day, rate)\n"
            f"      ON code = billed_in AND charge_day >= first_day AND charge_day < end_day{only}"
        )


def _within(period: Period) -> str:
    return f"charge_day >= {literal(period.since)} AND charge_day < {literal(period.until)}"


def over_table(focus: Focus, scale: int) -> str:
    """The statement over a table `focus` that somebody has loaded the export into.

    Args:
        focus: The view, rendered.
        scale: Decimals of the money.
    """
    column = identifier(BASES[focus.view.basis])
    return focus.select(f"CAST({column} AS DECIMAL(38, {scale}))")


def columns_used(sql: str) -> tuple[str, ...]:
    """The columns that a statement reads, in order of appearance; more than these are harmless."""
    known = {*ATTRIBUTES, *PERIODS, "ChargePeriodStart", "Tags", *BASES.values()}
    names = dict.fromkeys(_QUOTED.findall(sql))
    return tuple(name for name in names if name in known or name.lower().startswith("x_"))
