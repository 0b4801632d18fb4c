"""A filter against one row in plain Python: what the SQL is checked against, and nothing else."""

from __future__ import annotations

import operator
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from finops_tui.queries.filter_ast import And, Compare, Expr, Match, Not, Or, columns_of, word_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = Mapping[str, str | Decimal | None]

_ORDERS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}


def evaluate(expr: Expr, row: Row) -> bool:
    """Whether a row fulfils an expression.

    Args:
        expr: About charges, groups or both.
        row: Field to value, None or absent where there is none. `cost` and `delta` are Decimal; `cost%`
            and `delta%` the amounts that percentages of them are of.
    """
    if isinstance(expr, And):
        return all(evaluate(term, row) for term in expr.terms)
    if isinstance(expr, Or):
        return any(evaluate(term, row) for term in expr.terms)
    if isinstance(expr, Not):
        return not evaluate(expr.term, row)
    if isinstance(expr, Compare):
        return _compare(expr, row)
    if isinstance(expr, Match):
        return any(_matches(expr, value, row) for value in expr.values)
    return any(_contains(row.get(column), expr.text) for column in word_columns())


def _compare(expr: Compare, row: Row) -> bool:
    value, number = _number(row.get(expr.field)), expr.number
    if value is None:
        return False
    if expr.percent:
        base = _number(row.get(expr.field + "%"))
        if not base:
            return False
        value, number = value * 100, number * abs(base)
    return _ORDERS[expr.op](value, number)


def _number(value: str | Decimal | None) -> Decimal | None:
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        return None


def _matches(expr: Match, value: str, row: Row) -> bool:
    found = [row.get(column) for column in columns_of(expr.field)]
    if not value:
        return not found[0]
    if expr.op == "=":
        return value in found
    if expr.op == "~":
        # RE2's classes are ASCII, its folding of case is not.
        flags = re.NOFLAG if value.startswith("(?i)") else re.ASCII
        return any(f is not None and re.search(value, str(f), flags) for f in found)
    return any(_contains(f, value) for f in found)


def _contains(found: str | Decimal | None, value: str) -> bool:
    if found is None:
        return False
    text, wanted = _lower(str(found)), _lower(value)
    if "*" not in wanted:
        return wanted in text
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), text, re.DOTALL) is not None


def _lower(text: str) -> str:
    """Letter by letter, as databases do: no letter becomes two, none depends on its neighbours."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
