"""Columns of the relations that a scope renders, and of those relations where nothing is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable


def line_columns(table: str) -> str:
    """Every column of `lines`, of a relation."""
    return ", ".join(f'{table}."{name}"' for name in (*ATTRIBUTES, *PERIODS, *MAPS))


def nulls(kinds: Iterable[tuple[str, str]]) -> str:
    """Columns of a SELECT that say nothing, each a name and a type."""
    return ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in kinds)


def no_lines() -> str:
    """The same as columns of a SELECT that gives no row."""
    texts = [f'NULL::VARCHAR AS "{name}"' for name in ATTRIBUTES]
    times = [f'NULL::TIMESTAMP AS "{name}"' for name in PERIODS]
    maps = [f'NULL::MAP(VARCHAR, VARCHAR) AS "{name}"' for name in MAPS]
    return ", ".join([*texts, *times, *maps])


def no_records() -> str:
    """The relation `records` without a row."""
    kinds = [
        *((n, "VARCHAR") for n in ("source", "account", "period")),
        ("file", "INTEGER"),
        ("record", "BIGINT"),
        *((f'"{n}"', "TIMESTAMP") for n in ("ChargePeriodStart", "ChargePeriodEnd")),
        *((f'"{n}"', "DOUBLE") for n in QUANTITIES),
        *((f'"{n}"', "DECIMAL(18, 10)") for n in MONEY),
        ("cost", "DECIMAL(18, 10)"),
    ]
    none = ", ".join(f"NULL::{kind} AS {name}" for name, kind in kinds)
    return f"SELECT {none}, {no_lines()} WHERE false"
