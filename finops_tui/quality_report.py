"""`finops-tui quality`: can the figures be trusted, with the money at stake."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_tui.queries import quality
from finops_tui.queries.view import BILL, View

if TYPE_CHECKING:
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.quality import Finding
    from finops_tui.queries.view import Period
    from finops_tui.store import Store


def findings(store: Store, calendar: Calendar, period: Period) -> list[Finding]:
    """Every check over a period; what failed comes first."""
    view = View(period, group_by=())
    entries = [entry for entry in store.entries if entry.dataset == BILL]
    bills = (
        quality.Bill(
            entry.source,
            entry.account,
            entry.period,
            {code: Decimal(sums["billed"]) for code, sums in entry.totals.items()},
        )
        for entry in entries
    )
    target = (store.rates.target or calendar.currencies[0]) if store.rates is not None else None
    converted = replace(view, group_by=("currency",), converted=target)
    rates = [quality.of_rates(store.ask_now("by_key", converted), target)] if target is not None else []
    return quality.in_order(
        [
            *rates,
            *quality.of_charges(store.ask_now("quality", view, tolerance=quality.TOLERANCE)),
            quality.of_commitments(store.ask_now("quality_commitments", view)),
            *quality.of_tags(store.ask_now("quality_tags", view)),
            quality.of_days(store.ask_now("days", view), calendar.complete_until),
            quality.of_bills(bills),
            quality.of_aside(sum(e.quarantined for e in entries), sum(e.records for e in entries)),
        ]
    )


COLUMNS = ("check", "state", "broken", "of", "at_stake", "found")


def rows(found: list[Finding]) -> list[dict[str, Any]]:
    """The findings as rows of a table."""
    return [
        {
            "check": one.title,
            "state": one.state,
            "broken": one.broken,
            "of": one.looked_at,
            "at_stake": ", ".join(f"{code} {amount:,.2f}" for code, amount in one.amounts.items()),
            "found": one.words,
        }
        for one in found
    ]


def as_json(found: list[Finding]) -> dict[str, Any]:
    """The contract of `quality --format json`: amounts exact, per currency."""
    return {
        "failed": sum(one.state == quality.FAIL for one in found),
        "checks": [
            {
                "name": one.name,
                "check": one.title,
                "state": one.state,
                "broken": one.broken,
                "looked_at": one.looked_at,
                "amounts": dict(one.amounts),
                "found": one.words,
            }
            for one in found
        ],
    }
