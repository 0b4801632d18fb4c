"""Actual and amortized cost are merged by Microsoft's rule, told apart by what they hold, and never added."""

from collections import defaultdict
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from finops_tui import generations
from finops_tui.loader import load
from finops_tui.sources import azure_pairs, discover
from tests.sources.azure_bills import PLANNED, RESERVED, Row, ea, mca, number, pair, run
from tests.sources.bills import Bench, focus, text

BOUGHT = {"ChargeType": "Purchase", "Frequency": "Recurring"}


def sums(bench: Bench) -> tuple[Decimal, Decimal]:
    (row,) = bench.query("SELECT sum(BilledCost), sum(EffectiveCost) FROM staged")
    return row


def is_bought(row: Row) -> bool:
    return row["ChargeType"] in {"Purchase", "Refund"} and row["PricingModel"] in {
        "Reservation",
        "SavingsPlan",
    }


def merged(actual: list[Row], amortized: list[Row]) -> list[tuple[Row, Decimal, Decimal]]:
    """The lines that count and their billed and effective cost, by Microsoft's rule."""
    lines = []
    for row in amortized:
        cost, kind = number(row["CostInBillingCurrency"]), row["ChargeType"]
        covered = kind.startswith("Unused") or (
            kind == "Usage" and row["PricingModel"] in {"Reservation", "SavingsPlan"}
        )
        lines.append((row, Decimal(0) if covered else cost, cost))
    lines += [(row, number(row["CostInBillingCurrency"]), Decimal(0)) for row in actual if is_bought(row)]
    return lines


@pytest.mark.parametrize("seed", range(4))
def test_a_pair_by_another_reckoning(bench: Bench, seed: int):
    actual, amortized = pair(seed)
    first, second = ("b/one.csv", "a/two.csv") if seed % 2 else ("one.csv", "two.csv")
    paths = [bench.file(first, text(actual)), bench.file(second, text(amortized))]
    staged = bench.stage(*(reversed(paths) if seed > 1 else paths))
    expected: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    with localcontext(prec=60):
        for row, billed, effective in merged(actual, amortized):
            key = row["SubscriptionId"]
            expected[key] = [
                one + more for one, more in zip(expected[key], (1, billed, effective), strict=True)
            ]
    query = "SELECT SubAccountId, count(*), sum(BilledCost), sum(EffectiveCost) FROM staged GROUP BY ALL"
    assert {key: list(rest) for key, *rest in bench.query(query)} == expected
    left = len(actual) - len(merged(actual, []))
    query = "SELECT count(*), count(DISTINCT (file, record)), min(account), min(period) FROM dropped"
    assert bench.query(query) == [(left, left, "8611537", "2023-09")]
    assert sum(file.loaded for file in staged.files) == len(actual) + len(amortized)
    assert [note for note in staged.notes if "alone" in note] == []


def test_a_pair_of_a_customer_agreement(bench: Bench):
    usage = mca(
        pricingModel="Reservation",
        benefitId=RESERVED["benefitId"],
        costInBillingCurrency="0.5",
        costInPricingCurrency="0.6",
    )
    bought = {**usage, "chargeType": "Purchase", "costInBillingCurrency": "20", "costInPricingCurrency": "22"}
    free = {**usage, "costInBillingCurrency": "0", "costInPricingCurrency": "0"}
    bench.stage(
        bench.file("one.csv", text([mca(), free, bought])), bench.file("two.csv", text([mca(), usage]))
    )  # fmt: skip
    columns = "ChargeCategory, BilledCost, EffectiveCost, PricingCurrencyEffectiveCost"
    assert bench.query(f"SELECT {columns} FROM staged ORDER BY ALL") == [
        ("Purchase", 20, 0, 0),
        ("Usage", 0, Decimal("0.5"), Decimal("0.6")),
        ("Usage", Decimal("0.9"), Decimal("0.9"), 1),
    ]


def test_actual_cost_alone_is_not_amortized_and_says_so(bench: Bench):
    staged = bench.stage_rows([ea("2"), ea("0", **PLANNED), ea("100", **PLANNED, **BOUGHT)])
    assert sums(bench) == (102, 102)
    (note,) = staged.notes
    assert note.startswith(
        "bill.csv: 2 records of reservations and savings plans in the actual cost of 2023-09 alone"
    )
    assert "EffectiveCost is as billed" in note


