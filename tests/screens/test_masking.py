"""Names covered for others to see: nowhere on any screen, the same word everywhere, figures that still add up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui import masking
from finops_tui.app import FinopsApp, demo_app
from finops_tui.masking import Mask
from finops_tui.queries import filters
from finops_tui.queries.view import Condition, Period, View
from finops_tui.screens.status import StatusLine
from tests.screens.at_the_desk import settled, text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def names_of(app: FinopsApp) -> set[str]:
    """Every name of an account, a resource, a team or a tag's value in the demo."""
    view = app.explorer.view
    assert view is not None
    assert app.desk.calendar is not None
    names: set[str] = set()
    for dimension in ("account", "payer", "resource", "team", "tag.team", "tag.owner"):
        frame = await app.desk.ask("by_key", View(app.desk.calendar.all, group_by=(dimension,)))
        for row in frame.iter_rows(named=True):
            names |= {
                text
                for text in (row["k0"], row["label"])
                if text and len(text) > 3 and not text.startswith("(")
            }
    return {name for name in names if not name.isalpha()}  # a team called "data" is a word of the program too


WAYS = (
    [], ["2"], ["6"], ["5"], ["2", "v"], ["2", "v", "v", "v"], ["2", "enter"], ["6", "enter"], ["6", "f"],
    ["5", "enter"], ["$"], ["$", "enter"], ["O"], ["O", "enter"], ["exclamation_mark"], ["2", "x"], ["2", "c"],
    ["2", "slash"], ["d"], ["U"], ["number_sign"],
)  # fmt: skip


@pytest.mark.parametrize("turns", [1, 2])
async def test_no_name_is_on_any_screen(turns: int) -> None:
    app = demo_app()
    async with app.run_test(size=(160, 50)) as pilot:
        await settled(pilot)
        names = await names_of(app)
        assert len(names) > 30
        await pilot.press(*["D"] * turns)
        await settled(pilot)
        for keys in WAYS:
            await pilot.press(*keys)
            await settled(pilot)
            shown = text_of(app)
            seen = {name for name in names if name in shown}
            assert not seen, (keys, seen)
            while app.screen is not app.explorer:
                await pilot.press("escape")
                await pilot.pause()
            await pilot.press("0", "1")
            app.explorer.action_show("trend")
            await settled(pilot)


async def totals(app: FinopsApp) -> dict[str, Decimal]:
    assert app.explorer.view is not None
    frame = await app.desk.ask("total", app.explorer.view)
    return {row["currency"]: row["cost"] for row in frame.iter_rows(named=True)}


async def grouped(app: FinopsApp, dimension: str) -> dict[str | None, Decimal]:
    assert app.explorer.view is not None
    frame = await app.desk.ask("by_key", app.explorer.view.regroup(dimension))
    return {row["k0"]: row["cost"] for row in frame.iter_rows(named=True)}


async def test_a_word_leads_where_its_name_leads_and_figures_add_up() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        plain = await totals(app)
        by_team = await grouped(app, "team")
        await pilot.press("D")
        await settled(pilot)
        assert await totals(app) == plain
        words = await grouped(app, "team")
        assert sorted(words.values()) == sorted(by_team.values())
        word, cost = max(
            ((w, c) for w, c in words.items() if w and w.startswith("team-")), key=lambda pair: pair[1]
        )
        view = app.explorer.view
        assert view is not None
        frame = await app.desk.ask(
            "total", View(view.period, path=(Condition("team", word),), currency=view.currency)
        )
        assert frame["cost"].to_list() == [cost]
        await pilot.press("D")
        await settled(pilot)
        scaled = await totals(app)
        assert await grouped(app, "team") != words
        factor = scaled["USD"] / plain["USD"]
        assert factor == factor.quantize(Decimal("0.01")) != 1
        assert sum((await grouped(app, "team")).values()) == scaled["USD"]
        await pilot.press("D")
        await settled(pilot)
        assert (await totals(app), await grouped(app, "team")) == (plain, by_team)


async def press_and_say(pilot: Pilot[None], key: str) -> str:
    await pilot.press(key)
    await settled(pilot)
    return text_of(pilot.app)


async def test_what_shows_the_export_as_it_is_is_closed_meanwhile() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("D")
        await settled(pilot)
        for key in ("Q", "i", "K", "w", "apostrophe"):
            assert "not while names are masked" in await press_and_say(pilot, key), key
            assert app.screen is app.explorer


async def test_where_we_are_is_covered_too() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("2", "enter")
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        await pilot.press("D")
        await settled(pilot)
        covered = app.explorer.view
        assert covered is not None
        assert covered.path[0].value != view.path[0].value
        assert str(covered.path[0].value).startswith("account-")
        await pilot.press("D", "D")
        await settled(pilot)
        assert app.explorer.view == view


names = st.text(min_size=1)


@given(st.lists(names, max_size=8), st.sampled_from(sorted(set(masking.KINDS.values()))))
def test_words_lead_back_to_their_names(values: list[str], kind: str) -> None:
    mask = Mask(b"secret")
    words = [mask.word(kind, value) for value in values]
    assert [mask.name(word) for word in words] == values
    assert [Mask(b"secret").word(kind, value) for value in values] == words
    assert [mask.word(kind, word) for word in words] == words


@given(
    st.sampled_from(["account", "resource", "team", "tag.owner", "service", "ResourceName"]),
    names,
    st.sampled_from(
        ["", "service:EC2", "-account=a,b", 'tag.team="x y" OR team:z', "NOT (resource~x region:y)"]
    ),
)
def test_views_come_back_as_they_were(dimension: str, value: str, text: str) -> None:
    from datetime import date

    mask = Mask(b"secret")
    view = View(
        Period(date(2026, 1, 1), date(2026, 2, 1)),
        path=(Condition(dimension, value),),
        filter=filters.parse(text),
    )
    covered = mask.view(view, masked=True)
    assert mask.view(covered, masked=False) == view
    if masking.kind_of(dimension) is not None:
        assert covered.path[0].value != value


def test_the_key_is_private_and_stays(tmp_path: object) -> None:
    from finops_tui import paths

    first = masking.key()
    assert masking.key() == first
    assert ((paths.state_folder() / "mask.key").stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize("keys", [[], ["x"], ["dollar_sign"], ["c"], ["O"]])
async def test_a_masked_screen_says_so_as_long_as_it_is(keys: list[str]) -> None:
    app = demo_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("D", "D", "down", *keys)
        await settled(pilot)
        app.panes.query_one(StatusLine).clear()
        await pilot.pause()
        assert text_of(app).count("names and amounts masked") == 1
        await pilot.press("D")
        await settled(pilot)
        assert "names and amounts masked" not in text_of(app)
