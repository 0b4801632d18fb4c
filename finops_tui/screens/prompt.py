"""A line to type in at the bottom of the screen, with what could come next listed above it.

Tab takes what the list offers, arrows go through it; above its first row they go through what was
typed before. Enter obeys, Escape leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar
from weakref import WeakKeyDictionary

from rich.cells import cell_len
from rich.highlighter import Highlighter
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from finops_tui.screens.cells import written
from finops_tui.screens.palette import palette
from finops_tui.screens.pick import NOTE_LIMIT
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import Choices, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text
    from textual.app import App, ComposeResult

    from finops_tui.screens.desk import Desk
    from finops_tui.screens.widgets.table_draw import RowState
    from finops_tui.screens.window import CssPath

Result = TypeVar("Result")

SHOWN: Final = 8
"""Offers in sight."""

REMEMBERED: Final = 100
"""Lines kept to come back to, per sign, while the program runs."""

_HISTORY: Final[WeakKeyDictionary[App[object], dict[str, list[str]]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that could be typed next.

    Attributes:
        text: What is put into the line, as it is.
        title: How it is shown.
        note: What stands at the right: an amount, a word of explanation.
    """

    text: str
    title: str
    note: str = ""


class BadPart(Highlighter):
    """Shows where a line goes wrong, in colour and underlined."""

    def __init__(self, style: str) -> None:
        """Mark in a style.

        Args:
            style: A Rich style; an underline is added, so that colour is not needed.
        """
        self.span: tuple[int, int] | None = None
        self._style = f"{style} underline"

    def highlight(self, text: Text) -> None:
        """Mark the bad part, if there is one."""
        if self.span is not None:
            text.stylize(self._style, *self.span)


class Offers(Choices):
    """The list above the line; the cursor looks alive once arrows have entered it."""

    entered = False

    def _state(self, index: int) -> RowState:
        state = super()._state(index)
        return replace(state, focused=state.cursor and self.entered)


class Prompt(Window[Result]):
    """A line at the bottom. Subclasses say what is offered and what Enter makes of the line."""

    CSS_PATH: ClassVar[CssPath] = ["window.tcss", "prompt.tcss"]
    sign: ClassVar[str] = ""
    hint: ClassVar[str] = "tab take · ↑↓ choose · enter apply · esc leave"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", "take", show=False, priority=True),
        Binding("down", "go(1)", "down", show=False),
        Binding("up", "go(-1)", "up", show=False),
        Binding("pagedown", "page('page_down')", "page down", show=False),
        Binding("pageup", "page('page_up')", "page up", show=False),
    ]

    def __init__(self, desk: Desk, text: str = "") -> None:
        """Open over a screen.

        Args:
            desk: Answers questions.
            text: What the line says at first.
        """
        super().__init__(desk)
        self.first_text = text
        self.offers: list[Offer] = []
        self.bad = BadPart(palette(desk.look).bad)
        self._back = 0

    def compose(self) -> ComposeResult:
        """Offers, the line, and what there is to say about it."""
        with Vertical(id="prompt"):
            yield Offers(self.desk.look, id="offers")
            with Horizontal(id="typing"):
                yield Static(self.sign, id="sign", markup=False)
                yield Input(
                    self.first_text,
                    id="line",
                    select_on_focus=False,
                    compact=True,
                    highlighter=self.bad,
                )
            yield Static(id="message", markup=False)

    def on_mount(self) -> None:
        """Put the cursor at the end of the line."""
        line = self.line
        line.focus()
        line.cursor_position = len(line.value)
        self.offer(())
        self.changed()

    @property
    def line(self) -> Input:
        """The line that is typed in."""
        return self.query_one("#line", Input)

    @property
    def listed(self) -> Offers:
        """The list of offers."""
        return self.query_one("#offers", Offers)

    @property
    def history(self) -> list[str]:
        """What was entered before, the latest last."""
        return _HISTORY.setdefault(self.app, {}).setdefault(self.sign, [])

    # What a subclass says

    def changed(self) -> None:
        """The line has changed: offer what could come next, say what is wrong."""
        raise NotImplementedError

    def taken(self, offer: Offer) -> tuple[str, int]:
        """The line with an offer in it, and where its cursor goes."""
        raise NotImplementedError

    def entered(self, text: str) -> None:
        """Do what the line says, or say why not."""
        raise NotImplementedError

    # What a subclass uses

    def offer(self, offers: Sequence[Offer], left: str = "", right: str = "") -> None:
        """List what could come next, under these headings."""
        if self.left:
            return
        self.offers = list(offers)
        rows = self.listed
        rows.entered = False
        rows.display = bool(offers)
        rows.styles.height = min(len(self.offers), SHOWN) + 1
        width = max([cell_len(right), *(cell_len(offer.note) for offer in self.offers)])
        columns = (
            Column("title", left, 24, flex=1),
            Column("note", right, min(width, NOTE_LIMIT), align="right"),
        )
        rows.show(columns, [{"title": offer.title, "note": offer.note} for offer in self.offers])

    def mark(self, span: tuple[int, int] | None) -> None:
        """Mark a part of the line as bad, or none."""
        self.bad.span = span
        self.line.refresh()

    def remember(self, text: str) -> None:
        """Keep a line to come back to."""
        if text.strip():
            history = self.history
            if text in history:
                history.remove(text)
            history.append(text)
            del history[:-REMEMBERED]

    # Keys and mouse

    @on(Input.Changed, "#line")
    def line_changed(self) -> None:
        """Every letter counts."""
        if not self.left:
            self.changed()

    @on(Input.Submitted, "#line")
    def line_entered(self) -> None:
        """Enter takes an offer that arrows went to; otherwise the line is obeyed."""
        if self.listed.entered and self.offers:
            self.action_take()
        else:
            self.entered(self.line.value)

    @on(VTable.RowSelected, "#offers")
    def offer_clicked(self, event: VTable.RowSelected) -> None:
        """A click takes an offer."""
        self.put(self.offers[event.index])

    def put(self, offer: Offer) -> None:
        """Put an offer into the line."""
        text, cursor = self.taken(offer)
        line = self.line
        line.value = text
        line.cursor_position = cursor
        self._back = 0
        self.changed()

    def action_take(self) -> None:
        """Take the offer under the cursor of the list."""
        if self.offers:
            self.put(self.offers[self.listed.cursor])

    def action_go(self, by: int) -> None:
        """Through the offers, or, above them, through what was typed before."""
        rows = self.listed
        if rows.entered:
            if by < 0 and rows.cursor == 0:
                rows.entered = False
                rows.refresh()
            else:
                rows.move_to(rows.cursor + by)
        elif by < 0 or self._back:
            self.recall(self._back - by)
        elif self.offers:
            rows.entered = True
            rows.notify_style_update()
            rows.refresh()

    def recall(self, back: int) -> None:
        """Show what was typed so many lines before; 0 is the line as it was at first."""
        history = self.history
        if 0 <= back <= len(history):
            self._back = back
            self.line.value = history[-back] if back else self.first_text
            self.line.cursor_position = len(self.line.value)
        elif not history:
            self.say("nothing was entered before")

    def action_page(self, step: str) -> None:
        """A page of offers."""
        self.listed.entered = True
        getattr(self.listed, f"action_{step}")()


def title_of(value: str, name: str | None, desk: Desk) -> str:
    """A value and, where it is an identifier, its name."""
    return written(f"{value}  {name}" if name and name != value else value, desk.look)
