"""Periods: what people write, what it is compared with, how it is cut."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries import periods
from finops_tui.queries.periods import PeriodError, like_for_like, parse_period, shift
from finops_tui.queries.view import Period

FIRST, TODAY = date(2025, 11, 1), date(2026, 11, 19)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def read(text: str) -> Period:
    return parse_period(text, TODAY, FIRST, TODAY)


@pytest.mark.parametrize(
    ("text", "since", "last"),
    [
        ("mtd", "2026-11-01", "2026-11-19"),
        ("Month", "2026-11-01", "2026-11-19"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last-30-days", "2026-10-21", "2026-11-19"),
        (" last 30 days ", "2026-10-21", "2026-11-19"),
        ("30d", "2026-10-21", "2026-11-19"),
        ("-14d", "2026-11-06", "2026-11-19"),
        ("last-1-day", "2026-11-19", "2026-11-19"),
        ("wtd", "2026-11-16", "2026-11-19"),
        ("last-week", "2026-11-09", "2026-11-15"),
        ("quarter", "2026-10-01", "2026-11-19"),
        ("qtd", "2026-10-01", "2026-11-19"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("year", "2026-01-01", "2026-11-19"),
        ("ytd", "2026-01-01", "2026-11-19"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("last-3-months", "2026-08-01", "2026-10-31"),
        ("today", "2026-11-19", "2026-11-19"),
        ("yesterday", "2026-11-18", "2026-11-18"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026Q3", "2026-07-01", "2026-09-30"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("2026-10-05..2026-10-07", "2026-10-05", "2026-10-07"),
        ("2026-09 .. 2026-10", "2026-09-01", "2026-10-31"),
        ("2026q1..2026-04-02", "2026-01-01", "2026-04-02"),
        ("2026-10..", "2026-10-01", "2026-11-19"),
        ("..2025-12", "2025-11-01", "2025-12-31"),
        ("all", "2025-11-01", "2026-11-19"),
    ],
)
def test_what_people_write(text: str, since: str, last: str) -> None:
    period = read(text)
    assert (period.since.isoformat(), (period.until - timedelta(days=1)).isoformat()) == (since, last)
    again = read(period.name)
    assert (again.since, again.until) == (period.since, period.until)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "2026-13",
        "2026-02-30",
        "2026-10..2026-09",
        "0d",
        "9999999d",
        "9999",
        "2026q5",
        "a..b",
        "0000",
    ],
)
def test_what_nobody_means_is_refused_with_examples(text: str) -> None:
    with pytest.raises(PeriodError, match="last-30-days"):
        read(text)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("mtd", "2026-10", "2026-12"),
        ("last-month", "2026-09", "2026-11"),
        ("2026-03", "2026-02", "2026-04"),
        ("qtd", "2026q3", "2027q1"),
        ("2026q1", "2025q4", "2026q2"),
        ("ytd", "2025", "2027"),
        ("2026-02..2026-03", "2025-12-01..2026-01-31", "2026-04-01..2026-05-31"),
        ("wtd", "2026-11-09..2026-11-15", "2026-11-23..2026-11-29"),
        ("last-7-days", "2026-11-06..2026-11-12", "2026-11-20..2026-11-26"),
        ("2026-11-01..2026-11-10", "2026-10-22..2026-10-31", "2026-11-11..2026-11-20"),
        ("2026-10-05", "2026-10-04", "2026-10-06"),
    ],
)
def test_a_step_back_and_a_step_on(text: str, before: str, after: str) -> None:
    assert (shift(read(text), -1).name, shift(read(text), 1).name) == (before, after)


@given(DAYS, st.integers(1, 800), st.integers(-30, 30))
def test_steps_add_up_and_can_be_taken_back(since: date, days: int, steps: int) -> None:
    period = shift(Period(since, since + timedelta(days=days)), 1)
    there = shift(period, steps)
    assert shift(there, -steps) == period
    assert parse_period(there.name, TODAY, FIRST, TODAY) == there


def test_beyond_the_calendar_is_an_error_in_words() -> None:
    with pytest.raises(PeriodError, match="calendar"):
        shift(read("0001"), -1)


@pytest.mark.parametrize(
    ("text", "complete", "now", "before"),
    [
        ("mtd", "2026-11-18", "2026-11-01..2026-11-17", "2026-10-01..2026-10-17"),
        ("2026-11", "2026-11-18", "2026-11-01..2026-11-17", "2026-10-01..2026-10-17"),
        ("2026-09", "2026-11-18", "2026-09", "2026-08-01..2026-08-30"),
        ("2026-10", "2026-11-18", "2026-10", "2026-08-31..2026-09-30"),
        ("2026-10-01..2026-10-31", "2026-11-18", "2026-10-01..2026-10-31", "2026-08-31..2026-09-30"),
        ("2026-03", "2026-11-18", "2026-03", "2026-01-29..2026-02-28"),
        ("qtd", "2026-11-18", "2026-10-01..2026-11-17", "2026-07-01..2026-08-17"),
        ("2026-10..", "2026-11-18", "2026-10-01..2026-11-17", "2026-07-01..2026-08-17"),
        ("ytd", "2026-01-21", "2026-01-01..2026-01-20", "2025-01-01..2025-01-20"),
        ("2025", "2026-11-18", "2025", "2024-01-01..2024-12-30"),
        ("2024", "2026-11-18", "2024", "2022-12-31..2023-12-31"),
        ("30d", "2026-11-18", "2026-10-21..2026-11-17", "2026-09-23..2026-10-20"),
        ("2026-10-05", "2026-11-18", "2026-10-05", "2026-10-04"),
    ],
)
def test_like_is_compared_with_like(text: str, complete: str, now: str, before: str) -> None:
    pair = like_for_like(read(text), date.fromisoformat(complete))
    assert pair is not None
    assert [p.name for p in pair] == [now, before]


@given(DAYS, st.integers(1, 800), DAYS)
def test_both_sides_are_complete_and_equally_long(since: date, days: int, complete: date) -> None:
    period = Period(since, since + timedelta(days=days))
    pair = like_for_like(period, complete)
    if complete <= since:
        assert pair is None
        return
    assert pair is not None
    now, before = pair
    assert now.since == since
    assert now.until == min(period.until, complete)
    assert now.days == before.days
    assert before.until <= now.since


def test_nothing_complete_or_nothing_earlier_is_no_comparison() -> None:
    assert like_for_like(read("today"), TODAY) is None
    assert like_for_like(read("0001"), TODAY) is None


@given(DAYS, st.integers(1, 800), st.sampled_from(["hour", "day", "week", "month"]))
def test_buckets_cover_the_period_without_gaps(since: date, days: int, grain: str) -> None:
    days = min(days, 60) if grain == "hour" else days
    period = Period(since, since + timedelta(days=days))
    starts = periods.buckets(period, grain)
    assert [periods.end_of(start, grain) for start in starts[:-1]] == list(starts[1:])
    first, end = starts[0], periods.end_of(starts[-1], grain)
    assert first.strftime("%F") <= since.isoformat()
    assert periods.end_of(first, grain).strftime("%F %H") > since.strftime("%F %H")
    assert end.strftime("%F") >= period.until.isoformat()
    assert starts[-1].strftime("%F") < period.until.isoformat()


@pytest.mark.parametrize(
    ("text", "cells", "hourly", "grain"),
    [
        ("mtd", 80, False, "day"),
        ("yesterday", 24, True, "hour"),
        ("yesterday", 24, False, "day"),
        ("mtd", 10, True, "week"),
        ("all", 60, False, "week"),
        ("all", 20, False, "month"),
        ("all", 3, False, "month"),
    ],
)
def test_the_grain_is_the_finest_that_fits(text: str, cells: int, hourly: bool, grain: str) -> None:
    assert periods.grain_for(read(text), cells, hourly=hourly) == grain


def test_an_unknown_grain_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        periods.buckets(read("mtd"), "fortnight")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mtd", "1–19 Nov 2026"),
        ("2026-10", "Oct 2026"),
        ("2026q3", "Q3 2026"),
        ("2026", "2026"),
        ("2026-10-05", "5 Oct 2026"),
        ("30d", "21 Oct – 19 Nov 2026"),
        ("all", "1 Nov 2025 – 19 Nov 2026"),
        ("last-2-months", "Sep – Oct 2026"),
        ("2025-12..2026-01", "Dec 2025 – Jan 2026"),
    ],
)
def test_periods_in_words(text: str, words: str) -> None:
    assert periods.describe(read(text)) == words


def test_buckets_in_words() -> None:
    hours = periods.buckets(read("today"), "hour")
    assert [periods.label(hours[i], "hour") for i in (0, 23)] == ["00:00", "23:00"]
    assert periods.label(date(2026, 11, 3), "day") == "3 Nov"
    assert periods.label(date(2026, 11, 1), "month") == "Nov 2026"
    assert periods.month_of(date(2026, 2, 14)).name == "2026-02"
