"""The explorer keeps views: saved ones, the ones before, and the command that opens this one again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from finops_tui.queries.safe_text import clean
from finops_tui.queries.saved import LONGEST, Saved
from finops_tui.screens import clipboard, trail
from finops_tui.screens.desk import MASKED, DeskError
from finops_tui.screens.explorer_picks import NOTHING, ExplorerPicks
from finops_tui.screens.pins import PinLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from finops_tui.queries.view import View


def _slice(saved: Saved) -> Saved:
    """What of a view its total depends on."""
    return replace(saved, name="", key="", by=("service",), picture="trend", grain="day", pin=False)


_ABOUT = ("service", "account", "resource")


class ExplorerKept(ExplorerPicks):
    """The explorer with what is kept of its views."""

    def saved(self) -> Saved | None:
        """What is on screen, in words; None and a word about it while nothing is."""
        if self.view is None or self.desk.masked:
            self.say(MASKED if self.desk.masked else NOTHING)
            return None
        return Saved.of(self.view, picture=self.picture.picture)

    def action_save_view(self) -> None:
        """Save what is on screen under a name."""
        from finops_tui.screens.saved_picker import SaveLine

        saved = self.saved()
        if saved is None:
            return
        if self.desk.views is None:
            self.say("there is no place to save views")
            return
        self.app.push_screen(SaveLine(self.desk, saved), self.view_saved)

    def view_saved(self, saved: Saved | None) -> None:
        """Say how to come back to it."""
        if saved is not None:
            key = f" {saved.key}" if saved.key else ""
            self.say(f"saved as {saved.name}: '{key} opens it, so does finops-tui --view")

    def action_pin(self) -> None:
        """Watch the total of what is on screen in a line of its own, or no more."""
        saved, views = self.saved(), self.desk.views
        if saved is None or self.view is None:
            return
        if views is None:
            self.say("there is no place to keep pins")
            return
        try:
            known = views.everything()
            same = next((one for one in known if _slice(one) == _slice(saved)), None)
            if same is not None and same.pin:
                views.save(replace(same, pin=False))
                self.say(f"{same.name} is no longer watched; it is among the saved views")
            else:
                name = " ▸ ".join(trail.crumbs(self.view, self.names))[-LONGEST:]
                views.save(replace(same or replace(saved, name=clean(name)[:LONGEST]), pin=True))
                self.say("watched in the line above; m again stops it")
        except (DeskError, ValueError) as error:
            self.say(str(error), "bad")
            return
        self.query_one(PinLine).look_at(self.view)

    def action_pick_saved(self) -> None:
        """Open a saved view."""
        from finops_tui.screens.saved_picker import SavedPicker

        if self.view is None or self.desk.masked:
            self.say(MASKED if self.desk.masked else NOTHING)
            return
        picker = SavedPicker(self.desk, self.view)

        def opened(view: View | None) -> None:
            self.picked(view)
            if view is not None and picker.opened is not None:
                self.show_opened(picker.opened)

        self.app.push_screen(picker, opened)

    def masked(self, again: Callable[[View], View]) -> None:
        """Look at the same slice with names covered, or not; the views before are forgotten."""
        self.names.clear()
        if self.view is None:
            return
        view, self.history = again(self.view), None
        self.query_one(PinLine).look_at(view)
        if view == self.view:
            self.go(view)
            self.data_changed()
        else:
            self.go(view)

    def show_opened(self, saved: Saved) -> None:
        """Show the picture of a saved view, and say its name."""
        if saved.picture != self.picture.picture:
            self.action_show(saved.picture)
        if saved.name:
            self.say(saved.name)

    def action_show(self, picture: str) -> None:
        """Show a picture."""
        raise NotImplementedError

    def action_note(self) -> None:
        """Write a note on the day under the cursor, about the row if the table has the focus."""
        from finops_tui.screens.note_line import NoteLine

        calendar = self.desk.calendar
        if self.view is None or calendar is None:
            self.say(NOTHING)
        elif self.desk.masked or self.desk.notes is None:
            self.say(MASKED if self.desk.masked else "there is no place to keep notes")
        else:
            here = self.picture.period_here()
            day = min(max((here or self.view.period).since, self.view.period.since), calendar.last)
            self.app.push_screen(NoteLine(self.desk, day, self.note_is_about()), self.noted)

    def note_is_about(self) -> dict[str, str]:
        """The service, account or resource that was entered, or that the cursor of the table is on."""
        view = self.view
        if view is None:
            return {}
        about = {c.dimension: c.value for c in view.path if not c.excluded}
        values = self.groups.values() if self.focused is self.groups else None
        about |= dict(zip(view.group_by, values or (), strict=False))
        return {name: value for name, value in about.items() if name in _ABOUT and value}

    def noted(self, text: str | None) -> None:
        """Show it among the events."""
        if text is not None and self.view is not None:
            self.picture.look_at(self.view)
            self.say("noted; it is on the chart, and in reports")

    def action_pick_history(self) -> None:
        """Go to a view looked at before."""
        from finops_tui.screens.saved_picker import HistoryPicker

        if self.view is None or self.history is None:
            self.say(NOTHING)
        else:
            self.app.push_screen(HistoryPicker(self.desk, self.view, self.history), self.picked)

    def action_copy_command(self) -> None:
        """Copy the command that opens exactly this view."""
        saved = self.saved()
        if saved is not None:
            self.say(clipboard.copy(self.app, saved.command()))
