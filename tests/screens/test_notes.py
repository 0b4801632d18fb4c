"""A note from the explorer: on the day of the chart's cursor, about the row of the table's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui import notes, paths, settings
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.screens.color import Look
from finops_tui.screens.note_line import NoteLine
from finops_tui.store import Store
from tests.screens.at_the_desk import settled, text_of

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_note_is_kept_and_shown_on_the_chart(tmp_path: Path) -> None:
    from finops_tui import demo

    chosen = settings.load(paths.sample_data() / paths.CONFIG_FILE)
    with Store(demo.root(), teams=chosen.teams) as store:
        app = FinopsApp(build_desk(store, chosen, Look(), demo=True, views=tmp_path / "views"))
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            await pilot.press("n")
            assert isinstance(app.screen, NoteLine)
            await pilot.press("enter")
            assert isinstance(app.screen, NoteLine)
            app.screen.line.value = "the shop was moved"
            await pilot.press("enter")
            await settled(pilot)
            found, problems = notes.everything(tmp_path / "notes.csv")
            assert problems == ()
            assert [note.title for note in found] == ["the shop was moved"]
            view = app.explorer.view
            assert view is not None
            assert found[0].day in view.period
            assert found[0].service == (app.explorer.groups.values() or ("",))[0]
            assert "the shop was moved" in text_of(app)
