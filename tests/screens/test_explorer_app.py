"""The program round the screens: refresh, commands, palette, crashes, the ways between screens."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
from textual.command import CommandPalette

from finops_tui import paths
from finops_tui.app import FinopsApp, write_crash
from finops_tui.queries.view import Condition
from finops_tui.screens.desk import DeskError
from finops_tui.screens.keys import KeysError
from tests.screens.at_the_desk import company, desk_over, settled, text_of

ROWS = company()


async def test_refresh_says_what_it_found() -> None:
    desk = desk_over(ROWS)
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert "nothing to refresh" in text_of(app)

        async def older() -> bool:
            return False

        async def newer() -> bool:
            fresh = desk_over(company()[:40])
            desk.ask, desk.calendar = fresh.ask, fresh.calendar
            return True

        async def broken() -> bool:
            raise DeskError("the store is damaged")

        for refresh, words in (
            (older, "the newest data"),
            (broken, "the store is damaged"),
            (newer, "newer data"),
        ):
            desk.refresh = refresh
            await pilot.press("r")
            await settled(pilot)
            assert words in text_of(app)
        assert "No charges in this period" in text_of(app)


async def test_a_command_line_is_obeyed_by_the_screen_below() -> None:
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("colon", *"group region", "enter")
        await settled(pilot)
        assert app.explorer.view is not None
        assert app.explorer.view.dimension == "region"
        for line, words in (
            ("nonsense", "no command"),
            ("compare x", "takes nothing after it"),
            ("basis amortised", "effective"),
            ("view tree", "treemap"),
            ("sort name", "sorted by name"),
            ("sort colour", "one of cost"),
        ):
            await app.explorer.obey(line)
            await settled(pilot)
            assert words in text_of(app)


async def test_the_palette_offers_what_the_keys_do() -> None:
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await settled(pilot)
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"treemap", "enter")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.picture.picture == "treemap"


async def test_a_view_from_another_screen_is_explored() -> None:
    app = FinopsApp(desk_over(ROWS))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        app.action_help()
        await settled(pilot)
        app.explore(replace(view, path=(Condition("service", "Storage"),), group_by=("region",)))
        await settled(pilot)
        assert app.screen is app.explorer
        assert "Storage" in text_of(app).splitlines()[0]


async def test_overrides_are_in_force_and_hinted_at() -> None:
    app = FinopsApp(desk_over(ROWS, keys={"slice.group": "G", "nav.end": "end"}))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "G group" in text_of(app)
        await pilot.press("d")
        await settled(pilot)
        assert app.screen is app.explorer
        await pilot.press("G")
        await settled(pilot)
        assert app.screen is not app.explorer


def test_overrides_that_cannot_be_are_refused() -> None:
    with pytest.raises(KeysError, match=r"slice\.group"):
        FinopsApp(desk_over(ROWS, keys={"slice.grup": "x"}))


async def press_three(app: FinopsApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)


async def test_a_crash_leaves_a_private_file_and_a_message_without_data() -> None:
    desk = desk_over(ROWS)
    plain = desk.ask

    async def ask(question, view, **parameters):
        if "region" in view.group_by:
            raise RuntimeError("secret-bucket-name")
        return await plain(question, view, **parameters)

    desk.ask = ask
    app = FinopsApp(desk)
    with pytest.raises(Exception, match="secret-bucket-name"):
        await press_three(app)
    assert app.crash_log is not None
    assert app.crash_log.parent == paths.state_folder()
    assert stat.S_IMODE(app.crash_log.stat().st_mode) == 0o600
    assert "secret-bucket-name" in app.crash_log.read_text()
    assert str(app.crash_log) in app.said_at_exit
    assert "secret" not in app.said_at_exit
    assert app.return_code == 1


def test_two_crashes_in_a_second_are_two_files() -> None:
    assert write_crash(ValueError("a")) != write_crash(ValueError("b"))
