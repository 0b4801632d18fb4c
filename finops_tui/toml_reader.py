"""A TOML file read with care: every complaint names its line, unknown keys are complaints."""

from __future__ import annotations

import difflib
import re
import tomllib
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Where = tuple[str | int, ...]

_LIMIT: Final = Decimal(10) ** 18
_HEADER: Final = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")
_AT_LINE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)$|\s*\(at end of document\)$")


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` has one `file:line: message` each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Reader:
    """One file: its tables, where each key stands, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingsError: it is no TOML, or not UTF-8.
            OSError: it cannot be read.
        """
        self.path = path
        self.problems: list[tuple[int, str]] = []
        try:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            self.data: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        except UnicodeDecodeError as error:
            raise SettingsError([f"{path}: not UTF-8: {error.reason} at byte {error.start}"]) from None
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) if found and found[1] else text.count("\n") + 1
            raise SettingsError([f"{path}:{line}: {_AT_LINE.sub('', str(error))}"]) from None
        self._lines = _locate(text)

    def line(self, where: Where) -> int:
        """The line of a key, or of the innermost table around it that can be found."""
        for length in range(len(where), 0, -1):
            if (line := self._lines.get(where[:length])) is not None:
                return line
        return 1

    def complain(self, where: Where, message: str) -> None:
        """Note what is wrong with a key."""
        self.problems.append((self.line(where), message))

    def in_order(self) -> list[str]:
        """Every complaint as `file:line: message`, from the top of the file down."""
        return [f"{self.path}:{line}: {message}" for line, message in sorted(self.problems)]

    @contextmanager
    def complaining(self, where: Where) -> Iterator[None]:
        """Turn a ValueError inside into a complaint about a key."""
        try:
            yield
        except ValueError as error:
            self.complain(where, str(error))

    def known(self, table: dict[str, Any], names: Iterable[str], where: Where) -> None:
        """Complain about keys that are not among the names."""
        allowed = tuple(names)
        for key in table:
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(allowed)}"
                self.complain((*where, key), f"unknown key {key!r}; {hint}")

    def table(self, table: dict[str, Any], key: str, where: Where = ()) -> dict[str, Any]:
        """A table inside another, empty when it is not there."""
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.complain((*where, key), f"{key} must be a table, [{key}]")
        return {}

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables at the top, empty when it is not there."""
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self.complain((key,), f"{key} must be written as [[{key}]]")
        return []

    def text(self, table: dict[str, Any], key: str, default: str, where: Where = ()) -> str:
        """A text."""
        value = table.get(key, default)
        if isinstance(value, str):
            return value
        self.complain((*where, key), f"{key} must be text in quotes")
        return default

    def choice(
        self, table: dict[str, Any], key: str, default: str, allowed: Iterable[str], where: Where = ()
    ) -> str:
        """One of some words."""
        value, words = self.text(table, key, default, where), tuple(allowed)
        if value in words:
            return value
        close = difflib.get_close_matches(value, words, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of {', '.join(words)}"
        self.complain((*where, key), f"{key} cannot be {value!r}; {hint}")
        return default

    def flag(self, table: dict[str, Any], key: str, *, default: bool, where: Where = ()) -> bool:
        """True or false."""
        value = table.get(key, default)
        if isinstance(value, bool):
            return value
        self.complain((*where, key), f"{key} must be true or false")
        return default

    def texts(self, table: dict[str, Any], key: str, where: Where = ()) -> tuple[str, ...]:
        """A text, or a list of them."""
        value = table.get(key, [])
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple(items)
        self.complain((*where, key), f"{key} must be text in quotes, or a list of them")
        return ()

    def amount(self, value: object, where: Where) -> Decimal | None:
        """A number that is not negative, exactly as written."""
        number = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(number, Decimal) and number.is_finite() and 0 <= number < _LIMIT:
            return number
        self.complain(where, f"{where[-1]} must be a number without quotes, 0 or more, below 10^18")
        return None

    def amounts(self, table: dict[str, Any], key: str, where: Where = ()) -> tuple[Decimal, ...]:
        """A list of numbers, empty when it is not there."""
        value = table.get(key, [])
        if not isinstance(value, list):
            self.complain((*where, key), f"{key} must be a list of numbers")
            return ()
        numbers = [self.amount(item, (*where, key)) for item in value]
        return tuple(number for number in numbers if number is not None)


def _locate(text: str) -> dict[Where, int]:
    """The line of every table header and key; the nth `[[x]]` is (x, n), from 0."""
    found: dict[Where, int] = {}
    counts: dict[Where, int] = {}
    current: Where = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            path = _path(f"[{header[2]}]")
            if path and header[1] == "[[":
                counts[path] = counts.get(path, -1) + 1
                found.setdefault(path, number)
                path = (*path, counts[path])
            elif path and path[:1] in counts:  # [budget.months] belongs to the last [[budget]]
                path = (path[0], counts[path[:1]], *path[1:])
            if path:
                current = path
                found.setdefault(current, number)
        elif key := _KEY.match(line):
            names = _path(f"{key[1]} = 0")
            for length in range(1, len(names) + 1):
                found.setdefault((*current, *names[:length]), number)
    return found


def _path(line: str) -> Where:
    """The names that a header or key consists of; none when the line is not one after all."""
    try:
        table: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(table, dict) and table:
        name, table = next(iter(table.items()))
        path.append(name)
    return tuple(path)
