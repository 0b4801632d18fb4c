"""How the budgets stand, for `finops-tui budgets`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.buckets import add_months
from finops_tui.queries.budgets import BudgetState, budget_state
from finops_tui.queries.periods import month_of
from finops_tui.queries.view import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from finops_tui.queries.budgets import Budget
    from finops_tui.queries.calendar import Calendar
    from finops_tui.store import Store

HISTORY: Final = 3
"""Months before the present one that a projection learns from."""


@dataclass(frozen=True, slots=True)
class Report:
    """Budgets as they are printed; one row each, in the order of the settings."""

    states: tuple[BudgetState, ...]
    columns: tuple[str, ...] = (
        "budget",
        "month",
        "currency",
        "basis",
        "amount",
        "actual",
        "prorated",
        "used",
        "projected",
        "expected",
        "state",
        "forecast",
        "breach_on",
    )
    amounts: frozenset[str] = frozenset({"amount", "actual", "prorated", "used", "projected", "expected"})

    @property
    def breached(self) -> bool:
        """Whether any budget is spent beyond its last threshold."""
        return any(state.state == "breach" for state in self.states)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One mapping per budget; amounts in the budget's currency, prorated and projected to cents."""
        return [
            {
                "budget": state.budget.name,
                "month": f"{state.month.since:%Y-%m}",
                "currency": state.budget.currency,
                "basis": state.budget.basis,
                "amount": state.amount,
                "actual": state.actual,
                "prorated": _cents(state.prorated),
                "used": _percent(state.used),
                "projected": _cents(state.projection.amount),
                "expected": _percent(state.expected),
                "state": state.state,
                "forecast": state.forecast,
                "breach_on": state.breach_on,
            }
            for state in self.states
        ]

    def as_json(self) -> dict[str, Any]:
        """Everything the table has, with each budget's scope."""
        scopes = (state.budget.scope for state in self.states)
        rows = [{**row, "scope": scope} for row, scope in zip(self.rows, scopes, strict=True)]
        return {"breached": self.breached, "budgets": rows}


def report(store: Store, budgets: Sequence[Budget], calendar: Calendar) -> Report:
    """How the month of the last complete day stands against each budget."""
    last = max(calendar.complete_until - timedelta(days=1), calendar.first)
    month = month_of(last)
    period = Period(add_months(month.since, -HISTORY), month.until)
    states = []
    for budget in budgets:
        days = store.ask_now("by_bucket", budget.view(period))
        charges = [(row["bucket"], row["k0"] or "", row["cost"]) for row in days.iter_rows(named=True)]
        states.append(budget_state(budget, charges, calendar.complete_until, last))
    return Report(tuple(states))


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else round(amount, 2)


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else f"{share:.1f}%"
