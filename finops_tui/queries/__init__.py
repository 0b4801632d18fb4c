"""What can be asked of a bill: a frozen `View`, and one constant `.sql` file per question.

A question reads one of seven relations that `scope.py` renders from the view: `scope`, `groups`, `kinds`,
`charges`, `costs`, `records` or `changes`. Values are bound, identifiers come from fixed lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from finops_tui.queries import filters
from finops_tui.queries.converting import RELATION
from finops_tui.queries.scope import Scope
from finops_tui.queries.scope_rows import needs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from finops_tui.queries.catalog import Catalog, Segment
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.resident import Field
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import View


class Ask(Protocol):
    """The one function a screen is handed."""

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer a question about a view.

        Args:
            question: Name of a `.sql` file of this package.
            view: What is looked at.
            parameters: Values of the question's own `$names`.

        Returns:
            A frame with the question's columns; money is Decimal.
        """
        ...


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and the values bound in it, by name."""

    sql: str
    values: dict[str, object]
    needed: frozenset[Field] = frozenset()
    """What is to be held in memory for this to be quicker, where it can be."""
    unheld: tuple[Segment, ...] = ()
    """Of which segments it is not."""
    by_day: tuple[Segment, ...] = ()
    """Of which segments the days are read line by line, for want of sums over lines that say the same."""


_RELATION = re.compile(r"\bFROM (scope|groups|kinds|charges|costs|records|changes)\b")
_COSTS = ("scope", "groups", "kinds")
_PARAMETER = re.compile(r"\$([a-z_]+)\b")
_PLACEHOLDER = re.compile(r"\$(\w+)")


@cache
def text(question: str) -> str:
    """The SQL file of a question.

    Raises:
        KeyError: there is no such question.
    """
    path = files(__name__) / f"{question}.sql"
    if not question.isidentifier() or not path.is_file():
        raise KeyError(question)
    return path.read_text(encoding="utf-8")


def questions() -> dict[str, str]:
    """Every question by name, with the words on its first line."""
    names = sorted(p.name.removesuffix(".sql") for p in files(__name__).iterdir() if p.name.endswith(".sql"))
    return {name: text(name).splitlines()[0].removeprefix("-- ") for name in names}


def render(
    question: str,
    view: View,
    catalog: Catalog,
    teams: Teams | None = None,
    parameters: Mapping[str, object] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    rates: Rates | None = None,
) -> Statement:
    """The statement that answers a question about a view.

    Args:
        question: Name of a `.sql` file of this package.
        view: What is looked at.
        catalog: What the store holds.
        teams: Rules of the dimension `team`.
        parameters: Values of the question's own `$names`.
        names: Names of accounts by id, which come before those of the bill.
        rates: Rates of exchange, for a view that is converted.

    Raises:
        KeyError: no such question, or a parameter of it is missing.
        UnknownDimensionError: the view names a dimension that does not exist.
    """
    asked = text(question)
    scope = Scope(view, catalog, teams, names, rates)
    found = [
        f"{name} AS (\n{getattr(scope, name)(*([needs(asked)] if name in _COSTS else ()))}\n)"
        for name in dict.fromkeys(_RELATION.findall(asked))
    ]
    if scope.conversion is not None:
        found.insert(0, f"{RELATION} AS MATERIALIZED (\n{scope.conversion.relation()}\n)")
    with_ = ",\n".join(found)
    given = {name: (parameters or {})[name] for name in dict.fromkeys(_PARAMETER.findall(asked))}
    having = _having(view, scope) if question == "by_key" else ""
    words, _, body = asked.partition("\n")
    # A question may name steps of its own; they follow the relation they read.
    sql = f"{words}\nWITH {with_}" + (f",\n{body[5:]}" if body.startswith("WITH ") else f"\n{body}")
    if having:
        sql = (
            f"SELECT * EXCLUDE (total) FROM (\n"
            f"SELECT *, sum(cost) OVER (PARTITION BY currency) AS total FROM (\n{sql}\n)) WHERE {having}\n"
            f"ORDER BY cost DESC, currency, COLUMNS('^k\\d+$')"
        )
    # A relation over no segment binds nothing, and DuckDB refuses values that no placeholder takes.
    named = set(_PLACEHOLDER.findall(sql))
    values = {name: v for name, v in {**scope.bind.values, **given}.items() if name in named}
    unheld = (
        tuple(s for s in scope.segments if not (scope.is_held(s) or scope.converts(s)))
        if scope.needed
        else ()
    )
    return Statement(sql, values, scope.needed, unheld, scope.by_day)


def _having(view: View, scope: Scope) -> str:
    if view.filter is None:
        return ""
    from finops_tui.queries import filter_sql

    _, groups = filters.split(view.filter)
    columns = {"cost": "cost", "cost%": "total", "delta": "(now - before)", "delta%": "before"}
    return filter_sql.where(groups, scope.bind, columns.__getitem__) if groups is not None else ""
