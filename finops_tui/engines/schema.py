"""From the columns an engine names to the table that is asked: which are money, tags, times, the billing period."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finops_tui.engines.base import EngineError, Measure, PeriodColumn, Table
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEEDED: Final = ("BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart")
"""Columns without which a table is no bill."""

PERIODS: Final = ("billing_period", "BILLING_PERIOD", "BillingPeriodStart")
"""Columns that tell billing periods apart, the one a lake is usually partitioned by first."""

TAGS: Final = ("Tags", "x_Tags", "x_Labels")
"""Columns of tags, if they are maps."""

_DECIMAL: Final = re.compile(r"(?:decimal|numeric|number|dec)\s*\(\s*\d+\s*,\s*(\d+)\s*\)")
_DOUBLE: Final = re.compile(r"(?:double|float|real|float64|double precision)\b.*")
_WHOLE: Final = re.compile(r"(?:tinyint|smallint|int|integer|bigint|hugeint|int64|long|short|byte)")
_BIGQUERY: Final = {"numeric": 9, "bignumeric": 38, "decimal": 9}
_TIME: Final = re.compile(r"(?:timestamp|datetime).*")
_TEXT: Final = re.compile(r"(?:varchar|string|char|text)\b.*")
_MAP: Final = re.compile(r"map\s*[<(]\s*(?:varchar|string)\b[^,]*,\s*(?:varchar|string)\b[^,]*[>)]")


def table_of(name: Sequence[str], columns: Mapping[str, str]) -> Table:
    """Describe a table.

    Args:
        name: Its name, part by part, unquoted.
        columns: The engine's (or DuckDB's) types by the names of columns, in order, partitions among them.

    Raises:
        EngineError: it is no bill in FOCUS columns, or its amounts are text.
    """
    found = {column.lower(): column for column in columns}
    if "line_item_unblended_cost" in found:
        raise EngineError(
            f"{_said(name)} is an AWS cost and usage report; a lake is read with FOCUS columns: name the table of a"
            " FOCUS export, or a view that has them (a report's files can be loaded as they are)"
        )
    lacking = [column for column in NEEDED if column.lower() not in found]
    if lacking:
        raise EngineError(f"{_said(name)} is no bill in FOCUS columns: it has no {', '.join(lacking)}")
    measures = {
        column: _measure(found[column.lower()], columns[found[column.lower()]], money=column in MONEY)
        for column in (*MONEY, *QUANTITIES)
        if column.lower() in found
    }
    return Table(
        tuple(name),
        dict(columns),
        _period(name, columns, found),
        {column: one for column, one in measures.items() if one is not None},
        tuple(
            found[tag.lower()] for tag in TAGS if tag.lower() in found and is_map(columns[found[tag.lower()]])
        ),
        frozenset(column for column, kind in columns.items() if _TIME.fullmatch(kind.strip().lower())),
    )


def is_map(kind: str) -> bool:
    """Whether a type is a map of text to text, or what stands for one (an object, a list of keys and values)."""
    folded = kind.strip().lower()
    listed = folded.startswith(("array<struct<", "struct(")) and "key" in folded and "value" in folded
    return bool(_MAP.fullmatch(folded)) or folded in {"variant", "object"} or listed


def is_text(kind: str) -> bool:
    """Whether a type is text."""
    return bool(_TEXT.fullmatch(kind.strip().lower()))


def _period(name: Sequence[str], columns: Mapping[str, str], found: Mapping[str, str]) -> PeriodColumn:
    for column in PERIODS:
        if column.lower() not in found:
            continue
        own = found[column.lower()]
        kind = columns[own].strip().lower()
        if _TIME.fullmatch(kind):
            return PeriodColumn(own, "time")
        if kind == "date":
            return PeriodColumn(own, "date")
        if _TEXT.fullmatch(kind):
            return PeriodColumn(own, "text")
    raise EngineError(f"{_said(name)} has no billing period: no column {' or '.join(PERIODS[1:])}")


def _measure(name: str, kind: str, *, money: bool) -> Measure | None:
    """A column of numbers; a quantity that is none is left out, an amount is refused.

    Raises:
        EngineError: an amount is not a number.
    """
    folded = kind.strip().lower()
    if match := _DECIMAL.fullmatch(folded):
        return Measure(name, int(match[1]), money)
    if folded in _BIGQUERY:
        return Measure(name, _BIGQUERY[folded], money)
    if _WHOLE.fullmatch(folded):
        return Measure(name, 0, money)
    if _DOUBLE.fullmatch(folded):
        return Measure(name, None, money)
    if money:
        raise EngineError(
            f"{clean(name)} is {clean(folded)}, not a number: name a view of the table in which it is one"
        )
    return None


def _said(name: Sequence[str]) -> str:
    return clean(".".join(name))
