"""What the lines of a lake add up to, by another way: line by line, in whole numbers and Decimal."""

from __future__ import annotations

import math
from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.engines import lakes

COSTS = {
    "billed": "BilledCost",
    "effective": "EffectiveCost",
    "list": "ListCost",
    "contracted": "ContractedCost",
}


def exact(name: str, value: Any) -> Decimal:
    """An amount of a line as a lake says it: DOUBLE to a billionth, computed in whole numbers."""
    if value is None:
        return Decimal(0)
    if lakes.COLUMNS[name] == "DOUBLE":
        return Decimal(math.floor(value * 1e9 + 0.5)).scaleb(-9)
    return Decimal(value)


def totals(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], Decimal]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        for basis, name in COSTS.items():
            sums[row["BillingPeriodStart"][:7], row["BillingCurrency"], basis] += exact(name, row[name])
    return dict(sums)


def stored(entries: Any) -> dict[tuple[str, str, str], Decimal]:
    return {
        (entry.period, code, basis): Decimal(sums[basis])
        for entry in entries
        for code, sums in entry.totals.items()
        for basis in COSTS
    }
