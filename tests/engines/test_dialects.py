"""The text for engines that cannot be started here: Trino's by its own grammar, and by what it means elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot
import trino_sql_validator

from finops_tui.engines import answer, dialects
from finops_tui.engines.base import Batches, Column, EngineError, Has, In, Rollup, Table, Tag
from finops_tui.engines.schema import table_of
from tests.engines import lakes

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.engines.base import Engine

SEEDS = 120
HOSTILE = ["'", '"', "\\", "\\' or 1=1 --", "'; drop table bill; --", "`", "a\nb", "%_", "{0}", "\\\\'"]


@pytest.fixture(scope="module")
def described(reference: Engine) -> Table:
    return reference.describe()


def as_duckdb(sql: str, dialect: str) -> str:
    """What a text means, in DuckDB's words; a map gives lists there where Trino's gives values."""
    return sqlglot.transpile(sql, read=dialect, write="duckdb")[0]


def test_trino_reads_every_text(described: Table) -> None:
    for seed in range(SEEDS):
        sql = dialects.render("trino", described, lakes.random_rollup(seed, described))
        found = trino_sql_validator.validate(sql)
        assert found.valid, (sql, found)
        assert not found.unknown_functions, (sql, found)
    assert not trino_sql_validator.validate("select a from t group by all").valid


def test_trino_text_means_what_duckdb_is_asked(reference: Engine, expected, lake: lakes.Lake) -> None:
    table = reference.describe()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        f"CREATE VIEW lake AS FROM read_parquet('{lake.folder}/*/*.parquet', hive_partitioning = true,"
        " hive_types_autocast = false)"
    )
    for seed in range(SEEDS):
        rollup = lakes.random_rollup(seed, table)
        text = as_duckdb(dialects.render("trino", table, rollup), "trino")
        connection.execute(f"COPY ({text}) TO '{lake.folder.parent}/trino.parquet' (FORMAT parquet)")
        local = answer.connected()
        batches = Batches("parquet", (lake.folder.parent / "trino.parquet",))
        answer.take(local, batches, table, rollup, "answer")
        order = "" if rollup.top is not None else " ORDER BY ALL"
        assert local.execute(f"FROM answer{order}").fetchall() == expected(seed), text


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery", "spark", "trino", "duckdb"])
def test_every_text_can_be_parsed_and_values_come_out_as_they_went_in(dialect: Any, described: Table) -> None:
    for seed in range(SEEDS):
        sqlglot.parse_one(
            dialects.render(dialect, described, lakes.random_rollup(seed, described)), read=dialect
        )
    for text in HOSTILE:
        where = (In(Column("ServiceName"), (text,)), Has(Tag("Tags", text), text))
        tree = sqlglot.parse_one(dialects.render(dialect, described, Rollup("", (), (), where)), read=dialect)
        found = [one.this for one in tree.find_all(sqlglot.exp.Literal) if one.is_string]
        assert found.count(text) >= 3, (dialect, text, found)
    for more in (
        dialects.render_periods(dialect, described),
        dialects.render_tag_keys(dialect, described, "Tags", "2026-09"),
    ):
        sqlglot.parse_one(more, read=dialect)


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "trino", "snowflake", "bigquery"])
def test_names_are_quoted_or_refused(dialect: Any) -> None:
    assert dialects.table_name(dialect, ("lake", 'fo"cus')).count(".") == 1
    for name in ("", "a\0b"):
        with pytest.raises(EngineError, match="no name"):
            dialects.table_name(dialect, (name,))


def test_a_period_that_is_a_partition_is_asked_for_by_its_value(described: Table) -> None:
    sql = dialects.render("trino", described, Rollup("2026-09", (), ("BilledCost",)))
    assert "\"billing_period\" in ('2026-09', '2026-09-01')" in sql
    columns = {k: v for k, v in described.columns.items() if k != "billing_period"}
    sql = dialects.render("trino", table_of(("t",), columns), Rollup("2026-12", (), ("BilledCost",)))
    assert "timestamp '2026-12-01 00:00:00'" in sql
    assert "timestamp '2027-01-01 00:00:00'" in sql
    with pytest.raises(EngineError, match="no billing period"):
        dialects.render("trino", described, Rollup("2026-13", (), ()))


def test_csv_keeps_nothing_and_an_empty_text_apart(tmp_path: Path, described: Table) -> None:
    path = tmp_path / "answer.csv"
    path.write_text('"d0","m0","m1","n"\n"a ""b""",1.5,2500000001,"3"\n"",,,"1"\n,-0.25,-1,"2"\n')
    rollup = Rollup("", (Column("ServiceName"),), ("BilledCost", "EffectiveCost"))
    connection = answer.connected()
    assert answer.take(connection, Batches("csv", (path,)), described, rollup, "answer") == 3
    rows = connection.execute("SELECT d0, m0::VARCHAR, m1::VARCHAR, n FROM answer").fetchall()
    assert rows == [
        ('a "b"', "1.5000000000", "2.500000001", 3),
        ("", None, None, 1),
        (None, "-0.2500000000", "-0.000000001", 2),
    ]
    with pytest.raises(EngineError, match="4 columns where 3 were asked for"):
        answer.take(
            connection, Batches("csv", (path,)), described, Rollup("", (), ("BilledCost", "ListCost")), "a"
        )
