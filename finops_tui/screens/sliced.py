"""What the screens of two periods share: which they are, what is looked at in them, and the keys to change both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from finops_tui.queries import filters, periods
from finops_tui.queries.explain_days import chosen
from finops_tui.queries.periods import PeriodError
from finops_tui.queries.view import View
from finops_tui.screens import commands, converting, steps, trail
from finops_tui.screens.asking import Asking, Waiting
from finops_tui.screens.desk import MASKED
from finops_tui.screens.keys import digit
from finops_tui.screens.line import Part
from finops_tui.screens.page import Page
from finops_tui.screens.status import StatusLine
from finops_tui.screens.why import Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.screen import ModalScreen

    from finops_tui.queries.view import Period
    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk

NOTHING = "no bill is loaded yet"


def charges_only(view: View) -> View:
    """The view without conditions on groups (`cost>`): they say which rows are shown, not what is charged."""
    if view.filter is None:
        return view
    return replace(view, filter=filters.split(view.filter)[0])


class SlicedPage(Page[View], Asking, Figures):
    """A page of two periods; dismissed with a view to explore, or None.

    Attributes:
        base: What is looked at; its period is the later one as it was asked for, and it compares nothing.
        against: The earlier period as it was asked for; None for the like-for-like one.
        raw: Whether days that are still arriving are taken along.
    """

    def __init__(self, desk: Desk, view: View, against: Period | None = None, *, raw: bool = False) -> None:
        super().__init__(desk)
        codes = desk.calendar.currencies if desk.calendar is not None else ()
        view = steps.one_currency(charges_only(view), codes)
        self.base = replace(view, compared=None, grain="day")
        self.against = against
        self.raw = raw

    def on_mount(self) -> None:
        """Ask for the first time."""
        super().on_mount()
        self.restart()

    def data_changed(self) -> None:
        """Ask again: there is newer data."""
        self.restart()

    def restart(self) -> None:
        """Find the two periods, and ask about them."""
        if self.desk.calendar is None:
            self.failed(NOTHING)
            return
        try:
            compared = chosen(self.desk.calendar, self.base.period, self.against, raw=self.raw)
        except PeriodError as error:
            self.view = None
            self.say_where()
            late = "" if self.raw else " R takes days along that are still arriving."
            self.failed(f"{error}.{late}")
            return
        self.view = self.base.look_at(compared.now, compared)
        self.say_where()
        self.look_at(self.view)

    def say_where(self) -> None:
        """Say what is looked at, at the top."""
        raise NotImplementedError

    def conditions(self) -> list[Part]:
        """What the figures depend on, for the right of the top line."""
        view = self.view or self.base
        both = trail.days(view.period)
        if view.compared is not None:
            both = f"{both} {trail.compared(view)}"
        return [
            Part(both, "", 0),
            Part("raw days" if self.raw else "", "warn", 1),
            Part(view.basis, "", 1),
            Part(trail.counted(view), "warn", 2),
            converting.currency(self.desk, view),
        ]

    def show_state(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Show the state, and the rates that costs are converted by."""
        view = self.view or self.base
        rates = [converting.beside(self.desk, view)] if view.converted is not None else []
        super().show_state(left, [*rates, *right])

    def action_provenance(self, whole: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Where what is under the cursor comes from, in both periods."""
        from finops_tui.screens.provenance import ProvenanceScreen

        if self.desk.masked:
            self.say(MASKED)
            return
        found = self.figure(whole=whole)
        if found is not None and self.view is not None:
            view = replace(found[0], period=self.view.period, compared=self.view.compared)
            self.app.push_screen(
                ProvenanceScreen(self.desk, view, words=self.said(found[1]), note=self.note())
            )

    def said(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """What a figure is called where it comes from is told."""
        return words

    def followed(self, view: View | None) -> None:
        """Go where a screen opened from here led to: leave with it."""
        if view is not None:
            self.dismiss(view)

    @on(Waiting)
    def show_waiting(self, event: Waiting) -> None:
        """Say that an answer takes its time."""
        self.query_one(StatusLine).wait_for(event.pane, waiting=event.waiting)

    # Another slice

    def slice(self, view: View | None, otherwise: str = "that is what you see") -> None:
        """Look at another slice, or say why there is none."""
        if view is None or view == self.base:
            self.say(otherwise)
            return
        if view.period != self.base.period:
            self.against = None
        self.base = replace(charges_only(view), compared=None, grain="day")
        self.sliced()
        self.restart()

    def sliced(self) -> None:
        """Another slice was chosen."""

    def pick(self, picker: Callable[[Desk, View], ModalScreen[View | None]]) -> None:
        """Choose the next slice in a window."""

        def picked(view: View | None) -> None:
            if view is not None:
                self.slice(view)

        self.app.push_screen(picker(self.desk, self.base), picked)

    def action_pick_group(self) -> None:
        """Choose a dimension."""
        from finops_tui.screens.group_picker import GroupPicker

        self.pick(GroupPicker)

    def action_group_nth(self, number: int) -> None:
        """Group by the dimension of a digit."""
        dimension = digit(number, self.base.dataset)
        self.slice(self.base.regroup(dimension), f"grouped by {dimension} already")

    def action_filter(self) -> None:
        """Write a filter."""
        from finops_tui.screens.filter_line import FilterLine

        self.pick(FilterLine)

    def action_pick_basis(self) -> None:
        """Choose the basis and the categories that count."""
        from finops_tui.screens.basis_picker import BasisPicker

        self.pick(BasisPicker)

    def action_next_basis(self) -> None:
        """Count by the next cost basis."""
        self.slice(steps.next_basis(self.base))

    def action_next_currency(self) -> None:
        """Look at the next currency."""
        codes = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        following = steps.next_currency(self.base, codes, converting.target(self.desk))
        self.slice(following, f"all charges are in {', '.join(codes)}")

    # Other periods

    def action_pick_period(self) -> None:
        """Choose the later period; the earlier one follows like for like."""
        from finops_tui.screens.period_picker import PeriodPicker

        self.pick(PeriodPicker)

    def action_pick_against(self) -> None:
        """Choose the earlier period."""
        from finops_tui.screens.period_picker import PeriodPicker

        def picked(view: View | None) -> None:
            if view is not None:
                self.against = view.period
                self.restart()

        earlier = self.view.compared.before if self.view is not None and self.view.compared else None
        now = replace(self.base, period=self.against or earlier or self.base.period)
        self.app.push_screen(PeriodPicker(self.desk, now), picked)

    def action_shift(self, by: int) -> None:
        """Look at the periods before or after; both move."""
        calendar = self.desk.calendar
        moved = steps.shifted(self.base, by, calendar, comparing=False) if calendar is not None else None
        if moved is None:
            self.say(f"the data has nothing {'before' if by < 0 else 'after'} this period")
            return
        if self.against is not None:
            try:
                self.against = periods.shift(self.against, by)
            except PeriodError as error:
                self.say(str(error), "warn")
                return
        self.base = replace(moved, compared=None, grain="day")
        self.restart()

    def action_raw(self) -> None:
        """Take days along that are still arriving, or not."""
        self.raw = not self.raw
        self.restart()
        words = "raw: also days that are still arriving" if self.raw else "like for like: complete days only"
        self.say(words)

    async def obey_with(self, action: Action, argument: str) -> None:
        """Do an action with an argument from the command line."""
        calendar = self.desk.calendar
        if calendar is None or not action.id.startswith("slice."):
            await super().obey_with(action, argument)
            return
        try:
            if action.id == "slice.against":
                self.against = calendar.period(argument)
                self.restart()
            else:
                self.slice(commands.commanded(self.base, action, argument, calendar, comparing=False))
        except ValueError as error:
            self.say(str(error), "warn")
