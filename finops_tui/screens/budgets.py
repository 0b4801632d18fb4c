"""Budgets: what was planned, what is spent, what is to be expected, and the state of each in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.widgets import Static

from finops_tui.queries import buckets
from finops_tui.queries.amounts import shortened
from finops_tui.queries.buckets import add_months
from finops_tui.queries.budgets import WORST_FIRST, Budget, BudgetState
from finops_tui.queries.projection import MONTHS
from finops_tui.queries.view import Period, View
from finops_tui.screens import explorer_words
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.kpi_month import charges, month_of, state_of
from finops_tui.screens.line import Part
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.why import Figures
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.calendar import Calendar
    from finops_tui.screens.desk import Desk

SNIPPET: Final = """\
No budgets yet. Write some into finops.toml, here or in the settings folder, and start again:

[[budget]]
name = "Everything"
amount = 10_000             # for every month; or plan = [twelve amounts]

[[budget]]
name = "Core team"
scope = "tag.team:core"     # a filter, as after /; everything when left out
amount = 2_500
basis = "billed"            # effective when left out
thresholds = [80, 100]      # percent: close from 80 on, breached beyond 100
"""

TONES: Final = {"breach": "bad", "warn": "warn", "ok": "", "unknown": "muted"}

COLUMNS: Final = (
    Column("name", "Budget", 16, flex=2),
    Column("actual", "Actual", 13, kind="money"),
    Column("amount", "Budget", 12, kind="money"),
    Column("used", "Used", 7, align="right"),
    Column("prorated", "Prorated", 12, kind="money", min_terminal_width=110),
    Column("projected", "Projected", 13, kind="money", min_terminal_width=96),
    Column("expected", "Expected", 8, align="right", min_terminal_width=120),
    Column("state", "State", 19),
    Column("currency", "Cur", 4, min_terminal_width=130),
    Column("scope", "Scope", 14, flex=2, min_terminal_width=140),
    Column("owner", "Owner", 12, flex=1, min_terminal_width=160),
)


def state_in_words(state: BudgetState, *, ascii_only: bool = False) -> str:
    """How a budget stands: a sign and a few words, the worst thing first."""
    good, close, bad = ("+", "!", "X") if ascii_only else ("✓", "▲", "✗")
    words = f"{good} on track"
    if state.state == "breach":
        words = f"{bad} breached"
    elif state.forecast == "breach" and state.breach_on is not None:
        words = f"{bad} breach on {state.breach_on.day} {buckets.MONTHS[state.breach_on.month - 1]}"
    elif state.forecast == "breach":
        words = f"{bad} breach expected"
    elif state.state == "warn":
        words = f"{close} {state.budget.thresholds[0]:f}% passed"
    elif state.forecast == "warn":
        words = f"{close} close by the end"
    elif state.state == "unknown":
        words = "? no amount planned"
    return words


def worst(state: BudgetState) -> str:
    """The worse of the actual and the expected state."""
    return (
        min((state.state, state.forecast), key=WORST_FIRST.index) if state.amount is not None else "unknown"
    )


async def ask_state(desk: Desk, calendar: Calendar, budget: Budget) -> BudgetState:
    """Ask how the month of the last complete day stands against a budget.

    Raises:
        DeskError: there is no answer; the message is for people.
    """
    month = month_of(calendar)
    view = budget.view(Period(add_months(month.since, -MONTHS), month.until))
    return state_of(budget, charges(await desk.ask("by_bucket", view)), calendar, month)


def explored(budget: Budget, calendar: Calendar) -> View:
    """What the explorer opens on for a budget: its scope in the month, compared, by service."""
    month = month_of(calendar)
    return replace(budget.view(month), group_by=("service",), compared=calendar.compared(month))


def row_of(state: BudgetState, desk: Desk) -> dict[str, object]:
    """A row of the table; what is reckoned has ten decimals, what was charged all of them."""
    budget = state.budget
    return {
        "name": budget.name,
        "actual": state.actual,
        "amount": state.amount,
        "used": None if state.used is None else f"{state.used:.1f}%",
        "prorated": shortened(state.prorated),
        "projected": shortened(state.projection.amount),
        "expected": None if state.expected is None else f"{state.expected:.1f}%",
        "state": state_in_words(state, ascii_only=desk.look.charset == "ascii"),
        "currency": budget.currency,
        "scope": budget.scope or "everything",
        "owner": budget.owner,
        "tone": TONES[worst(state)],
        "budget": budget,
    }


class BudgetsScreen(Page[View], Figures):
    """The budgets of `finops.toml`; dismissed with a view to explore, or None."""

    where: ClassVar[str] = "budgets"
    BINDINGS: ClassVar[list[BindingType]] = bindings("budgets")

    def __init__(self, desk: Desk) -> None:
        """Open over another screen."""
        super().__init__(desk)
        self.states: dict[str, BudgetState] = {}

    def body(self) -> ComposeResult:
        """The table, or how to write a budget."""
        yield SortedTable(self.desk.look, id="budgets", empty="asking…")
        yield Static(Text(SNIPPET), id="empty", markup=False)

    def on_mount(self) -> None:
        """Ask how each budget stands."""
        self.data_changed()

    def data_changed(self) -> None:
        """Ask how each budget stands in what is loaded now."""
        calendar = self.desk.calendar
        self.states.clear()
        self.set_class(not self.desk.budgets, "-empty")
        self.show_top([Part("Budgets", "strong", 0)])
        if not self.desk.budgets:
            return
        table = self.query_one(SortedTable)
        table.focus()
        if calendar is None:
            table.message(explorer_words.empty(self.desk))
            return
        month = month_of(calendar)
        last = calendar.complete_until.toordinal() - month.since.toordinal()
        done = f"{max(last, 0)} of {month.days} days complete"
        self.show_top(
            [Part("Budgets", "strong", 0), Part(buckets.describe(month), "accent", 1)],
            [Part(done, "muted", 2)],
        )
        self.ask_states(calendar)

    @work(exclusive=True)
    async def ask_states(self, calendar: Calendar) -> None:
        """Ask for one budget after the other, and show each as soon as it is there."""
        table = self.query_one(SortedTable)
        failed = ""
        for budget in self.desk.budgets:
            try:
                self.states[budget.name] = await ask_state(self.desk, calendar, budget)
            except DeskError as error:
                failed = f"{budget.name}: {error}"
                self.say(failed, "bad")
            table.list_rows(COLUMNS, [row_of(state, self.desk) for state in self.states.values()])
        if not self.states:
            table.message(failed, "bad")

    @property
    def chosen(self) -> Budget | None:
        """The budget under the cursor."""
        row = self.query_one(SortedTable).current
        found = row.get("budget") if row is not None else None
        return found if isinstance(found, Budget) else None

    @on(VTable.RowHighlighted)
    def show_chosen(self) -> None:
        """Say what the budget under the cursor covers."""
        budget = self.chosen
        if budget is None:
            return
        state = self.states[budget.name]
        left = [
            Part(budget.scope or "everything", "accent", 0),
            Part(f"{budget.basis} {budget.currency}", "", 1),
            Part(f"without {', '.join(sorted(budget.excluded))}" if budget.excluded else "", "warn", 2),
        ]
        self.show_state(left, [Part(state.projection.reason, "muted", 3), Part(budget.owner, "muted", 4)])

    @on(VTable.RowSelected)
    def open_chosen(self) -> None:
        """Open the burn-down of a budget."""
        from finops_tui.screens.burn_down import BurnDownScreen

        budget = self.chosen
        if budget is not None:
            self.app.push_screen(BurnDownScreen(self.desk, budget), self.explore)

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """What was charged to the budget under the cursor in its month; budgets are not added up."""
        budget, calendar = self.chosen, self.desk.calendar
        if whole or budget is None or calendar is None:
            self.say("budgets may overlap, there is no sum of them" if whole else "there is no budget here")
            return None
        return explored(budget, calendar), (budget.name,)

    def followed(self, view: View | None) -> None:
        """Leave with a view to explore."""
        self.explore(view)

    def explore(self, view: View | None) -> None:
        """Explore what a budget covers, if its burn-down was left that way."""
        if view is not None:
            self.dismiss(view)

    def action_explore(self) -> None:
        """Explore what the budget under the cursor covers."""
        budget, calendar = self.chosen, self.desk.calendar
        if budget is None or calendar is None:
            self.say("there is no budget under the cursor")
        else:
            self.dismiss(explored(budget, calendar))
