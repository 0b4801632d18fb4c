"""The explorer driven by its keys; figures checked against the raw rows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui.app import FinopsApp
from finops_tui.screens import money
from finops_tui.screens.desk import Desk, DeskError
from finops_tui.screens.kpi import KpiLine
from finops_tui.screens.widgets.stacked import StackedColumns
from tests.queries.small_bill import Row, charge
from tests.screens.at_the_desk import FIRST, LAST, BillDesk, company, desk_over, settled, text_of

if TYPE_CHECKING:
    import polars as pl

    from finops_tui.queries.view import View

ROWS = company()


def app_over(rows: list[Row] | None = None, **fields: Any) -> FinopsApp:
    return FinopsApp(desk_over(rows if rows is not None else ROWS, **fields))


def in_november(rows: list[Row], currency: str = "USD") -> list[Row]:
    return [r for r in rows if r["day"].month == 11 and r["BillingCurrency"] == currency]


def total(rows: list[Row], money_column: str = "EffectiveCost") -> Decimal:
    return sum((row[money_column] for row in rows), Decimal(0))


def shown_rows(app: FinopsApp) -> dict[tuple[str | None, ...], Decimal]:
    groups = app.explorer.groups
    frame = groups.ordered()
    assert frame is not None
    return {tuple(groups.values(i) or ()): cost for i, cost in enumerate(frame.get_column("cost"))}


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_first_screen(size: tuple[int, int]) -> None:
    app = app_over()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = text_of(app)
        assert money.amount(total(in_november(ROWS)), "USD") in text
        for words in (
            "test",
            "Everything",
            "1–19 Nov 2026",
            "effective",
            "USD, not EUR",
            "Compute",
            "Storage",
        ):
            assert words in text
        for words in ("Cost ▼", "Change", "Share", "Trend", "data to 19 Nov 2026", "Enter open", "d group"):
            assert words in text
        assert "Thu 19 Nov 2026" in text
        lines = text.splitlines()
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert ("▆▆▆▆" in text) == (size[0] >= 100)


async def test_a_very_small_terminal_keeps_the_table() -> None:
    app = app_over()
    async with app.run_test(size=(58, 13)) as pilot:
        await settled(pilot)
        assert "Compute" in text_of(app)
        assert "Cost ▼" in text_of(app)
        await pilot.resize_terminal(120, 36)
        await settled(pilot)
        assert "Thu 19 Nov 2026" in text_of(app)


async def test_the_total_is_the_sum_of_the_raw_rows_in_every_basis() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        seen = set()
        for _ in range(4):
            await pilot.press("B")
            await settled(pilot)
            view = app.explorer.view
            figures = app.explorer.query_one(KpiLine).figures
            assert view is not None
            assert figures is not None
            seen.add(view.basis)
            column = {"billed": "BilledCost", "effective": "EffectiveCost", "list": "ListCost"}.get(
                view.basis, "ContractedCost"
            )
            assert figures.cost == total(in_november(ROWS), column)
            assert sum(shown_rows(app).values()) == figures.cost
            assert view.basis in text_of(app)
        assert seen == {"billed", "effective", "contracted", "list"}


FIELDS = {"service": "ServiceName", "region": "RegionId", "usage": "SkuMeter", "resource": "ResourceId"}


def matching(rows: list[Row], view: View) -> list[Row]:
    return [row for row in rows if all(row.get(FIELDS[c.dimension]) == c.value for c in view.path)]


async def test_every_level_adds_up_to_the_row_it_was_entered_by() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        explorer = app.explorer
        for name in ("Compute", "Storage", "Database", "Tax"):
            entered = []
            while explorer.view is not None and explorer.view.dimension != "resource":
                rows = shown_rows(app)
                key = (name,) if (name,) in rows else next(iter(rows))
                explorer.groups.move_to(list(rows).index(key))
                entered.append((explorer.groups.cursor, rows[key]))
                await pilot.press("enter")
                await settled(pilot)
                inside = shown_rows(app)
                assert sum(inside.values()) == rows[key]
                by_hand: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
                for row in matching(in_november(ROWS), explorer.view):
                    by_hand[(row.get(FIELDS[explorer.view.dimension]),)] += row["EffectiveCost"]
                assert inside == by_hand
            for cursor, cost in reversed(entered):
                await pilot.press("escape")
                await settled(pilot)
                assert explorer.groups.cursor == cursor
                assert explorer.groups.current is not None
                assert explorer.groups.current["cost"] == cost
            assert explorer.view is not None
            assert explorer.view.path == ()


async def test_a_dimension_with_one_value_is_passed_by() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        app.explorer.groups.move_to([k[0] for k in shown_rows(app)].index("Database"))
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.view is not None
        assert app.explorer.view.dimension == "resource"
        await pilot.press("z")
        await settled(pilot)
        app.explorer.groups.move_to([k[0] for k in shown_rows(app)].index("Storage"))
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.view.dimension == "region"


async def test_keeping_and_leaving_out_are_complements() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        whole = sum(shown_rows(app).values())
        await pilot.press("f")
        await settled(pilot)
        kept = sum(shown_rows(app).values())
        assert "Compute" in text_of(app).splitlines()[0]
        await pilot.press("z", "F")
        await settled(pilot)
        left = sum(shown_rows(app).values())
        assert "not Compute" in text_of(app).splitlines()[0]
        assert kept + left == whole
        await pilot.press("0")
        await settled(pilot)
        assert sum(shown_rows(app).values()) == whole


async def test_every_grouping_of_the_digits_adds_up() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        seen = set()
        for digit in "23456789":
            await pilot.press(digit)
            await settled(pilot)
            assert sum(shown_rows(app).values()) == total(in_november(ROWS))
            assert app.explorer.view is not None
            seen.add(app.explorer.view.dimension)
        assert len(seen) == 8


async def test_marks_are_added_up_exactly() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await settled(pilot)
        await pilot.press("space", "space", "space")
        await settled(pilot)
        frame = app.explorer.groups.ordered()
        assert frame is not None
        expected = sum(frame.get_column("cost").to_list()[:3])
        assert app.explorer.groups.marked_sum() == expected
        assert f"3 marked: {money.amount(expected, 'USD')}" in text_of(app)
        await pilot.press("M")
        await settled(pilot)
        assert "marked:" not in text_of(app)


async def test_several_dimensions_at_once() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await app.explorer.obey("group service,region")
        await settled(pilot)
        rows = shown_rows(app)
        by_hand: dict[tuple[str | None, ...], Decimal] = defaultdict(Decimal)
        for row in in_november(ROWS):
            by_hand[row["ServiceName"], row.get("RegionId")] += row["EffectiveCost"]
        assert rows == by_hand
        assert "Region" in text_of(app)
        assert "Trend" not in text_of(app)
        first = next(iter(rows))
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.view is not None
        assert tuple(c.value for c in app.explorer.view.path) == first
        assert sum(shown_rows(app).values()) == rows[first]


async def test_what_is_taken_has_names_people_know() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        taken, shown = app.explorer.groups.taken(), app.explorer.groups.ordered()
        assert taken is not None
        assert shown is not None
        names = ["account", "account_name", "currency", "cost", "compared", "before", "lines"]
        assert taken.columns == names
        assert taken.get_column("cost").to_list() == shown.get_column("cost").to_list()
        await app.explorer.obey("group currency")
        await pilot.press("p")
        await settled(pilot)
        taken = app.explorer.groups.taken()
        assert taken is not None
        assert taken.columns == ["currency", "cost", "lines"]


async def test_a_resource_has_a_page_and_the_way_back() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("5", "j")
        await settled(pilot)
        view = app.explorer.view
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is not app.explorer
        assert app.panes.where == "resource"
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is app.explorer
        assert app.explorer.view == view
        assert app.explorer.groups.cursor == 1


async def test_sorting_keeps_the_row_and_the_sum() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("j")
        here = app.explorer.groups.values()
        orders = set()
        for key in ("s", "S", "s", "S", "s", "S"):
            await pilot.press(key)
            await settled(pilot)
            assert app.explorer.groups.values() == here
            orders.add(tuple(shown_rows(app)))
            assert sum(shown_rows(app).values()) == total(in_november(ROWS))
        assert len(orders) > 2


async def test_periods_shift_and_come_back() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        october = [r for r in ROWS if r["day"].month == 10 and r["BillingCurrency"] == "USD"]
        assert sum(shown_rows(app).values()) == total(october)
        assert "Oct 2026" in text_of(app)
        await pilot.press("right_square_bracket", "right_square_bracket")
        await settled(pilot)
        assert "nothing after this period" in text_of(app)


async def test_comparison_off_and_on() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("p")
        await settled(pilot)
        assert "not compared" in text_of(app)
        assert "Change" not in text_of(app)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert "not compared" in text_of(app)
        await pilot.press("p")
        await settled(pilot)
        assert "vs 31 Aug – 30 Sep" in text_of(app)


async def test_the_change_is_like_for_like() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        view = app.explorer.view
        assert view is not None
        assert view.compared is not None
        frame = app.explorer.groups.ordered()
        assert frame is not None
        for row in frame.to_dicts():
            own = [r for r in ROWS if r["ServiceName"] == row["k0"] and r["BillingCurrency"] == "USD"]
            assert row["now"] == total([r for r in own if r["day"] in view.compared.now])
            assert row["before"] == total([r for r in own if r["day"] in view.compared.before])


async def test_one_currency_at_a_time() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("C")
        await settled(pilot)
        text = text_of(app)
        assert "EUR" in text.splitlines()[0]
        assert "€12.34" in text
        assert sum(shown_rows(app).values()) == total(in_november(ROWS, "EUR"))
        assert f"{money.amount(total(in_november(ROWS)), 'USD')} apart" in text


async def test_the_chart_cursor_reads_and_enters() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("tab")
        assert isinstance(app.focused, StackedColumns)
        await pilot.press("left", "h")
        await settled(pilot)
        day = LAST.replace(day=17)
        expected = total([r for r in in_november(ROWS) if r["day"] == day])
        assert "Tue 17 Nov 2026" in text_of(app)
        assert money.amount(expected, "USD") in text_of(app)
        await pilot.press("enter")
        await settled(pilot)
        assert sum(shown_rows(app).values()) == expected
        assert "17 Nov 2026" in text_of(app).splitlines()[0]
        await pilot.press("z")
        await settled(pilot)
        assert sum(shown_rows(app).values()) == total(in_november(ROWS))


async def test_hours_of_a_day_add_up_to_it() -> None:
    rows = [charge(LAST, f"{hour}.25", hour=hour, ServiceName=f"S{hour % 3}") for hour in range(24)]
    rows += [charge(LAST.replace(day=18), "1", ServiceName="S0")]
    desk = desk_over(rows)
    assert desk.calendar is not None
    desk.calendar = replace(desk.calendar, hourly=True)
    app = FinopsApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.explorer.obey(f"period {LAST}")
        await pilot.press("equals_sign", "tab", "g")
        await settled(pilot)
        assert app.explorer.view is not None
        assert app.explorer.view.grain == "hour"
        assert sum(shown_rows(app).values()) == total([row for row in rows if row["day"] == LAST])
        assert "19 Nov 2026 00:00  $0.25" in text_of(app)
        await pilot.press("G")
        await settled(pilot)
        assert "19 Nov 2026 23:00  $23.25" in text_of(app)
        await app.explorer.obey("period all")
        await pilot.press("tab", "tab", "G")
        await settled(pilot)
        assert app.explorer.view.grain == "hour"


async def test_the_mouse_sorts_and_enters() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        before = list(shown_rows(app))
        await pilot.click("#groups", offset=(3, 0))
        await settled(pilot)
        assert list(shown_rows(app)) == sorted(before)
        await pilot.click("#groups", offset=(3, 3), times=2)
        await settled(pilot)
        assert app.explorer.view is not None
        assert [c.value for c in app.explorer.view.path] == ["Storage"]


async def test_the_same_view_is_asked_again_after_a_load() -> None:
    desk = desk_over(ROWS)
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        desk.ask = desk_over([*ROWS, charge(LAST, "1000", ServiceName="New")]).ask
        app.explorer.data_changed()
        await settled(pilot)
        assert sum(shown_rows(app).values()) == total(in_november(ROWS)) + 1000
        assert "New" in text_of(app)


@pytest.mark.parametrize("picture", ["trend", "ranking", "calendar", "treemap", "table"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_every_picture_shows_the_slice(picture: str, size: tuple[int, int]) -> None:
    app = app_over()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await app.explorer.obey(picture)
        await settled(pilot)
        assert app.explorer.picture.picture == picture
        assert "Compute" in text_of(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.explorer.view is not None
        assert [c.value for c in app.explorer.view.path] == ["Compute"]


async def test_undo_and_redo_are_about_views() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        views = [app.explorer.view]
        for key in ("2", "B", "minus", "p"):
            await pilot.press(key)
            await settled(pilot)
            views.append(app.explorer.view)
        assert len(set(views)) == 5
        for view in reversed(views[:-1]):
            await pilot.press("z")
            await settled(pilot)
            assert app.explorer.view == view
        await pilot.press("z")
        await settled(pilot)
        assert "first view" in text_of(app)
        for view in views[1:]:
            await pilot.press("Z")
            await settled(pilot)
            assert app.explorer.view == view


class SlowDesk(BillDesk):
    """Holds back the answers to views by one dimension, and ignores that nobody waits for them."""

    def __init__(self, plain: BillDesk, slow: str) -> None:
        super().__init__(plain.bill)
        self.slow = slow
        self.gate = asyncio.Event()
        self.held = 0

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        if self.slow in view.group_by and question == "by_key":
            self.held += 1
            waiting = asyncio.ensure_future(self.gate.wait())
            while not waiting.done():
                try:
                    await asyncio.shield(waiting)
                except asyncio.CancelledError:
                    continue
        return await super().__call__(question, view, **parameters)


async def test_a_stale_answer_is_never_painted() -> None:
    desk = desk_over(ROWS)
    assert isinstance(desk.ask, BillDesk)
    slow = SlowDesk(desk.ask, "region")
    desk.ask = slow
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        before = text_of(app)
        await pilot.press("3")
        while "asking…" not in text_of(app):
            await pilot.pause(0.05)
        assert slow.held
        assert "Service " in text_of(app)
        assert "Region" not in text_of(app)
        await pilot.press("4")
        slow.gate.set()
        await settled(pilot)
        assert app.explorer.groups.shown is not None
        assert app.explorer.groups.shown.group_by == ("usage",)
        assert "TimedStorage" in text_of(app)
        assert "us-east-1" not in text_of(app)
        assert "Region" not in text_of(app)
        assert "asking…" not in text_of(app)
        assert before != text_of(app)


async def test_what_cannot_be_answered_is_said() -> None:
    desk = desk_over(ROWS)
    plain = desk.ask

    async def ask(question: str, view: View, **parameters: object) -> pl.DataFrame:
        if "region" in view.group_by:
            raise DeskError("a segment is damaged: load 2026-11 again")
        return await plain(question, view, **parameters)

    desk.ask = ask
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)
        assert text_of(app).count("a segment is damaged: load 2026-11 again") >= 1
        await pilot.press("1")
        await settled(pilot)
        assert "Compute" in text_of(app)


async def test_an_empty_store_says_what_to_do() -> None:
    desk = Desk(desk_over(ROWS).ask, None, desk_over(ROWS).look, None)
    app = FinopsApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Nothing is loaded" in text_of(app)
        for key in (
            "enter",
            "escape",
            "3",
            "f",
            "left_square_bracket",
            "z",
            "s",
            "B",
            "v",
            "0",
            "y",
            "d",
            "t",
        ):
            await pilot.press(key)
            await settled(pilot)
        full = desk_over(ROWS)
        desk.calendar, desk.start, desk.ask = full.calendar, full.start, full.ask
        app.explorer.data_changed()
        await settled(pilot)
        assert "Compute" in text_of(app)


async def test_nothing_that_matches_says_which_key_helps() -> None:
    app = app_over()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.explorer.obey("filter service=Nothing")
        await settled(pilot)
        assert "Nothing matches: / changes the filter" in text_of(app)
        await pilot.press("0")
        await settled(pilot)
        assert "Compute" in text_of(app)


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "[bold red]markup[/]",
    "a\u202eb\u200bc",
    "x\ny\tz",
    "=cmd|' /C calc'!A0",
    "\x9b2J",
    "名前\u0301\u0301",
    "\x00\x07",
    "[@click=app.quit]quit[/]",
    "",
]


@pytest.mark.parametrize("picture", ["trend", "ranking", "treemap"])
async def test_hostile_names_are_text(picture: str) -> None:
    rows = [
        charge(FIRST.replace(month=11, day=n + 1), "5", ServiceName=name, RegionId=name, ResourceId=name)
        for name in HOSTILE
        for n in range(5)
    ]
    app = app_over(rows)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await app.explorer.obey(picture)
        for key in ("f", "z", "F", "z", "enter", "escape"):
            await pilot.press(key)
            await settled(pilot)
            text = text_of(app)
            assert not [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
            assert "\u202e" not in text
            assert "\u200b" not in text
        assert "[bold red]markup[/]" in text
        assert sum(shown_rows(app).values()) == Decimal(5 * 5 * len(HOSTILE))


async def test_groups_without_a_value_can_be_entered() -> None:
    app = app_over()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)
        rows = shown_rows(app)
        assert (None,) in rows
        app.explorer.groups.move_to(list(rows).index((None,)))
        await pilot.press("enter")
        await settled(pilot)
        assert "(no region)" in text_of(app).splitlines()[0]
        assert sum(shown_rows(app).values()) == rows[(None,)]


async def test_a_second_currency_alone_is_said_where_the_first_has_nothing() -> None:
    rows = [charge(LAST, "7", BillingCurrency="EUR", ServiceName="A"), charge(FIRST, "9", ServiceName="B")]
    desk = desk_over(rows)
    assert desk.start is not None
    desk.start = replace(desk.start, currency="USD")
    app = FinopsApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "€7.00 apart (C)" in text_of(app)
        assert "No charges in this period" in text_of(app)
