"""Commands run as people run them; every figure is checked against Decimals over the file."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from finops_tui.__main__ import main
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

ROWS = bill.two_months()
CURRENCIES = ("USD", "EUR")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("headless")
    assert main(["load", "--store", str(folder / "store"), str(bill.write(folder / "bill.csv", ROWS))]) == 0
    return folder / "store"


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], store: Path, *words: str) -> dict:
    return json.loads(asked(capsys, "query", "--store", str(store), "--format", "json", *words))


@pytest.mark.parametrize("basis", ["billed", "effective", "list", "contracted"])
@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("service", lambda r: r["ServiceName"]),
        ("account", lambda r: r["SubAccountId"]),
        ("region", lambda r: r["RegionId"] or None),
        ("resource", lambda r: r["ResourceId"] or None),
        ("category", lambda r: r["ChargeCategory"]),
        ("BillingPeriodStart", lambda r: r["BillingPeriodStart"][:10]),
    ],
)
def test_groups_are_the_sums_over_the_file(store, capsys, by, key, basis) -> None:
    column = {
        "billed": "BilledCost",
        "effective": "EffectiveCost",
        "list": "ListCost",
        "contracted": "ContractedCost",
    }
    expected: defaultdict = defaultdict(Decimal)
    for row in ROWS:
        expected[key(row), row["BillingCurrency"]] += Decimal(row[column[basis]])
    got = answer(capsys, store, "--by", by, "--basis", basis)
    assert {(r[by], r["currency"]): Decimal(r["cost"]) for r in got["rows"]} == expected
    for currency in CURRENCIES:
        assert Decimal(got["totals"][currency]) == bill.total(ROWS, column[basis], currency)


def test_a_limit_leaves_the_rest_in_other(store, capsys) -> None:
    got = answer(capsys, store, "--by", "resource,RegionId", "--limit", "3")
    for currency in CURRENCIES:
        rows = [Decimal(r["cost"]) for r in got["rows"] if r["currency"] == currency]
        assert len(rows) <= 3
        other = Decimal(got.get("other", {}).get(currency, "0"))
        assert sum(rows, other) == Decimal(got["totals"][currency])


def test_grains_add_up_to_the_same(store, capsys) -> None:
    for grain, buckets in (("month", 2), ("week", 9), ("day", 56)):
        got = answer(capsys, store, "--by", "service", "--grain", grain, "--currency", "USD")
        assert sum(Decimal(r["cost"]) for r in got["rows"]) == bill.total(ROWS)
        assert len({r["bucket"] for r in got["rows"]}) == buckets


def test_a_table_over_time_ends_with_a_chart_per_currency(store, capsys) -> None:
    words = ("query", "--store", str(store), "--by", "service", "--grain", "day")
    charts = asked(capsys, *words).split("(total)")[-1]
    assert "USD" in charts
    assert "\x1b" not in charts
    assert any("$" in line for line in charts.splitlines()[2:])
    assert "─" not in asked(capsys, *words, "--format", "csv")


def test_filters_periods_and_categories(store, capsys) -> None:
    got = answer(capsys, store, "--filter", "service:stor", "--period", "2026-05")
    expected = [r for r in ROWS if r["ServiceName"] == "Storage" and r["BillingPeriodStart"][:7] == "2026-05"]
    assert got["totals"] == {"USD": str(bill.total(expected).normalize())}
    got = answer(capsys, store, "--exclude", "credit,tax")
    assert Decimal(got["totals"]["USD"]) == bill.total([r for r in ROWS if r["ChargeCategory"] == "Usage"])
    assert "EUR" not in got["totals"]


def test_tags_lose_their_prefix_and_the_untagged_are_named(store, capsys) -> None:
    got = answer(capsys, store, "--by", "tag.team", "--currency", "USD")
    assert {r["tag.team"] for r in got["rows"]} == {"t0", "t1", "t2", "(untagged)", "(untaggable)"}


def test_a_comparison_is_like_for_like(store, capsys) -> None:
    got = answer(capsys, store, "--by", "service", "--period", "2026-05", "--compare", "--currency", "USD")
    assert got["view"]["now"]["since"] == "2026-05-01"
    assert got["view"]["before"]["since"] == "2026-04-01"
    days = range(1, int(got["view"]["now"]["until"][8:]))
    for row in got["rows"]:
        for part, month in (("now", "2026-05"), ("before", "2026-04")):
            dates = {f"{month}-{day:02}" for day in days}
            of_service = [
                r
                for r in ROWS
                if r["ServiceName"] == row["service"]
                and r["BillingCurrency"] == "USD"
                and r["ChargePeriodStart"][:10] in dates
            ]
            assert Decimal(row[part]) == bill.total(of_service)


def test_every_form_has_the_same_figures(store, capsys, tmp_path) -> None:
    words = ("query", "--store", str(store), "--by", "service", "--currency", "USD")
    as_csv = list(csv.DictReader(io.StringIO(asked(capsys, *words, "--format", "csv"))))
    assert sum(Decimal(r["cost"]) for r in as_csv) == bill.total(ROWS)
    assert all(not r["service"].startswith("=") for r in as_csv)
    file = tmp_path / "out.parquet"
    asked(capsys, *words, "--format", "parquet", "--output", str(file))
    assert sum(pl.read_parquet(file)["cost"].to_list()) == bill.total(ROWS)
    for form in ("table", "md"):
        text = asked(capsys, *words, "--format", form)
        assert f"{bill.total(ROWS).normalize()}" in text
        assert "\x1b" not in text


def test_loading_again_replaces(capsys, tmp_path) -> None:
    path = bill.write(tmp_path / "bill.csv", ROWS)
    store = str(tmp_path / "store")
    for _ in range(2):
        loaded = json.loads(asked(capsys, "load", "--store", store, "--json", str(path)))
        assert sum(unit["rows"] for unit in loaded["loaded"]) == len(ROWS)
        billed = sum(Decimal(u["totals"]["USD"]["billed"]) for u in loaded["loaded"])
        assert billed == bill.total(ROWS, "BilledCost")
        assert loaded["refused"] == []
    got = answer(capsys, tmp_path / "store")
    assert Decimal(got["totals"]["USD"]) == bill.total(ROWS)
    listed = json.loads(asked(capsys, "sources", "--store", store, "--json"))["sources"]
    assert [unit["period"] for unit in listed] == ["2026-04", "2026-05"]


def test_a_refused_file_refuses_the_call_and_keeps_the_store(capsys, tmp_path) -> None:
    good = bill.write(tmp_path / "good.csv", ROWS[:10])
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    store = str(tmp_path / "store")
    assert main(["load", "--store", store, str(good), str(bad)]) == 2
    assert "bad.csv" in capsys.readouterr().err
    assert main(["query", "--store", store]) == 2
    assert "empty" in capsys.readouterr().err
    assert main(["load", "--store", store, "--keep-going", "--json", str(good), str(bad)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert len(report["loaded"]) == 1
    assert report["refused"][0]["file"].endswith("bad.csv")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query", "--by", "nothing"], "unknown dimension"),
        (["query", "--filter", "servise:x"], "service"),
        (["query", "--period", "someday"], "period"),
        (["query", "--exclude", "everything"], "charge category"),
        (["query", "--config", "/nowhere/finops.toml"], "finops.toml"),
        (["load", "/nowhere/bill.csv"], "bill.csv"),
        ([], "terminal"),
        (["demo"], "terminal"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(store, capsys, words, said) -> None:
    where = ["--store", str(store)] if words and words[0] != "demo" else []
    assert main([*words, *where]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_breached_budget_is_a_finding(store, capsys, tmp_path) -> None:
    config = tmp_path / "finops.toml"

    def budgets(amount: str) -> int:
        config.write_text(
            f'[[budget]]\nname = "all"\namount = {amount}\nbasis = "billed"\n', encoding="utf-8"
        )
        return main(["budgets", "--store", str(store), "--config", str(config), "--format", "json"])

    assert budgets("1") == 1
    [state] = json.loads(capsys.readouterr().out)["budgets"]
    may = [r for r in ROWS if r["BillingPeriodStart"][:7] == "2026-05"]
    assert Decimal(state["actual"]) == bill.total(may, "BilledCost")
    assert budgets("99999999") == 0
