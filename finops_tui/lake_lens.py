"""What is brought of a month so that resources or line items can be looked at: the dearest, and the rest as one.

Totals stay those of the month: what is not among the dearest is what the month has less what came, to the last
digit, by everything the month is rolled up by. Conditions are pushed to the engine as lists of values: those that the
months have within the view, so that nothing of the view is left behind whatever the view's conditions are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finops_tui import lake_cube
from finops_tui.engines import answer, dialects, schema
from finops_tui.engines.base import Column, Day, EngineError, In, Rollup, Tag
from finops_tui.lake_file import LEFT, focus_name
from finops_tui.queries.dimensions import MISSING_TAGS

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from finops_tui.engines.base import Engine, Told
    from finops_tui.lake_cube import Shape
    from finops_tui.lake_need import Need
    from finops_tui.queries.view import View
    from finops_tui.store import Store

OTHERS: Final = "(all others)"
"""What everything that is not among the dearest is called."""

RANKED: Final = "EffectiveCost"
"""By which cost the dearest are chosen."""

PUSHED: Final = ("SubAccountId", "ServiceName", "RegionId")
"""Columns by which conditions are pushed, beside tags that the view names."""

LONGEST: Final = 60
"""Values that a pushed list has at most; a longer one would leave little out."""

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


def pushed(store: Store, view: View, wanted: Shape, months: Mapping[str, Path]) -> tuple[In, ...]:
    """Conditions that every charge of a view fulfils, from the values that the months have in it.

    Args:
        store: The months, loaded.
        view: A view that they can answer.
        wanted: What months are rolled up by.
        months: Their files.
    """
    columns = {dim.name.lower(): dim for dim in wanted.dims if isinstance(dim, Column)}
    looked: dict[str, Column | Tag] = {
        name: columns[name.lower()] for name in PUSHED if name.lower() in columns
    }
    named = {c.dimension for c in view.path}
    looked |= {
        f"tag.{_plain(dim.key)}": dim
        for dim in wanted.dims
        if isinstance(dim, Tag) and f"tag.{_plain(dim.key)}" in named
    }
    if not looked or not months:
        return ()
    frame = store.ask_now("by_key", view.regroup(*looked))
    found = []
    for n, (name, dim) in enumerate(looked.items()):
        values = {_known(name, value) for value in frame.get_column(f"k{n}").to_list()}
        raw = _raw(months.values(), dim)
        kept = tuple(one for one in raw if _spellings(one) & values)
        if len(kept) < len(raw) and len(kept) <= LONGEST:
            found.append(In(dim, kept))
    return tuple(found)


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
    paths: list[Path] = []
    notes: list[str] = []
    for period, month in sorted(wanted.months.items(), reverse=True):
        own = _within(shape, month)
        path = folder / f"dearest-{period}.parquet"
        names = wanted.need.columns
        if wanted.need.lines:
            lines = own.beside(engine.describe(), names, by_time=True)
            pulled = lake_cube.pull(
                engine, lines, period, path, stop, progress=progress, where=wanted.where, top=wanted.top
            )
            if pulled.rows >= wanted.top:
                notes.append(f"{wanted.top:,} dearest: line items of {period}")
            paths += [path] if pulled.rows else []
            continue
        dearest, more = _dearest(engine, wanted, period, stop, progress)
        where = (*wanted.where, In(Column(names[0]), dearest)) if more else wanted.where
        beside = replace(own.beside(engine.describe(), names), wide=frozenset())
        pulled = lake_cube.pull(engine, beside, period, path, stop, progress=progress, where=where, most=ROWS)
        paths += [path] if pulled.rows else []
        if more:
            rest = folder / f"others-{period}.parquet"
            _rest(month, path, names[0], wanted.where, rest)
            paths.append(rest)
            notes.append(f"{wanted.top:,} dearest: by {names[0]} in {period}; the rest is {OTHERS}")
    return paths, notes


def asked(view: View, need: Need) -> list[tuple[In, ...]]:
    """Conditions on columns that months do not have: line items of one thing are asked for by its id, or its name."""
    columns = {name.lower(): name for name in need.columns}
    things = [c.value for c in view.path if c.dimension == "resource" and not c.excluded]
    wanted = tuple(value for value in things if value is not None and value != OTHERS)
    if not wanted:
        return [()]
    return [
        (In(Column(columns[name]), wanted),) for name in ("resourceid", "resourcename") if name in columns
    ]


def questions(engine: Engine, shape: Shape, wanted: Wanted) -> list[Rollup]:
    """What would be asked, for an estimate."""
    dims = shape.beside(engine.describe(), wanted.need.columns).dims
    measures = tuple(engine.describe().measures)
    return [Rollup(period, dims, measures, wanted.where) for period in wanted.months]


def _dearest(
    engine: Engine,
    wanted: Wanted,
    period: str,
    stop: threading.Event,
    progress: Callable[[Told], None] | None,
) -> tuple[tuple[str | None, ...], bool]:
    """The values of the first column that cost most, and whether there are more."""
    table = engine.describe()
    rollup = Rollup(period, (Column(wanted.need.columns[0]),), (RANKED,), wanted.where, wanted.top + 1)
    connection = answer.connected()
    try:
        with engine.run(rollup, stop, progress) as batches:
            answer.take(connection, batches, table, rollup, "dearest")
        rows = connection.execute("SELECT d0 FROM dearest").fetchall()
    finally:
        connection.close()
    return tuple(row[0] for row in rows[: wanted.top]), len(rows) > wanted.top


def _rest(month: Path, came: Path, column: str, where: Sequence[In], path: Path) -> None:
    """Write what a month has beyond what came, by all that the month is rolled up by."""
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
    finally:
        connection.close()


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


def _raw(files: Iterable[Path], dim: Column | Tag) -> tuple[str | None, ...]:
    """Every value of a dimension, as the lake has it."""
    if isinstance(dim, Tag):
        key = dim.key.replace("'", "''")
        column = f"\"Tags\"['{key}']"
    else:
        column = f'"{focus_name(dim.name)}"'
    listed = ", ".join(f"'{_text(path)}'" for path in files)
    connection = answer.connected()
    try:
        rows = connection.execute(
            f"SELECT DISTINCT {column} FROM read_parquet([{listed}], union_by_name = true) ORDER BY 1 NULLS LAST"
        ).fetchall()
    finally:
        connection.close()
    return tuple(row[0] for row in rows)


def _known(name: str, value: str | None) -> str | None:
    """A value of a group as the store has it; a tag's missing value is none."""
    return None if name.startswith("tag.") and value in MISSING_TAGS else value


def _spellings(raw: str | None) -> set[str | None]:
    """What a value may have become when it was loaded."""
    if raw is None:
        return {None}
    text = raw.strip()
    found: set[str | None] = {text, text.removesuffix(".0")}
    return found | {None} if text.lower() in {"", "null", "none"} else found


def _plain(key: str) -> str:
    """A key of a tag as it is grouped by."""
    return key.strip().removeprefix("user:").removeprefix("user_")


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
