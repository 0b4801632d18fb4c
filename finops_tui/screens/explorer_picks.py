"""The explorer's windows: each is pushed over it, and dismissed with the next view or None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.screens.explorer_core import ExplorerCore

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import ModalScreen

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

NOTHING = "no bill is loaded yet"


class ExplorerPicks(ExplorerCore):
    """The explorer with its windows, and steps that may lead nowhere."""

    def step(self, view: View | None, otherwise: str) -> None:
        """Take a step, or say why there is none."""
        if self.view is None:
            self.say(NOTHING)
        elif view is None or view == self.view:
            self.say(otherwise)
        else:
            self.go(view)

    def pick(self, picker: Callable[[Desk, View], ModalScreen[View | None]]) -> None:
        """Choose the next view in a window."""
        if self.view is None:
            self.say(NOTHING)
        else:
            self.app.push_screen(picker(self.desk, self.view), self.picked)

    def picked(self, view: View | None) -> None:
        """Go where a window led."""
        if view is not None and self.view is not None and view.period != self.view.period:
            self.comparing = self.comparing or view.compared is not None
        self.go(view)

    def action_pick_group(self) -> None:
        """Choose a dimension."""
        from finops_tui.screens.group_picker import GroupPicker

        self.pick(GroupPicker)

    def action_filter(self) -> None:
        """Write a filter."""
        from finops_tui.screens.filter_line import FilterLine

        self.pick(FilterLine)

    def action_pick_period(self) -> None:
        """Choose a period."""
        from finops_tui.screens.period_picker import PeriodPicker

        self.pick(PeriodPicker)

    def action_pick_basis(self) -> None:
        """Choose the basis and the categories that count."""
        from finops_tui.screens.basis_picker import BasisPicker

        self.pick(BasisPicker)

    def action_pick_compare(self) -> None:
        """Choose the comparison, with its exact days."""
        from finops_tui.screens.compare_picker import ComparePicker

        self.pick(ComparePicker)

    def action_pick_currency(self) -> None:
        """Choose the currency, with the cost in each."""
        from finops_tui.screens.currency_picker import CurrencyPicker

        self.pick(CurrencyPicker)
