"""What is brought of a month so that resources or line items can be looked at: the dearest, and the rest as one.

Totals stay those of the month: what is not among the dearest is what the month has less what came, to the last
digit, by everything the month is rolled up by. Conditions are pushed to the engine as lists of values: those that the
months have within the view, so that nothing of the view is left behind whatever the view's conditions are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finops_tui import lake_cube
from finops_tui.engines import answer, dialects, schema
from finops_tui.engines.base import Column, Day, EngineError, In, Rollup, Tag
from finops_tui.lake_file import LEFT, focus_name
from finops_tui.lake_push import OTHERS
from finops_tui.queries.amounts import EXACT

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from finops_tui.engines.base import Engine, Told
    from finops_tui.lake_cube import Shape
    from finops_tui.lake_need import Need

RANKED: Final = "EffectiveCost"
"""By which cost the dearest are chosen."""

ROWS: Final = 400_000
"""Rows that are brought for the dearest at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is brought.

    Attributes:
        need: Columns beside those of the months.
        months: Files of the months, by billing period.
        where: Conditions that are pushed.
        top: How many of the dearest.
    """

    need: Need
    months: Mapping[str, Path]
    where: tuple[In, ...]
    top: int


def bring(
    engine: Engine,
    shape: Shape,
    wanted: Wanted,
    folder: Path,
    *,
    stop: threading.Event,
    progress: Callable[[Told], None] | None = None,
) -> tuple[list[Path], list[str]]:
    """Ask for what is wanted of each month.

    Returns:
        Files in FOCUS; what the user should know.

    Raises:
        EngineError: it was not answered.
        EngineStoppedError: `stop` was set.
    """
    months = sorted(wanted.months.items(), reverse=True)
    if wanted.need.lines:
        return _lines(engine, shape, wanted, folder, stop=stop, progress=progress)
    chosen = _dearest(engine, wanted, [period for period, _ in months], stop, progress)
    first = wanted.need.columns[0]
    where = wanted.where if chosen is None else (*wanted.where, In(Column(first), chosen))
    paths: list[Path] = []
    for period, month in months:
        path, rest = folder / f"dearest-{period}.parquet", folder / f"others-{period}.parquet"
        beside = replace(
            _within(shape, month).beside(engine.describe(), wanted.need.columns), wide=frozenset()
        )
        pulled = lake_cube.pull(engine, beside, period, path, stop, progress=progress, where=where, most=ROWS)
        paths += [path] if pulled.rows else []
        if chosen is not None and _rest(month, path, first, wanted.where, rest):
            paths.append(rest)
    if chosen is None:
        return paths, []
    when = months[0][0] if len(months) == 1 else f"{months[-1][0]} to {months[0][0]}"
    return paths, [f"{len(chosen):,} dearest: by {first} in {when}; the rest is {OTHERS}"]


def _lines(
    engine: Engine,
    shape: Shape,
    wanted: Wanted,
    folder: Path,
    *,
    stop: threading.Event,
    progress: Callable[[Told], None] | None,
) -> tuple[list[Path], list[str]]:
    """The dearest line items of each month."""
    paths: list[Path] = []
    notes: list[str] = []
    for period, month in sorted(wanted.months.items(), reverse=True):
        path = folder / f"dearest-{period}.parquet"
        lines = _within(shape, month).beside(engine.describe(), wanted.need.columns, by_time=True)
        pulled = lake_cube.pull(
            engine, lines, period, path, stop, progress=progress, where=wanted.where, top=wanted.top
        )
        if pulled.rows >= wanted.top:
            notes.append(f"{wanted.top:,} dearest: line items of {period}")
        paths += [path] if pulled.rows else []
    return paths, notes


def questions(engine: Engine, shape: Shape, wanted: Wanted) -> list[Rollup]:
    """What would be asked, for an estimate: of each month which are the dearest, and then those."""
    table = engine.describe()
    dims = shape.beside(table, wanted.need.columns).dims
    asked = [Rollup(period, dims, tuple(table.measures), wanted.where) for period in wanted.months]
    if not wanted.need.lines:
        asked += [_ranking(wanted, period) for period in wanted.months]
    return asked


def _ranking(wanted: Wanted, period: str) -> Rollup:
    """Which are the dearest, and whether there are more."""
    return Rollup(period, (Column(wanted.need.columns[0]),), (RANKED,), wanted.where, wanted.top + 1)


def _dearest(
    engine: Engine,
    wanted: Wanted,
    periods: Sequence[str],
    stop: threading.Event,
    progress: Callable[[Told], None] | None,
) -> tuple[str | None, ...] | None:
    """The values of the first column that cost most over all months; None where there are no more than wanted.

    They are the same for every month, as a thing that is among the others in one month only would seem to come and go.
    """
    table = engine.describe()
    costs: dict[str | None, Decimal] = {}
    more = False
    connection = answer.connected()
    try:
        for period in periods:
            rollup = _ranking(wanted, period)
            with engine.run(rollup, stop, progress) as batches:
                rows = answer.take(connection, batches, table, rollup, "dearest")
            more = more or rows > wanted.top
            for value, cost, _ in connection.execute("FROM dearest").fetchall():
                costs[value] = EXACT.add(costs.get(value, Decimal(0)), cost or Decimal(0))
    finally:
        connection.close()
    if not more and len(costs) <= wanted.top:
        return None
    ranked = sorted(costs, key=lambda value: (-costs[value], value or ""))
    return tuple(ranked[: wanted.top])


def _rest(month: Path, came: Path, column: str, where: Sequence[In], path: Path) -> int:
    """Write what a month has beyond what came, by all that the month is rolled up by; how many rows that is."""
    connection = answer.connected(spill=path.parent)
    try:
        rows = connection.execute(f"DESCRIBE FROM read_parquet('{_text(month)}')").fetchall()
        kinds = {str(row[0]): str(row[1]) for row in rows}
        table = schema.table_of(("month",), kinds)
        sums = tuple(table.measures)
        by = ", ".join(f'"{name}"' for name in kinds if name not in sums)
        kept = dialects.conditions("duckdb", table, where)
        plus = ", ".join(f'coalesce("{name}", 0) AS "{name}"' for name in sums)
        minus = ", ".join(f'-coalesce("{name}", 0) AS "{name}"' for name in sums)
        added = ", ".join(f'sum("{name}")::{kinds[name]} AS "{name}"' for name in sums)
        some = " OR ".join(f'"{name}" <> 0' for name in sums)
        connection.execute(
            f"COPY (SELECT * FROM (SELECT {by}, {added}, '{OTHERS}' AS \"{focus_name(column)}\" FROM ("
            f"SELECT {by}, {plus} FROM read_parquet('{_text(month)}') WHERE {kept}"
            f" UNION ALL SELECT {by}, {minus} FROM read_parquet('{_text(came)}')) GROUP BY {by}) WHERE {some})"
            f" TO '{_text(path)}' (FORMAT parquet)"
        )
        row = connection.execute(f"SELECT count(*) FROM read_parquet('{_text(path)}')").fetchone()
    finally:
        connection.close()
    return int(row[0]) if row else 0


def _within(shape: Shape, month: Path) -> Shape:
    """What a month is rolled up by: some of it may have been left out of it."""
    connection = answer.connected()
    try:
        rows = connection.execute(f"DESCRIBE FROM read_parquet('{_text(month)}')").fetchall()
        columns = {str(row[0]).lower() for row in rows}
        left = connection.execute(
            "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?",
            [str(month), LEFT],
        ).fetchone()
    finally:
        connection.close()
    keys = set(json.loads(left[0])) if left else set()
    dims = tuple(
        dim
        for dim in shape.dims
        if (isinstance(dim, Tag) and dim.key not in keys)
        or isinstance(dim, Day)
        or (isinstance(dim, Column) and focus_name(dim.name).lower() in columns)
    )
    if not dims:
        raise EngineError("the month that is held has none of the lake's columns")
    return replace(shape, dims=dims)


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
