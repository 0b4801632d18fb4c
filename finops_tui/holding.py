"""Reads lines into memory behind the answers: when nobody waits, and giving way when somebody does."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from finops_tui.queries.scope_fields import Fields, usual

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.attached import Shelf
    from finops_tui.queries import Statement
    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.resident import Field
    from finops_tui.queries.teams import Teams

_PAUSE: Final = 0.05
"""Seconds between two looks whether anybody still waits for an answer."""

_PATIENCE: Final = 8
"""How often a step gives way before it is left for later."""


class Holder:
    """What answers would like to have in memory, read by a thread of its own.

    Args:
        shelf: Where segments are attached.
        busy: Whether anybody waits for an answer.
    """

    def __init__(self, shelf: Shelf, busy: Callable[[], bool]) -> None:
        self._shelf = shelf
        self._busy = busy
        self._segments: dict[str, Segment] = {}
        self._fields: dict[Field, None] = {}
        self._cubes: dict[frozenset[Field], dict[str, Segment]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._cursor: DuckDBPyConnection | None = None
        self._working = self._closed = False

    def want(
        self, statement: Statement, teams: Teams | None = None, names: Mapping[str, str] | None = None
    ) -> None:
        """Hold what would have made a statement quicker, and what the next ones are likely to need."""
        by_day = self._shelf.residents.uncubed(statement.by_day, statement.needed)
        if not (statement.unheld or by_day):
            return
        segments = {segment.alias: segment for segment in (*statement.unheld, *by_day)}
        with self._changed:
            self._segments |= segments
            self._fields |= dict.fromkeys((*statement.needed, *usual(Fields(teams, names))))
            if by_day:
                self._cubes[statement.needed] = self._cubes.get(statement.needed, {}) | segments
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="holding", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def give_way(self) -> None:
        """Somebody asks: leave the machine to them."""
        cursor = self._cursor
        if cursor is not None:
            import duckdb

            with suppress(duckdb.Error):  # it has just ended
                cursor.interrupt()

    def settle(self, seconds: float | None = None) -> bool:
        """Wait until all that is wanted is held, or cannot be; whether it is."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._closed or not (self._working or self._segments), seconds
            )

    def close(self) -> None:
        """Stop, and wait for the thread to end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        while self._thread is not None and self._thread.is_alive():
            self.give_way()
            self._thread.join(_PAUSE)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._working = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closed or self._segments)
                if self._closed:
                    return
                self._working = True
                segments, fields, cubes = self._segments, self._fields, self._cubes
                self._segments, self._fields, self._cubes = {}, {}, {}
            self._hold(segments.values(), fields, cubes)

    def _hold(
        self,
        segments: Collection[Segment],
        fields: Collection[Field],
        cubes: Mapping[frozenset[Field], Mapping[str, Segment]],
    ) -> None:
        """Read them step by step; what cannot be read is asked from the segments, as before."""
        import duckdb

        tries = 0
        while not self._closed:
            self._wait()
            tries += 1
            generation, self._cursor = self._shelf.hold()
            live = {segment.alias for segment in generation.catalog.segments}
            wanted = [segment for segment in segments if segment.alias in live]
            try:
                for _ in self._steps(generation.catalog.segments, wanted, fields, cubes):
                    tries = 0
                    self._wait()
                    if self._closed:
                        break
            except duckdb.InterruptException:
                if tries > _PATIENCE:  # asked without end: the next time something is wanted
                    return
            except duckdb.Error:
                return
            else:
                return
            finally:
                cursor, self._cursor = self._cursor, None
                self._shelf.release(generation, cursor)

    def _steps(
        self,
        live: Sequence[Segment],
        wanted: Sequence[Segment],
        fields: Collection[Field],
        cubes: Mapping[frozenset[Field], Mapping[str, Segment]],
    ) -> Iterator[None]:
        cursor = self._cursor
        if cursor is None:
            return
        residents = self._shelf.residents
        yield from residents.extend(cursor, live, wanted, fields)
        names = {segment.alias for segment in live}
        for needed, segments in cubes.items():
            found = [segment for alias, segment in segments.items() if alias in names]
            yield from residents.cube(cursor, found, needed)

    def _wait(self) -> None:
        """Until nobody waits for an answer."""
        with self._changed:
            while self._busy() and not self._closed:
                self._changed.wait(_PAUSE)
