"""Files of a load put together by billing period, so that only one period's records are at hand at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Kind
    from finops_tui.sources.surveying import Survey

_MONTHS_SQL: Final = """
SELECT file, list(DISTINCT CAST(date_trunc('month', period_start("{start}", "{charge}")) AS DATE))
FROM {table} GROUP BY file"""


def of(connection: DuckDBPyConnection, kind: Kind, surveys: Mapping[int, Survey]) -> list[tuple[int, ...]]:
    """The numbers of the files of a kind's raw table, in batches.

    Two files with records of one billing period are in the same batch: some mappings look at a whole
    period, and a unit of the store is of one period.

    Args:
        connection: With the raw table.
        kind: The kind.
        surveys: Files that are not in the raw table.
    """
    start, _, charge, *_ = kind.times
    statement = _MONTHS_SQL.format(start=start, charge=charge, table=kind.raw)
    rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
    months = {number: set(found) for number, found in rows}
    months |= {n: set(survey.months) for n, survey in surveys.items() if survey.bill.found.raw == kind.raw}
    together: list[tuple[set[int], set[Any]]] = []
    for number, found in sorted(months.items()):
        numbers = {number}
        apart = []
        for others, theirs in together:
            if theirs & found:
                numbers |= others
                found |= theirs  # noqa: PLW2901  (grows by what it is put together with)
            else:
                apart.append((others, theirs))
        together = [*apart, (numbers, found)]
    return sorted(tuple(sorted(numbers)) for numbers, _ in together)
