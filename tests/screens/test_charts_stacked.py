"""Stacked columns: heights as the amounts, credits below zero, a cursor that redraws one row."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from finops_tui.screens.color import Look
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.scale import columns
from finops_tui.screens.widgets.stack import layers
from finops_tui.screens.widgets.stacked import Series, StackedColumns
from tests.screens.drawn import LOOKS, POISON, assert_harmless, messages, rows, segments, staged, text

D = Decimal
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(10)]


def series(name, *values, other=False):
    return Series(name, [D(str(value)) for value in values], other)


class Watched(StackedColumns):
    """A chart that notes which parts it was asked to redraw."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.regions = []

    def refresh(self, *regions, **options):
        if hasattr(self, "regions"):
            self.regions.append(regions)
        return super().refresh(*regions, **options)


def eighths(widget, column):
    """Filled eighths of the column at a cell, from all plot rows, by glyph and colours."""
    plan = widget._planned()
    filled = 0
    for y in range(plan.legend, plan.foot):
        cell = widget.render_line(y).crop(column, column + 1)
        segment = next(iter(cell))
        style = segment.style
        level = " ▁▂▃▄▅▆▇█".find(segment.text)
        if level <= 0:
            continue
        two = style.bgcolor is not None and style.bgcolor.name in palette(widget.look).series
        filled += 8 if two else 8 - level if style.reverse else level
    return filled


async def test_columns_are_as_high_as_their_totals():
    chart = StackedColumns(Look())
    one, two = range(1, 11), range(10, 0, -1)
    shown = [series("a", *one), series("b", *[value * 2 for value in two])]
    async with staged(chart, (80, 40), lambda c: c.show(DAYS, shown, currency="USD")):
        plan = chart._planned()
        totals = [a + 2 * b for a, b in zip(one, two, strict=True)]
        for index, total in enumerate(totals):
            expected = total / plan.scale.unit * 8
            assert abs(eighths(chart, plan.gutter + index * plan.columns.width) - expected) <= 0.5


async def test_borders_between_series_are_exact():
    chart = StackedColumns(Look())
    shown = [series("a", 3), series("b", 5)]
    async with staged(chart, (10, 1), lambda c: c.show([DAYS[0]], shown, currency="USD")):
        segment = next(iter(chart.render_line(0)))
        assert segment.text[0] == "▃"
        colors = palette(Look()).series
        assert (segment.style.color.name, segment.style.bgcolor.name) == colors[:2]


async def test_credits_hang_below_zero():
    chart = StackedColumns(Look())
    shown = [series("cost", 80, 80), series("credit", -40, 0)]
    async with staged(chart, (40, 14), lambda c: c.show(DAYS[:2], shown, currency="USD")):
        plan = chart._planned()
        above, below = plan.scale.above, plan.scale.below
        assert abs(above - 2 * below) <= 1
        zero = plan.legend + above
        first = [
            chart.render_line(y).crop(plan.gutter, plan.gutter + 1).text
            for y in range(plan.legend, plan.foot)
        ]
        assert "█" in first[above - 1]
        assert first[above] == "█"
        second = chart.render_line(zero).crop(
            plan.gutter + plan.columns.width, plan.gutter + plan.columns.width + 1
        )
        assert second.text == " "
        assert "$0" in chart.render_line(zero - 1).text


async def test_only_credits():
    chart = StackedColumns(Look())
    async with staged(chart, (40, 10), lambda c: c.show(DAYS[:3], [series("c", -1, -2, -4)], currency="USD")):
        plan = chart._planned()
        assert plan.scale.above == 0
        sizes = [eighths(chart, plan.gutter + index * plan.columns.width) for index in range(3)]
        assert sizes[2] == plan.scale.below * 8
        assert abs(sizes[1] - sizes[2] / 2) <= 1
        assert abs(sizes[0] - sizes[2] / 4) <= 1


