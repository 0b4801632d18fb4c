"""One resource: what it is, what it cost day by day and by usage type, and its raw line items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.widgets import Static

from finops_tui.queries import filters
from finops_tui.queries.amounts import ZERO, per_currency
from finops_tui.queries.view import View
from finops_tui.screens import converting, money, steps, trail
from finops_tui.screens.cells import written
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Line, Part
from finops_tui.screens.line_items import PLACE, LineItems, RecordScreen
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.palette import palette
from finops_tui.screens.why import Figures
from finops_tui.screens.widgets.lines import LineChart
from finops_tui.screens.widgets.plots import Line as Curve
from finops_tui.screens.widgets.plots import Plot
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.calendar import Calendar
    from finops_tui.screens.desk import Desk

ITEMS: Final = 2000
"""Line items that are listed, the dearest first."""

KINDS: Final = 200
"""Combinations of attributes that are looked at."""

ATTRIBUTES: Final[dict[str, str]] = {
    "ResourceId": "id",
    "ResourceName": "name",
    "ResourceType": "type",
    "ServiceName": "service",
    "SubAccountId": "account",
    "SubAccountName": "account name",
    "RegionId": "region",
    "ChargeCategory": "category",
    "PricingCategory": "pricing",
    "CommitmentDiscountId": "commitment",
}

USAGE: Final = (
    Column("name", "Usage type", 20, flex=1),
    Column("cost", "Cost", 16, kind="money", decimals=4),
    Column("n", "Lines", 8, kind="number"),
)


def facts_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The distinct values of each attribute and tag, in order of money."""
    facts: dict[str, list[str]] = {}
    for row in rows:
        pairs = [(word, row[column]) for column, word in ATTRIBUTES.items()]
        pairs += [(f"tag.{key}", value) for key, value in (row["Tags"] or {}).items()]
        for name, value in pairs:
            if value is not None and value not in facts.setdefault(name, []):
                facts[name].append(value)
    return {name: values for name, values in facts.items() if values}


