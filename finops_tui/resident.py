"""Lines of segments read into memory, as the questions floor describes them (`queries/resident.py`).

Segments never change, so what was read of one stays right for as long as the segment is asked. It is read
segment by segment, whenever nobody waits for an answer, and never written anywhere.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from finops_tui import resident_sql as sql
from finops_tui.lookup import Lookup
from finops_tui.queries.columns import MONEY
from finops_tui.queries.resident import Field, Resident, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.queries.catalog import Segment

ATTACH: Final = "ATTACH ':memory:' AS resident (COMPRESS)"


class Residents:
    """What is held of one connection's segments; safe to use from several threads.

    Args:
        connection: Where the segments are attached; not locked yet.
        most: Most lines that are held; what is more is asked from the segments.

    Attributes:
        useful: How many lines say the same, on average, where a cube is of use.
    """

    def __init__(self, connection: DuckDBPyConnection, most: int = 20_000_000) -> None:
        self.useful = 8
        connection.execute(ATTACH)
        self._most = most
        self._lines = self._dead = 0
        self._counts: dict[str, int] = {}
        self._cubed: dict[tuple[str, tuple[int, ...]], int] = {}
        self._now = Resident()
        self._users: dict[int, int] = {}
        self._retired: list[tuple[int, str]] = []
        self._lookup = Lookup()
        self._useless: dict[tuple[str, tuple[int, ...]], str] = {}
        self._lock = threading.Lock()
        self._building = threading.Lock()

    @contextmanager
    def held(self, cursor: DuckDBPyConnection) -> Iterator[Resident]:
        """What is held now; it stays as it is until the end of the block.

        Args:
            cursor: Asked for what a statement needs to know of it.
        """
        with self._lock:
            now = self._now
            self._users[now.epoch] = self._users.get(now.epoch, 0) + 1
        try:
            yield replace(now, find=partial(self._lookup.find, cursor, now.version))
        finally:
            with self._lock:
                self._users[now.epoch] -= 1
                if not self._users[now.epoch]:
                    del self._users[now.epoch]

    def extend(
        self,
        cursor: DuckDBPyConnection,
        live: Sequence[Segment],
        segments: Iterable[Segment],
        fields: Iterable[Field],
    ) -> Iterator[None]:
        """Hold some more; a step ends with each segment, and what is held at its end is whole.

        Args:
            cursor: Of the same connection, used by nobody else meanwhile.
            live: Every segment that may be asked; others are let go of.
            segments: Those of them to hold.
            fields: Held of every segment from now on.
        """
        with self._building:
            self._forget(live)
            wanted = [field for field in dict.fromkeys(fields) if field not in self._now.columns]
            if wanted or self._dead > self._lines:
                self._widen(cursor, live, wanted)
                yield
            for segment in segments:
                if segment.alias not in self._now.tables and self._lines < self._most:
                    self._add(cursor, segment)
                    yield
            self._tidy(cursor)

    def _forget(self, live: Iterable[Segment]) -> None:
        """Let go of what is not asked any more; its lines stay where they are until tables are written anew."""
        names = {segment.alias for segment in live}
        gone = [alias for alias in self._now.tables if alias not in names]
        counts = [self._counts.pop(alias) for alias in gone]
        counts += [self._cubed.pop(key) for key in list(self._cubed) if key[0] in gone]
        self._dead += sum(counts)
        self._lines -= sum(counts)
        if gone:
            kept = {alias: table for alias, table in self._now.tables.items() if alias in names}
            cubes = {key: table for key, table in self._now.cubes.items() if key[0] in names}
            self._become(replace(self._now, tables=kept, cubes=cubes))

    def _add(self, cursor: DuckDBPyConnection, segment: Segment) -> None:
        """Read one segment."""
        now = self._now
        values: dict[str, object] = {}
        texts = "".join(f", {sql.bound(field, n, values)} AS v{n}" for field, n in now.columns.items())
        source = {"alias": segment.alias, "daily": segment.daily, "seg": number(segment)}
        added = {"sums": "", "months": f" JOIN {segment.alias}.monthly USING (sid)"}
        if not segment.monthly:
            added = {"sums": f", sum(n) AS n, {sql.SUMS}", "months": ""}
        cursor.execute(sql.FRESH.format(texts=texts, names=sql.NAMES, **source, **added), values)
        digits = sql.digits(cursor, segment)
        table = f"t{digits}_{segment.scale}_{now.epoch}"
        money = ", ".join(
            f'CAST("{name}" AS DECIMAL({digits}, {segment.scale})) AS "{name}"' for name in MONEY
        )
        places = {n: f"{now.schema}.d{n}" for n in now.columns.values()}
        select = (
            f"SELECT seg, sid, n, first_day, last_day, {money}{''.join(f', d{n}.code AS c{n}' for n in places)}\n"
            f"FROM fresh f{''.join(f' JOIN {place} d{n} ON d{n}.v IS NOT DISTINCT FROM f.v{n}' for n, place in places.items())}"
        )
        with sql.transaction(cursor):
            for n, place in places.items():
                cursor.execute(sql.TEXTS.format(dictionary=place, column=f"v{n}"))
            count = self._replace(cursor, table, segment, f"{select} ORDER BY sid")
            blank = sql.blank(cursor, now.schema, places)
        self._counts[segment.alias] = count
        self._lines += count
        self._become(replace(now, tables={**now.tables, segment.alias: table}, blank=blank))

    def _replace(self, cursor: DuckDBPyConnection, table: str, segment: Segment, select: str) -> int:
        """Write the rows of a segment; how many there are.

        There may be some already: of a step that was interrupted after its end, or of a segment that was let go of.
        """
        place = f"{self._now.schema}.{table}"
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {place} AS SELECT * FROM ({select}) LIMIT 0")
        cursor.execute(f"DELETE FROM {place} WHERE seg = {number(segment)}")
        (count,) = sql.row(cursor, f"INSERT INTO {place} {select}")
        return count

    def _widen(self, cursor: DuckDBPyConnection, live: Sequence[Segment], wanted: Sequence[Field]) -> None:
        """Write the tables anew, with more columns, and without what was let go of."""
        now = self._now
        first = len(now.columns)
        added = {field: first + place for place, field in enumerate(wanted)}
        values: dict[str, object] = {}
        texts = "".join(f", {sql.bound(field, n, values)} AS v{n}" for field, n in added.items())
        lines = [
            f"SELECT {number(segment)} AS seg, sid{texts} FROM {segment.alias}.lines"
            for segment in live
            if segment.alias in now.tables
        ]
        with sql.transaction(cursor):
            for n in added.values():
                cursor.execute(f"CREATE OR REPLACE TABLE {now.schema}.d{n} (code INTEGER, v VARCHAR)")
            tables = {}
            if lines:
                union = " UNION ALL ".join(lines)
                cursor.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {union}", values)
                for n in added.values():
                    cursor.execute(sql.TEXTS.format(dictionary=f"{now.schema}.d{n}", column=f"v{n}"))
                tables = {
                    table: self._rewritten(cursor, table, added.values())
                    for table in set(now.tables.values())
                }
            blank = sql.blank(cursor, now.schema, [*now.columns.values(), *added.values()])
        # Cubes are small, and soon there again where they are asked for.
        old = {*now.tables.values(), *now.cubes.values()}
        self._retired += [(now.epoch, f"{now.schema}.{table}") for table in old]
        self._dead = 0
        self._lines -= sum(self._cubed.values())
        self._cubed.clear()
        self._become(
            replace(
                now,
                tables={alias: tables[table] for alias, table in now.tables.items()},
                columns={**now.columns, **added},
                cubes={},
                blank=blank,
                epoch=now.epoch + 1,
            )
        )

    def _rewritten(self, cursor: DuckDBPyConnection, table: str, added: Iterable[int]) -> str:
        """A copy of a table with columns from `fresh`; its name."""
        schema = self._now.schema
        name = f"{table.rpartition('_')[0]}_{self._now.epoch + 1}"
        columns = "".join(f", d{n}.code AS c{n}" for n in added)
        joins = "".join(f" JOIN {schema}.d{n} ON d{n}.v IS NOT DISTINCT FROM f.v{n}" for n in added)
        cursor.execute(
            f"CREATE OR REPLACE TABLE {schema}.{name} AS SELECT t.*{columns}\n"
            f"FROM {schema}.{table} t JOIN fresh f USING (seg, sid){joins} ORDER BY seg, sid"
        )
        return name

    def uncubed(self, segments: Iterable[Segment], fields: Iterable[Field]) -> list[Segment]:
        """The segments for which there may be a cube of some fields, and is none."""
        now, wanted = self._now, frozenset(fields)
        if not now.columns.keys() >= wanted:
            return list(segments)
        numbers = now.numbers(wanted)
        return [
            segment
            for segment in segments
            if (segment.alias, numbers) not in now.cubes and (segment.alias, numbers) not in self._useless
        ]

    def cube(
        self, cursor: DuckDBPyConnection, segments: Iterable[Segment], fields: Iterable[Field]
    ) -> Iterator[None]:
        """Add up what lines that say the same in some fields cost each day, where that is much less than all lines.

        Args:
            cursor: Of the same connection, used by nobody else meanwhile.
            segments: All attached; those whose lines are not held are left out.
            fields: Which; likewise.
        """
        with self._building:
            wanted = frozenset(fields)
            if not wanted or not self._now.columns.keys() >= wanted:
                return
            for segment in self.uncubed(segments, wanted):
                if segment.alias in self._now.tables:
                    self._add_cube(cursor, segment, self._now.numbers(wanted))
                    yield

    def _add_cube(self, cursor: DuckDBPyConnection, segment: Segment, numbers: tuple[int, ...]) -> None:
        now = self._now
        columns = ", ".join(f"c{n}" for n in numbers)
        lines = f"{now.table(segment)} WHERE seg = {number(segment)}"
        (kinds, count) = sql.row(
            cursor,
            f"SELECT (SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {lines})), count(*) FROM {lines}",
        )
        if kinds * self.useful > count or self._lines > self._most:
            self._useless[segment.alias, numbers] = ""
            return
        table = f"k{segment.scale}_{'_'.join(map(str, numbers))}_{now.epoch}"
        select = (
            f'SELECT {number(segment)}::INTEGER AS seg, "ChargeDay", sum(n)::BIGINT AS n, {sql.SUMS}, {columns}\n'
            f"FROM {segment.alias}.{segment.daily} JOIN (SELECT sid, {columns} FROM {lines}) USING (sid) GROUP BY ALL"
        )
        with sql.transaction(cursor):
            added = self._replace(cursor, table, segment, f"{select} ORDER BY ALL")
        self._lines += added
        self._cubed[segment.alias, numbers] = added
        self._become(replace(now, cubes={**now.cubes, (segment.alias, numbers): table}))

    def _become(self, now: Resident) -> None:
        with self._lock:
            self._now = replace(now, version=now.version + 1)

    def _tidy(self, cursor: DuckDBPyConnection) -> None:
        """Drop tables that no answer can be reading any more."""
        with self._lock:
            oldest = min(self._users, default=self._now.epoch)
            gone = [name for epoch, name in self._retired if epoch < oldest]
            self._retired = [(epoch, name) for epoch, name in self._retired if epoch >= oldest]
        for name in gone:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
