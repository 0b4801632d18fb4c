"""Sources: what is loaded and its exact sums; loading with progress, cancelling, refusals."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from finops_tui.queries.amounts import add
from finops_tui.queries.pace import duration, size
from finops_tui.screens.color import Look
from finops_tui.screens.desk import DeskError, Loaded, LoadProgress, LoadReport
from finops_tui.screens.loading import LoadingScreen, LoadLine, pace
from finops_tui.screens.page import SortedTable
from finops_tui.screens.sources import SourcesScreen, short, words_of
from finops_tui.screens.sources_unit import UnitScreen
from tests.screens.host import HOSTILE, SIZES, Host, desk_of, screen_text, settled, type_in


def unit(account="payer-1", period="2026-05", billed=None, **given):
    fields = {
        "source": "focus",
        "account": account,
        "period": period,
        "format": "FOCUS 1.2",
        "records": 1000,
        "lines": 400,
        "quarantined": 0,
        "billed": billed or {"USD": "1234.5000000001"},
        "effective": billed or {"USD": "1111.1"},
        "first_day": f"{period}-01",
        "last_day": f"{period}-19",
        "loaded_at": "2026-06-01T12:30:45Z",
        "files": ("/bills/may.csv",),
    }
    return Loaded(**{**fields, **given})


UNITS = (
    unit(),
    unit("payer-2", billed={"USD": "0.0000000000000000000000000001", "EUR": "5"}, quarantined=3),
    unit(HOSTILE[0], "2026-04", billed={"JPY": "-7"}, files=(f"/bills/{HOSTILE[1]}", f"/bills/{HOSTILE[3]}")),
)


class Loader:
    """Loads nothing, step by step, until it is told to go on."""

    def __init__(self, report=None, error=None):
        self.report = report or LoadReport(("payer-3 2026-05",), (), ())
        self.error = error
        self.go_on = asyncio.Event()
        self.given = None
        self.desk = None

    async def __call__(self, sources, progress, cancelled):
        self.given = sources
        progress(LoadProgress("reading", "/bills/[b]may.csv", 500, 2000, 123456))
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
            if cancelled():
                raise DeskError("the load was cancelled; the store is as before")
        if self.error:
            raise self.error
        if self.report.loaded:
            self.desk.loaded = (*self.desk.loaded, unit("payer-3"))
        return self.report


def loading_desk(loader, **given):
    desk = desk_of(load=loader, loaded=UNITS, **given)
    loader.desk = desk
    return desk


async def test_units_and_sums_are_exact():
    app = Host(SourcesScreen(desk_of(loaded=UNITS)))
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        text = screen_text(app)
        for words in (
            "payer-1",
            "$1,234.50",
            "<$0.01 · €5.00",
            "-¥7",
            "3,000 records",
            "3 quarantined",
            HOSTILE[0],
        ):
            assert words in text
        sums = next(line for line in text.splitlines() if "all of it" in line)
        assert "billed $1,234.50 · €5.00 · -¥7" in sums
        frame = app.screen.query_one(SortedTable).frame()
        dollars = [row["billed"] for row in frame.to_dicts() if row["currency"] == "USD"]
        assert add(dollars) == Decimal("1234.5000000001000000000000000001")
        assert frame.height == 4


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_every_key_is_answered(size, monkeypatch):
    monkeypatch.setattr("finops_tui.screens.clipboard.copy", lambda app, text: "copied")
    app = Host(SourcesScreen(desk_of(loaded=UNITS)))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "all of it" in screen_text(app) or "3 quarantined" in screen_text(app)
        await pilot.press("j", "k", "g", "G", "pagedown", "pageup", "h", "l", "s", "S", "y", "Y", "x")
        await settled(pilot)
        assert "nothing is being loaded" in screen_text(app)
        await pilot.press("a")
        assert "nothing can be loaded here" in screen_text(app)
        await pilot.press("e")
        await settled(pilot)
        assert "Export 4 rows" in screen_text(app)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.results == [False]


async def test_sorting_by_an_amount_sorts_by_money_not_by_text():
    units = [unit(str(n), billed={"USD": amount}) for n, amount in enumerate(("9", "10", "-1", "100"))]
    app = Host(SourcesScreen(desk_of(loaded=units)))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await app.screen.obey("sort billed")
        assert [row["account"] for row in app.screen.query_one(SortedTable).rows] == ["3", "1", "0", "2"]


async def test_enter_shows_the_files_of_a_unit():
    app = Host(SourcesScreen(desk_of(loaded=UNITS)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "enter")
        await settled(pilot)
        assert isinstance(app.screen, UnitScreen)
        text = screen_text(app)
        assert HOSTILE[0] in text
        assert "\x1b" not in text
        await pilot.press("G", "g", "j", "k", "escape")
        await settled(pilot)
        assert isinstance(app.screen, SourcesScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_loaded_says_how(size):
    app = Host(SourcesScreen(desk_of(load=Loader())))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "a loads bills" in text
        assert "AWS CUR" in text


async def test_loading_from_within(tmp_path):
    loader = Loader(LoadReport(("payer-3 2026-05",), (), ("totals moved by $1",)))
    app = Host(SourcesScreen(loading_desk(loader)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert isinstance(app.screen, LoadLine)
        await type_in(pilot, "'/my bills/may.csv' /b/*.gz")
        await pilot.press("enter")
        await pilot.pause(0.6)
        text = screen_text(app)
        assert "reading /bills/[b]may.csv" in text
        assert "500 B of 2.0 KB" in text
        assert "123,456 records" in text
        await pilot.press("enter")
        assert "still loading" in screen_text(app)
        loader.go_on.set()
        await settled(pilot)
        assert loader.given == ("/my bills/may.csv", "/b/*.gz")
        text = screen_text(app)
        assert "1 unit loaded" in text
        assert "totals moved by $1" in text
        await pilot.press("j", "k", "enter")
        await settled(pilot)
        assert "payer-3" in screen_text(app)
        assert "4 units loaded" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert app.results == [True]


@pytest.mark.parametrize("key", ["escape", "x"])
async def test_cancelling_leaves_the_store_as_it_was(key):
    loader = Loader()
    app = Host(SourcesScreen(loading_desk(loader)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.screen.load("/bills")
        await pilot.pause()
        await pilot.press(key)
        await settled(pilot)
        assert "the store is as before" in screen_text(app)
        await pilot.press(key)
        await settled(pilot)
        assert "3 units loaded" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert app.results == [False]


async def test_refusals_are_listed_with_reasons():
    report = LoadReport((), ((f"/b/{HOSTILE[0]}", "unknown format: has columns a, b"),), ())
    loader = Loader(report)
    loader.go_on.set()
    app = Host(SourcesScreen(loading_desk(loader)))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.screen.load("/b")
        await settled(pilot)
        text = screen_text(app)
        assert "1 file refused, 0 units loaded" in text
        assert "unknown format: has columns a, b" in text
        assert HOSTILE[0] in text


async def test_a_failure_is_said():
    loader = Loader(error=DeskError("another load is running"))
    loader.go_on.set()
    app = Host(LoadingScreen(loading_desk(loader), ["x"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "another load is running" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.results == [None]


async def test_nothing_found_is_said():
    loader = Loader(LoadReport((), (), ()))
    loader.go_on.set()
    app = Host(LoadingScreen(loading_desk(loader), ["x"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "there is no bill in what was given" in screen_text(app)


async def test_quotes_that_are_never_closed():
    app = Host(SourcesScreen(loading_desk(Loader())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.screen.load("'/bills")
        await settled(pilot)
        assert "quotes are never closed" in screen_text(app)
        app.screen.load(" ")
        assert isinstance(app.screen, SourcesScreen)
    with pytest.raises(ValueError):
        words_of("'a")


async def test_without_colour_and_unicode_it_is_ascii():
    look = Look(depth="none", charset="ascii")
    loader = Loader()
    app = Host(SourcesScreen(loading_desk(loader, look=look)), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert not {c for c in screen_text(app) if not c.isascii()}
        await pilot.press("escape")
        app.screen.load("/bills")
        await pilot.pause(0.6)
        assert not {c for c in screen_text(app) if not c.isascii()}
        await pilot.press("escape")
        await settled(pilot)


def test_long_accounts_are_told_apart_by_their_end():
    assert short("/providers/Microsoft.Billing/billingAccounts/7d3f:us") == "…/7d3f:us"
    assert short("123456789012") == "123456789012"


def test_figures_of_progress():
    assert [size(n) for n in (0, 999, 1000, 12_345_678, 9e15)] == [
        "0 B",
        "999 B",
        "1.0 KB",
        "12.3 MB",
        "9000.0 TB",
    ]
    assert [duration(s) for s in (-1, 8.9, 200, 7500)] == ["0 s", "8 s", "3 min 20 s", "2 h 5 min"]
    assert (
        pace(LoadProgress("s", "f", 250, 1000, 5), 10) == "250 B of 1.0 KB · 25 B/s · 10 s so far · 30 s left"
    )
    assert pace(LoadProgress("s", "f", 0, 0, 0), 0) == "0 B · 0 s so far"
