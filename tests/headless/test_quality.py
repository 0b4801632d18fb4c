"""Checks of the data: each finds what was planted and nothing else, with its money to the last digit."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import __main__, loader
from finops_tui.queries import quality
from finops_tui.queries.view import Period, View
from finops_tui.store import Store
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("CommitmentDiscountId", "CommitmentDiscountStatus")


def clean() -> list[bill.Row]:
    """Two whole months in which everything holds."""
    rows = []
    for day in range(1, 31):
        date = f"2026-04-{day:02}"
        rows.append(bill.row(date, "10", ListCost="12", Tags='{"team": "a"}'))
        rows.append(bill.row(date, "5", ListCost="6", ServiceName="Storage", Tags='{"team": "b"}'))
    rows.append(
        bill.row(
            "2026-04-01", "30", ChargeCategory="Purchase", EffectiveCost="0", CommitmentDiscountId="sp-1"
        )
    )
    rows += [
        bill.row(
            f"2026-04-{day:02}", "0", EffectiveCost="1", ListCost="2", ContractedCost="1",
            CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Used",
        )
        for day in range(1, 31)
    ]  # fmt: skip
    rows.append(bill.row("2026-04-02", "-2", ChargeCategory="Credit"))
    return rows


def write(path: Path, rows: list[bill.Row]) -> Path:
    import csv

    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, (*bill.COLUMNS, *COLUMNS), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def checks(
    capsys: pytest.CaptureFixture[str], folder: Path, rows: list[bill.Row], *words: str
) -> dict[str, Any]:
    loader.load(folder / "store", [write(folder / "bill.csv", rows)])
    code = __main__.main(["quality", "--store", str(folder / "store"), "--format", "json", *words])
    told = json.loads(capsys.readouterr().out)
    assert code == (1 if told["failed"] else 0)
    assert [one["name"] for one in told["checks"]] == [one["name"] for one in sorted(
        told["checks"], key=lambda one: ("fail", "n.a.", "pass").index(one["state"])
    )]  # fmt: skip
    return {one["name"]: one for one in told["checks"]}


def test_a_clean_bill_holds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = checks(capsys, tmp_path, clean())
    assert set(found) == set(quality.CHECKS) - {"rate"}  # no rates are named
    assert {name for name, one in found.items() if one["state"] != "pass"} <= {"late"}
    assert all(not one["amounts"] for name, one in found.items() if name != "late")


PLANTED: list[tuple[str, dict[str, str], str, str]] = [
    ("purchase", {"ChargeCategory": "Purchase", "CommitmentDiscountId": "sp-2", "EffectiveCost": "7.125"}, "7.125", "7.125"),
    ("credit", {"ChargeCategory": "Credit", "EffectiveCost": "-1", "BilledCost": "-3"}, "2.00", ""),
    ("list", {"ListCost": "0", "ContractedCost": "0"}, "4.25", "4.25"),
    ("list", {"ListCost": ""}, "4.25", "4.25"),
    ("contracted", {"ListCost": "1", "ContractedCost": "1.5"}, "0.50", ""),
    ("service", {"ServiceName": ""}, "4.25", ""),
    ("category", {"ChargeCategory": "Surprise"}, "4.25", ""),
    ("account", {"BillingAccountId": ""}, "4.25", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "columns", "amount", "_"), PLANTED)
def test_what_is_planted_is_found(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str,
    columns: dict[str, str],
    amount: str,
    _: str,
) -> None:
    planted = bill.row("2026-04-09", "4.25", **{"ListCost": "5", **columns})
    found = checks(capsys, tmp_path, [*clean(), planted])
    assert (found[name]["state"], found[name]["broken"]) == ("fail", 1)
    assert found[name]["amounts"] == {"USD": amount}
    others = {other for other, one in found.items() if one["state"] == "fail"} - {name}
    assert not others, others


EDGES = (
    {"ChargeClass": "Correction", "ListCost": "0"},
    {"ListCost": "0", "EffectiveCost": "0"},
    {"ListCost": "-1", "ContractedCost": "2"},
    {"ListCost": "1", "ContractedCost": "1.000001"},
    {"ListCost": "1", "ContractedCost": "1.0000011"},
    {"ListCost": "1", "ContractedCost": ""},
    {"ChargeCategory": "Purchase", "EffectiveCost": "3"},
    {"ChargeCategory": "Purchase", "CommitmentDiscountId": "sp-3", "EffectiveCost": "-3"},
    {"ChargeCategory": "Credit", "EffectiveCost": "-1.000", "BilledCost": "-1"},
    {"ChargeCategory": ""},
    {"BillingCurrency": "XXX"},
    {"BillingCurrency": "EUR", "ServiceName": ""},
    {"BillingCurrency": "EUR", "BillingAccountId": "", "ServiceName": "", "ChargeCategory": "Other"},
)
"""What lies on either side of a check."""


def test_the_charges_of_a_finding_are_as_many_as_it_counts(tmp_path: Path) -> None:
    changes = [*(columns for _, columns, *_ in PLANTED), *EDGES]
    planted = [bill.row("2026-04-09", "4.25", **{"ListCost": "5", **columns}) for columns in changes]
    result = loader.load(tmp_path / "store", [write(tmp_path / "bill.csv", [*clean(), *planted])])
    assert not result.refused
    with Store(tmp_path / "store") as store:
        view = View(Period(date(2026, 4, 1), date(2026, 5, 1)), group_by=())
        found = quality.of_charges(store.ask_now("quality", view, tolerance=quality.TOLERANCE))
        assert min(one.broken for one in found) > 0
        for one in found:
            values = {"name": one.name, "tolerance": quality.TOLERANCE, "limit": 1000}
            behind = store.ask_now("quality_rows", view, **values)
            assert behind.height == one.broken, one.name
            if one.name not in {"credit", "contracted"}:  # at stake are differences, not costs
                sums = {
                    code: sum(behind.filter(BillingCurrency=code)["EffectiveCost"], Decimal(0))
                    for code in one.amounts
                }
                assert sums == one.amounts, one.name


def test_a_commitment_that_gave_less_cannot_be_judged_over_a_part_of_its_term(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [
        row
        for row in clean()
        if not (row.get("CommitmentDiscountId") and row["ChargePeriodStart"] > "2026-04-20")
    ]
    found = checks(capsys, tmp_path, rows)["commitment"]
    assert (found["state"], found["broken"]) == ("n.a.", 1)
    given = sum(Decimal(r["EffectiveCost"]) for r in rows if r.get("CommitmentDiscountStatus") == "Used")
    assert Decimal(found["amounts"]["USD"]) == given - 30


def test_spellings_are_found_with_the_money_under_the_rarer_ones(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [
        *clean(),
        bill.row("2026-04-09", "4.25", ListCost="5", Tags='{"Team": "a"}'),
        bill.row("2026-04-10", "0.75", ListCost="5", Tags='{"team": "A"}'),
        bill.row("2026-04-10", "0.5", ListCost="5", Tags='{"team": "<x>\\u001b[2J"}'),
    ]
    found = checks(capsys, tmp_path, rows)
    assert found["tag keys"]["amounts"] == {"USD": "4.25"}
    assert found["tag values"]["amounts"] == {"USD": "0.75"}
    assert "team / Team" in found["tag keys"]["found"]
    assert "a / A" in found["tag values"]["found"]


def test_days_still_arriving_and_the_period_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [*clean(), bill.row("2026-05-01", "3", ListCost="4"), bill.row("2026-05-02", "1.5", ListCost="4")]
    late = checks(capsys, tmp_path, rows)["late"]
    assert late["state"] == "n.a."
    assert checks(capsys, tmp_path, rows, "--period", "2026-04-01..2026-04-10")["late"]["state"] == "pass"


def test_a_bill_from_two_sources_is_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = clean()
    loader.load(
        tmp_path / "store",
        [write(tmp_path / "other.csv", [*rows, bill.row("2026-04-03", "9", ListCost="10")])],
        source_name="again",
    )
    found = checks(capsys, tmp_path, rows)["twice"]
    assert (found["state"], found["broken"]) == ("fail", 1)
    assert Decimal(found["amounts"]["USD"]) == bill.total(rows, "BilledCost")
    assert "again and focus" in found["found"]


def test_records_set_aside_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [*clean(), bill.row("2026-04-09", "x", BilledCost="x")]
    found = checks(capsys, tmp_path, rows)["aside"]
    assert (found["state"], found["broken"], found["looked_at"]) == ("fail", 1, len(rows))


def test_the_table_is_safe(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [
        *clean(),
        bill.row("2026-04-10", "0.5", ListCost="5", Tags='{"t\\u001b[2Jeam": "a", "t\\u001b[2JEAM": "=1"}'),
    ]
    loader.load(tmp_path / "store", [write(tmp_path / "bill.csv", rows)])
    for form in ("table", "md", "csv"):
        __main__.main(["quality", "--store", str(tmp_path / "store"), "--format", form])
        assert "\x1b" not in capsys.readouterr().out.replace("\x1b", "", 0) or form == "csv"


def test_money_without_a_rate_is_found_when_rates_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = [
        bill.row("2026-04-03", "7.5", BillingCurrency="EUR", ListCost="8", Tags='{"team": "a"}'),
        bill.row("2026-04-20", "10.25", BillingCurrency="EUR", ListCost="11", Tags='{"team": "a"}'),
        bill.row("2026-04-20", "3", BillingCurrency="JPY", ListCost="4", Tags='{"team": "a"}'),
    ]
    (tmp_path / "rates.csv").write_text("date,from,to,rate\n2026-04-10,EUR,USD,1.1\n")
    config = tmp_path / "finops.toml"
    config.write_text('[currency]\nrates = "rates.csv"\nconvert = "USD"\n')
    found = checks(capsys, tmp_path, [*clean(), *planted], "--config", str(config))["rate"]
    assert (found["state"], found["broken"], found["looked_at"]) == ("fail", 2, 3)
    assert {code: Decimal(amount) for code, amount in found["amounts"].items()} == {
        "EUR": Decimal("7.5"),
        "JPY": Decimal(3),
    }
    assert "rate" not in checks(capsys, tmp_path, clean())
