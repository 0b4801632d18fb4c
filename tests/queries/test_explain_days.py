"""Which days are compared, and what their number and weekdays alone change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries.calendar import Calendar
from finops_tui.queries.explain_days import MOST, Days, chosen
from finops_tui.queries.explain_words import coverage, largest_remainder
from finops_tui.queries.periods import PeriodError
from finops_tui.queries.view import Comparison, Period

CALENDAR = Calendar(date(2025, 6, 1), date(2026, 6, 18), date(2026, 6, 17))
DATES = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def compared(period: str, against: str = "", *, raw: bool = False) -> tuple[str, str]:
    other = CALENDAR.period(against) if against else None
    found = chosen(CALENDAR, CALENDAR.period(period), other, raw=raw)
    return found.now.name, found.before.name


@pytest.mark.parametrize(
    ("period", "against", "raw", "expected"),
    [
        ("mtd", "", False, ("2026-06-01..2026-06-16", "2026-05-01..2026-05-16")),
        ("mtd", "last-month", False, ("2026-06-01..2026-06-16", "2026-05-01..2026-05-16")),
        ("mtd", "last-month", True, ("mtd", "last-month")),
        ("2026-06", "", True, ("2026-06-01..2026-06-18", "2026-05")),
        ("2026-03", "2026-02", False, ("2026-03", "2026-02")),
        ("2026-02", "2026-03", False, ("2026-02", "2026-03")),
        ("2026-06-01..2026-06-16", "2026-05", False, ("2026-06-01..2026-06-16", "2026-05")),
        ("2026-05", "2025", False, ("2026-05", "2025-06-01..2025-12-31")),
    ],
)
def test_like_for_like_unless_raw(period: str, against: str, raw: bool, expected: tuple[str, str]) -> None:
    assert compared(period, against, raw=raw) == expected


@pytest.mark.parametrize(
    ("period", "against", "words"),
    [
        ("2025-06", "", "from 2025-06-01 to 2026-06-16"),
        ("2026-06-17..2026-06-18", "2026-05", "no complete days to compare for 2026-06-17..2026-06-18"),
        ("2026-05", "2020", "for 2020"),
        ("2026-05", "2026q2", "share days"),
    ],
)
def test_what_cannot_be_compared_is_said(period: str, against: str, words: str) -> None:
    with pytest.raises(PeriodError, match=words):
        compared(period, against)


@given(DATES, st.integers(1, 800), DATES, st.integers(1, 800))
def test_shifts_are_few_and_weigh_what_the_days_say(a: date, m: int, b: date, n: int) -> None:
    before, now = Period(a, a + timedelta(days=m)), Period(b, b + timedelta(days=n))
    days = Days.of(Comparison(now, before))
    assert len(days.shifts) <= MOST
    assert (days.before, days.now, days.weekdays) == (m, n, m >= 14)
    shifted = [day for shift in days.shifts for day in shift.weekdays]
    assert len(shifted) == len(set(shifted))
    if m >= 28:
        for shift in days.shifts:
            for weekday in shift.weekdays:
                were, are = (
                    sum((p.since + timedelta(days=i)).isoweekday() == weekday for i in range(p.days))
                    for p in (before, now)
                )
                assert abs(shift.weight * were - (are - were)) < Decimal("1e-20")
    # What costs the same every day changes with the length only.
    per_shift = [
        Decimal(sum((a + timedelta(days=i)).isoweekday() in shift.weekdays for i in range(m)))
        for shift in days.shifts
    ]
    length, weekdays = days.effect(Decimal(m), per_shift)
    assert abs(length - (n - m)) < Decimal("1e-9")
    assert abs(weekdays) < Decimal("1e-9")


def test_what_is_still_arriving_is_said() -> None:
    complete = chosen(CALENDAR, CALENDAR.period("mtd"))
    assert coverage(CALENDAR, complete) == (
        "Complete days only: the last is 2026-06-16, 2 newer still arriving."
    )
    raw = chosen(CALENDAR, CALENDAR.period("mtd"), raw=True)
    assert coverage(CALENDAR, raw).startswith("Days that are still arriving are among them")


@given(st.lists(st.decimals(-1000, 1000, places=9), max_size=12), st.integers(0, 3))
def test_rounded_amounts_add_up_to_the_rounded_total(amounts: list[Decimal], decimals: int) -> None:
    total = round(sum(amounts, Decimal(0)), decimals)
    shown = largest_remainder(amounts, total, decimals)
    assert sum(shown, Decimal(0)) == (total if amounts else 0)
    unit = Decimal(1).scaleb(-decimals)
    assert all(abs(one - amount) <= unit for one, amount in zip(shown, amounts, strict=True))
