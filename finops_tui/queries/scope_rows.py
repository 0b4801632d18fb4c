"""The relation `scope`: what lines cost, day by day, or at once where nobody asks for days.

Where a segment's lines are held in memory, they are added up by numbers, and only what is left gets its texts.
A segment that lies in one part of the view, and in one bucket, is read as whole months; the others day by day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets
from finops_tui.queries.resident import Field, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.scope import Scope
    from finops_tui.queries.view import View

_MAYBE: Final = ("bucket", "day", "label", "first_day", "last_day", "n")
"""Columns that are there only where a question reads them."""

_SOME: Final = " HAVING count(*) > 0"
"""Nothing has no sum, even where there is nothing to group it by."""

_WORD: Final = re.compile(r"\b(bucket|day|label|first_day|last_day|n)\b")

_KINDS: Final = {"day": "DATE", "first_day": "DATE", "last_day": "DATE", "n": "BIGINT", "label": "VARCHAR"}


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


class CostRows:
    """Renders the relation of one scope.

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

    def sql(self) -> str:
        """The SQL of the relation; it has at least one segment."""
        scope = self._scope
        held = [segment for segment in scope.segments if scope.is_held(segment)]
        plain = [self._plain(segment) for segment in scope.segments if segment not in held]
        return "\nUNION ALL\n".join([*([self._held(held)] if held else []), *plain])

    def relation(self) -> str:
        """The SQL of the relation `scope`."""
        return self.sql() if self._scope.segments else self.nothing()

    def groups(self) -> str:
        """The SQL of the relation `groups`, the same added up by key and currency."""
        rows = self.relation()
        if self._alone and self._view.compared is None:  # a row per group already
            zero = f"0::DECIMAL(38, {self._scope.scale})"
            keys = ", ".join(self._keys or ("k0",))
            return (
                f"SELECT {keys}, currency, label, coalesce(cost, 0) AS cost, coalesce(cost, 0) AS now,"
                f" {zero} AS before, n FROM (\n{rows}\n)"
            )
        return f"""SELECT COLUMNS('^k\\d+$'),
       currency,
       max(label)                                                    AS label,
       coalesce(sum(cost) FILTER (WHERE part <> 'before'), 0)        AS cost,
       coalesce(sum(cost) FILTER (WHERE part = 'now'), 0)            AS now,
       coalesce(sum(cost) FILTER (WHERE part = 'before'), 0)         AS before,
       coalesce(sum(n) FILTER (WHERE part <> 'before'), 0)::BIGINT   AS n
FROM (
{rows}
) GROUP BY ALL"""

    def nothing(self) -> str:
        """The relation without a row."""
        bucket = "TIMESTAMP" if self._hourly else "DATE"
        kinds = {name: bucket if name == "bucket" else _KINDS[name] for name in self._wanted}
        kinds |= dict.fromkeys(("part", "currency", *(self._keys or ("k0",))), "VARCHAR")
        none = ", ".join(f"NULL::{kind} AS {name}" for name, kind in kinds.items())
        return f"SELECT {none}, NULL::DECIMAL(18, 10) AS cost WHERE false"

    # From the segments

    def _plain(self, segment: Segment) -> str:
        """A segment's lines joined to what they cost."""
        scope = self._scope
        whole = None if scope.converts(segment) or not segment.monthly else self._whole(segment)
        table = "items" if self._hourly else segment.daily
        day = scope.day(table)
        bind = scope.bind
        texts = {
            name: scope.fields.sql(dimension, "grouped", bind)
            for name, dimension in zip(self._keys, self._view.group_by, strict=True)
        } or {"k0": "''"}
        if "label" in self._wanted:
            texts["label"] = scope.fields.sql(self._view.dimension, "label", bind)
        columns = ", ".join(f"{sql} AS {name}" for name, sql in texts.items())
        part = scope.part(day) if whole is None else f"'{whole.part}'"
        rows = scope.rows(segment, table) if whole is None else f"{segment.alias}.monthly"
        given = self._times(day) if whole is None else self._constants(whole)
        given |= {"part": part, "currency": "c.currency" if scope.converts(segment) else "l.billed"}
        given |= {name: f"l.{name}" for name in texts} | {"cost": scope.cost("c", segment)}
        return (
            f"SELECT {self._in_order(given)}\n  FROM {rows} c\n"
            f'  JOIN (SELECT sid, {columns}, "BillingCurrency" AS billed\n'
            f"    FROM {segment.alias}.lines{scope.where(segment)}) l USING (sid)"
            + (f"\n  WHERE {scope.days(day)}" if whole is None else "")
        )

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

    def _constants(self, whole: Whole) -> dict[str, str]:
        """The same of a segment that is read whole."""
        return self._only({"bucket": f"DATE '{whole.bucket}'", "n": "c.n"})

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

    # From memory

    def _columns(self) -> dict[str, Field]:
        """The texts that a row has, by name, as they can be held."""
        label = {"label": self._label} if self._label is not None else {}
        return {**self._keys, **label, "currency": self._scope.fields.field("currency", "grouped")}

    def _held(self, segments: Sequence[Segment]) -> str:
        """Segments that are held, added up, then with their texts."""
        resident = self._scope.resident
        texts = self._columns()
        if self._label is not None and resident.columns[self._label] in resident.blank:
            del texts["label"]
        mixed = any(map(self._scope.is_mixed, segments))
        currencies = {segment.currencies for segment in segments}
        one = currencies.pop() if len(currencies) == 1 else ()
        given = {name: f"u.{name}" for name in (*self._wanted, "part", "cost")}
        if len(one) == 1:
            del texts["currency"]
            given["currency"] = self._scope.bind(one[0])
        given |= {"k0": "''"} if "k0" not in texts else {}
        given |= {"label": "NULL::VARCHAR"} if "label" in self._wanted else {}
        given |= {name: f"{name}_.v" for name in texts}
        terms = self._scope.held_terms(mixed=mixed)
        branches = list(self._branches(segments, texts, terms))
        self._alone = (
            len(branches) == 1 and "label" not in texts and len(segments) == len(self._scope.segments)
        )
        union = "\n  UNION ALL\n".join(branches)
        joins = "\n".join(
            f"  JOIN {resident.dictionary(field)} {name}_ ON {name}_.code = u.{name}"
            for name, field in texts.items()
        )
        return f"SELECT {self._in_order(given)} FROM (\n{union}\n) u\n{joins}"

    def _branches(
        self, segments: Sequence[Segment], texts: Mapping[str, Field], terms: Sequence[str]
    ) -> Iterator[str]:
        """Sums by number: over whole segments, over their days in a cube, and over the days themselves."""
        resident = self._scope.resident
        fields = self.needed()
        months: dict[tuple[str, str], list[tuple[Segment, Whole]]] = {}
        cubes: dict[str, list[Segment]] = {}
        lines: list[Segment] = []
        for segment in segments:
            whole = self._whole(segment, days=True)
            cube = None if whole is not None or self._hourly else resident.cube(segment, fields)
            if whole is not None:
                months.setdefault((resident.table(segment), whole.part), []).append((segment, whole))
            elif cube is not None:
                cubes.setdefault(cube, []).append(segment)
            else:
                lines.append(segment)
        for table, found in cubes.items():
            yield self._days(f"(SELECT * FROM {table} WHERE {_among(found, terms)}) c", texts, "daily")
        for (table, part), found_whole in months.items():
            yield self._months(table, part, found_whole, texts, terms)
        yield from self._by_line(lines, texts, terms, alone=not (cubes or months))

    def _by_line(
        self, segments: Sequence[Segment], texts: Mapping[str, Field], terms: Sequence[str], *, alone: bool
    ) -> Iterator[str]:
        """Days (or hours) of segments, line by line: of the lines that are meant only, where they are few.

        Args:
            segments: Which.
            texts: What a row has.
            terms: What lines fulfil.
            alone: Whether there is nothing else, and so one part at least is needed.
        """
        resident = self._scope.resident
        tables = {segment.alias: resident.table(segment) for segment in segments}
        asked = (
            [(name, "seg, sid", _among(segments, terms)) for name in sorted({*tables.values()})]
            if terms
            else []
        )
        found = resident.found(asked, self._scope.bind.values)
        few = bool(found) and all(rows is not None for rows in found)
        if not few and not self._hourly:
            self.by_day += segments
        last = len(segments) - 1
        for place, segment in enumerate(segments):
            sids = (
                [sid for rows in found for seg, sid in rows or () if seg == number(segment)] if few else None
            )
            alone = alone and sids == []
            if sids != [] or (alone and place == last):
                yield self._days(
                    self._lines(segment, texts, terms, sids), texts, self._table(segment), segment
                )

    def _table(self, segment: Segment) -> str:
        return "items" if self._hourly else segment.daily

    def _lines(
        self, segment: Segment, texts: Mapping[str, Field], terms: Sequence[str], sids: Sequence[int] | None
    ) -> str:
        """A segment's days (or hours), joined to the numbers of its lines; all of them, or those that are named."""
        resident = self._scope.resident
        codes = ", ".join(dict.fromkeys(map(resident.column, texts.values())))
        rows = f"{segment.alias}.{self._table(segment)}"
        if sids is not None:
            named = f"sid IN ({', '.join(map(str, sids))})" if sids else "false"
            rows, terms = f"(SELECT * FROM {rows} WHERE {named})", [named]
            if not codes:
                return f"{rows} c"
        return (
            f"{rows} c\n  JOIN (SELECT sid{', ' if codes else ''}{codes}"
            f" FROM {resident.table(segment)} WHERE {_among([segment], terms)}) USING (sid)"
        )

    def _days(self, rows: str, texts: Mapping[str, Field], table: str, segment: Segment | None = None) -> str:
        """Sums over days.

        Args:
            rows: SQL of the relation `c`.
            texts: What a row has.
            table: What is read.
            segment: The only one that is read; its days may all be in one part.
        """
        scope = self._scope
        day = scope.day(table)
        sums = {"first_day": "min({})", "last_day": "max({})", "n": "sum({})::BIGINT"}
        given = {name: sums.get(name, "{}").format(sql) for name, sql in self._times(day).items()}
        given |= {name: scope.resident.column(field) for name, field in texts.items()}
        part = part_of(self._view, segment.first_day, segment.last_day) if segment is not None else None
        where = f"\n  WHERE {scope.days(day)}" if part is None else ""
        given |= {"part": scope.part(day) if part is None else f"'{part}'", "cost": f"sum({scope.cost('c')})"}
        return f"  SELECT {self._in_order(given)}\n  FROM {rows}{where} GROUP BY ALL{_SOME}"

    def _months(
        self,
        table: str,
        part: str,
        found: Sequence[tuple[Segment, Whole]],
        texts: Mapping[str, Field],
        terms: Sequence[str],
    ) -> str:
        """Sums over whole segments of one table and one part of the view."""
        scope = self._scope
        sums = {"first_day": "min(first_day)", "last_day": "max(last_day)", "n": "sum(n)::BIGINT"}
        inner = self._only(sums) | {name: scope.resident.column(field) for name, field in texts.items()}
        inner |= {"cost": f"sum({scope.cost('h')})"}
        outer = {name: name for name in inner} | {"part": f"'{part}'"}
        if "bucket" in self._wanted:
            inner["seg"] = "seg"
            whens = " ".join(f"WHEN {number(segment)} THEN DATE '{whole.bucket}'" for segment, whole in found)
            outer["bucket"] = f"CASE seg {whens} END"
        among = _among([segment for segment, _ in found], terms)
        return (
            f"  SELECT {self._in_order(outer)} FROM (\n"
            f"    SELECT {', '.join(f'{sql} AS {name}' for name, sql in inner.items())}\n"
            f"    FROM {table} h WHERE {among} GROUP BY ALL{_SOME})"
        )


def _among(segments: Sequence[Segment], terms: Sequence[str]) -> str:
    """The condition that a line is of one of some segments, and fulfils the view's conditions."""
    numbers = ", ".join(str(number(segment)) for segment in segments)
    return " AND ".join([f"seg IN ({numbers})", *terms])