class ResourceScreen(Page[View], Figures):
    """The page of one resource, or of whatever a view has been narrowed to."""

    where: ClassVar[str] = "resource"
    BINDINGS: ClassVar[list[BindingType]] = bindings("resource")

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over the explorer.

        Args:
            desk: Answers questions.
            view: The slice that is the resource; conditions on groups (`cost>`) do not count inside it.
        """
        super().__init__(desk)
        rows = filters.split(view.filter)[0] if view.filter is not None else None
        self.view = replace(view, filter=rows)

    def body(self) -> ComposeResult:
        """What it cost, what it is, when, by usage type, and its line items."""
        look = self.desk.look
        yield Line(look, id="facts")
        yield Static(id="attributes", classes="facts", markup=False)
        yield LineChart(look, id="chart")
        yield SortedTable(look, id="usage", empty="asking…")
        yield LineItems(look, id="items")

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(LineItems).focus()
        self.look_at(self.view)

    def data_changed(self) -> None:
        """Ask again: there is newer data."""
        self.look_at(self.view)

    def look_at(self, view: View) -> None:
        """Look at the resource in another period or with other bins."""
        self.view = view
        right = [
            Part(trail.days(view.period), "", 1),
            Part(trail.compared(view), "muted", 6),
            Part(view.basis, "", 1),
            Part(trail.counted(view), "warn", 2),
            converting.currency(self.desk, view),
        ]
        self.show_top(
            [Part("Resource ▸", "muted", 9), Part(" ▸ ".join(trail.crumbs(view, {})), "accent", 0)], right
        )
        if self.desk.calendar is not None:
            self.ask_all(view, self.desk.calendar)

    @work(exclusive=True)
    async def ask_all(self, view: View, calendar: Calendar) -> None:
        """Ask for the total, the attributes, the days, the usage types and the line items, in this order."""
        plain = replace(view, compared=None)
        try:
            self._show_total(await self.desk.ask("total", view))
            self._show_attributes(await self.desk.ask("resource", plain, limit=KINDS))
            self._show_days(await self.desk.ask("by_bucket", replace(plain, group_by=())), view, calendar)
            self._show_usage(await self.desk.ask("by_key", plain.regroup("usage")))
            self._show_items(await self.desk.ask("line_items", plain, limit=ITEMS))
        except DeskError as error:
            self.query_one(LineItems).message(str(error), "bad")
            self.say(str(error), "bad")

    def _show_total(self, answer: pl.DataFrame) -> None:
        parts: list[Part] = []
        for row in answer.to_dicts():
            code = row["currency"] or "XXX"
            parts.append(Part(money.amount(row["cost"], code), "strong", 0))
            if self.view.compared is not None:
                parts.append(Part(money.change_percent((row["now"], row["before"])), "", 1))
                parts.append(Part(f"before {money.amount(row['before'], code)}", "muted", 3))
            parts.append(Part(f"{row['n']:,} line item{'' if row['n'] == 1 else 's'}", "muted", 2))
            if row["first_day"] is not None:
                parts.append(Part(f"charged from {row['first_day']} to {row['last_day']}", "muted", 4))
        self.query_one("#facts", Line).show(parts or [Part("no charges in this period", "muted", 0)])

    def _show_attributes(self, answer: pl.DataFrame) -> None:
        colors, look = palette(self.desk.look), self.desk.look
        text = Text()
        for name, values in facts_of(answer.to_dicts()).items():
            more = f" +{len(values) - 3}" if len(values) > 3 else ""
            text.append(f"{written(name, look)} ", style=colors.muted)
            text.append(f"{written(', '.join(values[:3]), look)}{more}   ", style=colors.text)
        self.query_one("#attributes", Static).update(text)

    def _show_days(self, answer: pl.DataFrame, view: View, calendar: Calendar) -> None:
        rows = answer.to_dicts()
        code = view.currency or next(iter(per_currency(rows)), "")
        costs = {row["bucket"]: row["cost"] for row in rows if (row["currency"] or "XXX") == code}
        bins = steps.bins(view, calendar)
        curve = Curve(f"{view.basis} cost per {view.grain}", [costs.get(start, ZERO) for start in bins])
        self.query_one(LineChart).show(Plot([curve], bins, currency=code))

    def _show_usage(self, answer: pl.DataFrame) -> None:
        rows = [
            {
                "name": trail.value_in_words("usage", row["k0"], row["label"]),
                "cost": row["cost"],
                "n": row["n"],
                "currency": row["currency"],
                "value": row["k0"],
            }
            for row in answer.to_dicts()
        ]
        self.query_one("#usage", SortedTable).list_rows(USAGE, rows)

    def _show_items(self, answer: pl.DataFrame) -> None:
        items = self.query_one(LineItems)
        items.list_items(answer)
        if not answer.height:
            items.message("No line items in this period: [ and ] move it, Esc goes back.")
        count = (
            f"{answer.height:,} line items" if answer.height < ITEMS else f"the dearest {ITEMS:,} line items"
        )
        self.show_state([], [Part(count, "muted", 1)])

    def export_name(self) -> str:
        """What an exported file is called at first."""
        values = [condition.value for condition in self.view.path if condition.dimension == "resource"]
        return f"resource-{values[-1] if values else 'none'}-{self.view.period.since}"

    @on(VTable.RowSelected, "#items")
    def open_record(self, event: VTable.RowSelected) -> None:
        """Show the whole record."""
        items = self.query_one(LineItems)
        if items.answer is not None:
            self.app.push_screen(RecordScreen(self.desk, items.answer.row(event.row[PLACE], named=True)))

    @on(VTable.RowHighlighted)
    def show_cell(self, event: VTable.RowHighlighted) -> None:
        """Say what the row under the cursor is."""
        row = event.row
        left = row.get("ChargeDescription") or row.get("name") or row.get("SkuMeter") or ""
        self.show_state([Part(str(left), "accent", 0)], [Part(f"{event.table.count:,} rows", "muted", 1)])

    @on(VTable.RowSelected, "#usage")
    def narrow_items(self) -> None:
        """Usage types only have their figures; their line items are below."""
        self.query_one(LineItems).focus()

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """What the resource costs, or one usage type of it."""
        words = trail.crumbs(self.view, {})
        table = self.query_one("#usage", SortedTable)
        row = table.current if self.focused is table and not whole else None
        if row is None or "value" not in row:
            return self.view.regroup("usage"), words
        inside = self.view.only("usage", row["value"]).regroup("sku")
        return inside, (*words, str(row["name"]))

    def followed(self, view: View | None) -> None:
        """Leave with a view to explore."""
        if view is not None:
            self.dismiss(view)

    def action_shift(self, by: int) -> None:
        """Look at the period before or after."""
        calendar = self.desk.calendar
        if calendar is None:
            return
        comparing = self.view.compared is not None
        moved = steps.shifted(self.view, by, calendar, comparing=comparing)
        if moved is None:
            self.say(f"the data has nothing {'before' if by < 0 else 'after'} this period")
        else:
            self.look_at(moved)

    def action_grain(self, by: int) -> None:
        """Longer or shorter bins."""
        calendar = self.desk.calendar
        found = steps.regrained(self.view, by, calendar) if calendar is not None else None
        if found is None:
            self.say(f"no {'longer' if by > 0 else 'shorter'} bins fit this period and this data")
        else:
            self.look_at(found)
