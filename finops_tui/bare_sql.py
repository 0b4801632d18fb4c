"""The SQL of a figure, run where nothing of finops-tui is: a DuckDB in memory over the export files."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from finops_tui.manifest import StoreError
from finops_tui.queries.provenance_files import Unit
from finops_tui.screens.desk import DeskError
from finops_tui.screens.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry
    from finops_tui.store import Store


def units(entries: Iterable[Entry]) -> tuple[Unit, ...]:
    """What is loaded and from where, as provenance looks at it."""
    return tuple(
        Unit(
            source=entry.source,
            account=entry.account,
            period=entry.period,
            since=entry.first_day.isoformat(),
            last=entry.last_day.isoformat(),
            records=entry.records,
            quarantined=entry.quarantined,
            scale=entry.money[1],
            format=entry.format,
            files=tuple(file.path for file in entry.inputs),
            counted=tuple(file.records for file in entry.inputs),
            currencies=tuple(entry.totals),
        )
        for entry in entries
    )


def origin(store: Store) -> Origin:
    """Where what a store holds came from, for the screens."""
    from finops_tui.dialects import DIALECTS, translated

    async def run_it(sql: str) -> dict[str, Any]:
        try:
            return await run(sql)
        except StoreError as error:
            raise DeskError(str(error)) from error

    return Origin(units(store.entries), store.teams, DIALECTS, translated, run_it, store.rates)


async def run(sql: str) -> dict[str, Any]:
    """The first row that statements give, by column, computed in a thread; empty when there is none.

    Cancelling the task interrupts the computation.

    Raises:
        StoreError: they fail; the message is DuckDB's.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    ended = threading.Event()

    def work() -> dict[str, Any]:
        try:
            return _first(connection, sql)
        finally:
            connection.close()
            ended.set()

    task = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: done.exception())
        if not ended.is_set():
            connection.interrupt()
        raise
    except duckdb.Error as error:
        raise StoreError(str(error)) from error


def _first(connection: DuckDBPyConnection, sql: str) -> dict[str, Any]:
    found = connection.execute(sql)
    row = found.fetchone()
    names = [column[0] for column in found.description or ()]
    return dict(zip(names, row, strict=True)) if row is not None else {}
