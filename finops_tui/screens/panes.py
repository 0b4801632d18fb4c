"""What the full screens share: panes moved through with the same keys, a way to say things, commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.screen import Screen

from finops_tui.screens.keys import by_command
from finops_tui.screens.status import StatusLine

if TYPE_CHECKING:
    from textual.widget import Widget

    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk

Result = TypeVar("Result")


class Panes(Screen[Result], Generic[Result]):
    """A full screen of panes; exactly one pane has the focus.

    Attributes:
        where: The name of the screen in `keys.SCREENS`.
        desk: What the app hands every screen.
    """

    where: ClassVar[str] = ""
    AUTO_FOCUS = None

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def panes(self) -> list[Widget]:
        """The panes that can have the focus now, from the top."""
        return list(self.focus_chain)

    def say(self, text: str, tone: str = "") -> None:
        """Say something for a while; screens with a status line say it there."""
        self.notify(text, severity="warning" if tone in {"warn", "bad"} else "information", markup=False)

    def offer(self, text: str, brief: str = "") -> None:
        """Offer something in the status line until it is taken; '' offers nothing."""
        for line in self.query(StatusLine):
            line.offer(text, brief)

    async def look_ahead(self) -> None:
        """Nobody has done anything for a moment; a screen asks what the next key may need here."""

    def data_changed(self) -> None:
        """There is newer data; a screen that shows any asks again here."""

    def action_nav(self, step: str) -> None:
        """Move in the pane that has the focus."""
        pane = self.focused
        move = getattr(pane, f"action_{step}", None)
        if move is not None:
            move()
        elif pane is None:
            self.say("nothing here to move in")
        else:
            self.say(f"no {step.replace('_', ' ')} in this pane; Tab goes to the next one")

    def action_pane(self, by: int) -> None:
        """Give the focus to another pane."""
        panes = self.panes()
        if len(panes) < 2:
            self.say("there is one pane only")
        place = panes.index(self.focused) + by if self.focused in panes else 0
        if panes:
            panes[place % len(panes)].focus()

    def action_zoom(self) -> None:
        """Make the pane as large as the screen, or as it was."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None and not self.maximize(self.focused):
            self.say("this pane is as large as it gets")

    def action_back(self) -> None:
        """Leave the screen."""
        self.dismiss(None)

    async def obey(self, line: str) -> None:
        """Do what a command line says: the word of an action, then its argument if it takes one."""
        word, _, rest = line.strip().lstrip(":").partition(" ")
        if not word:
            return
        try:
            action = by_command(word.lower(), self.where)
        except KeyError as error:
            self.say(str(error.args[0]), "warn")
            return
        argument = rest.strip()
        if argument and not action.argument:
            self.say(f"{action.command} takes nothing after it", "warn")
        elif argument and "any" in action.where:
            obeying = getattr(self.app, "obey_with", None)
            if obeying is None:
                self.say(f"{action.command} {argument}: not on this screen", "warn")
            else:
                obeying(action, argument)
        elif argument:
            await self.obey_with(action, argument)
        else:
            node = self.app if "any" in action.where else self
            await self.app.run_action(action.action, node)

    async def obey_with(self, action: Action, argument: str) -> None:
        """Do an action with an argument; a screen that has such actions answers here."""
        self.say(f"{action.command} {argument}: not on this screen", "warn")
