"""The SQL of a figure: run over the files by a bare DuckDB, and over a table by another engine, it is the figure."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from finops_tui import bare_sql
from finops_tui.dialects import DIALECTS, translated
from finops_tui.manifest import StoreError
from finops_tui.queries import filters
from finops_tui.queries.provenance import sentences
from finops_tui.queries.provenance_files import Unit, deliveries, unreadable
from finops_tui.queries.provenance_sql import literal
from finops_tui.queries.view import Comparison, Condition, Period, View
from finops_tui.screens.money import amount
from tests.queries.focus_files import HOSTILE, origin_of, rows, store_of, write_csv, write_parquet

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "2026-04")
MAY = Period(date(2026, 5, 1), date(2026, 5, 21))
BASE = View(MAY, Comparison(MAY, Period(date(2026, 4, 1), date(2026, 4, 21))), (), currency="USD")

VIEWS = (
    BASE,
    replace(BASE, currency="EUR", basis="billed"),
    replace(BASE, compared=None, basis="list", included=frozenset({"usage", "refund"})),
    replace(BASE, compared=None, period=APRIL, excluded=frozenset({"tax", "credit", "refund"})),
    *(replace(BASE, path=(Condition("service", name),)) for name in HOSTILE),
    replace(BASE, path=(Condition("service", HOSTILE[0], excluded=True), Condition("region", None))),
    replace(BASE, path=(Condition("account", "payer-1"), Condition("resource", "i-1", excluded=True))),
    replace(BASE, path=(Condition("tag.team", "data"),)),
    replace(BASE, path=(Condition("tag.team", "(untagged)"),)),
    replace(BASE, path=(Condition("tag.team", "(untaggable)"),)),
    replace(BASE, path=(Condition("tag.team", HOSTILE[2]),)),
    replace(BASE, path=(Condition("tagged", "tagged"),)),
    replace(BASE, path=(Condition("team", "rest"),)),
    replace(BASE, path=(Condition("team", "(unallocated)"),)),
    replace(BASE, path=(Condition("BillingPeriodStart", "2026-05-01"), Condition("provider", "AWS"))),
    replace(BASE, filter=filters.parse("service:comp* -region:us-east-1")),
    replace(BASE, filter=filters.parse(r'service~^[A-D] OR "slash 100%" OR tag.env=prod')),
    replace(BASE, filter=filters.parse("tag.team: -service:support")),
    replace(BASE, path=(Condition("service", "is not there"),)),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Stores of the same charges in CSV and in Parquet."""
    folder = tmp_path_factory.mktemp("bills")
    write_csv(folder / "bill.csv", rows())
    write_parquet(folder / "bill.parquet", rows())
    stores = {
        kind: store_of(folder / f"store-{kind}", folder / f"bill.{kind}") for kind in ("csv", "parquet")
    }
    yield folder, stores
    for store in stores.values():
        store.close()


def by_hand(view):
    """The figure from the rows as they were written, in Python."""
    cost, lines = Decimal(0), 0
    column = {"effective": "EffectiveCost", "billed": "BilledCost", "list": "ListCost"}[view.basis]
    for row in rows():
        refund = row["ChargeClass"] == "Correction"
        category = row["ChargeCategory"].lower()
        counts = not view.included or category in view.included or (refund and "refund" in view.included)
        counts = counts and category not in view.excluded and not (refund and "refund" in view.excluded)
        day = date.fromisoformat(row["ChargePeriodStart"][:10])
        if counts and day in view.period and row["BillingCurrency"] == view.currency:
            cost, lines = cost + Decimal(row[column]), lines + 1
    return cost, lines


@pytest.mark.parametrize("view", VIEWS[:4])
def test_the_figure_is_what_the_rows_say(kept, view):
    for store in kept[1].values():
        found = origin_of(store, view)
        assert (found.cost, found.lines) == by_hand(view)
        assert not found.gap


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("view", VIEWS, ids=range(len(VIEWS)))
def test_a_bare_duckdb_over_the_files_gives_the_figure(kept, kind, view):
    found = origin_of(kept[1][kind], view)
    assert not found.why_not
    row = duckdb.connect().execute(found.over_files).fetchone()
    expected = (found.cost, found.lines, *((found.now, found.before) if view.compared else ()))
    assert row == expected
    assert sum(source.lines for source in found.sources) == found.lines


@pytest.mark.parametrize("view", VIEWS, ids=range(len(VIEWS)))
def test_every_dialect_is_read_by_its_own_parser(kept, view):
    import sqlglot

    found = origin_of(kept[1]["parquet"], view)
    for dialect in DIALECTS:
        text = translated(found.over_table, dialect)
        trees = sqlglot.parse(text, read=None if dialect == "datafusion" else dialect)
        assert len(trees) == 1
        assert isinstance(trees[0], sqlglot.exp.Select)


@pytest.mark.parametrize("view", VIEWS, ids=range(len(VIEWS)))
def test_another_engine_gives_the_figure(kept, view):
    import datafusion

    folder, stores = kept
    found = origin_of(stores["parquet"], view)
    context = datafusion.SessionContext()
    context.register_parquet("focus", str(folder / "bill.parquet"))
    got = context.sql(translated(found.over_table, "datafusion")).to_pydict()
    assert got["cost"][0] == found.cost
    assert got["lines"][0] == found.lines
    if view.compared is not None:
        assert (got["now"][0], got["before"][0]) == (found.now, found.before)


