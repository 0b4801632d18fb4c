"""Reconcile: the export against what is loaded, and that against what is on screen, to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.containers import Vertical
from textual.widgets import Static

from finops_tui.queries.accounting import LEFT_OUT, account
from finops_tui.queries.amounts import exact
from finops_tui.queries.view import View
from finops_tui.screens import money, trail
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Line, Part
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import ListWindow, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.accounting import Account, Amounts, Records
    from finops_tui.screens.desk import Desk

TITLES: Final = {
    "days": "Other days",
    "categories": "Categories",
    "filter": "Filtered",
    "currency": "Currencies",
}
"""What is left out, as headings."""

COLUMNS: Final = (
    Column("period", "Period", 7),
    Column("exported", "Exported", 10, kind="number", min_terminal_width=100),
    Column("records", "Loaded rec.", 11, kind="number", min_terminal_width=140),
    Column("quarantined", "Aside", 6, kind="number"),
    Column("currency", "Cur", 4),
    Column("loaded", "Loaded", 15, kind="money", flex=1),
    Column("shown", "On screen", 15, kind="money", flex=1),
    Column("other", "Left out", 15, kind="money", flex=1),
    Column("difference", "Diff.", 5, kind="money"),
    Column("files", "Files", 6, kind="number", min_terminal_width=110),
    *(Column(f"left.{name}", TITLES[name], 14, kind="money", min_terminal_width=190) for name in TITLES),
)


class ReconcileScreen(Page[None]):
    """The accounts of a view, a row for each billing period and currency."""

    where: ClassVar[str] = "reconcile"
    BINDINGS: ClassVar[list[BindingType]] = bindings("reconcile")

    def __init__(self, desk: Desk, view: View | None) -> None:
        """Open over another screen.

        Args:
            desk: Answers questions, and knows what is loaded.
            view: What is on that screen; everything when it has no view of its own.
        """
        super().__init__(desk)
        self.view = view
        self.account: Account | None = None

    def body(self) -> ComposeResult:
        """The accounts, and their sums."""
        yield SortedTable(self.desk.look, id="accounts", empty="adding up…")
        yield Line(self.desk.look, id="records")
        yield Line(self.desk.look, id="sums")
        yield Static(
            Text("No bill is loaded yet: there is nothing to account for."), id="empty", markup=False
        )

    def on_mount(self) -> None:
        """Add up."""
        self.query_one(SortedTable).focus()
        self.data_changed()

    def data_changed(self) -> None:
        """Add up again."""
        calendar = self.desk.calendar
        self.set_class(calendar is None, "-empty")
        if calendar is None:
            self.show_top([Part("Reconcile", "strong", 0)])
            return
        view = self.view or View(calendar.all)
        self._say_what(view, None)
        self.add_up(view)

    @work(exclusive=True)
    async def add_up(self, view: View) -> None:
        """Ask for everything that the accounts need."""
        calendar = self.desk.calendar
        if calendar is None:
            return
        units = [loaded.unit for loaded in self.desk.loaded if loaded.unit is not None]
        try:
            self.account = await account(self.desk.ask, view, calendar.all, units)
        except DeskError as error:
            self.query_one(SortedTable).message(str(error), "bad")
            return
        self.query_one(SortedTable).list_rows(COLUMNS, rows_of(self.account, calendar.currencies))
        self._say_what(view, self.account)
        self._sum_up(self.account)

    def _say_what(self, view: View, found: Account | None) -> None:
        """Say of what the accounts are, and whether they are balanced."""
        verdict = Part("adding up…", "muted", 1)
        if found is not None:
            good = Part("everything is accounted for", "good", 0, brief="accounted for")
            verdict = good if found.balanced else Part("NOT EVERYTHING IS ACCOUNTED FOR", "bad", 0)
        words = [" / ".join(trail.crumbs(view, {})), trail.counted(view)] if self.view is not None else []
        self.show_top(
            [
                Part("Reconcile", "strong", 0),
                Part(self.desk.title, "accent", 5),
                *(Part(word, "", 3) for word in words if word),
                Part(trail.days(view.period), "", 2),
                Part(f"{view.basis} cost", "", 2),
            ],
            [verdict],
        )

    def _sum_up(self, found: Account) -> None:
        loaded = sum(one.loaded for one in found.records)
        aside = sum(one.quarantined for one in found.records)
        count = money.number
        replaced = f"{count(found.replaced)} loaded again from other files" if found.replaced else ""
        missing = f"{count(found.unaccounted)} in no file" if found.unaccounted else ""
        self.query_one("#records", Line).show(
            [
                Part("records", "strong", 3),
                Part(
                    f"{count(loaded + aside)} exported = {count(loaded)} loaded + {count(aside)} set aside",
                    "",
                    0,
                ),
                Part(missing, "bad", 0),
                Part(replaced, "muted", 4),
            ]
        )
        codes = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        sums = found.sums()
        order = sorted(sums, key=lambda code: _place(code, codes))
        self.query_one("#sums", Line).show(
            [Part(_equation(sums[code]), "", rank) for rank, code in enumerate(order)]
        )

    @on(VTable.RowHighlighted)
    def show_exactly(self, event: VTable.RowHighlighted) -> None:
        """Write the accounts under the cursor in full."""
        line: Amounts = event.row["line"]
        left = [f"{LEFT_OUT[name]} {exact(sum_)}" for name, sum_ in line.left_out.items() if sum_]
        self.show_state([Part(_exactly(line), "", 0), Part(", ".join(left), "muted", 4)])

    @on(VTable.RowSelected)
    def open_files(self, event: VTable.RowSelected) -> None:
        """Show the files behind a period."""
        line: Amounts = event.row["line"]
        found = self.account
        records = next((one for one in found.records if one.period == line.period), None) if found else None
        if records is not None:
            self.app.push_screen(FilesScreen(self.desk, line, records))


def rows_of(found: Account, currencies: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each period, the newest first, and currency; records have none: they are in the first of a period."""
    records = {one.period: one for one in found.records}
    rows: list[dict[str, Any]] = []
    lines = sorted(found.amounts, key=lambda line: _place(line.currency, currencies))
    for line in sorted(lines, key=lambda line: line.period, reverse=True):
        one = records.pop(line.period, None)
        rows.append(
            {
                "period": line.period,
                "currency": line.currency,
                "exported": one.exported if one else None,
                "records": one.loaded if one else None,
                "quarantined": one.quarantined if one else None,
                "files": len(one.files) if one else None,
                "loaded": line.loaded,
                "shown": line.shown,
                "other": line.other,
                "difference": line.difference,
                **{f"left.{name}": sum_ for name, sum_ in line.left_out.items()},
                "tone": "bad" if line.difference else "",
                "line": line,
            }
        )
    return rows


