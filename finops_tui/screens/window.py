"""What the windows over a screen share: how they open, close and speak, and the parts they are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from finops_tui.screens.cells import written
from finops_tui.screens.money import amount
from finops_tui.screens.safe_text import cell
from finops_tui.screens.widgets.table import VTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import PurePath

    from textual import events
    from textual.await_complete import AwaitComplete

    from finops_tui.screens.color import Look
    from finops_tui.screens.desk import Desk
    from finops_tui.screens.widgets.table_draw import RowState

    CssPath = str | PurePath | list[str | PurePath] | None

Result = TypeVar("Result")


class Window(ModalScreen[Result | None], Generic[Result]):
    """A window over a screen; Escape or a click beside it dismisses it with None.

    Attributes:
        desk: What the app hands every screen.
        left: Whether it has been dismissed.
    """

    CSS_PATH: ClassVar[CssPath] = "window.tcss"
    left = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(self, desk: Desk) -> None:
        """Open over a screen.

        Args:
            desk: Answers questions, and says how everything is drawn.
        """
        super().__init__(classes="-ascii" if desk.look.charset == "ascii" else "")
        self.desk = desk

    def write(self, where: str, text: str, *, wrap: bool = False) -> Static:
        """Write a text, also from data, into a part of the window."""
        words = cell(spoken(text, self.desk.look))
        words.no_wrap = not wrap
        part = self.query_one(where, Static)
        part.update(words)
        return part

    def say(self, text: str, *, bad: bool = False) -> None:
        """Write the line at the bottom; what is wrong may take more than one."""
        if self.left:
            return
        self.write("#message", text, wrap=bad).set_class(bad, "-bad")

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave, and ask nothing any more."""
        self.left = True  # a letter typed just before may still ask: its answer has no place any more
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the window leaves it."""
        if event.widget is self:
            self.action_leave()


MOVES: tuple[tuple[str, str], ...] = (
    ("down,j", "down"),
    ("up,k", "up"),
    ("pagedown,ctrl+f", "page_down"),
    ("pageup,ctrl+b", "page_up"),
    ("home,g", "home"),
    ("end,G", "end"),
)
"""Keys of windows with a list and nothing to type in, and where they move to."""


class ListWindow(Window[Result]):
    """A window with a list to read; it has the movement keys of the screens."""

    CSS_PATH: ClassVar[CssPath] = ["window.tcss", "list_window.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,backspace", "leave", "leave", show=False),
        *(Binding(keys, f"move('{step}')", step, show=False) for keys, step in MOVES),
    ]

    def action_move(self, step: str) -> None:
        """Move in the list."""
        getattr(self.query_one(VTable), f"action_{step}")()


class Choices(VTable, can_focus=False):
    """The rows of a picker: one click takes, and typing stays with the line above."""

    def _state(self, index: int) -> RowState:
        state = super()._state(index)
        return replace(state, focused=state.cursor)

    def on_click(self, event: events.Click) -> None:
        """Take the row that is clicked."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        index = offset.y - 1 + self.scroll_offset.y
        if index < self.count:
            self.post_message(self.RowSelected(self, index, self.row(index)))


def amounts_text(sums: Mapping[str, Decimal], currencies: Sequence[str], decimals: int | None = None) -> str:
    """Amounts side by side, the most important currency first; they are never added.

    Args:
        sums: One amount per currency.
        currencies: Currencies in order; others follow by name.
        decimals: Decimals to write; each currency's own when not given.
    """
    order = [*currencies, *sorted(set(sums) - set(currencies))]
    return " · ".join(amount(sums[code], code, decimals=decimals) for code in order if code in sums)


def spoken(text: str, look: Look) -> str:
    """A hint or an answer in the characters that the terminal has."""
    if look.charset == "ascii":
        text = text.replace("↑↓", "up, down").replace(" · ", ", ").replace("↑", "up").replace("…", "...")
    return written(text, look)
