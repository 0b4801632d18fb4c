"""The help: every key of a screen, its overrides, at any size."""

from __future__ import annotations

import pytest

from finops_tui.screens.color import Look
from finops_tui.screens.help_screen import HelpScreen
from finops_tui.screens.keys import SCREENS, actions, shown
from tests.screens.host import SIZES, Host, desk_of, screen_text, settled


async def whole_help(app, pilot):
    """Everything that can be scrolled to."""
    seen = [screen_text(app)]
    for _ in range(20):
        await pilot.press("pagedown")
        await settled(pilot)
        text = screen_text(app)
        if text == seen[-1]:
            break
        seen.append(text)
    return "\n".join(seen)


@pytest.mark.parametrize("where", SCREENS)
@pytest.mark.parametrize("size", SIZES)
async def test_every_key_of_every_screen_is_explained(where, size):
    app = Host(HelpScreen(desk_of(), where))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "esc leave" in screen_text(app)
        text = " ".join((await whole_help(app, pilot)).replace("│", " ").split())
        for action in actions(where):
            first_words = " ".join(action.help.split()[:3])
            assert first_words in text, action.id


async def test_overridden_keys_are_shown():
    app = Host(HelpScreen(desk_of(keys={"nav.down": "ctrl+j"}), "budgets"))
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        assert shown("ctrl+j") in screen_text(app)


@pytest.mark.parametrize("key", ["escape", "q", "question_mark", "f1", "enter", "backspace"])
async def test_it_closes(key):
    app = Host(HelpScreen(desk_of(), "explore"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert app.results == [None]


async def test_it_scrolls_by_key():
    app = Host(HelpScreen(desk_of(), "explore"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        keys = app.screen.query_one("#keys")
        for key, moved in (
            ("G", True),
            ("g", False),
            ("j", True),
            ("k", False),
            ("space", True),
            ("ctrl+b", False),
        ):
            await pilot.press(key)
            await settled(pilot)
            assert (keys.scroll_y > 0) == moved, key


async def test_without_unicode_it_is_ascii():
    look = Look(depth="none", charset="ascii")
    app = Host(HelpScreen(desk_of(look=look), "explore"), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert (await whole_help(app, pilot)).isascii()
