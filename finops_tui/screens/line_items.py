"""Raw line items of the export: a table of every column, and a page for one record."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from finops_tui.queries.amounts import exact
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.screens import clipboard
from finops_tui.screens.page import SortedTable
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import ListWindow, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from textual.app import ComposeResult

    from finops_tui.screens.color import Look
    from finops_tui.screens.desk import Desk

FIRST: Final = ("ChargePeriodStart", "cost", "currency", "ChargeCategory", "ChargeDescription", "SkuMeter")
"""Columns that come first; the others follow in the order of the answer."""

LAST: Final = ("source", "account", "period", "file", "record")
"""Where a record is found in what was delivered."""

WIDEST: Final = 36
"""Cells of a column at most; the record's page has the whole of it."""

PLACE: Final = "#"
"""Key of a row's place in the answer."""


def said(value: Any) -> str | None:
    """A value as it is read: maps as `key=value`, times without a zero clock, None as it is."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items()) or None
    if isinstance(value, Decimal):
        return exact(value)
    return str(value).removesuffix(" 00:00:00")


def ordered(names: Sequence[str]) -> list[str]:
    """Column names in the order they are read."""
    first = [name for name in FIRST if name in names]
    last = [name for name in LAST if name in names]
    return [*first, *(name for name in names if name not in first and name not in last), *last]


class LineItems(SortedTable):
    """Line items with every column that has a value; the cursor is on a cell."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        """Make an empty table.

        Args:
            look: Colours and characters.
            id: Textual id.
        """
        super().__init__(look, id=id, empty="asking…", cell_cursor=True)
        self.answer: pl.DataFrame | None = None

    def list_items(self, answer: pl.DataFrame) -> None:
        """Show the answer to `line_items`."""
        self.answer = answer
        self.sorted_by = None
        names = [name for name in ordered(answer.columns) if answer[name].null_count() < answer.height]
        figures = {"cost", *MONEY, *QUANTITIES, "file", "record"}
        rows = [
            {
                PLACE: place,
                **{name: row[name] if name in figures else said(row[name]) for name in names},
                "currency": row.get("currency") or row["BillingCurrency"] or "",
            }
            for place, row in enumerate(answer.to_dicts())
        ]
        self.list_rows([_column(name, rows) for name in names], rows)

    def frame(self) -> pl.DataFrame:
        """The line items in the order on screen, with every column."""
        if self.answer is None:
            return super().frame()
        return self.answer[[row[PLACE] for row in self.rows]]


def _column(name: str, rows: Sequence[Mapping[str, Any]]) -> Column:
    if name == "cost" or name in MONEY:
        return Column(name, name, 16, kind="money", decimals=6)
    if name in QUANTITIES or name in {"file", "record"}:
        return Column(name, name, max(len(name), 10), kind="number")
    longest = max((cell_len(row[name]) for row in rows[:200] if row[name] is not None), default=0)
    return Column(name, name, min(max(longest, len(name)), WIDEST))


class RecordScreen(ListWindow[None]):
    """One line item, column by column; `y` copies the value under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_cell", "copy", show=False),
        Binding("Y", "copy_table", "copy all", show=False),
    ]

    def __init__(self, desk: Desk, record: Mapping[str, Any], title: str = "Line item") -> None:
        """Open over a table of line items.

        Args:
            desk: Its look.
            record: A row of the answer to `line_items`.
            title: What it is.
        """
        super().__init__(desk)
        self.heading = title
        self.record = record
        shown = {name: said(record[name]) for name in ordered(list(record))}
        self.values = {name: value for name, value in shown.items() if value is not None}
        self.missing = [name for name, value in shown.items() if value is None]

    def compose(self) -> ComposeResult:
        """The values, the whole of the one under the cursor, and what can be done."""
        with Vertical(id="box") as box:
            box.border_title = self.heading
            yield VTable(self.desk.look, id="facts")
            yield Static(id="full", markup=False)
            yield Static(
                cell(spoken("↑↓ scroll · y copy · Y copy all · esc back", self.desk.look)), id="message"
            )

    def on_mount(self) -> None:
        """List the values, then the columns that have none."""
        rows: list[dict[str, str | None]] = [
            {"name": name, "value": value} for name, value in self.values.items()
        ]
        rows += [{"name": name, "value": None, "tone": "muted"} for name in self.missing]
        table = self.query_one(VTable)
        table.styles.height = min(len(rows) + 1, 40)
        table.show((Column("name", "Column", 26), Column("value", "Value", 40, flex=1)), rows)
        table.focus()

    @on(VTable.RowHighlighted)
    def show_in_full(self, event: VTable.RowHighlighted) -> None:
        """Write out the value under the cursor where its cell is too narrow for it."""
        value = event.row["value"] or ""
        self.write("#full", value if cell_len(value) > event.table.size.width - 30 else "", wrap=True)

    def action_copy_cell(self) -> None:
        """Copy the value under the cursor."""
        row = self.query_one(VTable).current
        if row is not None:
            self.say(clipboard.copy(self.app, clipboard.cell(row["value"])))

    def action_copy_table(self) -> None:
        """Copy the whole record."""
        rows = [{"column": name, "value": value} for name, value in self.values.items()]
        self.say(clipboard.copy(self.app, clipboard.tsv(["column", "value"], rows)))
