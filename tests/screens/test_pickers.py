"""Pickers: what they offer, what each key makes of the view, and their figures against the raw rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finops_tui.queries.view import BASES, CATEGORIES
from finops_tui.screens.basis_picker import BasisPicker
from finops_tui.screens.color import Look
from finops_tui.screens.compare_picker import ComparePicker
from finops_tui.screens.currency_picker import CurrencyPicker
from finops_tui.screens.group_picker import GROUPINGS, GroupPicker
from finops_tui.screens.money import amount
from finops_tui.screens.period_picker import PRESETS, PeriodPicker
from tests.screens.host import HOSTILE, SIZES, Host, desk_of, sample_rows, screen_text, settled, type_in

ALL = (GroupPicker, PeriodPicker, BasisPicker, ComparePicker, CurrencyPicker)


async def chosen(picker, desk, *keys, typed="", view=None):
    """What a picker is dismissed with after these keys."""
    app = Host(picker(desk, view or desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, typed)
        await pilot.press(*keys)
        await settled(pilot)
        return app.result


@pytest.mark.parametrize("picker", ALL)
async def test_escape_leaves_everything_as_it_is(picker):
    assert await chosen(picker, desk_of(), "down", "escape") is None


@pytest.mark.parametrize("picker", ALL)
@pytest.mark.parametrize("size", SIZES)
async def test_every_picker_fits_every_terminal(picker, size):
    desk = desk_of()
    app = Host(picker(desk, desk.start))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "esc leave" in text
        assert "╭" in text
        assert "╰" in text


@pytest.mark.parametrize("picker", ALL)
async def test_without_unicode_there_are_only_ascii_characters(picker):
    look = Look(depth="none", charset="ascii")
    desk = desk_of(look=look)
    app = Host(picker(desk, desk.start), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert screen_text(app).isascii()


@pytest.mark.parametrize("picker", ALL)
async def test_a_click_beside_the_window_leaves(picker):
    desk = desk_of()
    app = Host(picker(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.click(offset=(1, 1))
        await settled(pilot)
        assert app.result is None


async def test_group_by_digit():
    for place, dimension in enumerate(list(GROUPINGS)[:9], start=1):
        view = await chosen(GroupPicker, desk_of(), str(place))
        assert view.group_by == (dimension,)


async def test_group_by_typing_a_tag_key_with_a_digit_in_it():
    rows = sample_rows()
    rows[-1]["Tags"] = {"t2fa": "x"}
    view = await chosen(GroupPicker, desk_of(rows), "enter", typed="tag.t2fa")
    assert view.group_by == ("tag.t2fa",)


async def test_tags_are_ranked_by_the_money_that_carries_them():
    desk = desk_of()
    app = Host(GroupPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        picker = app.screen
        tags = [choice for choice in picker.choices() if choice.key.startswith("tag.")]
        assert [choice.key for choice in tags[:2]] == ["tag.team", "tag.env"]
        carried = sum(
            row["EffectiveCost"]
            for row in sample_rows()
            if row.get("Tags", {}).get("team") and row["day"].month == 5
        )
        assert tags[0].note == amount(carried, "USD", decimals=0)
        assert {f"tag.{name}" for name in HOSTILE} <= {choice.key for choice in tags}
        await type_in(pilot, "[bold")
        assert "tag.[bold red]not markup[/]" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.result.group_by == ("tag.[bold red]not markup[/]",)


async def test_group_by_a_focus_column_that_is_typed():
    view = await chosen(GroupPicker, desk_of(), "enter", typed="chargefrequency")
    assert view.group_by == ("ChargeFrequency",)


async def test_what_does_not_exist_cannot_be_taken():
    desk = desk_of()
    app = Host(GroupPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "zzzzzz")
        await pilot.press("enter")
        await settled(pilot)
        assert "no such dimension" in screen_text(app)
        assert not app.results


async def test_a_click_takes_a_row():
    desk = desk_of()
    app = Host(GroupPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.click("#choices", offset=(10, 3))
        await settled(pilot)
        assert app.result.group_by == (list(GROUPINGS)[2],)


@pytest.mark.parametrize("place", range(1, 10))
async def test_period_by_number(place):
    desk = desk_of()
    view = await chosen(PeriodPicker, desk, "enter", typed=str(place))
    assert view.period == desk.calendar.period(list(PRESETS)[place - 1])
    assert view.compared == desk.calendar.compared(view.period)


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("2026-04", date(2026, 4, 1), date(2026, 5, 1)),
        ("2026-04-03..2026-04-12", date(2026, 4, 3), date(2026, 4, 13)),
        ("-14d", date(2026, 5, 6), date(2026, 5, 20)),
        ("2026q2", date(2026, 4, 1), date(2026, 7, 1)),
        ("last month", date(2026, 4, 1), date(2026, 5, 1)),
    ],
)
async def test_period_as_text(typed, since, until):
    view = await chosen(PeriodPicker, desk_of(), "enter", typed=typed)
    assert (view.period.since, view.period.until) == (since, until)


async def test_a_period_that_cannot_be_read_says_what_can():
    desk = desk_of()
    app = Host(PeriodPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "1–19 May 2026" in screen_text(app)
        await type_in(pilot, "2026-13")
        assert "say for example" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert not app.results


async def test_no_comparison_stays_no_comparison():
    desk = desk_of()
    view = await chosen(PeriodPicker, desk, "enter", typed="2", view=replace(desk.start, compared=None))
    assert view.compared is None


async def test_compare_says_the_exact_days():
    desk = desk_of()
    app = Host(ComparePicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "18 complete days" in screen_text(app)
        assert "1–18 May 2026 with 1–18 Apr 2026" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert app.result == replace(desk.start, compared=None)
    again = await chosen(ComparePicker, desk, "1", view=replace(desk.start, compared=None))
    assert again.compared == desk.calendar.compared(desk.start.period)


async def test_currency():
    desk = desk_of()
    app = Host(CurrencyPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "€5.55" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert app.result.currency == "EUR"
    assert (
        await chosen(CurrencyPicker, desk, "3", view=replace(desk.start, currency="EUR"))
    ).currency is None


def _sums(rows, column, keep=lambda _: True):
    sums = {}
    for row in rows:
        if row["day"].month == 5 and keep(row):
            code = row["BillingCurrency"]
            sums[code] = sums.get(code, Decimal(0)) + row[column]
    return " · ".join(amount(sums[code], code) for code in ("USD", "EUR") if code in sums)


async def test_the_money_of_every_basis_and_category_is_that_of_the_rows():
    desk, rows = desk_of(), sample_rows()
    app = Host(BasisPicker(desk, desk.start))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        table = app.screen.rows
        shown = {table.row(i)["title"].split()[-1]: table.row(i)["cost"] for i in range(table.count)}
        for name, column in BASES.items():
            assert shown[name] == _sums(rows, column)
        for name, value in CATEGORIES.items():
            column = "ChargeClass" if name == "refund" else "ChargeCategory"
            expected = _sums(rows, "EffectiveCost", lambda row, c=column, v=value: row.get(c) == v)
            assert shown[name] == (expected or "none")


async def test_basis_and_categories_by_keys():
    desk = desk_of()
    view = await chosen(BasisPicker, desk, "1", "t", "c", "enter")
    assert (view.basis, view.excluded, view.included) == ("billed", {"tax", "credit"}, frozenset())
    view = await chosen(BasisPicker, desk, "down", "down", "space", "enter")
    assert (view.basis, view.excluded) == ("list", frozenset())
    view = await chosen(BasisPicker, desk, "r", "r", "a", "u", "p", "enter")
    assert view.excluded == {"adjustment", "usage", "purchase"}


async def test_what_was_counted_alone_stays_so_when_only_the_basis_changes():
    desk = desk_of()
    view = replace(desk.start, included=frozenset({"refund"}))
    assert await chosen(BasisPicker, desk, "3", "enter", view=view) == replace(view, basis="contracted")


async def test_basis_by_mouse():
    desk = desk_of()
    app = Host(BasisPicker(desk, desk.start))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.click("#choices", offset=(6, 1))
        await settled(pilot)
        await pilot.click("#choices", offset=(6, 9))
        await settled(pilot)
        line = screen_text(app).splitlines()
        y = next(i for i, text in enumerate(line) if "enter apply" in text)
        await pilot.click(offset=(line[y].index("enter apply") + 2, y))
        await settled(pilot)
        assert (app.result.basis, app.result.excluded) == ("billed", {"credit"})
