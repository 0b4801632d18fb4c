"""What every picker is: a small window over the screen, a line to type in, a list to choose from.

A picker is built with the desk and the view, and dismissed with the next view, or with None for
"leave it as it is". Typing narrows the list, arrows move, Enter or a click takes, Escape leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.widgets import Input, Static

from finops_tui.queries.view import View
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import Choices, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from finops_tui.screens.desk import Desk

NOTE_LIMIT: Final = 50
"""Most cells of what stands at the right."""


class Typed(Input):
    """The line that is typed in; while it is empty, digits may mean rows instead."""

    def __init__(self, placeholder: str, *, digits: bool) -> None:
        """Make the line.

        Args:
            placeholder: What it says while it is empty.
            digits: Whether it takes a digit while it is empty.
        """
        super().__init__(placeholder=placeholder, id="typed", select_on_focus=False, compact=True)
        self._digits = digits

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave digits to the picker where they mean rows."""
        if not self._digits and not self.value and character is not None and character in "123456789":
            return False
        return super().check_consume_key(key, character)


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a picker.

    Attributes:
        key: What the picker makes of it.
        title: What is read, from the left.
        note: What stands at the right: dates, an amount.
        also: Other words it is found by.
        hidden: Whether it only shows when it is typed for.
        off: Why it cannot be taken, or ''.
    """

    key: str
    title: str
    note: str = ""
    also: str = ""
    hidden: bool = False
    off: str = ""


def found(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """The choices that a text may mean, the best first; in their own order when nothing is typed."""
    query = typed.strip()
    if not query:
        return [choice for choice in choices if not choice.hidden]
    search = FuzzySearch()

    def score(choice: Choice) -> float:
        own = max(search.match(query, text)[0] for text in (choice.key, choice.title))
        other = search.match(query, choice.also)[0] if choice.also else 0.0
        exact = 1000.0 if query.lower() in {choice.key.lower(), choice.title.lower()} else 0.0
        return exact + max(own * 2, other) * (0.5 if choice.hidden else 1)

    scored = [(score(choice), choice) for choice in choices]
    return [choice for points, choice in sorted(scored, key=lambda pair: -pair[0]) if points > 0]


class Picker(Window[View]):
    """A window to choose one thing from a list.

    Subclasses say what there is (`choices`), what is chosen now (`current`) and which view a choice
    makes (`made`).
    """

    heading: ClassVar[str] = ""
    titles: ClassVar[tuple[str, str]] = ("", "")
    typed_for: ClassVar[str] = "type to find"
    hint: ClassVar[str] = "↑↓ choose · 1-9 take · enter take · esc leave"
    numbered: ClassVar[bool] = True
    """Whether the first nine rows have a number while nothing is typed."""
    numbers_take: ClassVar[bool] = True
    """Whether its digit takes a row at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('down')", "down", show=False),
        Binding("up", "move('up')", "up", show=False),
        Binding("pagedown", "move('page_down')", "page down", show=False),
        Binding("pageup", "move('page_up')", "page up", show=False),
        *(Binding(str(n), f"nth({n})", f"take {n}", show=False, priority=True) for n in range(1, 10)),
    ]

    def __init__(self, desk: Desk, view: View) -> None:
        """Open over a view.

        Args:
            desk: Answers questions.
            view: What is looked at now.
        """
        super().__init__(desk)
        self.view = view
        self.shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """The line, the list and a line that says what can be done."""
        with Vertical(id="box") as box:
            box.border_title = self.heading
            yield Typed(self.typed_for, digits=not self.numbers_take)
            yield Choices(self.desk.look, id="choices")
            yield Static(id="message", markup=False)

    def on_mount(self) -> None:
        """Show what there is, the cursor on what is chosen now."""
        self.query_one("#typed").focus()
        self.list_choices()

    def choices(self) -> Sequence[Choice]:
        """Everything there is to choose."""
        raise NotImplementedError

    def current(self) -> str:
        """The key of what is chosen now."""
        return ""

    def made(self, choice: Choice) -> View | None:
        """The view that a choice makes; None leaves everything as it is."""
        raise NotImplementedError

    @property
    def typed(self) -> str:
        """What has been typed."""
        return self.query_one("#typed", Input).value

    @property
    def rows(self) -> Choices:
        """The list."""
        return self.query_one("#choices", Choices)

    def fitting(self) -> Sequence[Choice]:
        """The choices that fit what is typed."""
        return found(self.choices(), self.typed)

    def columns(self) -> Sequence[Column]:
        """Number, what it is, what stands at the right."""
        left, right = self.titles
        notes = [right, *(choice.off or choice.note for choice in self.shown)]
        width = min(max(cell_len(note) for note in notes), NOTE_LIMIT)
        return (
            Column("number", "", 1, align="right"),
            Column("title", left, 16, flex=1),
            Column("note", right, width, align="right"),
        )

    def list_choices(self) -> None:
        """List what fits what is typed, the cursor on the best or on what is chosen now."""
        if self.left:
            return
        rows = self.rows
        before = self.shown[rows.cursor].key if self.shown else self.current()
        self.shown = list(self.fitting())
        numbered = self.numbered and not self.typed
        places = {choice.key: place for place, choice in enumerate(self.shown)}
        rows.styles.height = max(len(self.shown), 1) + 1
        rows.show(
            self.columns(),
            [
                {
                    "number": str(place) if numbered and place < 10 else "",
                    "title": choice.title,
                    "note": choice.off or choice.note,
                    "tone": "muted" if choice.off else "",
                }
                for place, choice in enumerate(self.shown, start=1)
            ],
            cursor=0 if self.typed else places.get(before, 0),
        )
        now = places.get(self.current())
        rows.marked = frozenset() if now is None else frozenset({now})
        self.say(self.hint if self.shown else self.nothing())

    def nothing(self) -> str:
        """What to say when nothing fits what is typed."""
        return "nothing fits; backspace for all of it, esc to leave"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Digits take a row only while nothing is typed; otherwise they are letters like any other."""
        if action == "nth":
            place = parameters[0]
            fits = isinstance(place, int) and place <= len(self.shown)
            return self.numbers_take and self.is_mounted and not self.typed and fits
        return True

    @on(Input.Changed, "#typed")
    def narrow(self) -> None:
        """Every letter narrows the list."""
        self.list_choices()

    @on(Input.Submitted, "#typed")
    def take_highlighted(self) -> None:
        """Enter takes what is under the cursor."""
        if self.shown:
            self.take(self.shown[self.rows.cursor])

    @on(VTable.RowSelected, "#choices")
    def take_clicked(self, event: VTable.RowSelected) -> None:
        """A click takes the row."""
        if event.index < len(self.shown):
            self.take(self.shown[event.index])

    def take(self, choice: Choice) -> None:
        """Leave with the view that a choice makes."""
        if choice.off:
            self.say(choice.off, bad=True)
            return
        self.dismiss(self.made(choice))

    def action_nth(self, place: int) -> None:
        """Take a row by its number."""
        self.take(self.shown[place - 1])

    def action_move(self, step: str) -> None:
        """Move in the list while typing."""
        getattr(self.rows, f"action_{step}")()
