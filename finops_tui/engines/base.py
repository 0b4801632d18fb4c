"""What an engine is: a table it describes, billing periods with stamps, and answers to roll-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from finops_tui.engines.rollup import (
    Between,
    Column,
    Condition,
    Day,
    Dimension,
    Has,
    In,
    Moment,
    Rollup,
    Tag,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from decimal import Decimal
    from pathlib import Path

__all__ = (
    "NANO",
    "Batches",
    "Between",
    "Column",
    "Condition",
    "Day",
    "Dialect",
    "Dimension",
    "Engine",
    "EngineError",
    "EngineStoppedError",
    "Estimate",
    "Has",
    "In",
    "LakePeriod",
    "Measure",
    "Moment",
    "PeriodColumn",
    "Rollup",
    "Table",
    "Tag",
    "Told",
)

Dialect = Literal["duckdb", "spark", "trino", "snowflake", "bigquery"]
"""SQL that is written: `spark` is Databricks's and Sail's too, `trino` is Athena's too."""

NANO: Final = 9
"""Decimals that are kept of an amount an engine holds as DOUBLE; see `dialects`."""


class EngineError(Exception):
    """An engine could not be asked, or did not answer; the message is words for users, fit to be shown."""


class EngineStoppedError(EngineError):
    """A query was stopped because `stop` was set; the engine has been told, too."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of numbers.

    Attributes:
        name: As the table names it.
        scale: Decimals of a DECIMAL, which is added up as it is; None is a DOUBLE, which is added up in billionths
            (see `dialects`).
        money: Whether it is an amount of money, else a quantity.
    """

    name: str
    scale: int | None
    money: bool = True

    @property
    def shift(self) -> int:
        """Decimals by which an answer's whole numbers are to be shifted; 0 where it is the amount itself."""
        return NANO if self.scale is None else 0

    @property
    def decimals(self) -> int:
        """Decimals that a sum has."""
        return NANO if self.scale is None else self.scale


PeriodKind = Literal["time", "date", "text"]


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """The column that tells billing periods apart, if possible the one the table is partitioned by.

    Attributes:
        name: As the table names it.
        kind: `time` or `date` of the period's first day, or `text`: `2026-09` or `2026-09-01`.
    """

    name: str
    kind: PeriodKind


@dataclass(frozen=True, slots=True)
class Table:
    """What an engine says of the table, read once from its schema.

    Attributes:
        name: The name as it is written in SQL, part by part (`("lake", "focus")`), unquoted.
        columns: Types by the names of columns, as the engine writes them, in the table's order.
        period: The column of billing periods.
        measures: Money and quantities by the name FOCUS has for them.
        maps: Columns of tags, by the table's names; each a map of text to text.
        times: Columns that are times (not dates or text), by the table's names.
    """

    name: tuple[str, ...]
    columns: Mapping[str, str]
    period: PeriodColumn
    measures: Mapping[str, Measure]
    maps: tuple[str, ...] = ()
    times: frozenset[str] = frozenset()

    def column(self, name: str) -> str | None:
        """The table's spelling of a column, whatever the case; None where there is none."""
        return next((own for own in self.columns if own.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, order=True)
class LakePeriod:
    """A billing period that a lake holds.

    Attributes:
        id: Its month, as `2026-09`; '' where rows have no billing period.
        stamp: Differs once anything in it has changed: an ETag, a version, a fingerprint. Never ''.
        bytes: How much of the lake it is, where that is known.
    """

    id: str
    stamp: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a question will cost at most.

    Attributes:
        bytes: Read by the engine.
        usd: Its price in USD.
    """

    bytes: int
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """How far a query is.

    Attributes:
        state: In the engine's words, such as `queued` or `running`; fit to be shown.
        elapsed: Seconds since it was asked.
        bytes: Read until now, where the engine says so.
    """

    state: str
    elapsed: float
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Batches:
    """An answer, to be read once and before its context ends.

    Attributes:
        kind: What `source` is: `arrow` anything with `__arrow_c_stream__`, `csv` a file with a header in which NULL
            is nothing and '' is quoted, `parquet` files.
        source: The stream, or the paths of files.
        bytes: Read by the engine, where it says so.
        usd: What that cost, where it is known.
        notes: What the user should know, such as that the answer was one the engine still had.
    """

    kind: Literal["arrow", "csv", "parquet"]
    source: object | tuple[Path, ...]
    bytes: int | None = None
    usd: Decimal | None = None
    notes: tuple[str, ...] = field(default=())


class Engine(Protocol):
    """An engine and one table in it. Safe to use from one thread at a time; `stop` may be set from any."""

    @property
    def dialect(self) -> Dialect:
        """The SQL it reads."""
        ...

    @property
    def where(self) -> str:
        """The place in words, fit to be shown and without secrets, such as `spark://host/lake.focus`."""
        ...

    @property
    def max_usd(self) -> Decimal | None:
        """Price of one question above which somebody is asked first; None asks about no price."""
        ...

    def describe(self) -> Table:
        """The table, read from the schema the first time.

        Raises:
            EngineError: it cannot be reached, or the table is no bill in FOCUS columns.
        """
        ...

    def periods(self, stop: threading.Event) -> tuple[LakePeriod, ...]:
        """The billing periods, newest first.

        Raises:
            EngineError: it did not answer.
            EngineStoppedError: `stop` was set.
        """
        ...

    def estimate(self, rollup: Rollup) -> Estimate | None:
        """What a question will cost at most, before it is asked; None where that is not known or nothing is paid.

        Raises:
            EngineError: it did not answer.
        """
        ...

    def run(
        self, rollup: Rollup, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> AbstractContextManager[Batches]:
        """Ask. Entering waits for the answer; leaving lets go of it on the engine's side.

        Args:
            rollup: The question.
            stop: Set from another thread to give up: the engine is told to stop working, too.
            progress: Told now and then, from the thread that asks.

        Raises:
            EngineError: it did not answer; the message says why.
            EngineStoppedError: `stop` was set.
        """
        ...

    def tag_keys(self, period: str, stop: threading.Event) -> tuple[str, ...]:
        """Keys of tags in a billing period, the most used first.

        Raises:
            EngineError: it did not answer.
            EngineStoppedError: `stop` was set.
        """
        ...

    def close(self) -> None:
        """Let go of everything; a query that runs is stopped."""
        ...
