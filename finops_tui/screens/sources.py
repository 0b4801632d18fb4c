"""What is loaded, unit by unit, what it adds up to, and loading more."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual import on
from textual.widgets import Static

from finops_tui.queries.amounts import ZERO, decimal_column, written_sums
from finops_tui.queries.view import BILL
from finops_tui.screens import money
from finops_tui.screens.desk import MASKED
from finops_tui.screens.keys import actions, bindings, shown_all
from finops_tui.screens.line import Line, Part
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import amounts_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk, Loaded, LoadReport

COLUMNS: Final = (
    Column("account", "Account", 14, flex=2),
    Column("period", "Period", 7),
    Column("source", "Source", 10, flex=1, min_terminal_width=90),
    Column("format", "Format", 12, min_terminal_width=150),
    Column("records", "Records", 9, kind="number"),
    Column("lines", "Lines", 9, kind="number", min_terminal_width=110),
    Column("quarantined", "Quar.", 6, kind="number"),
    Column("billed", "Billed", 15, flex=1, align="right"),
    Column("effective", "Effective", 15, flex=1, align="right", min_terminal_width=76),
    Column("days", "Days", 23, min_terminal_width=170),
    Column("loaded_at", "Loaded", 16, min_terminal_width=130),
)


class Units(SortedTable):
    """The loaded units; as a frame they have a row for each currency, with exact amounts."""

    def frame(self) -> pl.DataFrame:
        """One row per unit and currency, in the order on screen."""
        import polars as pl

        units = [row["unit"] for row in self.rows]
        pairs = [(unit, code) for unit in units for code in dict.fromkeys([*unit.billed, *unit.effective])]
        names = ("source", "account", "period", "format", "records", "lines", "quarantined")
        return pl.DataFrame(
            [
                *(pl.Series(name, [getattr(unit, name) for unit, _ in pairs]) for name in names),
                pl.Series("currency", [code for _, code in pairs]),
                decimal_column("billed", [_amount(unit.billed, code) for unit, code in pairs]),
                decimal_column("effective", [_amount(unit.effective, code) for unit, code in pairs]),
                *(
                    pl.Series(name, [getattr(unit, name) for unit, _ in pairs])
                    for name in ("first_day", "last_day", "loaded_at")
                ),
            ]
        )


def _amount(totals: Mapping[str, str], code: str) -> Decimal | None:
    return Decimal(totals[code]) if code in totals else None


def short(account: str) -> str:
    """The end of a long path-like account identifier: the part that tells it from others."""
    return f"…/{account.rpartition('/')[2]}" if len(account) > 24 and "/" in account[:-1] else account


def row_of(unit: Loaded, currencies: tuple[str, ...]) -> dict[str, object]:
    """A row of the table; amounts of several currencies are sorted by the first of them."""
    billed, effective = written_sums([unit.billed]), written_sums([unit.effective])
    return {
        "billed.order": [billed.get(code, ZERO) for code in currencies],
        "effective.order": [effective.get(code, ZERO) for code in currencies],
        "account": short(unit.account) + ("" if unit.dataset == BILL else f" {unit.dataset}"),
        "period": unit.period,
        "source": unit.source,
        "format": unit.format,
        "records": unit.records,
        "lines": unit.lines,
        "quarantined": unit.quarantined,
        "billed": amounts_text(billed, currencies),
        "effective": amounts_text(effective, currencies),
        "days": f"{unit.first_day} – {unit.last_day}",
        "loaded_at": unit.loaded_at[:16].replace("T", " "),
        "tone": "warn" if unit.quarantined else "",
        "unit": unit,
    }


def words_of(arguments: str) -> list[str]:
    """Paths and globs as written on one line: blanks part them, quotes hold them together.

    Raises:
        ValueError: quotes are never closed.
    """
    return shlex.split(arguments)


class SourcesScreen(Page[bool]):
    """The loaded units; dismissed with True when something was loaded."""

    where: ClassVar[str] = "sources"
    BINDINGS: ClassVar[list[BindingType]] = bindings("sources")

    def __init__(self, desk: Desk) -> None:
        """Open over another screen."""
        super().__init__(desk)
        self.changed = False

    def body(self) -> ComposeResult:
        """The table and its sums, or how to load something."""
        yield Units(self.desk.look, id="units")
        yield Line(self.desk.look, id="sums")
        yield Static(Text(self._how_to_load()), id="empty", markup=False)

    def on_mount(self) -> None:
        """Show what is loaded."""
        self.query_one(SortedTable).focus()
        self.data_changed()

    def data_changed(self) -> None:
        """Show what is loaded now."""
        units = self.desk.loaded
        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        self.set_class(not units, "-empty")
        self.query_one(SortedTable).list_rows(COLUMNS, [row_of(unit, currencies) for unit in units])
        count = f"{len(units):,} unit{'' if len(units) == 1 else 's'} loaded"
        self.show_top(
            [Part("Sources", "strong", 0), Part(self.desk.title, "accent", 2)], [Part(count, "", 1)]
        )
        quarantined = sum(unit.quarantined for unit in units)
        bills = [unit for unit in units if unit.dataset == BILL]
        billed = amounts_text(written_sums(unit.billed for unit in bills), currencies)
        effective = amounts_text(written_sums(unit.effective for unit in bills), currencies)
        split = amounts_text(
            written_sums(unit.effective for unit in units if unit.dataset != BILL), currencies
        )
        self.query_one("#sums", Line).show(
            [
                Part("all of it", "strong", 3),
                Part(f"{money.number(sum(unit.records for unit in units))} records", "", 2),
                Part(f"{money.number(sum(unit.lines for unit in units))} lines", "muted", 5),
                Part(f"{quarantined:,} quarantined", "warn" if quarantined else "muted", 1),
            ],
            [
                *([Part(f"allocated {split}, not added", "muted", 3)] if len(bills) < len(units) else ()),
                Part(f"billed {billed}", "strong", 0),
                Part(f"effective {effective}", "strong", 4),
            ],
        )

    def _how_to_load(self) -> str:
        if self.desk.load is None:
            return "Nothing is loaded, and nothing can be loaded here."
        key = next(
            (shown_all(a, self.desk.keys)[0] for a in actions("sources") if a.id == "sources.load"), ""
        )
        return (
            f"Nothing is loaded yet.\n\n{key} loads bills: a file, a folder or a glob, as\n\n"
            "    ~/bills/*.parquet\n\nFOCUS of any vendor, AWS CUR, Azure Cost Management, Google Cloud, "
            "Oracle Cloud, OpenCost, Kubecost, OpenAI, Anthropic, Snowflake, Databricks; .csv, .csv.gz, .zip, "
            ".parquet, .json. What it is, its header says.\nLoading the same month again replaces it."
        )

    @on(VTable.RowHighlighted)
    def show_unit(self, event: VTable.RowHighlighted) -> None:
        """Say where the unit under the cursor comes from."""
        unit: Loaded = event.row["unit"]
        files = f"{len(unit.files)} file{'' if len(unit.files) == 1 else 's'}"
        self.show_state(
            [Part(unit.account, "accent", 1), Part(unit.files[0] if unit.files else "", "muted", 0)],
            [Part(f"{files}, loaded {unit.loaded_at[:16].replace('T', ' ')}", "muted", 2)],
        )

    @on(VTable.RowSelected)
    def open_unit(self, event: VTable.RowSelected) -> None:
        """Show a unit's files."""
        from finops_tui.screens.sources_unit import UnitScreen

        currencies = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        self.app.push_screen(UnitScreen(self.desk, event.row["unit"], currencies))

    def action_quarantine(self) -> None:
        """Show the records that were set aside."""
        from finops_tui.screens.quarantine import QuarantineScreen

        if self.desk.masked:
            self.say(MASKED, "warn")
        elif self.desk.quarantined is None:
            self.say("there is nothing to read records from", "warn")
        else:
            self.app.push_screen(QuarantineScreen(self.desk))

    def action_load(self) -> None:
        """Ask what to load."""
        from finops_tui.screens.loading import LoadLine

        if self.desk.load is None:
            self.say("nothing can be loaded here: open a store of your own with `finops-tui PATH`", "warn")
        else:
            self.app.push_screen(LoadLine(self.desk), self.load)

    def load(self, line: str | None) -> None:
        """Load what a line says."""
        from finops_tui.screens.loading import LoadingScreen

        if line is None or not line.strip():
            return
        if self.desk.load is None:
            self.say("nothing can be loaded here: open a store of your own with `finops-tui PATH`", "warn")
            return
        try:
            paths = words_of(line)
        except ValueError:
            self.say("quotes are never closed", "warn")
            return
        self.app.push_screen(LoadingScreen(self.desk, paths), self.loaded)

    def loaded(self, report: LoadReport | None) -> None:
        """Show what is there now."""
        if report is None:
            return
        if report.loaded:
            self.changed = True
            units = f"{len(report.loaded):,} unit{'' if len(report.loaded) == 1 else 's'}"
            self.say(f"loaded {units}")
        self.data_changed()

    def action_cancel_load(self) -> None:
        """There is nothing to stop: a load has a window of its own."""
        self.say("nothing is being loaded")

    def action_back(self) -> None:
        """Leave, and say whether something was loaded."""
        self.dismiss(self.changed)

    async def obey_with(self, action: Action, argument: str) -> None:
        """Load what follows the command."""
        if action.id == "sources.load":
            self.load(argument)
        else:
            await super().obey_with(action, argument)
