"""Which rows of tables in memory fulfil a condition, remembered for as long as the tables stay as they are."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

MOST: Final = 300
"""Rows that are named in a statement; more are looked up by it."""

_KEPT: Final = 2000

_PLACEHOLDER: Final = re.compile(r"\$(\w+)")

Wanted = tuple[str, str, str]
Key = tuple[int, str, str, str, tuple[object, ...]]


class Lookup:
    """Rows by condition; safe to use from several threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[Key, tuple[tuple[int, ...], ...] | None] = OrderedDict()
        self._lock = threading.Lock()

    def find(
        self, cursor: DuckDBPyConnection, version: int, asked: Sequence[Wanted], values: Mapping[str, object]
    ) -> list[tuple[tuple[int, ...], ...] | None]:
        """The rows of tables for which conditions hold, looked up together where they are not known.

        Args:
            cursor: To ask by.
            version: Of the tables.
            asked: Table, whole columns of numbers, condition.
            values: What the conditions' placeholders stand for, among others.

        Returns:
            The rows of each; None when they are too many, or the condition cannot be asked by itself.
        """
        keys = [self._key(version, one, values) for one in asked]
        with self._lock:
            known = {key: self._found[key] for key in keys if key in self._found}
        lacking = {key: one for key, one in zip(keys, asked, strict=True) if key not in known}
        if lacking:
            known |= self._ask(cursor, lacking, values)
        return [known[key] for key in keys]

    def _key(self, version: int, wanted: Wanted, values: Mapping[str, object]) -> Key:
        table, columns, condition = wanted
        names = dict.fromkeys(_PLACEHOLDER.findall(condition))
        places = {name: f"${place}" for place, name in enumerate(names)}
        text = _PLACEHOLDER.sub(lambda found: places[found[1]], condition)
        return version, table, columns, text, tuple(values[name] for name in names)

    def _ask(
        self, cursor: DuckDBPyConnection, lacking: Mapping[Key, Wanted], values: Mapping[str, object]
    ) -> dict[Key, tuple[tuple[int, ...], ...] | None]:
        import duckdb

        texts = [
            f"(SELECT {place}, {columns} FROM {table} WHERE {condition} LIMIT {MOST + 1})"
            for place, (table, columns, condition) in enumerate(lacking.values())
        ]
        text = " UNION ALL ".join(texts)
        bound = {name: values[name] for name in _PLACEHOLDER.findall(text)}
        try:
            rows = cursor.execute(text, bound).fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.Error:  # the statement that they are a part of says so
            return dict.fromkeys(lacking)
        found: list[list[tuple[int, ...]]] = [[] for _ in lacking]
        for place, *numbers in rows:
            found[place].append(tuple(numbers))
        answers = {
            key: tuple(some) if len(some) <= MOST else None for key, some in zip(lacking, found, strict=True)
        }
        with self._lock:
            self._found |= answers
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return answers
