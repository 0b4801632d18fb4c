"""What the desk can do beside answering: SQL of one's own, notes and saved views, each a file or a process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from finops_tui import lock, markers, notes
from finops_tui.screens.desk import DeskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date
    from pathlib import Path

    import polars as pl

    from finops_tui.console import Console
    from finops_tui.queries.saved import Saved
    from finops_tui.screens.desk import Desk
    from finops_tui.settings import Settings
    from finops_tui.store import Store

SQL_ROWS = 5_000
"""Most rows of an answer to somebody's own SQL."""


def loading(store: Store) -> Callable[[], Awaitable[str]]:
    """Says whether somebody loads into a store just now."""

    def look() -> str:
        if lock.holder(store.root):
            return "loading…: newer data is on its way"
        return "loading…: looking for newer deliveries" if lock.holder(store.root, lock.SYNC) else ""

    async def words() -> str:
        return await asyncio.to_thread(look)

    return words


class Sql:
    """SQL in a child process, one statement at a time."""

    def __init__(self, store: Store) -> None:
        self._root = store.root
        self._running: Console | None = None

    async def ask(self, statement: str) -> tuple[pl.DataFrame, bool]:
        """The rows of a statement, and whether there were more."""
        from finops_tui.console import Console, ConsoleError

        self._running = console = Console(self._root, rows=SQL_ROWS)
        try:
            reply = await asyncio.to_thread(console.ask, statement)
        except ConsoleError as error:
            raise DeskError(str(error)) from error
        return reply.frame, reply.more

    def stop(self) -> None:
        """Stop the statement that is running."""
        if self._running is not None:
            self._running.stop()


class Notes:
    """Notes in a file; a new one is among the events at once."""

    def __init__(self, desk: Desk, settings: Settings, file: Path) -> None:
        self._desk = desk
        self._settings = settings
        self._file = file

    def add(self, day: date, text: str, about: Mapping[str, str]) -> None:
        """Add a note."""
        try:
            notes.add(self._file, day, text, about)
        except OSError as error:
            raise DeskError(f"cannot write {self._file}: {error.strerror}") from error
        except ValueError as error:
            raise DeskError(str(error)) from error
        self._desk.markers = markers.asked(notes.places(self._settings.markers, self._file))


class Views:
    """Saved views in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def everything(self) -> tuple[Saved, ...]:
        """All of them, by name."""
        from finops_tui import saved_views

        return saved_views.everything(self._folder)[0]

    def problems(self) -> tuple[str, ...]:
        """What is wrong with files that are no views."""
        from finops_tui import saved_views

        return saved_views.everything(self._folder)[1]

    def save(self, saved: Saved) -> None:
        """Write one."""
        from finops_tui import saved_views

        try:
            saved_views.save(self._folder, saved)
        except OSError as error:
            raise DeskError(f"cannot write {self._folder}: {error.strerror}") from error
        except ValueError as error:
            raise DeskError(str(error)) from error

    def remove(self, name: str) -> None:
        """Delete one."""
        from finops_tui import saved_views

        try:
            saved_views.remove(self._folder, name)
        except OSError as error:
            raise DeskError(f"cannot delete {name}: {error.strerror}") from error
        except ValueError as error:
            raise DeskError(str(error)) from error
