"""Texts that draw, and the ranking of groups."""

from decimal import Decimal

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.ranking import Ranked, Ranking
from finops_tui.screens.widgets.sparks import bar, spark
from tests.screens.drawn import messages, rows, staged

D = Decimal


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
