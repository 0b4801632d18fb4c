"""What can only be told once all files of a load are read: records set aside, files refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.sources.model import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.intake import Taken
    from finops_tui.sources.kinds import Kind

_ASIDE_SQL: Final = """
INSERT INTO quarantined
SELECT file, record, {reason},
    '{{' || concat_ws(',', {pairs}) || '}}'
FROM {table} WHERE {test}"""

_COUNTS_SQL: Final = "SELECT file, count(*) FROM quarantined GROUP BY file"
_MOST_SQL: Final = """
SELECT reason FROM quarantined WHERE file = $1 GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 1"""


def set_aside(
    connection: DuckDBPyConnection, table: str, columns: Iterable[str], *, test: str, reason: str
) -> None:
    """Move records of a raw table to `quarantined`, their text the JSON of what was read of them.

    Args:
        connection: With the raw tables.
        table: The raw table.
        columns: Its columns of text.
        test: SQL over it: which records.
        reason: SQL of the reason; fixed words, and texts of the bill only after `model.shown`.
    """
    pairs = ", ".join(f"""'"{name}":' || to_json("{name}")""" for name in columns)
    connection.execute(_ASIDE_SQL.format(table=table, pairs=pairs, test=test, reason=reason))
    connection.execute(f"DELETE FROM {table} WHERE {test}")  # noqa: S608  (fixed names)


def judge(
    connection: DuckDBPyConnection,
    taken: list[tuple[Path, Taken]],
    kinds: Sequence[Kind],
    tables: Iterable[str],
) -> list[Refused]:
    """Let kinds judge what was read; take files they refuse out of the load.

    Args:
        connection: With the raw tables.
        taken: The files and what was read of them; those refused are removed, and the others renumbered.
        kinds: The kinds there are files of.
        tables: Every table whose rows have a `file`.

    Returns:
        The files refused.
    """
    reasons: dict[int, str] = {}
    for judges in dict.fromkeys(kind.judge for kind in kinds if kind.judge is not None):
        reasons |= dict(judges(connection))
    counts = dict(connection.execute(_COUNTS_SQL).fetchall())
    for number, (_, one) in enumerate(taken):
        more = counts.get(number, 0) != one.quarantined
        one.quarantined = counts.get(number, 0)
        if more and one.too_many and number not in reasons:
            row = connection.execute(_MOST_SQL, [number]).fetchone()
            reasons[number] = one.complaint(row[0] if row else "")
    refused = [Refused(str(taken[number][0]), reason) for number, reason in sorted(reasons.items())]
    for number in sorted(reasons, reverse=True):
        del taken[number]
        for table in tables:
            connection.execute(f"DELETE FROM {table} WHERE file = $1", [number])  # noqa: S608  (fixed names)
            connection.execute(f"UPDATE {table} SET file = file - 1 WHERE file > $1", [number])  # noqa: S608
    return refused
