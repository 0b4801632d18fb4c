"""`staged` in two: `staged_lines`, what is said once per distinct line, and `staged_items`, a row per charge.

Mappings of divided records fill the two; a mapping that fills `staged` as one table is split here. In the
end `staged` is a view that puts them together again. They are in memory as long as there is room; only
raw text is in the scratch file, where it takes a tenth of the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.view import BILL
from finops_tui.sources import dividing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TIMES: Final = ("ChargePeriodStart", "ChargePeriodEnd")
_INTO: Final = dividing.Target("staged_lines", "staged_items", "staged_keys")

_VIEW_SQL: Final = """
CREATE OR REPLACE TEMP VIEW staged AS
SELECT l.* EXCLUDE (line), i.* EXCLUDE (line) FROM staged_items i JOIN staged_lines l USING (line)"""

_VIEWS_SQL: Final = "SELECT count(*) FROM duckdb_views() WHERE view_name = 'staged' AND NOT internal"

_SCALE_SQL: Final = """
SELECT numeric_scale FROM duckdb_columns() WHERE table_name = 'staged' AND column_name = 'BilledCost'"""


def create(connection: DuckDBPyConnection, scale: int) -> None:
    """Empty `staged_lines` and `staged_items`, and no `staged` yet.

    Args:
        connection: Where they are made.
        scale: Decimals of money.
    """
    forget(connection)
    lines = [
        "line BIGINT",
        *(f'"{name}" VARCHAR' for name in ATTRIBUTES),
        *(f'"{name}" TIMESTAMP' for name in PERIODS),
        *(f'"{name}" MAP(VARCHAR, VARCHAR)' for name in MAPS),
        f"dataset VARCHAR DEFAULT '{BILL}'",
    ]
    items = [
        "line BIGINT",
        *(f'"{name}" TIMESTAMP' for name in _TIMES),
        *(f'"{name}" DOUBLE' for name in QUANTITIES),
        *(f'"{name}" DECIMAL(38, {scale})' for name in MONEY),
        "file INTEGER",
        "record BIGINT",
    ]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_lines ({', '.join(lines)})")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_items ({', '.join(items)})")


def forget(connection: DuckDBPyConnection) -> None:
    """Remove what an earlier staging left."""
    (view,) = connection.execute(_VIEWS_SQL).fetchone() or (0,)
    connection.execute(f"DROP {'VIEW' if view else 'TABLE'} IF EXISTS staged")
    connection.execute("DROP TABLE IF EXISTS staged_lines; DROP TABLE IF EXISTS staged_items")


def split(connection: DuckDBPyConnection, last: int = 0) -> int:
    """Add the rows of the table `staged` to the two.

    Args:
        connection: With the three tables.
        last: The highest number of a line so far.

    Returns:
        The highest number of a line now.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_INTO.keys} (h1 UBIGINT, h2 UBIGINT, line BIGINT)")
    quoted = {name: f'"{name}"' for name in (*ATTRIBUTES, "dataset", *PERIODS, *MAPS)}
    texts = tuple(quoted[name] for name in (*ATTRIBUTES, "dataset"))
    nested = tuple(f'CAST(to_json("{name}") AS VARCHAR)' for name in MAPS)
    items = {name: f'"{name}"' for name in (*_TIMES, *QUANTITIES, *MONEY, "file", "record")}
    source = dividing.Source(
        "(SELECT rowid AS place, * FROM staged)",
        "place",
        (texts, nested, tuple(quoted[name] for name in PERIODS)),
        quoted,
        items,
        {},
        {},
    )
    _, last = dividing.divide(connection, source, _INTO, last)
    connection.execute(f"DROP TABLE {_INTO.keys}")
    return last


def finish(connection: DuckDBPyConnection) -> None:
    """Make `staged` the view of the two."""
    connection.execute("DROP TABLE IF EXISTS staged")
    connection.execute(_VIEW_SQL)


def ensure(connection: DuckDBPyConnection) -> None:
    """Split a table `staged` that was filled as one, unless there are the two already."""
    (view,) = connection.execute(_VIEWS_SQL).fetchone() or (0,)
    if view:
        return
    (scale,) = connection.execute(_SCALE_SQL).fetchone() or (10,)
    connection.execute("ALTER TABLE staged RENAME TO staged_whole")
    create(connection, scale)
    connection.execute("ALTER TABLE staged_whole RENAME TO staged")
    split(connection)
    finish(connection)
