"""SQL of one's own: a statement in a line with completion, its answer in a table."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import on, work
from textual.widgets import Static

from finops_tui.queries import focus_table
from finops_tui.queries.safe_text import clean
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Part
from finops_tui.screens.line_items import PLACE, WIDEST, RecordScreen, said
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.prompt import Offer, Prompt
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import polars as pl
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.screens.desk import Desk

EXAMPLES: Final = (
    "SELECT ServiceName, BillingCurrency, sum(EffectiveCost) AS cost FROM focus GROUP BY ALL ORDER BY cost DESC LIMIT 20",
    "SELECT Tags['team'] AS team, BillingCurrency, sum(EffectiveCost) AS cost FROM focus GROUP BY ALL ORDER BY cost DESC",
    "SELECT CAST(ChargePeriodStart AS DATE) AS day, BillingCurrency, sum(BilledCost) AS cost FROM focus GROUP BY ALL ORDER BY day",
    "FROM focus WHERE ChargeCategory = 'Credit' LIMIT 100",
)
"""What can be asked, to begin with."""

_LAST_WORD: Final = re.compile(r"[A-Za-z_]\w*$")


class SqlLine(Prompt[str]):
    """Write a statement; Tab takes a column or a word, Enter runs it."""

    sign: ClassVar[str] = "sql "
    hint: ClassVar[str] = "one SELECT over the table focus · tab take · ↑ earlier · enter run · esc leave"

    def changed(self) -> None:
        """Offer columns and words that begin like the last one, or examples while nothing is written."""
        text = self.line.value
        if not text.strip():
            self.offer([Offer(example, example) for example in EXAMPLES], "Examples")
        else:
            found = _LAST_WORD.search(text)
            names = focus_table.completions(found[0]) if found else []
            self.offer([Offer(name, name, focus_table.kind_of(name)) for name in names], "Column or word")
        self.say(self.hint)

    def taken(self, offer: Offer) -> tuple[str, int]:
        """An offer takes the place of the last word, or of all where nothing is written."""
        found = _LAST_WORD.search(self.line.value)
        text = self.line.value[: found.start()] + offer.text if found else offer.text
        return text, len(text)

    def entered(self, text: str) -> None:
        """Leave with the statement."""
        if not text.strip().rstrip(";"):
            self.say("there is no statement", bad=True)
            return
        self.remember(text)
        self.dismiss(text)


class Answer(SortedTable):
    """The rows of an answer; the cursor is on a cell."""

    answer: pl.DataFrame | None = None

    def list_answer(self, answer: pl.DataFrame) -> None:
        """Show the rows in their order."""
        self.answer, self.sorted_by = answer, None
        keys = [f"c{number}" for number in range(answer.width)]  # a column may be called anything
        rows = [
            {PLACE: place, **{key: _shown(value) for key, value in zip(keys, row, strict=True)}}
            for place, row in enumerate(answer.iter_rows())
        ]
        columns = [
            _column(key, name, kind, rows)
            for key, (name, kind) in zip(keys, answer.schema.items(), strict=True)
        ]
        self.list_rows(columns, rows)

    def frame(self) -> pl.DataFrame:
        """The answer in the order on screen, with its own types."""
        return super().frame() if self.answer is None else self.answer[[row[PLACE] for row in self.rows]]

    def record(self) -> dict[str, Any] | None:
        """The row under the cursor by the names of its columns."""
        row = self.current
        if row is None or self.answer is None:
            return None
        return {clean(name): row[f"c{number}"] for number, name in enumerate(self.answer.columns)}


def _shown(value: Any) -> Any:
    """Numbers stay numbers; maps and the rest are read as text."""
    if isinstance(value, list):
        maps = value and all(isinstance(one, dict) and set(one) == {"key", "value"} for one in value)
        return said({str(one["key"]): one["value"] for one in value}) if maps else ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int | float | Decimal) else said(value)


def _column(key: str, name: str, kind: pl.DataType, rows: Sequence[Mapping[str, Any]]) -> Column:
    title = clean(name)
    if kind.is_decimal():
        return Column(key, title, max(cell_len(title), 16), kind="money", decimals=6)
    if kind.is_numeric():
        return Column(key, title, max(cell_len(title), 10), kind="number")
    longest = max((cell_len(clean(str(row[key]))) for row in rows[:200] if row[key] is not None), default=0)
    return Column(key, title, min(max(longest, cell_len(title)), WIDEST))


class SqlScreen(Page[None]):
    """A statement and its answer."""

    where: ClassVar[str] = "sql"
    BINDINGS: ClassVar[list[BindingType]] = bindings("sql")

    def __init__(self, desk: Desk, statement: str = "") -> None:
        """Open with a statement, or with the line to write one."""
        super().__init__(desk)
        self.statement = statement

    def body(self) -> ComposeResult:
        """The statement above its answer."""
        yield Static(id="statement", classes="facts", markup=False)
        yield Answer(self.desk.look, id="answer", empty="no statement yet: / writes one", cell_cursor=True)

    @property
    def answer(self) -> Answer:
        """The table."""
        return self.query_one(Answer)

    def on_mount(self) -> None:
        """Run the statement, or ask for one."""
        self.show_top(
            [Part("SQL", "strong", 0), Part("▸ one SELECT over the table focus, read-only", "accent", 1)]
        )
        self.answer.focus()
        if self.statement:
            self.run_statement()
        else:
            self.action_edit()

    def on_unmount(self) -> None:
        """What is still running is of no use to anybody."""
        if self.desk.sql is not None:
            self.desk.sql.stop()

    def action_edit(self) -> None:
        """Write a statement."""
        self.app.push_screen(SqlLine(self.desk, self.statement), self.written)

    def written(self, statement: str | None) -> None:
        """Run what was written."""
        if statement is not None:
            self.statement = statement
            self.run_statement()

    def data_changed(self) -> None:
        """Run it again: there is newer data."""
        if self.statement:
            self.run_statement()

    @work(exclusive=True, group="sql")
    async def run_statement(self) -> None:
        """Run the statement; one that is still running is stopped first."""
        self.query_one("#statement", Static).update(cell(spoken(self.statement, self.desk.look)))
        if self.desk.sql is None:
            self.say("there is nothing to ask here", "bad")
            return
        statement = self.statement
        self.say("asking…")
        self.desk.sql.stop()
        try:
            frame, more = await self.desk.sql.ask(statement)
        except DeskError as error:
            if statement == self.statement:
                self.answer.show((), ())
                self.answer.message(str(error), "bad")
                self.show_state([], [])
                self.say("no answer: / mends the statement", "bad")
            return
        if statement != self.statement:
            return
        self.answer.list_answer(frame)
        rows = f"{frame.height:,} {'row' if frame.height == 1 else 'rows'}"
        self.show_state(
            [], [Part(rows if not more else f"the first {rows}; add a LIMIT or aggregate", "muted", 0)]
        )
        self.say("")

    @on(VTable.RowSelected)
    def open_row(self) -> None:
        """The row under the cursor, column by column."""
        record = self.answer.record()
        if record is not None:
            self.app.push_screen(RecordScreen(self.desk, record, title="Row"))

    def export_name(self) -> str:
        """What an exported answer is called at first."""
        return "answer"
