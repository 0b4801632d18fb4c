"""From the text of a filter to its expression: a recursive descent that knows where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.filter_ast import (
    AGGREGATES,
    And,
    Compare,
    Expr,
    FilterError,
    Match,
    Not,
    Or,
    Order,
    Word,
    field_named,
    is_number_field,
    kind,
)
from finops_tui.queries.filter_lexer import (
    FIELD,
    NUMBER,
    OPERATOR,
    QUOTED_TEXT,
    SPACE,
    VALUE,
    WORD,
    number,
    unescape,
)
from finops_tui.queries.regex import check_regex

if TYPE_CHECKING:
    from decimal import Decimal

MAX_DEPTH: Final = 50
MAX_LENGTH: Final = 20_000


class Parser:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parse(self) -> Expr | None:
        """The expression of the whole text, or None when it is blank."""
        if len(self.text) > MAX_LENGTH:
            raise FilterError(f"too long: at most {MAX_LENGTH} characters", MAX_LENGTH)
        self._skip()
        if self._end():
            return None
        expr = self._any(0)
        if not self._end():
            raise FilterError('")" without "("', self.at)
        return expr

    def _skip(self) -> None:
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _end(self) -> bool:
        return self.at >= len(self.text)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _keyword(self, word: str) -> bool:
        found = WORD.match(self.text, self.at)
        return found is not None and found[0] == word

    def _any(self, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise FilterError(f"more than {MAX_DEPTH} brackets deep", self.at)
        parts = [self._all(depth)]
        while self._peek() == "|" or self._keyword("OR"):
            start = self.at
            self.at += 1 if self._peek() == "|" else 2
            parts.append(self._all(depth))
            if kind(parts[-1]) != kind(parts[0]) or kind(parts[0]) == "both":
                raise FilterError(
                    "cost and delta are of groups, the rest is of charges: no OR across them", start
                )
        return Or(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self, depth: int) -> Expr:
        self._skip()
        terms: list[Expr] = []
        while not self._end() and self._peek() not in ")|" and not self._keyword("OR"):
            if self._keyword("AND"):
                if not terms:
                    raise FilterError("nothing before AND", self.at)
                self.at += 3
                self._skip()
                if self._end() or self._peek() in ")|" or self._keyword("OR"):
                    raise FilterError("nothing after AND", self.at)
                continue
            terms.append(self._term(depth))
            self._skip()
        if not terms:
            raise FilterError("expected a term, such as service:EC2", self.at)
        return And(tuple(terms)) if len(terms) > 1 else terms[0]

    def _term(self, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise FilterError(f"more than {MAX_DEPTH} negations deep", self.at)
        start = self.at
        if self._keyword("NOT"):
            self.at += 3
            self._skip()
            return Not(self._negated(start, depth))
        first = self._peek()
        if first == "-":
            self.at += 1
            return Not(self._negated(start, depth))
        if first == "(":
            self.at += 1
            expr = self._any(depth + 1)
            if self._peek() != ")":
                raise FilterError('"(" is never closed', start)
            self.at += 1
            return expr
        return self._phrase() if first == '"' else self._named()

    def _negated(self, start: int, depth: int) -> Expr:
        if self._end() or self._peek().isspace() or self._peek() in ")|":
            raise FilterError("nothing to leave out", start)
        expr = self._term(depth + 1)
        if kind(expr) == "both":
            raise FilterError(
                "cost and delta are of groups, the rest is of charges: negate them apart", start
            )
        return expr

    def _phrase(self) -> Expr:
        start = self.at
        text = self._quoted()
        if OPERATOR.match(self.text, self.at):
            raise FilterError("a field is not quoted", start, f'tag."{text}"')
        if not text:
            raise FilterError("nothing between the quotes", start)
        return Word(text)

    def _quoted(self) -> str:
        found = QUOTED_TEXT.match(self.text, self.at)
        if found is None:
            raise FilterError("quotes are never closed", self.at)
        self.at = found.end()
        return unescape(found[0])

    def _named(self) -> Expr:
        start = self.at
        found = FIELD.match(self.text, start)
        operator = OPERATOR.match(self.text, found.end()) if found else None
        if found is None or operator is None or found[0].lower() == "arn":
            if found and found[0].endswith('"'):
                raise FilterError(f"{found[0]} needs an operator and a value", found.end())
            word = WORD.match(self.text, start)
            if word is None:
                raise FilterError(f"unexpected {self._peek()}", start)
            if word[0].lower().startswith("tag.") and OPERATOR.match(word[0], 4):
                raise FilterError("which tag? write tag.KEY:value", start)
            self.at = word.end()
            return Word(word[0])
        name = found[0]
        if name.endswith('"'):
            prefix, _, key = name.partition('"')
            name = prefix + unescape('"' + key)
        field = field_named(name, start)
        self.at = operator.end()
        return self._match(field, operator[0], start)

    def _match(self, field: str, op: str, start: int) -> Expr:
        negated, op = op == "!=", "=" if op == "!=" else op
        expr: Expr
        if op in {">", ">=", "<", "<="} or (op == "=" and field in AGGREGATES):
            expr = self._compare(field, op, start)
        elif op == "~":
            expr = self._regex(field, start)
        elif op == ":" and (between := self._range(field, start)) is not None:
            expr = between
        else:
            expr = Match(field, ":" if op == ":" else "=", self._values())
        self._boundary()
        return Not(expr) if negated else expr

    def _compare(self, field: str, op: str, start: int) -> Expr:
        if not is_number_field(field):
            raise FilterError(f"{field} is text and has no order", start, f"{field}:value")
        order: Order = (
            ">" if op == ">" else ">=" if op == ">=" else "<" if op == "<" else "<=" if op == "<=" else "="
        )
        position = self.at
        found = WORD.match(self.text, self.at)
        self.at = found.end() if found else self.at
        value, percent = number(found[0] if found else "", position)
        return self._checked(field, order, value, percent=percent, position=position)

    @staticmethod
    def _checked(field: str, op: Order, value: Decimal, *, percent: bool, position: int) -> Compare:
        if percent and field not in AGGREGATES:
            raise FilterError(f"{field} is not a share; only cost and delta take %", position)
        return Compare(field, op, value, percent)

    def _range(self, field: str, start: int) -> Expr | None:
        found = WORD.match(self.text, self.at)
        low, dots, high = found[0].partition("..") if found else ("", "", "")
        numbers = [bool(NUMBER.fullmatch(end)) for end in (low, high) if end]
        if field in AGGREGATES:
            if not dots or not numbers:
                raise FilterError(f"{field} is a number: say {field}>100 or a range, {field}:100..500", start)
        elif not (dots and numbers and all(numbers) and is_number_field(field)):
            return None
        position = self.at
        self.at = found.end() if found else self.at
        bounds: list[Expr] = []
        ends: tuple[tuple[Order, str], ...] = ((">=", low), ("<=", high))
        for op, end in ends:
            if end:
                value, percent = number(end, position)
                bounds.append(self._checked(field, op, value, percent=percent, position=position))
        return And(tuple(bounds)) if len(bounds) > 1 else bounds[0]

    def _regex(self, field: str, start: int) -> Expr:
        if field in AGGREGATES:
            raise FilterError(f"{field} is a number: say {field}>100", start)
        position = self.at
        if self._peek() == '"':
            pattern = self._quoted()
            position += 1
        else:
            pattern = self._bare_regex()
        if not pattern:
            raise FilterError("~ needs a regular expression", position)
        check_regex(pattern, position)
        return Match(field, "~", (pattern,))

    def _bare_regex(self) -> str:
        """Up to a space, or a bracket that the expression itself does not open."""
        start, depth = self.at, 0
        while not self._end() and not self._peek().isspace():
            depth += {"(": 1, ")": -1}.get(self._peek(), 0)
            if depth < 0:
                break
            self.at += 2 if self._peek() == "\\" else 1
        self.at = min(self.at, len(self.text))
        return self.text[start : self.at]

    def _values(self) -> tuple[str, ...]:
        values: list[str] = []
        while True:
            if self._peek() == '"':
                values.append(self._quoted())
            elif found := VALUE.match(self.text, self.at):
                values.append(found[0])
                self.at = found.end()
            elif values or self._peek() == ",":
                raise FilterError('expected a value (a missing one is "")', self.at)
            elif self._peek() == "(":
                raise FilterError('a value with brackets goes in "quotes"', self.at)
            else:
                return ("",)
            if self._peek() != ",":
                return tuple(values)
            self.at += 1

    def _boundary(self) -> None:
        if not self._end() and not self._peek().isspace() and self._peek() not in ")|":
            raise FilterError('put the whole value in "quotes"', self.at)
