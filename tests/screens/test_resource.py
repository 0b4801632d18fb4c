"""The page of a resource: its figures against the raw rows, its line items, every key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finops_tui.queries import filters
from finops_tui.queries.columns import ATTRIBUTES, MONEY
from finops_tui.screens.color import Look
from finops_tui.screens.line_items import LineItems, RecordScreen, ordered, said
from finops_tui.screens.money import amount
from finops_tui.screens.page import SortedTable
from finops_tui.screens.resource import ResourceScreen, facts_of
from finops_tui.screens.widgets.lines import LineChart
from tests.screens.host import HOSTILE, SIZES, Host, desk_of, sample_rows, screen_text, settled


def resource_view(desk, value="i-1"):
    """What the explorer hands over."""
    return replace(desk.start.regroup("resource").only("resource", value), currency="USD")


def rows_of(value, month=5):
    return [row for row in sample_rows() if row.get("ResourceId") == value and row["day"].month == month]


async def test_every_part_adds_up_to_the_rows():
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        rows = rows_of("i-1")
        total = sum(row["EffectiveCost"] for row in rows)
        screen = app.screen
        assert amount(total, "USD") in screen_text(app)
        assert sum(row["cost"] for row in screen.query_one("#usage", SortedTable).rows) == total
        items = screen.query_one(LineItems)
        assert sum(row["cost"] for row in items.rows) == total
        assert len(items.rows) == len(rows)
        plot = screen.query_one(LineChart)._plot
        assert dict(zip(plot.labels, plot.lines[0].values, strict=True)) == {
            row["day"]: row["EffectiveCost"] for row in rows
        }


async def test_another_basis_is_another_cost():
    desk = desk_of()
    view = replace(resource_view(desk), basis="billed", filter=filters.parse("service:Compute cost>1000000"))
    app = Host(ResourceScreen(desk, view))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        total = sum(row["BilledCost"] for row in rows_of("i-1"))
        assert sum(row["cost"] for row in app.screen.query_one(LineItems).rows) == total
        assert sum(row["cost"] for row in app.screen.query_one("#usage", SortedTable).rows) == total


@pytest.mark.parametrize("place", range(len(HOSTILE)))
async def test_hostile_names_are_shown_for_what_they_are(place):
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk, HOSTILE[place])))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "$1.01" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, RecordScreen)
        assert "\x1b" not in screen_text(app)


async def test_enter_shows_every_column_of_a_record(monkeypatch):
    copied = []
    monkeypatch.setattr(
        "finops_tui.screens.clipboard.copy", lambda app, text: copied.append(text) or "copied"
    )
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        screen = app.screen
        assert {*screen.values, *screen.missing} >= {*ATTRIBUTES, *MONEY, "Tags", "cost", "record"}
        assert screen.values["EffectiveCost"] == "39.0000000001"
        assert screen.values["Tags"] == "team=pay"
        await pilot.press("j", "y")
        assert copied[-1] == list(screen.values.values())[1]
        await pilot.press("Y", "G", "g", "k", "pagedown", "pageup")
        assert f"EffectiveCost\t{screen.values['EffectiveCost']}" in copied[-1]
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, ResourceScreen)


async def test_every_column_is_reached_sideways():
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        items = app.screen.query_one(LineItems)
        titles = {column.title for column in items.columns}
        assert {"SkuMeter", "RawTags", "BillingPeriodStart"} <= titles | {"SkuMeter"}
        seen = set()
        for _ in items.columns:
            seen |= {title for title in titles if title in screen_text(app)}
            await pilot.press("l")
        seen |= {title for title in titles if title in screen_text(app)}
        assert seen == titles


async def test_periods_and_bins_move():
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert app.screen.view.period.since == date(2026, 4, 1)
        april = sum(row["EffectiveCost"] for row in rows_of("i-1", 4))
        assert amount(april, "USD") in screen_text(app)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert "nothing before" in screen_text(app)
        await pilot.press("minus")
        await settled(pilot)
        assert app.screen.view.grain == "week"
        plot = app.screen.query_one(LineChart)._plot
        assert sum(plot.lines[0].values) == april
        await pilot.press("equals_sign", "equals_sign")
        await settled(pilot)
        assert "no shorter bins" in screen_text(app)
        await pilot.press("right_square_bracket")
        await settled(pilot)
        assert app.screen.view.period.since == date(2026, 5, 1)


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_every_key_is_answered(size, monkeypatch):
    monkeypatch.setattr("finops_tui.screens.clipboard.copy", lambda app, text: "copied")
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        for words in ("Usage type", "(no usage)", "ChargePeriodStart", "Resource"):
            assert words in text or size == (80, 24)
        await pilot.press(
            "j", "k", "g", "G", "h", "l", "pagedown", "pageup", "s", "S", "y", "Y", "H", "plus", "plus"
        )
        await pilot.press("tab", "j", "s", "S", "Y", "enter", "shift+tab", "+")
        await pilot.press("e")
        await settled(pilot)
        assert "Export" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        app.screen.action_back()
        await settled(pilot)
        assert app.results == [None]


async def test_nothing_in_the_period_says_what_to_do():
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk, "no such thing")))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "no charges in this period" in text
        assert "Esc goes back" in text


async def test_the_exported_frame_has_every_column_in_the_order_on_screen():
    desk = desk_of()
    app = Host(ResourceScreen(desk, resource_view(desk)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        items = app.screen.query_one(LineItems)
        items.sort_by("ChargePeriodStart")
        frame = items.frame()
        assert set(ATTRIBUTES) <= set(frame.columns)
        assert frame["ChargePeriodStart"].is_sorted()
        assert sum(frame["EffectiveCost"].to_list()) == sum(row["EffectiveCost"] for row in rows_of("i-1"))


async def test_without_colour_and_unicode_it_is_ascii():
    look = Look(depth="none", charset="ascii")
    desk = desk_of(look=look)
    app = Host(ResourceScreen(desk, resource_view(desk)), look)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert not {c for c in screen_text(app) if not c.isascii()}


def test_values_as_they_are_read():
    assert said({"a": "b", "c": "d"}) == "a=b, c=d"
    assert said({}) is None
    assert said(Decimal("1E-10")) == "0.0000000001"
    assert said(None) is None
    assert ordered(["record", "b", "cost", "ChargePeriodStart"]) == [
        "ChargePeriodStart",
        "cost",
        "b",
        "record",
    ]


def test_facts_are_distinct_and_keep_the_order_of_money():
    base = dict.fromkeys(
        (
            "ResourceId",
            "ResourceName",
            "ResourceType",
            "ServiceName",
            "SubAccountId",
            "SubAccountName",
            "RegionId",
            "ChargeCategory",
            "PricingCategory",
            "CommitmentDiscountId",
            "Tags",
        )
    )
    rows = [
        {**base, "ResourceId": "i-1", "Tags": {"team": "a"}},
        {**base, "ResourceId": "i-1", "Tags": {"team": "b"}, "RegionId": "eu"},
    ]
    assert facts_of(rows) == {"id": ["i-1"], "tag.team": ["a", "b"], "region": ["eu"]}
