"""The waterfall: steps that add up as they are shown, bars where they belong, in every look and size."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries.explain import Moved
from finops_tui.queries.explain_steps import ENDS, way
from finops_tui.screens.color import Look
from finops_tui.screens.widgets.waterfall import Waterfall
from tests.screens.drawn import LOOKS, assert_harmless, messages, rows, staged, text

AMOUNT = st.decimals(-(10**9), 10**9, places=10, allow_nan=False)
NAMES = ("length", "weekdays", "new", "gone", "usage", "list", "credits")


def moved(before, *parts):
    amounts = [Decimal(str(part)) for part in parts]
    start = Decimal(str(before))
    return Moved(start, start + sum(amounts, Decimal(0)), dict(zip(NAMES, amounts, strict=False)))


@given(AMOUNT, st.lists(AMOUNT, max_size=7), st.sampled_from([0, 2, 3]))
def test_steps_lead_from_before_to_now(before, parts, decimals):
    steps = way(moved(before, *parts), decimals)
    assert [step.name for step in (steps[0], steps[-1])] == list(ENDS)
    assert steps[0].until == before
    for earlier, step in pairwise(steps[:-1]):
        assert step.since == earlier.until
        assert step.until - step.since == step.amount
    assert steps[-2].until == steps[-1].until
    assert steps[0].shown + sum(step.shown for step in steps[1:-1]) == steps[-1].shown
    assert all(abs(step.shown - step.amount) <= Decimal(1).scaleb(-decimals) for step in steps)


def show(*amounts, cursor=0):
    return lambda widget: widget.show(way(moved(*amounts), 2), currency="USD", cursor=cursor)


@pytest.mark.parametrize(("depth", "charset"), LOOKS)
@pytest.mark.parametrize("size", [(20, 3), (40, 8), (80, 24), (200, 60)])
async def test_every_look_and_size(depth, charset, size):
    widget = Waterfall(Look(depth=depth, charset=charset))
    async with staged(widget, size, show(1000, 250, -90.5, 0.01)):
        assert_harmless(widget)
        assert "$1,000.00" in text(widget)
        if size[1] > 4:
            assert "+$250.00" in text(widget)
            assert "-$90.50" in text(widget)
        if charset == "ascii":
            assert text(widget).isascii()


def bar_of(line):
    """Where the bar of a row begins and ends."""
    cells = [place for place, sign in enumerate(line) if sign in "▆░╱"]
    return (cells[0], cells[-1]) if cells else None


async def test_each_bar_begins_where_the_last_one_ended():
    widget = Waterfall(Look())
    async with staged(widget, (100, 8), show(100, 60, -120, 30)):
        before, up, down, again, now = (bar_of(line) for line in rows(widget)[:5])
        assert abs(up[0] - before[1]) <= 1
        assert abs(down[1] - up[1]) <= 1
        assert abs(again[0] - down[0]) <= 1
        assert abs(now[1] - again[1]) <= 1
        assert not widget.cut


async def test_a_base_that_all_have_in_common_is_cut_and_marked():
    widget = Waterfall(Look())
    async with staged(widget, (100, 8), show(100_000, 300, -120)):
        assert widget.cut
        first, up, _, last = rows(widget)[:4]
        assert "╱╱" in first
        assert "╱╱" in last
        assert "╱╱" not in up
        begin, end = bar_of(up)
        assert end - begin > 10


async def test_costs_below_zero():
    widget = Waterfall(Look())
    async with staged(widget, (100, 8), show(0, -75.25)):
        assert not widget.cut
        shown = rows(widget)
        assert "-$75.25" in shown[1]
        assert bar_of(shown[1]) == bar_of(shown[2])


async def test_a_fall_is_told_without_colour():
    widget = Waterfall(Look(depth="none"))
    async with staged(widget, (100, 8), show(100, -50)):
        assert "░" in rows(widget)[1]
        assert "░" not in rows(widget)[0]


async def test_the_cursor_moves_and_chooses():
    widget = Waterfall(Look())
    async with staged(widget, (80, 3), show(100, 10, 20, -5)) as pilot:
        widget.focus()
        widget.action_end()
        await pilot.pause()
        assert widget.current.name == "now"
        assert "now" in text(widget)
        widget.action_select()
        widget.action_home()
        await pilot.pause()
        assert [message.index for message in messages(pilot, Waterfall.StepSelected)] == [4]
        assert messages(pilot, Waterfall.CursorMoved)[-1].index == 0
        await pilot.click(Waterfall, offset=(5, 1))
        assert widget.cursor == 1


async def test_nothing_to_show():
    widget = Waterfall(Look())
    async with staged(widget, (80, 5)) as pilot:
        assert widget.current is None
        widget.action_select()
        widget.action_down()
        await pilot.pause()
        assert text(widget).strip() == ""
        assert not widget.cut
