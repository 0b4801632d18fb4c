"""Every record of a file is a charge, set aside, or dropped for another line that has its money."""

from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui import loader
from tests.sources.bills import Bench, cur, focus, text

PLAN = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/a"}
ROWS = [
    cur(cost="1.5"),
    cur("SavingsPlanCoveredUsage", "2", savings_plan_savings_plan_effective_cost="1.2", **PLAN),
    cur("SavingsPlanNegation", "-1", **PLAN),
    cur("SavingsPlanNegation", "-1", **PLAN),
    cur(
        "SavingsPlanRecurringFee",
        "2",
        savings_plan_total_commitment_to_date="2",
        savings_plan_used_commitment="1.2",
        **PLAN,
    ),
    cur(cost="7", line_item_operation="EKSPod-EC2"),
    cur(cost="much"),
]


def test_rows_and_quarantined_are_the_records_of_the_file(bench: Bench, tmp_path: Path) -> None:
    bill = bench.file("cur.csv", text(ROWS))
    (entry,) = loader.load(tmp_path / "store", [bill]).loaded
    assert (entry.records, entry.quarantined) == (6, 1)
    assert entry.records + entry.quarantined == len(ROWS) == entry.inputs[0].records
    assert entry.charges == 4  # usage, covered usage, the fee, and what of it was not used
    assert entry.total("USD", "billed") == Decimal("3.5")
    assert entry.total("USD", "effective") == Decimal("3.5")


def test_a_negation_line_that_keeps_what_is_left_over_is_not_dropped(bench: Bench) -> None:
    rows = [*ROWS[:3], cur("SavingsPlanNegation", "-1.25", **PLAN)]
    bench.stage_rows(rows)
    assert bench.query("SELECT record, account, period FROM dropped") == [(4, "000000000042", "2025-03")]
    assert bench.query("SELECT record, BilledCost FROM staged WHERE ChargeCategory = 'Adjustment'") == [
        (3, Decimal("-0.25"))
    ]


@pytest.mark.parametrize("end", ["2023-02-01T30:00:00Z", "soon", "0001-01-01"])
def test_an_end_that_is_no_date_sets_no_money_aside(bench: Bench, end: str) -> None:
    rows = [focus(ChargePeriodEnd=end), focus(), focus(BillingPeriodEnd=end, ChargePeriodStart="x")]
    rows += [focus(BillingPeriodEnd=end), focus(BillingPeriodEnd=end)]
    staged = bench.stage_rows(rows)
    assert bench.query("SELECT record, reason FROM quarantined") == [(3, "ChargePeriodStart is not a date")]
    assert bench.one("sum(BilledCost)") == Decimal(6)
    assert bench.query(
        "SELECT record FROM staged WHERE ChargePeriodEnd = ChargePeriodStart OR month(BillingPeriodEnd) <> 4"
    ) == [(1,)]
    assert staged.notes == (
        "bill.csv: 2 records whose BillingPeriodEnd is not a date, taken without it",
        "bill.csv: 1 record whose ChargePeriodEnd is not a date, taken without it",
    )
