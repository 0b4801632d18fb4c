"""Why did it change: the parts that add up to a change, and who drove each of them, at any depth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from finops_tui.queries.explain import inside
from finops_tui.queries.explain_parts import PARTS
from finops_tui.queries.provenance import PARTS as METHOD
from finops_tui.screens import steps
from finops_tui.screens.explain_core import ExplainCore, grouped_on
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.waterfall import Waterfall

if TYPE_CHECKING:
    from finops_tui.queries.view import View


class ExplainScreen(ExplainCore):
    """The page of one change; dismissed with a view to explore, or None."""

    # Deeper

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """The part or the driver under the cursor, or all of the change."""
        view = self.view
        if self.one is None or view is None:
            self.say("there is nothing here to ask about")
            return None
        if whole:
            return view, self.words
        row = self.drivers.current if self.focused is self.drivers else None
        if row is not None and row.get("driver") is None:
            self.say("the rest is many groups: d groups them by something else")
            return None
        driver = self.driver()
        within = inside(view, driver=driver, part=self.part)
        within = replace(within, period=self.base.period)
        words = (*self.words, *((str(row["name"]),) if row is not None else ()))
        return (
            grouped_on(within) if driver is not None else within,
            (*words, *((self.part,) if self.part else ())),
        )

    def said(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """A part is no cost: what is told of is behind it."""
        return (
            (*words[:-1], f"what is behind {self.part}")
            if self.part and words[-1:] == (self.part,)
            else words
        )

    def note(self) -> str:
        """What a part is, and that it is reckoned thing by thing."""
        return f"{self.part}: {PARTS[self.part]}; {METHOD}." if self.part else ""

    def action_match(self) -> None:
        """Take a resource's usage for the same thing, or a usage whatever the resource."""
        self.match = "usage" if self.match == "resource" else "resource"
        self.restart()
        self.say(
            "the same thing: a usage, whatever the resource"
            if self.match == "usage"
            else "the same thing: a resource's usage"
        )

    def action_explain(self, whole: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Explain what is under the cursor."""
        found = self.figure(whole=whole)
        if found is None:
            return
        view, words = found
        within = {*view.path} == {*self.base.path}  # the part's own charges are looked at already
        if whole or (self.driver() is None and (self.part is None or within)):
            self.say("this is explained already: move to a part or a driver, then x")
            return
        deeper = ExplainScreen(
            self.desk, view, words=words, against=self.against, raw=self.raw, match=self.match
        )
        deeper.part = self.part
        self.app.push_screen(deeper, self.followed)

    @on(Waterfall.StepSelected)
    @on(VTable.RowSelected)
    def open_rows(self) -> None:
        """Show what is behind the part or the driver: the things, then their line items."""
        from finops_tui.screens.explain_rows import RowsScreen

        found = self.figure(whole=False)
        if found is not None and self.view is not None:
            behind = replace(found[0], period=self.view.period, compared=self.view.compared)
            self.app.push_screen(
                RowsScreen(self.desk, behind, words=found[1], part=self.part, match=self.match), self.followed
            )

    def action_explore(self) -> None:
        """Explore what is under the cursor."""
        found = self.figure(whole=False)
        if found is not None and self.desk.calendar is not None:
            self.dismiss(steps.at(found[0], self.base.period, self.desk.calendar, comparing=True))
