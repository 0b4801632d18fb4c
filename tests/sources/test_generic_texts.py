"""Amounts and dates as people and spreadsheets write them, in tables mapped by finops.toml."""

import random
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from finops_tui.sources.generic_amounts import bare, plain
from tests.sources.bills import Bench, text, total
from tests.sources.mapped_bills import TOML, row, staged_by, tool


def german(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " €"


def english(amount: Decimal) -> str:
    return f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"


@pytest.mark.parametrize(("write", "currency"), [(german, "EUR"), (english, "USD")])
def test_amounts_of_a_spreadsheet_add_up(
    bench: Bench, write: Callable[[Decimal], str], currency: str
) -> None:
    dice = random.Random(4)
    amounts = [Decimal(dice.randrange(-(10**6), 10**9)).scaleb(-2) for _ in range(400)]
    first = date(2025, 1, 1)
    rows = [row(f"{first + timedelta(n % 300)}", write(amount)) for n, amount in enumerate(amounts)]
    staged = tool(bench, rows, currency=currency)
    assert (staged.refused, staged.files[0].quarantined) == ((), 0)
    by_month = dict(
        bench.query(
            """SELECT strftime("BillingPeriodStart", '%Y-%m'), sum("BilledCost") FROM staged GROUP BY 1"""
        )
    )
    for month, amount in by_month.items():
        those = [str(amounts[n]) for n, one in enumerate(rows) if one["When"].startswith(month)]
        assert amount == total(those)
    assert sum(by_month.values()) == total(map(str, amounts))


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("$1,234.50", "1234.50"), ("-$5", "-5"), ("$-5", "-5"), ("US$ 7", "7"), ("USD 12.25", "12.25"),
        ("12.25 usd", "12.25"), ("(3.10)", "-3.10"), ("($3.10)", "-3.10"), ("1'234'567.8", "1234567.8"),
        ("1 234.5", "1234.5"), ("1\u202f234.5", "1234.5"), ("−4.5", "-4.5"), ("1.5E-7", "1.5E-7"),
    ],
)  # fmt: skip
def test_one_reading_is_taken(written: str, means: str) -> None:
    assert plain(bare(written, "USD"), ".") == means


@pytest.mark.parametrize(
    "written",
    [
        "€5",
        "5 EUR",
        "$5$",
        "--5",
        "(-5)",
        "5$5",
        "1 23.4",
        "1,23.4",
        "five",
        "=1+1",
        "$",
        "",
        "5 5",
        "12,3456,7",
        "0,123",
    ],
)
def test_what_has_no_reading_stays_as_it_is(written: str) -> None:
    assert plain(bare(written, "USD"), ".") == written


@pytest.mark.parametrize(
    ("amounts", "due"),
    [
        (["1,5", "1.234", "1.234,25"], "2469.75"),
        (["1,234", "0.5"], "1234.5"),
        (["1.234.567", "8"], "1234575"),
        (["0,125", "1.000"], "1000.125"),
        (["1,234,567", "1.250"], "1234568.25"),
    ],
)
def test_the_whole_file_tells_what_stands_before_decimals(bench: Bench, amounts: list[str], due: str) -> None:
    tool(bench, [row("2025-03-01", amount) for amount in amounts])
    assert bench.one('sum("BilledCost")') == Decimal(due)


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        (["1,234", "5"], 'amounts are ambiguous: 1,234 may be thousands or decimals; say decimal = "."'),
        (["1,5", "2.5"], "amounts are written two ways: 1,5 and 2.5"),
    ],
)
def test_amounts_that_may_be_either_refuse_the_file(bench: Bench, amounts: list[str], why: str) -> None:
    (refused,) = tool(bench, [row("2025-03-01", amount) for amount in amounts]).refused
    assert why in refused.reason


@pytest.mark.parametrize(("decimal", "due"), [(".", "1239"), (",", "6.234")])
def test_the_format_may_say_what_stands_before_decimals(bench: Bench, decimal: str, due: str) -> None:
    tool(bench, [row("2025-03-01", "1,234"), row("2025-03-01", "5")], f'decimal = "{decimal}"')
    assert bench.one('sum("BilledCost")') == Decimal(due)


