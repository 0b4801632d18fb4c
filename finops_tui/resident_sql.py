"""The statements by which lines are read into memory."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.resident import Field

_PLACEHOLDER: Final = re.compile(r"\$p(\d+)\b")

SUMS: Final = ", ".join(f'sum("{name}") AS "{name}"' for name in MONEY)
NAMES: Final = ", ".join(f'"{name}"' for name in MONEY)
_LARGEST: Final = "greatest(" + ", ".join(f'coalesce(max(abs("{name}")), 0)' for name in MONEY) + ")"

FRESH: Final = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT {seg}::INTEGER AS seg, sid, n::BIGINT AS n, first_day, last_day, {names}{texts} FROM {alias}.lines JOIN (
    SELECT sid, min("ChargeDay") AS first_day, max("ChargeDay") AS last_day{sums}
    FROM {alias}.{daily} GROUP BY sid) USING (sid){months}"""

_NARROW: Final = 18
_WIDE: Final = 38

TEXTS: Final = """
INSERT INTO {dictionary}
SELECT (SELECT count(*) FROM {dictionary}) + row_number() OVER (ORDER BY v) - 1, v
FROM (SELECT DISTINCT {column} AS v FROM fresh) f
WHERE NOT EXISTS (SELECT 1 FROM {dictionary} d WHERE d.v IS NOT DISTINCT FROM f.v)"""


def blank(cursor: DuckDBPyConnection, schema: str, numbers: Iterable[int]) -> frozenset[int]:
    """The fields whose dictionaries have no text."""
    counts = " UNION ALL ".join(f"SELECT {n}, count(v) FROM {schema}.d{n}" for n in numbers)
    rows = cursor.execute(counts).fetchall() if counts else []
    return frozenset(n for n, count in rows if not count)


def bound(field: Field, column: int, values: dict[str, object]) -> str:
    """The SQL of a field, its placeholders told apart from those of others."""
    values |= {f"f{column}_{place}": value for place, value in enumerate(field.values)}
    return _PLACEHOLDER.sub(rf"$f{column}_\1", field.sql)


def digits(cursor: DuckDBPyConnection, segment: Segment) -> int:
    """The digits that the sums of a segment's lines have, all of them."""
    if segment.precision != _NARROW:
        return _WIDE
    most = {"most": 10 ** (_NARROW - segment.scale)}
    (fits,) = row(cursor, f"SELECT {_LARGEST} < CAST($most AS DECIMAL(38, 0)) FROM fresh", most)
    return _NARROW if fits else _WIDE


def row(cursor: DuckDBPyConnection, sql: str, values: dict[str, int] | None = None) -> tuple[int, ...]:
    """The only row of an answer, numbers."""
    (found,) = cursor.execute(sql, values).fetchall()
    return tuple(found)


@contextmanager
def transaction(cursor: DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing; the temporary table that it read is gone afterwards."""
    cursor.execute("BEGIN")
    try:
        yield
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    finally:
        cursor.execute("DROP TABLE IF EXISTS temp.fresh")
