"""Where a figure comes from: in words, the SQL that gives it, the files, and a sample of its line items."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.widgets import Static

from finops_tui.queries.provenance import Asked, Provenance, provenance, sentences, unread, uses_tags
from finops_tui.screens import clipboard, converting, money, provenance_sql, trail
from finops_tui.screens.asking import Asking, Waiting
from finops_tui.screens.cells import written
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Part
from finops_tui.screens.line_items import PLACE, LineItems, RecordScreen
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.status import StatusLine
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk
    from finops_tui.screens.provenance_sql import Form

SAMPLE: Final = 100
"""Line items that are shown, the dearest first."""


class ProvenanceScreen(Page[None], Asking):
    """The page of one figure.

    Attributes:
        words: What the figure is of, step by step.
        found: Where it comes from, once it has been asked.
        forms: The SQL that gives it, in each dialect.
    """

    where: ClassVar[str] = "provenance"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        "common.tcss",
        "page.tcss",
        "provenance.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = bindings("provenance")

    def __init__(self, desk: Desk, view: View, *, words: tuple[str, ...] = (), note: str = "") -> None:
        """Open over a screen.

        Args:
            desk: Answers questions.
            view: The figure's view.
            words: What it is called, step by step.
            note: What else has to be said of it.
        """
        super().__init__(desk)
        self.view = replace(view, group_by=(), grain="day")
        self.words, self.note = words, note
        self.found: Provenance | None = None
        self.forms: tuple[Form, ...] = ()
        self._form = 0

    def body(self) -> ComposeResult:
        """The words, the SQL, the files, and line items."""
        look = self.desk.look
        yield Static(id="story", classes="facts", markup=False)
        yield VTable(look, id="sql", empty="asking…")
        yield SortedTable(look, id="files", empty="asking…")
        yield LineItems(look, id="items")

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.query_one("#sql").focus()
        self.data_changed()

    def data_changed(self) -> None:
        """Ask again: there is newer data."""
        view = self.view
        if view is None:
            return
        right = [
            Part(trail.days(view.period), "", 0),
            Part(trail.compared(view) if view.compared is not None else "", "muted", 3),
            Part(view.basis, "", 1),
            Part(trail.counted(view), "warn", 2),
            converting.currency(self.desk, view),
        ]
        crumbs = " ▸ ".join(self.words or ("Everything",))
        self.show_top([Part("Figure ▸", "muted", 9), Part(crumbs, "accent", 0, tail=True)], right)
        self.look_at(view)

    async def answer(self, view: View) -> None:
        """Ask for the figure, its files and its line items."""
        origin = self.desk.origin
        if origin is None:
            self.failed("What is loaded here came from no files.")
            return
        keys = await self.ask("raw_tag_keys", unread(view)) if uses_tags(view, origin.teams) else None
        asked = Asked(
            await self.ask("total", view),
            await self.ask("behind", replace(view, compared=None)),
            await self.ask("given", unread(view)),
            keys,
        )
        self.found = found = await self.aside(
            lambda: provenance(view, asked, origin.units, origin.teams, origin.rates)
        )
        told = sentences(found, self.words, self.desk.calendar, money.amount)
        text = "\n".join([*([self.note] if self.note else []), *told])
        self.query_one("#story", Static).update(written_lines(text, self.desk))
        self.forms = await self.aside(lambda: provenance_sql.forms(found, told, origin))
        self._form = min(self._form, len(self.forms) - 1)
        self.show_form()
        self.show_files(found)
        items = self.query_one(LineItems)
        items.list_items(await self.ask("line_items", replace(view, compared=None), limit=SAMPLE))
        if not found.lines:
            items.message("No line items: nothing was charged here in this period.")
        self.show_chosen()

    def failed(self, words: str) -> None:
        """Say why nothing is known."""
        for table in self.query(VTable):
            table.message(words, "bad")

    @on(Waiting)
    def show_waiting(self, event: Waiting) -> None:
        """Say that an answer takes its time."""
        self.query_one(StatusLine).wait_for(event.pane, waiting=event.waiting)

    def show_files(self, found: Provenance) -> None:
        """List the files."""
        code = found.view.currency or ""
        rows = [
            {
                "file": PurePath(source.file).name,
                "folder": str(PurePath(source.file).parent),
                "unit": source.unit,
                "lines": source.lines,
                "cost": source.cost,
                "currency": code,
            }
            for source in found.sources
        ]
        table = self.query_one("#files", SortedTable)
        table.list_rows(FILES, rows)
        if not rows:
            table.message("No file has a line item of it.")

    @property
    def form(self) -> Form | None:
        """The SQL in sight."""
        return self.forms[self._form] if self.forms else None

    def show_form(self) -> None:
        """Show the SQL in the dialect at hand."""
        form = self.form
        if form is None:
            return
        title = f"SQL for {form.title} ({self._form + 1} of {len(self.forms)})"
        rows = [
            {"line": line, "tone": "muted" if line.startswith("--") else ""}
            for line in form.sql.rstrip("\n").split("\n")
        ]
        self.query_one("#sql", VTable).show([Column("line", title, 20, flex=1)], rows)

    @on(VTable.RowHighlighted)
    def show_chosen(self) -> None:
        """Say what can be done with the SQL, and how many line items there are."""
        form, found = self.form, self.found
        left = [Part("v: next dialect · y: copy · R: run it on the files", "muted", 1)]
        if form is not None and not form.runs:
            left = [Part("v: next dialect · y: copy", "muted", 1)]
        count = f"{min(found.lines, SAMPLE):,} of {found.lines:,} line items" if found is not None else ""
        self.show_state(left, [Part(count, "muted", 1)])

    # What can be done

    def action_dialect(self, by: int) -> None:
        """Show the SQL in the next dialect."""
        if self.forms:
            self._form = (self._form + by) % len(self.forms)
            self.show_form()
            self.say(self.forms[self._form].note)

    def action_copy_cell(self) -> None:
        """Copy the SQL; in another pane the value under the cursor."""
        form = self.form
        if isinstance(self.focused, SortedTable) or form is None:
            super().action_copy_cell()
        else:
            self.say(f"SQL for {form.title}: {clipboard.copy(self.app, form.text)}")

    def action_run(self) -> None:
        """Run the SQL in a DuckDB of its own over the export files, and compare."""
        form = self.form
        if form is None or not form.runs:
            runs = any(each.runs for each in self.forms)
            self.say(
                "only the SQL over the export files can be run here: v shows it" if runs else self._why()
            )
        else:
            self.say("running in a DuckDB of its own, over the export files…")
            self.run_form(form.text)

    def _why(self) -> str:
        return self.found.why_not if self.found is not None else "nothing has been asked yet"

    @work(exclusive=True, group="run")
    async def run_form(self, sql: str) -> None:
        """Run, compare, say."""
        origin, found = self.desk.origin, self.found
        if origin is None or found is None:
            return
        try:
            row = await origin.run(sql)
        except DeskError as error:
            self.say(str(error), "bad")
            return
        if found is not self.found:
            return
        same, words = provenance_sql.verdict(found, row, money.amount)
        self.say(words, "good" if same else "bad")

    @on(VTable.RowSelected, "#items")
    def open_record(self, event: VTable.RowSelected) -> None:
        """Show the whole record."""
        items = self.query_one(LineItems)
        if items.answer is not None:
            self.app.push_screen(RecordScreen(self.desk, items.answer.row(event.row[PLACE], named=True)))

    def export_name(self) -> str:
        """What an exported file is called at first."""
        return "figure"


FILES: Final = (
    Column("file", "File", 24, flex=2),
    Column("folder", "Folder", 24, flex=2, min_terminal_width=130),
    Column("unit", "Source, billing account, period", 24, flex=2, min_terminal_width=100),
    Column("lines", "Lines", 9, kind="number"),
    Column("cost", "Cost", 16, kind="money"),
)


def written_lines(text: str, desk: Desk) -> str:
    """A text of several lines, each made safe."""
    return "\n".join(written(line, desk.look) for line in text.split("\n"))
