"""What is inside a segment: exact money, lines kept once, days added up, records set aside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui import engine, loader, segments
from finops_tui.manifest import StoreError
from finops_tui.queries.view import BASES
from tests.store import fake_sources
from tests.store.fake_sources import charge, write

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.manifest import Entry


def opened(root: Path, entry: Entry) -> duckdb.DuckDBPyConnection:
    """A segment as a reader has it: attached under another name than it was built under."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{root / 'segments' / entry.file}' AS s7 (READ_ONLY)")
    connection.execute("USE s7")
    return connection


def load(root: Path, bills: Path, rows: list[dict[str, Any]], **how: Any) -> tuple[Entry, ...]:
    """Load one bill of these rows."""
    return loader.load(root, [write(bills / "bill.json", rows, **how)]).loaded


def test_a_line_is_kept_once_however_often_it_is_charged(root: Path, bills: Path) -> None:
    rows = [
        charge("0.5", day=f"2025-01-{day:02}", ResourceId=f"i-{n}") for n in range(3) for day in range(1, 11)
    ]
    (entry,) = load(root, bills, rows)
    assert (entry.records, entry.lines) == (30, 3)
    assert (entry.first_day, entry.last_day, entry.hourly) == (date(2025, 1, 1), date(2025, 1, 10), False)
    segment = opened(root, entry)
    assert segment.execute(
        "SELECT count(*), count(DISTINCT sid), min(sid), max(sid) FROM lines"
    ).fetchone() == (
        3,
        3,
        1,
        3,
    )
    assert segment.execute("SELECT count(*) FROM items JOIN lines USING (sid)").fetchone() == (30,)


@pytest.mark.parametrize(
    "differing", ["ResourceId", "ChargeClass", "ListUnitPrice", "Tags", "RawTags", "Extra"]
)
def test_lines_that_differ_in_anything_are_kept_apart(root: Path, bills: Path, differing: str) -> None:
    mapping = differing in {"Tags", "RawTags", "Extra"}
    values: list[Any] = [{"a": "b"}, {"a": "B"}, {"a": ""}, {}] if mapping else ["b", "B", "", None]
    rows = [charge("1", **{differing: value}) for value in values] if differing != "Tags" else [
        charge("1", tags=value) for value in values
    ]  # fmt: skip
    (entry,) = load(root, bills, rows)
    assert entry.lines == 4
    kept = (
        opened(root, entry)
        .sql(f'SELECT "{differing}" FROM lines JOIN items USING (sid) ORDER BY record')
        .fetchall()
    )
    assert [value for (value,) in kept] == values


def test_daily_is_not_stored_twice_when_a_line_is_charged_once_a_day(root: Path, bills: Path) -> None:
    daily = [charge("1", day=f"2025-01-{day:02}") for day in range(1, 11)]
    hourly = [charge("1", day=f"2025-02-01 {hour:02}:00:00", hours=1) for hour in range(24)]
    january, february = load(root, bills, [*daily, *hourly])
    stored = []
    for entry in (january, february):
        segment = opened(root, entry)
        stored += segment.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'days'").fetchall()
        columns = [name for name, *_ in segment.execute("DESCRIBE daily").fetchall()]
        assert columns[:3] == ["sid", "ChargeDay", "n"]
        sums = 'SELECT sum(n), sum("BilledCost"), min("ChargeDay") FROM daily'
        assert segment.execute(sums).fetchone() == (entry.records, entry.records, entry.first_day)
    assert stored == [(0,), (1,)]
    assert (january.hourly, february.hourly) == (False, True)
    assert opened(root, february).execute("SELECT n FROM daily").fetchall() == [(24,)]


@pytest.mark.parametrize(
    ("amounts", "money"),
    [
        (["1.0123456789"], (18, 10)),
        (["99999999.9999999999"], (18, 10)),
        (["99999999.9999999999", "0.0000000001"], (38, 18)),
        (["1.01234567891"], (38, 18)),
        (["100000000"], (38, 18)),
        (["-60000000", "60000000"], (38, 18)),
        (["0.0000000000000000000001"], (38, 24)),
        (["0." + "0" * 29 + "1"], (38, 30)),
    ],
)
def test_money_is_kept_in_the_narrowest_type_that_loses_nothing(
    root: Path, bills: Path, amounts: list[str], money: tuple[int, int]
) -> None:
    (entry,) = load(root, bills, [charge(amount) for amount in amounts])
    assert entry.money == money
    with localcontext(prec=60):
        assert entry.total("USD", "billed") == sum(map(Decimal, amounts))
    kept = opened(root, entry).execute('SELECT "BilledCost" FROM items ORDER BY record').fetchall()
    assert [amount for (amount,) in kept] == [Decimal(amount) for amount in amounts]


def test_amounts_that_no_decimal_can_add_up_are_refused(root: Path, bills: Path) -> None:
    rows = [charge("99999999." + "0" * 29 + "1"), charge("99999999." + "0" * 29 + "1")]
    with pytest.raises(StoreError, match="more digits than 38 can hold exactly"):
        load(root, bills, rows)


