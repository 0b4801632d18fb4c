"""The ways from any figure: why it changed, two periods side by side, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from finops_tui.screens.desk import MASKED

if TYPE_CHECKING:
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk


class Figures(Widget):
    """A screen with figures that can be asked about. `figure` says which one is meant."""

    desk: Desk

    def figure(self, *, whole: bool) -> tuple[View, tuple[str, ...]] | None:
        """The figure under the cursor, or all of what is shown.

        Returns:
            Its view, grouped by what is to be told apart in it, and what it is called after the screen's own
            words; None when there is none, which has been said.
        """
        raise NotImplementedError

    def say(self, text: str, tone: str = "") -> None:
        """Say something for a while."""
        raise NotImplementedError

    def followed(self, view: View | None) -> None:
        """Go where a screen opened from here led to: a view to explore, or None to stay."""
        raise NotImplementedError

    def action_explain(self, whole: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Why it changed."""
        from finops_tui.screens.explain import ExplainScreen

        found = self.figure(whole=whole)
        if found is not None:
            view, words = found
            self.app.push_screen(ExplainScreen(self.desk, view, words=words), self.followed)

    def action_open_compare(self) -> None:
        """Two periods side by side."""
        from finops_tui.screens.compare import CompareScreen

        found = self.figure(whole=True)
        if found is not None:
            view, words = found
            self.app.push_screen(CompareScreen(self.desk, view, words=words), self.followed)

    def note(self) -> str:
        """What has to be said of the figure under the cursor, beside its view."""
        return ""

    def action_provenance(self, whole: bool) -> None:  # noqa: FBT001 - Textual passes it by position
        """Where it comes from."""
        from finops_tui.screens.provenance import ProvenanceScreen

        if self.desk.masked:
            self.say(MASKED)
            return
        found = self.figure(whole=whole)
        if found is not None:
            view, words = found
            self.app.push_screen(ProvenanceScreen(self.desk, view, words=words, note=self.note()))
