"""How a month stands against its budget."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from finops_tui.queries.budgets import Budget, budget_state, state_of
from finops_tui.queries.filters import FilterError, parse
from finops_tui.queries.periods import month_of

UNTIL = date(2026, 11, 21)
DAYS = [date(2026, 8, 1) + timedelta(days=i) for i in range(112)]
CHARGES = [(day, "Usage", Decimal("10.25")) for day in DAYS]


def test_a_month_under_way() -> None:
    state = budget_state(Budget("all", Decimal(300)), CHARGES, UNTIL)
    assert DAYS[-1] == date(2026, 11, 20)
    assert (state.actual, state.complete, state.prorated) == (Decimal(205), Decimal(205), Decimal(200))
    assert state.projection.amount == Decimal("307.50")
    assert state.used is not None
    assert state.used.quantize(Decimal("0.01")) == Decimal("68.33")
    assert state.expected == Decimal("102.5")
    assert (state.state, state.forecast) == ("ok", "breach")
    assert state.breach_on == date(2026, 11, 30)
    assert state.spent[0] == (date(2026, 11, 1), Decimal("10.25"))
    assert state.spent[-1] == (date(2026, 11, 20), Decimal(205))
    assert state.ahead[-1] == (date(2026, 11, 30), Decimal("307.50"))


def test_days_not_yet_complete_count_as_spent_and_not_in_the_prorated_comparison() -> None:
    late = [*CHARGES, (date(2026, 11, 21), "Usage", Decimal(3)), (date(2026, 12, 1), "Usage", Decimal(99))]
    state = budget_state(Budget("all", Decimal(300)), late, UNTIL)
    assert (state.actual, state.complete, state.prorated) == (Decimal(208), Decimal(205), Decimal(200))
    assert state.projection.amount == Decimal("307.50")


def test_a_budget_already_exceeded_says_when() -> None:
    state = budget_state(Budget("all", Decimal(100)), CHARGES, UNTIL)
    assert (state.state, state.forecast, state.breach_on) == ("breach", "breach", date(2026, 11, 10))


def test_a_month_that_is_over() -> None:
    state = budget_state(Budget("all", Decimal(400)), CHARGES, UNTIL, date(2026, 10, 3))
    assert (state.actual, state.prorated, state.breach_on, state.ahead) == (
        Decimal("317.75"),
        Decimal(400),
        None,
        (),
    )
    assert state.state == state.forecast == "warn"


@pytest.mark.parametrize(
    ("cost", "amount", "state"),
    [
        ("69.99", "100", "ok"),
        ("70", "100", "warn"),
        ("100", "100", "warn"),
        ("100.01", "100", "breach"),
        ("-5", "100", "ok"),
        ("0", "0", "ok"),
        ("0.01", "0", "breach"),
        (None, "100", "unknown"),
        ("5", None, "unknown"),
    ],
)
def test_states(cost: str | None, amount: str | None, state: str) -> None:
    assert state_of(cost and Decimal(cost), amount and Decimal(amount)) == state  # type: ignore[arg-type]


def test_thresholds_are_the_users() -> None:
    assert state_of(Decimal(85), Decimal(100), (Decimal(80), Decimal(120))) == "warn"
    assert state_of(Decimal(115), Decimal(100), (Decimal(80), Decimal(120))) == "warn"
    assert state_of(Decimal(51), Decimal(100), (Decimal(50),)) == "breach"


def test_single_months_come_before_the_plan_and_the_amount() -> None:
    plan = tuple(Decimal(i) for i in range(1, 13))
    budget = Budget("b", Decimal(99), plan, (("2026-11", Decimal(5)),))
    assert [budget.amount_in(date(y, m, 9)) for y, m in ((2026, 11), (2025, 11), (2026, 1))] == [5, 11, 1]
    assert Budget("b", Decimal(99)).amount_in(date(2026, 1, 1)) == 99
    only = Budget("b", months=(("2026-11", Decimal(5)),))
    state = budget_state(only, CHARGES, UNTIL, date(2026, 10, 1))
    assert (state.amount, state.prorated, state.used, state.state) == (None, None, None, "unknown")


def test_a_budget_of_nothing_has_no_percentage() -> None:
    state = budget_state(Budget("none", Decimal(0)), CHARGES, UNTIL)
    assert (state.used, state.state, state.breach_on) == (None, "breach", date(2026, 11, 1))


def test_a_budget_is_a_slice_of_the_bill() -> None:
    budget = Budget(
        "b",
        Decimal(1),
        scope="service:EC2 -region:us",
        basis="billed",
        excluded=frozenset({"tax"}),
        currency="EUR",
    )
    view = budget.view(month_of(UNTIL))
    assert (view.filter, view.basis, view.currency) == (parse(budget.scope), "billed", "EUR")
    assert view.excluded == {"tax"}
    assert hash(view)
    assert Budget("b", Decimal(1)).view(month_of(UNTIL)).filter is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"plan": (Decimal(1),)},
        {"amount": Decimal(1), "thresholds": ()},
        {"amount": Decimal(1), "thresholds": (Decimal(2), Decimal(1))},
        {"amount": Decimal(1), "scope": "regoin:x"},
        {"amount": Decimal(1), "scope": "service:x cost>5"},
    ],
)
def test_budgets_that_cannot_be_checked_are_refused(given) -> None:
    with pytest.raises((ValueError, FilterError)):
        Budget("b", **given)
