"""A small app that holds one screen over a small bill, and what a test asks of it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

from textual.app import App
from textual.widgets import Static

from finops_tui.queries.calendar import Calendar
from finops_tui.queries.view import Period, View
from finops_tui.screens.color import Look
from finops_tui.screens.desk import Desk
from finops_tui.screens.theme import theme_name, themes
from tests.queries.small_bill import Bill, charge

SIZES = ((80, 24), (120, 36), (200, 60))

HOSTILE = (
    "[bold red]not markup[/]",
    "\x1b]52;c;aGk=\x07\x1b[2Jescape",
    '=HYPERLINK("http://x")',
    "\u202ereversed",
    "'; DROP TABLE lines; --",
    "line\nbreak\ttab",
    'quotes "inside", commas',
    "日本語のタグ",
    "[/]",
    "$p0 %s {x}",
)


def sample_rows():
    """Two months in two currencies, with tags, credits, tax, a correction and hostile names."""
    rows = []
    for day in range(1, 31):
        april = date(2026, 4, day)
        rows.append(
            charge(april, f"{10 + day}.10", Tags={"team": "pay"}, ResourceId="i-1", SkuMeter="BoxUsage")
        )
        if day <= 19:
            may = date(2026, 5, day)
            rows.append(charge(may, f"{20 + day}.0000000001", Tags={"team": "pay"}, ResourceId="i-1"))
            rows.append(
                charge(
                    may, "3.33", ServiceName="Storage", Tags={"team": "search", "env": "prod"}, RegionId="eu"
                )
            )
    may = date(2026, 5, 3)
    rows += [
        charge(may, "-12.50", ChargeCategory="Credit", ServiceName="Compute"),
        charge(may, "7.77", ChargeCategory="Tax", ServiceName="Tax"),
        charge(may, "-4.04", ChargeClass="Correction", ServiceName="Storage"),
        charge(may, "100", ChargeCategory="Purchase", ServiceName="Compute", EffectiveCost=Decimal(0)),
        charge(may, "5.55", BillingAccountId="payer-2", BillingCurrency="EUR", ServiceName="Compute"),
    ]
    rows += [
        charge(may, "1.01", ServiceName=name, Tags={name: name}, ResourceId=name, RegionName=name)
        for name in HOSTILE
    ]
    return rows


class Questions:
    """Answers from a bill, and remembers what it was asked."""

    def __init__(self, bill):
        self.bill = bill
        self.asked = []
        self.slow = 0.0

    async def __call__(self, question, view, **parameters):
        self.asked.append((question, view, parameters))
        await asyncio.sleep(self.slow)
        return self.bill.ask(question, view, **parameters)


def desk_of(rows=None, **given):
    """A desk over rows; its view is the last month to date."""
    rows = sample_rows() if rows is None else rows
    days = [row["day"] for row in rows]
    last = max(days)
    codes = list(dict.fromkeys(row["BillingCurrency"] for row in rows))
    calendar = Calendar(min(days), last, last, currencies=tuple(codes))
    month = last.replace(day=1)
    period = Period(month, last + timedelta(days=1), "mtd")
    given.setdefault("look", Look())
    given.setdefault("start", View(period, calendar.compared(period)))
    return Desk(ask=Questions(Bill(rows)), calendar=calendar, **given)


class Host(App):
    """Shows one screen and keeps what it is dismissed with."""

    def __init__(self, screen, look=None):
        super().__init__(ansi_color=True if look is not None and look.ansi else None)
        self.look = look or Look()
        self.first = screen
        self.results = []
        self.notes = []

    def compose(self):
        yield Static("below")

    async def on_mount(self):
        for theme in themes(self.look):
            self.register_theme(theme)
        self.theme = theme_name(self.look)
        await self.push_screen(self.first, self.results.append)

    def notify(self, message, **_):
        self.notes.append(str(message))

    @property
    def result(self):
        """What the screen was dismissed with."""
        assert len(self.results) == 1
        return self.results[0]


async def settled(pilot):
    """Wait until nothing is being asked and everything is drawn."""
    for _ in range(200):
        await pilot.pause()
        if not any(worker.is_running for worker in pilot.app.workers):
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError("still asking")


async def type_in(pilot, text):
    """Type a text as a person does."""
    for letter in text:
        await pilot.press("space" if letter == " " else letter)
    await settled(pilot)


def screen_text(app):
    """What is on the terminal, line by line."""
    screen = app.screen
    strips = screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
