"""The desk that screens are handed: a store's answers and what the program can do, as plain functions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import bare_sql, desk_parts, export, markers, notes, reconcile
from finops_tui.ahead import Ahead
from finops_tui.allocated_desk import attach, opening
from finops_tui.kept import CURRENT
from finops_tui.last_screen import stamp
from finops_tui.manifest import StoreError
from finops_tui.mask_desk import Masking
from finops_tui.paths import CONFIG_FILE
from finops_tui.queries.view import BILL
from finops_tui.reckoning import calendar_of
from finops_tui.screens.desk import Desk, DeskError, Loaded, LoadProgress, LoadReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import polars as pl

    from finops_tui.manifest import Entry
    from finops_tui.mapped import Mapped
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.saved import Saved
    from finops_tui.queries.view import View
    from finops_tui.screens.color import Look
    from finops_tui.settings import Settings, Start
    from finops_tui.sources import Progress
    from finops_tui.store import Store


def build_desk(
    store: Store,
    settings: Settings,
    look: Look,
    *,
    title: str = "",
    demo: bool = False,
    views: Path | None = None,
    first: Saved | None = None,
) -> Desk:
    """The desk over an open store. Asks what the data covers; call it off the event loop.

    Args:
        store: The store; stays open as long as the desk is used.
        settings: Budgets and key overrides.
        look: How everything is drawn.
        title: What is open, for the top line.
        demo: Whether it is the bundled sample, into which nothing is loaded.
        views: Folder of saved views; None where none are kept.
        first: What to open with, in place of what the settings say.

    Raises:
        StoreError: the store cannot be read.
        ValueError: `first` cannot be read.
    """
    calendar = calendar_of(store)
    ahead = Ahead(_ask(store))
    own = first if first is None or first.dataset == BILL else None
    desk = Desk(
        ask=ahead.for_real,
        ahead=ahead,
        calendar=calendar,
        look=look,
        start=_start(calendar, settings.view, own, store.rates),
        loaded=tuple(map(loaded, store.entries)),
        budgets=tuple(settings.budgets),
        keys=settings.keys,
        title=title,
        export=export.write_frame,
        statement=store.sql,
        views=desk_parts.Views(views) if views is not None else None,
        sql=desk_parts.Sql(store),
        first=own,
        rates=store.rates,
    )
    desk.origin = bare_sql.origin(store)
    file = views.parent / notes.FILE if views is not None else None
    desk.markers = markers.asked(notes.places(settings.markers, file))
    desk.notes = desk_parts.Notes(desk, settings, file) if file is not None else None
    desk.refresh = _refresh(store, desk, settings.view)
    desk.newer = None if demo else _newer(store)
    desk.loading = None if demo else desk_parts.loading(store)
    desk.quarantined = _quarantined(store)
    desk.load = None if demo else _Load(store, desk, settings.formats)
    attach(store, desk, settings.view, first if own is None else None)
    desk.masking = Masking(desk)
    desk.made_from = _made_from(store, settings, views)
    return desk


def _made_from(store: Store, settings: Settings, views: Path | None) -> Callable[[], tuple[str, ...]]:
    """What decides what is shown: the program, the settings and files they name, views, notes, the generation."""
    own = [Path(__file__), *(place.path for place in settings.markers)]
    if settings.path is not None:
        own.append(settings.path)
    if settings.rates is not None:
        own.append(settings.rates.path)
    if views is not None:
        own += [views.parent / CONFIG_FILE, views, *views.glob("*.toml"), views.parent / notes.FILE]
    stamps = tuple(map(stamp, dict.fromkeys(map(str, own))))

    def made_from() -> tuple[str, ...]:
        current = stamp(str(store.root / CURRENT))
        return () if store.newer() else (current, *stamps)  # looked at last: what is stamped is what is shown

    return made_from


def start_view(calendar: Calendar | None, start: Start, rates: Rates | None = None) -> View | None:
    """What to open with: what the settings say, or the last 30 days while the month to date is young."""
    return opening(calendar, start, BILL, rates)


def _start(calendar: Calendar | None, start: Start, first: Saved | None, rates: Rates | None) -> View | None:
    """What was asked for, else what the settings say."""
    return (
        first.view(calendar)
        if first is not None and calendar is not None
        else start_view(calendar, start, rates)
    )


def loaded(entry: Entry) -> Loaded:
    """A unit of the manifest as the Sources screen shows it."""
    return Loaded(
        source=entry.source,
        account=entry.account,
        period=entry.period,
        format=entry.format,
        records=entry.records,
        lines=entry.lines,
        quarantined=entry.quarantined,
        billed=_totals(entry, "billed"),
        effective=_totals(entry, "effective"),
        first_day=entry.first_day.isoformat(),
        last_day=entry.last_day.isoformat(),
        loaded_at=entry.loaded_at,
        files=tuple(file.path for file in entry.inputs),
        dataset=entry.dataset,
        unit=reconcile.unit(entry),
    )


def _totals(entry: Entry, basis: str) -> dict[str, str]:
    return {code: sums[basis] for code, sums in entry.totals.items() if basis in sums}


class _ask:  # noqa: N801 - stands for a function, as the protocol Ask
    """Answers from a store; what goes wrong is a `DeskError` in words."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        try:
            return await self._store.ask(question, view, **parameters)
        except (StoreError, ValueError) as error:
            raise DeskError(str(error)) from error