def test_engines_are_told_of_tags_in_their_own_way(kept):
    found = origin_of(kept[1]["csv"], replace(BASE, path=(Condition("tag.team", "web"),)))
    said = {dialect: translated(found.over_table, dialect) for dialect in DIALECTS}
    assert """ELEMENT_AT("Tags", 'user:team')""" in said["trino"]
    assert """ELEMENT_AT("Tags", 'user:team')""" in said["athena"]
    assert "`Tags`['user:team']" in said["spark"]
    assert """JSON_VALUE(`Tags`, '$."user:team"')""" in said["bigquery"]
    assert "BIGNUMERIC" in said["bigquery"]
    assert "GET(Tags, 'user:team')" in said["snowflake"]
    assert '"' not in said["snowflake"]
    found = origin_of(kept[1]["csv"], replace(BASE, path=(Condition("tagged", "tagged"),)))
    assert "ARRAY_LENGTH(JSON_KEYS(`Tags`, 1)) > 0" in translated(found.over_table, "bigquery")
    assert "ARRAY_SIZE(OBJECT_KEYS(Tags)) > 0" in translated(found.over_table, "snowflake")
    found = origin_of(kept[1]["csv"], replace(BASE, filter=filters.parse("service~omp")))
    assert "REGEXP_INSTR(ServiceName, 'omp') > 0" in translated(found.over_table, "snowflake")
    with pytest.raises(KeyError):
        translated(found.over_table, "cobol")
    with pytest.raises(ValueError, match="cannot be written"):
        translated("SELECT (", "trino")


def test_a_figure_of_files_of_which_another_delivery_took_a_part(tmp_path):
    everything = rows()
    newer = [row for row in rows(seed=8) if row["BillingPeriodStart"].startswith("2026-05")]
    write_csv(tmp_path / "both.csv", everything)
    write_parquet(tmp_path / "newer.parquet", newer)
    with store_of(tmp_path / "store", tmp_path / "both.csv", tmp_path / "newer.parquet") as store:
        found = origin_of(store, BASE)
        may = [row for row in newer if row["BillingCurrency"] == "USD"]
        may = [row for row in may if date.fromisoformat(row["ChargePeriodStart"][:10]) in MAY]
        assert found.cost == sum(Decimal(row["EffectiveCost"]) for row in may)
        row = duckdb.connect().execute(found.over_files).fetchone()
        assert row == (found.cost, found.lines, found.now, found.before)
        assert "'2026-04'" in found.over_files  # only April of the older file


def test_a_bill_that_is_not_focus_says_what_is_needed(kept):
    store = kept[1]["csv"]
    cur = [replace(unit, source="aws-cur") for unit in bare_sql.units(store.entries)]
    from finops_tui.queries.provenance import Asked, provenance, unread

    asked = Asked(
        *(store.ask_now(q, v) for q, v in (("total", BASE), ("behind", BASE), ("given", unread(BASE))))
    )
    found = provenance(BASE, asked, cur)
    assert not found.over_files
    assert "aws-cur" in found.why_not
    assert "FROM focus" in found.over_table


def test_running_it_tells_what_went_wrong():
    assert asyncio.run(bare_sql.run("SELECT 1 AS cost, 2 AS lines")) == {"cost": 1, "lines": 2}
    with pytest.raises(StoreError, match="No files found"):
        asyncio.run(bare_sql.run("SELECT * FROM read_csv('/nowhere/at/all.csv')"))


def test_files_that_no_duckdb_reads_are_named():
    assert unreadable(["/a/b.csv", "/a/c.parquet", "/a/d.csv.gz"]) == ""
    assert "e.zip has to be unpacked" in unreadable(["/a/b.csv", "/a/e.zip"])


def unit(period, files, counted, records, form="FOCUS 1.2"):
    return Unit("focus", "p", period, f"{period}-01", f"{period}-28", records, 0, 10, form, files, counted)


def test_files_are_read_once_and_by_format():
    first, second = unit("2026-01", ("a.csv",), (5,), 2), unit("2026-02", ("a.csv", "b.csv"), (5, 1), 4)
    other = unit("2026-03", ("c.csv",), (9,), 9, "FOCUS 1.0")
    found = deliveries([first, second, other], [first, second, other])
    assert [(group.files, group.only) for group in found] == [(("a.csv", "b.csv"), ()), (("c.csv",), ())]
    alone = deliveries([first], [first, second, other])
    assert [(group.files, group.only) for group in alone] == [(("a.csv",), (("p", "2026-01"),))]


@pytest.mark.parametrize("text", [*HOSTILE, "", "\x00", "a\rb\tc", "\u202eabc"])
def test_a_literal_is_what_it_was_and_printable(text):
    written = literal(text)
    assert written.isprintable()
    if "\x00" not in text:
        assert duckdb.connect().execute(f"SELECT {written}").fetchone() == (text,)


def test_other_literals():
    assert literal(date(2026, 5, 1)) == "DATE '2026-05-01'"
    assert [literal(value) for value in (True, False, 7, Decimal("1E-3"))] == ["TRUE", "FALSE", "7", "0.001"]
    with pytest.raises(TypeError):
        literal(1.5)


def test_it_is_said_in_words(kept):
    found = origin_of(kept[1]["csv"], replace(BASE, excluded=frozenset({"tax"})))
    told = " ".join(sentences(found, ("Everything",), None, amount))
    assert told.startswith(
        f"{amount(found.cost, 'USD')} is the effective cost of everything in 1–20 May 2026"
    )
    assert "without tax" in told
    assert f"Reconciled: {found.lines:,} line items in 1 file add up to it" in told
    assert "FOCUS specification, column EffectiveCost" in told
    off = replace(found, cost=found.cost + 1)
    assert "Not reconciled" in " ".join(sentences(off, (), None, amount))
