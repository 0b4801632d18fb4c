"""From the explorer to why a figure changed: the row, the bin or the box under the cursor, or all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from finops_tui.screens import steps, trail
from finops_tui.screens.explorer_picks import NOTHING, ExplorerPicks
from finops_tui.screens.explorer_picture import WITHOUT_TABLE
from finops_tui.screens.sliced import charges_only
from finops_tui.screens.why import Figures

if TYPE_CHECKING:
    from finops_tui.queries.view import View


class ExplorerWhy(ExplorerPicks, Figures):
    """The explorer's figures, to be asked about."""

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """The bin under the cursor when the picture has the focus, else the group; or all of the view."""
        view = self.view
        if view is None:
            self.say(NOTHING)
            return None
        words = trail.crumbs(view, self.names)
        if whole:
            return view, words
        if self.focused is not self.groups and self.picture.picture not in WITHOUT_TABLE:
            period = self.picture.period_here()
            if period is not None:
                return replace(view, period=period), (*words, trail.days(period))
        values = self.chosen()
        if values is None:
            return None
        self.names.update(self.groups.names_of(values))
        ways = steps.onward(view)
        inside = steps.into(view, values, ways[0] if ways else "usage")
        own = trail.crumbs(replace(inside, path=inside.path[len(view.path) :], filter=None), self.names)
        return inside, (*(words if view.path or view.filter else ()), *own)

    def action_open_compare(self) -> None:
        """Two periods side by side; two marked rows are two scopes side by side."""
        from finops_tui.screens.compare import CompareScreen

        view, marked = self.view, sorted(self.groups.marked)
        pair = [self.groups.values(index) for index in marked] if len(marked) == 2 else []
        if view is None or len(pair) != 2:
            super().action_open_compare()
            return
        ways = steps.onward(view)
        first, second = (steps.into(view, values or (), ways[0] if ways else "usage") for values in pair)
        other = charges_only(first)
        self.app.push_screen(
            CompareScreen(self.desk, second, other=(other.path, other.filter)), self.followed
        )

    def followed(self, view: View | None) -> None:
        """Go where a screen opened from here led to."""
        self.go(view)