def test_with_a_decimal_comma_a_point_never_stands_before_decimals(bench: Bench) -> None:
    rows = [row("2025-03-01", amount) for amount in ("1,5", "2.000", "12.50")]
    staged = tool(bench, rows, 'decimal = ","')
    assert (bench.one('sum("BilledCost")'), staged.files[0].quarantined) == (Decimal("2001.5"), 1)
    assert bench.query("SELECT record, reason, raw FROM quarantined") == [
        (3, "BilledCost is not a number", "2025-03-01,12.50")
    ]


def test_two_files_in_a_zip_are_made_plain_once(bench: Bench) -> None:
    path = bench.folder / "tool.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", text([row("01.03.2025", "1.234,50")]))
        packed.writestr("b.csv", text([row("02.03.2025", "2.000,25")]))
    staged_by(bench, TOML.format(more='decimal = ","', currency="EUR"), path)
    assert bench.query('SELECT "BilledCost", "ChargePeriodStart"::VARCHAR FROM staged ORDER BY record') == [
        (Decimal("1234.5"), "2025-03-01 00:00:00"),
        (Decimal("2000.25"), "2025-03-02 00:00:00"),
    ]


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ("2025-03", "2025-03-01", "2025-04-01"), ("2025/3", "2025-03-01", "2025-04-01"),
        ("202512", "2025-12-01", "2026-01-01"), ("03/2025", "2025-03-01", "2025-04-01"),
        ("Mar 2025", "2025-03-01", "2025-04-01"), ("2025 December", "2025-12-01", "2026-01-01"),
        ("2025-03-05", "2025-03-05", "2025-03-06"), ("20250305", "2025-03-05", "2025-03-06"),
        ("5.3.2025", "2025-03-05", "2025-03-06"), ("05.03.25", "2025-03-05", "2025-03-06"),
        ("5 Mar 2025", "2025-03-05", "2025-03-06"), ("March 5th, 2025", "2025-03-05", "2025-03-06"),
        ("25/03/2025", "2025-03-25", "2025-03-26"), ("3/25/2025", "2025-03-25", "2025-03-26"),
        ("25-03-2025", "2025-03-25", "2025-03-26"), ("2025-3-5", "2025-03-05", "2025-03-06"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(bench: Bench, when: str, start: str, end: str) -> None:
    staged = tool(bench, [row(when, "1")])
    assert not staged.refused
    assert bench.query(
        'SELECT "ChargePeriodStart"::DATE::VARCHAR, "ChargePeriodEnd"::DATE::VARCHAR FROM staged'
    ) == [(start, end)]


def test_a_day_first_is_said_or_told_by_the_file(bench: Bench) -> None:
    rows = [row("03/04/2025", "1"), row("04-04-2025", "1")]
    (refused,) = tool(bench, rows).refused
    assert 'may be month/day or day/month; say dates = "day-first"' in refused.reason
    for words, month in (("day-first", "04"), ("month-first", "03")):
        tool(bench, rows[:1], f'dates = "{words}"')
        assert bench.one("""strftime(any_value("ChargePeriodStart"), '%m')""") == month
    tool(bench, [*rows, row("13/04/2025", "1")])
    assert bench.one("""list(DISTINCT strftime("ChargePeriodStart", '%m'))""") == ["04"]


@pytest.mark.parametrize(
    "when", ["", "soon", "2025-13", "31.02.2025", "Foo 2025", "0025-03", "99999", "=NOW()"]
)
def test_what_is_no_date_is_set_aside(bench: Bench, when: str) -> None:
    staged = tool(bench, [*(row("2025-03-01", "1") for _ in range(9)), row(when, "1")])
    assert (staged.refused, staged.files[0].quarantined, bench.one("count(*)")) == ((), 1, 9)


def test_the_sign_of_another_currency_makes_no_amount(bench: Bench) -> None:
    rows = [row("2025-03-01", "5") for _ in range(9)] + [row("2025-03-01", "€5"), row("2025-03-01", "5 CHF")]
    staged = tool(bench, rows)
    assert bench.query("SELECT record, reason FROM quarantined ORDER BY 1") == [
        (10, "BilledCost is not a number"), (11, "BilledCost is not a number"),
    ]  # fmt: skip
    assert staged.files[0].loaded == 9
