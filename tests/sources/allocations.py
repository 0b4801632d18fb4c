"""What allocations come to, staged and by another reckoning."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

from tests.sources.bills import Bench


def by(bench: Bench, *names: str, where: str = "true") -> dict[tuple[str, ...], Decimal]:
    """What staged lines come to, by some of their columns, without what comes to nothing."""
    keys = ", ".join(names)
    rows = bench.query(f"SELECT {keys}, sum(EffectiveCost) FROM staged WHERE {where} GROUP BY ALL")
    return {tuple(row[:-1]): row[-1] for row in rows if row[-1]}


def meters(rows: Iterable[dict[str, Any]], names: dict[str, str], whole: str) -> dict[str, Decimal]:
    """What each component of the records comes to, and what their totals have beyond."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    with localcontext(prec=200):
        for row in rows:
            rest = Decimal(row[whole] or 0)
            for meter, name in names.items():
                amount = Decimal(row.get(name) or 0)
                sums[meter] += amount
                rest -= amount
            sums["Rounding" if abs(rest) <= Decimal("0.0001") else "Other"] += rest
    return {meter: amount for meter, amount in sums.items() if amount}
