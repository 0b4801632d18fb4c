"""Commands in the whole program: what each does to the screen below."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finops_tui.app import FinopsApp
from finops_tui.queries.view import CATEGORIES
from finops_tui.screens.compare_picker import ComparePicker
from finops_tui.screens.currency_picker import CurrencyPicker
from finops_tui.screens.desk import LoadReport
from finops_tui.screens.export_dialog import ExportDialog
from finops_tui.screens.loading import LoadingScreen
from finops_tui.screens.page import SortedTable
from finops_tui.screens.sources import SourcesScreen
from tests.screens.at_the_desk import company, desk_over, settled, text_of
from tests.screens.test_sources import UNITS

ROWS = company()


async def commanded(pilot, line):
    await pilot.press("colon")
    await settled(pilot)
    await pilot.press(*("space" if letter == " " else letter for letter in line), "enter")
    await settled(pilot)


async def test_categories_are_excluded_and_included():
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await commanded(pilot, "exclude tax,cred")
        assert app.explorer.view.excluded == {"tax", "credit"}
        assert "without tax, credit" in text_of(app)
        await commanded(pilot, "include tax")
        assert app.explorer.view.excluded == {"credit"}
        app.explorer.go(replace(app.explorer.view, included=frozenset({"usage"}), excluded=frozenset()))
        await commanded(pilot, "include purchase")
        assert app.explorer.view.excluded == set(CATEGORIES) - {"usage", "purchase"}
        await commanded(pilot, f"exclude {','.join(CATEGORIES)}")
        assert "at least one charge category" in text_of(app)
        await commanded(pilot, "exclude everything")
        assert "no charge category" in text_of(app)


@pytest.mark.parametrize(
    ("line", "window"),
    [("comparison", ComparePicker), ("currencies", CurrencyPicker), ("export json /tmp/x", ExportDialog)],
)
async def test_windows_open_and_leave(line, window):
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        view = app.explorer.view
        await commanded(pilot, line)
        assert isinstance(app.screen, window)
        if window is ExportDialog:
            assert app.screen.path.value == "/tmp/x.json"
        await pilot.press("escape")
        await settled(pilot)
        assert app.explorer.view is view


async def test_a_path_is_loaded_from_the_sources():
    given = []

    async def load(sources, progress, cancelled):
        given.append(sources)
        return LoadReport((), (), ())

    app = FinopsApp(desk_over(ROWS, load=load, loaded=UNITS))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("O")
        await settled(pilot)
        await commanded(pilot, "load /no/such/*.csv")
        assert isinstance(app.screen, LoadingScreen)
        assert given == [("/no/such/*.csv",)]
        await pilot.press("enter")
        await settled(pilot)
        await commanded(pilot, "export md")
        assert app.screen.path.value.endswith("sources.md")


async def test_refreshing_repaints_the_screen_on_top():
    desk = desk_over(ROWS, loaded=UNITS[:1])

    async def refresh():
        desk.loaded = UNITS
        return True

    desk.refresh = refresh
    app = FinopsApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("O")
        await settled(pilot)
        assert isinstance(app.screen, SourcesScreen)
        assert len(app.screen.query_one(SortedTable).rows) == 1
        await pilot.press("r")
        await settled(pilot)
        assert len(app.screen.query_one(SortedTable).rows) == 3
