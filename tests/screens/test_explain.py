"""Why a figure changed, on screen: parts and drivers that add up, at any depth, and nothing that is not there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from finops_tui.app import FinopsApp
from finops_tui.queries import filters
from finops_tui.queries.view import Period
from finops_tui.screens import money
from finops_tui.screens.explain import ExplainScreen
from finops_tui.screens.explain_rows import RowsScreen
from finops_tui.screens.explorer import Explorer
from finops_tui.screens.resource import ResourceScreen
from tests.queries.small_bill import Row, charge
from tests.screens.at_the_desk import company, desk_over, settled, text_of

ROWS = company()
SIZES = ((80, 24), (120, 36), (200, 60))


def app_over(rows: list[Row] | None = None, **fields: Any) -> FinopsApp:
    return FinopsApp(desk_over(ROWS if rows is None else rows, **fields))


def sums(rows: list[Row], column: str, *, currency: str = "USD") -> dict[Any, tuple[Decimal, Decimal]]:
    """Before and now by a column, like for like: 1–19 October and November, by hand."""
    found: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        if row["BillingCurrency"] == currency and row["day"].month in {10, 11} and row["day"].day <= 19:
            found[row.get(column)][row["day"].month - 10] += row["EffectiveCost"]
    return {name: (pair[0], pair[1]) for name, pair in found.items()}


async def open_all(app: FinopsApp, pilot: Any, *keys: str) -> ExplainScreen:
    await settled(pilot)
    for key in ("X", *keys):
        await pilot.press(key)
        await settled(pilot)
    screen = app.screen
    assert isinstance(screen, ExplainScreen)
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_parts_and_drivers_add_up_to_the_change(size: tuple[int, int]) -> None:
    app = app_over()
    async with app.run_test(size=size) as pilot:
        screen = await open_all(app, pilot)
        by_service = sums(ROWS, "ServiceName")
        before, now = (sum(pair[i] for pair in by_service.values()) for i in (0, 1))
        steps = screen.parts.steps
        assert (steps[0].amount, steps[-1].amount) == (before, now)
        assert sum(step.amount for step in steps[1:-1]) == now - before
        assert steps[0].shown + sum(step.shown for step in steps[1:-1]) == steps[-1].shown
        rows = {row["name"]: (row["before"], row["now"], row["change"]) for row in screen.drivers.rows}
        assert rows == {
            name: (*pair, pair[1] - pair[0]) for name, pair in by_service.items() if pair != (0, 0)
        }
        text = text_of(app)
        for words in (
            "Why",
            "Everything",
            "1–19 Nov 2026 vs 1–19 Oct",
            "effective",
            "USD",
            "Complete days only",
        ):
            assert words in text
        assert money.amount(steps[-1].shown, "USD") in text


async def test_a_part_ranks_its_drivers() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        assert screen.one is not None
        for step in screen.parts.steps[1:-1]:
            await pilot.press("j")
            await settled(pilot)
            assert screen.part == step.name
            assert sum(row["change"] for row in screen.drivers.rows) == step.amount
            sizes = [abs(row["change"]) for row in screen.drivers.rows]
            assert sizes == sorted(sizes, reverse=True)
            assert f"{step.name}: " in text_of(app)


async def test_at_any_depth_a_driver_is_explained_again() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot, "tab")
        for depth in range(1, 5):
            row = screen.drivers.current
            assert row is not None
            await pilot.press("x")
            await settled(pilot)
            deeper = app.screen
            assert isinstance(deeper, ExplainScreen)
            assert len(app.screen_stack) == 3 + depth
            assert deeper.one is not None
            assert (deeper.one.before, deeper.one.now) == (row["before"], row["now"])
            assert deeper.words[-1] == row["name"]
            screen = deeper
            await pilot.press("tab")
            await settled(pilot)
        for _ in range(5):
            await pilot.press("escape")
            await settled(pilot)
        assert isinstance(app.screen, Explorer)


async def test_a_part_is_explained_again() -> None:
    tax = charge(date(2026, 11, 4), "7.50", ServiceName="Tax", ChargeCategory="Tax")
    app = app_over([*ROWS, tax])
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        names = [step.name for step in screen.parts.steps]
        for _ in range(names.index("tax")):
            await pilot.press("j")
        await settled(pilot)
        amount = screen.parts.steps[names.index("tax")].amount
        await pilot.press("x")
        await settled(pilot)
        deeper = app.screen
        assert isinstance(deeper, ExplainScreen)
        assert deeper is not screen
        assert deeper.one is not None
        assert dict(deeper.one.parts) == {"tax": amount}
        assert deeper.words[-1] == "tax"


async def test_enter_leads_to_the_things_and_their_line_items() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        names = [step.name for step in screen.parts.steps]
        for _ in range(names.index("usage") if "usage" in names else 1):
            await pilot.press("j")
        await settled(pilot)
        part = screen.part
        assert screen.one is not None
        assert part is not None
        await pilot.press("enter")
        await settled(pilot)
        things = app.screen
        assert isinstance(things, RowsScreen)
        assert sum(row["change"] for row in things.table_of_things.rows) == screen.one.parts[part]
        row = things.table_of_things.current
        assert row is not None
        await pilot.press("enter")
        await settled(pilot)
        resource = app.screen
        assert isinstance(resource, ResourceScreen)
        items = resource.query_one("#items")
        assert sum(item["cost"] for item in items.rows) == row["now"]
        await pilot.press("escape", "x")
        await settled(pilot)
        assert isinstance(app.screen, ExplainScreen)


async def test_grouped_by_something_else_it_is_the_same_change() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        assert screen.one is not None
        change, parts = screen.one.change, dict(screen.one.parts)
        await pilot.press("3")
        await settled(pilot)
        assert (screen.one.change, dict(screen.one.parts)) == (change, parts)
        found = {row["name"]: (row["before"], row["now"]) for row in screen.drivers.rows}
        expected = sums(ROWS, "RegionId")
        assert found == {name or "(no region)": pair for name, pair in expected.items()}


async def test_raw_days_are_one_key_away_and_said() -> None:
    rows = [charge(date(2026, 10, 1) + timedelta(days=n), "10") for n in range(50)]
    rows += [charge(date(2026, 11, 20), "1")]
    app = app_over(rows)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        assert screen.one is not None
        like = screen.one.now
        assert "raw days" not in text_of(app)
        await pilot.press("R")
        await settled(pilot)
        assert screen.one.now == like + 1
        assert "raw days" in text_of(app)
        assert "still arriving are among them" in text_of(app)
        await pilot.press("R")
        await settled(pilot)
        assert screen.one.now == like


async def test_other_periods() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert screen.base.period.since == date(2026, 10, 1)
        await screen.obey(":against 2026-08")
        await settled(pilot)
        assert screen.view is not None
        assert screen.view.compared is not None
        assert screen.view.compared.before == Period(date(2026, 8, 1), date(2026, 9, 1), "2026-08")
        assert screen.one is not None
        assert screen.one.before == sum(
            row["EffectiveCost"] for row in ROWS if row["day"].month == 8 and row["BillingCurrency"] == "USD"
        )
        await screen.obey(":against 2026-10")
        await settled(pilot)
        assert "share days" in text_of(app)
        await screen.obey(":period mtd")
        await settled(pilot)
        assert screen.against is None
        assert screen.one is not None


async def test_each_currency_has_its_own_explanation() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot, "C")
        assert screen.one is not None
        assert screen.one.currency == "EUR"
        assert "€12.34" in text_of(app)
        assert "USD" not in text_of(app)


async def test_offsetting_moves_are_called_out() -> None:
    rows = []
    for number in range(60):
        day = date(2026, 10, 1) + timedelta(days=number)
        late = day.month == 11
        rows += [charge(day, "10" if late else "20", ServiceName="Falling", ResourceId="a")]
        rows += [charge(day, "20" if late else "10", ServiceName="Rising", ResourceId="b")]
    app = app_over(rows)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot)
        assert screen.one is not None
        assert screen.one.masked
        assert "masked" in text_of(app)


async def test_a_bin_of_the_chart_is_explained() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("shift+tab", "left", "x")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ExplainScreen)
        assert screen.base.period == Period(date(2026, 11, 18), date(2026, 11, 19), screen.base.period.name)
        assert screen.view is not None
        assert screen.view.compared is not None
        assert screen.view.compared.before.days == 1


async def test_conditions_on_groups_do_not_narrow_what_is_explained() -> None:
    desk = desk_over(ROWS)
    assert desk.start is not None
    view = replace(desk.start, filter=filters.parse("service:Compute cost>1000000"))
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.explorer.go(view)
        await settled(pilot)
        screen = await open_all(app, pilot)
        assert screen.one is not None
        assert (screen.one.before, screen.one.now) == sums(ROWS, "ServiceName")["Compute"]


async def test_it_leads_back_to_the_explorer() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_all(app, pilot, "tab")
        row = screen.drivers.current
        assert row is not None
        await pilot.press("x")
        await settled(pilot)
        await pilot.press("tab", "o")
        await settled(pilot)
        assert isinstance(app.screen, Explorer)
        view = app.explorer.view
        assert view is not None
        assert next(condition.value for condition in view.path) == row["name"]
        assert view.compared is not None
