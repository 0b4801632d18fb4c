"""The command line: what it offers, what it lets through."""

from __future__ import annotations

import pytest

from finops_tui.screens.command_line import CommandLine, paths
from finops_tui.screens.keys import SCREENS, commands
from tests.screens.host import SIZES, Host, desk_of, screen_text, settled, type_in


async def obeyed(typed, *keys, where="explore"):
    """What the line is dismissed with."""
    app = Host(CommandLine(desk_of(), where))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, typed)
        await pilot.press(*(keys or ("enter",)))
        await settled(pilot)
        return app.results[0] if app.results else ("still there", app.screen.line.value, screen_text(app))


@pytest.mark.parametrize(
    "line", ["quit", "period 2026-04", "group tag.team", "filter service:A b", "basis billed"]
)
async def test_a_command_is_handed_on_as_typed(line):
    assert await obeyed(line) == line


@pytest.mark.parametrize("where", SCREENS)
async def test_every_command_of_every_screen_is_offered(where):
    app = Host(CommandLine(desk_of(), where))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert [offer.text for offer in app.screen.offers] == list(commands(where))


async def test_escape_and_an_empty_line_do_nothing():
    assert await obeyed("quit", "escape") is None
    assert await obeyed("", "enter") is None


async def test_a_word_that_is_no_command_stays_and_says_so():
    _, line, text = await obeyed("perod 2026-04")
    assert line == "perod 2026-04"
    assert "did you mean 'period'?" in text


async def test_what_takes_no_argument_says_so():
    _, _, text = await obeyed("undo everything")
    assert "takes nothing after it" in text


async def test_tab_takes_words_and_arguments():
    _, line, _ = await obeyed("peri", "tab")
    assert line == "period "
    _, line, _ = await obeyed("basis con", "tab")
    assert line == "basis contracted"
    _, line, _ = await obeyed("group service,reg", "tab")
    assert line == "group service,region"


async def test_tags_are_offered_by_money():
    _, line, text = await obeyed("group tag.", "down")
    assert text.index("tag.team") < text.index("tag.env")
    _, line, _ = await obeyed("group tag.", "down", "enter")
    assert line == "group tag.team"


async def test_a_period_shows_its_days():
    _, _, text = await obeyed("period 2026-04-03..2026-04-12", "right")
    assert "3–12 Apr 2026, 10 days" in text
    _, _, text = await obeyed("period 2026-99", "right")
    assert "say for example" in text


async def test_paths_are_offered(tmp_path, monkeypatch):
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "may.csv").touch()
    (tmp_path / ".hidden").touch()
    monkeypatch.chdir(tmp_path)
    assert paths("") == ["bills/"]
    assert paths(f"{tmp_path}/bills/m") == [f"{tmp_path}/bills/may.csv"]
    assert paths(f"{tmp_path}/nowhere/m") == []


@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_at_the_bottom(size):
    app = Host(CommandLine(desk_of(), "budgets"))
    async with app.run_test(size=size) as pilot:
        await type_in(pilot, "q")
        assert screen_text(app).splitlines()[-2].startswith(" : q")
