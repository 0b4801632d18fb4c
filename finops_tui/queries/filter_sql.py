"""From a filter's expression to the text of a SQL condition; every value is bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries import dimensions
from finops_tui.queries.filter_ast import (
    And,
    Compare,
    Expr,
    Match,
    Not,
    Or,
    columns_of,
    like_pattern,
    word_columns,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from finops_tui.queries.scope_fields import Form

    Bind = Callable[[object], str]
    Expression = Callable[[str], str]
    Test = Callable[[str, Form, Callable[[str], str]], str]

AMOUNT: Final = "DECIMAL(38, 12)"
"""What numbers are compared as: more digits than any threshold has."""


def where(expr: Expr, bind: Bind, expression: Expression) -> str:
    """The condition of an expression, as true, false or NULL (which is false).

    Args:
        expr: About charges or about groups, as `filters.split` gives them.
        bind: Registers a value and returns its placeholder.
        expression: The SQL of a field, NULL where there is no value. Asked for `cost%` and `delta%`, it
            gives the amount that a percentage of `cost` or `delta` is of.
    """
    if isinstance(expr, Compare) and expr.percent:
        return _percentage(expr, bind, expression)

    def test(name: str, form: Form, make: Callable[[str], str]) -> str:
        return make(dimensions.expression(name, bind) if form == "grouped" else expression(name))

    return _each(expr, bind, test, lambda term: where(term, bind, expression))


def where_each(expr: Expr, bind: Bind, test: Test) -> str:
    """The same for an expression about charges, one field at a time.

    Args:
        expr: About charges.
        bind: Registers a value and returns its placeholder.
        test: Given a field, its form and the condition on its SQL, the SQL of that condition.
    """
    return _each(expr, bind, test, lambda term: where_each(term, bind, test))


def _each(expr: Expr, bind: Bind, test: Test, inner: Callable[[Expr], str]) -> str:
    if isinstance(expr, And | Or):
        joint = " AND " if isinstance(expr, And) else " OR "
        return "(" + joint.join(map(inner, expr.terms)) + ")"
    if isinstance(expr, Not):
        return f"(NOT coalesce({inner(expr.term)}, false))"
    if isinstance(expr, Compare):
        number = f"CAST({bind(expr.number)} AS {AMOUNT})"
        return test(expr.field, "raw", lambda value: f"(TRY_CAST({value} AS {AMOUNT}) {expr.op} {number})")
    if isinstance(expr, Match):
        return _match(expr, bind, test)
    return _any(
        test(column, "raw", lambda value: _contains(value, expr.text, bind)) for column in word_columns()
    )


def _percentage(expr: Compare, bind: Bind, expression: Expression) -> str:
    field = f"TRY_CAST({expression(expr.field)} AS {AMOUNT})"
    base = f"TRY_CAST({expression(expr.field + '%')} AS {AMOUNT})"
    percent = f"CAST({bind(expr.number)} AS DECIMAL(22, 4))"
    return f"({base} <> 0 AND {field} * 100 {expr.op} {percent} * abs({base}))"


def _match(expr: Match, bind: Bind, test: Test) -> str:
    given = [value for value in expr.values if value]
    columns = columns_of(expr.field)
    terms = []
    if len(given) < len(expr.values):
        terms.append(test(columns[0], "raw", lambda value: f"(coalesce({value}, '') = '')"))
    if expr.op == "=" and dimensions.is_tag(expr.field):
        shown = [value for value in given if value in dimensions.MISSING_TAGS]
        if shown:
            terms.append(test(expr.field, "grouped", lambda value: _same(value, shown, bind)))
    if given:
        terms += [
            test(column, "raw", lambda value: _found(value, expr.op, given, bind)) for column in columns
        ]
    return _any(terms)


def _found(column: str, op: str, values: Sequence[str], bind: Bind) -> str:
    if op == "=":
        return _same(column, values, bind)
    if op == "~":
        return _any(f"regexp_matches({column}, {bind(value)})" for value in values)
    return _any(_contains(column, value, bind) for value in values)


def _same(column: str, values: Iterable[str], bind: Bind) -> str:
    return f"({column} IN ({', '.join(map(bind, values))}))"


def _contains(column: str, value: str, bind: Bind) -> str:
    if "*" in value:
        return f"(lower({column}) LIKE lower({bind(like_pattern(value))}) ESCAPE '\\')"
    return f"contains(lower({column}), lower({bind(value)}))"


def _any(terms: Iterable[str]) -> str:
    return "(" + " OR ".join(terms) + ")"
