"""What Azure writes in a way of its own: dates with the month first, tags without braces, decimal commas."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from finops_tui.sources import amounts
from finops_tui.sources.azure_columns import NUMBERS, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

_DATES: Final = tuple(name for name in TIMES if name != "PeriodAfter")

_DATES_SQL: Final = """
SELECT DISTINCT text FROM (SELECT unnest([{columns}]) AS text FROM raw_azure WHERE file = $file)
WHERE contains(text, '/') OR regexp_matches(text, '^\\d{{1,2}}\\.')"""

_SET_SQL: Final = """
UPDATE raw_azure SET "{column}" = m.meant FROM meant m WHERE file = $file AND "{column}" = m.text"""

_BRACES_SQL: Final = """
UPDATE raw_azure
SET "{column}" = CASE WHEN trim("{column}", '" ') = '' THEN NULL ELSE '{{' || "{column}" || '}}' END
WHERE file = $file AND "{column}" IS NOT NULL AND left("{column}", 1) NOT IN ('{{', '[')"""

_COMMAS_SQL: Final = """
SELECT
    count(*) FILTER (regexp_full_match(text, '[+-]?\\d+,(\\d|\\d\\d|\\d{4,})([eE][+-]?\\d+)?')),
    count(*) FILTER (contains(text, '.') AND NOT regexp_full_match(text, '[+-]?\\d{1,3}(\\.\\d{3})*,\\d+'))
FROM (SELECT "Cost" AS text FROM raw_azure WHERE file = $file)"""

_POINTS_SQL: Final = """
UPDATE raw_azure SET "{column}" = replace(replace("{column}", '.', ''), ',', '.')
WHERE file = $file AND contains("{column}", ',')"""

_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?", re.ASCII)

NO_DATE: Final = "no such date"
"""What a date becomes that no calendar has; the record is then set aside for it."""


def tidy(connection: DuckDBPyConnection, file: int) -> None:
    """Give dates, amounts, tags and additional information of one file the form that others have.

    Args:
        connection: With `raw_azure`.
        file: Number of the file.
    """
    values = {"file": file}
    texts = connection.execute(
        _DATES_SQL.format(columns=", ".join(f'"{name}"' for name in _DATES)), values
    ).fetchall()
    if texts:
        known = read_dates(text for (text,) in texts)
        connection.execute("CREATE OR REPLACE TEMP TABLE meant (text VARCHAR, meant VARCHAR)")
        connection.execute(
            "INSERT INTO meant SELECT unnest($1), unnest($2)", [list(known), list(known.values())]
        )
        for column in _DATES:
            connection.execute(_SET_SQL.format(column=column), values)
    for column in ("Tags", "AdditionalInfo"):
        connection.execute(_BRACES_SQL.format(column=column), values)
    commas, points = connection.execute(_COMMAS_SQL, values).fetchone() or (0, 0)
    if commas and not points:
        for column in NUMBERS:
            connection.execute(_POINTS_SQL.format(column=column), values)


def read_dates(texts: Iterable[str]) -> dict[str, str]:
    """Dates with slashes or full stops in ISO form, in one order of day and month for all of them.

    The order is the one that more of them can have. Where both are possible, that of fewer months is
    meant: an export covers days that follow one another. If that does not tell either, the month is first,
    as Azure documents it.

    Args:
        texts: All such dates of a file.

    Returns:
        Text -> ISO form, or `NO_DATE`.
    """
    found = list(texts)
    read = {order: {text: _read(text, order) for text in found} for order in ("month", "day")}

    def doubt(order: str) -> tuple[int, int]:
        dates = read[order].values()
        return sum(not date for date in dates), len({date[:7] for date in dates if date})

    best = min(("month", "day"), key=doubt)
    return {text: date or NO_DATE for text, date in read[best].items()}


def _read(text: str, order: str) -> str | None:
    dotted = _DOTTED.fullmatch(text)
    if dotted is None:
        return amounts.unslash(text, order)
    day, month, year = (int(part) for part in dotted.groups())
    try:
        return datetime(year, month, day).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ001  (a day, in UTC)
    except ValueError:
        return None
