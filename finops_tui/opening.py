"""Opening a store beside the screen: a thread imports what is heavy, attaches the segments, and builds the desk."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, NoReturn, Self

from finops_tui.screens.desk import Desk

if TYPE_CHECKING:
    import argparse

    from finops_tui.lake_following import Following
    from finops_tui.queries.view import View
    from finops_tui.screens.color import Look
    from finops_tui.settings import Settings
    from finops_tui.store import Store


class Opening:
    """A store on its way. A context manager: the store is closed at the end.

    Args:
        options: The command line.
        settings: Budgets, keys, teams.
        look: How everything is drawn.
        demo: Whether it is the bundled sample.
        lake: Brings months of a lake into the store, where it is one.

    Attributes:
        desk: What screens can know before: the look and the keys.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        settings: Settings,
        look: Look,
        *,
        demo: bool,
        lake: Following | None = None,
    ) -> None:
        self._options = options
        self._settings = settings
        self._demo = demo
        self._lake = lake
        self._thread: Thread | None = None
        self._found: Future[Desk] = Future()
        self._store: Store | None = None
        self.desk = Desk(ask=_nothing, calendar=None, look=look, start=None, keys=settings.keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._thread.join()
        if self._lake is not None:
            self._lake.close()
        if self._store is not None:
            self._store.close()

    def begin(self) -> None:
        """Begin, once."""
        if self._thread is None:
            self._thread = Thread(target=self._open, name="opening")
            self._thread.start()

    async def opened(self) -> Desk:
        """The desk.

        Raises:
            StoreError: the store cannot be read.
            ValueError: what to open with means nothing.
            OSError: a file that is needed cannot be read.
        """
        return await asyncio.wrap_future(self._found)

    def _open(self) -> None:
        try:
            self._found.set_result(self._build())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._found.set_exception(error)

    def _build(self) -> Desk:
        from finops_tui import commands, view_options

        store = self._store = commands.store_of(self._options, self._settings, demo=self._demo)
        first = view_options.opening(self._options, self._settings)
        from finops_tui.desks import build_desk

        views = view_options.folder(self._options)
        title = "demo" if self._demo else ""
        desk = build_desk(
            store, self._settings, self.desk.look, title=title, demo=self._demo, views=views, first=first
        )
        if self._lake is not None:
            self._lake.attach(desk, store, self._settings.account_names)
            self._lake.begin()
        return desk


async def _nothing(question: str, view: View, **parameters: object) -> NoReturn:
    raise RuntimeError(f"{question} of {view} with {parameters}: asked before there is a store")