async def test_a_step_redraws_the_axis_only():
    chart = Watched(Look())
    async with staged(
        chart, (80, 20), lambda c: c.show(DAYS, [series("a", *range(10))], currency="USD")
    ) as pilot:
        chart.focus()
        await pilot.pause()
        chart.regions.clear()
        chart.action_left()
        await pilot.pause()
        drawn = [region for regions in chart.regions for region in regions]
        assert chart.regions
        assert all(regions for regions in chart.regions)
        assert {region.y for region in drawn} == {19}
        assert {region.height for region in drawn} == {1}


async def test_the_cursor_walks_and_tells():
    chart = StackedColumns(Look())
    costs = [1, 2, 9, 4, 5, 6, 7, 8, 3, 1]
    async with staged(
        chart, (80, 12), lambda c: c.show(DAYS, [series("a", *costs)], currency="USD")
    ) as pilot:
        assert chart.cursor == 9
        chart.action_right()
        chart.action_left()
        assert chart.cursor == 8
        chart.action_peak()
        assert chart.cursor == 2
        chart.action_select()
        chart.action_home()
        assert chart.cursor == 0
        chart.action_end()
        await pilot.pause()
        moved = [(each.first, each.end) for each in messages(pilot, StackedColumns.CursorMoved)]
        assert moved == [(8, 9), (2, 3), (0, 1), (9, 10)]
        assert [(each.first, each.end) for each in messages(pilot, StackedColumns.BinSelected)] == [(2, 3)]
        plan = chart._planned()
        caret = rows(chart)[-1].index("▲")
        assert plan.columns.at(caret - plan.gutter) == 9


async def test_a_click_reads_a_column():
    chart = StackedColumns(Look())
    async with staged(
        chart, (80, 12), lambda c: c.show(DAYS, [series("a", *range(10))], currency="USD")
    ) as pilot:
        plan = chart._planned()
        await pilot.click(StackedColumns, offset=(plan.gutter + 3 * plan.columns.width, 5))
        assert chart.cursor == 3
        await pilot.click(StackedColumns, offset=(plan.gutter + 5 * plan.columns.width, 5), times=2)
        await pilot.pause()
        assert [(each.first, each.end) for each in messages(pilot, StackedColumns.BinSelected)] == [(5, 6)]


async def test_more_bins_than_cells_are_joined():
    count = 10_000
    bins = [datetime(2026, 1, 1) + timedelta(hours=hour) for hour in range(count)]  # noqa: DTZ001
    chart = StackedColumns(Look())
    shown = [series("a", *([1] * count))]
    async with staged(chart, (80, 12), lambda c: c.show(bins, shown, currency="USD")):
        plan = chart._planned()
        assert plan.columns.count <= 80 - plan.gutter
        spans = [plan.columns.span(index) for index in range(plan.columns.count)]
        assert spans[0][0] == 0
        assert spans[-1][1] == count
        assert all(a[1] == b[0] for a, b in pairwise(spans))
        chart.action_home()
        assert chart.span == spans[0]
        chart.action_right()
        assert chart.span == spans[1]
        joined = sum(plan.drawn[0].values)
        assert joined == count


async def test_small_charts_fold_series():
    names = "abcdefgh"
    shown = [series(name, 10 - index) for index, name in enumerate(names)] + [
        series("Other (41)", 3, other=True)
    ]
    chart = StackedColumns(Look())
    async with staged(chart, (100, 9), lambda c: c.show(DAYS[:1], shown, currency="USD")) as pilot:
        legend = rows(chart)[0]
        assert [name for name in names if f"■ {name} " in legend] == list("abcde")
        assert "■ Other " in legend
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        legend = rows(chart)[0]
        assert all(f"■ {name} " in legend for name in names)
        assert "■ Other (41)" in legend


def test_folding_keeps_the_total():
    shown = [series(str(index), index + 1) for index in range(20)]
    for most in (1, 5, 8, 30):
        drawn = layers(shown, columns(1, 10), most, Look())
        assert sum(layer.values[0] for layer in drawn) == sum(range(1, 21))
    assert [layer.name for layer in layers(shown[:6], columns(1, 10), 5, Look())] == [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
    ]
    assert layers(shown, columns(1, 10), 5, Look())[-1].name == "Other (15)"


