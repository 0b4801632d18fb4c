"""Parquet taken by its types gives what the same bill gives as text, to the last digit."""

from __future__ import annotations

import struct
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finops_tui.sources import surveying
from tests import figures
from tests.sources.bills import CUR, FOCUS, Bench, focus, text

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {
    **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), "DOUBLE"),
    **dict.fromkeys(
        ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"), "TIMESTAMP"
    ),
}


def parquet(
    bench: Bench, rows: list[dict[str, str]], types: dict[str, str], name: str = "bill.parquet"
) -> Path:
    """Rows of text as a Parquet file with columns of these types."""
    source = bench.file(f"{name}.csv", text(rows))
    columns = ", ".join(
        f'CAST("{column}" AS {types[column]}) AS "{column}"' if column in types else f'"{column}"'
        for column in rows[0]
    )
    path = bench.folder / name
    duckdb.connect().execute(
        f"COPY (SELECT {columns} FROM read_csv('{source}', all_varchar = true)) TO '{path}' (FORMAT parquet)"
    )
    source.unlink()
    return path


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each file, whether it was taken by its types."""
    told: list[bool] = []
    real = surveying.survey

    def survey(*args: Any) -> surveying.Survey | None:
        found = real(*args)
        told.append(found is not None)
        return found

    monkeypatch.setattr(surveying, "survey", survey)
    return told


def everything(bench: Bench) -> list[tuple[Any, ...]]:
    """All that is staged, in an order of its own."""
    return sorted(bench.query("SELECT * FROM staged"), key=repr)


def test_the_same_bill_by_its_types_and_as_text(bench: Bench, surveyed: list[bool]) -> None:
    rows = [
        focus(ResourceId=f"r{n % 7}", BilledCost=str(Decimal(n) / 8), EffectiveCost=f"0.{n:017}",
              ServiceName=(" Compute ", "", "NULL", "Compute")[n % 4], Tags=('{"a": "b"}', "", '{"a":"b"}')[n % 3],
              x_Vendor=("v", "")[n % 2], ChargePeriodStart=f"2025-03-{n % 28 + 1:02}T0{n % 10}:00:00Z")
        for n in range(100)
    ]  # fmt: skip
    bench.stage(parquet(bench, rows, TYPES))
    by_types = everything(bench)
    bench.stage(parquet(bench, rows, {}))
    assert surveyed == [True, True]
    assert everything(bench) == by_types
    bench.stage_rows(rows)
    assert everything(bench) == by_types
    assert bench.query("SELECT count(*) FROM staged_lines") < [(100,)]


def test_a_cur_by_its_types_and_as_text(bench: Bench, surveyed: list[bool]) -> None:
    plan = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/a"}
    kinds = ["Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee", "Tax"]
    rows = [
        {**CUR, **plan, "line_item_line_item_type": kind, "line_item_unblended_cost": cost,
         "savings_plan_savings_plan_effective_cost": "0.7", "savings_plan_total_commitment_to_date": "3",
         "savings_plan_used_commitment": "0.7", "line_item_usage_amount": "2"}
        for kind, cost in zip(kinds, ("1.5", "2", "-1.25", "3", "0.1"), strict=True)
    ]  # fmt: skip
    types = {name: "DOUBLE" for name in rows[0] if "cost" in name or "commitment" in name or "amount" in name}
    types |= {name: "TIMESTAMP" for name in rows[0] if name.endswith(("start_date", "end_date"))}
    bench.stage(parquet(bench, rows, types))
    assert surveyed == [True]
    by_types = everything(bench)
    assert bench.one("sum(BilledCost)") == Decimal("1.5") + 2 - Decimal("1.25") + 3 + Decimal("0.1")
    bench.stage_rows(rows)
    assert everything(bench) == by_types


FINITE = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("d", struct.pack("Q", bits))[0]).filter(
    lambda number: number == 0 or 1e-12 < abs(number) < 1e12
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(st.one_of(FINITE, st.decimals(-(10**9), 10**9, places=10).map(float)), min_size=1, max_size=20)
)
@example([0.15608327160000002, 1e-7, 99999.99999999999, 100000.1, 123456789.125, -0.0, 5.29e-23])
def test_doubles_are_taken_at_their_shortest(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    """What Python's own shortest text of a double says, or that to the scale chosen."""
    bench = Bench(tmp_path_factory.mktemp("doubles"))
    path = bench.folder / "bill.parquet"
    connection = duckdb.connect()
    connection.execute("CREATE TABLE n (record INTEGER, amount DOUBLE)")
    connection.executemany(
        "INSERT INTO n VALUES (?, ?)", [[n, number] for n, number in enumerate(numbers, 1)]
    )
    says = ", ".join(f"'{value}' AS \"{name}\"" for name, value in FOCUS.items() if name != "BilledCost")
    connection.execute(
        f"COPY (SELECT {says}, amount AS BilledCost FROM n ORDER BY record) TO '{path}' (FORMAT parquet)"
    )
    staged = bench.stage(path)
    got = dict(bench.query("SELECT record, BilledCost FROM staged"))
    with localcontext(prec=400):
        exact = {n: Decimal(repr(number)) for n, number in enumerate(numbers, 1)}
        if staged.files[0].rounded:
            exact = {n: value.quantize(Decimal(1).scaleb(-staged.scale)) for n, value in exact.items()}
        assert got == exact
    figures.count("records fuzzed", len(numbers))


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("BilledCost", "nan", "DOUBLE"),
        ("BilledCost", "inf", "DOUBLE"),
        ("BilledCost", "1e21", "DOUBLE"),
        ("BilledCost", "1e21", "DECIMAL(38, 2)"),
        ("BilledCost", "much", "VARCHAR"),
        ("ChargePeriodStart", "1971-01-01", "TIMESTAMP"),
        ("ChargePeriodStart", "infinity", "TIMESTAMP"),
        ("ChargePeriodStart", "", "VARCHAR"),
        ("BillingCurrency", "", "VARCHAR"),
    ],
)
def test_one_odd_value_and_the_file_is_read_as_text(
    bench: Bench, surveyed: list[bool], column: str, value: str, kind: str
) -> None:
    rows = [focus() for _ in range(9)] + [focus(**{column: value})]
    types = TYPES | {column: kind}
    staged = bench.stage(parquet(bench, rows, types))
    assert surveyed == [False]
    assert (staged.files[0].records, staged.files[0].quarantined) == (10, 1)
    assert bench.query("SELECT record FROM quarantined") == [(10,)]
    assert bench.one("sum(BilledCost)") == Decimal("13.5")