def test_amortized_cost_alone_is_not_all_that_was_billed_and_says_so(bench: Bench):
    staged = bench.stage_rows(
        [ea("2"), ea("3", **PLANNED), ea("1", **PLANNED, ChargeType="UnusedSavingsPlan")]
    )
    assert sums(bench) == (2, 6)
    (note,) = staged.notes
    assert note.startswith("bill.csv: 2 records of reservations and savings plans in the amortized cost")
    assert "BilledCost lacks what was paid for them" in note


def test_without_commitments_either_is_the_whole_bill(bench: Bench):
    assert bench.stage_rows([ea("2"), ea("3", MeterId="b")]).notes == ()
    assert sums(bench) == (5, 5)


def test_each_period_and_account_is_merged_by_itself(bench: Bench):
    october = {
        "BillingPeriodStartDate": "10/01/2023",
        "BillingPeriodEndDate": "10/31/2023",
        "Date": "10/02/2023",
    }
    other = {"BillingAccountId": "99"}
    bought = [
        ea(cost, **RESERVED, **BOUGHT, **more) for cost, more in (("10", {}), ("20", october), ("40", other))
    ]
    actual = [ea("1"), ea("1", **october), ea("1", **other), *bought]
    staged = bench.stage(
        bench.file("a.csv", text(actual)), bench.file("b.csv", text([ea("1"), ea("3", **RESERVED)]))
    )
    query = "SELECT BillingAccountId, month(BillingPeriodStart), sum(BilledCost), sum(EffectiveCost) FROM staged GROUP BY ALL ORDER BY ALL"
    assert bench.query(query) == [("8611537", 9, 11, 4), ("8611537", 10, 21, 21), ("99", 9, 41, 41)]
    assert sum("2023-10 alone" in note for note in staged.notes) == 1


def test_days_and_subscriptions_that_only_the_actual_cost_has_are_kept_as_billed(bench: Bench):
    later, other = {"Date": "09/25/2023"}, {"SubscriptionId": "another"}
    actual = [ea("1"), ea("2", **later), ea("4", **other), ea("9", **RESERVED, **BOUGHT, **other)]
    staged = bench.stage(
        bench.file("a.csv", text(actual)), bench.file("b.csv", text([ea("1"), ea("3", **RESERVED)]))
    )
    assert sums(bench) == (16, 10)
    assert [note for note in staged.notes if "alone" in note] == []
    assert any(
        "2 records of actual cost taken as billed: the amortized cost of 2023-09" in n for n in staged.notes
    )


def test_the_same_charges_without_a_sign_of_which_they_are_count_once(bench: Bench):
    rows = [ea(str(place), MeterId=f"m{place}") for place in range(1, 9)]
    staged = bench.stage(
        bench.file("one.csv", text(rows)), bench.file("two.csv", text(list(reversed(rows))))
    )  # fmt: skip
    assert sums(bench) == (36, 36)
    assert any("8 records left out: most of its charges are in one.csv too" in note for note in staged.notes)


def test_actual_and_amortized_cost_in_one_file_are_told(bench: Bench):
    plain, bought, unused = (
        ea("7"),
        ea("50", **RESERVED, **BOUGHT),
        ea("40", **RESERVED, ChargeType="UnusedReservation"),
    )
    words = "1 record of purchases of reservations and savings plans, which amortized cost does not have by itself"
    staged = bench.stage(bench.file("all.csv", text([plain, bought, plain, unused])))
    assert any(words in note for note in staged.notes)
    staged = bench.stage(
        bench.file("a.csv", text([plain, bought])), bench.file("b.csv", text([plain, unused]))
    )
    assert sums(bench) == (57, 47)
    assert not any(words in note for note in staged.notes)


def test_of_runs_in_folders_the_folder_that_counts_is_named(bench: Bench):
    rows = text([ea(str(place), MeterId=f"m{place}") for place in range(1, 9)])
    for name in ("one", "two"):
        (bench.folder / name).mkdir()
    files = [bench.file(f"{name}/part_0_0001.csv", rows + end) for name, end in (("one", ""), ("two", "\n"))]
    staged = bench.stage(*files)
    assert sums(bench) == (36, 36)
    assert any("8 records left out: most of its charges are in one/ too" in note for note in staged.notes)


