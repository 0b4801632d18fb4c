"""The picture of the explorer: the same slice as trend, ranking, calendar or treemap, and what its cursor reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher

from finops_tui.queries import markers, shares
from finops_tui.queries.view import Period
from finops_tui.screens import questions, readout, steps, trail
from finops_tui.screens.asking import Asking
from finops_tui.screens.line import Line
from finops_tui.screens.widgets.heat import CalendarHeat
from finops_tui.screens.widgets.ranking import Ranked, Ranking
from finops_tui.screens.widgets.stacked import Series, StackedColumns
from finops_tui.screens.widgets.treemap import Box, TreeMap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from textual.app import ComposeResult
    from textual.widget import Widget

    from finops_tui.queries.markers import Marker
    from finops_tui.queries.view import View
    from finops_tui.screens.desk import Desk

PICTURES: Final = ("trend", "ranking", "calendar", "treemap", "table")
WITHOUT_TABLE: Final = frozenset(("ranking", "treemap"))
"""Pictures that show the groups themselves, and so take the place of the table."""

_RANKED: Final = 200
_BOXES: Final = 60
_YEAR: Final = timedelta(days=371)
"""What a calendar shows at least: one month says nothing about weekdays, steps and spikes."""


class Picture(Vertical, Asking):
    """The picture pane.

    Attributes:
        name_shown: Which of `PICTURES` is shown.
    """

    @dataclass
    class Narrowed(Message):
        """A bin or a day was entered."""

        period: Period

    @dataclass
    class Said(Message):
        """Why something cannot be done."""

        words: str

    @dataclass
    class Entered(Message):
        """A group was entered, by its values."""

        values: tuple[str | None, ...]

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.desk = desk
        self.picture = "trend"
        self._line = shares.Timeline((), ())
        self._days: dict[date, Decimal] = {}
        self._groups: list[tuple[str | None, ...]] = []
        self._events: dict[int, list[Marker]] = {}

    def compose(self) -> ComposeResult:
        """One chart of each kind, one of them in sight, and the line that reads it."""
        look = self.desk.look
        with ContentSwitcher(initial="trend"):
            yield StackedColumns(look, id="trend")
            yield Ranking(look, id="ranking")
            yield CalendarHeat(look, id="calendar")
            yield TreeMap(look, id="treemap")
        yield Line(look, id="readout")

    @property
    def chart(self) -> Widget | None:
        """The chart in sight, or None for the table alone."""
        return None if self.picture == "table" else self.query_one(f"#{self.picture}")

    def show_picture(self, picture: str) -> None:
        """Show another picture of the same view."""
        self.picture = picture
        if picture != "table":
            self.query_one(ContentSwitcher).current = picture
        if self.view is not None:
            self.look_at(self.view)

    async def answer(self, view: View) -> None:
        """Ask what the picture in sight shows."""
        match self.picture:
            case "trend":
                await self._trend(view)
            case "calendar":
                await self._calendar(view)
            case "ranking" | "treemap":
                await self._parts(view)
            case _:
                self._read(())
        self.add_class("-answered")

    def failed(self, words: str) -> None:
        """Say why there is no picture."""
        self._read((readout.Part(words, "bad", 0),))

    def values(self) -> tuple[str | None, ...] | None:
        """The values of the group under the cursor of a ranking or a treemap."""
        chart = self.chart
        index = chart.cursor if isinstance(chart, Ranking | TreeMap) else -1
        return self._groups[index] if 0 <= index < len(self._groups) else None

    def period_here(self) -> Period | None:
        """The days under the cursor of a picture over time; None where there are none."""
        if self.view is None:
            return None
        if self.picture == "calendar":
            day = self.query_one(CalendarHeat).cursor
            return steps.one_day(day) if day is not None else None
        if self.picture == "trend" and self._line.bins:
            return (
                steps.within(self.view, self._line.bins, *self.query_one(StackedColumns).span)
                or self.view.period
            )
        return None

    async def _trend(self, view: View) -> None:
        calendar = self.desk.calendar
        chart = self.query_one(StackedColumns)
        name, asked, top = questions.over_time(view)
        frame = await self.ask(name, asked, **top)
        if calendar is None:
            return
        starts = steps.bins(view, calendar)
        self._line = shares.Timeline.of(frame.to_dicts(), starts)
        series = [
            Series(self._named(view, strand), strand.costs, other=strand.other)
            for strand in self._line.strands
        ]
        partial = bool(starts) and steps.unfinished(view, starts[-1], calendar)
        chart.show(starts, series, currency=view.currency or "", partial_last=partial)
        self._read_bins(*chart.span)
        self.add_class("-answered")  # events may take a while
        await self._mark_events(view, starts)

    async def _mark_events(self, view: View, starts: Sequence[date]) -> None:
        """Mark the bins in which something happened."""
        self._events = {}
        if self.desk.markers is None:
            return
        known, _ = await self._current(self.desk.markers())
        self._events = readout.by_bin(markers.within(known, view.period), starts)
        chart = self.query_one(StackedColumns)
        chart.mark(self._events)
        self._read_bins(*chart.span)

    async def _calendar(self, view: View) -> None:
        year = Period(min(view.period.since, view.period.until - _YEAR), view.period.until)
        frame = await self.ask("days", replace(view, period=year, compared=None, grain="day"))
        self._days = dict(zip(frame.get_column("day"), frame.get_column("cost"), strict=True))
        heat = self.query_one(CalendarHeat)
        heat.show(self._days, currency=view.currency or "")
        self._read_day(heat.cursor)

    async def _parts(self, view: View) -> None:
        frame = await self.ask("by_key", steps.by_group(view))
        total = shares.summed(frame)
        most = _RANKED if self.picture == "ranking" else _BOXES
        code = view.currency or ""
        kind = Ranked if self.picture == "ranking" else Box
        shown = []
        self._groups = []
        for row in frame.head(most).to_dicts():
            change = (row["now"], row["before"]) if view.compared is not None else None
            self._groups.append(tuple(row[f"k{place}"] for place in range(len(view.group_by))))
            name = trail.value_in_words(view.dimension, row["k0"], row["label"])
            shown.append(kind(name, row["cost"], shares.share(row["cost"], total), change))
        if frame.height > most:
            rest = shares.difference(total, shares.summed(frame.head(most)))
            shown.append(kind(f"Other ({frame.height - most})", rest, shares.share(rest, total), None))
        if self.picture == "ranking":
            self.query_one(Ranking).show([r for r in shown if isinstance(r, Ranked)], currency=code)
        else:
            self.query_one(TreeMap).show([b for b in shown if isinstance(b, Box)], currency=code)
        self._read(())

    def _named(self, view: View, strand: shares.Strand) -> str:
        return "Other" if strand.other else trail.value_in_words(view.dimension, strand.value, strand.label)

    def _read(self, parts: tuple[readout.Part, ...]) -> None:
        self.query_one("#readout", Line).show(parts)

    def _read_bins(self, first: int, stop: int) -> None:
        if self.view is not None:
            late = self.desk.calendar is not None and any(
                steps.unfinished(self.view, start, self.desk.calendar)
                for start in self._line.bins[first:stop]
            )
            read = readout.bins(self._line, self.view, first, stop, unfinished=late)
            self._read((*read[:2], *readout.events(self._events, first, stop), *read[2:]))

    def _read_day(self, day: date | None) -> None:
        if self.view is not None and day is not None:
            self._read(readout.day(self._days, self.view, day))

    def on_stacked_columns_cursor_moved(self, event: StackedColumns.CursorMoved) -> None:
        """Read the bin."""
        event.stop()
        self._read_bins(event.first, event.end)

    def on_stacked_columns_bin_selected(self, event: StackedColumns.BinSelected) -> None:
        """Go into the bin."""
        event.stop()
        if self.view is not None:
            period = steps.within(self.view, self._line.bins, event.first, event.end)
            self.post_message(self.Narrowed(period or self.view.period))

    def on_calendar_heat_cursor_moved(self, event: CalendarHeat.CursorMoved) -> None:
        """Read the day."""
        event.stop()
        self._read_day(event.day)

    def on_calendar_heat_day_selected(self, event: CalendarHeat.DaySelected) -> None:
        """Go into the day."""
        event.stop()
        self.post_message(self.Narrowed(steps.one_day(event.day)))

    def on_ranking_bar_selected(self, event: Ranking.BarSelected) -> None:
        """Go into the group."""
        event.stop()
        self._enter()

    def on_tree_map_box_selected(self, event: TreeMap.BoxSelected) -> None:
        """Go into the group."""
        event.stop()
        self._enter()

    def _enter(self) -> None:
        values = self.values()
        if values is None:
            self.post_message(self.Said("the rest is many groups: v leads to the table"))
        else:
            self.post_message(self.Entered(values))
