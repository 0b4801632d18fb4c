"""`finops-tui reconcile`: what it says against the files themselves, read with the csv module and added as Decimals."""

from __future__ import annotations

import asyncio
import csv
import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import generations, reconcile
from finops_tui.__main__ import main
from finops_tui.queries.accounting import account
from finops_tui.queries.view import View
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.headless import bill
from tests.headless.test_quarantine import bad_bill

if TYPE_CHECKING:
    from pathlib import Path

BASES = {
    "billed": "BilledCost",
    "effective": "EffectiveCost",
    "list": "ListCost",
    "contracted": "ContractedCost",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("bills")
    return [
        bill.write(folder / "two months.csv", bill.two_months()),
        bad_bill(folder / "june.csv", "2026-06", 5),
    ]


@pytest.fixture(scope="module")
def store(files: list[Path]) -> Path:
    root = files[0].parent / "store"
    assert main(["load", "--store", str(root), *map(str, files)]) == 0
    return root


def raw(files: list[Path]) -> list[bill.Row]:
    """Every record of the files whose billed cost is a number: the others were set aside."""
    rows = []
    for path in files:
        with path.open(newline="", encoding="utf-8") as file:
            rows += [row for row in csv.DictReader(file) if "apples" not in row["BilledCost"]]
    return rows


def sums(rows: list[bill.Row], column: str) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["BillingPeriodStart"][:7], row["BillingCurrency"]] += Decimal(row[column])
    return found


