"""Key figures of the month at hand: what it will cost, and how it stands against its budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from finops_tui.queries import buckets, filters, periods, projection
from finops_tui.queries.budgets import BudgetState, budget_state
from finops_tui.queries.view import Period
from finops_tui.screens import money
from finops_tui.screens.line import Part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries.budgets import Budget
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.projection import Projection
    from finops_tui.queries.view import View

_TONES: Final = {"breach": "bad", "warn": "warn", "ok": "good", "unknown": "muted"}


def month_of(calendar: Calendar) -> Period:
    """The month of the last complete day."""
    return periods.month_of(calendar.complete_until - timedelta(days=1))


def looked_at(view: View, month: Period) -> bool:
    """Whether the view is about the month: it ends in it."""
    return month.since < view.period.until <= month.until


def history(view: View, month: Period) -> View:
    """The view whose `by_bucket` a projection is made from: the month and three before, by charge category."""
    since = buckets.add_months(month.since, -projection.MONTHS)
    period = Period(since, month.until)
    return replace(view, period=period, compared=None, group_by=("category",), grain="day")


def charges(frame: pl.DataFrame) -> list[tuple[date, str, Decimal]]:
    """Day, charge category and cost out of an answer to `by_bucket`."""
    rows = frame.select("bucket", "k0", "cost").iter_rows()
    return [(day, category or "", cost) for day, category, cost in rows]


def budget_for(view: View, budgets: Iterable[Budget]) -> Budget | None:
    """The budget of what the view shows: the same scope and currency, no group entered."""
    if view.path or view.converted is not None:  # a budget is in its own currency
        return None
    return next(
        (b for b in budgets if b.currency == view.currency and filters.parse(b.scope) == view.filter), None
    )


def projected(found: Projection, code: str) -> list[Part]:
    """What the month will cost, or why that cannot be said."""
    name = buckets.MONTHS[found.month.since.month - 1]
    if found.amount is None:
        return [Part(f"no projection of {name}: {found.reason}", "muted", 4)]
    if not found.days:
        return []
    amount = money.amount(found.amount, code, decimals=0)
    return [Part(f"{name} projected {amount}", "", 1, brief=f"proj. {amount}")]


def budgeted(state: BudgetState) -> list[Part]:
    """How the month stands against its budget, in percent and a word."""
    if state.amount is None or state.used is None:
        return []
    words = {"breach": ", breached", "warn": ", close"}.get(state.state, "")
    if state.state != "breach" and state.forecast == "breach" and state.breach_on is not None:
        words = f", breach on {state.breach_on.day} {buckets.MONTHS[state.breach_on.month - 1]}"
    elif state.state == "ok" and state.expected is not None:
        words = f", {state.expected:.0f}% expected"
    tone = _TONES[state.forecast if state.forecast in {"breach", "warn"} else state.state]
    amount = money.compact(state.amount, state.budget.currency)
    brief = f"budget {state.used:.0f}%{words if 'breach' in words else ''}"
    return [Part(f"budget {state.used:.0f}% of {amount}{words}", tone, 1, brief=brief)]


def state_of(
    budget: Budget, rows: Iterable[tuple[date, str, Decimal]], calendar: Calendar, month: Period
) -> BudgetState:
    """How the month stands against a budget."""
    return budget_state(budget, rows, calendar.complete_until, month.since)
