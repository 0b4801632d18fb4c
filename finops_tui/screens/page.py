"""What the full screens besides the explorer are made of: lines around panes, and tables that sort."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from textual import on

from finops_tui.queries.amounts import decimal_column
from finops_tui.screens import clipboard, explorer_words
from finops_tui.screens.commands import one_of
from finops_tui.screens.line import Line, Part
from finops_tui.screens.panes import Panes
from finops_tui.screens.status import StatusLine
from finops_tui.screens.widgets.table import VTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePath

    import polars as pl
    from textual.app import ComposeResult

    from finops_tui.screens.action import Action
    from finops_tui.screens.widgets.table_cells import Column, Row

Result = TypeVar("Result")

_WIDTHS: Final = [(0, "-narrow"), (100, "-wide")]
_HEIGHTS: Final = [(0, "-short"), (30, "-tall")]
_DRAWN_ONLY: Final = frozenset(("spark", "bar", "change"))


class SortedTable(VTable):
    """A table that keeps its rows, sorts them by a column, and gives them as a frame.

    A row may hold `KEY.order` beside `KEY`, which is what that column is sorted by.
    """

    columns: tuple[Column, ...] = ()
    rows: Sequence[Row] = ()
    sorted_by: tuple[str, bool] | None = None

    def list_rows(
        self, columns: Sequence[Column], rows: Sequence[Row], sort: tuple[str, bool] | None = None
    ) -> None:
        """Show rows, sorted as before, or as given at first.

        Args:
            columns: The columns.
            rows: All rows.
            sort: Column to sort by, and whether downwards; None for the order of the rows.
        """
        at = self.cursor
        self.columns, self.rows = tuple(columns), list(rows)
        self.sorted_by = self.sorted_by or sort
        self._sort_rows()
        self.show(self.columns, self.rows, sort=self.sorted_by, cursor=at)

    def sort_by(self, key: str) -> bool:
        """Sort by a column; again turns the order round. False when there is no such column."""
        column = next((column for column in self.columns if column.key == key), None)
        if column is None:
            return False
        down = self.sorted_by[1] if self.sorted_by is not None else False
        same = self.sorted_by is not None and self.sorted_by[0] == key
        self.sorted_by = (key, not down if same else column.stands == "right")
        self._sort_rows()
        self.show(self.columns, self.rows, sort=self.sorted_by)
        return True

    def _sort_rows(self) -> None:
        if self.sorted_by is None:
            return
        key, down = self.sorted_by
        there = [row for row in self.rows if row.get(key) is not None]
        missing = [row for row in self.rows if row.get(key) is None]
        there.sort(key=lambda row: _comparable(row.get(f"{key}.order", row[key])), reverse=down)
        # Amounts of one currency stay together; they cannot be compared with others.
        if any(isinstance(row[key], Decimal) for row in there):
            there.sort(key=lambda row: str(row.get("currency", "")))
        self.rows = [*there, *missing]

    def frame(self) -> pl.DataFrame:
        """The rows in their order, amounts as exact decimals, with the currency of each row."""
        import polars as pl

        names = [column.key for column in self.columns if column.kind not in _DRAWN_ONLY]
        if "currency" not in names and any("currency" in row for row in self.rows):
            names.append("currency")
        return pl.DataFrame([decimal_column(name, [row.get(name) for row in self.rows]) for name in names])


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class Page(Panes[Result]):
    """A full screen with a line above, a status and a line of keys below."""

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = ["common.tcss", "page.tcss"]
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    ALLOW_IN_MAXIMIZED_VIEW = "#top, #status, #hints"

    def body(self) -> ComposeResult:
        """The panes."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lines and panes, from the top."""
        look = self.desk.look
        yield Line(look, id="top")
        yield from self.body()
        yield StatusLine(look, lambda: self.desk.masked, id="status")
        yield Line(look, id="hints")

    def on_mount(self) -> None:
        """Show the keys of the screen."""
        self.set_class(self.desk.look.charset == "ascii", "-ascii")
        self.query_one("#hints", Line).show(explorer_words.hints(self.where, self.desk.keys))

    def show_top(self, left: Iterable[Part], right: Iterable[Part] = ()) -> None:
        """Say where we are."""
        self.query_one("#top", Line).show(left, right)

    def show_state(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Say what is under the cursor."""
        self.query_one(StatusLine).show_state(left, right)

    def say(self, text: str, tone: str = "") -> None:
        """Say something in the status line for a while."""
        self.query_one(StatusLine).say(text, tone)

    @property
    def table(self) -> SortedTable | None:
        """The table that has the focus, or the first one."""
        if isinstance(self.focused, SortedTable):
            return self.focused
        return next(iter(self.query(SortedTable)), None)

    def export_name(self) -> str:
        """What an exported file is called at first."""
        return self.where

    @on(VTable.HeaderSelected)
    def sort_heading(self, event: VTable.HeaderSelected) -> None:
        """Sort by a heading that was clicked."""
        if isinstance(event.table, SortedTable):
            event.table.sort_by(event.key)

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        table = self.table
        if table is None or not table.rows:
            self.say("there is no table to sort")
            return
        keys = [column.key for column in table.columns if column.kind not in _DRAWN_ONLY]
        now = table.sorted_by[0] if table.sorted_by is not None else keys[-1]
        self._sort(keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        table = self.table
        if table is None or table.sorted_by is None:
            self.say("the table is not sorted by a column; s does")
        else:
            self._sort(table.sorted_by[0])

    def _sort(self, key: str) -> None:
        table = self.table
        if table is None or not table.sort_by(key) or table.sorted_by is None:
            return
        title = next(column.title for column in table.columns if column.key == key)
        self.say(f"sorted by {title.lower()}, {'largest' if table.sorted_by[1] else 'smallest'} first")

    def action_copy_cell(self) -> None:
        """Copy the value under the cursor."""
        table = self.table
        row = table.current if table is not None else None
        if table is None or row is None:
            self.say("there is nothing to copy")
            return
        column = table.current_column or table.columns[0]
        self.say(clipboard.copy(self.app, clipboard.cell(row.get(column.key))))

    def action_copy_table(self) -> None:
        """Copy the table in the order on screen."""
        table = self.table
        if table is None or not table.rows:
            self.say("there is no table to copy")
            return
        frame = table.frame()
        self.say(clipboard.copy(self.app, clipboard.tsv(frame.columns, frame.to_dicts())))

    def action_export(self, asked: str = "") -> None:
        """Write the table to a file."""
        from finops_tui.screens.export_dialog import ExportDialog

        table = self.table
        if table is None or not table.rows:
            self.say("there is no table to export")
            return
        dialog = ExportDialog(self.desk, table.frame(), self.export_name(), asked)
        self.app.push_screen(dialog, self.exported)

    def exported(self, words: str | None) -> None:
        """Say what became of it."""
        if words is not None:
            self.say(words)

    async def obey_with(self, action: Action, argument: str) -> None:
        """Sort by a column by its title, or export to a file."""
        table = self.table
        if action.id == "export":
            self.action_export(argument)
            return
        if action.id != "table.sort" or table is None:
            await super().obey_with(action, argument)
            return
        titles = {column.title.lower(): column.key for column in table.columns}
        try:
            self._sort(titles[one_of(argument, list(titles), "column")])
        except ValueError as error:
            self.say(str(error), "warn")
