"""The checks on screen, and the line items behind one."""

from __future__ import annotations

from finops_tui.app import demo_app
from finops_tui.queries import quality
from finops_tui.screens.line_items import RecordScreen
from finops_tui.screens.quality import BehindFinding, QualityScreen
from tests.screens.at_the_desk import settled, text_of


async def test_checks_lead_to_their_line_items() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("exclamation_mark")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, QualityScreen)
        assert len(screen.findings) == len(quality.CHECKS) - 1  # no rates of exchange are named
        first = screen.findings[0]
        assert first.state == quality.FAIL
        assert "Usage has a list price" in text_of(app)
        row = next(place for place, one in enumerate(screen.findings) if one.name == "list")
        screen.checks.move_to(row)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BehindFinding)
        answer = app.screen.items.answer
        assert answer is not None
        assert answer.height == min(screen.findings[row].broken, 500)
        assert answer["ListCost"].fill_null(0).sum() == 0
        if screen.findings[row].broken <= 500:
            sums = {
                code: sum(answer.filter(BillingCurrency=code)["EffectiveCost"])
                for code in screen.findings[row].amounts
            }
            assert sums == dict(screen.findings[row].amounts)
        await pilot.press("enter")
        assert isinstance(app.screen, RecordScreen)


async def test_a_check_that_holds_has_nothing_behind_it() -> None:
    app = demo_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("exclamation_mark")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, QualityScreen)
        screen.checks.move_to(len(screen.findings) - 1)
        await pilot.press("enter")
        await pilot.pause()
        assert "nothing is wrong here" in text_of(app)
        await pilot.press("escape")
        assert app.screen is app.explorer
