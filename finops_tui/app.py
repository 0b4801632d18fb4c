"""The program on screen: themes, the keys of every screen, the ways between screens, and what a crash leaves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import SystemCommand

from finops_tui import paths
from finops_tui.crash import write_crash
from finops_tui.screens.desk import MASKED, DeskError
from finops_tui.screens.explorer import Explorer
from finops_tui.screens.keys import ACTIONS, actions, bindings, keymap, shown_all
from finops_tui.screens.panes import Panes
from finops_tui.screens.theme import theme_name, themes
from finops_tui.starting import StartingApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from textual.binding import BindingType
    from textual.screen import Screen

    from finops_tui.last_screen import LastScreen
    from finops_tui.opening import Opening
    from finops_tui.queries.view import View
    from finops_tui.screens.action import Action
    from finops_tui.screens.desk import Desk

CRASHED = 2
LOOK = 0.5
"""Seconds between two looks for newer data."""


class FinopsApp(StartingApp):
    """The program; it owns what screens share and hands each of them the desk."""

    TITLE = "finops-tui"
    BINDINGS: ClassVar[list[BindingType]] = bindings("any")
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, desk: Desk, opening: Opening | None = None, last: LastScreen | None = None) -> None:
        """Build the program over a desk.

        Args:
            desk: The desk, or how everything looks while it is being opened.
            opening: Gives the desk in a while.
            last: Keeps what it opened with for the next start.

        Raises:
            KeysError: the key overrides cannot be; each problem is a sentence.
        """
        checked = keymap(desk.keys)
        super().__init__(desk, opening, last)
        for theme in themes(desk.look):
            self.register_theme(theme)
        self.theme = theme_name(desk.look)
        self.set_keymap(checked)
        self.close_store: Callable[[], None] = lambda: None
        self.crash_log: Path | None = None
        self.said_at_exit = ""
        self._looking: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """The explorer is at the bottom of everything; newer data is looked for all the time."""
        self.push_screen(Explorer(self.desk))
        beside = self.desk.beside
        if beside is not None and beside.start is not None and (self.desk.start is None or beside.first):
            self.push_screen(Explorer(beside))
        if self.desk.newer is not None:
            self.set_interval(LOOK, self.look_for_newer)

    @property
    def explorer(self) -> Explorer:
        """The explorer at the bottom, which is the bill's."""
        return next(screen for screen in self.screen_stack if isinstance(screen, Explorer))

    @property
    def panes(self) -> Panes[object]:
        """The full screen on top."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Panes))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers what the screen's keys do."""
        where = screen.where if isinstance(screen, Panes) else "any"
        for action in actions(where):
            if not action.id.startswith(("nav.", "palette")):
                node = self if "any" in action.where else screen
                title = f"{action.words[:1].upper()}{action.words[1:]}"
                yield SystemCommand(
                    title, action.help, lambda a=action.action, n=node: self.call_later(self.run_action, a, n)
                )

    # Between screens

    def action_go(self, name: str) -> None:
        """Open a screen that can be opened from anywhere."""
        if self.panes.where == name:
            self.panes.say("you are here; Esc goes back")
        elif name == "budgets":
            from finops_tui.screens.budgets import BudgetsScreen

            self.push_screen(BudgetsScreen(self.desk), self.explore)
        elif name == "sql":
            self.open_sql()
        elif name == "reconcile":
            from finops_tui.screens.reconcile import ReconcileScreen, view_of

            self.push_screen(ReconcileScreen(self.desk, view_of(self.panes)))
        else:
            from finops_tui.screens.sources import SourcesScreen

            self.push_screen(SourcesScreen(self.desk), self.loaded)

    def action_quality(self) -> None:
        """Open the checks over what is explored."""
        from finops_tui.screens.quality import QualityScreen

        view = self.explorer.view
        if view is None:
            self.panes.say("no bill is loaded yet")
        elif self.panes.where == "quality":
            self.panes.say("you are here; Esc goes back")
        else:
            self.push_screen(QualityScreen(self.desk, view), self.explore)

    def action_mask(self) -> None:
        """Cover names, then amounts too, then nothing; every screen but the explorer closes."""
        if self.desk.masking is None:
            self.panes.say("there is nothing to mask")
            return
        try:
            again = self.desk.masking.turn()
        except DeskError as error:
            self.panes.say(str(error), "bad")
            return
        while not isinstance(self.screen, Explorer):
            self.pop_screen()
        for screen in self.screen_stack:
            if isinstance(screen, Explorer):
                screen.masked(again)
        if self.desk.beside is not None and self.desk.beside.start is not None:
            self.desk.beside.start = again(self.desk.beside.start)
        self.panes.say(self.desk.masked or "names and amounts are shown as they are")

    def open_sql(self, statement: str = "") -> None:
        """Open the SQL screen, with a statement to run if there is one."""
        if self.desk.masked:
            self.panes.say(MASKED)
            return
        from finops_tui.screens.sql import SqlScreen

        self.push_screen(SqlScreen(self.desk, statement))

    def obey_with(self, action: Action, argument: str) -> None:
        """Do an action of every screen with an argument from the command line."""
        if action.id == "go.sql":
            self.open_sql(argument)
        else:
            self.panes.say(f"{action.command} {argument}: not on this screen", "warn")

    def explore(self, view: View | None) -> None:
        """Explore a view that another screen led to."""
        if view is None:
            return
        there = [screen for screen in self.screen_stack if isinstance(screen, Explorer)]
        explorer = next((one for one in there if one.desk.dataset == view.dataset), self.explorer)
        while self.screen is not explorer:
            self.pop_screen()
        explorer.go(view)

    def loaded(self, changed: bool | None) -> None:  # noqa: FBT001 - the result of a screen
        """Ask everything again after a load."""
        if changed:
            for screen in self.screen_stack:
                if isinstance(screen, Explorer):
                    screen.data_changed()

    def look_for_newer(self) -> None:
        """See whether somebody has loaded something, without waiting for the answer."""
        if self.desk.newer is not None and (self._looking is None or self._looking.done()):
            self._looking = asyncio.ensure_future(self._offer_newer())

    async def _offer_newer(self) -> None:
        """Offer newer data on every screen; nobody is moved until it is taken."""
        there = self.desk.newer is not None and await self.desk.newer()
        if there and self.desk.follows and not self.desk.masked:
            await self.action_refresh_data()
            there = False
        key = shown_all(next(action for action in ACTIONS if action.id == "refresh"), self.desk.keys)[0]
        words = (f"newer data is loaded: {key} shows it", f"{key} newer data") if there else ("", "")
        if not there and self.desk.loading is not None and (busy := await self.desk.loading()):
            words = (busy, busy.partition(":")[0])
        for screen in self.screen_stack:
            if isinstance(screen, Panes):
                screen.offer(*words)

    async def action_refresh_data(self) -> None:
        """Look for newer data, and write everything again: something else may have written over it."""
        self.write_all()
        if self.desk.refresh is None:
            self.panes.say("there is nothing to refresh")
            return
        try:
            newer = await self.desk.refresh()
        except DeskError as error:
            self.panes.say(str(error), "bad")
            return
        if newer:
            for screen in self.screen_stack:
                if isinstance(screen, Panes):
                    screen.offer("")
                    screen.data_changed()
        self.panes.say("newer data is on screen" if newer else "this is the newest data there is")

    def action_command(self) -> None:
        """Write a command for the screen on top."""
        from finops_tui.screens.command_line import CommandLine

        panes = self.panes

        async def obey(line: str | None) -> None:
            if line:
                await panes.obey(line)

        self.push_screen(CommandLine(self.desk, panes.where), obey)

    def action_help(self) -> None:
        """Show the keys of the screen on top."""
        from finops_tui.screens.help_screen import HelpScreen

        self.push_screen(HelpScreen(self.desk, self.panes.where))

    # What a crash leaves

    def _fatal_error(self) -> None:
        """Leave the terminal as it was, with a line without data; what happened goes to a private file."""
        self.bell()
        error = self._exception
        where = "nothing could be written about it"
        if error is not None:
            try:
                self.crash_log = write_crash(error)
                where = f"what happened is in {self.crash_log}, readable by you only"
            except OSError:
                pass
        self.said_at_exit = f"finops-tui failed and had to stop; {where}."
        self._exit_renderables.append(Text(self.said_at_exit))
        self._close_messages_no_wait()


