"""Columns of the relation `scope`, and where in a view a segment's days lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.resident import Field
    from finops_tui.queries.scope import Scope
    from finops_tui.queries.view import View

_MAYBE: Final = ("bucket", "day", "label", "first_day", "last_day", "n")
"""Columns that are there only where a question reads them."""

_WORD: Final = re.compile(r"\b(bucket|day|label|first_day|last_day|n)\b")


def needs(question: str) -> frozenset[str]:
    """Which of the columns that are not always there a question's SQL reads."""
    return frozenset(_WORD.findall(question))


@dataclass(frozen=True, slots=True)
class Whole:
    """Where all of a segment's days lie."""

    part: str
    bucket: date | None


def part_of(view: View, first: date, last: date) -> str | None:
    """The part of a view that all days from one to another are in, or None when they are in several or outside."""
    compared = view.compared
    spans = [("now", view.period)]
    if compared is not None:
        spans = [("now", compared.now), ("before", compared.before), ("late", view.period)]
    for name, period in spans:
        if period.since <= first and last < period.until:
            return name
        if first < period.until and last >= period.since:
            return None
    return None


class Places:
    """What of the relation a question reads, and where its rows belong.

    Args:
        scope: Which view, which segments.
        wanted: Columns that the question reads beside `part`, `currency`, the keys and `cost`.
    """

    def __init__(self, scope: Scope, wanted: frozenset[str]) -> None:
        self._scope = scope
        self._view = scope.view
        self._wanted = tuple(name for name in _MAYBE if name in wanted)
        self._hourly = self._view.grain == "hour"
        self._alone = False
        self.numbers: frozenset[str] = frozenset()
        """Keys that are told apart by their numbers in memory, and whose texts nobody reads."""
        self.by_day: list[Segment] = []
        """Segments whose days were read one by one, for want of a cube."""
        fields = scope.fields
        dimensions = self._view.group_by
        self._keys = {f"k{place}": fields.field(name, "grouped") for place, name in enumerate(dimensions)}
        self._label = (
            fields.field(self._view.dimension, "label")
            if "label" in wanted and fields.labelled(self._view.dimension)
            else None
        )

    def needed(self) -> set[Field]:
        """What must be held in memory for segments to be read there."""
        return {*self._columns().values(), *self._scope.terms.needed(currency=True)}

    def _columns(self) -> dict[str, Field]:
        """The texts that a row has, by name, as they can be held."""
        label = {"label": self._label} if self._label is not None else {}
        return {**self._keys, **label, "currency": self._scope.fields.field("currency", "grouped")}

    def _in_order(self, columns: Mapping[str, str]) -> str:
        """Columns of the relation, in the order that all of its parts have them in."""
        times = [name for name in self._wanted if name != "label"]
        order = (*times, "part", "currency", *(self._keys or ("k0",)), "label", "cost")
        return ", ".join(f"{columns[name]} AS {name}" for name in order if name in columns)

    def _times(self, day: str) -> dict[str, str]:
        """What a row says of time and number, of the relation `c`."""
        bucket = (
            "date_trunc('hour', c.\"ChargePeriodStart\")"
            if self._hourly
            else day if self._view.grain == "day"
            else f"CAST(date_trunc('{self._view.grain}', {day}) AS DATE)"
        )  # fmt: skip
        every = {"bucket": bucket, "day": day, "first_day": day, "last_day": day}
        every["n"] = "1::BIGINT" if self._hourly else "c.n"
        return self._only(every)

    def _only(self, every: Mapping[str, str]) -> dict[str, str]:
        return {name: sql for name, sql in every.items() if name in self._wanted}

    def _whole(self, segment: Segment, *, days: bool = False) -> Whole | None:
        """Where a segment lies, when it can be read without its days.

        Args:
            segment: One that the view touches.
            days: Whether its first and last day by line are at hand.
        """
        if self._hourly or "day" in self._wanted:
            return None
        if not days and {"first_day", "last_day"} & set(self._wanted):
            return None
        part = part_of(self._view, segment.first_day, segment.last_day)
        if part is None:
            return None
        if "bucket" not in self._wanted:
            return Whole(part, None)
        first, last = (buckets.floor(day, self._view.grain) for day in (segment.first_day, segment.last_day))
        return Whole(part, first) if first == last else None

    def _table(self, segment: Segment) -> str:
        return "items" if self._hourly else segment.daily
