"""The relation `scope` of segments that are held in memory: added up by number, then given their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.resident import number
from finops_tui.queries.scope_places import Places, Whole, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.resident import Field

_SOME: Final = " HAVING count(*) > 0"
"""Nothing has no sum, even where there is nothing to group it by."""


class HeldRows(Places):
    """Renders what is in memory."""

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
        told = {name: field for name, field in texts.items() if name not in self.numbers}
        given |= {name: f"{name}_.v" for name in told}
        terms = self._scope.held_terms(mixed=mixed)
        branches = list(self._branches(segments, texts, terms))
        self._alone = (
            len(branches) == 1 and "label" not in texts and len(segments) == len(self._scope.segments)
        )
        union = "\n  UNION ALL\n".join(branches)
        joins = "\n".join(
            f"  JOIN {resident.dictionary(field)} {name}_ ON {name}_.code = u.{name}"
            for name, field in told.items()
        )
        given |= {name: f"u.{name}" for name in self.numbers}
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
