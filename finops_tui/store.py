"""The store as readers see it: one generation, attached read-only, answering questions about views.

A reader takes no lock, writes nothing under the store and needs only read permission. It keeps the
generation it has until `refresh`; answers being computed meanwhile finish on the old one.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from finops_tui import engine, fetched, generations, kept, queries
from finops_tui.answers import Answers, frozen
from finops_tui.attached import DamagedSegmentError, MissingSegmentError, Shelf, words
from finops_tui.holding import Holder
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import polars as pl
    from duckdb import DuckDBPyConnection

    from finops_tui.attached import Generation
    from finops_tui.manifest import Entry
    from finops_tui.queries import Statement
    from finops_tui.queries.catalog import Catalog
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import View

_THREADS: Final = 5
_TRIES: Final = 5
_AGAIN: Final = 0.02
"""Seconds between two interruptions of an answer nobody waits for any more."""

_DAMAGE: Final = re.compile(r"corrupt|checksum|could not read enough bytes", re.IGNORECASE)


class InterruptedAnswerError(StoreError):
    """Nobody waits for this answer any more."""


@dataclass(slots=True, eq=False)
class _Asked:
    """One question on its way: on which generation, by which cursor, and whether it was given up."""

    question: str
    view: View
    parameters: Mapping[str, object]
    teams: Teams | None
    generation: Generation
    cursor: DuckDBPyConnection
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> Hashable:
        """What the answer is kept under."""
        return _key(self.question, self.view, self.parameters, self.teams, self.generation)

    def interrupt(self) -> None:
        """Give it up; to be said again until it has ended, as it may not have reached the engine yet."""
        import duckdb

        self.stopped.set()
        with suppress(duckdb.ConnectionException):  # it has just ended
            self.cursor.interrupt()


class Store:
    """A store, open for reading.

    Args:
        root: Folder of the store; one that does not exist is an empty store.
        teams: Rules of the dimension `team`; may be replaced at any time.
        memory: Memory limit such as `2GB`; a quarter of the machine's by default.
        names: Names of accounts by id, which come before those of the bill.
        rates: Rates of exchange, for views that are converted.

    Raises:
        NewerStoreError: a newer finops-tui wrote it.
        DamagedSegmentError: a segment is not what the manifest says.
        StoreError: it cannot be read.
    """

    def __init__(
        self,
        root: str | Path,
        *,
        teams: Teams | None = None,
        memory: str | None = None,
        names: Mapping[str, str] | None = None,
        rates: Rates | None = None,
    ) -> None:
        self.rates = rates
        self._beside: dict[str, Any] = {"names": names, "rates": rates}
        self.root = Path(root).absolute()
        self.teams = teams
        engine.raise_descriptor_limit()
        self._scratch = tempfile.TemporaryDirectory(prefix="finops-tui-")  # 0700, never under the root
        self._answers = Answers()
        self._heights: dict[Hashable, int] = {}
        """How many rows answers of a kind had: those to come will have about as many."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="answer")
        self._running: dict[_Asked, Future[pl.DataFrame]] = {}
        self._refreshing = threading.Lock()
        try:
            self._shelf = Shelf(self.root, scratch=Path(self._scratch.name), memory=memory)
            self._read()
        except BaseException:
            self._scratch.cleanup()
            raise
        self._holder = Holder(self._shelf, lambda: bool(self._running))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def catalog(self) -> Catalog:
        """The segments of the generation at hand."""
        return self._shelf.current.catalog

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is loaded, unit by unit, ordered by source, account and period."""
        return self._shelf.current.manifest.entries

    @property
    def generation(self) -> int:
        """Number of the generation at hand; 0 when nothing was ever loaded."""
        return self._shelf.current.manifest.generation

    @property
    def note(self) -> str:
        """What the user should know of the store's state, or ''."""
        damage = self._shelf.current.damage
        return (
            f"{kept.CURRENT} is damaged ({damage}); a copy of it is used until the next load"
            if damage
            else ""
        )

    async def ask(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """The answer to a question about a view, computed in a thread.

        Cancelling the task interrupts the computation.

        Args:
            question: Name of a `.sql` file of the questions.
            view: What is looked at.
            parameters: Values of the question's own `$names`.

        Returns:
            A frame with the question's columns; money is Decimal. Not to be changed: it may be handed out again.

        Raises:
            KeyError: no such question, or a parameter is missing.
            UnknownDimensionError: the view names a dimension that does not exist.
            DamagedSegmentError: a segment turned out to be damaged; the message names its unit.
            StoreError: the answer could not be computed.
        """
        if (known := self._known(question, view, parameters)) is not None:
            return known
        asked = self._asked(question, view, parameters)
        self._holder.give_way()
        future = self._threads.submit(self._answer, asked)
        self._running[asked] = future
        future.add_done_callback(lambda ended: self._ended(asked, ended))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self._interrupt(asked, future, asyncio.get_running_loop())
            raise

    def ask_now(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """As `ask`, computed in the calling thread."""
        if (known := self._known(question, view, parameters)) is not None:
            return known
        asked = self._asked(question, view, parameters)
        try:
            return self._answer(asked, hold=False)
        finally:
            self._shelf.release(asked.generation, asked.cursor)

    def settle(self, seconds: float | None = None) -> bool:
        """Wait until what answers asked for has been read into memory; whether it has."""
        return self._holder.settle(seconds)

    def sql(self, question: str, view: View, **parameters: object) -> str:
        """The SQL that answers a question about a view, its parameters' values in comments above it.

        Raises:
            KeyError: no such question, or a parameter is missing.
        """
        statement = queries.render(question, view, self.catalog, self.teams, parameters, **self._beside)
        values = "".join(f"-- ${name} = {value!r}\n" for name, value in statement.values.items())
        return values + statement.sql

    def newer(self) -> bool:
        """Whether there is another generation than the one at hand; a look at one file's inode and time.

        Raises:
            StoreError: the store cannot be looked at.
        """
        return generations.stamp(self.root) != self._shelf.current.stamp

    def refresh(self) -> bool:
        """Go to the current generation. Cheap when there is no newer one.

        Returns:
            Whether there was one.

        Raises:
            StoreError: as when opening; the generation at hand is kept.
        """
        with self._refreshing:
            if generations.stamp(self.root) == self._shelf.current.stamp:
                return False
            self._read()
            self._answers.clear()
            return True

    def close(self) -> None:
        """Give up what is being computed and close every file."""
        for asked, future in list(self._running.items()):
            while not future.done() and not future.cancel():
                asked.interrupt()
                time.sleep(_AGAIN)
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._holder.close()
        with self._refreshing:  # somebody may be on the way to a newer generation
            self._shelf.close()
        self._scratch.cleanup()

    def _read(self) -> None:
        """Attach the current generation; a load may publish the next one meanwhile."""
        for _ in range(_TRIES):
            current = generations.read(self.root)
            try:
                self._shelf.go_to(current)
            except MissingSegmentError:
                if generations.stamp(self.root) == current.stamp:
                    raise
            else:
                return
        raise StoreError(f"{self.root} is being loaded too often to be read")

    def _known(self, question: str, view: View, parameters: Mapping[str, object]) -> pl.DataFrame | None:
        return self._answers.get(_key(question, view, parameters, self.teams, self._shelf.current))

    def _asked(self, question: str, view: View, parameters: Mapping[str, object]) -> _Asked:
        return _Asked(question, view, parameters, self.teams, *self._shelf.hold())

    def _answer(self, asked: _Asked, *, hold: bool = True) -> pl.DataFrame:
        with self._shelf.residents.held(asked.cursor) as resident:
            catalog = replace(asked.generation.catalog, resident=resident)
            statement = queries.render(
                asked.question, asked.view, catalog, asked.teams, asked.parameters, **self._beside
            )
            if asked.stopped.is_set():
                raise InterruptedAnswerError("given up before it was asked")
            frame = self._run(asked, statement)
        if not asked.stopped.is_set():
            self._answers.put(asked.key, frame)
        if hold:
            self._holder.want(statement, asked.teams, self._beside["names"])
        return frame

    def _run(self, asked: _Asked, statement: Statement) -> pl.DataFrame:
        import duckdb
        import polars as pl

        kind = (asked.question, asked.view.group_by, asked.view.grain)
        try:
            few = self._heights.get(kind, fetched.FEW + 1) <= fetched.FEW
            frame = fetched.by_hand(asked.cursor, statement.sql, statement.values) if few else None
            if frame is None:
                frame = fetched.through_arrow(asked.cursor, statement.sql, statement.values)
        except (duckdb.Error, pl.exceptions.PolarsError) as error:
            if asked.stopped.is_set():
                raise InterruptedAnswerError("given up while it was computed") from error
            raise self._explained(error, asked) from error
        self._heights[kind] = frame.height
        return frame

    def _explained(self, error: Exception, asked: _Asked) -> StoreError:
        """An error of the engine in words; one about damage names the unit."""
        if _DAMAGE.search(str(error)):
            entry = self._shelf.damaged(asked.generation.manifest)
            if entry is not None:
                return DamagedSegmentError(words(entry, "its segment is damaged"))
        return StoreError(f"{asked.question} could not be answered: {error}")

    def _ended(self, asked: _Asked, future: Future[pl.DataFrame]) -> None:
        """An answer has come, failed, or was given up before it began."""
        self._shelf.release(asked.generation, asked.cursor)
        self._running.pop(asked, None)
        if not future.cancelled():
            future.exception()  # seen: nobody may be waiting for it any more

    def _interrupt(
        self, asked: _Asked, future: Future[pl.DataFrame], loop: asyncio.AbstractEventLoop
    ) -> None:
        """Interrupt a computation until it has ended."""
        if not future.done():
            asked.interrupt()
            loop.call_later(_AGAIN, self._interrupt, asked, future, loop)


def _key(
    question: str, view: View, parameters: Mapping[str, object], teams: Teams | None, generation: Generation
) -> Hashable:
    return (question, view, frozen(dict(parameters)), teams, generation.manifest.generation, generation.stamp)
