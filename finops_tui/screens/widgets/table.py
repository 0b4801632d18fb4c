"""A table that draws only the rows in sight, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from finops_tui.screens.palette import palette, tone
from finops_tui.screens.widgets.table_cells import Column, Part, Row, Window, with_maximum
from finops_tui.screens.widgets.table_cursor import TableCursor
from finops_tui.screens.widgets.table_draw import RowState, head, line, words
from finops_tui.screens.widgets.table_layout import Placed, first_showing, fitting, last_first, place
from finops_tui.screens.widgets.table_rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click, Resize

    from finops_tui.screens.color import Look


@dataclass
class TableMessage(Message):
    """Something a table tells."""

    table: VTable

    @property
    def control(self) -> VTable:
        """The table."""
        return self.table


class VTable(TableCursor):
    """A table with a row cursor, marks and a fixed head; a cell cursor on request.

    See `TableCursor` for `cursor`, `column`, `marked` and its actions.
    """

    @dataclass
    class RowHighlighted(TableMessage):
        """The cursor is on another row."""

        index: int
        row: Row

    @dataclass
    class RowSelected(TableMessage):
        """Enter or a double click on a row."""

        index: int
        row: Row

    @dataclass
    class HeaderSelected(TableMessage):
        """A click on a heading."""

        key: str

    @dataclass
    class MarksChanged(TableMessage):
        """Rows were marked or unmarked."""

        marked: frozenset[int]

    def __init__(
        self,
        look: Look,
        *,
        empty: str = "Nothing to show",
        row_cursor: bool = True,
        cell_cursor: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own word
        classes: str | None = None,
    ) -> None:
        """Build an empty table.

        Args:
            look: Colours and characters.
            empty: What it says when it has no rows.
            row_cursor: Whether a row is highlighted.
            cell_cursor: Whether one cell of that row is, too.
            id: Textual id.
            classes: Textual classes.
        """
        super().__init__(id=id, classes=classes)
        self.look = look
        self._empty = empty
        self._row_cursor = row_cursor
        self._cell_cursor = cell_cursor
        self._instead: Part | None = None
        self._columns: tuple[Column, ...] = ()
        self._rows = Rows(())
        self._sort: tuple[str, bool] | None = None
        self._first = 0
        self._placed: list[Placed] | None = None
        self._drawn_width = 0
        self._lines: LRUCache[Any, Strip] = LRUCache(1024)

    def show(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row] | Window,
        *,
        sort: tuple[str, bool] | None = None,
        cursor: int = 0,
    ) -> None:
        """Replace what the table shows.

        Args:
            columns: Its columns; the first one never leaves.
            rows: Its rows, in order.
            sort: Key of the column they are sorted by, and whether downwards.
            cursor: Row to put the cursor on.
        """
        self._rows = Rows(rows)
        self._columns = tuple(
            columns if isinstance(rows, Window) else (with_maximum(c, rows) for c in columns)
        )
        self._sort, self._instead = sort, None
        self._first = min(self._first, max(0, len(self._columns) - 2))
        self.set_reactive(VTable.marked, frozenset())
        self.set_reactive(VTable.cursor, max(0, min(cursor, self.count - 1)))
        self._lay_out()
        self.keep_in_sight()
        if self.count and self._row_cursor:
            self.post_message(self.RowHighlighted(self, self.cursor, self._rows[self.cursor]))

    def message(self, text: str, name: str = "muted") -> None:
        """Say something instead of showing rows.

        Args:
            text: The words, such as that rows are being loaded.
            name: Their tone, see `palette.tone`.
        """
        self._rows = Rows(())
        self._instead = (text, tone(self.look, name))
        self._lay_out()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._rows.count

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.count else None

    @property
    def current_column(self) -> Column | None:
        """The column under the cursor."""
        columns = self._fitting()
        return columns[self.column] if self.column < len(columns) else None

    @property
    def columns_shown(self) -> int:
        """How many columns this terminal shows."""
        return len(self._fitting())

    def select(self) -> None:
        """Tell that the row under the cursor was chosen."""
        self.post_message(self.RowSelected(self, self.cursor, self._rows[self.cursor]))

    def row(self, index: int) -> Row:
        """Give one row.

        Args:
            index: Which, from 0.

        Returns:
            Its data.
        """
        return self._rows[index]

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line in sight: the head first, then rows."""
        if self._across != self._drawn_width:
            self._drawn_width, self._placed = self._across, None
            self._lines.clear()
        if y == 0:
            return self._line("head")
        index = y - 1 + self.scroll_offset.y
        if index < self.count:
            return self._line(index)
        return self._line("blank" if self.count else f"{y}")

    def _line(self, what: int | str) -> Strip:
        """A line from the cache, or drawn."""
        state = self._state(what) if isinstance(what, int) else None
        key = (what, state)
        if key not in self._lines:
            self._lines[key] = self._draw(what, state).apply_style(self.rich_style)
        return self._lines[key]

    def _draw(self, what: int | str, state: RowState | None) -> Strip:
        width = self._across
        if isinstance(what, int):
            return line(self._places(), self._rows[what], state or RowState(), width, self.look)
        if what == "head":
            return head(self._places(), self._sort, width, self.look)
        if what != "blank":  # instead of rows: the line of that number
            said = words(self._instead or (self._empty, palette(self.look).muted), width, self.look)
            return dict(enumerate(said, 1)).get(int(what), Strip.blank(width))
        return Strip.blank(width)

    def _state(self, index: int) -> RowState:
        cursor = self._row_cursor and index == self.cursor
        return RowState(
            cursor,
            cursor and self.has_focus,
            index in self.marked,
            self.column if cursor and self._cell_cursor else None,
        )

    @property
    def _across(self) -> int:
        """Cells of a line, beside the scrollbar if there is one."""
        return self.scrollable_content_region.width

    def _fitting(self) -> list[Column]:
        return fitting(self._columns, self.app.size.width if self.is_attached else 80)

    def _places(self) -> list[Placed]:
        if self._placed is None:
            self._placed = place(self._fitting(), self._across, self._first)
        return self._placed

    def _lay_out(self) -> None:
        """Draw everything anew."""
        self._placed = None
        self._lines.clear()
        self.virtual_size = Size(self._across, self.count + 1)
        self.refresh()

    # Changes

    def watch_cursor(self, old: int, new: int) -> None:
        """Redraw the two rows that changed."""
        self.refresh_row(old)
        self.keep_in_sight()
        self.refresh_row(new)
        if self.count:
            self.post_message(self.RowHighlighted(self, new, self._rows[new]))

    def watch_column(self, _old: int, new: int) -> None:
        """Redraw the cursor's row, or everything where columns have to be shifted."""
        first = first_showing(self._fitting(), self._across, self._first, new)
        if first == self._first:
            self.refresh_row(self.cursor)
        else:
            self._first = first
            self._lay_out()

    def step_columns(self, step: int) -> None:
        """Move the cell cursor, or shift the columns where there is none."""
        if self._cell_cursor:
            self.column += step
            return
        first = max(0, min(self._first + step, last_first(self._fitting(), self._across)))
        if first != self._first:
            self._first = first
            self._lay_out()

    def watch_marked(self, old: frozenset[int], new: frozenset[int]) -> None:
        """Redraw the rows whose mark changed."""
        for index in old ^ new:
            self.refresh_row(index)
        self.post_message(self.MarksChanged(self, new))

    # Events

    def on_resize(self, _event: Resize) -> None:
        """Place the columns anew."""
        self._lay_out()
        self.keep_in_sight()

    def notify_style_update(self) -> None:
        """Forget lines drawn over another background."""
        self._lines.clear()
        super().notify_style_update()

    def on_click(self, event: Click) -> None:
        """Sort by a heading, go to a row, choose it with a double click."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        hit = next((p for p in self._places() if p.x <= offset.x < p.x + p.width), None)
        if offset.y == 0:
            if hit is not None:
                self.post_message(self.HeaderSelected(self, hit.column.key))
            return
        index = offset.y - 1 + self.scroll_offset.y
        if index < self.count:
            self.move_to(index, hit.index if hit is not None and self._cell_cursor else None)
            if event.chain == 2:
                self.select()
