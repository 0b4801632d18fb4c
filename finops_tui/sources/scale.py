"""How many decimals the money of a load is kept with: all of them, where 38 digits can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

SCALES: Final = (10, 18, 24, 30)
"""Decimals to choose from; each leaves 38 minus as many digits before the point."""

HEADROOM: Final = 3
"""Digits kept free above the sum of a load, so that the sums of a thousand such loads still fit."""

_NEED_SQL: Final = "SELECT greatest({decimals}), CAST(greatest({sums}) AS DECIMAL(38, 0)) FROM {table}"
_MOST_SQL: Final = """coalesce(max(CASE
    WHEN strlen("{0}") - instr("{0}", '.') <= 10 AND NOT contains("{0}", 'e') AND NOT contains("{0}", 'E') THEN 10
    ELSE decimals("{0}") END), 0)"""
"""Most amounts are short: no need to look how many of ten decimals they use."""

_LARGE_SQL: Final = 'least(coalesce(sum(abs(CAST("{0}" AS DOUBLE))), 0) * 1.000001, 1e37)'
"""No less than the sum; how many digits it has is all that matters, and text becomes a double much quicker."""

_ROUND_SQL: Final = """
UPDATE {table} SET {changes} WHERE {any}"""
_COUNT_SQL: Final = "SELECT file, count(*) FROM {table} WHERE {any} GROUP BY file"

_MACROS_SQL: Final = """
CREATE OR REPLACE TEMP MACRO money(t) AS CAST(t AS DECIMAL(38, {scale}));
CREATE OR REPLACE TEMP MACRO beyond(t) AS t IS NOT NULL AND decimals(t) > {scale};
CREATE OR REPLACE TEMP MACRO tie(t) AS
    decimals(t) = {scale} + 1 AND last_digit(t) = '5'
    AND right(CAST(CAST(t AS DECIMAL(38, {scale})) AS VARCHAR), 1) IN ('1', '3', '5', '7', '9');
CREATE OR REPLACE TEMP MACRO rounded(t) AS CAST(
    CAST(t AS DECIMAL(38, {scale}))
    - CASE WHEN tie(t) THEN CAST('{unit}' AS DECIMAL(38, {scale})) * CAST(sign(CAST(t AS DECIMAL(38, {scale}))) AS INTEGER)
        ELSE 0 END AS VARCHAR);
"""


def settle(
    connection: DuckDBPyConnection,
    money: Mapping[str, Sequence[str]],
    elsewhere: Iterable[tuple[int, int]] = (),
) -> tuple[int, dict[int, int]]:
    """Choose the scale of a load, round what has more decimals, and define the macro `money`.

    The narrowest scale that loses nothing is taken, unless sums of amounts as large as these could
    then overflow; only what does not fit in it is rounded, half to even.

    Args:
        connection: With the raw tables.
        money: Raw tables and their columns of money.
        elsewhere: Of amounts that are in no raw table, the decimals they need and their largest sum;
            these are not rounded.

    Returns:
        The scale, and for each file how many of its records were rounded.
    """
    need, large = 0, 0
    for decimals, total in elsewhere:
        need, large = max(need, decimals), large + total
    for table, columns in money.items():
        row = connection.execute(
            _NEED_SQL.format(
                decimals=_each(columns, _MOST_SQL, ", "),
                sums=_each(columns, _LARGE_SQL, ", "),
                table=table,
            )
        ).fetchone()
        if row is not None:
            need, large = max(need, row[0] or 0), max(large, int(row[1] or 0))
    room = max(38 - len(str(large)) - HEADROOM, SCALES[0])
    fitting = [scale for scale in SCALES if scale <= room]
    scale = next((scale for scale in fitting if scale >= need), fitting[-1])
    unit = "0." + "1".rjust(scale, "0")
    connection.execute(_MACROS_SQL.format(scale=scale, unit=unit))
    rounded: dict[int, int] = {}
    if need > scale:
        for table, columns in money.items():
            rounded |= _round(connection, table, columns)
    return scale, rounded


def _each(columns: Sequence[str], form: str, between: str) -> str:
    return between.join(form.format(name) for name in columns)


def _round(connection: DuckDBPyConnection, table: str, columns: Sequence[str]) -> dict[int, int]:
    test = _each(columns, 'beyond("{0}")', " OR ")
    counts = dict(connection.execute(_COUNT_SQL.format(table=table, any=test)).fetchall())
    if counts:
        changes = _each(columns, '"{0}" = CASE WHEN beyond("{0}") THEN rounded("{0}") ELSE "{0}" END', ", ")
        connection.execute(_ROUND_SQL.format(table=table, changes=changes, any=test))
    return counts
