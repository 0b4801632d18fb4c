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
    from collections.abc import Callable, Iterable

    Bind = Callable[[object], str]
    Expression = Callable[[str], str]

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
    if isinstance(expr, And | Or):
        joint = " AND " if isinstance(expr, And) else " OR "
        return "(" + joint.join(where(term, bind, expression) for term in expr.terms) + ")"
    if isinstance(expr, Not):
        return f"(NOT coalesce({where(expr.term, bind, expression)}, false))"
    if isinstance(expr, Compare):
        return _compare(expr, bind, expression)
    if isinstance(expr, Match):
        return _match(expr, bind, expression)
    columns = [expression(column) for column in word_columns()]
    return _any(_contains(column, expr.text, bind) for column in columns)


def _compare(expr: Compare, bind: Bind, expression: Expression) -> str:
    field = f"TRY_CAST({expression(expr.field)} AS {AMOUNT})"
    if not expr.percent:
        return f"({field} {expr.op} CAST({bind(expr.number)} AS {AMOUNT}))"
    base = f"TRY_CAST({expression(expr.field + '%')} AS {AMOUNT})"
    percent = f"CAST({bind(expr.number)} AS DECIMAL(22, 4))"
    return f"({base} <> 0 AND {field} * 100 {expr.op} {percent} * abs({base}))"


def _match(expr: Match, bind: Bind, expression: Expression) -> str:
    columns = [expression(column) for column in columns_of(expr.field)]
    given = [value for value in expr.values if value]
    terms = [] if len(given) == len(expr.values) else [f"(coalesce({columns[0]}, '') = '')"]
    if expr.op == "=" and dimensions.is_tag(expr.field):
        shown = [value for value in given if value in dimensions.MISSING_TAGS]
        terms += [f"({dimensions.expression(expr.field, bind)} = {bind(value)})" for value in shown]
    for column in columns:
        if expr.op == "=" and given:
            terms.append(f"({column} IN ({', '.join(map(bind, given))}))")
        elif expr.op == "~":
            terms += [f"regexp_matches({column}, {bind(value)})" for value in given]
        else:
            terms += [_contains(column, value, bind) for value in given]
    return _any(terms)


def _contains(column: str, value: str, bind: Bind) -> str:
    if "*" in value:
        return f"(lower({column}) LIKE lower({bind(like_pattern(value))}) ESCAPE '\\')"
    return f"contains(lower({column}), lower({bind(value)}))"


def _any(terms: Iterable[str]) -> str:
    return "(" + " OR ".join(terms) + ")"
