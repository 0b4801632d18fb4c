"""Cost per day as a calendar: seven rows, a column per week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.strip import Strip

from finops_tui.screens import money
from finops_tui.screens.cells import Grid, strip
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.chart import Chart, ChartMessage
from finops_tui.screens.widgets.dates import axis_labels
from finops_tui.screens.widgets.heat_scale import STEPS, HeatScale, monday, scale_of, weeks
from finops_tui.screens.widgets.sparks import length

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from textual.events import Click

    from finops_tui.screens.color import Look

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the calendar is: its first Monday in sight, its weeks, cells of a day, cells left and above."""

    first: date
    weeks: int
    width: int
    height: int
    left: int
    top: int
    scale: HeatScale

    def place(self, day: date) -> tuple[int, int] | None:
        """The cell of a day, or None outside of what is in sight."""
        week, row = divmod((day - self.first).days, 7)
        if not 0 <= week < self.weeks:
            return None
        return self.left + week * self.width, self.top + row * self.height

    def day(self, x: int, y: int) -> date | None:
        """The day at a cell."""
        week, row = (x - self.left) // self.width, (y - self.top) // self.height
        inside = x >= self.left and y >= self.top and week < self.weeks and row < 7
        return self.first + timedelta(days=7 * week + row) if inside else None


