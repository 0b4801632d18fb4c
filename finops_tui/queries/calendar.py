"""The time the data itself covers: what "today" and "complete" mean for a bill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finops_tui.queries.view import Comparison, Period

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a store's data covers.

    Attributes:
        first: The earliest day charged for.
        last: The latest day charged for; it stands for today, so old data is never empty.
        complete_until: The day after the last complete day (formula: queries/complete.py).
        hourly: Whether hours can be shown.
        currencies: Billing currencies, the one with most money first.
    """

    first: date
    last: date
    complete_until: date
    hourly: bool = False
    currencies: tuple[str, ...] = ("USD",)

    @property
    def all(self) -> Period:
        """Everything there is."""
        from datetime import timedelta

        return Period(self.first, self.last + timedelta(days=1), "all")

    def period(self, text: str) -> Period:
        """The period somebody wrote.

        Raises:
            PeriodError: it could not be read; the message has examples.
        """
        from finops_tui.queries.periods import parse_period

        return parse_period(text, self.last, self.first, self.last)

    def compared(self, period: Period) -> Comparison | None:
        """The like-for-like comparison for a period: complete days only, equal length."""
        from finops_tui.queries.periods import like_for_like

        pair = like_for_like(period, self.complete_until)
        if pair is None or pair[1].since < self.first:  # days that were never loaded did not cost nothing
            return None
        return Comparison(*pair)
