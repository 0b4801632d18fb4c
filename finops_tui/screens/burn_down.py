"""A budget's month, day by day: spent, expected, the budget, and what it is spent on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from finops_tui.queries import buckets
from finops_tui.queries.view import Condition, View
from finops_tui.screens import explorer_words, money, trail
from finops_tui.screens.budgets import ask_state, explored, state_in_words, worst
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Line, Part
from finops_tui.screens.page import Page, SortedTable
from finops_tui.screens.why import Figures
from finops_tui.screens.widgets.lines import LineChart
from finops_tui.screens.widgets.plots import Line as Curve
from finops_tui.screens.widgets.plots import Plot
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.budgets import Budget, BudgetState
    from finops_tui.queries.calendar import Calendar
    from finops_tui.screens.desk import Desk

COLUMNS = (
    Column("name", "Service", 24, flex=1),
    Column("cost", "Cost", 16, kind="money"),
    Column("n", "Lines", 10, kind="number", min_terminal_width=60),
)


def verdict(state: BudgetState) -> str:
    """What the picture says, in words."""
    code = state.budget.currency
    if state.amount is None:
        return "no amount planned for this month"
    amount = money.amount(state.amount, code, decimals=0)
    if state.projection.amount is None:
        return f"no projection: {state.projection.reason}"
    if not state.projection.days:
        return f"ended at {money.amount(state.actual, code, decimals=0)} of {amount}"
    expected = money.amount(state.projection.amount, code, decimals=0)
    share = "" if state.expected is None else f" ({state.expected:.0f}%)"
    return f"projected {expected} of {amount}{share}"


def plot_of(state: BudgetState) -> Plot:
    """The curves of a budget's month: one amount a day, None where a curve does not go."""
    spent, ahead = dict(state.spent), dict(state.ahead)
    days = buckets.buckets(state.month, "day")
    last = state.spent[-1][0] if state.spent else None
    expected = [ahead.get(day) or (spent[day] if day == last else None) for day in days]
    tones = {"breach": "bad", "warn": "warn", "ok": "good"}
    curves = [Curve("spent", [spent.get(day) for day in days])]
    if ahead:
        curves.append(Curve("expected", expected, "forecast"))
    return Plot(
        curves,
        days,
        currency=state.budget.currency,
        level=state.amount,
        level_name="budget",
        today=None if last is None else days.index(last),
        verdict=verdict(state),
        verdict_tone=tones.get(worst(state), "muted"),
    )


class BurnDownScreen(Page[View], Figures):
    """One budget's month; dismissed with a view to explore, or None."""

    where: ClassVar[str] = "budget"
    BINDINGS: ClassVar[list[BindingType]] = bindings("budget")

    def __init__(self, desk: Desk, budget: Budget) -> None:
        """Open over the budgets.

        Args:
            desk: Answers questions.
            budget: The budget.
        """
        super().__init__(desk)
        self.budget = budget
        self.state: BudgetState | None = None

    def body(self) -> ComposeResult:
        """Figures, the chart, and what the money is spent on."""
        yield Line(self.desk.look, id="facts")
        yield LineChart(self.desk.look, id="chart")
        yield SortedTable(self.desk.look, id="services", empty="asking…")

    def on_mount(self) -> None:
        """Ask how the month stands, and what it consists of."""
        self.data_changed()

    def data_changed(self) -> None:
        """Ask about the month of what is loaded now."""
        calendar, table = self.desk.calendar, self.query_one(SortedTable)
        table.focus()
        crumbs = [Part("Budgets ▸", "muted", 2), Part(self.budget.name, "strong", 0)]
        if calendar is None:
            self.show_top(crumbs)
            table.message(explorer_words.empty(self.desk))
            return
        view = explored(self.budget, calendar)
        right = [
            Part(buckets.describe(view.period), "", 1),
            Part(view.basis, "", 2),
            Part(trail.counted(view), "warn", 3),
            Part(self.budget.currency, "", 1),
        ]
        self.show_top(crumbs, right)
        self.show_state([Part(self.budget.scope or "everything", "accent", 0)])
        self.ask_month(calendar, view)

    @work(exclusive=True)
    async def ask_month(self, calendar: Calendar, view: View) -> None:
        """Ask for the days, then for the services."""
        table = self.query_one(SortedTable)
        try:
            state = await ask_state(self.desk, calendar, self.budget)
            self.state = state
            self.query_one(LineChart).show(plot_of(state))
            self.query_one("#facts", Line).show(self._facts(state))
            groups = (await self.desk.ask("by_key", replace(view, compared=None))).to_dicts()
        except DeskError as error:
            table.message(str(error), "bad")
            return
        code = self.budget.currency
        lines = sum(row["n"] for row in groups)
        whole = {"name": "All of it", "cost": state.actual, "n": lines, "tone": "strong", "currency": code}
        rows = [
            {
                "name": trail.value_in_words("service", row["k0"], row["label"]),
                "k0": row["k0"],
                "cost": row["cost"],
                "n": row["n"],
                "currency": code,
            }
            for row in groups
        ]
        table.list_rows(COLUMNS, [whole, *rows])

    def _facts(self, state: BudgetState) -> list[Part]:
        code = self.budget.currency
        words = state_in_words(state, ascii_only=self.desk.look.charset == "ascii")
        used = "" if state.used is None else f" ({state.used:.1f}%)"
        tones = {"breach": "bad", "warn": "warn", "ok": "good"}
        return [
            Part(words, tones.get(worst(state), "muted"), 0),
            Part(f"actual {money.amount(state.actual, code)}{used}", "strong", 0),
            Part(f"budget {money.amount(state.amount, code)}", "", 1),
            Part(f"even spending {money.amount(state.prorated, code)}", "muted", 3),
            Part(state.projection.words, "muted", 4),
        ]

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """What was charged to the budget, or to one service in it."""
        if self.desk.calendar is None:
            self.say("no bill is loaded yet")
            return None
        view, row = explored(self.budget, self.desk.calendar), self.query_one(SortedTable).current or {}
        if whole or "k0" not in row:
            return view, (self.budget.name,)
        inside = replace(view, path=(Condition("service", row["k0"]),), group_by=("usage",))
        return inside, (self.budget.name, str(row["name"]))

    def followed(self, view: View | None) -> None:
        """Leave with a view to explore."""
        if view is not None:
            self.dismiss(view)

    @on(VTable.RowSelected)
    def explore_row(self, event: VTable.RowSelected) -> None:
        """Explore the budget's scope, or one service in it."""
        if self.desk.calendar is None:
            return
        view = explored(self.budget, self.desk.calendar)
        if "k0" in event.row:
            condition = Condition("service", event.row["k0"])
            view = replace(view, path=(condition,), group_by=("usage",))
        self.dismiss(view)

    def action_explore(self) -> None:
        """Explore what the budget covers."""
        if self.desk.calendar is None:
            self.say("no bill is loaded yet")
        else:
            self.dismiss(explored(self.budget, self.desk.calendar))