def reconciled(capsys: pytest.CaptureFixture[str], store: Path, *words: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["reconcile", "--store", str(store), "--json", *words]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def amounts(report: dict[str, Any], what: str) -> dict[tuple[str, str], Decimal]:
    return {(line["period"], line["currency"]): Decimal(line[what]) for line in report["amounts"]}


@pytest.mark.parametrize(("basis", "column"), BASES.items())
def test_everything_loaded_is_the_sum_over_the_raw_files(store, files, capsys, basis, column) -> None:
    report = reconciled(capsys, store, "--basis", basis)
    expected = sums(raw(files), column)
    assert report["balanced"]
    assert amounts(report, "loaded") == amounts(report, "shown") == expected
    assert set(amounts(report, "difference").values()) == {Decimal(0)}
    assert {code: Decimal(line["loaded"]) for code, line in report["totals"].items()} == {
        code: sum(sum_ for (_, other), sum_ in expected.items() if other == code) for code in ("USD", "EUR")
    }


def test_records_are_those_counted_in_the_files(store, files, capsys) -> None:
    records = {one["period"]: one for one in reconciled(capsys, store)["records"]}
    counts = defaultdict(int)
    for path in files:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                counts[row["BillingPeriodStart"][:7]] += 1
    assert {period: one["exported"] for period, one in records.items()} == counts
    assert {period: one["quarantined"] for period, one in records.items()} == {
        "2026-04": 0, "2026-05": 0, "2026-06": 5,
    }  # fmt: skip
    for one in records.values():
        assert one["exported"] == one["loaded"] + one["quarantined"]
        [file] = one["files"]
        assert file["path"] == str(files[one["period"] == "2026-06"])
        assert file["records"] == sum(1 for _ in csv.reader(open(file["path"], newline=""))) - 1  # noqa: SIM115, PTH123
        assert file["state"] == "there"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("--period", "2026-05-05..2026-05-10"), lambda r: "2026-05-05" <= r["ChargePeriodStart"][:10] <= "2026-05-10"),
        (("--exclude", "credit,tax"), lambda r: r["ChargeCategory"] == "Usage"),
        (("--include", "tax"), lambda r: r["ChargeCategory"] == "Tax"),
        (("--filter", "service:stor"), lambda r: r["ServiceName"] == "Storage"),
        (("--currency", "EUR"), lambda r: r["BillingCurrency"] == "EUR"),
        (
            ("--period", "2026-05", "--exclude", "tax", "--filter=-service:stor", "--currency", "USD"),
            lambda r: (
                r["BillingPeriodStart"][:7] == "2026-05"
                and r["ChargeCategory"] != "Tax"
                and r["ServiceName"] != "Storage"
                and r["BillingCurrency"] == "USD"
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_shown_and_left_out_of_a_view(store, files, capsys, words, kept) -> None:
    report = reconciled(capsys, store, *words)
    everything = sums(raw(files), "EffectiveCost")
    shown = sums([row for row in raw(files) if kept(row)], "EffectiveCost")
    assert report["balanced"]
    assert amounts(report, "loaded") == everything
    assert amounts(report, "shown") == {key: shown[key] for key in everything}
    for line in report["amounts"]:
        left = sum(Decimal(amount) for amount in line["left_out"].values())
        assert Decimal(line["loaded"]) == Decimal(line["shown"]) + left


def test_each_step_that_leaves_something_out_is_told_apart(store, files, capsys) -> None:
    words = ("--period", "2026-05", "--exclude", "credit", "--filter=-service:stor", "--currency", "USD")
    [line] = [
        line
        for line in reconciled(capsys, store, *words)["amounts"]
        if (line["period"], line["currency"]) == ("2026-05", "USD")
    ]
    may = [
        row for row in raw(files)
        if row["BillingPeriodStart"][:7] == "2026-05" and row["BillingCurrency"] == "USD"
    ]  # fmt: skip

    def total(rows: list[bill.Row]) -> Decimal:
        return sum((Decimal(row["EffectiveCost"]) for row in rows), Decimal(0))

    assert Decimal(line["left_out"]["days"]) == 0
    assert Decimal(line["left_out"]["categories"]) == total(
        [r for r in may if r["ChargeCategory"] == "Credit"]
    )
    assert Decimal(line["left_out"]["filter"]) == total([r for r in may if r["ServiceName"] == "Storage"])
    june = next(line for line in reconciled(capsys, store, *words)["amounts"] if line["period"] == "2026-06")
    assert Decimal(june["left_out"]["days"]) == Decimal(june["loaded"])


def test_groups_that_a_filter_keeps_are_kept_whole(store, files, capsys) -> None:
    rows = raw(files)
    by_service: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        by_service[row["ServiceName"], row["BillingCurrency"]] += Decimal(row["EffectiveCost"])
    limit = sorted(by_service.values())[-2]
    kept = {key for key, cost in by_service.items() if cost > limit}
    assert len(kept) == 1
    report = reconciled(capsys, store, "--filter", f"cost>{limit}")
    shown = sums([r for r in rows if (r["ServiceName"], r["BillingCurrency"]) in kept], "EffectiveCost")
    assert {key: cost for key, cost in amounts(report, "shown").items() if cost} == shown
    assert report["balanced"]
    assert any(Decimal(line["left_out"]["groups"]) for line in report["amounts"])


def test_files_that_are_gone_or_changed_are_said(files, tmp_path, capsys) -> None:
    kept, gone = (
        bill.write(tmp_path / name, [bill.row(f"2026-0{n}-01", "1.5")])
        for n, name in ((1, "a.csv"), (2, "b.csv"))
    )
    store = tmp_path / "store"
    assert main(["load", "--store", str(store), str(kept), str(gone)]) == 0
    gone.unlink()
    bill.write(kept, [bill.row("2026-01-01", "100.5")])
    states = [one["files"][0]["state"] for one in reconciled(capsys, store)["records"]]
    assert states == ["changed", "gone"]


def test_a_part_of_a_file_that_was_loaded_again_from_elsewhere_is_no_fault(tmp_path, capsys) -> None:
    both = bill.write(tmp_path / "both.csv", [bill.row("2026-01-01", "1"), bill.row("2026-02-01", "2")])
    store = tmp_path / "store"
    assert main(["load", "--store", str(store), str(both)]) == 0
    again = bill.write(tmp_path / "again.csv", [bill.row("2026-02-01", "3"), bill.row("2026-02-02", "4")])
    assert main(["load", "--store", str(store), str(again)]) == 0
    report = reconciled(capsys, store)
    assert (report["balanced"], report["replaced"], report["unaccounted"]) == (True, 1, 0)
    assert amounts(report, "loaded") == {("2026-01", "USD"): 1, ("2026-02", "USD"): 7}


def test_the_same_file_under_two_names_is_accounted_for_twice(tmp_path, capsys) -> None:
    path = bill.write(tmp_path / "a.csv", [bill.row("2026-01-01", "1")])
    store = tmp_path / "store"
    for words in ((), ("--source", "mine")):
        assert main(["load", "--store", str(store), *words, str(path)]) == 0
    report = reconciled(capsys, store)
    assert report["balanced"]
    assert report["records"][0]["exported"] == 2


def test_a_total_that_is_not_what_the_line_items_come_to_is_found(tmp_path, capsys, monkeypatch) -> None:
    path = bill.write(tmp_path / "a.csv", [bill.row("2026-01-01", "1.25")])
    store = tmp_path / "store"
    assert main(["load", "--store", str(store), str(path)]) == 0
    manifest = generations.read(store).manifest
    forged = json.loads((store / "CURRENT").read_text(encoding="utf-8"))
    forged["entries"][0]["totals"]["USD"]["effective"] = "1.26"
    from finops_tui import manifest as manifests

    forged["digest"] = manifests._digest({key: value for key, value in forged.items() if key != "digest"})
    (store / "CURRENT").write_text(json.dumps(forged), encoding="utf-8")
    report = reconciled(capsys, store, code=1)
    assert manifest.entries[0].totals["USD"]["effective"] == "1.25"
    assert not report["balanced"]
    assert Decimal(report["amounts"][0]["difference"]) == Decimal("0.01")
    assert main(["reconcile", "--store", str(store)]) == 1
    assert "SOMETHING IS NOT ACCOUNTED FOR" in capsys.readouterr().out


def test_the_words_for_people(store, files, capsys) -> None:
    capsys.readouterr()
    assert main(["reconcile", "--store", str(store), "--period", "2026-05"]) == 0
    text = capsys.readouterr().out
    assert "Everything is accounted for." in text
    assert f"{files[1]}: 1,000 records, FOCUS" in text
    assert "\x1b" not in text
    total = sums(raw(files), "EffectiveCost")["2026-05", "USD"]
    assert f"{total.normalize():f}" in text


def test_an_empty_store_has_no_accounts(tmp_path, capsys) -> None:
    assert main(["reconcile", "--store", str(tmp_path / "none")]) == 2
    assert "empty" in capsys.readouterr().err


def test_a_view_in_one_currency_is_accounted_for_in_those_of_the_bill(store, files) -> None:
    with Store(store) as opened:
        calendar = calendar_of(opened)
        view = View(calendar.all, currency="USD", converted="USD")
        found = asyncio.run(account(opened.ask, view, calendar.all, map(reconcile.unit, opened.entries)))
    assert found.balanced
    assert {(line.period, line.currency): line.shown for line in found.amounts} == sums(
        raw(files), "EffectiveCost"
    )
