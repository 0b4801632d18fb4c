"""Columns of a raw table made anew from others, where SQL alone cannot: exact products, lists in odd spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

BATCH: Final = 50_000
"""Distinct values held in memory at a time."""

_GIVEN_SQL: Final = """
CREATE OR REPLACE TEMP TABLE rewrite_given AS
SELECT row_number() OVER () AS number, * FROM (SELECT DISTINCT {given} FROM {table} WHERE {where})"""

_MADE_SQL: Final = "CREATE OR REPLACE TEMP TABLE rewrite_made (number BIGINT, {made})"
_BATCH_SQL: Final = "SELECT * FROM rewrite_given WHERE number > $1 AND number <= $2 ORDER BY number"
_UPDATE_SQL: Final = """
UPDATE {table} AS t SET {sets}
FROM (SELECT * FROM rewrite_given JOIN rewrite_made USING (number)) AS r
WHERE {where} AND {same}"""


def rewrite(
    connection: DuckDBPyConnection,
    table: str,
    where: str,
    columns: tuple[Sequence[str], Sequence[str]],
    make: Callable[[Sequence[str | None]], Sequence[str | None] | None],
) -> None:
    """Set columns of some records to what a function makes of others, once per distinct combination.

    Args:
        connection: With the table; its columns are text.
        table: Name of the table, from a fixed list.
        where: Which records, as SQL over it.
        columns: Names of what is given, and of what is made.
        make: Texts given -> texts made, in the order of `columns`; nothing leaves them as they are.
    """
    given, made = columns
    names = [f"g{place}" for place in range(len(given))]
    pairs = ", ".join(f'"{name}" AS {short}' for name, short in zip(given, names, strict=True))
    connection.execute(_GIVEN_SQL.format(given=pairs, table=table, where=where))
    row = connection.execute("SELECT count(*) FROM rewrite_given").fetchone()
    count = row[0] if row else 0
    if not count:
        return
    results = [f"m{place}" for place in range(len(made))]
    connection.execute(_MADE_SQL.format(made=", ".join(f"{name} VARCHAR" for name in results)))
    for start in range(0, count, BATCH):
        rows = connection.execute(_BATCH_SQL, [start, start + BATCH]).fetchall()
        found = [(number, *new) for number, *old in rows if (new := make(old)) is not None]
        if found:
            values = [list(column) for column in zip(*found, strict=True)]
            unnested = ", ".join(f"unnest(${place + 1})" for place in range(len(values)))
            connection.execute(f"INSERT INTO rewrite_made SELECT {unnested}", values)
    same = " AND ".join(
        f't."{name}" IS NOT DISTINCT FROM r.{short}' for name, short in zip(given, names, strict=True)
    )
    sets = ", ".join(f'"{name}" = r.{short}' for name, short in zip(made, results, strict=True))
    connection.execute(_UPDATE_SQL.format(table=table, sets=sets, where=where, same=same))
