"""Parts and wholes of answers, exact: shares, what is left out, marked rows, sums of bins."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import EXACT, ZERO, add

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

_RATIO: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)
"""A share is a ratio, never money again; forty digits are more than any screen writes."""


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """A part of a whole as a fraction; None where there is no whole to be a part of."""
    return _RATIO.divide(part, whole) if part is not None and whole else None


def difference(one: Decimal, other: Decimal) -> Decimal:
    """One amount less another of the same currency, exact: what is left out of a total, what changed."""
    return EXACT.subtract(one, other)


def summed(frame: pl.DataFrame, column: str = "cost") -> Decimal:
    """The exact sum of a money column of one currency."""
    return add(frame.get_column(column).to_list())


def marked(frame: pl.DataFrame, indices: Iterable[int], column: str = "cost") -> Decimal:
    """The exact sum of some rows of an answer in one currency."""
    return add(frame.get_column(column).gather(sorted(indices)).to_list())


def largest(frame: pl.DataFrame, column: str = "cost") -> Decimal:
    """The largest amount of a money column, credits by their size; 0 without rows."""
    size = frame.get_column(column).abs().max()
    return size if isinstance(size, Decimal) else ZERO


@dataclass(frozen=True, slots=True)
class Strand:
    """What one group cost in each bin.

    Attributes:
        value: The group's value, None for "has no value" or for the rest.
        label: Its name, where its value is an identifier.
        other: Whether it is the rest: every group that is not one of the dearest.
        costs: One amount per bin.
    """

    value: str | None
    label: str | None
    other: bool
    costs: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Costs of the dearest groups and the rest, bin by bin, in one currency.

    Attributes:
        bins: Where each bin begins; a bin without charges is there too.
        strands: The groups, dearest first, the rest last.
    """

    bins: tuple[date, ...]
    strands: tuple[Strand, ...]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], bins: Sequence[date]) -> Timeline:
        """Arrange the rows of `over_time` in bins; a row outside of them is an error.

        Raises:
            KeyError: a row lies in none of the bins.
        """
        place = {when: index for index, when in enumerate(bins)}
        costs: dict[int | None, list[Decimal]] = {}
        named: dict[int | None, tuple[str | None, str | None]] = {}
        for row in rows:
            rank = row["rank"]
            line = costs.setdefault(rank, [ZERO] * len(bins))
            index = place[row["bucket"]]
            line[index] = add((line[index], row["cost"]))
            if rank not in named or named[rank][1] is None:
                named[rank] = row["k0"], row.get("label")
        ranks = sorted((rank for rank in costs if rank is not None), key=int)
        order: list[int | None] = [*ranks, None] if None in costs else [*ranks]
        strands = (Strand(*named[rank], rank is None, tuple(costs[rank])) for rank in order)
        return cls(tuple(bins), tuple(strands))

    def total(self, first: int, stop: int) -> Decimal:
        """What the bins from `first` up to, not including, `stop` cost together."""
        return add(cost for strand in self.strands for cost in strand.costs[max(first, 0) : max(stop, 0)])

    def dearest(self, first: int, stop: int, most: int) -> list[tuple[Strand, Decimal]]:
        """The groups that cost most in some bins (the largest amounts, credits too), the rest left out."""
        sums = [(strand, add(strand.costs[first:stop])) for strand in self.strands if not strand.other]
        return sorted((pair for pair in sums if pair[1]), key=lambda pair: -abs(pair[1]))[:most]
