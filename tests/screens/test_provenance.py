"""Where a figure comes from, on screen: words, SQL that runs, files, line items; over a store of real files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finops_tui.app import FinopsApp
from finops_tui.desks import build_desk
from finops_tui.queries.amounts import exact
from finops_tui.screens import money
from finops_tui.screens.color import Look
from finops_tui.screens.line_items import RecordScreen
from finops_tui.screens.provenance import ProvenanceScreen
from finops_tui.settings import Settings
from tests.queries.focus_files import rows, store_of, teams, write_csv, write_parquet
from tests.screens.at_the_desk import desk_over, settled, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finops_tui.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of a Parquet export."""
    folder = tmp_path_factory.mktemp("export")
    write_parquet(folder / "export.parquet", rows(days=70))
    with store_of(folder / "store", folder / "export.parquet") as store:
        yield store


def app_over(store: Store) -> FinopsApp:
    return FinopsApp(build_desk(store, Settings(teams=teams()), Look()))


async def opened(app: FinopsApp, pilot: Any, *keys: str) -> ProvenanceScreen:
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    screen = app.screen
    assert isinstance(screen, ProvenanceScreen)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_a_row_of_the_explorer(store: Store, size: tuple[int, int]) -> None:
    app = app_over(store)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        row = app.explorer.groups.current
        assert row is not None
        screen = await opened(app, pilot, "i")
        found = screen.found
        assert found is not None
        assert (found.cost, found.now, found.before) == (row["cost"], row["now"], row["before"])
        assert found.lines == row["n"]
        assert screen.words == (row["name"],)
        text = text_of(app)
        assert money.amount(found.cost, "USD") in text
        assert "add up to it to the last digit" in " ".join(text.split())
        assert "export.parquet" in text
        assert "SQL for DuckDB, over the export files (1 of 8)" in text


async def test_the_copied_sql_gives_the_figure(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr("finops_tui.screens.clipboard.copy", lambda _, text: copied.append(text) or "copied")
    app = app_over(store)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "I", "y")
        found = screen.found
        assert found is not None
        got = duckdb.connect().execute(copied[-1]).fetchone()
        assert got == (found.cost, found.lines, found.now, found.before)
        assert copied[-1].startswith("-- ")
        await pilot.press("v", "v", "y")
        await settled(pilot)
        assert "COALESCE(SUM(" in copied[-1].replace("\n", "").replace(" ", "")
        assert "SQL for athena" in text_of(app)
        await pilot.press("V", "V", "V", "y")
        await settled(pilot)
        assert "FROM focus" in copied[-1]
        await pilot.press("tab", "y")
        assert copied[-1].endswith("export.parquet")


async def test_it_is_run_on_the_files_and_compared(store: Store) -> None:
    app = app_over(store)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "I", "R")
        found = screen.found
        assert found is not None
        assert f"the same to the last digit: {exact(found.cost)} USD" in text_of(app)
        await pilot.press("v", "R")
        await settled(pilot)
        assert "only the SQL over the export files can be run here" in text_of(app)


async def test_files_that_changed_meanwhile_are_found_out(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    charges = rows(days=70)
    write_csv(file, charges)
    with store_of(tmp_path / "store", file) as store:
        app = app_over(store)
        async with app.run_test(size=(120, 36)) as pilot:
            screen = await opened(app, pilot, "I")
            last = max(row["ChargePeriodStart"] for row in charges if row["BillingCurrency"] == "USD")
            for row in charges:
                if row["ChargePeriodStart"] == last and row["BillingCurrency"] == "USD":
                    row["EffectiveCost"] = str(Decimal(row["EffectiveCost"]) + 1)
            write_csv(file, charges)
            await pilot.press("R")
            await settled(pilot)
            assert "not the same (cost" in text_of(app)
            file.unlink()
            await pilot.press("R")
            await settled(pilot)
            assert "No files found" in text_of(app)
            assert app.screen is screen


async def test_line_items_are_shown_in_full(store: Store) -> None:
    app = app_over(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "i", "tab", "tab")
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, RecordScreen)


async def test_figures_of_other_screens(store: Store) -> None:
    app = app_over(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("X")
        await settled(pilot)
        why = app.screen
        screen = await opened(app, pilot, "j", "i")
        assert screen.words[-1] == f"what is behind {why.part}"
        assert "docs/explain.md" in text_of(app)
        await pilot.press("escape", "escape", "c")
        await settled(pilot)
        row = app.screen.groups.current
        screen = await opened(app, pilot, "i")
        assert screen.found is not None
        assert (screen.found.now, screen.found.before) == (row["now"], row["before"])


async def test_what_has_no_files_says_so() -> None:
    app = FinopsApp(desk_over([dict(row) for row in _plain()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "I", "R", "v", "y")
        assert "came from no files" in text_of(app)


def _plain() -> list[dict[str, Any]]:
    from datetime import date

    from tests.queries.small_bill import charge

    return [charge(date(2026, 11, day), "2") for day in range(1, 9)]
