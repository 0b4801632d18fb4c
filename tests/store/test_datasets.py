"""What is allocated is held beside the bill and never added to it: units, totals, bounds, formats."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import generations, loader
from finops_tui.manifest import FORMAT, PLAIN, ManifestError, dump, parse
from finops_tui.queries.view import Period, View
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.store.fake_sources import charge, write
from tests.store.helpers import totals

if TYPE_CHECKING:
    from pathlib import Path

SPAN = Period(date(2000, 1, 1), date(2100, 1, 1))


def allocated(cost: str, **given: object) -> dict[str, object]:
    return charge(cost, dataset="allocation", **given)  # type: ignore[arg-type]


def total(store: Store, dataset: str, basis: str = "effective") -> dict[str, Decimal]:
    frame = store.ask_now("total", View(SPAN, group_by=(), basis=basis, dataset=dataset))
    return dict(zip(frame["currency"], frame["cost"], strict=True))


def load(root: Path, bills: Path, *rows: dict[str, object], name: str = "mixed") -> loader.LoadResult:
    return loader.load(root, [write(bills / f"{name}.json", list(rows))])


def test_one_file_becomes_two_units_and_each_dataset_has_its_own_total(root: Path, bills: Path) -> None:
    result = load(
        root, bills, charge("1.25"), charge("2"), allocated("0.75"), allocated("0.5", currency="EUR")
    )
    assert [entry.unit for entry in result.loaded] == [
        ("focus", "111", "2025-01"),
        ("focus", "111", "2025-01", "allocation"),
    ]
    assert [(entry.records, entry.charges) for entry in result.loaded] == [(2, 2), (2, 2)]
    assert result.loaded[1].name == "focus 111 2025-01 allocation"
    with Store(root) as store:
        assert totals(store) == {"USD": Decimal("3.25")}
        assert total(store, "bill") == {"USD": Decimal("3.25")}
        assert total(store, "allocation") == {"USD": Decimal("0.75"), "EUR": Decimal("0.5")}


def test_the_bill_and_its_allocation_are_replaced_apart(root: Path, bills: Path) -> None:
    load(root, bills, charge("1"), name="bill")
    load(root, bills, allocated("0.5"), name="allocation")
    result = load(root, bills, allocated("0.75"), name="again")
    with Store(root) as store:
        assert (total(store, "bill"), total(store, "allocation")) == (
            {"USD": Decimal(1)},
            {"USD": Decimal("0.75")},
        )
    assert any("allocated USD 0.75 (was 0.5, +0.25)" in note for note in result.notes)
    assert not any("counted twice" in note for note in result.notes)


def test_each_dataset_has_bounds_of_its_own(root: Path, bills: Path) -> None:
    rows = [charge("1", day=f"2025-01-{day:02}") for day in range(1, 20)]
    load(root, bills, *rows, *(allocated("1", day=f"2025-03-{day:02}") for day in range(5, 9)))
    with Store(root) as store:
        bill, allocation = calendar_of(store), calendar_of(store, "allocation")
    assert bill is not None
    assert allocation is not None
    assert (bill.first, bill.last) == (date(2025, 1, 1), date(2025, 1, 19))
    assert (allocation.first, allocation.last) == (date(2025, 3, 5), date(2025, 3, 8))


def test_without_a_bill_the_calendar_of_the_bill_is_empty(root: Path, bills: Path) -> None:
    load(root, bills, allocated("1"))
    with Store(root) as store:
        assert calendar_of(store) is None
        assert calendar_of(store, "allocation") is not None
        assert total(store, "bill") == {}


def test_a_record_in_both_datasets_counts_once(root: Path, bills: Path) -> None:
    both = charge("1")
    path = write(bills / "both.json", [both, charge("2")], doubled=[both], copied="allocation")
    result = loader.load(root, [path])
    assert [(entry.records, entry.charges) for entry in result.loaded] == [(2, 2), (0, 1)]


def test_quarantined_records_are_with_the_bill(root: Path, bills: Path) -> None:
    path = write(bills / "bad.json", [charge("1"), allocated("2")], quarantined=["x"])
    result = loader.load(root, [path])
    assert [entry.quarantined for entry in result.loaded] == [1, 0]


def test_two_sources_that_allocate_the_same_month_are_named(root: Path, bills: Path) -> None:
    loader.load(root, [write(bills / "a.json", [allocated("1")], source="opencost")])
    result = loader.load(root, [write(bills / "b.json", [allocated("1", account="2")], source="aws-cur")])
    assert "aws-cur and opencost may allocate the same money, 2025-01" in result.notes[-1]


def test_only_a_store_with_an_allocation_needs_the_newer_format(root: Path, bills: Path) -> None:
    load(root, bills, charge("1"), name="bill")
    assert json.loads((root / "CURRENT").read_bytes())["format"] == PLAIN
    load(root, bills, allocated("1"), name="allocation")
    data = (root / "CURRENT").read_bytes()
    assert json.loads(data)["format"] == FORMAT
    assert parse(data).entries == generations.read(root).manifest.entries
    assert dump(parse(data)) == data


def test_an_unknown_dataset_is_refused(root: Path, bills: Path) -> None:
    load(root, bills, allocated("1"))
    manifest = generations.read(root).manifest
    object.__setattr__(manifest.entries[0], "dataset", "forecast")
    with pytest.raises(ManifestError, match="dataset"):
        parse(dump(manifest))
    with pytest.raises(ValueError, match="unknown dataset 'forecast'; one of bill, allocation"):
        View(SPAN, dataset="forecast")
