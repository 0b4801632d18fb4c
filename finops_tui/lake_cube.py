"""One billing period of a lake as a file: what is grouped by, and how an answer becomes charges in FOCUS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finops_tui import lake_file
from finops_tui.engines import answer, schema
from finops_tui.engines.base import Column, Day, EngineError, Moment, Rollup, Tag
from finops_tui.lake_file import COLUMNS
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.engines.base import Condition, Dimension, Engine, Table, Told

ROWS: Final = 2_000_000
"""Rows of a period beyond which the widest of what can be left out is left out."""

LEFT_OUT: Final = ("SkuId", "SkuMeter", "x_UsageType", "x_ServiceCode", "InvoiceId")
"""What may be left out beside tags and columns that were asked for."""

VALUES: Final = 1_000
"""Values beyond which a tag nobody asked for is left out: names of things rather than of groups of them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a period is rolled up by, in order.

    Attributes:
        dims: Dimensions.
        wide: Those of them that may be left out.
    """

    dims: tuple[Dimension, ...]
    wide: frozenset[Dimension] = frozenset()

    def without(self, dim: Dimension) -> Shape:
        """The same less one dimension."""
        return Shape(tuple(one for one in self.dims if one != dim), self.wide - {dim})

    def beside(self, table: Table, names: Sequence[str], *, by_time: bool = False) -> Shape:
        """The same and more columns; by the time of the charge in place of its day, if wanted."""
        there = {dim.name for dim in self.dims if isinstance(dim, Column)}
        dims: list[Dimension] = [one for one in self.dims if not (by_time and isinstance(one, Day))]
        if by_time:
            times = [name for name in ("ChargePeriodStart", "ChargePeriodEnd") if table.column(name)]
            dims = [*(Moment(table.column(name) or name) for name in times), *dims]
        return replace(self, dims=(*dims, *(one for one in _columns(table, names) if one.name not in there)))


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a period.

    Attributes:
        rows: Rows of the file.
        lines: Rows of the lake that are in them.
        bytes: Read by the engine, where it says so.
        usd: What that cost, where it is known.
        notes: What the user should know: dimensions that were left out.
        shape: What it is rolled up by in the end.
    """

    rows: int
    lines: int
    bytes: int | None = None
    usd: Decimal | None = None
    notes: tuple[str, ...] = ()
    shape: Shape | None = None


def shape(table: Table, tags: Sequence[str], columns: Sequence[str]) -> Shape:
    """What periods of a table are rolled up by.

    Args:
        table: The table.
        tags: Keys of tags.
        columns: Columns beside the usual ones.

    Raises:
        EngineError: a column that was asked for is not there, or is no text.
    """
    for name in columns:
        own = table.column(name)
        if own is None or not schema.is_text(table.columns[own]):
            raise EngineError(f"{clean('.'.join(table.name))} has no column of text {clean(name)}")
    if tags and not table.maps:
        raise EngineError(f"{clean('.'.join(table.name))} has no column of tags that is a map")
    usual = _columns(table, COLUMNS)
    more = [one for one in _columns(table, columns) if one not in usual]
    keys = [Tag(column, key) for key in tags for column in table.maps[:1]]
    day = Day(table.column("ChargePeriodStart") or "ChargePeriodStart")
    wide: set[Dimension] = {*more, *keys, *(one for one in usual if one.name in LEFT_OUT)}
    return Shape((day, *usual, *more, *keys), frozenset(wide))


def rollup(table: Table, wanted: Shape, period: str) -> Rollup:
    """The question for a period."""
    return _asked(table, wanted, period, ())


def _asked(table: Table, wanted: Shape, period: str, where: Sequence[Condition]) -> Rollup:
    first = sorted(table.measures, key=lambda name: name != "EffectiveCost")
    return Rollup(period, wanted.dims, tuple(first), tuple(where))


