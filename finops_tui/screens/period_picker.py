"""Another period: presets with their days, or any that can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from finops_tui.queries.buckets import describe
from finops_tui.queries.periods import EXAMPLES, PeriodError
from finops_tui.screens import steps
from finops_tui.screens.pick import Choice, Picker, found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.view import Period, View

PRESETS: Final[dict[str, str]] = {
    "mtd": "Month to date",
    "last-month": "Last month",
    "last-7-days": "Last 7 days",
    "last-30-days": "Last 30 days",
    "qtd": "Quarter to date",
    "last-3-months": "Last 3 full months",
    "ytd": "Year to date",
    "last-12-months": "Last 12 full months",
    "all": "Everything loaded",
}
"""What `parse_period` reads, and how it is offered."""


class PeriodPicker(Picker):
    """Choose the period; a number and Enter take a preset, anything else is read as a period."""

    heading: ClassVar[str] = "Period"
    titles: ClassVar[tuple[str, str]] = ("Period", "Days")
    typed_for: ClassVar[str] = "1-9, or a period: 2026-05, 2026q1, -14d, 2026-05-03..2026-06-12"
    hint: ClassVar[str] = "↑↓ or 1-9, then enter · or type a period · esc leave"
    numbers_take: ClassVar[bool] = False

    def choices(self) -> Sequence[Choice]:
        """The presets with the days they mean."""
        return [self._choice(name, title) for name, title in PRESETS.items()]

    def fitting(self) -> Sequence[Choice]:
        """The preset of a number, the period that is written, the presets that are meant."""
        typed = self.typed.strip()
        presets = self.choices()
        if typed.isdecimal() and 0 < len(typed) < 2:
            return presets[int(typed) - 1 : int(typed)]
        named = [choice for choice in found(presets, typed) if choice.key != typed.lower()]
        if not typed:
            return presets
        try:
            self._period(typed)
        except PeriodError:
            return named
        return [self._choice(typed, PRESETS.get(typed.lower(), typed)), *named]

    def current(self) -> str:
        """The period that is looked at, as it was asked for."""
        return self.view.period.name

    def made(self, choice: Choice) -> View:
        """The same slice in another period, compared if it was compared before."""
        if self.desk.calendar is None:
            return self.view
        comparing = self.view.compared is not None
        return steps.at(self.view, self._period(choice.key), self.desk.calendar, comparing=comparing)

    def nothing(self) -> str:
        """What is wrong with what is typed, and examples."""
        try:
            self._period(self.typed)
        except PeriodError as error:
            return str(error)
        return f"say for example {EXAMPLES}"

    def _period(self, text: str) -> Period:
        if self.desk.calendar is None:
            raise PeriodError("nothing is loaded, so there are no days to choose from")
        return self.desk.calendar.period(text)

    def _choice(self, name: str, title: str) -> Choice:
        try:
            period = self._period(name)
        except PeriodError as error:
            return Choice(name, title, off=str(error))
        days = f"{period.days} day{'' if period.days == 1 else 's'}"
        return Choice(name, title, f"{describe(period)}{self._missing(period)} · {days}", also=name)

    def _missing(self, period: Period) -> str:
        calendar = self.desk.calendar
        if calendar is None or (period.since <= calendar.last and period.until > calendar.first):
            return ""
        return " · no data"
