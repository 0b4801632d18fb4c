"""A running explorer and another process that loads: newer data is offered, and nobody is moved."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader, lock
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.screens import explorer_words
from finops_tui.screens.color import Look
from finops_tui.screens.sources import SourcesScreen
from finops_tui.screens.status import StatusLine
from finops_tui.settings import Settings
from finops_tui.store import Store
from tests.headless import bill
from tests.screens.at_the_desk import settled, text_of
from tests.screens.host import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OFFER = "newer data"


def rows(days: int, extra: str = "0") -> list[bill.Row]:
    """Services by the dozen, so that the table has to be scrolled."""
    made = [
        bill.row(f"2026-05-{day:02}", f"{number + 1}.25", ServiceName=f"Service {number:03}")
        for number in range(80)
        for day in range(1, days + 1)
    ]
    return [*made, bill.row("2026-05-01", extra, ServiceName="Service 007")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    loader.load(tmp_path / "store", [bill.write(tmp_path / "may.csv", rows(10))])
    with Store(tmp_path / "store") as opened:
        yield opened


async def load_elsewhere(store: Store, made: list[bill.Row]) -> None:
    """Load a restated month in another process."""
    path = bill.write(store.root.parent / "may.csv", made)
    words = ("-m", "finops_tui", "load", "--store", str(store.root), str(path))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


async def until(pilot, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.05)


def shown(app: FinopsApp) -> str:
    return app.screen.query_one(StatusLine).text


@pytest.mark.parametrize("size", SIZES)
async def test_newer_data_is_offered_and_taken_without_moving_anybody(store: Store, size) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert OFFER not in text_of(app)
        explorer = app.explorer
        await pilot.press(*["j"] * 60)
        await settled(pilot)
        before = explorer.view, explorer.groups.current["k0"], explorer.groups.scroll_offset
        assert before[2].y > 0
        await load_elsewhere(store, rows(12, extra="0.0000000001"))
        await until(pilot, lambda: OFFER in text_of(app))
        await settled(pilot)
        assert (explorer.view, explorer.groups.current["k0"], explorer.groups.scroll_offset) == before
        assert explorer.groups.total == sum(Decimal(r["EffectiveCost"]) for r in rows(10))
        await pilot.press("r")
        await settled(pilot)
        assert OFFER not in text_of(app) or "newer data is on screen" in text_of(app)
        view, cursor, scroll = before
        assert explorer.view.period.since == view.period.since
        assert explorer.view.group_by == view.group_by
        assert (explorer.groups.current["k0"], explorer.groups.scroll_offset) == (cursor, scroll)
        expected = sum(Decimal(r["EffectiveCost"]) for r in rows(12, extra="0.0000000001"))
        assert explorer.groups.total == expected
        await until(pilot, lambda: not app.screen.query_one(StatusLine)._offered)


async def test_the_offer_is_on_every_screen_and_survives_what_is_said(store: Store) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await load_elsewhere(store, rows(11))
        await until(pilot, lambda: OFFER in shown(app))
        app.explorer.say("something else")
        assert OFFER in shown(app)
        await pilot.press("O")
        await settled(pilot)
        assert isinstance(app.screen, SourcesScreen)
        await until(pilot, lambda: OFFER in shown(app))
        assert app.screen.desk.loaded[0].records == 801
        await pilot.press("r")
        await settled(pilot)
        assert app.screen.desk.loaded[0].records == 881
        await pilot.press("escape")
        await settled(pilot)
        assert app.explorer.groups.total == sum(Decimal(r["EffectiveCost"]) for r in rows(11))


async def test_a_load_of_ones_own_is_not_offered_again(store: Store) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        path = bill.write(store.root.parent / "june.csv", [bill.row("2026-06-01", "5")])
        await app.desk.load([str(path)], lambda _: None, lambda: False)
        app.look_for_newer()
        await app._looking
        assert OFFER not in shown(app)


async def test_an_empty_explorer_is_offered_the_first_load(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        app = FinopsApp(build_desk(store, Settings(), Look()))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await load_elsewhere(store, rows(1))
            await until(pilot, lambda: OFFER in text_of(app))
            await pilot.press("r")
            await settled(pilot)
            assert app.explorer.groups.total == sum(Decimal(r["EffectiveCost"]) for r in rows(1))


async def test_a_load_at_hand_is_said_until_it_is_over(store: Store) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "loading…" not in shown(app)
        for name in (lock.NAME, lock.SYNC):
            with lock.hold(store.root, name):
                await until(pilot, lambda: "loading…" in text_of(app))
                await pilot.press("j")
                await settled(pilot)
                assert "loading…" in text_of(app)
            await until(pilot, lambda: "loading…" not in shown(app))
        await load_elsewhere(store, rows(11))
        with lock.hold(store.root):
            await until(pilot, lambda: OFFER in shown(app))


@pytest.mark.parametrize(
    ("loaded_at", "said"),
    [
        ("2026-11-25T10:00:00Z", "just now"),
        ("2026-11-25T09:58:59+00:00", "1 min ago"),
        ("2026-11-25T07:00:00", "3 h ago"),
        ("2026-11-20T11:00:00Z", "4 d ago"),
        ("2026-11-26T11:00:00Z", "just now"),
        ("once", ""),
    ],
)
async def test_how_long_ago_it_was_loaded_is_said(store: Store, loaded_at: str, said: str) -> None:
    desk = build_desk(store, Settings(), Look())
    desk.loaded = (replace(desk.loaded[0], loaded_at=loaded_at),)
    parts = explorer_words.loaded(desk, datetime(2026, 11, 25, 10, 0, 20, tzinfo=UTC))
    assert [part.text for part in parts] == ([f"loaded {said}"] if said else [])
    desk.newer = None
    assert explorer_words.loaded(desk, datetime.now(UTC)) == []


@pytest.mark.parametrize("size", SIZES)
async def test_freshness_is_in_the_status_line(store: Store, size) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "data to 10 May 2026" in text_of(app)
        assert "loaded just now" in text_of(app)
