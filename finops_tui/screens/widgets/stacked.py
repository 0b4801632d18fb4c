"""Cost over time as stacked columns, with a cursor that reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.strip import Strip

from finops_tui.screens import money
from finops_tui.screens.cells import Grid, fit, strip, written
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets import legend
from finops_tui.screens.widgets.chart import Chart, ChartMessage
from finops_tui.screens.widgets.dates import Bin, around, axis_labels
from finops_tui.screens.widgets.scale import Axis, Columns, axis, columns
from finops_tui.screens.widgets.stack import Layer, Series, extremes, layers, side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.events import Blur, Click, Focus

    from finops_tui.screens.color import Look

__all__ = ["Series", "StackedColumns"]

_MOST: Final = 8
_MOST_LOW: Final = 5


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the parts of the chart are: rows of the legend, the scale, cells of the amounts, columns."""

    legend: int
    scale: Axis
    gutter: int
    columns: Columns
    drawn: tuple[Layer, ...]

    @property
    def foot(self) -> int:
        """Row of the time axis."""
        return self.legend + self.scale.above + self.scale.below


class StackedColumns(Chart):
    """Stacked columns over time; amounts below zero hang below the zero line.

    Attributes:
        cursor: Index of the bin under the cursor.
    """

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    @dataclass
    class CursorMoved(ChartMessage):
        """The cursor is on other bins, half-open indices."""

        first: int
        end: int

    @dataclass
    class BinSelected(ChartMessage):
        """Enter or a double click on a column, half-open indices."""

        first: int
        end: int

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty chart; see `Chart`."""
        super().__init__(look, id=id, classes=classes)
        self._bins: Sequence[Bin] = ()
        self._series: Sequence[Series] = ()
        self._currency = ""
        self._partial = False
        self._plan: _Plan | None = None
        self._marked: frozenset[int] = frozenset()

    def mark(self, bins: Iterable[int]) -> None:
        """Mark bins in which something happened; `show` forgets them.

        Args:
            bins: Their indices.
        """
        marked = frozenset(bins)
        if marked != self._marked:
            self._marked = marked
            self.forget()

    def show(
        self,
        bins: Sequence[Bin],
        series: Sequence[Series],
        *,
        currency: str,
        partial_last: bool = False,
        cursor: int | None = None,
    ) -> None:
        """Replace what the chart shows.

        Args:
            bins: Days, hours or texts, in order.
            series: One value per bin each, biggest series first.
            currency: Currency of all the amounts.
            partial_last: Whether the last bin is not complete yet.
            cursor: Bin to put the cursor on; the last one when not given.
        """
        self._bins, self._series = bins, series
        self._currency, self._partial = currency, partial_last
        self._marked = frozenset()
        last = max(0, len(bins) - 1)
        self.set_reactive(StackedColumns.cursor, last if cursor is None else max(0, min(cursor, last)))
        self.forget()

    @property
    def span(self) -> tuple[int, int]:
        """The bins of the column under the cursor, half-open; (0, 0) without data."""
        if not self._bins:
            return 0, 0
        cols = self._planned().columns
        return cols.span(cols.of_bin(self.cursor)) if cols.count else (self.cursor, self.cursor + 1)

    def move_to(self, index: int) -> None:
        """Move the cursor to a bin; what lies outside becomes the nearest."""
        self.cursor = index

    def drop_plan(self) -> None:
        """Lay everything out anew."""
        self._plan = None

    # Drawing

    def _planned(self) -> _Plan:
        self.fit_size()
        if self._plan is None:
            self._plan = self._made(self.size.width, self.size.height)
        return self._plan

    def _made(self, width: int, height: int) -> _Plan:
        """Divide the space: a legend and an axis where there is room, amounts at the left."""
        foot = 1 if height >= 2 else 0
        top = 0 if height < 7 else 1 if height < 14 else 2
        rows = height - foot - top
        most = _MOST_LOW if rows < 12 else _MOST
        whole = layers(self._series, columns(len(self._bins), width), most, self.look)
        if (
            top == 2
            and legend.width_of(legend.entries(whole, self.look, partial=self._partial)) <= width - 10
        ):
            top, rows = 1, rows + 1
        gutter = 0
        if width >= 24:
            high, low = extremes(whole, columns(len(self._bins), width).count)
            labels = money.axis(axis(high, low, rows).ticks(max(1, rows // 4)), self._currency)
            gutter = max(len(written(label, self.look)) for label in labels) + 1
        cols = columns(len(self._bins), width - gutter)
        drawn = layers(self._series, cols, most, self.look)
        return _Plan(top, axis(*extremes(drawn, cols.count), rows), gutter, cols, tuple(drawn))

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw legend, columns and axes."""
        grid = Grid(width, height, self.look)
        plan = self._planned()
        self._draw_scale(grid, plan)
        for index in range(plan.columns.count):
            self._draw_column(grid, plan, index)
        self._draw_foot(grid, plan)
        self._draw_marks(grid, plan)
        if not self._bins:
            grid.write(plan.gutter, height // 2, "No cost in this period", palette(self.look).muted)
        shown = legend.entries(plan.drawn, self.look, partial=self._incomplete(plan))
        return legend.lines(shown, plan.legend, plan.gutter, width, self.look) + grid.strips()[plan.legend :]

    def _draw_scale(self, grid: Grid, plan: _Plan) -> None:
        ticks = plan.scale.ticks(max(1, (plan.scale.above + plan.scale.below) // 4)) if self._bins else []
        colors, signs = palette(self.look), glyphs(self.look)
        for tick, label in zip(ticks, money.axis(ticks, self._currency), strict=True):
            y = plan.legend + plan.scale.row(tick)
            if plan.gutter:
                grid.write(0, y, fit(label, plan.gutter - 1, self.look, "right"), colors.muted)
            if tick:
                grid.fill(plan.gutter, y, grid.width, signs.rule, colors.grid)
        if plan.scale.below and plan.scale.above:
            grid.fill(plan.gutter, plan.legend + plan.scale.above - 1, grid.width, signs.floor, colors.grid)

    def _draw_column(self, grid: Grid, plan: _Plan, index: int) -> None:
        scale, cols = plan.scale, plan.columns
        x, width = plan.gutter + index * cols.width, cols.width - cols.gap
        zero = plan.legend + scale.above
        for row, (glyph, how) in enumerate(
            side(plan.drawn, index, scale.unit, scale.above, self.look, below=False)
        ):
            if glyph:
                grid.fill(x, zero - 1 - row, width, glyph, how)
        for row, (glyph, how) in enumerate(
            side(plan.drawn, index, scale.unit, scale.below, self.look, below=True)
        ):
            if glyph:
                grid.fill(x, zero + row, width, glyph, how)

    def _draw_foot(self, grid: Grid, plan: _Plan) -> None:
        cols = plan.columns
        last = plan.gutter + (cols.count - 1) * cols.width
        incomplete = self._incomplete(plan)
        for x, label in self._labels(plan, grid.width):
            if not incomplete or x + len(label) <= last:
                grid.write(x, plan.foot, label, palette(self.look).muted)
        if incomplete:
            sign = glyphs(self.look).partial
            grid.fill(last, plan.foot, cols.width - cols.gap, sign, palette(self.look).accent)

    def _labels(self, plan: _Plan, width: int) -> list[tuple[int, str]]:
        """The labels of the time axis, each with the cell it starts at."""
        cols = plan.columns
        starts = [self._bins[cols.span(index)[0]] for index in range(cols.count)]
        return [(plan.gutter + x, label) for x, label in axis_labels(starts, cols.width, width - plan.gutter)]

    def _draw_marks(self, grid: Grid, plan: _Plan) -> None:
        """A sign at the top of the columns of marked bins."""
        cols = plan.columns
        for column in dict.fromkeys(cols.of_bin(index) for index in sorted(self._marked)):
            x = plan.gutter + column * cols.width + (cols.width - cols.gap - 1) // 2
            grid.put(x, plan.legend, glyphs(self.look).event, palette(self.look).accent)

    def _incomplete(self, plan: _Plan) -> bool:
        """Whether the last column holds less than the others."""
        return plan.columns.count > 0 and (self._partial or plan.columns.bins % plan.columns.each != 0)

    def overlay(self, y: int, line: Strip) -> Strip:
        """Put the cursor on the time axis."""
        plan = self._planned()
        if y != plan.foot or not plan.columns.count:
            return line
        cols = plan.columns
        x = plan.gutter + cols.of_bin(self.cursor) * cols.width
        width = min(cols.width - cols.gap, line.cell_length - x)
        colors = palette(self.look)
        caret = strip([(glyphs(self.look).caret * width, colors.strong if self.has_focus else colors.accent)])
        left, right = around(self._labels(plan, line.cell_length), x, x + width)
        sides = Strip.blank(x - left), Strip.blank(right - x - width)
        return Strip.join([line.crop(0, left), sides[0], caret, sides[1], line.crop(right)])

    # Changes

    def validate_cursor(self, index: int) -> int:
        """Keep the cursor on a bin."""
        return max(0, min(index, len(self._bins) - 1))

    def watch_cursor(self, _old: int, _new: int) -> None:
        """Redraw the axis only."""
        self.refresh_row(self._planned().foot)
        self.post_message(self.CursorMoved(self, *self.span))

    def _step(self, count: int) -> None:
        first, _ = self.span
        self.cursor = first + count * self._planned().columns.each

    def action_left(self) -> None:
        """Go to the column before."""
        self._step(-1)

    def action_right(self) -> None:
        """Go to the next column."""
        self._step(1)

    def action_home(self) -> None:
        """Go to the first bin."""
        self.cursor = 0

    def action_end(self) -> None:
        """Go to the last bin."""
        self.cursor = len(self._bins) - 1

    def action_peak(self) -> None:
        """Go to the column with the greatest cost."""
        plan = self._planned()
        if plan.columns.count:
            totals = [sum(layer.values[i] for layer in plan.drawn) for i in range(plan.columns.count)]
            self.cursor = plan.columns.span(totals.index(max(totals)))[0]

    def action_select(self) -> None:
        """Choose the column under the cursor."""
        if self._bins:
            self.post_message(self.BinSelected(self, *self.span))

    # Events

    def on_focus(self, _event: Focus) -> None:
        """Show the cursor as focused."""
        self.refresh_row(self._planned().foot)

    def on_blur(self, _event: Blur) -> None:
        """Show the cursor as not focused."""
        self.refresh_row(self._planned().foot)

    def on_click(self, event: Click) -> None:
        """Go to the column under the pointer; choose it with a double click."""
        offset = event.get_content_offset(self)
        plan = self._planned()
        column = plan.columns.at(offset.x - plan.gutter) if offset is not None else None
        if column is not None:
            self.move_to(plan.columns.span(column)[0])
            if event.chain == 2:
                self.action_select()
