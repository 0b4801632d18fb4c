"""The desk over a lake: what months cannot answer is asked of the engine, brought here, and answered like the rest.

A question about resources or line items belongs to a view. When nobody waits for it any more the engine is told to
stop. What came is kept as a small store of its own, so that every screen asks it as it asks any store.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finops_tui import lake_bring, lake_file, lake_need
from finops_tui.engines.base import EngineError, EngineStoppedError, PeriodColumn, Table
from finops_tui.manifest import StoreError
from finops_tui.screens.desk import DeskError
from finops_tui.sources.lake import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import polars as pl

    from finops_tui.lake_bring import Described
    from finops_tui.lake_need import Need
    from finops_tui.queries import Ask
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk
    from finops_tui.store import Store

KEPT: Final = 8
"""Answers of the engine that are kept."""


@dataclass(slots=True, eq=False)
class _Brought:
    """An answer on its way, or here.

    Attributes:
        task: Gives the store that it was loaded into.
        stop: Set once nobody waits.
        waiting: How many wait.
        words: How far it is, or what there is to know about it.
    """

    task: asyncio.Task[Store]
    stop: threading.Event
    waiting: int = 0
    words: str = ""


@dataclass(slots=True, eq=False)
class LakeAsk:
    """Answers from months, and from the engine where they cannot.

    Attributes:
        store: The months.
        near: Answers from them.
        describe: Gives the lake; may take a while, and is called beside the event loop.
        names: Names of accounts by id, which come before those of the bill.
        words: What there is to say about the engine just now, for the status line.
    """

    store: Store
    near: Ask
    describe: Callable[[threading.Event], Described]
    names: Mapping[str, str] | None = None
    words: str = ""
    _scratch: Any = field(default_factory=lambda: tempfile.TemporaryDirectory(prefix="finops-tui-lake-"))
    _lake: Described | None = None
    _one: threading.Lock = field(default_factory=threading.Lock)
    _brought: OrderedDict[Hashable, _Brought] = field(default_factory=OrderedDict)
    _count: int = 0

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        """Answer, as `Ask`."""
        if not await self._beyond(question, view):
            if not any(one.waiting for one in self._brought.values()):
                self.words = ""
            frame = await self.near(question, view, **parameters)
            return self._given(frame) if question == "given" else frame
        lake = self._lake
        if lake is None:  # it was there to say that months do not do
            raise DeskError("the lake is closed")
        need = lake_need.need(question, view, lake.table, lake.held, self.store.teams)
        if need is None:
            return await self.near(question, view, **parameters)
        brought = self._wanted(lake, need, view)
        store = await self._wait(brought)
        self.words = brought.words
        try:
            return await store.ask(question, view, **parameters)
        except (StoreError, ValueError) as error:
            raise DeskError(str(error)) from error

    def _given(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Which columns have a value: those the lake has beside the months, too, as SQL is written for its table."""
        import polars as pl

        table = self._lake.table if self._lake is not None else None
        names = [name for name in lake_file.LINES if table is not None and table.column(name) is not None]
        known = frame.schema
        return frame.with_columns(pl.lit(1).cast(known[name]).alias(name) for name in names if name in known)

    def close(self) -> None:
        """Stop what runs, and delete what came."""
        for brought in self._brought.values():
            brought.stop.set()
            _close(brought.task)
        self._brought.clear()
        with self._one:
            if self._lake is not None:
                self._lake.engine.close()
        self._scratch.cleanup()

    async def _beyond(self, question: str, view: View) -> bool:
        """Whether months do not do; the engine is reached only where it might matter."""
        if self._lake is None:
            if not _may_need(question, view, self.store):
                return False
            self.words = "asking…: the engine for its table"
            self._lake = await self._described()
            self.words = ""
        lake = self._lake
        return lake_need.need(question, view, lake.table, lake.held, self.store.teams) is not None

    async def _described(self) -> Described:
        stop = threading.Event()
        try:
            return await asyncio.to_thread(self.describe, stop)
        except EngineError as error:
            raise DeskError(
                f"months that are here can be looked at; for this the engine is asked: {error}"
            ) from error
        except asyncio.CancelledError:
            stop.set()
            raise

    def _key(self, lake: Described, need: Need, view: View) -> Hashable:
        near, _ = lake_need.near(view, lake.table, lake.held, self.store.teams)
        beyond = tuple(c for c in view.path if c not in near.path) if need.lines else ()
        months = tuple(sorted(self._months(view)))
        scope = (near.path, near.filter, near.included, near.excluded, near.currency, near.dataset)
        return (need, beyond, months, scope, self.store.generation)

    def _months(self, view: View) -> dict[str, Path]:
        """Files of the months that a view looks at."""
        periods = [view.period, *((view.compared.before,) if view.compared is not None else ())]
        touched = {s.period for s in self.store.catalog.segments if any(map(s.touches, periods))}
        return {
            entry.period: Path(entry.inputs[0].path)
            for entry in self.store.entries
            if entry.source == SOURCE and entry.period in touched and entry.inputs
        }

    def _wanted(self, lake: Described, need: Need, view: View) -> _Brought:
        key = self._key(lake, need, view)
        found = self._brought.get(key)
        if found is None or (found.task.done() and (found.task.cancelled() or found.task.exception())):
            stop = threading.Event()
            self._count += 1
            folder = Path(self._scratch.name) / f"{self._count}"
            folder.mkdir()
            found = _Brought(asyncio.ensure_future(self._bring(lake, need, view, stop, folder)), stop)
            self._brought[key] = found
        self._brought.move_to_end(key)
        for old in list(self._brought)[:-KEPT]:
            if not self._brought[old].waiting:
                gone = self._brought.pop(old)
                gone.stop.set()
                _close(gone.task)
        return found

    async def _wait(self, brought: _Brought) -> Store:
        """The store of an answer; the last who gives up stops the engine."""
        brought.waiting += 1
        try:
            return await asyncio.shield(brought.task)
        except EngineStoppedError as error:
            raise DeskError("stopped") from error
        except (EngineError, StoreError, OSError) as error:
            raise DeskError(str(error)) from error
        finally:
            brought.waiting -= 1
            if not brought.waiting and not brought.task.done():
                brought.stop.set()
                self._brought = OrderedDict((k, v) for k, v in self._brought.items() if v is not brought)
                brought.task.add_done_callback(_seen)
                self.words = ""

    async def _bring(
        self, lake: Described, need: Need, view: View, stop: threading.Event, folder: Path
    ) -> Store:
        notes: list[str] = []

        def tell(words: str) -> None:
            self.words = words

        def fetch() -> Store:
            asked = lake_bring.Asked(lake, self.store, self.names, need, view, self._months(view), folder)
            with self._one:
                return asked.fetch(stop, notes, tell)

        store = await asyncio.to_thread(fetch)
        brought = next((one for one in self._brought.values() if one.stop is stop), None)
        if brought is not None:
            brought.words = "; ".join(notes)
        return store


