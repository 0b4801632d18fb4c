"""Ranking, calendar, treemap, line chart and the texts that draw."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.screens.color import Look
from finops_tui.screens.palette import palette
from finops_tui.screens.widgets.heat import CalendarHeat
from finops_tui.screens.widgets.heat_scale import STEPS, scale_of
from finops_tui.screens.widgets.lines import LineChart
from finops_tui.screens.widgets.plots import Line, Plot, body, headless_chart
from finops_tui.screens.widgets.ranking import Ranked, Ranking
from finops_tui.screens.widgets.sparks import bar, spark
from finops_tui.screens.widgets.squarify import neighbour, squarify
from finops_tui.screens.widgets.treemap import Box, TreeMap
from tests.screens.drawn import LOOKS, POISON, assert_harmless, messages, rows, segments, staged, text

D = Decimal


# Texts that draw


def test_trends_rise_and_fall():
    assert spark([1, 2, 3, 4, 5, 6, 7], 7, Look()) == "▁▂▃▄▅▆▇"
    assert spark([D(0), D(5), D(10)], 5, Look()) == "▁▄▇  "
    assert spark([D(100), D(101), D(102)], 3, Look()) == "▇▇▇"
    assert spark([D(-5), D(0), D(5)], 3, Look()) == "▔▁▇"
    assert spark([None, D(3), None], 3, Look()) == " ▁ " or spark([None, D(3), None], 3, Look()) == " ▇ "
    assert spark([0, 0], 2, Look()) == "▁▁"
    assert spark([], 4, Look()) == "    "
    assert spark([1], 0, Look()) == ""
    assert spark([D("NaN"), D("1e400")], 2, Look()) == "  "


def test_long_trends_fill_their_cells():
    shown = spark([D(value) for value in range(365)], 20, Look())
    assert len(shown) == 20
    assert list(shown) == sorted(shown)
    assert len(spark([D(1)] * 10_000, 3, Look())) == 3


def test_bars_are_as_long_as_their_amounts():
    assert bar(D(50), D(100), 10, Look()) == "▆▆▆▆▆     "
    assert bar(D("0.001"), D(100), 10, Look()).strip() == "▆"
    assert bar(D(500), D(100), 10, Look()) == "▆" * 10
    assert bar(D(-30), D(100), 10, Look()).strip() == "░░░"
    assert bar(D(0), D(100), 5, Look()) == "     "
    assert bar(None, D(100), 5, Look()) == "     "
    assert bar(D(1), D(0), 5, Look()) == "     "
    assert bar(D(50), D(100), 10, Look(charset="ascii")) == "=====     "


# Ranking

RANKED = (
    Ranked("AmazonEC2", D("80564.56"), D("0.6"), (D("80564.56"), D(70000))),
    Ranked("AmazonS3", D("40282.28"), D("0.3"), (D("40282.28"), D(0))),
    Ranked("AWSLambda", D("0.001"), D(0)),
)


async def test_a_ranking_reads_like_one():
    chart = Ranking(Look())
    async with staged(chart, (100, 6), lambda c: c.show(RANKED, currency="USD")):
        lines = rows(chart)
        assert lines[0].replace("▆", "").split() == ["AmazonEC2", "$80,564.56", "60.0%", "▲15.1%"]
        assert lines[1].replace("▆", "").split() == ["AmazonS3", "$40,282.28", "30.0%", "new"]
        assert lines[2].replace("▆", "").split() == ["AWSLambda", "<$0.01", "0.0%"]
        lengths = [line.count("▆") for line in lines]
        assert abs(lengths[1] - lengths[0] / 2) <= 1
        assert lengths[2] == 1
        assert len({line.index("$") + len(line[line.index("$") :].split()[0]) for line in lines[:2]}) == 1


async def test_credits_go_to_the_left_of_zero():
    chart = Ranking(Look(depth="none"))
    ranked = [Ranked("cost", D(100)), Ranked("credit", D(-50))]
    async with staged(chart, (80, 4), lambda c: c.show(ranked, currency="USD")):
        lines = rows(chart)
        assert lines[0].index("▆") == lines[1].rindex("░") + 1
        assert abs(lines[1].count("░") - lines[0].count("▆") / 2) <= 1


async def test_a_ranking_walks_scrolls_and_tells():
    chart = Ranking(Look())
    ranked = [Ranked(f"group {index}", D(100 - index)) for index in range(100)]
    async with staged(chart, (80, 10), lambda c: c.show(ranked, currency="USD")) as pilot:
        chart.action_end()
        await pilot.pause()
        assert "group 99" in rows(chart)[-1]
        chart.action_select()
        chart.action_home()
        chart.action_page_down()
        await pilot.click(Ranking, offset=(3, 0), times=2)
        await pilot.pause()
        assert [each.index for each in messages(pilot, Ranking.BarSelected)] == [99, chart.cursor]
        assert [each.index for each in messages(pilot, Ranking.CursorMoved)][:3] == [99, 0, 9]


# Calendar


def days_of(count, cost=lambda index: D(100 + index)):
    return {date(2026, 1, 1) + timedelta(days=index): cost(index) for index in range(count)}


async def test_the_calendar_has_a_row_per_weekday():
    chart = CalendarHeat(Look(depth="none", charset="ascii"))
    shown = days_of(28, lambda index: D(0) if (index + 3) % 7 >= 5 else D(100))
    async with staged(chart, (40, 12), lambda c: c.show(shown, currency="USD")):
        lines = rows(chart)
        assert [line[:3] for line in lines[1:8]] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        assert all("@" in line for line in lines[1:6])
        assert not any("@" in line for line in lines[6:8])


def test_spikes_do_not_flatten_the_scale():
    shown = days_of(100, lambda index: D(10000) if index == 50 else D(100 + index))
    scale = scale_of(shown)
    assert scale.low == 100
    assert scale.high == 198
    assert scale.clipped
    assert scale.step(D(10000)) == STEPS - 1
    assert scale.step(D(100)) == 0
    assert {scale.step(value) for value in shown.values()} == set(range(STEPS))
    assert not scale_of(days_of(3, lambda _: D(5))).clipped
    assert scale_of({}).step(D(0)) == 0


async def test_the_legend_says_what_is_clipped():
    chart = CalendarHeat(Look())
    shown = days_of(100, lambda index: D(10000) if index == 50 else D(100 + index))
    async with staged(chart, (80, 14), lambda c: c.show(shown, currency="USD")):
        assert "$198 and above (98th percentile), most $10K" in text(chart)


async def test_missing_days_and_credits_are_told_apart():
    chart = CalendarHeat(Look())
    shown = days_of(21)
    del shown[date(2026, 1, 8)]
    shown[date(2026, 1, 9)] = D(-5)
    async with staged(chart, (40, 12), lambda c: c.show(shown, currency="USD")):
        assert "?" in rows(chart)[4]
        assert "-" in rows(chart)[5]


async def test_the_calendar_is_walked_by_day_and_week():
    chart = CalendarHeat(Look())
    shown = days_of(390, lambda index: D(9999) if index == 200 else D(1))
    async with staged(chart, (80, 24), lambda c: c.show(shown, currency="USD")) as pilot:
        last = max(shown)
        assert chart.cursor == last
        chart.action_left()
        assert chart.cursor == last - timedelta(days=7)
        chart.action_down()
        assert chart.cursor == last - timedelta(days=6)
        chart.action_right()
        assert chart.cursor == last
        chart.action_peak()
        assert chart.cursor == date(2026, 1, 1) + timedelta(days=200)
        chart.action_select()
        chart.action_home()
        assert chart.cursor == date(2026, 1, 1)
        chart.action_up()
        assert chart.cursor == date(2026, 1, 1)
        await pilot.pause()
        assert messages(pilot, CalendarHeat.DaySelected)[0].day == date(2026, 7, 20)
        x, y = chart._planned().place(date(2026, 3, 4))
        await pilot.click(CalendarHeat, offset=(x, y))
        assert chart.cursor == date(2026, 3, 4)


async def test_weeks_that_do_not_fit_come_into_sight():
    chart = CalendarHeat(Look())
    async with staged(chart, (30, 12), lambda c: c.show(days_of(700), currency="USD")) as pilot:
        assert chart._planned().place(chart.cursor) is not None
        chart.action_home()
        await pilot.pause()
        assert chart._planned().place(date(2026, 1, 1)) is not None
        assert "x" in text(chart)


async def test_a_day_redraws_two_cells():
    class Watched(CalendarHeat):
        regions = []  # noqa: RUF012

        def refresh(self, *regions, **options):
            self.regions.append(regions)
            return super().refresh(*regions, **options)

    chart = Watched(Look())
    async with staged(chart, (80, 14), lambda c: c.show(days_of(100), currency="USD")) as pilot:
        chart.regions.clear()
        chart.action_left()
        await pilot.pause()
        drawn = [region for regions in chart.regions for region in regions]
        assert all(regions for regions in chart.regions)
        assert len(drawn) == 2
        assert all(region.area <= 36 for region in drawn)


# Treemap


@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40),
    st.integers(1, 120),
    st.integers(1, 40),
)
def test_boxes_cover_the_field_once(sizes, width, height):
    seen = [[0] * width for _ in range(height)]
    for rect in squarify(sorted(sizes, reverse=True), width, height):
        for y in range(rect.y, rect.bottom):
            for x in range(rect.x, rect.right):
                seen[y][x] += 1
    assert all(cell == 1 for line in seen for cell in line)


def test_areas_are_as_the_sizes():
    sizes = [600.0, 300.0, 200.0, 100.0]
    for size, rect in zip(sizes, squarify(sizes, 120, 40), strict=True):
        assert abs(rect.width * rect.height - size / 1200 * 4800) <= 120
    assert squarify([], 10, 10) == []
    assert squarify([1.0], 0, 10) == []


def test_neighbours_touch():
    boxes = squarify([6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], 80, 24)
    for start in range(len(boxes)):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            found = neighbour(boxes, start, dx, dy)
            if found != start:
                a, b = boxes[start], boxes[found]
                assert (a.right == b.x) if dx > 0 else True
                assert (b.bottom == a.y) if dy < 0 else True
    assert neighbour(boxes, 0, -1, 0) == 0


BOXES = (
    Box("AmazonEC2", D(6000), D("0.5"), (D(6000), D(6000))),
    Box("AmazonS3", D(3000), D("0.25"), (D(3000), D(2000))),
    Box("AWSLambda", D(2000), D("0.17"), (D(2000), D(4000))),
    Box("Kinesis", D(1000), D("0.08"), (D(1000), D(0))),
    Box("Credits", D(-500), D("-0.04")),
    Box("tiny", D("0.01")),
    Box("tiny too", D("0.01")),
)


async def test_a_treemap_names_its_boxes():
    chart = TreeMap(Look())
    async with staged(chart, (100, 30), lambda c: c.show(BOXES, currency="USD")):
        shown = text(chart)
        for words in ("AmazonEC2", "$6K 50%", "▲50.0%", "▼50.0%", "new", "0.0%"):
            assert words in shown
        assert "1 at or below zero not drawn" in rows(chart)[-1]
        styles = palette(Look()).tree
        grounds = {segment.style.bgcolor.name for _, segment in segments(chart) if "$3K" in segment.text}
        assert grounds == {styles[-1].rpartition(" ")[2]}
        grounds = {segment.style.bgcolor.name for _, segment in segments(chart) if "$2K" in segment.text}
        assert grounds == {styles[0].rpartition(" ")[2]}


async def test_a_treemap_is_walked():
    chart = TreeMap(Look())
    async with staged(chart, (100, 30), lambda c: c.show(BOXES, currency="USD")) as pilot:
        chart.focus()
        seen = {chart.cursor}
        for action in ("right", "down", "right", "up", "down", "left", "left", "end", "home"):
            getattr(chart, f"action_{action}")()
            seen.add(chart.cursor)
        assert seen >= {0, 1, 2}
        assert chart.cursor == 0
        chart.action_end()
        assert chart.cursor == len(BOXES)
        chart.action_select()
        chart.move_to(4)
        assert chart.cursor == 0
        rect = chart._planned().rects[1]
        await pilot.click(TreeMap, offset=(rect.x + 1, rect.y + 1), times=2)
        await pilot.pause()
        assert [each.index for each in messages(pilot, TreeMap.BoxSelected)] == [len(BOXES), 1]
        cursor = palette(Look()).tree_cursor.rpartition(" ")[2]
        words = [
            segment.text
            for _, segment in segments(chart)
            if segment.style.bgcolor and segment.style.bgcolor.name == cursor
        ]
        assert any("AmazonS3" in each for each in words)


# Line charts


def month(**options):
    spent = [D(12500) * (day + 1) for day in range(19)] + [None] * 12
    ahead = [None] * 18 + [D(237500) + D(12700) * day for day in range(13)]
    return Plot(
        (Line("actual", spent), Line("projection", ahead, "forecast")),
        [date(2026, 10, 1) + timedelta(days=day) for day in range(31)],
        "USD",
        **options,
    )


BUDGET = {"level": D(395000), "level_name": "budget $395K", "today": 18, "verdict": "projected $398K (+0.8%)"}


async def test_a_burn_down_says_all_it_knows():
    chart = LineChart(Look())
    async with staged(chart, (100, 24), lambda c: c.show(month(**BUDGET))):
        lines = rows(chart)
        assert lines[0].startswith("⠒ actual  ⠒ projection")
        assert lines[0].rstrip().endswith("projected $398K (+0.8%)")
        shown = "\n".join(lines)
        for words in ("budget $395K", "today", "$400K", "$0", "5 Oct"):
            assert words in shown


async def test_it_is_drawn_once(monkeypatch):
    from finops_tui.screens.widgets import plots

    built = []
    original = plots.body
    monkeypatch.setattr(plots, "body", lambda *args: built.append(1) or original(*args))
    chart = LineChart(Look())
    async with staged(chart, (100, 24), lambda c: c.show(month())) as pilot:
        rows(chart)
        chart.refresh()
        await pilot.pause()
        rows(chart)
        assert len(built) == 1
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert len(built) == 2


def test_the_headless_chart_is_plain_without_colour():
    shown = headless_chart(month(**BUDGET), width=80, height=20, look=Look(depth="none"))
    assert "\x1b" not in shown
    assert "budget $395K" in shown
    assert len(shown.splitlines()) <= 20
    assert max(len(line) for line in shown.splitlines()) <= 80
    coloured = headless_chart(month(**BUDGET), width=80, height=20, look=Look())
    assert "\x1b[" in coloured
    plain = headless_chart(month(**BUDGET), width=80, height=20, look=Look(depth="none", charset="ascii"))
    assert plain.isascii()
    assert "nothing to draw" in headless_chart(Plot((), ()), width=80, height=20, look=Look())


def test_names_from_data_do_not_reach_plotext():
    for name in POISON:
        plot = Plot((Line(name, [D(1), D(2)]),), [name, "b"], level=D(2), level_name=name, verdict=name)
        shown = body(plot, 80, 12, Look(depth="none"))
        assert not any(not character.isprintable() for character in shown.replace("\n", ""))


# All of them


@pytest.mark.parametrize(("depth", "charset"), LOOKS)
@pytest.mark.parametrize("size", [(1, 1), (18, 5), (80, 24)])
@pytest.mark.parametrize("kind", [Ranking, CalendarHeat, TreeMap, LineChart])
async def test_any_size_data_and_look(kind, size, depth, charset):
    look = Look(depth=depth, charset=charset)
    amounts = ([], [5], [0, 0], [-1, -2], ["1e30", "1e-30"], ["NaN", 1], range(1, 300))
    async with staged(kind(look), size) as pilot:
        chart = pilot.app.widget
        for values in amounts:
            chart.show(
                *given_to(kind, [D(value) for value in values]),
                **({} if kind is LineChart else {"currency": "USD"}),
            )
            await pilot.pause()
            for action in ("left", "right", "up", "down", "home", "end", "peak", "select"):
                getattr(chart, f"action_{action}", lambda: None)()
            assert_harmless(chart)
            assert charset != "ascii" or text(chart).isascii()


def given_to(kind, values):
    names = [POISON[index % len(POISON)] for index in range(len(values))]
    if kind is Ranking:
        return (
            [Ranked(name, value, value, (value, D(0))) for name, value in zip(names, values, strict=True)],
        )
    if kind is TreeMap:
        return ([Box(name, value, value, (value, D(1))) for name, value in zip(names, values, strict=True)],)
    if kind is CalendarHeat:
        return ({date(2026, 1, 1) + timedelta(days=index): value for index, value in enumerate(values)},)
    return (
        Plot(
            (Line("\x1b[31mactual", values), Line("before", values, "before")),
            names,
            "USD",
            level=D(3),
            level_name="\x9blevel",
            today=0,
            verdict="\x1b[2J",
        ),
    )
