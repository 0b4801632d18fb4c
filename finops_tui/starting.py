"""How the app starts: something is on the terminal already, the store is being opened, keys wait for both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp

from finops_tui.manifest import StoreError
from finops_tui.painted import PaintedApp
from finops_tui.screens.explorer import Explorer
from finops_tui.screens.line import Line, Part
from finops_tui.screens.panes import Panes

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from finops_tui.last_screen import LastScreen
    from finops_tui.opening import Opening
    from finops_tui.screens.desk import Desk

LEAVING: Final = frozenset(("ctrl+q", "ctrl+c"))
"""Keys that work while the store is being opened."""

IDLE: Final = 0.15
"""Seconds without a key after which answers are asked ahead."""

LONGEST: Final = 10.0
"""Seconds after which something is painted, whether or not the store is open."""


class StartingApp(PaintedApp):
    """Begins once its store is open.

    Args:
        desk: The desk, or how everything looks while it is being opened.
        opening: Gives the desk in a while.
        last: What is on the terminal, and keeps what the program opened with for the next start.

    Attributes:
        desk: What every screen is handed.
        failure: Why the store could not be opened.
    """

    def __init__(self, desk: Desk, opening: Opening | None, last: LastScreen | None) -> None:
        super().__init__(ansi_color=desk.look.ansi)
        self.desk = desk
        self.failure: Exception | None = None
        self._opening = opening
        self._last = last
        self._early: list[Key] = []
        self._kept: set[object] = set()
        self._idle: asyncio.TimerHandle | None = None
        self._looking_ahead: asyncio.Future[None] | None = None

    def compose(self) -> ComposeResult:
        """Say that the store is being opened."""
        if self._opening is not None:
            line = Line(self.desk.look)
            line.show((Part("finops-tui", "strong", 0), Part("opening…", "muted", 0)))
            yield line

    def begin(self) -> None:
        """Show what the program is for; the desk is there."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin, as soon as the store is open."""
        if self._opening is None:
            self.begin()
        elif self._last is not None and self._last.rows is not None:
            if self._last.kept:
                self.hold_terminal(LONGEST)
            self._open_store()
        else:  # what is heavy comes when there is something to see
            self.screen.call_after_refresh(self._open_store)

    def _open_store(self) -> None:
        if self._opening is not None:
            self.run_worker(self._open(self._opening))

    async def _open(self, opening: Opening) -> None:
        opening.begin()
        try:
            self.desk = await opening.opened()
        except (StoreError, ValueError, OSError) as error:
            self.failure = error
            self.exit()
            return
        self._opening = None
        self.begin()
        for event in self._early:
            self.post_message(event)

    async def on_event(self, event: Event) -> None:
        """Keys that are typed while the store is being opened are for what comes then."""
        if self._opening is not None and isinstance(event, Key) and event.key not in LEAVING:
            self._early.append(event)
            return
        if isinstance(event, Key | MouseDown | MouseScrollUp | MouseScrollDown):
            self._stir()
        await super().on_event(event)

    def _stir(self) -> None:
        """Somebody does something, or has just been answered: look ahead when nothing happens for a moment."""
        if self.desk.ahead is None:
            return
        if self._looking_ahead is not None:
            self._looking_ahead.cancel()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE, self._look_ahead)

    def _look_ahead(self) -> None:
        if not self.is_running or not self._screen_stack:  # the program is ending
            return
        screen = self.screen
        if not self.waiting and isinstance(screen, Panes):
            self._looking_ahead = asyncio.ensure_future(screen.look_ahead())

    def painted(self) -> None:
        """Look ahead soon, and keep the screen for the next start where it shows what that opens with."""
        self._stir()
        explorer, last, desk = self.screen, self._last, self.desk
        if last is None or not isinstance(explorer, Explorer) or desk.masked or desk.made_from is None:
            return
        if explorer.view is None or explorer.view != desk.start or explorer.desk is not desk:
            return
        made_from, size = desk.made_from(), self.painter.size
        if made_from and (size, made_from) not in self._kept:
            self._kept.add((size, made_from))
            self.run_worker(asyncio.to_thread(last.keep, size, self.painter.rows(), made_from))