def attach(
    desk: Desk,
    store: Store,
    describe: Callable[[threading.Event], Described],
    names: Mapping[str, str] | None = None,
) -> LakeAsk:
    """Have a desk ask the engine where months cannot answer.

    Args:
        desk: The desk over the months.
        store: The months.
        describe: Gives the lake.
        names: Names of accounts by id.
    """
    ask = LakeAsk(store, desk.ask, describe, names)
    desk.ask = ask
    before = desk.loading

    async def loading() -> str:
        return ask.words or (await before() if before is not None else "")

    desk.loading = loading
    desk.follows = True
    desk.ahead = None  # nothing is asked of an engine that nobody waits for
    return ask


def _may_need(question: str, view: View, store: Store) -> bool:
    """Whether a question may be beyond the months, by what FOCUS has and months never do."""
    every = dict.fromkeys(lake_file.LINES, "VARCHAR")
    table = Table(("lake",), every, PeriodColumn("", "text"), {})
    return lake_need.need(question, view, table, frozenset(), store.teams) is not None


def _close(task: asyncio.Task[Store]) -> None:
    if task.done() and not task.cancelled() and task.exception() is None:
        task.result().close()


def _seen(task: asyncio.Task[Any]) -> None:
    """Nobody waits for it: what went wrong is of no interest, what came is let go of."""
    if not task.cancelled() and task.exception() is None:
        _close(task)
