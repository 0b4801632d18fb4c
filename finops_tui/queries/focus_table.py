"""The bill as one table, for people who write their own SQL: FOCUS columns, a row per charge.

Tags, RawTags and Extra are maps (`Tags['team']`). `x_Source`, `x_File` and `x_Record` say where a row
came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.scope_columns import nulls
from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from finops_tui.queries.catalog import Catalog, Segment

NAME: Final = "focus"

TIMES: Final = ("ChargePeriodStart", "ChargePeriodEnd")

PLACES: Final = ("x_Source", "x_File", "x_Record")

COLUMNS: Final = (*ATTRIBUTES, *PERIODS, *TIMES, *MAPS, *QUANTITIES, *MONEY, *PLACES)
"""Its columns, in order."""


WORDS: Final = (
    "SELECT", "FROM", "WHERE", "GROUP BY ALL", "ORDER BY", "LIMIT", "HAVING", "DISTINCT", "COUNT(*)", "SUM(",
    "COALESCE(", "DATE_TRUNC(", "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IN", "BETWEEN",
    "LIKE", "ILIKE", "IS NULL", "IS NOT NULL", "DESC", "ASC", "WITH", "UNION ALL", "QUALIFY", "OVER (",
)  # fmt: skip

"""SQL that is completed, beside the columns."""


def completions(word: str) -> list[str]:
    """What a word may become: columns as they are written, SQL words in capitals."""
    folded = word.lower()
    names = (*COLUMNS, NAME, *WORDS)
    return [name for name in names if folded and name.lower().startswith(folded)]


def kind_of(name: str) -> str:
    """What is in a column, in a word; '' for anything else."""
    if name in MONEY:
        return "money"
    if name in MAPS:
        return "a map of text"
    if name in QUANTITIES:
        return "a number"
    if name in (*PERIODS, *TIMES):
        return "a time, UTC"
    return "text" if name in ATTRIBUTES else ""


def create(catalog: Catalog) -> str:
    """The statement that makes the view `focus` over every segment of the bill.

    Args:
        catalog: What the store holds; every alias in it is attached.

    Returns:
        One CREATE VIEW statement without parameters. Money has the type of the most decimals held.
    """
    segments = catalog.of(BILL).segments
    scale = max((segment.scale for segment in segments), default=10)
    rows = "\nUNION ALL\n".join(_rows(segment, scale) for segment in segments)
    return f'CREATE TEMP VIEW "{NAME}" AS\n{rows or _nothing(scale)}'


def _rows(segment: Segment, scale: int) -> str:
    lines = ", ".join(f'l."{name}"' for name in (*ATTRIBUTES, *PERIODS))
    items = ", ".join(f'i."{name}"' for name in TIMES)
    maps = ", ".join(f'l."{name}"' for name in MAPS)
    quantities = ", ".join(f'i."{name}"' for name in QUANTITIES)
    money = ", ".join(f'CAST(i."{name}" AS DECIMAL(38, {scale})) AS "{name}"' for name in MONEY)
    source = segment.source.replace("'", "''")
    return (
        f"SELECT {lines}, {items}, {maps}, {quantities}, {money}, '{source}' AS \"x_Source\","  # noqa: S608
        f' i.file AS "x_File", i.record AS "x_Record"\n'
        f"  FROM {segment.alias}.items i JOIN {segment.alias}.lines l USING (sid)"
    )


def _nothing(scale: int) -> str:
    kinds = [
        *((name, "VARCHAR") for name in ATTRIBUTES),
        *((name, "TIMESTAMP") for name in (*PERIODS, *TIMES)),
        *((name, "MAP(VARCHAR, VARCHAR)") for name in MAPS),
        *((name, "DOUBLE") for name in QUANTITIES),
        *((name, f"DECIMAL(38, {scale})") for name in MONEY),
        ("x_Source", "VARCHAR"),
        ("x_File", "INTEGER"),
        ("x_Record", "BIGINT"),
    ]
    return f"SELECT {nulls(kinds)} WHERE false"