def run(opening: Opening, last: LastScreen | None = None, *, mouse: bool = True) -> int:
    """Open the explorer on a store that is being opened, and return the exit code when it is left.

    Args:
        opening: Opens the store.
        last: What is on the terminal meanwhile, and where this screen is kept for the next start.
        mouse: Whether the mouse is taken.

    Raises:
        StoreError: the store cannot be read.
        ValueError: what to open with means nothing.
        OSError: a file that is needed cannot be read.
        KeysError: the key overrides cannot be.
    """
    app = FinopsApp(opening.desk, opening, last)
    if last is not None and last.on_terminal and last.rows is not None:
        app.on_screen(last.size, last.rows)
        last.take()
    app.run(mouse=mouse)
    if app.failure is not None:
        raise app.failure
    return CRASHED if app.return_code else 0


def demo_app() -> FinopsApp:
    """The program over the bundled sample, as `finops-tui demo` opens it, for pictures and tests."""
    from finops_tui import demo, settings
    from finops_tui.desks import build_desk
    from finops_tui.screens.color import Look
    from finops_tui.store import Store

    chosen = settings.load(paths.sample_data() / paths.CONFIG_FILE)
    store = Store(demo.root(), teams=chosen.teams, names=chosen.account_names)
    app = FinopsApp(build_desk(store, chosen, Look(), title="demo", demo=True))
    app.close_store = store.close
    return app
