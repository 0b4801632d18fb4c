r"""The filter people type, on the command line and on the screen alike.

```
expr  := and (("OR" | "|") and)*       and := term (["AND"] term)*
term  := "(" expr ")" | ["-" | "NOT"] term | field op value ("," value)* | word | "quoted phrase"
op    := ":" contains, or the whole value against a pattern with *   "=" exact   "!=" not exact
         "~" regular expression   > >= < <= numbers   ":" a..b range, both ends included
field := account service region usage resource category commitment provider team …
         tag.KEY, tag."KEY with spaces", a FOCUS column, an x_ column, cost, delta
```

* `:` and bare words do not mind the case, `=` does; so does `~` (write `(?i)` where it should not).
* Several values mean any of them. A field with no value (`tag.owner:`) means that it is missing.
* The groups that a tag's table shows without a value can be named: `tag.team="(untagged)"`, `"(untaggable)"`.
* Leaving out keeps what has no value: `-region:us` keeps charges without a region.
* A field that holds identifiers (account, resource, region …) is also found by its name.
* `cost` and `delta` are of the groups on the screen, everything else is of the charges; `cost>20%` is
  a share of the total, `delta>20%` one of what was before. The two kinds cannot be mixed in one OR.
* Inside quotes `\" \\ \n \r \t \uXXXX` are escapes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finops_tui.queries.filter_ast import (
    And,
    Compare,
    Expr,
    FilterError,
    Match,
    Not,
    Or,
    Word,
    conjoin,
    field_named,
    kind,
)
from finops_tui.queries.filter_eval import evaluate
from finops_tui.queries.filter_lexer import BARE_KEY, KEYWORDS, VALUE, WORD
from finops_tui.queries.filter_parser import Parser

if TYPE_CHECKING:
    from finops_tui.queries.view import View

__all__ = [
    "And",
    "Compare",
    "Expr",
    "FilterError",
    "Match",
    "Not",
    "Or",
    "Word",
    "conjoin",
    "evaluate",
    "field_named",
    "of_view",
    "parse",
    "quote",
    "split",
    "term",
    "unparse",
    "written",
]

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_RANGE: Final = re.compile(r"\S*\.\.\S*")
_BARE_REGEX: Final = re.compile(r'[^\s()"]+')
_BARE_NAME: Final = re.compile(BARE_KEY)
_OPERATOR: Final = re.compile(r"[:=!~<>]")


def parse(text: str) -> Expr | None:
    """The expression that a text means, or None when it is blank.

    Raises:
        FilterError: it means nothing; with a position to point at and, where there is one, a suggestion.
    """
    return Parser(text).parse()


def split(expr: Expr) -> tuple[Expr | None, Expr | None]:
    """The part of an expression that concerns charges (WHERE) and the part about groups (HAVING).

    Raises:
        FilterError: the two are mixed in one OR, or in one negation; `parse` never returns such a one.
    """
    found = kind(expr)
    if found == "both":
        if not isinstance(expr, And):
            raise FilterError("cost and delta cannot be mixed with other fields in one OR or negation", 0)
        parts = [split(term) for term in expr.terms]
        return conjoin(*(rows for rows, _ in parts)), conjoin(*(groups for _, groups in parts))
    return (expr, None) if found == "rows" else (None, expr)


def unparse(expr: Expr) -> str:
    """The text of an expression: `parse` gives the same expression back."""
    if isinstance(expr, Or):
        return " OR ".join(_inside(term, Or) for term in expr.terms)
    if isinstance(expr, And):
        return " ".join(_inside(term, And, Or) for term in expr.terms)
    if isinstance(expr, Not):
        return _negated(expr.term)
    if isinstance(expr, Word):
        return _word(expr.text)
    if isinstance(expr, Compare):
        return _comparison(expr, expr.op)
    return _match(expr, expr.op)


def quote(value: str) -> str:
    """A value as it is written after `=`: in quotes only where it needs them."""
    return value if VALUE.fullmatch(value) and value.isprintable() else _quoted(value)


def term(field: str, value: str | None, *, excluded: bool = False) -> str:
    """The text that keeps (or leaves out) one value of a field; None is "has no value".

    Raises:
        FilterError: no such field.
    """
    name = field_named(field)
    expr: Expr = Match(name, "=", (value,)) if value else Match(name, ":", ("",))
    return unparse(Not(expr) if excluded else expr)


def of_view(view: View) -> str:
    """The text that finds a view's charges: its own filter, and the groups that were entered.

    A value of a field with names (an account, a resource) also finds what is called so.
    """
    terms = [term(entered.dimension, entered.value, excluded=entered.excluded) for entered in view.path]
    if view.filter is not None:
        own = unparse(view.filter)
        terms.insert(0, f"({own})" if isinstance(view.filter, Or) and terms else own)
    return " ".join(terms)


def written(field: str) -> str:
    """A field as it is written in a filter: the key of a tag or vendor column in quotes where it needs them."""
    for prefix in ("tag.", "x_"):
        key = field[len(prefix) :]
        if field[: len(prefix)].lower() == prefix and not (_BARE_NAME.fullmatch(key) and key.isprintable()):
            return f"{field[: len(prefix)]}{_quoted(key)}"
    return field


def _inside(expr: Expr, *bracketed: type[And | Or]) -> str:
    return f"({unparse(expr)})" if isinstance(expr, bracketed) else unparse(expr)


def _negated(expr: Expr) -> str:
    if isinstance(expr, Match) and expr.op == "=":
        return _match(expr, "!=")
    if isinstance(expr, Compare) and expr.op == "=":
        return _comparison(expr, "!=")
    return f"-({unparse(expr)})" if isinstance(expr, And | Or | Not) else f"-{unparse(expr)}"


def _word(text: str) -> str:
    bare = WORD.fullmatch(text) and text.isprintable() and not _OPERATOR.search(text)
    return text if bare and text[0] != "-" and text not in KEYWORDS else _quoted(text)


def _comparison(expr: Compare, op: str) -> str:
    return f"{written(expr.field)}{op}{expr.number:f}{'%' if expr.percent else ''}"


def _match(expr: Match, op: str) -> str:
    if expr.op == "~":
        values = [
            v if _BARE_REGEX.fullmatch(v) and v.isprintable() and v[-1] != "\\" else _quoted(v)
            for v in expr.values
        ]
    elif expr.values == ("",):
        values = [""]
    else:
        values = [_quoted(v) if expr.op == ":" and _RANGE.fullmatch(v) else quote(v) for v in expr.values]
    return f"{written(expr.field)}{op}{','.join(values)}"


def _quoted(text: str) -> str:
    """In quotes, with everything that does not print as an escape."""
    return '"' + "".join(_ESCAPES.get(c) or _shown(c) for c in text) + '"'


def _shown(c: str) -> str:
    if c.isprintable():
        return c
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
