"""The rows of a table: all at hand, or fetched page by page as they come into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.cache import LRUCache

from finops_tui.screens.widgets.table_cells import Row, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE: Final = 128
"""Rows fetched at a time from a window."""


class Rows:
    """Rows by index.

    Attributes:
        count: How many there are.
    """

    def __init__(self, source: Sequence[Row] | Window) -> None:
        self._source = source
        self._pages: LRUCache[int, Sequence[Row]] = LRUCache(16)
        self.count = source.count if isinstance(source, Window) else len(source)

    def __getitem__(self, index: int) -> Row:
        """Give one row; empty where a window gave fewer rows than it promised."""
        if not isinstance(self._source, Window):
            return self._source[index]
        page = index // PAGE
        rows = self._pages.get(page)
        if rows is None:
            rows = self._source.fetch(page * PAGE, min((page + 1) * PAGE, self._source.count))
            self._pages[page] = rows
        return rows[index % PAGE] if index % PAGE < len(rows) else {}
