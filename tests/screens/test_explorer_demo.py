"""The bundled sample through the whole program: what is on screen is what the files say."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from finops_tui import paths
from finops_tui.app import FinopsApp, demo_app
from finops_tui.screens import money
from tests.screens.at_the_desk import settled, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.queries.view import Period

FIELDS = ("ChargePeriodStart", "BillingCurrency", "ServiceName", "BilledCost", "EffectiveCost")


@pytest.fixture
def app() -> Iterator[FinopsApp]:
    made = demo_app()
    yield made
    made.close_store()


def raw_rows() -> list[dict[str, object]]:
    files = sorted(paths.sample_data().rglob("*.parquet"))
    return [
        row
        for file in files
        for row in pl.read_parquet(file, columns=list(FIELDS))
        .cast({"ChargePeriodStart": pl.String})
        .to_dicts()
    ]


def total(rows: list[dict[str, object]], period: Period, column: str = "EffectiveCost") -> Decimal:
    since, until = period.since.isoformat(), period.until.isoformat()
    costs = (
        row[column]
        for row in rows
        if row["BillingCurrency"] == "USD" and since <= str(row["ChargePeriodStart"])[:10] < until
    )
    return sum((Decimal(str(cost)) for cost in costs), Decimal(0))


async def test_the_first_screen_is_what_the_files_say(app: FinopsApp) -> None:
    rows = raw_rows()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        expected = total(rows, view.period)
        assert money.amount(expected, "USD") in text_of(app).splitlines()[1]
        assert app.explorer.groups.total == expected
        for word in ("projected", "budget", "(C)", "data to 18 Jun 2026"):
            assert word in text_of(app)
        await app.explorer.obey("period all")
        await app.explorer.obey("basis billed")
        await settled(pilot)
        view = app.explorer.view
        assert app.explorer.groups.total == total(rows, view.period, "BilledCost")
        for digit in "23456789":
            await pilot.press(digit)
            await settled(pilot)
            assert app.explorer.groups.total == total(rows, view.period, "BilledCost"), digit
