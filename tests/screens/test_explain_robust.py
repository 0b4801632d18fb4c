"""Why a figure changed, on screen: scopes with little in them, hostile names, plain terminals, answers that come late."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui.app import FinopsApp
from finops_tui.screens import money
from finops_tui.screens.color import Look
from finops_tui.screens.explain import ExplainScreen
from tests.queries.small_bill import charge
from tests.screens.at_the_desk import desk_over, settled, text_of
from tests.screens.host import HOSTILE
from tests.screens.test_explain import ROWS, app_over, open_all

if TYPE_CHECKING:
    import polars as pl

    from finops_tui.queries.view import View


@pytest.mark.parametrize("place", range(len(HOSTILE)))
async def test_hostile_names_do_no_harm(place: int) -> None:
    rows = [charge(date(2026, 10, 1) + timedelta(days=n), "1", ServiceName="x") for n in range(60)]
    rows += [
        charge(date(2026, 11, n), "7", ServiceName=HOSTILE[place], ResourceId=HOSTILE[place]) for n in (3, 4)
    ]
    app = app_over(rows)
    async with app.run_test(size=(120, 36)) as pilot:
        await open_all(app, pilot, "tab", "x")
        text = text_of(app)
        assert "$14.00" in text
        assert not any(bad in text for bad in ("\x1b", "\u202e", "\x07"))


@pytest.mark.parametrize("look", [Look(depth="none", charset="ascii"), Look(depth="16", charset="blocks")])
async def test_without_colour_and_letters_alone(look: Look) -> None:
    app = app_over(look=look)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_all(app, pilot)
        text = text_of(app)
        assert money.amount(screen.parts.steps[0].shown, "USD") in text
        if look.charset == "ascii":
            assert text.isascii()


class Slow:
    """Answers like a desk; explanations in US dollars wait until they are let go."""

    def __init__(self, ask: Any) -> None:
        self.ask = ask
        self.go = asyncio.Event()

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        if question == "explain" and view.currency == "USD":
            try:
                await self.go.wait()
            except asyncio.CancelledError:  # as an answer that is on its way already
                await self.go.wait()
        found: pl.DataFrame = await self.ask(question, view, **parameters)
        return found


async def test_an_answer_that_comes_late_is_not_shown() -> None:
    desk = desk_over(ROWS)
    desk.ask = slow = Slow(desk.ask)
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("X")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ExplainScreen)
        await pilot.press("C")
        await pilot.pause(0.2)
        slow.go.set()
        await settled(pilot)
        assert screen.one is not None
        assert screen.one.currency == "EUR"
        assert "EUR" in text_of(app)


async def test_one_period_says_that_there_is_nothing_before() -> None:
    rows = [charge(date(2026, 11, 1 + n), "5") for n in range(9)]
    app = app_over(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_all(app, pilot)
        assert screen.one is None
        assert "no complete days to compare" in text_of(app)
        for key in ("x", "enter", "i", "m", "1"):
            await pilot.press(key)
            await settled(pilot)
        assert app.screen is screen


async def test_refunds_alone_are_a_part() -> None:
    rows = [charge(date(2026, 10, 1) + timedelta(days=n), "0") for n in range(60)]
    rows += [charge(date(2026, 11, 5), "-75.25", ChargeClass="Correction")]
    app = app_over(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_all(app, pilot)
        assert [(step.name, step.amount) for step in screen.parts.steps] == [
            ("before", 0),
            ("refunds", Decimal("-75.25")),
            ("now", Decimal("-75.25")),
        ]
        assert "-$75.25" in text_of(app)