def _quarantined(store: Store) -> Callable[[int, int | None, int | None], Awaitable[pl.DataFrame]]:
    async def quarantined(offset: int, limit: int | None, longest: int | None) -> pl.DataFrame:
        """Records set aside, as a frame."""
        from finops_tui import quarantine

        def read() -> pl.DataFrame:
            most = quarantine.WHOLE if longest is None else longest
            records = quarantine.read(store.root, store.entries, offset=offset, limit=limit, longest=most)
            return export.frame_of(quarantine.COLUMNS, [record.row for record in records])

        try:
            return await asyncio.to_thread(read)
        except StoreError as error:
            raise DeskError(str(error)) from error

    return quarantined


def _newer(store: Store) -> Callable[[], Awaitable[bool]]:
    async def newer() -> bool:
        """Whether somebody has loaded something since; false when the store cannot be looked at just now."""
        try:
            return await asyncio.to_thread(store.newer)
        except StoreError:
            return False

    return newer


def _refresh(store: Store, desk: Desk, start: Start) -> Callable[[], asyncio.Future[bool]]:
    async def refresh() -> bool:
        """Go to the newest generation, and say whether there was one."""
        try:
            newer = await asyncio.to_thread(store.refresh)
            calendar = await asyncio.to_thread(calendar_of, store) if newer else desk.calendar
        except StoreError as error:
            raise DeskError(str(error)) from error
        if newer:
            desk.calendar, desk.start = calendar, _start(calendar, start, desk.first, store.rates)
            desk.loaded = tuple(map(loaded, store.entries))
            desk.origin = bare_sql.origin(store)
            await asyncio.to_thread(attach, store, desk, start)
        return newer

    return lambda: asyncio.ensure_future(refresh())


class _Load:
    """Loads bills in a thread, then goes to the generation they made."""

    def __init__(self, store: Store, desk: Desk, formats: Sequence[Mapped]) -> None:
        self._store = store
        self._desk = desk
        self._formats = formats

    async def __call__(
        self,
        sources: Sequence[str],
        progress: Callable[[LoadProgress], None],
        cancelled: Callable[[], bool],
    ) -> LoadReport:
        from finops_tui import loader

        loop = asyncio.get_running_loop()

        def tell(at: Progress) -> None:
            step = "" if at.file.startswith("storing ") else "reading"
            told = LoadProgress(step, at.file, at.done, at.total, at.records, at.share)
            loop.call_soon_threadsafe(progress, told)

        def work() -> loader.LoadResult:
            return loader.load(
                self._store.root, list(sources), progress=tell, cancelled=cancelled, formats=self._formats
            )

        try:
            result = await asyncio.to_thread(work)
        except (StoreError, OSError, ValueError) as error:
            raise DeskError(str(error)) from error
        if self._desk.refresh is not None:
            await self._desk.refresh()
        aside = sum(entry.quarantined for entry in result.loaded)
        told = f"{aside:,} {'record was' if aside == 1 else 'records were'} set aside: Sources shows them"
        return LoadReport(
            loaded=tuple(entry.name for entry in result.loaded),
            refused=tuple((refused.file, refused.reason) for refused in result.refused),
            notes=(told, *result.notes) if aside else result.notes,
        )
