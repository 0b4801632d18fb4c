"""Two periods, or two scopes, side by side: every cell against the raw rows, totals that reconcile."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from finops_tui.app import FinopsApp
from finops_tui.queries import compare
from finops_tui.queries.view import Condition
from finops_tui.screens import money
from finops_tui.screens.compare import CompareScreen
from finops_tui.screens.explain import ExplainScreen
from finops_tui.screens.explorer import Explorer
from tests.queries.small_bill import Row, charge
from tests.screens.at_the_desk import company, desk_over, settled, text_of
from tests.screens.host import HOSTILE

ROWS = company()


def app_over(rows: list[Row] | None = None) -> FinopsApp:
    return FinopsApp(desk_over(ROWS if rows is None else rows))


def cost_of(column: str, since: date, until: date, **only: Any) -> dict[Any, Decimal]:
    """What each value of a column cost in some days, by hand."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for row in ROWS:
        fits = all(row.get(name) == value for name, value in only.items())
        if fits and row["BillingCurrency"] == "USD" and since <= row["day"] < until:
            found[row.get(column)] += row["EffectiveCost"]
    return found


def table_of(screen: CompareScreen) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    return {row["name"]: (row["before"], row["now"], row["change"]) for row in screen.groups.rows}


async def opened(app: FinopsApp, pilot: Any, *keys: str) -> CompareScreen:
    await settled(pilot)
    for key in (*keys, "c"):
        await pilot.press(key)
        await settled(pilot)
    screen = app.screen
    assert isinstance(screen, CompareScreen)
    return screen


def beside(
    before: dict[Any, Decimal], now: dict[Any, Decimal]
) -> dict[Any, tuple[Decimal, Decimal, Decimal]]:
    zero = Decimal(0)
    return {
        name: (before.get(name, zero), now.get(name, zero), now.get(name, zero) - before.get(name, zero))
        for name in {**before, **now}
    }


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_two_periods(size: tuple[int, int]) -> None:
    app = app_over()
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot)
        expected = beside(
            cost_of("ServiceName", date(2026, 10, 1), date(2026, 10, 20)),
            cost_of("ServiceName", date(2026, 11, 1), date(2026, 11, 20)),
        )
        assert table_of(screen) == expected
        sizes = [abs(row["change"]) for row in screen.groups.rows]
        assert sizes == sorted(sizes, reverse=True)
        assert screen.both is not None
        total = screen.both.total
        assert total.change == sum(change for _, _, change in expected.values())
        text = text_of(app)
        assert money.amount(total.before, "USD") in text
        assert money.amount(total.now, "USD") in text
        assert money.delta(total.change, "USD") in text
        assert "Complete days only" in text


async def test_either_period_changes() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await screen.obey(":period 2026-10")
        await settled(pilot)
        await screen.obey(":against 2026-08")
        await settled(pilot)
        assert table_of(screen) == beside(
            cost_of("ServiceName", date(2026, 8, 1), date(2026, 9, 1)),
            cost_of("ServiceName", date(2026, 10, 1), date(2026, 11, 1)),
        )
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert screen.against is not None
        assert screen.against.until == date(2026, 8, 1)
        assert "no complete days to compare" in text_of(app)
        await pilot.press("right_square_bracket")
        await settled(pilot)
        await screen.obey(":against 2026-09")
        await settled(pilot)
        assert "30 days before, 31 now" in text_of(app)


async def test_grouped_and_filtered() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await screen.obey(":filter service:Compute")
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)
        since = (date(2026, 10, 1), date(2026, 11, 1))
        before, now = (
            cost_of("RegionId", day, day + timedelta(days=19), ServiceName="Compute") for day in since
        )
        expected = {name or "(no region)": cells for name, cells in beside(before, now).items()}
        assert table_of(screen) == expected


