"""What is behind a part of a change: the things it is made of, and from each on to its line items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on

from finops_tui.queries.explain import Driver, explain, inside
from finops_tui.queries.explain_steps import listed
from finops_tui.screens import explain_table, money
from finops_tui.screens.explain_core import grouped_on
from finops_tui.screens.keys import bindings
from finops_tui.screens.line import Part
from finops_tui.screens.page import SortedTable
from finops_tui.screens.sliced import SlicedPage
from finops_tui.screens.widgets.table import VTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.explain import Explanation
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

THINGS: Final = 2000
"""Things that are listed, the largest contributions; the rest is one row."""

KNOWN_BY: Final = ("resource", "usage", "service", "account", "region")
"""What tells things apart, as far as people look at it."""


class RowsScreen(SlicedPage):
    """The things behind a part, or behind a whole change; dismissed with a view to explore, or None."""

    where: ClassVar[str] = "behind"
    BINDINGS: ClassVar[list[BindingType]] = bindings("behind")

    def __init__(
        self, desk: Desk, view: View, *, words: tuple[str, ...], part: str | None, match: str = "resource"
    ) -> None:
        """Open over an explanation.

        Args:
            desk: Answers questions.
            view: What is behind the part, with the two periods.
            words: What it is called, step by step.
            part: The part, or None for the whole change.
            match: What counts as the same thing.
        """
        super().__init__(desk, view.regroup(*KNOWN_BY))
        self._compared = view.compared
        self.words, self.part, self.match = words, part, match
        self.one: Explanation | None = None

    def body(self) -> ComposeResult:
        """The table."""
        yield SortedTable(self.desk.look, id="things", empty="asking…")

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.table_of_things.focus()

    @property
    def table_of_things(self) -> SortedTable:
        """The table."""
        return self.query_one(SortedTable)

    def restart(self) -> None:
        """Ask about the two periods of the explanation."""
        if self._compared is not None:
            view = self.base.look_at(self._compared.now, self._compared)
            self.view = view
            self.say_where()
            self.look_at(view)

    def say_where(self) -> None:
        """Say what the rows are behind of."""
        left = [
            Part("Behind ▸", "muted", 9),
            Part(" ▸ ".join(self.words or ("Everything",)), "accent", 0, tail=True),
        ]
        self.show_top(left, self.conditions())

    async def answer(self, view: View) -> None:
        """Ask for the things, the largest contributions first."""
        frame = await self.ask("explain", view, match=self.match)
        found = await self.aside(lambda: explain(frame, view))
        self.one = next((one for one in found if one.currency == view.currency), None)
        one, part, table = self.one, self.part, self.table_of_things
        if one is None:
            table.message("Nothing was charged in either period.")
            return
        ranked, rest = await self.aside(lambda: listed(one, part, THINGS))
        table.list_rows(
            explain_table.things(one, part), explain_table.rows(view, one, part, ranked, rest=rest)
        )
        if not ranked:
            table.message("Nothing here has a part in it.")
        self.show_chosen()

    def failed(self, words: str) -> None:
        """Say why there is no answer."""
        self.table_of_things.message(words, "bad")

    @on(VTable.RowHighlighted)
    def show_chosen(self) -> None:
        """Say what all rows come to."""
        one = self.one
        if one is None:
            return
        amount = one.change if self.part is None else one.parts.get(self.part)
        what = self.part or "change"
        total = f"{what} of all rows: {money.delta(amount, one.currency)}" if amount is not None else ""
        self.show_state(
            [Part(total, "accent", 0), Part("Enter: line items · x: why", "muted", 4)],
            [Part(f"{self.table_of_things.count:,} things", "muted", 1)],
        )

    def driver(self) -> Driver | None:
        """The thing under the cursor."""
        row = self.table_of_things.current
        found = row.get("driver") if row is not None else None
        return found if isinstance(found, Driver) else None

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """The thing under the cursor, or all of them."""
        view = self.view
        driver = self.driver()
        if view is None or (driver is None and not whole):
            self.say("there is no single thing under the cursor")
            return None
        if whole or driver is None:
            return view, self.words
        row = self.table_of_things.current or {}
        return grouped_on(inside(view, driver=driver)), (*self.words, str(row.get("name")))

    @on(VTable.RowSelected)
    def open_items(self) -> None:
        """Show the line items of a thing: of now, or of before where it is gone."""
        from finops_tui.screens.resource import ResourceScreen

        found, driver = self.figure(whole=False), self.driver()
        if found is None or driver is None or self._compared is None:
            return
        period = self._compared.before if not driver.now and driver.before else self._compared.now
        view = replace(found[0], period=period, compared=None)
        self.app.push_screen(ResourceScreen(self.desk, view), self.followed)

    def action_explore(self) -> None:
        """Explore the thing under the cursor."""
        found = self.figure(whole=False)
        if found is not None:
            self.dismiss(found[0])
