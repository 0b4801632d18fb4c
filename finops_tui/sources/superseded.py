"""The same record in several files of a load: what a later extract has again is superseded, the last one counts.

Extracts of APIs and views overlap, and are taken again. Tables that only grow have another rule: `overlap`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

PAGES: Final = itertools.count()
"""Tells the pages of APIs apart, which may come one document after the other; the numbers only ever go up."""

_AGAIN_SQL: Final = """
CREATE OR REPLACE TEMP TABLE {table}_again AS
SELECT file, record FROM (
    SELECT r.file, r.record, rank() OVER (PARTITION BY {same} ORDER BY f.last DESC, r.file DESC, {page} DESC) AS place
    FROM {table} r JOIN (SELECT file, max({start}) AS last FROM {table} GROUP BY file) f USING (file)
    WHERE {known}
) WHERE place > 1"""

_DROP_SQL: Final = """
INSERT INTO dropped
SELECT file, record, {account}, strftime(CAST({start} AS TIMESTAMP), '%Y-%m')
FROM {table} SEMI JOIN {table}_again USING (file, record)"""

_DELETE_SQL: Final = """
DELETE FROM {table} USING {table}_again a WHERE {table}.file = a.file AND {table}.record = a.record"""

NOTE_SQL: Final = """
SELECT file, count(*), 'that a later extract has again, counted once' FROM {table}_again GROUP BY file"""
"""For `Kind.notes`, with the raw table filled in."""


def leave_out(
    connection: DuckDBPyConnection,
    table: str,
    same: Iterable[str],
    *,
    start: str,
    account: str,
    page: str = "0",
    known: str = "true",
) -> None:
    """Take records out of a raw table that another file of the load has as well: the last extract counts.

    The last extract is the file that goes on longest, then the one that comes last by name. Records that one
    extract itself has several times all count.

    Args:
        connection: With the raw table and `dropped`, which takes the records left out.
        table: The raw table.
        same: Its columns that are equal when two records are the same one.
        start: Its column that says when the charge began.
        account: SQL of the billing account.
        page: SQL of the extract within a file, ascending, where a file can hold several.
        known: SQL that says which records can be told apart.
    """
    keys = ", ".join(f'"{name}"' for name in same)
    connection.execute(_AGAIN_SQL.format(table=table, same=keys, start=f'"{start}"', page=page, known=known))
    connection.execute(_DROP_SQL.format(table=table, account=account, start=f'"{start}"'))
    connection.execute(_DELETE_SQL.format(table=table))