def test_totals_are_per_currency_and_say_what_the_bill_does_not_give(root: Path, bills: Path) -> None:
    rows = [
        charge("1.50"),
        charge("-0.25"),
        charge("9", currency="EUR"),
        charge("0.1", currency="EUR", ListCost=None),
    ]
    for row in rows:
        row["ContractedCost"] = None
    (entry,) = load(root, bills, rows)
    assert entry.totals == {
        "EUR": {"billed": "9.1", "effective": "9.1", "list": "9"},
        "USD": {"billed": "1.25", "effective": "1.25", "list": "1.25"},
    }
    assert entry.total("USD", "contracted") is None


def test_quarantined_records_go_with_the_first_unit_of_their_file(root: Path, bills: Path) -> None:
    write(bills / "a.json", [charge("1")])
    rows = [charge("1", account="000", day="2025-02-01"), charge("1", account="999")]
    write(bills / "b.json", rows, quarantined=["12,abc", "=1+1"], rounded=3)
    entries = {entry.unit: entry for entry in loader.load(root, [bills]).loaded}
    assert {unit[1:]: (entry.quarantined, entry.rounded) for unit, entry in entries.items()} == {
        ("000", "2025-02"): (2, 3),
        ("111", "2025-01"): (0, 0),
        ("999", "2025-01"): (0, 0),
    }
    first = entries["focus", "000", "2025-02"]
    kept = opened(root, first).execute("SELECT file, record, reason, raw FROM quarantine").fetchall()
    assert kept == [(0, 2, "not a number", "12,abc"), (0, 3, "not a number", "=1+1")]


def test_an_item_names_the_file_and_record_it_came_from(root: Path, bills: Path) -> None:
    write(bills / "a.json", [charge("1", account="222")])
    write(bills / "b.json", [charge("2"), charge("3")])
    write(bills / "c.json", [charge("4")])
    (entry, _) = loader.load(root, [bills]).loaded
    assert [item.path for item in entry.inputs] == [str(bills / "b.json"), str(bills / "c.json")]
    kept = opened(root, entry).execute('SELECT "BilledCost", file, record FROM items ORDER BY ALL').fetchall()
    assert kept == [(2, 0, 0), (3, 0, 1), (4, 1, 0)]


def test_a_segment_that_does_not_add_up_on_the_disk_is_refused(
    root: Path, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        segments.sql, "CHARGES", segments.sql.CHARGES.replace("FROM (SELECT", "FROM (SELECT DISTINCT")
    )
    rows = [charge("1")]
    good = segments.sql.CHARGES
    monkeypatch.setattr(segments.sql, "CHARGES", good.replace("ORDER BY", "WHERE record > 0 ORDER BY"))
    with pytest.raises(StoreError, match="does not add up to the bill"):
        load(root, bills, rows)
    assert not (root / "CURRENT").exists()


AMOUNTS = st.one_of(
    st.decimals(min_value=-(10**6), max_value=10**6, places=10),
    st.decimals(min_value=-1, max_value=1, places=22),
    st.just(Decimal(0)),
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["111", "o'hara", "名"]),
        st.sampled_from(["2025-01-31", "2025-02-01", "2025-02-28"]),
        st.sampled_from(["Usage", "Tax", None]),
        st.sampled_from(["a", "b"]),
        st.dictionaries(st.sampled_from(["team", "env"]), st.sampled_from(["", "x"]), max_size=2),
        st.lists(AMOUNTS, min_size=4, max_size=4),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25)
@given(rows=ROWS)
def test_the_segments_add_up_to_the_bill(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    work = tmp_path_factory.mktemp("work")
    bill = [
        charge(account=account, day=day, category=category, ResourceId=resource, tags=tags)
        | {column: format(amount, "f") for column, amount in zip(BASES.values(), amounts, strict=True)}
        for account, day, category, resource, tags, amounts in rows
    ]
    expected: dict[tuple[str, str, str | None], list[Decimal]] = {}
    with localcontext(prec=80):
        for account, day, category, _, _, amounts in rows:
            sums = expected.setdefault((account, day[:7], category), [Decimal(0)] * 4)
            expected[account, day[:7], category] = [a + b for a, b in zip(sums, amounts, strict=True)]
    found = {}
    connection = engine.connect(scratch=work / "spill")
    fake_sources.stage(connection, [write(work / "bill.json", bill)])
    columns = ", ".join(f'sum("{column}")' for column in BASES.values())
    for unit in segments.plan(connection, {0: "focus"}):
        entry = segments.cut(connection, unit, work, inputs=(), rounded=0, loaded_at="")
        connection.execute(f"ATTACH '{work / entry.file}' AS s0 (READ_ONLY)")
        for relation in ("items", "daily", "monthly"):
            for category, *sums in connection.execute(
                f'SELECT "ChargeCategory", {columns} FROM s0.{relation} JOIN s0.lines USING (sid) GROUP BY 1'
            ).fetchall():
                found[relation, (entry.account, entry.period, category)] = sums
        connection.execute("DETACH s0")
    connection.close()
    assert found == {
        (relation, key): sums for relation in ("items", "daily", "monthly") for key, sums in expected.items()
    }