class CalendarHeat(Chart):
    """A calendar coloured by cost.

    Attributes:
        cursor: The day under the cursor, None without days.
    """

    cursor: reactive[date | None] = reactive(None, repaint=False, init=False)

    @dataclass
    class CursorMoved(ChartMessage):
        """The cursor is on another day."""

        day: date

    @dataclass
    class DaySelected(ChartMessage):
        """Enter or a double click on a day."""

        day: date

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Build an empty calendar; see `Chart`."""
        super().__init__(look, id=id, classes=classes)
        self._days: Mapping[date, Decimal] = {}
        self._currency = ""
        self._plan: _Plan | None = None

    def show(self, days: Mapping[date, Decimal], *, currency: str, cursor: date | None = None) -> None:
        """Replace what the calendar shows.

        Args:
            days: Cost per day; days that are missing are shown as missing.
            currency: Currency of all the amounts.
            cursor: Day to put the cursor on; the last one when not given.
        """
        self._days, self._currency = days, currency
        wanted = cursor if cursor in days else max(days, default=None)
        self.set_reactive(CalendarHeat.cursor, wanted)
        self.forget()

    def drop_plan(self) -> None:
        """Lay everything out anew."""
        self._plan = None

    def _planned(self) -> _Plan | None:
        self.fit_size()
        if self._plan is None and self._days:
            self._plan = self._made(self.size.width, self.size.height)
        return self._plan

    def _made(self, width: int, height: int) -> _Plan:
        """Make days as big as fits; where the weeks do not fit, show those round the cursor."""
        first, count = weeks(self._days)
        left = 4 if width >= 12 else 0
        top = 1 if height >= 8 else 0
        size = max(1, min(6, (width - left) // count))
        tall = max(1, min(3, (height - top - 2) // 7, size // 2 if size > 1 else 1))
        room = max(1, (width - left) // size)
        if count > room and self.cursor is not None:
            week = (monday(self.cursor) - first).days // 7
            shifted = max(0, min(count - room, week - room + 1 + min(3, room // 4)))
            first, count = first + timedelta(weeks=shifted), room
        return _Plan(first, count, size, tall, left, top, scale_of(self._days))

    # Drawing

    def draw(self, width: int, height: int) -> list[Strip]:
        """Draw months, days and the legend."""
        grid = Grid(width, height, self.look)
        plan = self._planned()
        colors = palette(self.look)
        if plan is None:
            grid.write(0, height // 2, "No cost in this period", colors.muted)
            return grid.strips()
        mondays = [plan.first + timedelta(weeks=week) for week in range(plan.weeks)]
        if plan.top:
            for x, label in axis_labels(mondays, plan.width, width - plan.left):
                grid.write(plan.left + x, 0, label, colors.muted)
        for row, name in enumerate(_DAYS):
            if plan.left:
                grid.write(0, plan.top + row * plan.height, name, colors.muted)
            for week, start in enumerate(mondays):
                self._draw_day(grid, plan, start + timedelta(days=row), week)
        self._draw_legend(grid, plan)
        return grid.strips()

    def _draw_day(self, grid: Grid, plan: _Plan, day: date, week: int) -> None:
        character, how = self._cell(plan, day)
        x, y = plan.left + week * plan.width, plan.top + day.weekday() * plan.height
        for row in range(plan.height):
            grid.fill(x, y + row, plan.width, character, how)

    def _cell(self, plan: _Plan, day: date) -> tuple[str, str]:
        """Glyph and style of a day."""
        colors, signs = palette(self.look), glyphs(self.look)
        value = self._days.get(day)
        if value is None or not value.is_finite():
            outside = not min(self._days) <= day <= max(self._days)
            return (" ", "") if outside else ("?", colors.grid)
        if value < 0:
            return "-", colors.credit
        return self._step(plan.scale.step(value), signs.levels[-1])

    def _step(self, step: int, full: str) -> tuple[str, str]:
        colors = palette(self.look)
        if not colors.heat:
            shades = glyphs(self.look).shades
            return shades[step * (len(shades) - 1) // (STEPS - 1)], colors.text
        if self.look.charset == "ascii":
            return " ", f"on {colors.heat[step]}"
        return full, colors.heat[step]

    def _draw_legend(self, grid: Grid, plan: _Plan) -> None:
        y = plan.top + 7 * plan.height + (1 if grid.height > plan.top + 7 * plan.height + 1 else 0)
        colors = palette(self.look)
        scale = plan.scale
        x = plan.left
        x += grid.write(x, y, f"{money.compact(scale.low, self._currency)} ", colors.muted)
        for step in range(STEPS):
            grid.fill(x, y, 2, *self._step(step, glyphs(self.look).levels[-1]))
            x += 2
        text = f" {money.compact(scale.high, self._currency)}"
        if scale.clipped:
            most = money.compact(scale.most, self._currency)
            text += f" and above (98th percentile), most {most}"
        grid.write(x, y, text, colors.muted)

    def overlay(self, y: int, line: Strip) -> Strip:
        """Put the cursor on its day."""
        plan = self._planned()
        place = plan.place(self.cursor) if plan is not None and self.cursor is not None else None
        if plan is None or place is None or not place[1] <= y < place[1] + plan.height:
            return line
        x, width = place[0], min(plan.width, line.cell_length - place[0])
        if width <= 0:
            return line
        inside = "x" if width == 1 else "[" + " " * (width - 2) + "]"
        colors = palette(self.look)
        how = colors.cell if self.has_focus else colors.cursor_blurred
        return Strip.join([line.crop(0, x), strip([(inside, how)]), line.crop(x + width)])

    # Changes

    def move_to(self, day: date) -> None:
        """Move the cursor to a day; what lies outside becomes the nearest."""
        if self._days:
            self.cursor = max(min(self._days), min(day, max(self._days)))

    def watch_cursor(self, old: date | None, new: date | None) -> None:
        """Redraw the two days, or everything where other weeks come into sight."""
        plan = self._planned()
        if plan is None or new is None:
            return
        if plan.place(new) is None:
            self.forget()
        else:
            for day in (old, new):
                place = plan.place(day) if day is not None else None
                if place is not None:
                    self.refresh_row(place[1], place[0], plan.width, plan.height)
        self.post_message(self.CursorMoved(self, new))

    def _step_days(self, days: int) -> None:
        if self.cursor is not None:
            self.move_to(self.cursor + timedelta(days=days))

    def action_left(self) -> None:
        """Go one week back."""
        self._step_days(-7)

    def action_right(self) -> None:
        """Go one week on."""
        self._step_days(7)

    def action_up(self) -> None:
        """Go one day back."""
        self._step_days(-1)

    def action_down(self) -> None:
        """Go one day on."""
        self._step_days(1)

    def action_home(self) -> None:
        """Go to the first day."""
        self.move_to(date.min)

    def action_end(self) -> None:
        """Go to the last day."""
        self.move_to(date.max)

    def action_peak(self) -> None:
        """Go to the day with the greatest cost."""
        if self._days:
            self.move_to(max(self._days, key=lambda day: length(self._days[day]) or 0.0))

    def action_select(self) -> None:
        """Choose the day under the cursor."""
        if self.cursor is not None:
            self.post_message(self.DaySelected(self, self.cursor))

    def on_click(self, event: Click) -> None:
        """Go to the day under the pointer; choose it with a double click."""
        offset, plan = event.get_content_offset(self), self._planned()
        day = plan.day(offset.x, offset.y) if offset is not None and plan is not None else None
        if day is not None and day in self._days:
            self.move_to(day)
            if event.chain == 2:
                self.action_select()
