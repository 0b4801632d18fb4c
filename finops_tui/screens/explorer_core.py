"""The explorer's one view: whatever assigns it, the panes ask and the lines say where we are."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.reactive import reactive

from finops_tui.screens import explorer_words, questions, steps, trail
from finops_tui.screens.asking import Waiting
from finops_tui.screens.desk import DeskError
from finops_tui.screens.explorer_groups import Groups
from finops_tui.screens.explorer_picture import WITHOUT_TABLE, Picture
from finops_tui.screens.history import History
from finops_tui.screens.keys import bindings
from finops_tui.screens.kpi import KpiLine
from finops_tui.screens.line import Line
from finops_tui.screens.panes import Panes
from finops_tui.screens.pins import PinLine
from finops_tui.screens.status import StatusLine
from finops_tui.screens.widgets.table import VTable

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from finops_tui.queries.saved import Saved
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

Values = tuple[str | None, ...]
AGE: Final = 60.0
"""Seconds after which it is said anew how long ago the data was loaded."""

_WIDTHS: Final = [(0, "-tiny-wide"), (60, "-narrow"), (100, "-wide")]
_HEIGHTS: Final = [(0, "-tiny-high"), (15, "-short"), (30, "-tall"), (50, "-high")]


class ExplorerCore(Panes[None]):
    """The explorer without its keys.

    Attributes:
        view: What is looked at; None while nothing is loaded.
        history: The views before and after, for undo and redo.
        comparing: Whether another period is compared like for like, too.
        names: What identifiers gone into are called.
    """

    where: ClassVar[str] = "explore"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = ["common.tcss", "explorer.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings("explore")
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    view: reactive[View | None] = reactive(None, init=False)

    def __init__(self, desk: Desk, view: View | None = None) -> None:
        super().__init__(desk)
        self._first = view or desk.start
        self.history: History | None = None
        self.comparing = True
        self.names: trail.Names = {}

    def compose(self) -> ComposeResult:
        """The lines, the picture and the table, from the top."""
        look = self.desk.look
        yield Line(look, id="top")
        yield PinLine(self.desk, id="pins")
        yield KpiLine(self.desk, id="kpi")
        yield Picture(self.desk, id="picture")
        yield Groups(self.desk, id="groups")
        yield StatusLine(look, lambda: self.desk.masked, id="status")
        yield Line(look, id="hints")

    def on_mount(self) -> None:
        """Look at the first view."""
        self.query_one("#hints", Line).show(explorer_words.hints(self.where, self.desk.keys))
        self.groups.focus()
        self.set_interval(AGE, self.show_status)
        self.show_first()

    def show_first(self) -> None:
        """Look at the first view, or say how to load something."""
        first = self._first or self.desk.start
        self.set_class(first is None, "-empty")
        if first is None or self.desk.calendar is None:
            self.query_one("#top", Line).show(explorer_words.top_empty(self.desk.title))
            self.groups.message(explorer_words.empty(self.desk))
            return
        self.comparing = first.compared is not None or self.desk.calendar.compared(first.period) is None
        self.go(first)
        self.query_one(PinLine).look_at(first)
        if self.desk.first is not None:
            self.show_opened(self.desk.first)
        if (words := explorer_words.alone(self.desk)) is not None:
            self.say(words, "warn")

    def show_opened(self, saved: Saved) -> None:
        """Show a saved view as it was."""
        raise NotImplementedError

    @property
    def groups(self) -> Groups:
        """The table."""
        return self.query_one(Groups)

    @property
    def picture(self) -> Picture:
        """The picture above it."""
        return self.query_one(Picture)

    # One view, and the way to the next

    def go(self, view: View | None) -> None:
        """Look at another view; None is "leave it"."""
        if view is not None and view.dataset != self.desk.dataset:
            self.to_dataset(view)
            return
        calendar = self.desk.calendar
        if view is None or calendar is None:
            return
        view = steps.one_currency(steps.fitting(view, calendar), calendar.currencies)
        self.history = History((view,)) if self.history is None else self.history.to(view)
        self.view = view

    def watch_view(self, old: View | None, view: View | None) -> None:
        """Ask everything that is shown."""
        if view is None:
            return
        self.remove_class("-empty")
        if old is not None:
            self.groups.land_on(trail.landing(old, view))
        codes = self.desk.calendar.currencies if self.desk.calendar is not None else ()
        self.query_one("#top", Line).show(*explorer_words.top(self.desk.title, view, self.names, codes))
        self.status.clear()
        for pane in (self.groups, self.picture, self.query_one(KpiLine)):
            pane.look_at(view)

    def to_dataset(self, view: View | None = None) -> None:
        """Go to the explorer of the other dataset, with a view of it or where it was left."""
        raise NotImplementedError

    def travel(self, by: int) -> None:
        """Go back or forward in time."""
        if self.history is None:
            self.say("no bill is loaded yet")
            return
        history = self.history.undo() if by < 0 else self.history.redo()
        if history is self.history or history.at == self.history.at:
            self.say("this was the first view" if by < 0 else "this is the latest view")
            return
        self.history = history
        self.comparing = self.comparing or history.view.compared is not None
        self.view = history.view
        way = "back to" if by < 0 else "forward to"
        self.say(
            f"{way} {', '.join(map(trail.title, history.view.group_by)).lower()}, {trail.days(history.view.period)}"
        )

    def data_changed(self) -> None:
        """Ask everything again: there is newer data."""
        if self.view is None or self.history is None:
            self._first = None
            self.show_first()
        elif self.desk.calendar is not None:
            before, view = self.view, steps.following(self.view, self.desk.calendar)
            self.history = self.history.to(view)
            self.view = view
            if view == before:
                self.watch_view(None, view)
        if self.view is not None:
            self.query_one(PinLine).look_at(self.view)

    @work(exclusive=True, group="enter")
    async def enter(self, values: Values) -> None:
        """Go into a group: by the first dimension that tells more than one thing about it."""
        view = self.view
        if view is None:
            return
        self.names.update(self.groups.names_of(values))
        ways = steps.onward(view)
        if not ways:
            self.open_resource(view, values)
            return
        try:
            for way in ways:
                inside = steps.into(view, values, way)
                if way == ways[-1] or (await self.desk.ask("by_key", steps.by_group(inside))).height > 1:
                    break
        except DeskError as error:
            self.say(str(error), "bad")
            return
        if self.view is view:
            self.go(inside)

    def open_resource(self, view: View, values: Values) -> None:
        """Open the page of a resource."""
        from finops_tui.screens.resource import ResourceScreen

        self.app.push_screen(ResourceScreen(self.desk, steps.kept(view, values, excluded=False)), self.go)

    async def look_ahead(self) -> None:
        """Ask what the next key may need."""
        ahead, view, calendar = self.desk.ahead, self.view, self.desk.calendar
        if ahead is None or view is None or calendar is None or self.desk.masked:
            return
        picture = self.picture.picture
        values = self.picture.values() if picture in WITHOUT_TABLE else self.groups.values()
        with suppress(DeskError):  # it gave way, or the key itself will say why there is no answer
            await questions.ahead(ahead.ask, view, values, calendar, picture, comparing=self.comparing)

    def chosen(self) -> Values | None:
        """The group under the cursor, of the table or of the picture that stands in for it."""
        values = self.picture.values() if self.picture.picture in WITHOUT_TABLE else self.groups.values()
        if values is None:
            self.say("there is no group under the cursor")
        return values

    # What is said

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one(StatusLine)

    def say(self, text: str, tone: str = "") -> None:
        """Say something in the status line for a while."""
        self.status.say(text, tone)

    @on(Waiting)
    def show_waiting(self, event: Waiting) -> None:
        """Say that an answer takes its time."""
        self.status.wait_for(event.pane, waiting=event.waiting)

    @on(Groups.Answered)
    @on(VTable.RowHighlighted)
    def show_status(self) -> None:
        """Say what is in the table and under the cursor."""
        left, right = explorer_words.status(self.groups, self.desk.calendar)
        self.status.show_state(left, [*right, *explorer_words.loaded(self.desk, datetime.now(UTC))])

    @on(VTable.MarksChanged)
    def show_marks(self) -> None:
        """Say what the marked rows come to, whatever was said last."""
        self.show_status()
        self.status.clear()
