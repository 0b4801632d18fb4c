"""Which texts of a dictionary in memory fulfil a condition, remembered for as long as the dictionary stays as it is."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

_MOST: Final = 300
"""Codes that are named in a statement; more are looked up by it."""

_KEPT: Final = 2000

_PLACEHOLDER: Final = re.compile(r"\$(\w+)")

Key = tuple[int, str, str, tuple[object, ...]]


class Lookup:
    """Codes by condition; safe to use from several threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[Key, tuple[int, ...] | None] = OrderedDict()
        self._lock = threading.Lock()

    def find(
        self,
        cursor: DuckDBPyConnection,
        version: int,
        dictionary: str,
        condition: str,
        values: Mapping[str, object],
    ) -> tuple[int, ...] | None:
        """The codes of the texts for which a condition holds.

        Args:
            cursor: To ask by.
            version: Of the dictionary.
            dictionary: The table, `code` and `v`.
            condition: On `v`.
            values: What its placeholders stand for, among others.

        Returns:
            The codes; None when they are too many, or the condition cannot be asked by itself.
        """
        import duckdb

        names = dict.fromkeys(_PLACEHOLDER.findall(condition))
        bound = {name: values[name] for name in names}
        places = {name: f"${place}" for place, name in enumerate(names)}
        key = (version, dictionary, _PLACEHOLDER.sub(lambda m: places[m[1]], condition), tuple(bound.values()))
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        text = f"SELECT code FROM {dictionary} WHERE {condition} LIMIT {_MOST + 1}"
        try:
            rows = cursor.execute(text, bound).fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.Error:  # the statement that it is a part of says so
            return None
        codes = tuple(code for (code,) in rows) if len(rows) <= _MOST else None
        with self._lock:
            self._found[key] = codes
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return codes
