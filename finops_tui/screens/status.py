"""The status line: what was just said, or the row under the cursor; at the right what the data covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.screens.line import Line, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.timer import Timer
    from textual.widget import Widget

    from finops_tui.screens.color import Look

SECONDS: Final = 8.0
"""How long something said stays."""


class StatusLine(Line):
    """Says things for a while, then goes back to the state."""

    def __init__(
        self,
        look: Look,
        covered: Callable[[], str] = str,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Make a line.

        Args:
            look: How it is drawn.
            covered: What is masked on this screen, in words; '' for nothing.
            id: Textual's.
        """
        super().__init__(look, id=id)
        self._covered = covered
        self._state: tuple[Sequence[Part], Sequence[Part]] = ((), ())
        self._said: Part | None = None
        self._offered: Part | None = None
        self._timer: Timer | None = None
        self._waiting: set[Widget] = set()

    def say(self, text: str, tone: str = "") -> None:
        """Say something."""
        self._said = Part(text, tone or "strong", 0)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SECONDS, self.clear)
        self._paint()

    def offer(self, text: str, brief: str = "") -> None:
        """Offer something until it is taken, beside everything else that is said; '' offers nothing."""
        offered = Part(text, "accent", 1, brief=brief) if text else None
        if offered != self._offered:
            self._offered = offered
            self._paint()

    def clear(self) -> None:
        """Say it no more."""
        self._said = None
        self._paint()

    def wait_for(self, pane: Widget, *, waiting: bool) -> None:
        """Say that a pane still waits for its answer, or no more."""
        if waiting:
            self._waiting.add(pane)
        else:
            self._waiting.discard(pane)
        self._paint()

    def show_state(self, left: Sequence[Part], right: Sequence[Part]) -> None:
        """Show the state."""
        self._state = left, right
        self._paint()

    def _paint(self) -> None:
        left, right = self._state
        shown = [Part("asking…", "accent", 0)] if self._waiting else []
        if self._offered is not None:
            shown.append(self._offered)
        said = [*shown, *([self._said] if self._said is not None else left)]
        covered = self._covered()
        if covered and all(part.text != covered for part in said):  # what is made up never looks real
            right = [*right, Part(covered, "warn", 0)]
        self.show(said, right)
