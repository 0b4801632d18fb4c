"""Which team pays for a charge: ordered rules, applied when asked, so that editing them re-allocates history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from finops_tui.queries.dimensions import UNALLOCATED
from finops_tui.queries.filter_ast import AGGREGATES, FilterError, columns_of, field_named, like_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Bind = Callable[[object], str]
    Expression = Callable[[str], str]

MISSING: Final = ""
"""A value that means "has none"."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition of a rule: the field has any of the values, whatever the case.

    A value with `*` is a pattern for the whole text, an empty one matches where the field has none. Fields
    that hold identifiers are also found by their name.
    """

    __test__ = False

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Charges that fulfil every test belong to the team."""

    team: str
    tests: tuple[Test, ...]

    @classmethod
    def of(cls, team: str, conditions: Mapping[str, Iterable[str]]) -> Self:
        """A rule from field names and values.

        Args:
            team: Its name, as shown.
            conditions: Field (a short name, `tag.KEY`, a FOCUS or x_ column) to its values.

        Raises:
            ValueError: no name, no condition, a condition without values, an unknown or unfit field.
        """
        if not team.strip():
            raise ValueError("a team needs a name")
        if not conditions:
            raise ValueError(
                f"team {team!r} has no condition; say what it owns, as account, service or tag.KEY"
            )
        tests = []
        for name, given in conditions.items():
            values = tuple(given)
            if not values:
                raise ValueError(f"team {team!r}: {name} has no value")
            tests.append(Test(_row_field(name), values))
        return cls(team, tuple(tests))


@dataclass(frozen=True, slots=True)
class Teams:
    """Rules in order: the first that matches a charge decides, so each charge counts once."""

    rules: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """Every team once, in the order of the rules."""
        return tuple(dict.fromkeys(rule.team for rule in self.rules))

    def sql(self, bind: Bind, expression: Expression) -> str:
        """The SQL of a charge's team; `(unallocated)` where no rule matches.

        Args:
            bind: Registers a value and returns its placeholder.
            expression: The SQL of a field, NULL where there is no value.
        """
        if not self.rules:
            return f"'{UNALLOCATED}'"
        whens = (
            f"WHEN {' AND '.join(_sql(test, bind, expression) for test in rule.tests)} THEN {bind(rule.team)}"
            for rule in self.rules
        )
        return f"CASE {' '.join(whens)} ELSE '{UNALLOCATED}' END"

    def allocate(self, row: Mapping[str, str | None]) -> str:
        """The team of one charge, in plain Python: what the SQL is checked against.

        Args:
            row: Field to value; a missing field has no value.
        """
        for rule in self.rules:
            if all(_holds(test, row) for test in rule.tests):
                return rule.team
        return UNALLOCATED


def _row_field(name: str) -> str:
    field = field_named(name)
    if field in AGGREGATES or field == "team":
        raise FilterError(f"{field} cannot decide which team a charge belongs to", 0)
    return field


def _sql(test: Test, bind: Bind, expression: Expression) -> str:
    columns = [expression(column) for column in columns_of(test.field)]
    terms = [f"coalesce({columns[0]}, '') = ''"] if MISSING in test.values else []
    exact = [value for value in test.values if value and "*" not in value]
    for column in columns:
        if exact:
            terms.append(f"lower({column}) IN ({', '.join(f'lower({bind(v)})' for v in exact)})")
        terms += [
            f"lower({column}) LIKE lower({bind(like_pattern(value))}) ESCAPE '\\'"
            for value in test.values
            if "*" in value
        ]
    return f"({' OR '.join(terms)})"


def _holds(test: Test, row: Mapping[str, str | None]) -> bool:
    found = [row.get(column) for column in columns_of(test.field)]
    if MISSING in test.values and not found[0]:
        return True
    return any(
        value is not None and _pattern(wanted).fullmatch(value)
        for value in found
        for wanted in test.values
        if wanted
    )


@lru_cache(maxsize=1024)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, wanted.split("*"))), re.IGNORECASE | re.DOTALL)
