"""A desk over a small bill, a way to wait for a screen, and its text."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from finops_tui.queries import complete, render
from finops_tui.queries.calendar import Calendar
from finops_tui.queries.view import Period, View
from finops_tui.screens.color import Look
from finops_tui.screens.desk import Desk
from tests.queries.small_bill import Bill, Row, charge

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

    from finops_tui.queries.exchange import Rates

FIRST, LAST = date(2026, 8, 1), date(2026, 11, 19)


class BillDesk:
    """Answers from a bill as a store does, in a thread, and remembers what was asked."""

    def __init__(self, bill: Bill, rates: Rates | None = None) -> None:
        self.bill = bill
        self.rates = rates
        self.asked: list[tuple[str, View]] = []

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        self.asked.append((question, view))
        statement = render(question, view, self.bill.catalog, None, parameters, rates=self.rates)
        cursor = self.bill.connection.cursor()  # one each: an answer nobody waits for may still be computed
        return await asyncio.to_thread(
            lambda: pl.DataFrame(cursor.sql(statement.sql, params=statement.values))
        )


def calendar_of(bill: Bill) -> Calendar:
    """What a bill covers, reckoned as the program does."""
    days = [row["day"] for row in bill.rows]
    first, last = min(days), max(days)
    everything = View(Period(first, last + timedelta(days=1)), group_by=())
    totals = bill.ask("total", everything)
    until = complete.complete_until(bill.ask("days", everything))
    return Calendar(first, last, until or last, False, tuple(totals["currency"].to_list()))


_BILLS: dict[int, tuple[list[Row], Bill, Calendar]] = {}


def _bill_of(rows: list[Row]) -> tuple[Bill, Calendar]:
    """The bill of a list of rows, built once; a desk changes nothing in it."""
    if id(rows) not in _BILLS:
        bill = Bill(rows)
        _BILLS[id(rows)] = rows, bill, calendar_of(bill)
    return _BILLS[id(rows)][1:]


def desk_over(rows: list[Row], *, look: Look | None = None, **fields: Any) -> Desk:
    """A desk over rows, opened on the month to date."""
    bill, calendar = _bill_of(rows)
    period = calendar.period("mtd")
    start = View(period, calendar.compared(period), currency=calendar.currencies[0])
    return Desk(BillDesk(bill, fields.get("rates")), calendar, look or Look(), start, title="test", **fields)


def company() -> list[Row]:
    """Three accounts, services in regions with usage types and resources, tags, a credit, tax, a second currency."""
    rows: list[Row] = []
    shape = (
        ("Compute", "us-east-1", "BoxUsage:m5.large", "i-1", "80.10"),
        ("Compute", "us-east-1", "BoxUsage:m5.large", "i-2", "40.05"),
        ("Compute", "eu-west-1", "BoxUsage:c5.xlarge", "i-3", "61.25"),
        ("Storage", "us-east-1", "TimedStorage", "bucket-logs", "22.3333333333"),
        ("Storage", "eu-west-1", "TimedStorage", "bucket-data", "18.0000000001"),
        ("Storage", "eu-west-1", "Requests", "bucket-data", "3.5"),
        ("Database", "us-east-1", "InstanceUsage:db.r5", "db-1", "55.55"),
    )
    day = FIRST
    while day <= LAST:
        for place, (service, region, usage, resource, cost) in enumerate(shape):
            share = Decimal(100 + (day.toordinal() * 7 + place * 13) % 23) / 100
            amount = (Decimal(cost) * share).quantize(Decimal("1e-10"))
            tags = {"team": ("core", "data", "web")[place % 3]} if place != 3 else {}
            rows.append(
                charge(
                    day,
                    str(amount),
                    ServiceName=service,
                    RegionId=region,
                    SkuMeter=usage,
                    ResourceId=f"arn:aws:thing/{resource}",
                    ResourceName=resource,
                    SubAccountId=f"{place % 3:012}",
                    SubAccountName=("prod", "dev", "shared")[place % 3],
                    ProviderName="AWS",
                    Tags=tags,
                    BilledCost=amount * 2,
                )
            )
        if day.day == 1:
            rows.append(charge(day, "-150.5", ServiceName="Compute", ChargeCategory="Credit"))
            rows.append(charge(day, "99.99", ServiceName="Tax", ChargeCategory="Tax"))
            rows.append(charge(day, "12.34", ServiceName="Support", BillingCurrency="EUR"))
        day += timedelta(days=1)
    return rows


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no question is open and everything has been painted."""
    quiet = 0
    while quiet < 2:
        await pilot.pause()
        running = [worker for worker in pilot.app.workers if not worker.is_finished]
        await asyncio.gather(*(worker.wait() for worker in running), return_exceptions=True)
        quiet = 0 if running else quiet + 1


def text_of(app: App[Any]) -> str:
    """What is on screen, as text."""
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join(line.text.rstrip() for line in lines)
