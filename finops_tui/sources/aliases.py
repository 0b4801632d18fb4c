"""Where columns are, for kinds whose exports only differ in the spelling of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.sources import fields
from finops_tui.sources.kinds import Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNKNOWN_TIMES = ("BillingPeriodStart", "BillingPeriodEnd")
"""Stands for the billing period in `Kind.times` where an export has none."""


def vendor_name(name: str) -> str:
    """A vendor column as `Extra` has it: with the prefix by which it can be grouped and filtered."""
    return name if name.lower().startswith("x_") else f"x_{name}"


def layout(
    names: Sequence[str],
    known: Mapping[str, Sequence[str]],
    *,
    packed: Sequence[str] = (),
    left_out: frozenset[str] = frozenset(),
) -> Layout:
    """Where the columns of a header are.

    Args:
        names: Column names, as delivered.
        known: Column of the raw table -> its names in exports, folded; the first with a value counts.
        packed: Columns of the raw table that hold maps; flattened JSON has a column per key (`map.key`).
        left_out: Names, folded, that are of no use; all others become vendor columns.

    Raises:
        HeaderError: two columns have one name.
    """
    refuse_twins(names)
    places = {name.lower(): position for position, name in enumerate(names) if name}
    columns = {
        column: tuple(places[name] for name in spelled if name in places) for column, spelled in known.items()
    }
    maps = {
        column: tuple(
            (name[len(column) + 1 :], position)
            for position, name in enumerate(names)
            if name.lower().startswith(f"{column}.")
        )
        for column in packed
    }
    taken = {name for spelled in known.values() for name in spelled} | left_out
    extra = tuple(
        (vendor_name(name), position)
        for position, name in enumerate(names)
        if name
        and name.lower() not in taken
        and not fields.differs_by_line(name)
        and not name.lower().startswith(tuple(f"{column}." for column in packed))
    )
    return Layout(
        {column: positions for column, positions in columns.items() if positions},
        {column: keys for column, keys in maps.items() if keys},
        extra,
    )
