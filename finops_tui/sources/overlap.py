"""Lines that several extracts of one growing table hold: each counts once, and twins within an extract stay.

A table that only grows is extracted as a whole, or what is new of it, and extracts overlap. No line has a
number of its own, and two lines may be alike. So a line counts as often as the extract has it that
has it most often: what overlaps is counted once, what is new is added, twins are kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SHARD: Final = re.compile(r"(?<!\d)0{4}\d{8}(?!\d)|-\d{5}(?=\.csv)|part[-_]\d{1,6}(?!\d)", re.IGNORECASE)
"""What tells the files of one extract apart: `x-000000000001.json.gz`, `0001-00002.csv.gz`, `part-0`."""

_NONE_SQL: Final = "CREATE OR REPLACE TEMP TABLE {into} (file INTEGER, record BIGINT)"
_TOLD_SQL: Final = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT file, record, extract, md5_number({identity}) AS id
FROM {table} JOIN (SELECT unnest($files) AS file, unnest($extracts) AS extract) USING (file)"""
_FIND_SQL: Final = """
INSERT INTO {into}
WITH counted AS (
    SELECT id, extract, count(*) AS n FROM told WHERE id IS NOT NULL GROUP BY id, extract
),
kept AS (
    SELECT id, max_by(extract, n * 1000000 + extract) AS extract FROM counted GROUP BY id HAVING count(*) > 1
)
SELECT told.file, told.record FROM told JOIN kept USING (id) WHERE told.extract <> kept.extract"""


def find(connection: DuckDBPyConnection, table: str, identity: str, into: str) -> None:
    """Make a table `(file, record)` of the records that another extract holds too.

    Args:
        connection: With the raw table and `deliveries`.
        table: The raw table, from a fixed list.
        identity: SQL over it: the text that two deliveries of one line share; NULL where none can be told.
        into: Name of the table that is made.
    """
    connection.execute(_NONE_SQL.format(into=into))
    rows = connection.execute(
        f"SELECT file, path FROM deliveries WHERE file IN (SELECT file FROM {table}) ORDER BY file"  # noqa: S608  (fixed names)
    ).fetchall()
    extracts = numbered([path for _, path in rows])
    if len(set(extracts)) < 2:
        return
    values: dict[str, object] = {"files": [file for file, _ in rows], "extracts": extracts}
    connection.execute(_TOLD_SQL.format(identity=identity, table=table), values)
    connection.execute(_FIND_SQL.format(into=into))
    connection.execute("DROP TABLE told")


def numbered(paths: list[str]) -> list[int]:
    """The number of the extract that each file is of; shards of one extract share it."""
    known: dict[tuple[str, str], int] = {}
    found = []
    for text in paths:
        path = Path(text)
        key = (str(path.parent), _SHARD.sub("#", path.name))
        found.append(known.setdefault(key, len(known)))
    return found
