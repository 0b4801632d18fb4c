"""A lake that is explored: its months are brought into a store of its own, newest first, while the screen is there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import lake_cube, lake_fetch, paths, sync_sources
from finops_tui.engines import opening, place
from finops_tui.engines.base import EngineError, EngineStoppedError
from finops_tui.engines.watching import patiently
from finops_tui.lake_shelf import STORE, Shelf, folder_of
from finops_tui.manifest import StoreError
from finops_tui.queries.safe_text import clean
from finops_tui.sync_sources import LOADED, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finops_tui.lake_bring import Described
    from finops_tui.lake_desk import LakeAsk
    from finops_tui.lake_fetch import Lake
    from finops_tui.screens.desk import Desk
    from finops_tui.sources.model import Progress
    from finops_tui.store import Store


class Following:
    """Brings what is missing, in a thread. A context manager: leaving it stops the engine.

    Args:
        url: The lake, as it was named.
        options: How AWS is reached, for engines that are there.
        root: The store that months are loaded into.
        lake: The lake, where it was opened to be priced, and its price agreed to.

    Attributes:
        words: What it is doing, or why it does not go on; '' when there is nothing to say.
    """

    def __init__(self, url: str, options: Mapping[str, str], root: Path, lake: Lake | None = None) -> None:
        self.words = ""
        self.root = Path(root)
        self._url = url
        self._options = options
        self._lake = lake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="lake", daemon=True)
        self._ask: LakeAsk | None = None

    def begin(self) -> None:
        """Begin, once."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait until the engine has been told."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._ask is not None:
            self._ask.close()

    def attach(self, desk: Desk, store: Store, names: Mapping[str, str] | None = None) -> None:
        """Have a desk say what is being brought, take it by itself, and ask the engine where months do not do."""
        from finops_tui import lake_desk

        desk.title = clean(self._url.partition("?")[0])
        before = desk.loading

        async def loading() -> str:
            return self.words or (await before() if before is not None else "")

        desk.loading = loading
        self._ask = lake_desk.attach(desk, store, self._described, names)

    def _described(self, stop: threading.Event) -> Described:
        """The lake for questions, on an engine of its own: months may still be on their way."""
        from finops_tui.lake_bring import Described

        named = place.parse(self._url)
        shelf = Shelf(paths.cache_folder(), named)
        engine = opening.opened(named.engine, self._options, shelf.folder)
        table = patiently(engine.describe, stop)
        tags = named.tags if named.tags is not None else shelf.tags
        if tags is None and table.maps:
            raise EngineError("the first month is still on its way")
        return Described(engine, table, lake_cube.shape(table, tags or (), named.columns), named.top)

    def _work(self) -> None:
        try:
            self._bring()
            self.words = ""
        except EngineStoppedError:
            self.words = ""
        except (EngineError, StoreError, OSError) as error:
            self.words = f"not reached: {clean(str(error))}; what is here stays"

    def _bring(self) -> None:
        self.words = f"looking…: which months of {clean(self._url.partition('?')[0])} have changed"
        lake = self._lake
        if lake is None:
            lake = lake_fetch.opened(self._url, self._options, paths.cache_folder(), self._stop)
        try:
            lake.consent(lake.missing, None)
            known = sync_sources.read(self.root)
            for period in lake.periods:
                path = lake.shelf.path(period.id)
                if not lake.shelf.holds(period):
                    lake.bring(period, self._stop, self._tell)
                now, seen = sync_sources.look(path), known.files.get(str(path))
                if now is not None and (seen is None or seen.state != LOADED or not seen.same(now)):
                    self._load(path)
        finally:
            lake.engine.close()

    def _tell(self, at: Progress) -> None:
        self.words = at.file  # which begins with the month and how long it takes

    def _load(self, path: Path) -> None:
        """Publish a month.

        Raises:
            EngineError: it was refused.
            EngineStoppedError: the explorer was left.
        """
        from finops_tui import loader
        from finops_tui.sources.model import Discovery

        where = Place(self._url, None, tuple(sorted(self._options.items())))
        try:
            result = loader.load_found(self.root, Discovery((path,)), [where], cancelled=self._stop.is_set)
        except loader.LoadCancelledError as error:
            raise EngineStoppedError("stopped") from error
        if result.refused:
            raise EngineError(result.refused[0].reason)


def check(url: str, options: Mapping[str, str]) -> None:
    """See that a lake is named well and that what its engine needs is installed, before there is a screen.

    Raises:
        EngineError: it is not.
    """
    named = place.parse(url)
    opening.opened(named.engine, options, folder_of(paths.cache_folder(), named)).close()


def root_of(url: str) -> Path:
    """Where the store of a lake lies that is explored without being loaded into another.

    Raises:
        EngineError: it is not named well.
    """
    return folder_of(paths.cache_folder(), place.parse(url)) / STORE


def priced(
    url: str, options: Mapping[str, str], stop: threading.Event, agree: Callable[[str], bool]
) -> Lake | None:
    """A lake whose engine takes money, once somebody has agreed to what its missing months cost; else nothing.

    Raises:
        NotAgreedError: nobody did.
        EngineError: it cannot be reached.
    """
    if url.partition("://")[0].lower() not in opening.PRICED:
        return None
    lake = lake_fetch.opened(url, options, paths.cache_folder(), stop, agree)
    lake.consent(lake.missing, agree)
    return lake
