"""The SQL screen: written with completion, answered in a table, stopped when another is written."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from finops_tui.app import FinopsApp, demo_app
from finops_tui.screens.desk import DeskError
from finops_tui.screens.line_items import RecordScreen
from finops_tui.screens.sql import SqlLine, SqlScreen
from tests.screens.at_the_desk import text_of

if TYPE_CHECKING:
    from textual.pilot import Pilot


class Asked:
    """Answers statements from a table of answers; one that is not in it waits until it is stopped."""

    def __init__(self, answers: dict[str, pl.DataFrame | DeskError]) -> None:
        self.answers = answers
        self.stopped = 0
        self._stop = asyncio.Event()

    async def ask(self, statement: str) -> tuple[pl.DataFrame, bool]:
        found = self.answers.get(statement)
        if found is None:
            self._stop.clear()
            await self._stop.wait()
            raise DeskError("stopped: it was given up")
        if isinstance(found, DeskError):
            raise found
        return found, found.height > 2

    def stop(self) -> None:
        self.stopped += 1
        self._stop.set()


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def write(pilot: Pilot[None], statement: str) -> None:
    line = pilot.app.screen.query_one("#line")
    line.value = statement  # type: ignore[attr-defined]
    await pilot.press("enter")


async def test_a_statement_is_answered_from_the_store() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("Q")
        assert isinstance(app.screen, SqlLine)
        await write(
            pilot,
            "SELECT BillingCurrency AS code, sum(EffectiveCost) AS cost, count(*) AS n FROM focus GROUP BY ALL ORDER BY n",
        )
        await settled(pilot)
        assert isinstance(app.screen, SqlScreen)
        frame = app.screen.answer.frame()
        totals = await app.desk.ask("total", app.explorer.view.__class__(app.desk.calendar.all, group_by=()))  # type: ignore[union-attr]
        expected = {row["currency"]: row["cost"] for row in totals.iter_rows(named=True)}
        assert dict(zip(frame["code"], frame["cost"], strict=True)) == expected
        assert "2 rows" in text_of(app)


@pytest.fixture
def hostile() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "[bold]x\x1b[2J": ["\x1b[31mred", "[/b]", "=1"],
            "tone": ["bad", "x", "y"],
            "currency": [Decimal("1.5"), None, Decimal(-2)],
        }
    )


async def opened(app: FinopsApp, pilot: Pilot[None], asked: Asked, statement: str) -> SqlScreen:
    app.desk.sql = asked
    await settled(pilot)
    await app.panes.obey(f"sql {statement}")
    await pilot.pause()
    assert isinstance(app.screen, SqlScreen)
    return app.screen


async def test_names_and_values_of_an_answer_cannot_act(hostile: pl.DataFrame) -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, Asked({"one": hostile}), "one")
        await settled(pilot)
        shown = text_of(app)
        assert "␛[31mred" in shown
        assert "[bold]x␛[2J" in shown
        assert "\x1b" not in shown
        assert "the first 3 rows" in shown
        await pilot.press("s")
        assert sorted(screen.answer.frame()["tone"]) == ["bad", "x", "y"]
        await pilot.press("enter")
        assert isinstance(app.screen, RecordScreen)


async def test_what_is_wrong_is_said_and_the_screen_stays() -> None:
    app = demo_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Asked({"bad": DeskError("only a SELECT is run here")}), "bad")
        await settled(pilot)
        assert "only a SELECT is run here" in text_of(app)
        await pilot.press("slash")
        assert isinstance(app.screen, SqlLine)


async def test_another_statement_stops_the_one_before(hostile: pl.DataFrame) -> None:
    app = demo_app()
    asked = Asked({"quick": hostile})
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, asked, "slow")
        await pilot.pause()
        before = asked.stopped
        await pilot.press("slash")
        await write(pilot, "quick")
        await settled(pilot)
        assert asked.stopped > before
        assert screen.answer.frame().height == 3
        assert "given up" not in text_of(app)


async def test_columns_are_completed() -> None:
    app = demo_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("Q")
        line = app.screen.query_one("#line")
        line.value = "SELECT sum(Effec"  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("tab")
        assert line.value == "SELECT sum(EffectiveCost"  # type: ignore[attr-defined]


async def test_an_error_can_be_read_to_its_end_on_a_small_terminal() -> None:
    app = demo_app()
    error = (
        'Binder Error: Referenced column "nope" not found in FROM clause!\n'
        "Candidate bindings: InvoiceId, PricingUnit, ServiceName, SkuMeter"
    )
    rows = pl.DataFrame({"before": [1, 2]})
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, Asked({"one": rows, "two": DeskError(error)}), "one")
        await settled(pilot)
        screen.written("two")
        await settled(pilot)
        shown = text_of(app)
        assert "ServiceName, SkuMeter" in shown
        assert "before" not in shown
        assert "2 rows" not in shown
