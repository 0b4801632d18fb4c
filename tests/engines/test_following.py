"""The explorer on a lake: months appear by themselves, newest first, and what goes wrong is said on the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import __main__, cli, commands, lake_command, lake_following, loader, settings
from finops_tui.app import FinopsApp
from finops_tui.lake_following import Following
from finops_tui.opening import Opening
from finops_tui.screens.color import Look
from tests.engines import lakes
from tests.engines.sums import stored, totals

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> lakes.Lake:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lakes.write(tmp_path / "focus", lakes.lines(300, seed=2))


def opening(url: str) -> tuple[Opening, Following]:
    options = cli.parse([url])
    options.store = str(lake_following.root_of(url))
    following = Following(url, {}, options.store)
    return Opening(options, settings.Settings(), Look(), demo=False, lake=following), following


async def until(pilot: Any, said: Any) -> None:
    for _ in range(600):
        if said():
            return
        await pilot.pause(0.1)
    raise AssertionError("it never came")


def screen(app: FinopsApp) -> str:
    return "\n".join("".join(s.text for s in strip) for strip in app.screen._compositor.render_strips())


async def test_months_appear_by_themselves_newest_first(
    small: lakes.Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    before = loader.load_found

    def load(root: Any, found: Any, *more: Any, **named: Any) -> Any:
        order.append(found.files[0].name)
        return before(root, found, *more, **named)

    monkeypatch.setattr(loader, "load_found", load)
    opened, _ = opening(f"lake://{small.folder}")
    with opened:
        app = FinopsApp(opened.desk, opened)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: len(app.desk.loaded) == 3)
            await until(pilot, lambda: "Everything" in screen(app))
            assert "Oct 2026" in screen(app)
            assert order == [f"lake-{month}.parquet" for month in sorted(lakes.MONTHS, reverse=True)]
            assert app.desk.ahead is None, "nothing is asked of an engine that nobody waits for"
            app.explore(app.explorer.view.regroup("resource"))  # type: ignore[union-attr]
            await until(pilot, lambda: "name of res-" in screen(app))


async def test_a_second_look_asks_for_nothing_that_is_held(small: lakes.Lake) -> None:
    url = f"lake://{small.folder}"
    for _ in range(2):
        opened, following = opening(url)
        with opened:
            app = FinopsApp(opened.desk, opened)
            async with app.run_test(size=(120, 36)) as pilot:
                await until(
                    pilot, lambda f=following: f._thread.ident is not None and not f._thread.is_alive()
                )
    from finops_tui.store import Store

    with Store(lake_following.root_of(url)) as store:
        assert store.generation == 3
        assert stored(store.entries) == totals(small.rows)


async def test_an_engine_that_is_gone_is_said_and_months_stay(
    small: lakes.Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"lake://{small.folder}"
    opened, _ = opening(url)
    with opened:
        app = FinopsApp(opened.desk, opened)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: len(app.desk.loaded) == 3)
    small.folder.rename(small.folder.parent / "moved")
    opened, following = opening(url)
    with opened:
        app = FinopsApp(opened.desk, opened)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: "no Parquet files there" in following.words)
            await until(pilot, lambda: "Everything" in screen(app))
            await until(pilot, lambda: "not reached" in screen(app))


def test_the_command_opens_it_and_says_what_is_wrong_before_there_is_a_screen(
    small: lakes.Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    seen: list[Any] = []
    monkeypatch.setattr(
        lake_command, "open_screen", lambda options, **more: seen.append((options, more)) or 0
    )
    url = f"lake://{small.folder}"
    assert __main__.main([url]) == 0
    [(options, more)] = seen
    assert options.store == str(lake_following.root_of(url))
    assert isinstance(more["lake"], Following)
    assert __main__.main(["sc://host:15002"]) == commands.FAILED
    assert "name the table" in capsys.readouterr().err
