"""What the period is compared with: the previous like-for-like days, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from finops_tui.queries.buckets import describe
from finops_tui.screens.pick import Choice, Picker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.view import View


class ComparePicker(Picker):
    """Choose the comparison; it says the exact days on both sides."""

    heading: ClassVar[str] = "Compare"
    titles: ClassVar[tuple[str, str]] = ("With", "Days compared")

    def choices(self) -> Sequence[Choice]:
        """The days before, if the period has complete days, and nothing."""
        compared = None
        if self.desk.calendar is not None:
            compared = self.desk.calendar.compared(self.view.period)
        if compared is None:
            before = Choice("previous", "The days before", off="no complete day in the period")
        else:
            days = f"{compared.now.days} complete day{'' if compared.now.days == 1 else 's'}"
            both = f"{days}: {describe(compared.now)} with {describe(compared.before)}"
            before = Choice("previous", "The days before", both, also="previous before like for like")
        return [before, Choice("none", "Nothing", also="off none")]

    def current(self) -> str:
        """Whether there is a comparison now."""
        return "none" if self.view.compared is None else "previous"

    def made(self, choice: Choice) -> View:
        """The same slice with or without the comparison."""
        calendar = self.desk.calendar
        if choice.key == "none" or calendar is None:
            return replace(self.view, compared=None)
        return replace(self.view, compared=calendar.compared(self.view.period))
