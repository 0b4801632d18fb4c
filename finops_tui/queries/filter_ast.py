"""What a filter says, as frozen values, and the names it may use."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from finops_tui.queries import dimensions
from finops_tui.queries.columns import ATTRIBUTES

if TYPE_CHECKING:
    from decimal import Decimal

AGGREGATES: Final[tuple[str, ...]] = ("cost", "delta")
"""Fields of a group rather than of a charge: they become HAVING. `delta` is the change."""

ALIASES: Final[dict[str, str]] = {
    "charge": "category",
    "charge-category": "category",
    "charge_category": "category",
    "change": "delta",
    "subaccount": "account",
    "usage-type": "usage",
    "usage_type": "usage",
}
"""Other words for a field."""

NAMED_BY: Final[dict[str, str]] = {
    "account": "SubAccountName",
    "payer": "BillingAccountName",
    "region": "RegionName",
    "resource": "ResourceName",
    "commitment": "CommitmentDiscountName",
}
"""Fields that hold identifiers: a term also looks at the column with the name."""

WORD_FIELDS: Final[tuple[str, ...]] = ("service", "usage", "resource", "account", "region")
"""Where a bare word is looked for, names included."""

PLAIN: Final[tuple[str, ...]] = (*dimensions.DIMENSIONS, "team", "tagged")
"""Fields with a short name, in the order they are offered."""

_KNOWN: Final[tuple[str, ...]] = (*PLAIN, *AGGREGATES, *ALIASES, *ATTRIBUTES)


class FilterError(ValueError):
    """A filter that cannot be understood.

    Attributes:
        message: What is wrong, in words.
        position: Index in the text of the character to point at.
        suggestion: What was probably meant, or None.
    """

    def __init__(self, message: str, position: int, suggestion: str | None = None) -> None:
        super().__init__(message, position, suggestion)
        self.message = message
        self.position = position
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"{self.message}; did you mean {self.suggestion}?" if self.suggestion else self.message

    def pointed(self, text: str) -> str:
        """The text with a caret below the position, and the message: three lines."""
        shown = "".join(c if c.isprintable() else " " for c in text)
        return f"{shown}\n{' ' * self.position}^\n{self}"


Op = Literal[":", "=", "~"]
Order = Literal[">", ">=", "<", "<=", "="]


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more terms."""

    terms: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _two_or_more(self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more terms."""

    terms: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _two_or_more(self.terms)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that a term does not match, what has no value included."""

    term: Expr


@dataclass(frozen=True, slots=True)
class Match:
    """A text field against any of one or more values.

    `:` is "contains" (or the whole value against a pattern with `*`) in any case, `=` is exact, `~` is a
    regular expression in RE2's syntax. An empty value means that the field has none.
    """

    field: str
    op: Op
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.values or (self.op == "~" and "" in self.values):
            raise ValueError("a match needs a value")


@dataclass(frozen=True, slots=True)
class Compare:
    """A number against another; with `percent`, cost as a share of the total, delta of what was before.

    `=` and `percent` are for aggregates: what `=` compares elsewhere is text.
    """

    field: str
    op: Order
    number: Decimal
    percent: bool = False

    def __post_init__(self) -> None:
        if self.field not in AGGREGATES and (self.op == "=" or self.percent):
            raise ValueError("only an aggregate is equal to a number, or a share")


@dataclass(frozen=True, slots=True)
class Word:
    """A text looked for in services, usage types, resources, accounts and regions, in any case."""

    text: str

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("a word needs a letter")


Expr: TypeAlias = And | Or | Not | Match | Compare | Word


def _two_or_more(terms: tuple[Expr, ...]) -> None:
    if len(terms) < 2:
        raise ValueError("needs two terms or more")


def conjoin(*terms: Expr | None) -> Expr | None:
    """All of the terms that are not None: None, the only one, or an `And`."""
    given = tuple(term for term in terms if term is not None)
    return And(given) if len(given) > 1 else given[0] if given else None


def kind(expr: Expr) -> Literal["rows", "groups", "both"]:
    """Whether an expression is about charges, about groups of them, or mixes the two."""
    if isinstance(expr, And | Or):
        kinds = {kind(term) for term in expr.terms}
        return kinds.pop() if len(kinds) == 1 else "both"
    if isinstance(expr, Not):
        return kind(expr.term)
    return "groups" if isinstance(expr, Compare) and expr.field in AGGREGATES else "rows"


def field_named(name: str, position: int = 0) -> str:
    """The one spelling of a field: a short name, `tag.KEY`, `x_…` or a FOCUS column.

    Args:
        name: As typed, in any case; the key of a tag and of a vendor column keep theirs.
        position: Where it stands in the text, for the error.

    Raises:
        FilterError: no such field.
    """
    lower = name.lower()
    lower = ALIASES.get(lower, lower)
    if lower in AGGREGATES or lower in PLAIN:
        return lower
    try:
        return dimensions.canonical(name)
    except dimensions.UnknownDimensionError:
        close = difflib.get_close_matches(lower, [known.lower() for known in _KNOWN], n=1, cutoff=0.6)
        suggestion = next((known for known in _KNOWN if known.lower() == close[0]), None) if close else None
        hint = "" if suggestion else ' (tags are tag.KEY, text with an operator in it goes in "quotes")'
        raise FilterError(f"unknown field {name}{hint}", position, suggestion) from None


def is_number_field(field: str) -> bool:
    """Whether a field may hold numbers: an aggregate, a tag, a vendor or a FOCUS column."""
    return field not in PLAIN


def columns_of(field: str) -> tuple[str, ...]:
    """The fields that a term on this one looks at: itself, and the one with its name."""
    return (field, NAMED_BY[field]) if field in NAMED_BY else (field,)


def word_columns() -> tuple[str, ...]:
    """The fields that a bare word is looked for in."""
    return tuple(column for field in WORD_FIELDS for column in columns_of(field))


_LIKE_SPECIAL: Final = re.compile(r"[\\%_]")


def like_pattern(value: str) -> str:
    r"""A LIKE pattern (escape `\`) for a value: contains, or the whole against a glob with `*`."""
    escaped = _LIKE_SPECIAL.sub(r"\\\g<0>", value)
    return escaped.replace("*", "%") if "*" in value else f"%{escaped}%"
