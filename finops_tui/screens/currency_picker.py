"""One billing currency, or all of them side by side: they are never added."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work

from finops_tui.queries.amounts import per_currency
from finops_tui.screens import converting
from finops_tui.screens.desk import DeskError
from finops_tui.screens.money import amount
from finops_tui.screens.pick import Choice, Picker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

ALL = ""
"""The key of "every currency on its own"."""

CONVERTED = "→"
"""The key of "every currency, converted to one"."""


class CurrencyPicker(Picker):
    """Choose the currency that is looked at."""

    heading: ClassVar[str] = "Currency"
    titles: ClassVar[tuple[str, str]] = ("Billing currency", "Cost in the period")

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view; the amounts are asked for when the window is shown."""
        super().__init__(desk, view)
        self._sums: dict[str, Decimal] = {}

    def on_mount(self) -> None:
        """Ask what there is in each currency."""
        self.ask_amounts()

    def choices(self) -> Sequence[Choice]:
        """Every currency of the data, and all of them."""
        known = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        codes = [*known, *(code for code in self._sums if code not in known)]
        each = [
            Choice(
                code, code, amount(self._sums.get(code), code), also="no currency" if code == "XXX" else ""
            )
            for code in codes
        ]
        code = converting.target(self.desk)
        all_of_them = Choice(CONVERTED, f"All, converted to {code}", also="converted rates exchange")
        return [
            *each,
            *([all_of_them] if code else []),
            Choice(ALL, "All, each on its own", also="all every"),
        ]

    def current(self) -> str:
        """The currency looked at."""
        return CONVERTED if self.view.converted is not None else self.view.currency or ALL

    def made(self, choice: Choice) -> View:
        """The same slice in one currency."""
        if choice.key == CONVERTED:
            code = converting.target(self.desk)
            return replace(self.view, currency=code, converted=code)
        return replace(self.view, currency=choice.key or None, converted=None)

    @work(exclusive=True)
    async def ask_amounts(self) -> None:
        """Ask what the period costs in each currency."""
        try:
            frame = await self.desk.ask(
                "total", replace(self.view, currency=None, compared=None, converted=None)
            )
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        self._sums = per_currency(frame.to_dicts())
        self.list_choices()