def test_parts_of_a_bill_without_a_sign_of_which_they_are_add_up(bench: Bench):
    rows = [ea(str(place), MeterId=f"m{place}") for place in range(1, 9)]
    staged = bench.stage(bench.file("one.csv", text(rows[:4])), bench.file("two.csv", text(rows[4:])))
    assert sums(bench) == (36, 36)
    assert staged.notes == ()


def test_a_later_run_given_beside_an_earlier_one_counts_alone(bench: Bench):
    rows = [ea(str(place), MeterId=f"m{place}", Date=f"09/{place:02}/2023") for place in range(1, 9)]
    bought = ea("50", **RESERVED, **BOUGHT)
    staged = bench.stage(
        bench.file("early.csv", text([*rows[:6], bought])), bench.file("late.csv", text([*rows, bought]))
    )
    assert sums(bench) == (86, 86)
    assert any("left out: most of its charges are in late.csv too" in note for note in staged.notes)


def test_a_manifest_says_what_a_run_is_even_if_its_charges_do_not(bench: Bench, tmp_path: Path):
    rows = [ea(str(place), MeterId=f"m{place}") for place in range(1, 9)]
    root = tmp_path / "bucket"
    run(
        root / "actual" / "20230901-20230930" / "202309110900" / "g1",
        [[*rows, ea("0", **RESERVED)]],
        "ActualCost",
    )
    run(root / "amort" / "20230901-20230930" / "202309110900" / "g2", [rows[:5], rows[5:]], "AmortizedCost")
    found = discover([root])
    staged = bench.stage(*found.files)
    assert sums(bench) == (36, 36)
    assert (len(found.files), len(staged.files)) == (3, 3)
    assert any("9 records of actual cost left out" in note for note in staged.notes)


@pytest.mark.parametrize(
    ("kind", "place", "amortized", "actual", "found"),
    [
        ("AmortizedCost", "/x/actual.csv", False, True, "amortized"),
        ("Usage", "/x/a.csv", True, False, "actual"),
        ("Other", "/x/a.csv", True, True, "amortized"),
        (None, "/x/amortized.csv", False, True, "actual"),
        (None, "/x/Daily-Amortised/20230901-20230930/a.csv", False, False, "amortized"),
        (None, "/x/amortized/actualcost_1.csv", False, False, "actual"),
        (None, "/x/a.csv", False, False, "unknown"),
    ],
)
def test_what_a_delivery_is(kind: str | None, place: str, amortized: bool, actual: bool, found: str):
    assert azure_pairs.dataset(kind, Path(place), amortized=amortized, actual=actual) == found


def test_the_second_of_a_pair_in_a_later_load_takes_the_place_of_the_first(tmp_path: Path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(text([ea("1"), ea("0", **RESERVED), ea("9", **RESERVED, **BOUGHT)]))
    two.write_text(text([ea("1"), ea("3", **RESERVED)]))
    empty = tmp_path / "empty.csv"
    empty.write_text(text([], list(ea())))
    store = tmp_path / "store"

    def loaded(*paths: Path) -> tuple[list[tuple[Decimal, Decimal]], str]:
        result = load(store, paths)
        totals = [entry.totals["USD"] for entry in result.loaded]
        return [(Decimal(t["billed"]), Decimal(t["effective"])) for t in totals], "\n".join(result.notes)

    totals, notes = loaded(one)
    assert totals == [(10, 10)]
    assert "EffectiveCost is as billed" in notes
    totals, notes = loaded(two)
    assert totals == [(1, 4)]
    assert "BilledCost lacks" in notes
    assert "replaced" in notes
    totals, notes = loaded(one, two)
    assert totals == [(10, 4)]
    assert "alone" not in notes
    assert loaded(empty)[0] == []
    (entry,) = generations.read(store).manifest.entries
    assert Decimal(entry.totals["USD"]["billed"]) == 10


def test_a_focus_export_of_the_same_account_is_told(tmp_path: Path):
    months = {"BillingPeriodStart": "2023-09-01T00:00:00Z", "BillingPeriodEnd": "2023-10-01T00:00:00Z"}
    path = "/providers/Microsoft.Billing/billingAccounts/8611537"
    (tmp_path / "focus.csv").write_text(text([focus(BillingAccountId=path, **months)]))
    (tmp_path / "native.csv").write_text(text([ea("1")]))
    result = load(tmp_path / "store", [tmp_path / "focus.csv", tmp_path / "native.csv"])
    assert any("may be counted twice: azure and focus both hold account 8611537" in n for n in result.notes)
