"""Decimals of Parquet that are wider than the database's: it reads them as doubles, and a load says so."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finops_tui.sources import containers, reading
from finops_tui.sources.model import SourceError, shown
from finops_tui.sources.parts import linked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

WIDEST: Final = 38
"""Digits of the widest DECIMAL of DuckDB; BigQuery's BIGNUMERIC has 76."""

_NAMED: Final = 4
"""Columns that a note names."""

_WIDE_SQL: Final = """
SELECT name FROM parquet_schema($1) WHERE converted_type = 'DECIMAL' AND precision > $2"""


def notes(connection: DuckDBPyConnection, paths: Iterable[Path]) -> list[str]:
    """What to say of Parquet files with such decimals, a note each.

    Args:
        connection: Reads the schemas; they alone are read.
        paths: Files that were loaded, of any kind.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="finops-tui-") as folder:
        for path in paths:
            with suppress(SourceError):  # gone since it was read: there is nothing to say
                names = _wide(connection, path, Path(folder))
                if names:
                    found.append(f"{shown(path.name)}: {_told(names)}")
    return found


def _wide(connection: DuckDBPyConnection, path: Path, folder: Path) -> list[str]:
    with containers.regular(path) as file:
        if containers.kind(file.read(4)) != "parquet":
            return []
    link = str(linked(path, folder))
    rows = reading.reading(path, lambda: connection.execute(_WIDE_SQL, [link, WIDEST]).fetchall())
    return [name for (name,) in rows]


def _told(names: list[str]) -> str:
    listed = ", ".join(map(shown, names[:_NAMED]))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"{listed}{more}: decimals of more than {WIDEST} digits, read as doubles of 15 to 17;"
        " write them as text, or with fewer digits, to keep all of them"
    )
