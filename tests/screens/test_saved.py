"""Saved views on screen: saved, opened by key, deleted; the views before; the command that opens this one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from finops_tui import cli, paths, saved_views, settings, view_options
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.queries.saved import Saved
from finops_tui.screens import clipboard, money
from finops_tui.screens.color import Look
from finops_tui.screens.pins import PinLine
from finops_tui.screens.saved_picker import HistoryPicker, SavedPicker, SaveLine
from finops_tui.store import Store
from tests.screens.at_the_desk import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.app import App
    from textual.pilot import Pilot


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FinopsApp]:
    from finops_tui import demo

    chosen = settings.load(paths.sample_data() / paths.CONFIG_FILE)
    with Store(demo.root(), teams=chosen.teams) as store:
        yield FinopsApp(build_desk(store, chosen, Look(), demo=True, views=tmp_path / "views"))


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def type_in(pilot: Pilot[None], text: str) -> None:
    for character in text:
        await pilot.press(
            {" ": "space", "[": "left_square_bracket", "]": "right_square_bracket"}.get(character, character)
        )


async def test_a_view_is_saved_opened_by_its_key_and_deleted(app: FinopsApp, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("2", "v")
        await settled(pilot)
        wanted = app.explorer.view
        await pilot.press("w")
        assert isinstance(app.screen, SaveLine)
        await type_in(pilot, "By account [p]")
        await pilot.press("enter")
        await settled(pilot)
        views, problems = saved_views.everything(tmp_path / "views")
        assert [(view.name, view.key, view.picture, view.by) for view in views] == [
            ("By account", "p", "ranking", ("account",))
        ]
        assert not problems
        await pilot.press("1", "v", "apostrophe")
        assert isinstance(app.screen, SavedPicker)
        await pilot.press("p")
        await settled(pilot)
        assert app.explorer.view == wanted
        assert app.explorer.picture.picture == "ranking"
        await pilot.press("apostrophe", "ctrl+d")
        assert len(saved_views.everything(tmp_path / "views")[0]) == 1
        await pilot.press("ctrl+d")
        assert not saved_views.everything(tmp_path / "views")[0]


async def test_a_figure_is_watched_in_a_line_of_its_own(app: FinopsApp, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        pins = app.screen.query_one(PinLine)
        assert not pins.display
        await pilot.press("enter")
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        total = await app.desk.ask("total", view)
        cost = next(row["cost"] for row in total.iter_rows(named=True) if row["currency"] == view.currency)
        await pilot.press("m")
        await settled(pilot)
        [pin] = saved_views.everything(tmp_path / "views")[0]
        assert pin.pin
        assert pins.display
        shown = text_of(app).splitlines()[1]
        assert f"{pin.name} {money.amount(cost, view.currency)}" in shown
        await pilot.press("escape", "2")
        await settled(pilot)
        assert text_of(app).splitlines()[1] == shown
        app.explorer.go(pin.view(app.desk.calendar))  # type: ignore[arg-type]
        await settled(pilot)
        await pilot.press("m")
        await settled(pilot)
        assert not pins.display
        assert [one.pin for one in saved_views.everything(tmp_path / "views")[0]] == [False]


async def test_a_name_is_needed_and_a_key_is_one_character(app: FinopsApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("w", "enter")
        assert isinstance(app.screen, SaveLine)
        await type_in(pilot, "x [ab]")
        await pilot.press("enter")
        assert isinstance(app.screen, SaveLine)
        await pilot.press("escape")
    assert not saved_views.everything(tmp_path / "views")[0]


async def test_files_that_are_no_views_are_said(app: FinopsApp, tmp_path: Path) -> None:
    saved_views.save(tmp_path / "views", Saved(name="good"))
    (tmp_path / "views" / "bad.toml").write_text("basis = 'net'")
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("apostrophe")
        await pilot.pause()
        message = str(app.screen.query_one("#message").render())
        assert "no cost basis 'net'" in message.replace("\n", " ")
        assert [choice.key for choice in app.screen.shown] == ["good"]  # type: ignore[attr-defined]


async def test_views_before_are_listed_and_come_back(app: FinopsApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        first = app.explorer.view
        for key in ("2", "3", "1", "U"):
            await pilot.press(key)
            await settled(pilot)
        assert isinstance(app.screen, HistoryPicker)
        assert len(app.screen.shown) == 3  # the first view was looked at twice
        await type_in(pilot, "service")
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.view == first


async def test_the_command_opens_exactly_this_view(app: FinopsApp, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(_: App[object], text: str) -> str:
        copied.append(text)
        return "copied"

    monkeypatch.setattr(clipboard, "copy", copy)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("6", "enter")
        await settled(pilot)
        await pilot.press("b", "escape", "B", "K")
        await settled(pilot)
        view, picture = app.explorer.view, app.explorer.picture.picture
    assert view is not None
    options = cli.parse(shlex.split(copied[0])[1:])
    first = view_options.opening(options, settings.Settings())
    assert first is not None
    assert app.desk.calendar is not None
    again = first.view(app.desk.calendar)
    assert Saved.of(again, picture=picture) == Saved.of(view, picture=picture) == first


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", None),
        ("--by team", Saved(by=("team",))),
        ("--view mine", Saved(name="mine", basis="list", picture="treemap")),
        ("--view mine --basis billed --no-compare", Saved(basis="billed", picture="treemap", compare=False)),
        ("demo --period 2026-05 --filter -a:b", None),
    ],
)
def test_what_the_command_line_opens_with(tmp_path: Path, words: str, expected: Saved | None) -> None:
    (tmp_path / "finops.toml").write_text("")
    saved_views.save(tmp_path / "views", Saved(name="mine", basis="list", picture="treemap"))
    line = words.replace("--filter -a:b", "--filter=-service:b").split()
    options = cli.parse(
        [*line, *([] if line[:1] == ["demo"] else ["--config", str(tmp_path / "finops.toml")])]
    )
    options.config = str(tmp_path / "finops.toml")
    found = view_options.opening(options, settings.Settings())
    if line[:1] == ["demo"]:
        expected = Saved(period="2026-05", filter="-service:b")
    assert found == expected


def test_a_start_view_of_the_settings_and_one_that_is_not_there(tmp_path: Path) -> None:
    config = tmp_path / "finops.toml"
    config.write_text('[view]\nsaved = "mine"\n')
    options = cli.parse(["--config", str(config)])
    with pytest.raises(saved_views.SavedViewError, match="no saved view 'mine'"):
        view_options.opening(options, settings.load(config))
    saved_views.save(tmp_path / "views", Saved(name="Mine", by=("team",)))
    assert view_options.opening(options, settings.load(config)) == Saved(name="Mine", by=("team",))


def test_query_takes_a_saved_view_and_what_is_said_beside_it(tmp_path: Path) -> None:
    (tmp_path / "finops.toml").write_text("")
    saved_views.save(
        tmp_path / "views",
        Saved(name="mine", by=("team", 'tag."a,b"'), period="2026-05", filter="service:x", exclude=("tax",)),
    )
    options = cli.parse(
        ["query", "--view", "mine", "--period", "mtd", "--config", str(tmp_path / "finops.toml")]
    )
    view_options.fill(options)
    assert (options.period, options.filter, options.exclude, options.compare) == (
        "mtd",
        "service:x",
        ["tax"],
        True,
    )
    assert "mine" in view_options.listed(cli.parse(["views", "--config", str(tmp_path / "finops.toml")]))


async def test_files_are_read_when_a_list_opens_and_not_for_every_letter(
    app: FinopsApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in (("alpha", "a"), ("beta", "b")):
        saved_views.save(tmp_path / "views", Saved(name=name, key=key))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("apostrophe")
        folder = tmp_path / "views"
        (folder / "tail.toml").write_text("name = 'tail'\n")
        await type_in(pilot, "ta")
        assert [choice.key for choice in app.screen.shown] == ["beta"]  # type: ignore[attr-defined]
        await pilot.press("backspace", "backspace", "ctrl+d", "ctrl+d")
        shown = [choice.key for choice in app.screen.shown]  # type: ignore[attr-defined]
        assert shown == ["alpha", "tail"]
        await pilot.press("escape", "w")
        read: list[Path] = []
        monkeypatch.setattr(saved_views, "everything", lambda at: read.append(at) or ((), ()))
        await type_in(pilot, "alpha")
        assert "takes the place of alpha" in str(app.screen.query_one("#message").render())
        assert not read
