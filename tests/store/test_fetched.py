"""Few rows by hand are the same frame as through Arrow."""

from __future__ import annotations

from typing import Final

import duckdb
import pytest

from finops_tui import fetched

KINDS: Final = (
    "SELECT 1::BIGINT AS n, 2::INTEGER AS m, 'x' AS k0, NULL::VARCHAR AS label",
    "SELECT DATE '2026-01-31' AS bucket, -0.0000000001::DECIMAL(38, 10) AS cost, $p AS k0",
    "SELECT NULL::DECIMAL(18, 10) AS cost, NULL::DATE AS day",
    "SELECT 99999999999999999999.123456789012345678::DECIMAL(38, 18) AS cost UNION ALL SELECT NULL ORDER BY 1",
    "SELECT 1::BIGINT AS n WHERE false",
    "SELECT 'naïve ☃' AS k0, 1.5::DECIMAL(4, 1) AS cost FROM range(250)",
)


@pytest.mark.parametrize("sql", KINDS)
def test_few_rows_are_the_same_by_hand(sql: str) -> None:
    values = {"p": "'"} if "$p" in sql else {}
    cursor = duckdb.connect().cursor()
    found = fetched.by_hand(cursor, sql, values)
    arrow = fetched.through_arrow(cursor, sql, values)
    assert found is not None
    assert found.schema == arrow.schema
    assert found.equals(arrow)


@pytest.mark.parametrize(
    "sql", ["SELECT i FROM range(251) q(i)", "SELECT MAP {'a': 'b'} AS m", "SELECT 1.5::DOUBLE"]
)
def test_many_rows_and_other_types_go_through_arrow(sql: str) -> None:
    assert fetched.by_hand(duckdb.connect().cursor(), sql, {}) is None
