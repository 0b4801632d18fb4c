"""Which days of a bill are complete."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from finops_tui.queries.complete import complete_until, last_complete_day

START = date(2026, 9, 1)


def usual(days: int, rows: int = 100, money: str = "50.00") -> list[tuple[date, int, Decimal]]:
    return [(START + timedelta(days=i), rows, Decimal(money)) for i in range(days)]


def late(days: list[tuple[date, int, Decimal]], **by_age: tuple[int, str]) -> list[tuple[date, int, Decimal]]:
    """The same days, with rows and money of the newest (`age0`), the one before (`age1`) … replaced."""
    for name, (rows, money) in by_age.items():
        i = len(days) - 1 - int(name[3:])
        days[i] = (days[i][0], rows, Decimal(money))
    return days


def test_days_like_the_others_are_complete_to_the_last() -> None:
    assert last_complete_day(usual(40)) == START + timedelta(days=39)


def test_days_with_few_rows_or_little_money_are_not() -> None:
    assert last_complete_day(late(usual(40), age0=(79, "50"))) == START + timedelta(days=38)
    assert last_complete_day(late(usual(40), age0=(80, "40.00"))) == START + timedelta(days=39)
    assert last_complete_day(late(usual(40), age0=(100, "39.99"))) == START + timedelta(days=38)
    assert last_complete_day(late(usual(40), age1=(5, "1"))) == START + timedelta(days=37)


def test_days_two_behind_the_newest_are_taken_as_complete() -> None:
    assert last_complete_day(
        late(usual(40), age2=(1, "0"), age1=(1, "0"), age0=(1, "0"))
    ) == START + timedelta(days=37)
    assert last_complete_day(late(usual(40), age0=(1, "0"), age1=(1, "0")), lag=1) == START + timedelta(
        days=38
    )


def test_a_day_is_compared_with_its_own_weekday() -> None:
    week = [
        (START + timedelta(days=i), 100 if i % 7 < 5 else 20, Decimal(50 if i % 7 < 5 else 5))
        for i in range(42)
    ]
    assert last_complete_day(week) == START + timedelta(days=41)


def test_without_a_fortnight_to_compare_with_the_newest_days_are_not_complete() -> None:
    assert last_complete_day(usual(10)) == START + timedelta(days=7)
    assert last_complete_day(usual(2)) is None
    assert last_complete_day([]) is None


def test_several_rows_for_a_day_are_added() -> None:
    halves = [(day, rows // 2, money / 2) for day, rows, money in usual(40)]
    assert last_complete_day(halves + halves) == START + timedelta(days=39)


def test_of_several_currencies_the_one_with_most_money_decides() -> None:
    days = [(d, "USD", n, m) for d, n, m in usual(40)] + [
        (d, "EUR", n, m) for d, n, m in usual(20, 3, "1.00")
    ]
    schema = {"day": pl.Date, "currency": pl.String, "n": pl.Int64, "cost": pl.Decimal(38, 10)}
    frame = pl.DataFrame(days, schema=schema, orient="row")
    assert complete_until(frame) == START + timedelta(days=40)
    assert complete_until(frame.clear()) is None
    assert complete_until(frame.head(1)) is None
