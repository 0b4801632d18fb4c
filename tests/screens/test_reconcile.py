"""Reconcile on screen: from any screen, what it shows against what was exported, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.queries.amounts import add
from finops_tui.screens.color import Look
from finops_tui.screens.reconcile import FilesScreen, ReconcileScreen
from finops_tui.settings import Settings
from finops_tui.store import Store
from tests.headless import bill
from tests.headless.test_quarantine import bad_bill
from tests.screens.at_the_desk import settled, text_of
from tests.screens.host import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = bill.two_months()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    bills = [
        bill.write(tmp_path / "bill.csv", ROWS),
        bad_bill(tmp_path / "march.csv", "2026-03", 3, good=500),
    ]
    loader.load(tmp_path / "store", bills)
    with Store(tmp_path / "store") as opened:
        yield opened


def loaded(period: str, currency: str) -> Decimal:
    return add(
        Decimal(row["EffectiveCost"])
        for row in ROWS
        if row["BillingPeriodStart"][:7] == period and row["BillingCurrency"] == currency
    )


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_explorer_shows_is_accounted_for(store: Store, size) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("f")
        await settled(pilot)
        on_screen = app.explorer.groups.total
        await pilot.press("#")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, ReconcileScreen)
        text = text_of(app)
        assert "accounted for" in text
        records = sum(one.exported for one in screen.account.records)
        assert records == len(ROWS) + 500
        assert f"{records - 3:,} loaded + 3 set aside" in text
        rows = {(row["period"], row["currency"]): row for row in screen.table.rows}
        code = app.explorer.view.currency
        assert add(row["shown"] for row in rows.values()) == on_screen
        for key in (("2026-04", "USD"), ("2026-05", "USD"), ("2026-05", "EUR")):
            assert rows[key]["loaded"] == loaded(*key)
            assert rows[key]["loaded"] == add((rows[key]["shown"], rows[key]["other"]))
            assert rows[key]["difference"] == 0
        assert rows["2026-05", code]["left.filter"] != 0
        if size[0] > 80:
            assert f"{screen.table.rows[0]['loaded']:f}".rstrip("0") in text  # to the last digit
        assert screen.table.rows[0]["period"] == "2026-05"
        await pilot.press("G", "enter")
        await settled(pilot)
        assert isinstance(app.screen, FilesScreen)
        assert "march.csv" in text_of(app)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.screen is app.explorer


async def test_it_opens_from_every_screen_and_follows_newer_data(store: Store) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        for way in ("O", "$", ["O", "u"]):
            keys = way if isinstance(way, list) else [way]
            await pilot.press(*keys, "#")
            await settled(pilot)
            assert isinstance(app.screen, ReconcileScreen)
            assert all(row["shown"] == row["loaded"] for row in app.screen.table.rows)
            await pilot.press("#")
            await settled(pilot)
            assert "you are here" in text_of(app)
            await pilot.press(*["escape"] * (len(keys) + 1))
            await settled(pilot)
        await pilot.press("#")
        await settled(pilot)
        path = bill.write(store.root.parent / "july.csv", [bill.row("2026-07-01", "0.0000000001")])
        loader.load(store.root, [path])
        await pilot.press("r")
        await settled(pilot)
        newest = app.screen.table.rows[0]
        assert (newest["period"], newest["loaded"]) == ("2026-07", Decimal("0.0000000001"))


async def test_an_empty_store_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "none") as store:
        app = FinopsApp(build_desk(store, Settings(), Look()))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("#")
            await settled(pilot)
            assert "nothing to account for" in text_of(app)
