"""One currency by rates, on screen: the figures, the rates beside them, and what has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui.app import FinopsApp
from finops_tui.queries import quality
from finops_tui.queries.exchange import Rates
from finops_tui.screens import converting, money
from finops_tui.screens.compare import CompareScreen
from finops_tui.screens.currency_picker import CONVERTED, CurrencyPicker
from finops_tui.screens.kpi import KpiLine
from finops_tui.screens.line import Line
from finops_tui.screens.quality import QualityScreen
from tests.queries.small_bill import charge
from tests.screens.at_the_desk import company, desk_over, settled, text_of

if TYPE_CHECKING:
    from finops_tui.screens.desk import Desk

ROWS = [
    *company(),
    *(charge(date(2026, 11, day), "100.5", ServiceName="Licences", BillingCurrency="EUR") for day in (3, 12)),
    charge(date(2026, 11, 9), "7000", ServiceName="Licences", BillingCurrency="JPY"),
]
RATES = Rates(
    {("EUR", "USD"): {date(2026, 10, 20): Decimal("1.1"), date(2026, 11, 10): Decimal("1.0834")}},
    "rates.csv",
    "USD",
)


def desk() -> Desk:
    return desk_over(ROWS, rates=RATES)


def spent(codes: set[str]) -> Decimal:
    """In November, EUR by the rate of the day: the other way."""
    total = Decimal(0)
    for row in ROWS:
        if row["day"] >= date(2026, 11, 1) and row["BillingCurrency"] in codes:
            rate = Decimal(1)
            if row["BillingCurrency"] == "EUR":
                rate = Decimal("1.1") if row["day"] < date(2026, 11, 10) else Decimal("1.0834")
            total += row["EffectiveCost"] * rate
    return total


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_key_goes_through_the_currencies_to_all_of_them_converted(size: tuple[int, int]) -> None:
    app = FinopsApp(desk())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        seen = []
        for _ in range(5):
            view = app.explorer.view
            assert view is not None
            seen.append((view.currency, view.converted))
            if view.converted is not None:
                kpi = app.explorer.query_one(KpiLine).text
                assert money.amount(spent({"USD", "EUR"}), "USD") in kpi
                assert f"{money.amount(Decimal(7000), 'JPY')} has no rate" in kpi
                shown = text_of(app)
                assert "USD converted" in shown
                assert "EUR→USD 1.0834 of 2026-11-10" in shown
                assert "has no rate" in shown
                assert app.explorer.groups.total == spent({"USD", "EUR"})
            await pilot.press("C")
            await settled(pilot)
        assert seen[0] == seen[4]
        assert seen[3] == ("USD", "USD")
        assert {currency for currency, converted in seen[:3] if converted is None} == {"USD", "EUR", "JPY"}


async def test_the_window_offers_it_and_marks_it() -> None:
    own = desk()
    assert own.start is not None
    picker = CurrencyPicker(own, own.start)
    choice = next(one for one in picker.choices() if one.key == CONVERTED)
    view = picker.made(choice)
    assert (view.currency, view.converted) == ("USD", "USD")
    assert CurrencyPicker(own, view).current() == CONVERTED
    back = CurrencyPicker(own, view)
    assert back.made(next(one for one in back.choices() if one.key == "EUR")).converted is None
    assert CONVERTED not in {one.key for one in CurrencyPicker(desk_over(ROWS), own.start).choices()}


async def test_a_comparison_says_the_rates_it_is_by() -> None:
    own = desk()
    assert own.start is not None
    app = FinopsApp(own)
    async with app.run_test(size=(200, 40)) as pilot:
        await settled(pilot)
        app.push_screen(CompareScreen(own, replace(own.start, currency="USD", converted="USD")))
        await settled(pilot)
        top = app.screen.query_one("#top", Line).text
        assert "USD by EUR→USD 1.0834 of 2026-11-10, 2 rates, none before 2026-10-20" in top
        assert "no rate of JPY (rates.csv)" in top
        assert app.screen.both.total.now == spent_until(date(2026, 11, 1), app.screen.view.compared.now.until)  # type: ignore[attr-defined]


def spent_until(since: date, until: date) -> Decimal:
    """As `spent`, of some days."""
    rows = [row for row in ROWS if since <= row["day"] < until and row["BillingCurrency"] != "JPY"]
    rates = {True: Decimal("1.1"), False: Decimal("1.0834")}
    return sum(
        (
            row["EffectiveCost"]
            * (rates[row["day"] < date(2026, 11, 10)] if row["BillingCurrency"] == "EUR" else 1)
            for row in rows
        ),
        Decimal(0),
    )


async def test_the_check_of_rates_leads_to_what_has_none() -> None:
    app = FinopsApp(desk())
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("exclamation_mark")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, QualityScreen)
        place = next(place for place, one in enumerate(screen.findings) if one.name == "rate")
        found = screen.findings[place]
        assert (found.state, found.broken, dict(found.amounts)) == (quality.FAIL, 1, {"JPY": Decimal(7000)})
        screen.checks.move_to(place)
        await pilot.press("enter")
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        assert (view.currency, view.converted) == ("JPY", "USD")
        assert app.explorer.groups.total == 7000
        assert "JPY without a rate" in text_of(app)


def test_without_rates_nothing_is_offered() -> None:
    assert converting.target(desk_over(ROWS)) == ""
    useless = Rates({("GBP", "USD"): {date(2026, 1, 1): Decimal(1)}}, "rates.csv", "USD")
    assert converting.target(desk_over(ROWS, rates=useless)) == ""
    assert converting.target(desk()) == "USD"
