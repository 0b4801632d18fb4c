"""Answers of the database as frames: few rows by hand, many through Arrow.

Arrow costs a second planning of the statement, which for a few rows is half of the time that they take.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from duckdb import DuckDBPyConnection
    from polars._typing import PolarsDataType

FEW: Final = 250
"""Rows up to which it is quicker by hand."""

_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),\s?(\d+)\)")


def by_hand(cursor: DuckDBPyConnection, sql: str, values: Mapping[str, object]) -> pl.DataFrame | None:
    """The answer to a statement, the same as through Arrow; None when it has many rows, or types of its own."""
    import polars as pl

    cursor.execute(sql, dict(values))
    schema = {name: _kind(str(kind)) for name, kind, *_ in cursor.description or ()}
    known = {name: kind for name, kind in schema.items() if kind is not None}
    if len(known) < len(schema):
        cursor.abort()  # or the cursor takes no other statement
        return None
    rows = cursor.fetchmany(FEW + 1)
    if len(rows) > FEW:
        cursor.abort()
        return None
    columns = zip(*rows, strict=True) if rows else ((),) * len(known)
    return pl.DataFrame(
        [pl.Series(name, column, kind) for (name, kind), column in zip(known.items(), columns, strict=True)]
    )


def through_arrow(cursor: DuckDBPyConnection, sql: str, values: Mapping[str, object]) -> pl.DataFrame:
    """The answer to a statement."""
    import polars as pl

    return pl.DataFrame(cursor.sql(sql, params=dict(values)))


def _kind(name: str) -> PolarsDataType | None:
    import polars as pl

    found = _DECIMAL.fullmatch(name)
    if found:
        return pl.Decimal(int(found[1]), int(found[2]))
    return {"VARCHAR": pl.String, "BIGINT": pl.Int64, "INTEGER": pl.Int32, "DATE": pl.Date}.get(name)
