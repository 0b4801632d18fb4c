"""Every chart at every size, with any data, in every look."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.heat import CalendarHeat
from finops_tui.screens.widgets.lines import LineChart
from finops_tui.screens.widgets.plots import Line, Plot
from finops_tui.screens.widgets.ranking import Ranked, Ranking
from finops_tui.screens.widgets.treemap import Box, TreeMap
from tests.screens.drawn import LOOKS, POISON, assert_harmless, staged, text

D = Decimal


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