def pull(
    engine: Engine,
    wanted: Shape,
    period: str,
    path: Path,
    stop: threading.Event,
    *,
    progress: Callable[[Told], None] | None = None,
    where: Sequence[Condition] = (),
    most: int | None = None,
    top: int | None = None,
    narrow: bool = False,
) -> Pulled:
    """Ask for a period, and write it down as FOCUS in a Parquet file.

    Args:
        engine: Who is asked.
        wanted: What it is rolled up by; what is widest is left out when there are too many rows.
        period: The billing period.
        path: The file.
        stop: As for `Engine.run`.
        progress: As for `Engine.run`.
        where: Conditions beside the period.
        most: Rows that are too many; `ROWS` by default.
        top: Only so many, the largest by effective cost first.
        narrow: Leave out tags of more than `VALUES` values, as nobody asked for them by name.

    Raises:
        EngineError: it was not answered, or has too many rows whatever is left out.
        EngineStoppedError: `stop` was set.
    """
    import duckdb

    most = ROWS if most is None else most
    table = engine.describe()
    connection = answer.connected(spill=path.parent)
    notes: list[str] = []
    left: list[str] = []
    again = Decimal(0)
    try:
        while True:
            question = replace(_asked(table, wanted, period, where), top=top)
            with engine.run(question, stop, progress) as batches:
                rows = answer.take(connection, batches, table, question, "cube", most=most + 1)
            if rows <= most:
                break
            dim = _widest(connection, wanted)
            again += _usd(engine, question)
            if engine.max_usd is not None and again > engine.max_usd:
                raise EngineError(
                    f"{engine.where}: {period} has more than {most:,} rows; to leave {_said(dim)} out it would be read"
                    f" once more, for up to USD {again}: name the tags that are wanted (tags=), or raise max_usd"
                )
            notes.append(f"{period}: more than {most:,} rows; {_said(dim)} is left out of it")
            wanted = wanted.without(dim)
            left += [dim.key] if isinstance(dim, Tag) else []
        if narrow:
            question, wanted, rows = _narrowed(connection, question, wanted, notes)
        lines = lake_file.write(connection, question, path, engine.where, left)
    except duckdb.Error as error:
        raise EngineError(f"{engine.where}: {clean(str(error)[:400])}") from error
    finally:
        connection.close()
    return Pulled(rows, lines, batches.bytes, batches.usd, (*notes, *batches.notes), wanted)


def _columns(table: Table, names: Sequence[str]) -> list[Column]:
    """Columns of text that the table has."""
    own = [found for name in names if (found := table.column(name)) is not None]
    return [Column(name) for name in dict.fromkeys(own) if schema.is_text(table.columns[name])]


def _widest(connection: DuckDBPyConnection, wanted: Shape) -> Dimension:
    """What may be left out and has the most values among the rows that came.

    Raises:
        EngineError: there is nothing left.
    """
    places = [n for n, dim in enumerate(wanted.dims) if dim in wanted.wide]
    if not places:
        raise EngineError("too many rows, and nothing that could be left out; ask for fewer columns")
    counts = ", ".join(f"approx_count_distinct(d{n})" for n in places)
    row = connection.execute(f"SELECT {counts} FROM cube").fetchone() or ()
    return wanted.dims[max(zip(row, places, strict=True))[1]]


def _narrowed(
    connection: DuckDBPyConnection, question: Rollup, wanted: Shape, notes: list[str]
) -> tuple[Rollup, Shape, int]:
    """The rows of `cube` less the tags that have too many values, added up here: nothing is asked again."""
    tags = {n: dim for n, dim in enumerate(question.dims) if isinstance(dim, Tag)}
    counts = ", ".join(["count(*)", *(f"count(DISTINCT d{n})" for n in tags)])
    rows, *found = connection.execute(f"SELECT {counts} FROM cube").fetchone() or (0,)
    wide = {n: count for n, count in zip(tags, found, strict=True) if count > VALUES}
    if not wide:
        return question, wanted, int(rows)
    for n, count in wide.items():
        key = clean(tags[n].key)
        notes.append(f"tag {key} has {count:,} values and is left out; tags= names the ones that are wanted")
        wanted = wanted.without(tags[n])
    kept = [n for n in range(len(question.dims)) if n not in wide]
    dims = ", ".join(f"d{n} AS d{place}" for place, n in enumerate(kept))
    sums = ", ".join(f"sum(m{n}) AS m{n}" for n in range(len(question.measures)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE cube AS SELECT {dims}, {sums}, sum(n)::BIGINT AS n FROM cube"
        f" GROUP BY {', '.join(f'd{n}' for n in kept)}"
    )
    row = connection.execute("SELECT count(*) FROM cube").fetchone()
    return replace(question, dims=tuple(question.dims[n] for n in kept)), wanted, int(row[0]) if row else 0


def _usd(engine: Engine, question: Rollup) -> Decimal:
    estimate = engine.estimate(question)
    return Decimal(0) if estimate is None else estimate.usd


def _said(dim: Dimension) -> str:
    return f"tag {clean(dim.key)}" if isinstance(dim, Tag) else clean(dim.name)
