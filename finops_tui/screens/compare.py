"""Two periods of a scope side by side, or two scopes in one period: before, now, and the change of every group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.widgets import Static

from finops_tui.queries import compare, explain_words
from finops_tui.screens import money, readout, steps, trail
from finops_tui.screens.cells import written
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Line, Part
from finops_tui.screens.page import SortedTable
from finops_tui.screens.sliced import SlicedPage
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.filters import Expr
    from finops_tui.queries.view import Condition, Period, View
    from finops_tui.screens.desk import Desk

    Scope = tuple[tuple[Condition, ...], Expr | None]

GROUPS: Final = 2000
"""Groups that are listed, the largest changes; the rest is one row."""


class CompareScreen(SlicedPage):
    """The page of two sides; dismissed with a view to explore, or None.

    Attributes:
        words: What the scope is called, step by step.
        other: The scope of the first side, when two scopes are compared; None for two periods of one.
        table: Both sides, as they are on screen.
    """

    where: ClassVar[str] = "compare"
    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")

    def __init__(
        self,
        desk: Desk,
        view: View,
        *,
        words: tuple[str, ...] = (),
        other: Scope | None = None,
        against: Period | None = None,
        raw: bool = False,
    ) -> None:
        """Open over another screen.

        Args:
            desk: Answers questions.
            view: The slice, in the later period.
            words: What it is called, step by step.
            other: Conditions and filter of the first side, when two scopes are compared.
            against: The earlier period; None for the like-for-like one.
            raw: Whether days still arriving are taken along.
        """
        super().__init__(desk, view, against, raw=raw)
        self.words = words
        self.other = other
        self.both: compare.Table | None = None

    def body(self) -> ComposeResult:
        """The totals, what is compared, and the groups."""
        yield Static(id="story", classes="facts", markup=False)
        yield Line(self.desk.look, id="facts")
        yield Line(self.desk.look, id="cover")
        yield SortedTable(self.desk.look, id="groups", empty="asking…")

    def on_mount(self) -> None:
        """Ask, with the cursor on the groups."""
        super().on_mount()
        self.groups.focus()

    @property
    def groups(self) -> SortedTable:
        """The table of groups."""
        return self.query_one("#groups", SortedTable)

    def restart(self) -> None:
        """Ask about the two periods, or about the two scopes."""
        if self.other is None or self.desk.calendar is None:
            super().restart()
            return
        self.view = self.base
        self.say_where()
        self.look_at(self.base)

    def say_where(self) -> None:
        """Say what is compared."""
        left = [
            Part("Compare ▸", "muted", 9),
            Part(" ▸ ".join(self.words or ("Everything",)), "accent", 0, tail=True),
        ]
        if self.other is not None:
            left[1:] = [
                Part(" vs ".join(reversed(self._sides())), "accent", 0),
            ]
        self.show_top(left, self.conditions())

    def _sides(self) -> tuple[str, str]:
        """What the two sides are called: their days, or their scopes."""
        view = self.view or self.base
        if self.other is not None:
            first = replace(self.base, path=self.other[0], filter=self.other[1])
            return " ▸ ".join(trail.crumbs(first, {})), " ▸ ".join(trail.crumbs(self.base, {}))
        if view.compared is None:
            return "Before", "Now"
        return trail.days(view.compared.before), trail.days(view.compared.now)

    # Asking

    async def answer(self, view: View) -> None:
        """Ask for both sides, and put them beside each other."""
        if self.other is not None:
            sides = replace(view, path=self.other[0], filter=self.other[1]), view
        elif view.compared is not None:
            sides = replace(view, period=view.compared.before, compared=None), replace(view, compared=None)
        else:
            return
        before, now = [await self.ask("by_key", side) for side in sides]
        code = view.currency or ""
        self.both = await self.aside(lambda: compare.table(before, now, code))
        self._show(view, self.both)

    def failed(self, words: str) -> None:
        """Say why there is nothing to compare."""
        self.both = None
        self.query_one("#facts", Line).show(())
        self.query_one("#cover", Line).show(())
        self._tell(f"{words} t and T choose the two periods.")
        self.groups.message("Nothing to compare.")

    def _tell(self, words: str) -> None:
        """Say something that may take more than a line, or nothing."""
        story = self.query_one("#story", Static)
        story.update(written(words, self.desk.look))
        story.display = bool(words)

    def _show(self, view: View, both: compare.Table) -> None:
        self._tell("")
        code, total = view.currency or "", both.total
        room = max(self.size.width // 5, 8)
        first, second = (readout.shortened(words, room) for words in self._sides())
        change = money.change_percent((total.now, total.before))
        self.query_one("#facts", Line).show(
            [
                Part(money.amount(total.before, code), "strong", 0, first),
                Part(money.amount(total.now, code), "strong", 0, second),
                Part(money.delta(total.change, code), "bad" if total.change > 0 else "good", 0),
                Part(change, "", 1),
                Part(
                    "masked: flat in all, its groups moved against each other" if both.flat else "", "warn", 2
                ),
            ]
        )
        self.query_one("#cover", Line).show(
            [Part(self._days_words(view), "warn" if self.raw else "muted", 0)]
        )
        shown, rest = both.listed(GROUPS)
        rows = [self._row(view, row) for row in shown]
        if rest is not None:
            rows.append(_cells(rest[1], code) | {"name": f"Other ({rest[0]:,})", "tone": "muted"})
        self.groups.list_rows(self._columns(view), rows)
        if not rows:
            self.groups.message("Nothing was charged on either side: t and T choose other periods.")
        self.show_chosen()

    def _days_words(self, view: View) -> str:
        calendar = self.desk.calendar
        if calendar is None:
            return ""
        if view.compared is None:
            return "The same days on both sides."
        words = explain_words.coverage(calendar, view.compared)
        now, before = view.compared.now.days, view.compared.before.days
        return words if now == before else f"{words} {before} days before, {now} now."

    def _columns(self, view: View) -> list[Column]:
        code = view.currency or ""
        first, second = self._sides() if self.other is not None else ("Before", "Now")
        names = [
            Column(trail.cell(place), trail.title(name), 14, flex=2 if place else 3)
            for place, name in enumerate(view.group_by)
        ]
        return [
            *names,
            Column("before", readout.shortened(first, 14), 14, kind="money", currency=code),
            Column("now", readout.shortened(second, 14), 14, kind="money", currency=code),
            Column("change", "Change", 13, kind="delta", currency=code),
            Column("percent", "Δ%", 8, kind="change"),
            Column("bar", "", 8, flex=1, kind="bar", min_terminal_width=110),
            Column("lines_before", "Lines before", 12, kind="number", min_terminal_width=160),
            Column("lines_now", "Lines now", 12, kind="number", min_terminal_width=160),
        ]

    def _row(self, view: View, row: compare.Row) -> dict[str, Any]:
        cells = _cells(row, view.currency or "") | {"values": row.values}
        cells |= trail.cells(view.group_by, row.values, row.label)
        if row.values and row.values[0] is None:
            cells["tone"] = "muted"
        return cells

    @on(VTable.RowHighlighted)
    def show_chosen(self) -> None:
        """Say that the rows add up to the total, and how many they are."""
        if self.both is not None and self.view is not None:
            total = money.delta(self.both.total.change, self.view.currency or "")
            count = f"{len(self.both.rows):,} groups"
            self.show_state([Part(f"all rows together: {total}", "muted", 1)], [Part(count, "muted", 1)])

    # Deeper

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """The group under the cursor, or all of them."""
        row: Mapping[str, Any] = self.groups.current or {}
        if whole:
            return self.base, self.words
        if "values" not in row:
            self.say("there is no group under the cursor")
            return None
        ways = steps.onward(self.base)
        inside = steps.into(self.base, row["values"], ways[0] if ways else "usage")
        return inside, (*self.words, str(row["name"]))

    @on(VTable.RowSelected)
    def open_group(self) -> None:
        """Compare what is inside the group."""
        found = self.figure(whole=False)
        if found is None:
            return
        other = self.other
        if other is not None:
            conditions = found[0].path[len(self.base.path) :]
            other = (*other[0], *conditions), other[1]
        inside = CompareScreen(
            self.desk, found[0], words=found[1], other=other, against=self.against, raw=self.raw
        )
        self.app.push_screen(inside, self.followed)

    def action_explain(self, whole: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Explain the group under the cursor between the two periods."""
        from finops_tui.screens.explain import ExplainScreen

        found = self.figure(whole=whole)
        if found is not None:
            deeper = ExplainScreen(self.desk, found[0], words=found[1], against=self.against, raw=self.raw)
            self.app.push_screen(deeper, self.followed)

    def action_explore(self) -> None:
        """Explore the group under the cursor."""
        found = self.figure(whole=False)
        if found is not None and self.desk.calendar is not None:
            self.dismiss(steps.at(found[0], self.base.period, self.desk.calendar, comparing=True))

    def action_pick_scope(self) -> None:
        """Choose the scope of the first side: two scopes in one period."""
        from finops_tui.screens.filter_line import FilterLine

        def picked(view: View | None) -> None:
            if view is not None:
                self.other = view.path, view.filter
                self.restart()

        first = (
            self.base if self.other is None else replace(self.base, path=self.other[0], filter=self.other[1])
        )
        self.app.push_screen(FilterLine(self.desk, first), picked)

    def action_pick_against(self) -> None:
        """Compare two periods: choose the earlier one."""
        self.other = None
        super().action_pick_against()


def _cells(row: compare.Row, currency: str) -> dict[str, Any]:
    return {
        "before": row.before,
        "now": row.now,
        "change": row.change,
        "change.order": row.change.copy_abs(),
        "percent": (row.now, row.before),
        "bar": row.change,
        "lines_before": row.lines[0],
        "lines_now": row.lines[1],
        "currency": currency,
    }
