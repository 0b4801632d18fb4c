"""A line for a note on a day, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from finops_tui.screens.desk import DeskError
from finops_tui.screens.prompt import Offer, Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from finops_tui.screens.desk import Desk


class NoteLine(Prompt[str]):
    """Write a note; dismissed with what it says once it is kept."""

    sign: ClassVar[str] = "note "
    hint: ClassVar[str] = "enter keep · esc leave"

    def __init__(self, desk: Desk, day: date, about: Mapping[str, str]) -> None:
        """Open over the explorer.

        Args:
            desk: Keeps notes.
            day: The day under the cursor.
            about: The service, account or resource under the cursor, or nothing.
        """
        super().__init__(desk)
        self.day = day
        self.about = about

    def changed(self) -> None:
        """Say what the note will be about."""
        about = ", ".join(f"{name} {value}" for name, value in self.about.items())
        self.say(f"{self.hint} · on {self.day}{f', about {about}' if about else ''}")

    def taken(self, offer: Offer) -> tuple[str, int]:
        """The line with an offer in it."""
        return offer.text, len(offer.text)

    def entered(self, text: str) -> None:
        """Keep it."""
        if self.desk.notes is None:
            self.dismiss(None)
            return
        try:
            self.desk.notes.add(self.day, text, self.about)
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        self.remember(text)
        self.dismiss(text)
