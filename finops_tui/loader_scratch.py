"""The scratch database of a load, and how it is stopped."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from finops_tui import engine
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection


class LoadCancelledError(StoreError):
    """The load was cancelled; the store is as before."""


@contextmanager
def connected(
    work: Path,
    scratch: Path,
    memory: str | None,
    cancelled: Callable[[], bool] | None,
    tick: Callable[[], None] | None = None,
) -> Iterator[DuckDBPyConnection]:
    """A DuckDB in the scratch folder; what it is doing is interrupted when the load is cancelled.

    Args:
        work: The scratch folder.
        scratch: Where it spills.
        memory: Its limit.
        cancelled: Asked ten times a second, in a thread.
        tick: Called as often, in the same thread.
    """
    import duckdb

    try:
        with (
            closing(engine.connect(str(work / "load.duckdb"), scratch=scratch, memory=memory)) as connection,
            _watched(connection, cancelled, tick),
        ):
            connection.execute("SET preserve_insertion_order = false")
            yield connection
    except duckdb.InterruptException as error:
        raise LoadCancelledError("the load was cancelled; the store is as before") from error
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            "not enough memory or scratch space for this load; the store is as before"
        ) from error
    except duckdb.Error as error:
        raise StoreError(f"{error}; the store is as before") from error
    except OSError as error:
        raise StoreError(f"cannot write {work}: {error.strerror}; the store is as before") from error


@contextmanager
def _watched(
    connection: DuckDBPyConnection,
    cancelled: Callable[[], bool] | None,
    tick: Callable[[], None] | None,
) -> Iterator[None]:
    """Interrupt what a connection is doing as soon as the load is cancelled."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            if cancelled is not None and cancelled():
                connection.interrupt()
            if tick is not None:
                with suppress(OSError, RuntimeError, ValueError):  # whoever was told has gone
                    tick()

    watcher = threading.Thread(target=watch, name="load-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def stop_if(cancelled: Callable[[], bool] | None) -> None:
    """Stop a load that somebody has cancelled.

    Raises:
        LoadCancelledError: somebody has.
    """
    if cancelled is not None and cancelled():
        raise LoadCancelledError("the load was cancelled; the store is as before")
