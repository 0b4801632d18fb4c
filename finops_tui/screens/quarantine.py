"""Records that were set aside instead of loaded: which, why, and their raw text, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.containers import Vertical
from textual.widgets import Static

from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import actions, bindings, shown_all
from finops_tui.screens.line import Part
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import ListWindow, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.screens.desk import Desk

PAGE: Final = 500
"""Records of a page."""

SHOWN: Final = 4_000
"""Characters of a record that are shown; an export has all of it."""

COLUMNS: Final = (
    Column("reason", "Reason", 28, flex=2),
    Column("period", "Period", 7, min_terminal_width=70),
    Column("name", "File", 16, flex=1),
    Column("record", "Record", 9, kind="number"),
    Column("raw", "Raw text", 14, flex=4),
    Column("source", "Source", 10, min_terminal_width=150),
    Column("account", "Account", 14, flex=1, min_terminal_width=120),
)


class QuarantineScreen(Page[None]):
    """The records set aside, a page at a time."""

    where: ClassVar[str] = "quarantine"
    BINDINGS: ClassVar[list[BindingType]] = bindings("quarantine")

    def __init__(self, desk: Desk) -> None:
        """Open over the sources."""
        super().__init__(desk)
        self.page = 0

    @property
    def total(self) -> int:
        """How many records there are."""
        return sum(unit.quarantined for unit in self.desk.loaded)

    @property
    def pages(self) -> int:
        """How many pages that makes."""
        return max(-(-self.total // PAGE), 1)

    def body(self) -> ComposeResult:
        """The records, or that there are none."""
        yield SortedTable(self.desk.look, id="records", empty="asking…")
        words = "No record was set aside: everything that was delivered is loaded."
        yield Static(Text(words), id="empty", markup=False)

    def on_mount(self) -> None:
        """Show the first page."""
        self.query_one(SortedTable).focus()
        self.data_changed()

    def data_changed(self) -> None:
        """Show the page as it is now."""
        self.page = min(self.page, self.pages - 1)
        self.set_class(not self.total, "-empty")
        pages = f"page {self.page + 1:,} of {self.pages:,}" if self.pages > 1 else ""
        count = f"{self.total:,} record{'' if self.total == 1 else 's'} set aside"
        self.show_top(
            [Part("Quarantine", "strong", 0), Part(self.desk.title, "accent", 2)],
            [Part(pages, "", 1), Part(count, "warn" if self.total else "", 1)],
        )
        self.show_state([])
        self.ask()

    @work(exclusive=True)
    async def ask(self) -> None:
        """Ask for the page."""
        if self.desk.quarantined is None or not self.total:
            return
        try:
            frame = await self.desk.quarantined(self.page * PAGE, PAGE, SHOWN)
        except DeskError as error:
            self.query_one(SortedTable).message(str(error), "bad")
            return
        rows = [{**row, "name": _name(row["file"])} for row in frame.to_dicts()]
        self.query_one(SortedTable).list_rows(COLUMNS, rows)

    @on(VTable.RowHighlighted)
    def show_record(self, event: VTable.RowHighlighted) -> None:
        """Say where the record under the cursor is."""
        row = event.row
        where = [Part(row["reason"], "warn", 0), Part(row["file"], "muted", 1, tail=True)]
        key = next(shown_all(a, self.desk.keys)[0] for a in actions(self.where) if a.id == "export")
        self.show_state(where, [Part("exports all of them", "muted", 4, lead=key)])

    @on(VTable.RowSelected)
    def open_record(self, event: VTable.RowSelected) -> None:
        """Show a record in full."""
        self.app.push_screen(QuarantinedRecord(self.desk, event.row))

    def action_turn(self, by: int) -> None:
        """Turn the page."""
        page = self.page + by
        if not 0 <= page < self.pages:
            self.say("this is the last page" if by > 0 else "this is the first page")
            return
        self.page = page
        self.data_changed()

    def action_export(self, asked: str = "") -> None:
        """Write all records to a file, whole, whatever page is shown."""
        if not self.total or self.desk.quarantined is None:
            self.say("there is no record to export")
        else:
            self.export_all(asked)

    @work(exclusive=True, group="export")
    async def export_all(self, asked: str) -> None:
        """Ask for all records, then where to write them."""
        from finops_tui.screens.export_dialog import ExportDialog

        try:
            frame: pl.DataFrame = await everything(self.desk)
        except DeskError as error:
            self.say(str(error), "bad")
            return
        self.app.push_screen(ExportDialog(self.desk, frame, self.export_name(), asked), self.exported)


async def everything(desk: Desk) -> pl.DataFrame:
    """Every record set aside, whole.

    Raises:
        DeskError: they cannot be read.
    """
    if desk.quarantined is None:
        raise DeskError("there is nothing to read records from")
    return await desk.quarantined(0, None, None)


class QuarantinedRecord(ListWindow[None]):
    """One record: where it is, why it was set aside, and its raw text."""

    def __init__(self, desk: Desk, row: Mapping[str, Any]) -> None:
        """Open over the records.

        Args:
            desk: Its look.
            row: A row of the table.
        """
        super().__init__(desk)
        self.record = row

    def compose(self) -> ComposeResult:
        """The facts, then the text, cut into lines as they fit."""
        with Vertical(id="box") as box:
            box.border_title = "Record set aside"
            yield VTable(self.desk.look, id="facts")
            yield Static(cell(spoken("↑↓ scroll · esc back", self.desk.look)), id="message")

    def on_mount(self) -> None:
        """List the facts and the text."""
        row = self.record
        width = max(min(self.app.size.width - 24, 150), 20)
        facts = [
            ("reason", row["reason"]),
            ("file", row["file"]),
            ("record", f"{row['record']:,}"),
            ("account", row["account"]),
            ("period", row["period"]),
            ("source", row["source"]),
        ]
        lines = _cut(row["raw"], width)
        facts += [("raw text" if not place else "", line) for place, line in enumerate(lines)]
        if len(row["raw"]) >= SHOWN:
            facts.append(("", "… the rest is in the export"))
        table = self.query_one(VTable)
        table.styles.height = min(len(facts) + 1, 40)
        columns = (Column("name", "", 10), Column("value", "", 40, flex=1))
        table.show(columns, [{"name": name, "value": value} for name, value in facts])
        table.focus()


def _cut(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)] or [""]


def _name(path: str) -> str:
    return path.rpartition("/")[2] or path
