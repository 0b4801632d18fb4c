"""The SQL of a converted figure has the rates in it: over the files, and by another engine, it is the figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui.dialects import DIALECTS, translated
from finops_tui.queries import filters
from finops_tui.queries.exchange import Rates
from finops_tui.queries.provenance import sentences
from finops_tui.queries.view import Comparison, Period, View
from finops_tui.screens import provenance_sql
from finops_tui.screens.money import amount
from tests.queries.focus_files import origin_of, rows, store_of, write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finops_tui.store import Store

MAY = Period(date(2026, 5, 1), date(2026, 5, 21))
BASE = View(
    MAY, Comparison(MAY, Period(date(2026, 4, 1), date(2026, 4, 21))), (), currency="USD", converted="USD"
)
GIVEN = {date(2026, 4, 8): Decimal("1.0734"), date(2026, 5, 9): Decimal("1.0834")}
TURNED = {day: 1 / rate for day, rate in GIVEN.items()}
KINDS = {
    "given": Rates({("EUR", "USD"): GIVEN}, "rates.csv"),
    "inverse": Rates(
        {("USD", "EUR"): {day: rate.quantize(Decimal("1e-9")) for day, rate in TURNED.items()}}, "r.csv"
    ),
}
VIEWS = (
    BASE,
    replace(BASE, currency="EUR"),
    replace(BASE, compared=None, basis="list"),
    replace(BASE, filter=filters.parse("tag.team=data,web -service:support")),
)


@pytest.fixture(scope="module", params=sorted(KINDS))
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Store]]:
    folder = tmp_path_factory.mktemp("bills")
    write_parquet(folder / "bill.parquet", rows())
    store = store_of(folder / "store", folder / "bill.parquet", rates=KINDS[request.param])
    yield folder, store
    store.close()


def by_hand(view: View, rates: Rates) -> Decimal:
    """The figure from the rows as they were written; without a rate they stay in euros."""
    total = Decimal(0)
    for row in rows():
        day, code = date.fromisoformat(row["ChargePeriodStart"][:10]), row["BillingCurrency"]
        cost = Decimal(row["ListCost" if view.basis == "list" else "EffectiveCost"])
        rate = rates.rate("EUR", "USD", day) if code == "EUR" else None
        if rate is not None:
            code, cost = "USD", cost * rate.value
        if day in view.period and code == view.currency:
            total += cost
    return total


@pytest.mark.parametrize("view", VIEWS, ids=range(len(VIEWS)))
def test_the_files_and_another_engine_give_the_converted_figure(kept: tuple[Path, Store], view: View) -> None:
    import datafusion

    folder, store = kept
    assert store.rates is not None
    found = origin_of(store, view)
    ten = Decimal("1e-10")
    if view.filter is None:
        assert found.cost.quantize(ten) == by_hand(view, store.rates).quantize(ten)
    assert not found.gap
    cursor = duckdb.connect().execute(found.over_files)
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone() or (), strict=True))
    assert provenance_sql.verdict(found, row, amount)[0]
    context = datafusion.SessionContext()
    context.register_parquet("focus", str(folder / "bill.parquet"))
    got = context.sql(translated(found.over_table, "datafusion")).to_pydict()
    assert provenance_sql.verdict(found, {name: values[0] for name, values in got.items()}, amount)[0]
    for dialect in DIALECTS:
        text = translated(found.over_table, dialect)
        for span in store.rates.spans("EUR", "USD", view.period):
            assert f"'{span.rate.value:f}'" in text


def test_it_says_the_rates(kept: tuple[Path, Store]) -> None:
    told = sentences(origin_of(kept[1], BASE), ("Everything",), None, amount)[0]
    assert "in USD, EUR→USD 1.0834 of 2026-05-09" in told
    assert "the last of 2, from r" in told
    assert "none before 2026-04-08" in told
    apart = sentences(origin_of(kept[1], replace(BASE, currency="EUR")), ("Everything",), None, amount)[0]
    assert "charged in EUR" in apart
