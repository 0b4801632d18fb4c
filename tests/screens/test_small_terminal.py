"""What an 80-column terminal has to show whole: the way out of a line, and what to do when nothing is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest
from rich.cells import cell_len

from finops_tui import demo, paths, settings
from finops_tui.app import FinopsApp, demo_app
from finops_tui.desks import build_desk
from finops_tui.screens.color import Look
from finops_tui.screens.command_line import CommandLine
from finops_tui.screens.desk import Desk
from finops_tui.screens.explorer_picture import PICTURES
from finops_tui.screens.filter_line import FilterLine
from finops_tui.screens.loading import LoadLine
from finops_tui.screens.note_line import NoteLine
from finops_tui.screens.prompt import Offers, Prompt
from finops_tui.screens.saved_picker import SaveLine
from finops_tui.screens.sql import SqlLine
from finops_tui.store import Store
from tests.screens.at_the_desk import company, desk_over, settled, text_of

if TYPE_CHECKING:
    from pathlib import Path

SMALL = (80, 24)


@pytest.mark.parametrize("line", [CommandLine, FilterLine, LoadLine, NoteLine, SaveLine, SqlLine])
def test_the_way_out_of_a_line_is_in_sight(line: type[Prompt[object]]) -> None:
    assert "esc leave" in line.hint
    assert cell_len(line.hint) <= SMALL[0] - 2


@pytest.mark.parametrize("key", ["w", "n"])
async def test_a_line_with_nothing_to_offer_leaves_the_screen_in_sight(tmp_path: Path, key: str) -> None:
    chosen = settings.load(paths.sample_data() / paths.CONFIG_FILE)
    with Store(demo.root(), teams=chosen.teams) as store:
        app = FinopsApp(build_desk(store, chosen, Look(), demo=True, views=tmp_path / "views"))
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            await pilot.press(key)
            await settled(pilot)
            assert isinstance(app.screen, Prompt)
            assert not app.screen.query_one(Offers).display
            assert app.screen.query_one("#prompt").size.height == 2
            assert "esc leave" in str(app.screen.query_one("#message").render())


async def test_an_empty_store_says_all_of_what_to_do_under_every_picture() -> None:
    full = desk_over(company())
    app = FinopsApp(Desk(full.ask, None, full.look, None, load=_never))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        for _ in PICTURES:
            await pilot.press("v")
            await settled(pilot)
            shown = " ".join(text_of(app).split())
            assert "to load bills; or leave with q and try `finops-tui demo`." in shown


@pytest.mark.parametrize("ways", [["i"], ["dollar_sign", "enter"], ["5", "enter"], ["x"]])
async def test_a_zoomed_pane_has_the_room_of_all_and_the_way_out_stays(ways: list[str]) -> None:
    app = demo_app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        for key in ways:
            await pilot.press(key)
            await settled(pilot)
        for _ in app.panes.panes():
            await pilot.press("plus")
            await settled(pilot)
            assert app.screen.focused is not None
            tall = app.screen.focused.size.height >= SMALL[1] - 4
            assert tall or not app.screen.focused.max_scroll_y  # bars take one row each, not more
            shown = text_of(app)
            assert "Esc" in shown
            assert "╱╱╱╱╱╱╱╱" not in shown
            await pilot.press("plus")
            await settled(pilot)
            assert app.screen.maximized is None
            await pilot.press("tab")


async def _never(*_: object, **__: object) -> NoReturn:
    raise AssertionError("nothing is loaded here")
