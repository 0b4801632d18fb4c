"""Months of a lake, as an engine adds them up."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import duckdb

from finops_tui import lake_fetch
from finops_tui.sources import lake
from tests.engines import lakes
from tests.engines.sums import totals
from tests.generators.tabled import Case, Made

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generators.reckoned import Sums


def months(folder: Path) -> Made:
    """A file for each month; what they come to is reckoned from the lake's lines, not from the files."""
    held = lakes.write(folder / "lake", lakes.lines(800, seed=12))
    fetched = lake_fetch.fetch(f"lake://{held.folder}", {}, folder / "cache")
    assert fetched.refused == ()
    sums: Sums = defaultdict(Decimal)
    for (_, currency, basis), amount in totals(held.rows).items():
        sums[currency, basis] += amount
    with duckdb.connect() as connection:
        (rows,) = connection.execute(
            "SELECT count(*) FROM read_parquet($1)", [[str(path) for path in fetched.paths]]
        ).fetchone() or (0,)
    return Made(fetched.paths, rows, dict(sums))


CASES: Final = (Case("FOCUS rolled up", "Parquet", (lake.KIND,), months),)
