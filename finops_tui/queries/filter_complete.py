"""What can be typed next in a filter: where the cursor is, and how a choice is put there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from finops_tui.queries.filter_ast import AGGREGATES, PLAIN, FilterError, field_named
from finops_tui.queries.filter_lexer import FIELD, OPERATOR, QUOTED_TEXT, unescape
from finops_tui.queries.filters import quote, written

FIELDS: Final[tuple[str, ...]] = (*PLAIN, "tag.", *AGGREGATES)
"""Field names to offer; FOCUS and x_ columns work too."""

OPERATORS: Final[tuple[str, ...]] = (":", "=", "!=", "~")
NUMBER_OPERATORS: Final[tuple[str, ...]] = (">", ">=", "<", "<=", "=", "!=")

Kind = Literal["field", "tag key", "value", "operator"]
_TOKEN: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s()|"])*', re.DOTALL)
_BREAK: Final = re.compile(r"[\s()|]")
_QUOTED_KEY: Final = re.compile(r'(?i:tag\.|x_)"')


@dataclass(frozen=True, slots=True)
class Completion:
    """What is being typed at the cursor.

    Attributes:
        kind: What to offer.
        field: The field in front, for operators and values; empty otherwise.
        prefix: What of the name or value stands before the cursor, without quotes.
        start: Where in the text the choice goes, quotes included.
        end: Where what it replaces ends.
    """

    kind: Kind
    field: str
    prefix: str
    start: int
    end: int


def complete(text: str, cursor: int) -> Completion:
    """What is being typed at a position of a filter, complete or not."""
    start, end = _token(text, cursor)
    while start < cursor and text[start] == "-":
        start += 1
    before = text[start:cursor]
    name = FIELD.match(before)
    operator = OPERATOR.match(before, name.end()) if name else None
    if name is not None and operator is not None:
        field = _field(name[0])
        if field:
            return _value(text, field, start + operator.end(), cursor, end)
    if before[:4].lower() == "tag.":
        if name is not None and name.end() == len(before) and before.endswith('"') and len(before) > 5:
            return Completion("operator", _field(before), "", cursor, max(cursor, end))
        key = before[4:]
        return Completion(
            "tag key",
            "",
            unescape(f'{key}"') if key[:1] == '"' else key,
            start + 4,
            _name_end(text, cursor, end),
        )
    field = _field(before) if before.lower() in {*PLAIN, *AGGREGATES} else ""
    if field:
        return Completion("operator", field, "", cursor, cursor)
    return Completion("field", "", before, start, _name_end(text, cursor, end))


def accept(text: str, completion: Completion, choice: str) -> tuple[str, int]:
    """Put a choice where it belongs.

    Args:
        text: The filter.
        completion: Where the cursor is, as `complete` says.
        choice: A field, tag key, operator or value as it is, without quotes.

    Returns:
        The new text, and where the cursor goes.
    """
    new = choice
    if completion.kind == "tag key":
        new = written(f"tag.{choice}")[4:]
    elif completion.kind == "value":
        new = quote(choice)
    head = text[: completion.start] + new
    return head + text[completion.end :], len(head)


def _token(text: str, cursor: int) -> tuple[int, int]:
    """Where the word at the cursor begins and ends; blanks inside quotes do not end it."""
    at = 0
    while at <= cursor:
        found = _TOKEN.match(text, at)
        end = found.end() if found else at
        if cursor <= end:
            return at, end
        at = end + 1
    return cursor, cursor


def _field(name: str) -> str:
    """The field of a name as typed, or '' when there is none."""
    if _QUOTED_KEY.match(name):
        prefix, _, key = name.partition('"')
        name = prefix + unescape('"' + key)
    try:
        return field_named(name)
    except FilterError:
        return ""


def _name_end(text: str, cursor: int, end: int) -> int:
    """Where a name ends that the cursor is in: before the operator, if there is one."""
    if text[cursor - 1 : cursor] != '"' and (found := OPERATOR.search(text, cursor, end)):
        return found.start()
    return end


def _value(text: str, field: str, at: int, cursor: int, end: int) -> Completion:
    """The value of a list that the cursor is in."""
    while True:
        quoted = QUOTED_TEXT.match(text, at)
        stop = quoted.end() if quoted else at
        while stop < end and text[stop] != "," and text[at : at + 1] != '"':
            stop += 1
        if text[at : at + 1] == '"' and not quoted:
            stop = end
        if cursor <= stop or text[stop : stop + 1] != ",":
            break
        at = stop + 1
    typed = text[at:cursor]
    prefix = unescape(f'{typed.rstrip(chr(34)) if len(typed) > 1 else typed}"') if typed[:1] == '"' else typed
    return Completion("value", field, prefix, at, stop)
