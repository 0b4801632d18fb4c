"""What somebody is looking at: a frozen value, and the steps that lead to the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from finops_tui.queries.filters import Expr

BASES: Final[dict[str, str]] = {
    "billed": "BilledCost",
    "effective": "EffectiveCost",
    "contracted": "ContractedCost",
    "list": "ListCost",
}
"""Cost bases by the word people use, and their FOCUS column."""

BILL: Final = "bill"
ALLOCATION: Final = "allocation"

DATASETS: Final[dict[str, str]] = {
    BILL: "what was charged",
    ALLOCATION: "who used what was charged: a split of money already in the bill, never added to it",
}
"""What a view looks at: the bill, or how money of the bill is allocated to pods, tasks and the like."""

FIRST: Final[dict[str, str]] = {BILL: "service", ALLOCATION: "namespace"}
"""What a dataset is grouped by when nothing is said."""

GRAINS: Final[tuple[str, ...]] = ("hour", "day", "week", "month")

CATEGORIES: Final[dict[str, str]] = {
    "usage": "Usage",
    "purchase": "Purchase",
    "tax": "Tax",
    "credit": "Credit",
    "adjustment": "Adjustment",
    "refund": "Correction",
}
"""Charge categories by the word people use. All but one are values of ChargeCategory;
a refund is any charge whose ChargeClass is `Correction`."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` up to, not including, `until`; `name` is how it was asked for."""

    since: date
    until: date
    name: str = ""

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.until - self.since).days

    def __contains__(self, day: date) -> bool:
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Condition:
    """One value of one dimension, kept or excluded; None is "has no value"."""

    dimension: str
    value: str | None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods of equal length, complete days only: a part of the period and what it follows."""

    now: Period
    before: Period


@dataclass(frozen=True, slots=True)
class View:
    """A slice of the bill, or of its allocation: period, filters, grouping, cost basis.

    Hashable, so it is the key of every cached answer. Each step returns another view. `converted` is the
    currency that costs with a rate of exchange are in; `currency` is the one that is looked at.
    """

    period: Period
    compared: Comparison | None = None
    group_by: tuple[str, ...] = ("service",)
    path: tuple[Condition, ...] = ()
    filter: Expr | None = None
    basis: str = "effective"
    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    grain: str = "day"
    currency: str | None = None
    dataset: str = BILL
    converted: str | None = None

    def __post_init__(self) -> None:
        """Refuse words that no scope could be rendered from.

        Raises:
            ValueError: an unknown basis, grain, dataset or charge category.
        """
        if self.dataset not in DATASETS:
            raise ValueError(f"unknown dataset {self.dataset!r}; one of {', '.join(DATASETS)}")
        if self.basis not in BASES:
            raise ValueError(f"unknown cost basis {self.basis!r}; one of {', '.join(BASES)}")
        if self.grain not in GRAINS:
            raise ValueError(f"unknown grain {self.grain!r}; one of {', '.join(GRAINS)}")
        for name in self.included | self.excluded:
            if name not in CATEGORIES:
                raise ValueError(f"unknown charge category {name!r}; one of {', '.join(CATEGORIES)}")

    @property
    def dimension(self) -> str:
        """The first dimension of the grouping, or '' when there is none."""
        return self.group_by[0] if self.group_by else ""

    def drill(self, value: str | None, onward: str) -> Self:
        """Go into one group, and group what is inside by another dimension."""
        return replace(self, path=(*self.path, Condition(self.dimension, value)), group_by=(onward,))

    def up(self) -> Self:
        """Come out of the last group gone into, back to the grouping it was found in."""
        if not self.path:
            return self
        return replace(self, path=self.path[:-1], group_by=(self.path[-1].dimension,))

    def only(self, dimension: str, value: str | None, *, excluded: bool = False) -> Self:
        """Keep (or leave out) one value, without changing the grouping."""
        return replace(self, path=(*self.path, Condition(dimension, value, excluded)))

    def regroup(self, *dimensions: str) -> Self:
        """Group by other dimensions."""
        return replace(self, group_by=dimensions)

    def look_at(self, period: Period, compared: Comparison | None) -> Self:
        """Look at another period."""
        return replace(self, period=period, compared=compared)

    def without(self, categories: Iterable[str]) -> Self:
        """Leave out these charge categories, and no others."""
        return replace(self, excluded=frozenset(categories), included=frozenset())
