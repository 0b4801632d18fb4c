"""Line charts, with and without Textual."""

from datetime import date, timedelta
from decimal import Decimal

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.lines import LineChart
from finops_tui.screens.widgets.plots import Line, Plot, body, headless_chart
from tests.screens.drawn import POISON, rows, staged

D = Decimal


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
