"""Bars one below the other, a row each, with a cursor: what a ranking and a waterfall have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from finops_tui.screens.widgets.table_cursor import TableCursor

if TYPE_CHECKING:
    from textual.events import Click, Resize

    from finops_tui.screens.color import Look


class BarRows(TableCursor):
    """One column of rows without a heading; what a row draws is left to its subclass."""

    HEAD: ClassVar[int] = 0

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build it without rows.

        Args:
            look: Colours and characters.
            id: Textual id.
            classes: Textual classes.
        """
        super().__init__(id=id, classes=classes)
        self.look = look

    @property
    def columns_shown(self) -> int:
        """There is one column."""
        return 1

    def step_columns(self, step: int) -> None:
        """There is one column."""

    def lay_out(self) -> None:
        """Measure anew for the rows and the width, and draw."""
        raise NotImplementedError

    def tell_moved(self) -> None:
        """Tell that the cursor is on another row."""
        raise NotImplementedError

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw the two rows that changed."""
        self.refresh_row(old)
        self.keep_in_sight()
        self.refresh_row(new)
        self.tell_moved()

    def on_resize(self, _event: Resize) -> None:
        """Measure anew."""
        self.lay_out()
        self.keep_in_sight()

    def on_click(self, event: Click) -> None:
        """Go to the row under the pointer; choose it with a double click."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y + self.scroll_offset.y < self.count:
            self.cursor = offset.y + self.scroll_offset.y
            if event.chain == 2:
                self.select()
