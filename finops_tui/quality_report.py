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
    bills = [
        quality.Bill(
            entry.source,
            entry.account,
            entry.period,
            {code: Decimal(sums["billed"]) for code, sums in entry.totals.items()},
            entry.records,
            entry.quarantined,
        )
        for entry in store.entries
        if entry.dataset == BILL
    ]
    rate = None
    if store.rates is not None:
        target = store.rates.goal(calendar.currencies)
        converted = replace(view, group_by=("currency",), converted=target)
        rate = quality.of_rates(store.ask_now("by_key", converted), target)
    answers = {name: store.ask_now(name, view, **given) for name, given in quality.QUESTIONS.items()}
    return quality.findings(answers, bills, calendar.complete_until, rate)


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
