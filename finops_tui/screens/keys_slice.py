"""The keys that change what is looked at: grouping, filter, period, comparison, basis, currency."""

from __future__ import annotations

from typing import Final

from finops_tui.queries.view import BILL
from finops_tui.screens.action import Action

_EXPLORE: Final = ("explore",)
_SLICED: Final = ("explore", "explain", "compare")
_TIMES: Final = ("explore", "resource")

DIGITS: Final = (
    "service",
    "account",
    "region",
    "usage",
    "resource",
    "team",
    "category",
    "commitment",
    "provider",
)
"""What the digits group by, in the order of the group-by picker."""

ALLOCATED: Final = (
    *("namespace", "cluster", "controller", "pod", "component"),
    *("team", "node", "container", "method"),
)
"""What they group an allocation by."""


def digit(number: int, dataset: str) -> str:
    """The dimension of a digit, from 1."""
    return (DIGITS if dataset == BILL else ALLOCATED)[number - 1]


SLICE: Final = (
    Action(
        "slice.group",
        "d",
        "pick_group",
        "group",
        "Group by another dimension, tags and teams included.",
        _SLICED,
        "group",
        "DIM",
        footer=True,
    ),
    *(
        Action(
            *(f"slice.group_{n}", str(n), f"group_nth({n})", name),
            f"Group by {name}" + (f"; an allocation by {other}." if other != name else "."),
            _SLICED,
        )
        for n, (name, other) in enumerate(zip(DIGITS, ALLOCATED, strict=True), start=1)
    ),
    Action(
        "slice.filter",
        "/",
        "filter",
        "filter",
        "Filter with words, as in service:EC2 cost>100.",
        _SLICED,
        "filter",
        "EXPR",
        footer=True,
    ),
    Action(
        "slice.keep", "f", "keep(False)", "only this", "Only the value under the cursor.", _EXPLORE, "only"
    ),
    Action(
        "slice.drop",
        "F",
        "keep(True)",
        "without this",
        "Everything but the value under the cursor.",
        _EXPLORE,
        "without",
    ),
    Action(
        "slice.period",
        "t",
        "pick_period",
        "period",
        "Another period: mtd, 2026-03, last month, a..b.",
        _SLICED,
        "period",
        "PERIOD",
        footer=True,
    ),
    Action(
        "slice.earlier", "[", "shift(-1)", "earlier", "The period before.", (*_TIMES, *_SLICED[1:]), "earlier"
    ),
    Action("slice.later", "]", "shift(1)", "later", "The period after.", (*_TIMES, *_SLICED[1:]), "later"),
    Action(
        "slice.coarser", "-", "grain(1)", "coarser", "Longer bins: hour, day, week, month.", _TIMES, "coarser"
    ),
    Action(
        "slice.finer",
        "=",
        "grain(-1)",
        "finer",
        "Shorter bins, down to hours where the data has them.",
        _TIMES,
        "finer",
    ),
    Action(
        "slice.grain",
        "",
        "grain(1)",
        "grain",
        "Bins of an hour, day, week or month.",
        _EXPLORE,
        "grain",
        "GRAIN",
    ),
    Action(
        "slice.compare",
        "p",
        "compare",
        "previous",
        "Compare with the like-for-like period before, or not.",
        _EXPLORE,
        "previous",
    ),
    Action(
        "slice.against",
        "T",
        "pick_against",
        "against",
        "The earlier period; without it as many complete days before.",
        ("explain", "compare"),
        "against",
        "PERIOD",
        footer=True,
    ),
    Action(
        "slice.raw",
        "R",
        "raw",
        "raw days",
        "Also days that are still arriving, or complete days only.",
        ("explain", "compare"),
        "raw",
    ),
    Action(
        "slice.comparison",
        "",
        "pick_compare",
        "comparison",
        "What the period is compared with, with the exact days.",
        _EXPLORE,
        "comparison",
    ),
    Action(
        "slice.basis",
        "b",
        "pick_basis",
        "basis",
        "Cost basis, and which charge categories count.",
        _SLICED,
        "basis",
        "BASIS",
        footer=True,
    ),
    Action(
        "slice.exclude",
        "",
        "pick_basis",
        "exclude",
        "Leave charge categories out: usage, purchase, tax, credit, adjustment, refund.",
        _SLICED,
        "exclude",
        "CATEGORY",
    ),
    Action(
        "slice.include",
        "",
        "pick_basis",
        "include",
        "Let charge categories count again.",
        _SLICED,
        "include",
        "CATEGORY",
    ),
    Action(
        "slice.next_basis",
        "B",
        "next_basis",
        "next basis",
        "The next cost basis: billed, effective, contracted, list.",
        _SLICED,
    ),
    Action(
        "slice.currency",
        "C",
        "next_currency",
        "currency",
        "The next billing currency; they are never added.",
        _SLICED,
        "currency",
        "CODE",
    ),
    Action(
        "slice.currencies",
        "",
        "pick_currency",
        "currencies",
        "The billing currencies, with the cost in each.",
        _EXPLORE,
        "currencies",
    ),
    Action(
        "slice.clear",
        "0",
        "clear",
        "everything",
        "Everything of the period: no groups entered, no filter.",
        _EXPLORE,
        "clear",
    ),
    Action(
        "slice.dataset",
        "P",
        "dataset",
        "allocation",
        "How the bill is allocated to pods and tasks, apart from the bill; again, back to the bill.",
        _EXPLORE,
        "dataset",
        "DATASET",
    ),
)
