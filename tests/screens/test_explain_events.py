"""Events on the chart of the explorer, and beside the drivers of an explanation."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui.app import FinopsApp
from finops_tui.queries.markers import Marker
from finops_tui.screens import readout
from finops_tui.screens.color import Look
from finops_tui.screens.explain import ExplainScreen
from finops_tui.screens.widgets.stacked import StackedColumns
from tests.queries.test_markers import rows
from tests.screens.at_the_desk import desk_over, settled, text_of
from tests.screens.host import HOSTILE

if TYPE_CHECKING:
    from tests.queries.small_bill import Row

ROWS: list[Row] = rows()
DEPLOY = Marker(date(2026, 5, 8), "web v2", "deploy", ("i-42",))


def app_with(*events: Marker, problems: tuple[str, ...] = (), look: Look | None = None) -> FinopsApp:
    async def ask() -> tuple[tuple[Marker, ...], tuple[str, ...]]:
        await asyncio.sleep(0)
        return events, problems

    return FinopsApp(desk_over(ROWS, markers=ask, look=look))


async def explained(app: FinopsApp, pilot: Any) -> ExplainScreen:
    await settled(pilot)
    await pilot.press("X")
    await settled(pilot)
    assert isinstance(app.screen, ExplainScreen)
    return app.screen


async def test_bins_with_events_are_marked_and_read() -> None:
    app = app_with(DEPLOY, Marker(date(2026, 5, 8), "x"), Marker(date(2026, 5, 8), "y"))
    async with app.run_test(size=(160, 50)) as pilot:
        await settled(pilot)
        assert "◆" in text_of(app)
        chart = app.explorer.query_one(StackedColumns)
        chart.focus()
        chart.move_to(7)
        await settled(pilot)
        text = text_of(app)
        assert "deploy: web v2" in text
        assert "1 more" in text
        chart.move_to(9)
        await settled(pilot)
        assert "deploy: web v2" not in text_of(app)
        await pilot.press("minus")
        await settled(pilot)
        assert "◆" in text_of(app)


async def test_without_events_nothing_is_marked() -> None:
    app = app_with(Marker(date(2024, 1, 1), "long ago"))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "◆" not in text_of(app)
        screen = await explained(app, pilot)
        assert screen.events is None
        assert "Began" not in text_of(app)


async def test_drivers_have_what_they_began_with() -> None:
    app = app_with(DEPLOY)
    async with app.run_test(size=(160, 50)) as pilot:
        screen = await explained(app, pilot)
        found = {row["name"]: row["began"] for row in screen.drivers.rows}
        assert found["Compute"] == "9 May, confirmed deploy: web v2"
        assert found["Storage"] == "3 May"
        assert found["Queue"] == ""
        assert "confirmed deploy: web v2" in text_of(app)


async def test_on_a_narrow_terminal_the_status_line_says_it() -> None:
    app = app_with(DEPLOY)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await explained(app, pilot)
        await pilot.press("tab")
        await settled(pilot)
        screen.drivers.move_to(1)
        screen.drivers.move_to(0)
        await settled(pilot)
        assert "9 May, confirmed deploy: web v2" in text_of(app)


async def test_what_could_not_be_read_is_said() -> None:
    app = app_with(problems=("events of x.csv: No such file or directory",))
    async with app.run_test(size=(120, 36)) as pilot:
        await explained(app, pilot)
        assert "events of x.csv: No such file" in text_of(app)


@pytest.mark.parametrize("charset", ["unicode", "blocks", "ascii"])
@pytest.mark.parametrize("place", [0, 1, 3, 5, 7])
async def test_hostile_events_do_no_harm(charset: Any, place: int) -> None:
    app = app_with(Marker(date(2026, 5, 9), HOSTILE[place]), look=Look(depth="none", charset=charset))
    async with app.run_test(size=(160, 50)) as pilot:
        await settled(pilot)
        chart = app.explorer.query_one(StackedColumns)
        chart.move_to(8)
        await settled(pilot)
        first = text_of(app)
        await explained(app, pilot)
        text = first + text_of(app)
        assert not any(bad in text for bad in ("\x1b", "\u202e", "\x07"))
        assert charset != "ascii" or text.isascii()


def test_events_lie_in_the_bin_of_their_day() -> None:
    starts = (date(2026, 5, 4), date(2026, 5, 11), date(2026, 5, 18))
    events = [Marker(date(2026, 5, day), str(day)) for day in (1, 4, 10, 11, 30)]
    found = readout.by_bin(events, starts)
    assert {place: [marker.title for marker in there] for place, there in found.items()} == {
        0: ["4", "10"],
        1: ["11"],
        2: ["30"],
    }