def test_a_file_that_changes_after_it_was_surveyed_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = bench.file("b.csv", text([focus(BilledCost="2")]))
    path = parquet(bench, [focus()], TYPES)
    monkeypatch.setattr(surveying.Survey, "changed", lambda *_: True)
    staged = bench.stage(path, other)
    assert [one.reason for one in staged.refused] == ["changed while it was read"]
    assert [one.path for one in staged.files] == [other]
    assert bench.query("SELECT file, BilledCost FROM staged") == [(0, 2)]


def test_damage_where_no_number_is_refuses_the_file_alone(bench: Bench) -> None:
    rows = [focus(ResourceId=f"resource-{n:06}") for n in range(3000)]
    path = parquet(bench, rows, TYPES)
    content = path.read_bytes()
    (low, high) = duckdb.connect().execute(
        "SELECT data_page_offset, data_page_offset + total_compressed_size FROM parquet_metadata(?)"
        " WHERE path_in_schema = 'ResourceId'", [str(path)],
    ).fetchone() or (0, 0)  # fmt: skip
    path.write_bytes(content[:low] + b"\xff" * (high - low - 16) + content[high - 16 :])
    other = bench.file("b.csv", text([focus(BilledCost="2")]))
    staged = bench.stage(path, other)
    assert [one.reason for one in staged.refused] == ["unreadable: damaged, cut off or encrypted Parquet"]
    assert bench.query("SELECT file, BilledCost FROM staged") == [(0, 2)]


def test_files_of_one_period_are_mapped_together(bench: Bench) -> None:
    """What an amount is may depend on another file of the period: here, on where its negation is."""
    plan = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/a"}
    types = {"line_item_unblended_cost": "DOUBLE", "savings_plan_savings_plan_effective_cost": "DOUBLE"}
    paths = []
    for month in ("2025-03", "2025-04"):
        for kind, cost in (("SavingsPlanCoveredUsage", "2"), ("SavingsPlanNegation", "-2")):
            row = {
                **CUR, **plan, "line_item_line_item_type": kind, "line_item_unblended_cost": cost,
                "savings_plan_savings_plan_effective_cost": "1.25",
                "bill_billing_period_start_date": f"{month}-01T00:00:00Z",
                "line_item_usage_start_date": f"{month}-05T00:00:00Z",
            }  # fmt: skip
            paths.append(parquet(bench, [row], types, f"{month}-{kind}.parquet"))
    bench.stage(*paths)
    assert bench.query("SELECT file, BilledCost, EffectiveCost FROM staged ORDER BY 1") == [
        (0, 0, Decimal("1.25")),
        (2, 0, Decimal("1.25")),
    ]
    assert bench.query("SELECT file FROM dropped ORDER BY 1") == [(1,), (3,)]
