"""Budgets and burn-down: figures against the raw rows, states in words, every key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finops_tui.queries import filters
from finops_tui.queries.budgets import Budget
from finops_tui.screens.budgets import BudgetsScreen
from finops_tui.screens.burn_down import BurnDownScreen
from finops_tui.screens.color import Look
from finops_tui.screens.money import amount
from finops_tui.screens.page import SortedTable
from finops_tui.screens.widgets.lines import LineChart
from tests.queries.small_bill import charge
from tests.screens.host import HOSTILE, SIZES, Host, desk_of, sample_rows, screen_text, settled

BUDGETS = (
    Budget("Everything", Decimal(3000)),
    Budget("Storage", Decimal(50), scope="service:Storage", thresholds=(Decimal(80), Decimal(100))),
    Budget("Euros", Decimal(100), currency="EUR", basis="billed"),
    Budget("Without tax", Decimal(500), excluded=frozenset({"tax", "credit"}), owner="me"),
    Budget(HOSTILE[0], Decimal(1), scope=filters.term("service", HOSTILE[1])),
)


def spent(budget, rows, until=date(2026, 6, 1)):
    """What a budget's scope cost in May, by Decimal over the raw rows."""
    column = {"effective": "EffectiveCost", "billed": "BilledCost"}[budget.basis]
    total = Decimal(0)
    for row in rows:
        if not date(2026, 5, 1) <= row["day"] < until or row["BillingCurrency"] != budget.currency:
            continue
        if budget.name == "Storage" and row["ServiceName"] != "Storage":
            continue
        if budget.excluded and row["ChargeCategory"] in {"Tax", "Credit"}:
            continue
        if budget.name == HOSTILE[0] and row["ServiceName"] != HOSTILE[1]:
            continue
        total += row[column]
    return total


async def test_the_actual_cost_of_every_budget_is_that_of_the_rows():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BudgetsScreen(desk))
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        table = app.screen.query_one(SortedTable)
        assert [row["name"] for row in table.rows] == [budget.name for budget in BUDGETS]
        for budget, row in zip(BUDGETS, table.rows, strict=True):
            expected = spent(budget, sample_rows())
            assert row["actual"] == expected
            assert row["used"] == f"{expected * 100 / budget.amount:.1f}%"
            assert row["prorated"] == (budget.amount * 18 / 31).quantize(Decimal("1E-10"))
        text = screen_text(app)
        assert amount(spent(BUDGETS[0], sample_rows()), "USD", symbol=False) in text
        assert HOSTILE[0] in text


