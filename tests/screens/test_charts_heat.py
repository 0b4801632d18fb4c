"""The calendar of cost."""

from datetime import date, timedelta
from decimal import Decimal

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.heat import CalendarHeat
from finops_tui.screens.widgets.heat_scale import STEPS, scale_of
from tests.screens.drawn import messages, rows, staged, text

D = Decimal


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