def _place(code: str, currencies: Sequence[str]) -> tuple[int, str]:
    return (currencies.index(code) if code in currencies else len(currencies), code)


def _exactly(line: Amounts) -> str:
    words = (
        f"{exact(line.loaded)} {line.currency} = {exact(line.shown)} on screen + {exact(line.other)} left out"
    )
    return words if not line.difference else f"{words} + {exact(line.difference)} UNACCOUNTED"


def _equation(line: Amounts) -> str:
    amounts = [money.amount(amount, line.currency) for amount in (line.loaded, line.shown, line.other)]
    words = "{} loaded = {} on screen + {} left out".format(*amounts)
    return words if not line.difference else f"{words} + {exact(line.difference)} UNACCOUNTED"


class FilesScreen(ListWindow[None]):
    """The files behind a billing period."""

    def __init__(self, desk: Desk, line: Amounts, records: Records) -> None:
        """Open over the accounts.

        Args:
            desk: Its look.
            line: The amounts of the period in a currency.
            records: The records of the period and their files.
        """
        super().__init__(desk)
        self.line = line
        self.records = records

    def compose(self) -> ComposeResult:
        """The accounts in full, then the files."""
        with Vertical(id="box") as box:
            box.border_title = f"Behind {self.records.period}"
            yield VTable(self.desk.look, id="facts")
            yield Static(cell(spoken("↑↓ scroll · esc back", self.desk.look)), id="message")

    def on_mount(self) -> None:
        """List what there is."""
        line, records = self.line, self.records
        left = {name: sum_ for name, sum_ in line.left_out.items() if sum_}
        facts = [
            ("exported", f"{records.exported:,} records"),
            ("loaded", f"{records.loaded:,} records"),
            ("set aside", f"{records.quarantined:,} records"),
            ("loaded", f"{exact(line.loaded)} {line.currency}"),
            ("on screen", f"{exact(line.shown)} {line.currency}"),
            *((LEFT_OUT[name], f"{exact(sum_)} {line.currency}") for name, sum_ in left.items()),
            ("difference", f"{exact(line.difference)} {line.currency}"),
        ]
        for place, file in enumerate(records.files):
            name = f"{len(records.files):,} file{'' if len(records.files) == 1 else 's'}" if not place else ""
            folder, _, last = file.path.rpartition("/")
            parts = [last or file.path, f"{file.records:,} records", file.format, folder]
            facts.append((name, " · ".join(filter(None, parts))))
        table = self.query_one(VTable)
        table.styles.height = min(len(facts) + 1, 40)
        columns = (Column("name", "", 22), Column("value", "", 40, flex=1))
        table.show(columns, [{"name": name, "value": value} for name, value in facts])
        table.focus()


def view_of(screen: object) -> View | None:
    """What a screen shows, where it shows a view."""
    view = getattr(screen, "view", None)
    return view if isinstance(view, View) else None