async def test_states_are_in_words():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BudgetsScreen(desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        states = {row["name"]: row["state"] for row in app.screen.query_one(SortedTable).rows}
        assert states["Storage"] == "✗ breached"
        assert states["Everything"] == "✓ on track"
        assert states["Without tax"].startswith("✗ breach")
        text = screen_text(app)
        assert all(state in text for state in states.values())


@pytest.mark.parametrize("size", SIZES)
async def test_no_budgets_says_how_to_write_one(size):
    app = Host(BudgetsScreen(desk_of()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "[[budget]]" in text
        assert 'scope = "tag.team:core"' in text
        await pilot.press("s", "S", "y", "Y", "e", "enter", "o", "j", "escape")
        await settled(pilot)
        assert app.results == [None]


async def load_nothing(*_given, **_named):
    raise AssertionError("nothing is loaded here")


async def test_without_data_it_says_what_to_do():
    desk = desk_of(budgets=BUDGETS)
    desk.calendar, desk.load = None, load_nothing
    for screen in (BudgetsScreen(desk), BurnDownScreen(desk, BUDGETS[0])):
        app = Host(screen)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert "Nothing is loaded yet: press O, then a, to load bills" in screen_text(app)
            await pilot.press("o", "enter")


async def test_o_explores_the_scope():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BudgetsScreen(desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "o")
        await settled(pilot)
        view = app.result
        assert view.filter == filters.parse("service:Storage")
        assert (view.period.since, view.period.until) == (date(2026, 5, 1), date(2026, 6, 1))
        assert (view.basis, view.currency, view.group_by) == ("effective", "USD", ("service",))
        frame = desk.ask.bill.ask("total", view)
        assert frame.to_dicts()[0]["cost"] == spent(BUDGETS[1], sample_rows())


async def test_enter_opens_the_burn_down_and_enter_again_the_explorer():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BudgetsScreen(desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "down", "enter")
        await settled(pilot)
        assert isinstance(app.screen, BurnDownScreen)
        await pilot.press("enter")
        await settled(pilot)
        assert app.result.excluded == {"tax", "credit"}
        assert app.result.path == ()


async def test_the_burn_down_adds_up():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BurnDownScreen(desk, BUDGETS[0]))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        screen = app.screen
        rows = sample_rows()
        assert screen.state.actual == spent(BUDGETS[0], rows)
        for day, cost in screen.state.spent:
            assert cost == spent(BUDGETS[0], rows, date.fromordinal(day.toordinal() + 1))
        table = screen.query_one(SortedTable)
        assert table.rows[0]["cost"] == sum(row["cost"] for row in table.rows[1:])
        plot = screen.query_one(LineChart)._plot
        assert len(plot.labels) == 31
        assert plot.lines[0].values[17] == screen.state.spent[-1][1]
        assert plot.lines[0].values[18] is None
        assert plot.lines[1].values[17] == screen.state.spent[-1][1]
        assert plot.lines[1].values[30] == screen.state.ahead[-1][1]
        assert "projected" in screen_text(app)


async def test_a_service_of_the_burn_down_leads_into_it():
    desk = desk_of(budgets=BUDGETS)
    app = Host(BurnDownScreen(desk, BUDGETS[0]))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        row = app.first.query_one(SortedTable).rows[1] if app.first.is_attached else {"cost": None}
        frame = desk.ask.bill.ask("total", app.result)
        assert app.result.path[0].dimension == "service"
        assert row["cost"] in {None, frame.to_dicts()[0]["cost"]}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", range(len(BUDGETS)))
async def test_the_burn_down_fits(size, place):
    app = Host(BurnDownScreen(desk_of(budgets=BUDGETS), BUDGETS[place]))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "All of it" in text
        assert "actual" in text
        await pilot.press("tab", "plus", "plus", "H", "h", "l", "j", "k", "g", "G", "y", "escape")
        await settled(pilot)
        assert app.results == [None]


async def test_a_month_without_charges_before_says_why_there_is_no_projection():
    rows = [charge(date(2026, 5, day), "2") for day in range(1, 5)]
    budget = Budget("Young", Decimal(100))
    app = Host(BurnDownScreen(desk_of(rows, budgets=(budget,)), budget))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "no projection: needs 14 complete days" in screen_text(app)


async def test_sorting_copying_and_exporting(monkeypatch):
    copied = []
    monkeypatch.setattr(
        "finops_tui.screens.clipboard.copy", lambda app, text: copied.append(text) or "copied"
    )
    desk = desk_of(budgets=BUDGETS)
    app = Host(BudgetsScreen(desk))
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        table = app.screen.query_one(SortedTable)
        await pilot.press("s")
        names = [row["name"] for row in table.rows]
        assert names == sorted(names, key=str.casefold)
        await pilot.press("S")
        assert [row["name"] for row in table.rows] == names[::-1]
        await pilot.press("s")
        assert table.rows[0]["currency"] == "EUR"
        dollars = [row["actual"] for row in table.rows if row["currency"] == "USD"]
        assert dollars == sorted(dollars, reverse=True)
        await app.screen.obey("sort budget")
        await pilot.press("Y")
        assert copied[-1].splitlines()[0].startswith("name\tactual\tamount")
        assert len(copied[-1].splitlines()) == len(BUDGETS) + 1
        await pilot.press("g", "y")
        assert copied[-1] == table.rows[0]["name"]
        frame = table.frame()
        assert frame["actual"].to_list() == [row["actual"] for row in table.rows]
        await pilot.press("e")
        await settled(pilot)
        assert "Export 5 rows" in screen_text(app)


async def test_without_colour_and_unicode_it_is_ascii():
    look = Look(depth="none", charset="ascii")
    for screen in (BudgetsScreen, lambda desk: BurnDownScreen(desk, BUDGETS[0])):
        app = Host(screen(desk_of(budgets=BUDGETS, look=look)), look)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert not {c for c in screen_text(app) if not c.isascii()}
