"""The cursor of a table: where it is, how it moves, what is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.reactive import reactive
from textual.scroll_view import ScrollView

if TYPE_CHECKING:
    from textual.events import Blur, Focus


class TableCursor(ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolled view with a cursor over rows; what the rows are is left to its subclass.

    Attributes:
        cursor: Index of the row under the cursor.
        column: Index, among the columns this terminal shows, of the cell under the cursor.
        marked: Indices of the marked rows.
    """

    DEFAULT_CSS: ClassVar[str] = """
    TableCursor { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    HEAD: ClassVar[int] = 1
    """Lines above the rows that do not scroll."""

    cursor: reactive[int] = reactive(0, repaint=False, init=False)
    column: reactive[int] = reactive(0, repaint=False, init=False)
    marked: reactive[frozenset[int]] = reactive(frozenset(), repaint=False, init=False)

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def columns_shown(self) -> int:
        """How many columns this terminal shows."""
        raise NotImplementedError

    def select(self) -> None:
        """Tell that the row under the cursor was chosen."""
        raise NotImplementedError

    def step_columns(self, step: int) -> None:
        """Move one column to the left or the right."""
        raise NotImplementedError

    def validate_cursor(self, index: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(index, self.count - 1))

    def validate_column(self, index: int) -> int:
        """Keep the cell cursor on a column."""
        return max(0, min(index, self.columns_shown - 1))

    def move_to(self, index: int, column: int | None = None) -> None:
        """Move the cursor.

        Args:
            index: Row; what lies outside becomes the nearest row.
            column: Column, where it is to change too.
        """
        self.cursor = index
        if column is not None:
            self.column = column

    def keep_in_sight(self) -> None:
        """Scroll just as far as the cursor needs."""
        room = max(1, self.size.height - self.HEAD)
        top = self.scroll_offset.y
        wanted = min(max(top, self.cursor - room + 1), self.cursor)
        if wanted != top and self.is_attached:
            self.scroll_to(y=wanted, animate=False, force=True)

    def refresh_row(self, index: int) -> None:
        """Redraw one row, if it is in sight."""
        y = index + self.HEAD - self.scroll_offset.y
        if self.HEAD <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_focus(self, _event: Focus) -> None:
        """Show the cursor as focused."""
        self.refresh_row(self.cursor)

    def on_blur(self, _event: Blur) -> None:
        """Show the cursor as not focused."""
        self.refresh_row(self.cursor)

    def action_up(self) -> None:
        """Go one row up."""
        self.cursor -= 1

    def action_down(self) -> None:
        """Go one row down."""
        self.cursor += 1

    def action_page_up(self) -> None:
        """Go one page up."""
        self.cursor -= max(1, self.size.height - self.HEAD - 1)

    def action_page_down(self) -> None:
        """Go one page down."""
        self.cursor += max(1, self.size.height - self.HEAD - 1)

    def action_home(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_end(self) -> None:
        """Go to the last row."""
        self.cursor = self.count - 1

    def action_left(self) -> None:
        """Go one column to the left."""
        self.step_columns(-1)

    def action_right(self) -> None:
        """Go one column to the right."""
        self.step_columns(1)

    def action_mark(self) -> None:
        """Mark the row or unmark it, and go on to the next."""
        if self.count:
            self.marked ^= {self.cursor}
            self.cursor += 1

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if self.count:
            self.select()