async def test_an_incomplete_bin_is_marked():
    chart = StackedColumns(Look())
    shown = [series("a", *range(1, 11))]
    async with staged(
        chart, (80, 12), lambda c: c.show(DAYS, shown, currency="USD", partial_last=True)
    ) as pilot:
        assert "not complete" in rows(chart)[0]
        chart.action_home()
        await pilot.pause()
        assert rows(chart)[-1].rstrip().endswith("┄")
        chart.show(DAYS, shown, currency="USD")
        await pilot.pause()
        assert "not complete" not in text(chart)


async def test_amounts_and_dates_stand_at_the_axes():
    chart = StackedColumns(Look())
    bins = [date(2025, 9, 29) + timedelta(weeks=week) for week in range(57)]
    shown = [series("a", *([100000] * 57))]
    async with staged(chart, (80, 20), lambda c: c.show(bins, shown, currency="USD")):
        lines = rows(chart)
        labels = [line.split()[0] for line in lines[1:-1] if line.lstrip().startswith("$")]
        assert labels[-1] == "$0"
        assert labels[0] == "$100K"
        assert "2026" in lines[-1]
        plan = chart._planned()
        january = next(index for index, day in enumerate(bins) if day.year == 2026)
        assert lines[-1].index("2026") == plan.gutter + january * plan.columns.width


@pytest.mark.parametrize(("depth", "charset"), LOOKS)
@pytest.mark.parametrize("size", [(1, 1), (20, 4), (80, 24)])
async def test_any_size_data_and_look(depth, charset, size):
    chart = StackedColumns(Look(depth=depth, charset=charset))
    data = (
        ([], []),
        (DAYS, []),
        (DAYS[:1], [series("one", 5)]),
        (DAYS, [series("zero", *([0] * 10))]),
        (DAYS, [series("credit", *([-5] * 10)), series("credit2", *([-1] * 10))]),
        (DAYS, [series("huge", *([D("1e30")] * 10)), series("tiny", *([D("1e-30")] * 10))]),
        (DAYS, [series("tiny", *([D("1e-30")] * 10))]),
        (DAYS, [Series("gap", [None] * 10), Series("nan", [D("NaN")] * 10)]),
        (list(POISON), [series(name, *([1] * len(POISON))) for name in POISON]),
    )
    async with staged(chart, size) as pilot:
        for bins, shown in data:
            chart.show(bins, shown, currency="USD", partial_last=True)
            await pilot.pause()
            for action in ("left", "right", "home", "end", "peak", "select"):
                getattr(chart, f"action_{action}")()
            assert_harmless(chart)
            assert charset != "ascii" or text(chart).isascii()


async def test_without_colour_series_have_their_own_fill():
    chart = StackedColumns(Look(depth="none"))
    shown = [series("a", 10, 10), series("b", 10, 10), series("c", 10, 10)]
    async with staged(chart, (40, 14), lambda c: c.show(DAYS[:2], shown, currency="USD")):
        plan = chart._planned()
        column = [
            chart.render_line(y).crop(plan.gutter, plan.gutter + 1).text
            for y in range(plan.legend, plan.foot)
        ]
        assert [column.count(glyph) for glyph in "█▓▒"] == [plan.scale.above // 3] * 3
        assert "█ a" in rows(chart)[0]
        assert "▓ b" in rows(chart)[0]
        assert all(
            segment.style is None or segment.style.color is None or segment.style.color.is_default
            for y, segment in segments(chart)
            if plan.legend <= y < plan.foot
            and segment.text.strip("─ $0123456789KM.")
            and not segment.style.color.name.startswith("#")
        )


@pytest.mark.parametrize("width", [60, 80, 119])
async def test_no_date_is_left_in_part(width):
    chart = StackedColumns(Look())
    async with staged(chart, (width, 14)) as pilot:
        whole = {f"{day.day} Jan" for day in DAYS}
        chart.show(DAYS, [series("a", *range(1, 11))], currency="USD", partial_last=True)
        for cursor in range(10):
            chart.move_to(cursor)
            await pilot.pause()
            words = rows(chart)[-1].replace("▲", " ").replace("┄", " ").split("  ")
            assert {word.strip() for word in words} - {""} <= whole, cursor
