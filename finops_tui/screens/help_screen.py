"""The keys of a screen, from the one table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from finops_tui.screens.keys import GROUPS, SCREENS, shown_all
from finops_tui.screens.palette import palette
from finops_tui.screens.window import MOVES, Window, spoken

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk
    from finops_tui.screens.window import CssPath

GRAMMAR = (
    ("service:EC2", "the service contains EC2, in any case"),
    ("service:EC2,S3 region=eu-west-1", "any of the values; a blank means and"),
    ("-region:us*  OR  (…)", "leave out; a pattern; either; brackets"),
    ("tag.team=core  tag.owner:", "a tag; a tag that is missing"),
    ("team:core  x_UsageType~^Box", "a team of finops.toml; a regular expression"),
    ("cost>100  delta>20%", "groups on screen by their cost or change"),
)
"""The filter grammar by example."""


class HelpScreen(Window[None]):
    """What every key of a screen does."""

    CSS_PATH: ClassVar[CssPath] = ["window.tcss", "help_screen.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,f1,enter,backspace", "leave", "leave", show=False),
        *(Binding(keys, f"scroll('{step}')", step, show=False) for keys, step in MOVES),
        Binding("space", "scroll('page_down')", "page down", show=False),
    ]

    def __init__(self, desk: Desk, where: str) -> None:
        """Open over a screen.

        Args:
            desk: Its key overrides and look.
            where: The screen below, a name of `keys.SCREENS`.
        """
        super().__init__(desk)
        self.where = where

    def compose(self) -> ComposeResult:
        """Keys under their headings, in a window that scrolls."""
        with Vertical(id="box") as box:
            box.border_title = f"Keys: {SCREENS.get(self.where, 'everywhere')}"
            with VerticalScroll(id="keys"):
                for heading, actions in GROUPS:
                    shown = [action for action in actions if self._works_here(action)]
                    if shown:
                        yield Static(self._heading(heading))
                        yield Static(self._table(shown))
                if self.where == "explore":
                    yield Static(self._heading("Filter"))
                    yield Static(self._grammar())
            yield Static(Text(spoken("↑↓ scroll · esc leave", self.desk.look)), id="message")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one("#keys").focus()

    def _works_here(self, action: Action) -> bool:
        return self.where in action.where or "any" in action.where

    def _heading(self, text: str) -> Text:
        return Text(text, style=palette(self.desk.look).accent)

    def _rows(self) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=18, no_wrap=False)
        table.add_column(ratio=1)
        return table

    def _table(self, actions: list[Action]) -> Table:
        colors, look = palette(self.desk.look), self.desk.look
        table = self._rows()
        for action in actions:
            keys = " ".join(shown_all(action, self.desk.keys))
            command = f":{action.command} {action.argument}".rstrip() if action.command else ""
            words = Text(spoken(action.help, look), style=colors.text)
            if command and keys:
                words.append(f"  {command}", style=colors.muted)
            table.add_row(Text(spoken(keys or command, look), style=colors.strong), words)
        return table

    def _grammar(self) -> Table:
        colors, look = palette(self.desk.look), self.desk.look
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=34)
        table.add_column(ratio=1)
        for example, words in GRAMMAR:
            table.add_row(
                Text(spoken(example, look), style=colors.strong), Text(spoken(words, look), style=colors.text)
            )
        return table

    def action_scroll(self, step: str) -> None:
        """Scroll the keys."""
        keys = self.query_one("#keys", VerticalScroll)
        getattr(keys, f"scroll_{step}")(animate=False)
