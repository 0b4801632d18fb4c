"""`finops-tui explain` as people run it; figures checked against Decimals over the file."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui.__main__ import main
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (*bill.COLUMNS, "PricingQuantity", "PricingUnit")
APRIL, MAY = "2026-04-01..2026-04-20", "2026-05-01..2026-05-20"


def rows() -> list[bill.Row]:
    """Two months with use that grows and shrinks, taxes in two currencies, hostile names, a refund."""
    found = []
    for number, row in enumerate(bill.two_months()):
        day = int(row["ChargePeriodStart"][8:10])
        hours = {"PricingQuantity": str(day + number % 7), "PricingUnit": "Hours"} if number % 5 else {}
        cost = {"EffectiveCost": str(Decimal(row["BilledCost"]) * 3 / 4)}
        found.append({**dict.fromkeys(COLUMNS, ""), **row, **hours, **cost})
    refund = {"ChargeClass": "Correction", "ServiceName": "Compute"}
    return [*found, {**dict.fromkeys(COLUMNS, ""), **bill.row("2026-05-04", "-3.25", **refund)}]


ROWS = rows()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    path = folder / "bill.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(ROWS)
    assert main(["load", "--store", str(folder / "store"), str(path)]) == 0
    return folder / "store"


def asked(capsys: pytest.CaptureFixture[str], store: Path, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["explain", "--store", str(store), *words]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def during(period: str, basis: str, currency: str = "USD") -> Decimal:
    since, until = period.split("..")
    within = (r for r in ROWS if since <= r["ChargePeriodStart"][:10] <= until)
    return bill.total(list(within), basis, currency)


@pytest.mark.parametrize("basis", ["billed", "effective", "list", "contracted"])
@pytest.mark.parametrize("by", ["service", "account,resource", "tag.team"])
def test_json_adds_up_to_the_file(store, capsys, by: str, basis: str) -> None:
    out = asked(
        capsys, store, *f"--period {MAY} --against {APRIL} --by {by} --basis {basis} --format json".split()
    )
    found = json.loads(out)["currencies"]
    column = f"{basis.capitalize()}Cost"
    for currency in ("USD", "EUR"):
        one = found[currency]
        before, now = during(APRIL, column, currency), during(MAY, column, currency)
        assert (Decimal(one["before"]), Decimal(one["now"])) == (before, now)
        assert Decimal(one["change"]) == now - before
        assert sum(Decimal(part["amount"]) for part in one["parts"]) == now - before
        assert sum(Decimal(driver["change"]) for driver in one["drivers"]) == now - before
        for driver in one["drivers"]:
            assert sum(map(Decimal, driver["parts"].values())) == Decimal(driver["change"])
            assert set(by.split(",")) < set(driver)


def test_csv_rows_and_the_rest_add_up(store, capsys) -> None:
    words = f"--period {MAY} --against {APRIL} --by resource --limit 3 --format csv --currency USD".split()
    table = list(csv.DictReader(io.StringIO(asked(capsys, store, *words))))
    assert table[-1]["resource"] == "(other)"
    assert len(table) == 4
    assert sum(Decimal(row["change"]) for row in table) == during(MAY, "EffectiveCost") - during(
        APRIL, "EffectiveCost"
    )
    parts = list(table[0])[list(table[0]).index("change") + 1 : -1]
    for row in table:
        assert sum(Decimal(row[part]) for part in parts) == Decimal(row["change"])


def test_a_part_is_ranked_by_its_own_drivers_and_its_filter_finds_it(store, capsys) -> None:
    words = f"--period {MAY} --against {APRIL} --currency USD --format json".split()
    whole = json.loads(asked(capsys, store, *words))["currencies"]["USD"]
    for part in whole["parts"]:
        again = json.loads(asked(capsys, store, *words, "--filter", part["filter"], "--part", part["part"]))
        one = again["currencies"]["USD"]
        assert {p["part"]: p["amount"] for p in one["parts"]}[part["part"]] == part["amount"]
        sizes = [Decimal(driver["parts"][part["part"]]) for driver in one["drivers"]]
        assert sum(sizes) == Decimal(part["amount"])
        assert sizes == sorted(sizes, key=lambda size: -abs(size))


@pytest.mark.parametrize("form", ["table", "md"])
def test_people_read_words_first_and_nothing_hostile(store, capsys, form: str) -> None:
    out = asked(capsys, store, *f"--period {MAY} --against {APRIL} --currency USD --format {form}".split())
    first, second = out.split("\n\n")[:2]
    assert first.startswith("Complete days only: ")
    assert "1–20 May 2026 is " in second
    assert "1–20 Apr 2026" in second
    assert "\x1b" not in out
    assert "cmd" in out
    assert "[bold]" not in out or form == "table"


def test_the_waterfall_leads_from_before_to_now_to_the_cent(store, capsys) -> None:
    out = asked(capsys, store, *f"--period {MAY} --against {APRIL} --currency USD".split())
    block = next(block for block in out.split("\n\n") if block.startswith("part "))
    amounts = [Decimal(line.split()[1].replace("$", "").replace(",", "")) for line in block.splitlines()[2:]]
    assert sum(amounts[:-1]) == amounts[-1]
    assert amounts[0] == round(during(APRIL, "EffectiveCost"), 2)


def test_two_periods_without_charges_say_so(store, capsys) -> None:
    words = f"--period {MAY} --against {APRIL} --filter service=Nothing".split()
    assert "Nothing was charged in either period." in asked(capsys, store, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--period 2026-05 --against 2026-05-03..2026-05-05", "share days"),
        ("--period 2026-04", "no complete days to compare for 2026-04"),
        ("--period soon", "no such period"),
        ("--filter cost>3", "leave them out of the filter"),
        ("--by nonsense", "unknown dimension"),
    ],
)
def test_what_cannot_be_explained_ends_with_2(store, capsys, words: str, said: str) -> None:
    assert said in asked(capsys, store, *words.split(), code=2)


def test_an_empty_store_says_what_to_do(tmp_path, capsys) -> None:
    assert "finops-tui load PATH" in asked(capsys, tmp_path, code=2)
