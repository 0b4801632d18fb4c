"""Panes that ask: one open question each, and an answer to an old view is never painted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from textual import work
from textual.message import Message
from textual.widget import Widget

from finops_tui.screens.desk import DeskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import polars as pl

    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

T = TypeVar("T")
PATIENCE: Final = 0.15
"""Seconds before a question that is still open is worth a word on screen."""


class StaleError(Exception):
    """The answer belongs to a view nobody looks at any more."""


@dataclass
class Waiting(Message):
    """A pane has been waiting for a while, or waits no more."""

    pane: Asking
    waiting: bool


class Asking(Widget):
    """A pane of one view. `look_at` asks; the question of the view before is cancelled.

    Attributes:
        desk: Answers questions.
        view: The view asked about last.
    """

    desk: Desk
    view: View | None = None
    _turn: int = 0

    def look_at(self, view: View) -> None:
        """Show another view as soon as it is answered."""
        self.view = view
        self._turn += 1  # the same view may be asked about again: after a load its answer is another one
        self._hold("hold_painting")
        self._answer_view(view, self._turn)

    async def answer(self, view: View) -> None:
        """Ask what the pane shows, with `self.ask`, and paint it."""
        raise NotImplementedError

    def failed(self, words: str) -> None:
        """Show why there is no answer."""
        raise NotImplementedError

    async def ask(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Ask; the answer is only given while the pane still looks at the view it was asked for.

        Raises:
            StaleError: it has gone on to another view.
            DeskError: there is no answer; the message is for people.
        """
        return await self._current(self.desk.ask(question, view, **parameters))

    async def aside(self, task: Callable[[], T]) -> T:
        """Do something that may take a while beside the event loop; its result is only given as in `ask`.

        Raises:
            StaleError: the pane has gone on to another view.
        """
        return await self._current(asyncio.to_thread(task))

    async def _current(self, found: Awaitable[T]) -> T:
        turn = self._turn
        result = await found
        if self._turn != turn or not self.app.is_running:  # the program may be ending
            raise StaleError
        return result

    @work(exclusive=True, group="asking")
    async def _answer_view(self, view: View, turn: int) -> None:
        watch = asyncio.get_running_loop().call_later(PATIENCE, self._wait)
        try:
            await self.answer(view)
        except StaleError:
            return
        except DeskError as error:
            if turn == self._turn:
                self.failed(str(error))
        finally:
            watch.cancel()
            if turn == self._turn:
                self._hold("release_painting")
                self.post_message(Waiting(self, waiting=False))

    def _hold(self, how: str) -> None:
        """Let an app that paints by difference paint all panes at once; others have no such thing."""
        hold = getattr(self.app, how, None)
        if hold is not None:
            hold(self)

    def _wait(self) -> None:
        self.post_message(Waiting(self, waiting=True))
