"""`--convert` as people run it; figures checked against Decimals over the file, the SQL run over the file itself."""

from __future__ import annotations

import csv
import io
import json
import shlex
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui.__main__ import main
from finops_tui.queries.saved import Saved
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

RATES = {date(2026, 4, 10): "1.0734", date(2026, 5, 1): "1.1", date(2026, 5, 12): "1.0834"}
CODES = ("EUR", "USD", "JPY")


def rows() -> list[bill.Row]:
    """Two months in three currencies, one of which has no rate."""
    found = []
    for number in range(180):
        day = f"2026-{4 + number % 2:02}-{1 + number % 28:02}"
        code = CODES[number % 3]
        service = f"service {number % 7}"
        found.append(bill.row(day, f"{number}.{number:04}", BillingCurrency=code, ServiceName=service))
    return found


ROWS = rows()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("convert")
    with (folder / "bill.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, bill.COLUMNS)
        writer.writeheader()
        writer.writerows(ROWS)
    lines = "".join(f"{day},EUR,USD,{rate}\n" for day, rate in RATES.items())
    (folder / "rates.csv").write_text(f"date,from,to,rate\n{lines}")
    (folder / "finops.toml").write_text('[currency]\nrates = "rates.csv"\nconvert = "USD"\n')
    assert main(["load", "--store", str(folder / "store"), str(folder / "bill.csv")]) == 0
    return folder


def asked(capsys: pytest.CaptureFixture[str], place: Path, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    where = ["--store", str(place / "store"), "--config", str(place / "finops.toml")]
    assert main([words[0], *where, *words[1:]]) == code
    return capsys.readouterr().out


def expected(since: str, until: str, service: str | None = None) -> dict[str, Decimal]:
    """Per currency, the other way."""
    sums: dict[str, Decimal] = {}
    for row in ROWS:
        day = row["ChargePeriodStart"][:10]
        if not since <= day < until or service not in {None, row["ServiceName"]}:
            continue
        code, cost = row["BillingCurrency"], Decimal(row["EffectiveCost"])
        known = [rate for when, rate in RATES.items() if when.isoformat() <= day]
        if code == "EUR" and known:
            code, cost = "USD", cost * Decimal(known[-1])
        sums[code] = sums.get(code, Decimal(0)) + cost
    return sums


def totals(text: str) -> dict[str, Decimal]:
    return {code: Decimal(amount) for code, amount in json.loads(text, parse_float=Decimal)["totals"].items()}


def test_query_adds_up_and_says_the_rates(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = asked(
        capsys, place, "query", "--convert", "USD", "--period", "2026-04..2026-05", "--format", "json"
    )
    wanted = expected("2026-04-01", "2026-06-01")
    assert set(wanted) == {"USD", "EUR", "JPY"}
    assert totals(text) == wanted
    found: dict[str, Any] = json.loads(text)
    assert [(rate["from"], rate["rate"], rate["date"]) for rate in found["rates"]] == [
        ("EUR", "1.0834", "2026-05-12")
    ]
    assert found["view"]["converted"] == "USD"
    for service in {row["ServiceName"] for row in ROWS}:
        mine = {row["currency"]: Decimal(row["cost"]) for row in found["rows"] if row["service"] == service}
        assert mine == expected("2026-04-01", "2026-06-01", service)
    table = asked(capsys, place, "query", "--convert", "USD", "--period", "2026-04")
    assert "EUR→USD 1.0734 of 2026-04-10, from rates.csv" in table
    apart = expected("2026-04-01", "2026-05-01")
    assert f"{apart['EUR']:f} EUR has no rate" in table
    assert "JPY has no rate" in table


def test_explain_adds_up(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "explain",
        "--convert",
        "USD",
        "--period",
        "2026-05",
        "--against",
        "2026-04",
        "--raw",
        "--format",
        "json",
    )
    found = json.loads(asked(capsys, place, *words))
    assert found["view"]["rates"][0]["rate"] == "1.0834"
    for code, one in found["currencies"].items():
        before, now = (expected(*days).get(code, Decimal(0)) for days in _MONTHS)
        assert (Decimal(one["before"]), Decimal(one["now"])) == (before, now)
        assert sum(Decimal(part["amount"]) for part in one["parts"]) == now - before


_MONTHS = (("2026-04-01", "2026-05-01"), ("2026-05-01", "2026-06-01"))


@pytest.mark.parametrize(
    "options", [(), ("--compare",), ("--filter", 'service:"service 3"'), ("--currency", "EUR")]
)
def test_the_sql_over_the_files_gives_the_converted_figure(
    place: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    words = ("provenance", "--convert", "USD", "--period", "2026-05", *options)
    found = json.loads(asked(capsys, place, *words, "--format", "json"))
    assert found["reconciled"]
    assert "1.0834" in found["sql"]["files"] or "--currency" in options
    assert asked(capsys, place, *words, "--check")
    code = "EUR" if "--currency" in options else "USD"
    service = "service 3" if "--filter" in options else None
    assert Decimal(found["cost"]) == expected("2026-05-01", "2026-06-01", service).get(code, Decimal(0))


def test_a_report_says_the_rates(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "views").mkdir(exist_ok=True)
    (place / "views" / "c.toml").write_text('name = "c"\nconverted = "USD"\nperiod = "2026-05"\n')
    text = asked(capsys, place, "report", "--view", "c", "--format", "md")
    assert "EUR→USD 1.0834 of 2026-05-12, the last of 3, from rates.csv, none before 2026-04-10" in text
    assert "--convert USD" in text


def test_without_rates_it_is_refused(place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "finops.toml").write_text("")
    words = [
        "query",
        "--store",
        str(place / "store"),
        "--config",
        str(tmp_path / "finops.toml"),
        "--convert",
        "USD",
    ]
    assert main(words) == 2
    assert "no rates of exchange: name a file in finops.toml" in capsys.readouterr().err


def test_rates_that_cannot_be_read_are_said(
    place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "finops.toml").write_text('[currency]\nrates = "r.csv"\n')
    (tmp_path / "r.csv").write_text("date,from,to,rate\n2026-05-01,EUR,USD,\x1b[2J-3\n")
    assert main(["query", "--store", str(place / "store"), "--config", str(tmp_path / "finops.toml")]) == 2
    said = capsys.readouterr().err
    assert "r.csv:2:" in said
    assert "\x1b" not in said


def test_a_converted_view_is_written_as_a_command() -> None:
    words = shlex.split(Saved(converted="USD", currency="USD").command(headless=True))
    assert words[words.index("--convert") + 1] == "USD"


def test_rows_of_csv_are_exact(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = asked(
        capsys,
        place,
        "query",
        "--convert",
        "USD",
        "--currency",
        "USD",
        "--period",
        "2026-05",
        "--format",
        "csv",
    )
    costs = [Decimal(row["cost"]) for row in csv.DictReader(io.StringIO(text))]
    assert sum(costs) == expected("2026-05-01", "2026-06-01")["USD"]
