"""The filter line: read at every letter, completed from the data, applied by Enter."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from finops_tui.app import demo_app
from finops_tui.queries import filters
from finops_tui.screens.color import Look
from finops_tui.screens.filter_line import FilterLine, bad_part
from finops_tui.screens.money import amount
from tests.screens.host import HOSTILE, SIZES, Host, desk_of, sample_rows, screen_text, settled, type_in


async def applied(*keys, typed="", view=None):
    """What the line is dismissed with after typing and these keys."""
    desk = desk_of()
    app = Host(FilterLine(desk, view or desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, typed)
        await pilot.press(*keys)
        await settled(pilot)
        return app.result


async def test_enter_applies_and_escape_leaves():
    view = await applied("enter", typed="service:Storage -region:us")
    assert view.filter == filters.parse("service:Storage -region:us")
    assert await applied("escape", typed="service:Storage") is None


async def test_an_empty_line_clears():
    view = replace(desk_of().start, filter=filters.parse("service:Compute"))
    assert (await applied("ctrl+u", "enter", view=view)).filter is None


async def test_the_line_opens_with_the_filter_as_it_is():
    view = replace(desk_of().start, filter=filters.parse('tag.team=pay OR service:"a b"'))
    assert (await applied("enter", view=view)).filter == view.filter


async def test_a_bad_word_is_marked_and_not_applied():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "service:Storage ")
        line = app.screen
        await type_in(pilot, "regoin:eu")
        assert "did you mean region?" in screen_text(app)
        assert line.bad.span == (16, 25)
        assert line.valid == filters.parse("service:Storage regoin")
        await pilot.press("enter")
        await settled(pilot)
        assert not app.results
        assert line.line.cursor_position == 16


async def test_values_are_ranked_by_cost_and_shown_with_it():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await type_in(pilot, "service:")
        offers = app.screen.offers
        assert [offer.text for offer in offers[:3]] == ["Compute", "Storage", "Tax"]
        sums = {}
        for row in sample_rows():
            if row["day"].month == 5 and row["ServiceName"] == "Compute":
                code = row["BillingCurrency"]
                sums[code] = sums.get(code, Decimal(0)) + row["EffectiveCost"]
        assert offers[0].note == f"{amount(sums['USD'], 'USD')} · {amount(sums['EUR'], 'EUR')}"
        assert set(HOSTILE) <= {offer.text for offer in offers}


async def test_what_stands_before_narrows_the_values():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await type_in(pilot, "service=Storage tag.team:")
        assert [offer.text for offer in app.screen.offers] == ["search"]


async def test_tag_keys_are_offered_and_taken():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await type_in(pilot, "tag.te")
        await pilot.press("tab")
        await settled(pilot)
        assert app.screen.line.value == "tag.team="
        await pilot.press("tab")
        await settled(pilot)
        assert app.screen.line.value == "tag.team=pay"
        await pilot.press("enter")
        await settled(pilot)
        assert app.result.filter == filters.parse("tag.team=pay")


@pytest.mark.parametrize("place", range(len(HOSTILE)))
async def test_any_value_of_the_data_can_be_taken_and_finds_its_rows(place):
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "service=")
        offers = app.screen.offers
        index = next(i for i, offer in enumerate(offers) if offer.text == HOSTILE[place])
        app.screen.put(offers[index])
        await settled(pilot)
        assert "\x1b" not in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        frame = desk.ask.bill.ask("total", replace(app.result, compared=None))
        assert frame.to_dicts()[0]["cost"] == Decimal("1.01")


async def test_operators_are_offered_after_a_field():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "regi")
        await pilot.press("tab", "down", "down", "enter")
        await settled(pilot)
        assert app.screen.line.value == "region="
        assert "(has none)" in screen_text(app)
        await type_in(pilot, "e")
        await pilot.press("tab", "enter")
        await settled(pilot)
        assert app.result.filter == filters.parse("region=eu")


async def test_it_says_what_the_filter_keeps():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await type_in(pilot, "service:Storage")
        kept = sum(
            row["EffectiveCost"]
            for row in sample_rows()
            if row["day"].month == 5 and row["ServiceName"] == "Storage"
        )
        assert f"keeps {amount(kept, 'USD')}" in screen_text(app)


async def test_a_question_that_is_overtaken_is_never_asked():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "service:Storage")
        asked = [
            parameters["containing"] for question, _, parameters in desk.ask.asked if question == "values"
        ]
        assert asked[-1] == "Storage"
        assert len(asked) < len("Storage")


async def test_lines_come_back():
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        for text in ("service:Storage", "service:Tax"):
            await type_in(pilot, text)
            await pilot.press("enter")
            await settled(pilot)
            await app.push_screen(FilterLine(desk, desk.start), app.results.append)
            await settled(pilot)
        await pilot.press("up")
        assert app.screen.line.value == "service:Tax"
        await pilot.press("up")
        assert app.screen.line.value == "service:Storage"
        await pilot.press("down", "down")
        assert app.screen.line.value == ""


@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_at_the_bottom(size):
    desk = desk_of()
    app = Host(FilterLine(desk, desk.start))
    async with app.run_test(size=size) as pilot:
        await type_in(pilot, "s")
        lines = screen_text(app).splitlines()
        assert lines[-2].startswith(" / s")
        assert "esc leave" in lines[-1]


async def test_without_unicode_it_is_ascii():
    look = Look(depth="none", charset="ascii")
    desk = desk_of(look=look)
    app = Host(FilterLine(desk, desk.start), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "s")
        assert screen_text(app).isascii()


@pytest.mark.parametrize(
    ("text", "position", "span"),
    [("", 0, (0, 1)), ("a b", 2, (2, 3)), ("ab", 2, (1, 2)), ("a bc d", 2, (2, 4))],
)
def test_the_bad_part_is_a_word(text, position, span):
    assert bad_part(text, position) == span


async def test_an_answer_after_the_line_was_left_has_no_place_and_does_no_harm() -> None:
    app = demo_app()
    async with app.run_test() as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("slash", "s", "e")
        line = app.screen
        await pilot.press("escape")
        await pilot.pause()
        line.say("late")  # type: ignore[attr-defined]
        line.offer([])  # type: ignore[attr-defined]
        line.line_changed()  # type: ignore[attr-defined]
        assert app.screen is app.explorer