async def test_two_marked_rows_are_two_scopes() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        names = [app.explorer.groups.row(index)["name"] for index in (0, 1)]
        screen = await opened(app, pilot, "g", "space", "space")
        sides = [
            cost_of("RegionId", date(2026, 11, 1), date(2026, 11, 20), ServiceName=name) for name in names
        ]
        expected = {name or "(no region)": cells for name, cells in beside(*sides).items()}
        assert table_of(screen) == expected
        text = text_of(app)
        assert f"{names[1]} vs {names[0]}" in text
        assert "The same days on both sides." in text
        await pilot.press("C", "C", "enter")
        await settled(pilot)
        deeper = app.screen
        assert isinstance(deeper, CompareScreen)
        assert deeper.other is not None
        assert len(deeper.other[0]) == len(deeper.base.path) == 2


async def test_a_row_is_gone_into_explained_and_explored() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        row = screen.groups.current
        assert row is not None
        await pilot.press("enter")
        await settled(pilot)
        deeper = app.screen
        assert isinstance(deeper, CompareScreen)
        assert deeper.both is not None
        assert (deeper.both.total.before, deeper.both.total.now) == (row["before"], row["now"])
        await pilot.press("escape", "x")
        await settled(pilot)
        why = app.screen
        assert isinstance(why, ExplainScreen)
        assert why.one is not None
        assert why.one.change == row["change"]
        await pilot.press("escape", "o")
        await settled(pilot)
        assert isinstance(app.screen, Explorer)
        view = app.explorer.view
        assert view is not None
        assert view.path == (Condition("service", row["name"]),)


async def test_nothing_to_compare_is_said() -> None:
    app = app_over([charge(date(2026, 11, 1), "5")])
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        assert "no complete days to compare" in text_of(app)
        for key in ("x", "enter", "i", "o", "s", "y", "Y"):
            await pilot.press(key)
            await settled(pilot)
        assert app.screen is screen


async def test_it_is_copied_and_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr("finops_tui.screens.clipboard.copy", lambda _, text: copied.append(text) or "copied")
    app = app_over()
    async with app.run_test(size=(200, 60)) as pilot:
        screen = await opened(app, pilot)
        await screen.obey(":sort now")
        await settled(pilot)
        amounts = [row["now"] for row in screen.groups.rows]
        assert amounts == sorted(amounts, reverse=True)
        await pilot.press("Y")
        lines = copied[-1].splitlines()
        assert lines[0].split("\t")[:4] == ["name", "before", "now", "change"]
        assert len(lines) == 1 + len(screen.groups.rows)


@pytest.mark.parametrize("place", range(len(HOSTILE)))
async def test_hostile_names_do_no_harm(place: int) -> None:
    rows = [charge(date(2026, 10, 1) + timedelta(days=n), "1", ServiceName="x") for n in range(60)]
    rows += [charge(date(2026, 11, n), "7", ServiceName=HOSTILE[place]) for n in (3, 4)]
    app = app_over(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        text = text_of(app)
        assert "14.00" in text
        assert not any(bad in text for bad in ("\x1b", "\u202e", "\x07"))


def test_what_is_not_listed_is_added_up_exactly() -> None:
    import polars as pl

    def side(amounts: dict[str, str]) -> pl.DataFrame:
        columns = {
            "k0": list(amounts),
            "currency": ["USD"] * len(amounts),
            "label": [None] * len(amounts),
            "cost": [Decimal(amount) for amount in amounts.values()],
            "n": [1] * len(amounts),
        }
        return pl.DataFrame(columns, schema_overrides={"cost": pl.Decimal(38, 10), "label": pl.String})

    both = compare.table(side({"a": "1.1", "b": "2.02"}), side({"b": "5", "c": "0.003"}), "USD")
    assert [row.values for row in both.rows] == [("b",), ("a",), ("c",)]
    shown, rest = both.listed(1)
    assert [row.values for row in shown] == [("b",)]
    assert rest is not None
    assert (rest[0], rest[1].before, rest[1].now) == (2, Decimal("1.1"), Decimal("0.003"))
    assert both.total.change == Decimal("1.883")
    assert compare.table(side({"a": "1"}), side({"a": "1"}), "EUR").rows == ()
