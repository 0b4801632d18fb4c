"""Records set aside, on screen: paged, safe, exported whole."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from finops_tui import loader
from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.screens import quarantine
from finops_tui.screens.color import Look
from finops_tui.screens.quarantine import QuarantinedRecord, QuarantineScreen
from finops_tui.settings import Settings
from finops_tui.store import Store
from tests.headless.test_quarantine import bad_bill
from tests.screens.at_the_desk import settled, text_of
from tests.screens.host import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    bills = [bad_bill(tmp_path / "april.csv", "2026-04", 4), bad_bill(tmp_path / "may.csv", "2026-05", 5)]
    loader.load(tmp_path / "store", bills)
    with Store(tmp_path / "store") as opened:
        yield opened


@pytest.mark.parametrize("size", SIZES)
async def test_records_are_listed_with_reason_and_text_and_opened(store: Store, size) -> None:
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("O", "u")
        await settled(pilot)
        assert isinstance(app.screen, QuarantineScreen)
        text = text_of(app)
        for words in ("9 records set aside", "april.csv", "may.csv", "BilledCost"):
            assert words in text
        assert "\x1b" not in text
        await pilot.press("j", "s", "S", "g", "enter")
        await settled(pilot)
        assert isinstance(app.screen, QuarantinedRecord)
        assert "apples" in text_of(app)
        await pilot.press("escape", "]")
        await settled(pilot)
        assert "this is the last page" in text_of(app)


async def test_pages_turn_and_an_export_has_all_of_them(store: Store, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(quarantine, "PAGE", 4)
    monkeypatch.setattr(quarantine, "SHOWN", 20)
    app = FinopsApp(build_desk(store, Settings(), Look()))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("O", "u", "]", "]")
        await settled(pilot)
        assert "page 3 of 3" in text_of(app)
        table = app.screen.table
        assert [row["record"] for row in table.rows] == [7 * 4 + 4]
        assert len(table.rows[0]["raw"]) == 20
        await pilot.press("[", "[", "[")
        await settled(pilot)
        assert "this is the first page" in text_of(app)
        out = tmp_path / "out.csv"
        await app.screen.obey(f"export {out}")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        with out.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 9
        assert all(len(row["raw"]) > 20 for row in rows)


async def test_an_empty_quarantine_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "none") as store:
        app = FinopsApp(build_desk(store, Settings(), Look()))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("O", "u", "e")
            await settled(pilot)
            assert "No record was set aside" in text_of(app)
            assert "there is no record to export" in text_of(app)


async def test_a_load_says_at_once_how_many_records_were_set_aside(tmp_path: Path) -> None:
    bill = bad_bill(tmp_path / "may.csv", "2026-05", 5)
    with Store(tmp_path / "empty") as empty:
        app = FinopsApp(build_desk(empty, Settings(), Look()))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert app.desk.load is not None
            report = await app.desk.load([str(bill)], lambda _: None, lambda: False)
            assert report.notes[0] == "5 records were set aside: Sources shows them"
