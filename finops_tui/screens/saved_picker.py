"""Windows over the explorer: saved views, and the views looked at before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from finops_tui.queries.saved import Saved
from finops_tui.screens import trail
from finops_tui.screens.desk import DeskError
from finops_tui.screens.pick import Choice, Picker
from finops_tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk
    from finops_tui.screens.history import History
    from finops_tui.screens.prompt import Offer


def words(saved: Saved) -> str:
    """What a saved view shows, in one line."""
    parts = [saved.period, f"by {', '.join(saved.by)}", saved.filter]
    parts += [saved.basis] if saved.basis != "effective" else []
    return " · ".join(part for part in parts if part)


def kept(desk: Desk) -> tuple[Saved, ...]:
    """Every saved view, as the files say now."""
    return desk.views.everything() if desk.views is not None else ()


class SavedPicker(Picker):
    """Choose a saved view by its key or by finding it."""

    heading: ClassVar[str] = "Saved views"
    titles: ClassVar[tuple[str, str]] = ("View", "Shows")
    typed_for: ClassVar[str] = "the key of a view, or type to find one"
    hint: ClassVar[str] = "↑↓ choose · enter open · ctrl+d delete · esc leave"
    numbered: ClassVar[bool] = False
    numbers_take: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "delete", "delete", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view."""
        super().__init__(desk, view)
        self._doomed = ""
        self._views = kept(desk)
        self.opened: Saved | None = None

    def on_mount(self) -> None:
        """Say what is wrong with files that are no views."""
        problems = self.desk.views.problems() if self.desk.views is not None else ()
        if problems:
            self.call_after_refresh(self.say, "; ".join(problems), bad=True)

    def choices(self) -> Sequence[Choice]:
        """Every saved view."""
        return [
            Choice(one.name, f"{one.key}  {one.name}" if one.key else one.name, words(one), one.filter)
            for one in self._views
        ]

    def nothing(self) -> str:
        """How to save one."""
        return (
            "no saved view fits; w in the explorer saves what is on screen"
            if self._views
            else "none yet: w saves one"
        )

    def made(self, choice: Choice) -> View | None:
        """The view over what is loaded."""
        if self.desk.calendar is None:
            return None
        self.opened = {one.name: one for one in self._views}[choice.key]
        return self.opened.view(self.desk.calendar)

    @on(Input.Changed, "#typed")
    def take_by_key(self) -> None:
        """A key opens its view at once."""
        self._doomed = ""
        if len(self.typed) == 1:
            keyed = next((one.name for one in self._views if one.key == self.typed), None)
            choice = next((choice for choice in self.choices() if choice.key == keyed), None)
            if choice is not None:
                self.take(choice)

    def action_delete(self) -> None:
        """Delete the view under the cursor, when asked twice."""
        if not self.shown or self.desk.views is None:
            self.say("there is nothing to delete")
            return
        name = self.shown[self.rows.cursor].key
        if self._doomed != name:
            self._doomed = name
            self.say(f"ctrl+d again deletes {name}", bad=True)
            return
        try:
            self.desk.views.remove(name)
        except DeskError as error:
            self.say(str(error), bad=True)
            return
        self._doomed = ""
        self._views = kept(self.desk)
        self.list_choices()
        self.say(f"{name} is deleted")


class HistoryPicker(Picker):
    """Choose one of the views looked at before."""

    heading: ClassVar[str] = "Looked at before"
    titles: ClassVar[tuple[str, str]] = ("View", "Days")

    def __init__(self, desk: Desk, view: View, history: History) -> None:
        """Open over a view.

        Args:
            desk: What the app hands every screen.
            view: What is looked at now.
            history: Where it has been.
        """
        super().__init__(desk, view)
        self._history = history

    def choices(self) -> Sequence[Choice]:
        """The views, the latest first; each once."""
        latest = dict.fromkeys(reversed(range(len(self._history.views))))
        seen: dict[View, int] = {}
        for place in latest:
            seen.setdefault(self._history.views[place], place)
        return [self._choice(place) for place in seen.values()]

    def _choice(self, place: int) -> Choice:
        view = self._history.views[place]
        saved = Saved.of(view)
        where = " ▸ ".join(trail.crumbs(view, {}))
        by = f"by {', '.join(saved.by)}"
        basis = f" · {view.basis}" if view.basis != self.view.basis else ""
        return Choice(str(place), f"{where} · {by}{basis}", trail.days(view.period), saved.filter)

    def current(self) -> str:
        """Where we are."""
        return str(self._history.at)

    def made(self, choice: Choice) -> View:
        """That view again."""
        return self._history.views[int(choice.key)]


class SaveLine(Prompt[Saved]):
    """Name the view on screen; a word after the name in brackets is its key: `Prod by team [p]`."""

    sign: ClassVar[str] = "save as "
    hint: ClassVar[str] = "a name, and a key if you like: Prod by team [p] · enter save · esc leave"

    def __init__(self, desk: Desk, saved: Saved) -> None:
        """Open over the explorer.

        Args:
            desk: Keeps views.
            saved: What is on screen, without a name.
        """
        super().__init__(desk)
        self._saved = saved
        self._others = kept(desk)

    def changed(self) -> None:
        """Say what is saved, and whether it takes the place of another."""
        try:
            saved = self._named(self.line.value)
        except ValueError as error:
            self.say(str(error), bad=True)
            return
        same = next((one for one in self._others if one.name.casefold() == saved.name.casefold()), None)
        rest = (one for one in self._others if one is not same)
        keyed = next((one for one in rest if saved.key and one.key == saved.key), None)
        if keyed is not None:
            self.say(f"{saved.key} opens {keyed.name} already", bad=True)
        elif same is not None:
            self.say(f"takes the place of {same.name}: {words(same)}")
        else:
            self.say(self.hint if not saved.name else words(saved))

    def _named(self, text: str) -> Saved:
        from dataclasses import replace

        name, key = text.strip(), ""
        if name.endswith("]") and "[" in name:
            name, _, key = name[:-1].rpartition("[")
        return replace(self._saved, name=name.strip(), key=key.strip())

    def taken(self, offer: Offer) -> tuple[str, int]:
        """The line with an offer in it."""
        return offer.text, len(offer.text)

    def entered(self, text: str) -> None:
        """Save it."""
        if self.desk.views is None:
            self.dismiss(None)
            return
        try:
            saved = self._named(text)
            self.desk.views.save(saved)
        except (DeskError, ValueError) as error:
            self.say(str(error), bad=True)
            return
        self.dismiss(saved)
