"""An app whose terminal gets the difference of what it shows and what it should show, once there is something to see."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from rich.color import ColorSystem
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App

from finops_tui.painter import Painter

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen

PATIENCE: Final = 0.05
"""Seconds for which a half-answered view is not rendered."""

_ALTERNATE: Final = "\x1b[?1049h"
_MAIN: Final = "\x1b[?1049l"

_ATOMIC: Final = 1024
"""Characters up to which an update is one write, which terminals take whole."""


class PaintedApp(App[None]):
    """Paints by difference; panes can ask it to wait until they have all been answered."""

    def __init__(self, *, ansi_color: bool) -> None:
        super().__init__(ansi_color=ansi_color)
        system = self.console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - Rich gives names only
        self.painter = Painter(system, erases=erases())
        self._place = (0, 0)
        self._on_screen = False
        self._waiting: set[Hashable] = set()
        self._until: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._batch = ExitStack()

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, which says when it begins with a terminal of which nothing is known."""
        return _driver(super().get_driver_class())

    def on_screen(self, size: tuple[int, int], rows: list[list[tuple[str, str]]]) -> None:
        """Say what the terminal shows already, on its alternate screen."""
        self.painter.resize(*size)
        self.painter.known(rows)
        self._on_screen = True

    def entering(self) -> bool:
        """The driver is about to go to the alternate screen; whether it has to."""
        enter, self._on_screen = not self._on_screen, False
        if enter:
            self.painter.leave()
            self.painter.forget()
        return enter

    def write_all(self) -> None:
        """Write the whole screen again, whatever the terminal is thought to show."""
        self.painter.forget()
        self._paint()

    @property
    def waiting(self) -> bool:
        """Whether a pane waits for an answer."""
        return bool(self._waiting)

    def hold_painting(self, pane: Hashable) -> None:
        """Render nothing before a pane has been answered, or `PATIENCE` has passed."""
        if self._until is None:
            self._until = asyncio.get_running_loop().call_later(PATIENCE, self._render_anyway)
            if not self.is_headless:
                self._batch.enter_context(self.batch_update())
        self._waiting.add(pane)

    def release_painting(self, pane: Hashable) -> None:
        """A pane has been answered."""
        self._waiting.discard(pane)
        if not self._waiting:
            self.call_after_refresh(self._answered)

    def hold_terminal(self, seconds: float) -> None:
        """Leave on the terminal what is there until everything has been answered, or so many seconds have passed."""
        self._patience = asyncio.get_running_loop().call_later(seconds, self._release_terminal)

    def _answered(self) -> None:
        if not self._waiting and self.is_running and self._screen_stack:
            self._render_anyway()
            self.screen.call_after_refresh(self._all_painted)

    def _render_anyway(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None
            self._batch.close()
            if self.is_running and self._screen_stack:
                self.screen.check_idle()

    def _release_terminal(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
            self._paint()

    def _all_painted(self) -> None:
        if not self._waiting:
            self._release_terminal()
            self.painted()

    def painted(self) -> None:
        """Everything that was asked is on screen."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Take what was rendered, and write what changed."""
        driver = self._driver
        known = isinstance(renderable, LayoutUpdate | ChopsUpdate)
        if not known or driver is None or driver.is_inline or self.is_headless or self._batch_count:
            super()._display(screen, renderable)
            return
        self.painter.resize(*self.size)
        if isinstance(renderable, LayoutUpdate):
            for y, strips in enumerate(renderable.strips, renderable.region.y):
                self.painter.put(renderable.region.x, y, strips)
        elif isinstance(renderable, ChopsUpdate):
            self._put_chops(renderable)
        if self._patience is None:
            self._paint()
        self.post_display_hook()

    def _put_chops(self, update: ChopsUpdate) -> None:
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is not None and x <= x2 and end > x1:
                    self.painter.put(x, y, [strip if end <= x2 else strip.crop(0, min(end, x2) - x)])

    def _paint(self) -> None:
        driver = self._driver
        if driver is None or not self._running or self._closed or driver.is_inline or self.is_headless:
            return
        changes = self.painter.changes()
        x, y = place = self.screen.outer_size.clamp_offset(self.cursor_position)
        if place != self._place or (changes and (x or y)):  # where an input has its cursor
            changes += f"\x1b[{y + 1};{x + 1}H"
            self._place = place
        if changes:
            whole = self._sync_available and len(changes) > _ATOMIC
            driver.write(f"{SYNC_START}{changes}{SYNC_END}" if whole else changes)
            driver.flush()


def _driver(base: type[Driver]) -> type[Driver]:
    class Quiet(base):  # type: ignore[valid-type,misc]
        """Goes to the alternate screen only where the terminal is not there already, which would blank it."""

        def write(self, data: str) -> None:
            app = self._app
            if data == _ALTERNATE and isinstance(app, PaintedApp) and not app.entering():
                return
            if data == _MAIN and isinstance(app, PaintedApp):
                data = f"{app.painter.leave()}{data}"
            super().write(data)

    return Quiet


def erases() -> bool:
    """Whether the terminal erases in the background colour at hand, as its description says."""
    try:
        import curses

        curses.setupterm(fd=sys.__stdout__.fileno() if sys.__stdout__ is not None else -1)
    except (ImportError, OSError, ValueError, curses.error):
        return False
    return bool(curses.tigetflag("bce") == 1 and curses.tigetstr("ech") == b"\x1b[%p1%dX")
