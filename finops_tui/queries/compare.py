"""Two sides of a bill beside each other, group by group: two periods of a scope, or two scopes in a period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries.amounts import EXACT, ZERO, add

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    import polars as pl

ORDERS: Final = ("change", "now", "before")


@dataclass(frozen=True, slots=True)
class Row:
    """One group on both sides.

    Attributes:
        values: Its value of each dimension of the grouping.
        label: Name of the first value, where that is an identifier.
        before: What it costs on the first side; 0 where it is not there.
        now: What it costs on the second side.
        lines: Line items on both sides.
    """

    values: tuple[str | None, ...]
    label: str | None
    before: Decimal
    now: Decimal
    lines: tuple[int, int]

    @property
    def change(self) -> Decimal:
        """The second side less the first, exact."""
        return EXACT.subtract(self.now, self.before)


@dataclass(frozen=True, slots=True)
class Table:
    """Both sides of one currency.

    Attributes:
        rows: The groups, the largest change first.
        total: All of them, exact: what the rows add up to.
        flat: Whether the total hardly moved while groups moved against each other.
    """

    rows: tuple[Row, ...]
    total: Row
    flat: bool

    def listed(self, most: int) -> tuple[tuple[Row, ...], tuple[int, Row] | None]:
        """The first rows, and how many others there are with what they come to."""
        others = self.rows[most:]
        return self.rows[:most], (len(others), _sum(others)) if others else None


def table(before: pl.DataFrame, now: pl.DataFrame, currency: str) -> Table:
    """Two answers of `by_key`, of equal grouping, beside each other.

    Args:
        before: The first side; what it compares itself does not count.
        now: The second side.
        currency: The currency that is shown; currencies are never added.
    """
    from finops_tui.queries.explain import masked

    sides = _side(before, currency), _side(now, currency)
    rows = []
    for values in dict.fromkeys((*sides[1], *sides[0])):
        was, is_ = (side.get(values, _NOTHING) for side in sides)
        rows.append(Row(values, is_[2] or was[2], was[0], is_[0], (was[1], is_[1])))
    rows.sort(key=lambda row: (-row.change.copy_abs(), -row.now.copy_abs(), _named(row)))
    total = _sum(rows)
    return Table(tuple(rows), total, masked(total.change, total.before, (row.change for row in rows)))


Cell = tuple["Decimal", int, "str | None"]
_NOTHING: Final[Cell] = (ZERO, 0, None)


def _side(frame: pl.DataFrame, currency: str) -> dict[tuple[str | None, ...], Cell]:
    keys = [name for name in frame.columns if name[:1] == "k" and name[1:].isdecimal()]
    found: dict[tuple[str | None, ...], Cell] = {}
    for row in frame.to_dicts():
        if (row["currency"] or "XXX") == currency:
            found[tuple(row[key] for key in keys)] = (row["cost"], row["n"], row["label"])
    return found


def _sum(rows: Iterable[Row]) -> Row:
    every = list(rows)
    lines = sum(row.lines[0] for row in every), sum(row.lines[1] for row in every)
    return Row((), None, add(row.before for row in every), add(row.now for row in every), lines)


def _named(row: Row) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in row.values)
