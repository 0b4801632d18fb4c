"""Asking ahead: answers that may be wanted next, computed while nobody waits for anything.

One question at a time, and none while somebody waits for an answer. A question that is asked for real stops what
is computed ahead and does not wait for it; if it is that very question, it takes it over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from finops_tui.answers import frozen
from finops_tui.screens.desk import GaveWayError

if TYPE_CHECKING:
    from collections.abc import Hashable

    import polars as pl

    from finops_tui.queries import Ask
    from finops_tui.queries.view import View


class Ahead:
    """Asks ahead of somebody who asks for real.

    Args:
        ask: Answers; cancelling it stops the computation. It keeps its answers.

    Attributes:
        asked: How many questions were asked ahead.
        stopped: How many of them were given up for others, or because a key was pressed.
        taken: How many were asked for real while they were computed, and were taken over.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._task: asyncio.Task[pl.DataFrame] | None = None
        self._key: Hashable = None
        self._waiting = 0
        self.asked = self.stopped = self.taken = 0

    async def ask(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer ahead.

        Raises:
            GaveWayError: somebody waits for an answer, or asked for another one meanwhile.
        """
        if self._waiting or self._task is not None:
            raise GaveWayError
        self.asked += 1
        self._key = (question, view, frozen(dict(parameters)))
        task = self._task = asyncio.ensure_future(self._asking(question, view, parameters))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._task is not task:  # stopped, or taken over
                raise GaveWayError from None
            self.stop()
            raise
        finally:
            if self._task is task:
                self._task = None

    async def for_real(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer at once, whatever is asked ahead."""
        self._waiting += 1
        try:
            task = self._task
            if task is not None and self._key == (question, view, frozen(dict(parameters))):
                self.taken += 1
                self._task = None
                return await task
            self.stop()
            return await self._ask(question, view, **parameters)
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """Give up what is asked ahead."""
        if self._task is not None:
            self.stopped += 1
            self._task.cancel()
            self._task = None

    async def _asking(self, question: str, view: View, parameters: dict[str, object]) -> pl.DataFrame:
        return await self._ask(question, view, **parameters)
