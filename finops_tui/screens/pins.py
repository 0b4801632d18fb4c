"""Pinned figures: a line of totals to watch, whatever is explored below it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from finops_tui.screens import money
from finops_tui.screens.asking import Asking
from finops_tui.screens.desk import DeskError
from finops_tui.screens.kpi import figures
from finops_tui.screens.line import Line, Part
from finops_tui.screens.questions import rows_only

if TYPE_CHECKING:
    from finops_tui.queries.saved import Saved
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk


class PinLine(Line, Asking):
    """Asks for the total of every pinned view; takes no room while there is none."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(desk.look, id=id, gap=3)
        self.desk = desk
        self.display = False

    async def answer(self, view: View) -> None:  # noqa: ARG002 - what is explored does not matter to pins
        """Ask for the figures one by one; each is written as it comes."""
        views = self.desk.views
        pinned = [one for one in await self.aside(views.everything) if one.pin] if views is not None else []
        self.display = bool(pinned)
        parts: list[Part] = []
        for rank, pin in enumerate(pinned):
            parts.append(await self._part(pin, rank))
            self.show(parts)

    async def _part(self, pin: Saved, rank: int) -> Part:
        """The name of a pin, its total and how it moved."""
        calendar = self.desk.calendar
        if calendar is None:
            return Part("no data", "muted", rank, pin.name)
        try:
            wanted = pin.view(calendar)
        except ValueError as error:
            return Part(str(error), "bad", rank, pin.name)
        code = wanted.currency or calendar.currencies[0]
        asked = replace(wanted, group_by=(), currency=None, grain="day", filter=rows_only(wanted))
        try:
            found = figures(await self.ask("total", asked), code)
        except DeskError as error:
            return Part(str(error), "bad", rank, pin.name)
        cost = money.amount(found.cost, code)
        if wanted.compared is None:
            return Part(cost, "", rank, pin.name)
        return Part(f"{cost} {money.change_percent((found.now, found.before))}", "", rank, pin.name)

    def failed(self, words: str) -> None:
        """Say why there are no figures."""
        self.show((Part(words, "bad", 0),))
