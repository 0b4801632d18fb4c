"""Nobody does anything for a moment: what the next key needs is computed, and the event loop goes on whatever runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from finops_tui import paths
from finops_tui.app import FinopsApp, demo_app
from finops_tui.desks import build_desk
from finops_tui.screens.color import Look
from finops_tui.screens.explorer import Explorer
from finops_tui.settings import Settings
from finops_tui.store import Store
from tests.screens.at_the_desk import settled

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from finops_tui.queries.view import View


class Computed:
    """The questions that a store computed, rather than knew."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.questions: list[tuple[str, View]] = []
        compute = Store._answer

        def answer(store, asked, *more, **named):
            self.questions.append((asked.question, asked.view))
            return compute(store, asked, *more, **named)

        monkeypatch.setattr(Store, "_answer", answer)


@pytest.fixture
def app() -> Iterator[FinopsApp]:
    made = demo_app()
    yield made
    made.close_store()


async def idle(app: FinopsApp, pilot: Pilot[None]) -> None:
    """Wait until everything that can be asked ahead has been."""
    await settled(pilot)
    for _ in range(200):
        await asyncio.sleep(0.05)
        task, timer = app._looking_ahead, app._idle
        fired = timer is not None and timer.when() < asyncio.get_running_loop().time()
        if fired and task is not None and task.done() and not task.cancelled():
            return
    raise AssertionError("nothing was asked ahead")


@pytest.mark.parametrize("key", ["enter", "left_square_bracket"])
async def test_after_a_moment_the_next_view_is_known(
    app: FinopsApp, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await idle(app, pilot)
        explorer = app.screen
        assert isinstance(explorer, Explorer)
        view = explorer.view
        app.desk.ahead = None  # what follows is asked for real
        computed = Computed(monkeypatch)
        await pilot.press(key)
        while explorer.view == view:
            await pilot.pause()
        await settled(pilot)
        assert computed.questions == []
        assert explorer.groups.frame is not None
        assert explorer.groups.frame.height


async def test_a_key_stops_it_and_it_begins_again(app: FinopsApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await idle(app, pilot)
        first = app._looking_ahead
        await pilot.press("down")
        await idle(app, pilot)
        assert app._looking_ahead is not first


async def test_nothing_is_asked_ahead_while_names_are_masked(
    app: FinopsApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await idle(app, pilot)
        app.action_mask()
        await settled(pilot)
        assert app.desk.masked
        computed = Computed(monkeypatch)
        screen = app.screen
        assert isinstance(screen, Explorer)
        await screen.look_ahead()
        assert computed.questions == []


async def ticks_during(work: Coroutine[object, object, object]) -> int:
    """How often the event loop came round while something ran."""
    task = asyncio.ensure_future(work)
    count = 0
    while not task.done():
        await asyncio.sleep(0.001)
        count += 1
    await task
    return count


GOES_ON = 5
"""Rounds of the event loop that anything which takes longer than a blink leaves room for; what blocks it leaves one."""


async def test_the_event_loop_goes_on_while_a_load_and_an_answer_are_computed(tmp_path: Path) -> None:
    files = [str(file) for file in sorted(paths.sample_data().rglob("*.parquet"))[:1]]
    with Store(tmp_path / "store") as store:
        desk = build_desk(store, Settings(), Look())
        assert desk.load is not None
        loading = desk.load(files, lambda _: None, lambda: False)
        assert await ticks_during(loading) >= GOES_ON
        assert desk.start is not None
        slow = _slow(desk.start)
        assert await ticks_during(slow(store)) >= GOES_ON


def _slow(view: View):
    """Many questions of which none is known."""

    async def ask(store: Store) -> None:
        for name in ("service", "region", "account", "resource", "usage", "category"):
            await store.ask("by_key", view.regroup(name))
            await store.ask("over_time", view.regroup(name), top=8)

    return ask
