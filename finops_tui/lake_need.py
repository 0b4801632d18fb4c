"""Which questions about a lake its months cannot answer: those about columns that they are not rolled up by."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finops_tui.engines import schema
from finops_tui.lake_file import LINES, RESOURCES
from finops_tui.queries import dimensions, filters
from finops_tui.queries.filter_ast import AGGREGATES, And, Compare, Match, Not, Or, columns_of, conjoin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from finops_tui.engines.base import Table
    from finops_tui.queries.filter_ast import Expr
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import View

BY_LINE: Final = frozenset(("line_items", "quality_rows"))
"""Questions about line items."""

_COLUMN: Final = re.compile(r"\"(\w+)\"(?!\[)|\['(x_\w+)'\]")
_FALLBACK: Final = frozenset(("ChargeDescription",))
"""A column that dimensions fall back on when others say nothing; not worth a question by itself."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a question needs that months do not have.

    Attributes:
        columns: Columns, as the table spells them, the one that others belong to first.
        lines: Whether it needs line items.
    """

    columns: tuple[str, ...]
    lines: bool = False


def need(
    question: str, view: View, table: Table, held: AbstractSet[str], teams: Teams | None = None
) -> Need | None:
    """What must be asked of the engine before a question can be answered; None where nothing must.

    Args:
        question: Its name.
        view: What is looked at.
        table: The table.
        held: Columns that months are rolled up by, folded.
        teams: Rules of the dimension `team`.
    """
    names = {*_of_grouping(view, teams), *_of_path(view, teams)}
    rows, _ = filters.split(view.filter) if view.filter is not None else (None, None)
    names |= set(_of_filter(rows, teams))
    found = _lacking(names, table, held)
    if question in BY_LINE:
        return Need(_lacking({*LINES, *found}, table, held), lines=True)
    if not found:
        return None
    if set(RESOURCES) & set(found):
        found = (*_lacking(RESOURCES, table, held), *(name for name in found if name not in RESOURCES))
    return Need(tuple(dict.fromkeys(found)))


def near(view: View, table: Table, held: AbstractSet[str], teams: Teams | None = None) -> tuple[View, bool]:
    """A view that months can answer and that has all charges of another; and whether it leaves conditions out."""
    path = tuple(c for c in view.path if not _lacking(_of_dimension(c.dimension, teams), table, held))
    rows, _ = filters.split(view.filter) if view.filter is not None else (None, None)
    terms = rows.terms if isinstance(rows, And) else () if rows is None else (rows,)
    kept = [term for term in terms if not _beyond(term, table, held, teams)]
    return replace(view, path=path, filter=conjoin(*kept)), len(kept) < len(terms)


def _beyond(term: Expr, table: Table, held: AbstractSet[str], teams: Teams | None) -> bool:
    """Whether what a term looks at is not in months; a bare word also looks at resources."""
    if isinstance(term, And | Or):
        return any(_beyond(one, table, held, teams) for one in term.terms)
    if isinstance(term, Not):
        return _beyond(term.term, table, held, teams)
    if isinstance(term, Match | Compare):
        return bool(_lacking(_of_filter(term, teams), table, held))
    return bool(_lacking(RESOURCES, table, held))


def _of_grouping(view: View, teams: Teams | None) -> Iterator[str]:
    for name in view.group_by:
        yield from _of_dimension(name, teams)
        yield from _columns(dimensions.label(name))


def _of_path(view: View, teams: Teams | None) -> Iterator[str]:
    for condition in view.path:
        yield from _of_dimension(condition.dimension, teams)


def _of_filter(expr: Expr | None, teams: Teams | None) -> Iterator[str]:
    """Columns that a filter names; a bare word names none."""
    if isinstance(expr, And | Or):
        for term in expr.terms:
            yield from _of_filter(term, teams)
    elif isinstance(expr, Not):
        yield from _of_filter(expr.term, teams)
    elif isinstance(expr, Match | Compare) and expr.field not in AGGREGATES:
        for name in columns_of(expr.field):
            yield from _of_dimension(name, teams)


def _of_dimension(name: str, teams: Teams | None) -> Iterator[str]:
    """Columns that a dimension is made of."""
    own = dimensions.canonical(name)
    if own == "team":
        for rule in teams.rules if teams is not None else ():
            for test in rule.tests:
                yield from _of_dimension(test.field, None)
    elif own in dimensions.DIMENSIONS:
        yield from (column for column in _columns(dimensions.DIMENSIONS[own]) if column not in _FALLBACK)
    elif not dimensions.is_tag(own):
        yield own


def _columns(sql: str) -> Iterator[str]:
    for plain, vendor in _COLUMN.findall(sql):
        yield plain or vendor


def _lacking(
    names: Iterator[str] | AbstractSet[str] | tuple[str, ...], table: Table, held: AbstractSet[str]
) -> tuple[str, ...]:
    """Those that the table has as text and months do not, in an order of their own."""
    order = {name: place for place, name in enumerate(LINES)}
    own = {
        name: found
        for name in names
        if name.lower() not in held
        and (found := table.column(name)) is not None
        and schema.is_text(table.columns[found])
    }
    return tuple(own[name] for name in sorted(own, key=lambda name: (order.get(name, len(order)), name)))
