"""Budgets: what was planned for a month, and how the month stands against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, localcontext
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

from finops_tui.queries import filters
from finops_tui.queries.periods import month_of
from finops_tui.queries.projection import PRECISION, Projection, project
from finops_tui.queries.view import Period, View

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

State = Literal["ok", "warn", "breach", "unknown"]

THRESHOLDS: Final[tuple[Decimal, ...]] = (Decimal(70), Decimal(90), Decimal(100))
"""Percent of the budget: from the first on it is a warning, beyond the last a breach."""

WORST_FIRST: Final[tuple[State, ...]] = ("breach", "warn", "ok", "unknown")

_ZERO: Final = Decimal(0)
_HUNDRED: Final = Decimal(100)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent on a scope.

    Attributes:
        name: As shown.
        amount: For every month that no other attribute has an amount for, or None.
        plan: Twelve amounts, January to December of every year, or empty.
        months: Amounts of single months, as (YYYY-MM, amount); they come first.
        scope: A filter; everything when empty.
        basis: Cost basis.
        currency: BillingCurrency of the amounts; charges in others are not looked at.
        thresholds: Rising percentages of the budget.
        owner: Who answers for it.
        excluded: Charge categories that do not count.
    """

    name: str
    amount: Decimal | None = None
    plan: tuple[Decimal, ...] = ()
    months: tuple[tuple[str, Decimal], ...] = ()
    scope: str = ""
    basis: str = "effective"
    currency: str = "USD"
    thresholds: tuple[Decimal, ...] = THRESHOLDS
    owner: str = ""
    excluded: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse a budget that could not be checked.

        Raises:
            ValueError: no amount, a plan of other than 12 months, thresholds that do not rise.
            FilterError: a scope that is no filter on charges.
        """
        if self.amount is None and not self.plan and not self.months:
            raise ValueError(f"budget {self.name!r} needs an amount, a plan or months")
        if self.plan and len(self.plan) != 12:
            raise ValueError(f"budget {self.name!r}: a plan has 12 months, not {len(self.plan)}")
        if not self.thresholds or any(
            a >= b for a, b in zip(self.thresholds, self.thresholds[1:], strict=False)
        ):
            raise ValueError(f"budget {self.name!r}: thresholds must rise, as 70, 90, 100")
        scope = filters.parse(self.scope)
        if scope is not None and filters.split(scope)[1] is not None:
            raise filters.FilterError("a scope is about charges: cost and delta cannot stand in it", 0)

    def amount_in(self, month: date) -> Decimal | None:
        """The amount for the month of a day, or None when nothing was planned."""
        single = dict(self.months).get(f"{month.year:04}-{month.month:02}")
        if single is not None:
            return single
        return self.plan[month.month - 1] if self.plan else self.amount

    def view(self, period: Period) -> View:
        """The budget's slice of a period: what the explorer opens on, and what its charges are read from."""
        return View(
            period,
            group_by=("category",),
            filter=filters.parse(self.scope),
            basis=self.basis,
            excluded=self.excluded,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How a month stands against its budget; money in the budget's currency.

    Attributes:
        budget: The budget.
        month: The month.
        amount: Planned for the month, or None.
        actual: Everything charged in the month so far.
        complete: Charged on its complete days.
        prorated: The amount's share of the complete days: what would be even.
        projection: The expected cost of the whole month.
        used: Percent of the amount that is actual, or None when there is no amount.
        expected: Percent of the amount that is projected, or None when it cannot be said.
        state: Of the actual cost.
        forecast: Of the projected cost.
        breach_on: The day on which actual and expected cost together exceed the amount, or None.
        spent: Complete days with the cost accumulated up to each.
        ahead: Remaining days with the expected cost accumulated up to each.
    """

    budget: Budget
    month: Period
    amount: Decimal | None
    actual: Decimal
    complete: Decimal
    prorated: Decimal | None
    projection: Projection
    used: Decimal | None
    expected: Decimal | None
    state: State
    forecast: State
    breach_on: date | None
    spent: tuple[tuple[date, Decimal], ...]
    ahead: tuple[tuple[date, Decimal], ...]


def budget_state(
    budget: Budget,
    charges: Iterable[tuple[date, str, Decimal]],
    complete_until: date,
    month: date | None = None,
) -> BudgetState:
    """How a month stands against a budget.

    Args:
        budget: The budget.
        charges: Day, charge category and cost of the budget's view, from 3 months before where there.
        complete_until: The day after the last complete day.
        month: Any day of the month; by default the month of the last complete day.
    """
    rows = list(charges)
    whole = month_of(month or complete_until - _DAY)
    until = min(max(complete_until, whole.since), whole.until)
    with localcontext(prec=PRECISION):
        amount = budget.amount_in(whole.since)
        actual = sum((cost for day, _, cost in rows if day in whole), _ZERO)
        projection = project(rows, complete_until, whole.since)
        spent = _accumulated(rows, Period(whole.since, until))
        complete = spent[-1][1] if spent else _ZERO
        ahead = tuple(
            (day, complete + cost)
            for (day, _), cost in zip(projection.days, accumulate(c for _, c in projection.days), strict=True)
        )
        return BudgetState(
            budget=budget,
            month=whole,
            amount=amount,
            actual=actual,
            complete=complete,
            prorated=None if amount is None else amount * len(spent) / whole.days,
            projection=projection,
            used=_percent(actual, amount),
            expected=_percent(projection.amount, amount),
            state=state_of(actual, amount, budget.thresholds),
            forecast=state_of(projection.amount, amount, budget.thresholds),
            breach_on=next(
                (day for day, cost in (*spent, *ahead) if amount is not None and cost > amount), None
            ),
            spent=spent,
            ahead=ahead,
        )


def _accumulated(
    rows: Iterable[tuple[date, str, Decimal]], period: Period
) -> tuple[tuple[date, Decimal], ...]:
    """Every day of a period with the cost up to and including it."""
    by_day = {period.since + timedelta(days=i): _ZERO for i in range(period.days)}
    for day, _, cost in rows:
        if day in by_day:
            by_day[day] += cost
    return tuple(zip(by_day, accumulate(by_day.values()), strict=True))


def state_of(
    cost: Decimal | None, amount: Decimal | None, thresholds: tuple[Decimal, ...] = THRESHOLDS
) -> State:
    """The state of a cost against an amount: warn from the first threshold on, breach beyond the last."""
    if cost is None or amount is None:
        return "unknown"
    if cost * _HUNDRED > amount * thresholds[-1]:
        return "breach"
    return "warn" if amount > 0 and cost * _HUNDRED >= amount * thresholds[0] else "ok"


def _percent(cost: Decimal | None, amount: Decimal | None) -> Decimal | None:
    return None if cost is None or not amount else cost * _HUNDRED / amount
