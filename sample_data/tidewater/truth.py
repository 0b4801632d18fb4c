"""What the rows add up to and what happened in them, for tests to hold every screen against."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tidewater import estate
from tidewater.figures import END, START, ZERO, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewater.charges import Charge

LAST_COMPLETE: Final = END - timedelta(2)
_FRESH: Final = {"new service", "orphaned", "unused commitment", "refund"}
"""Kinds whose whole cost is the effect: nothing was expected."""

Where = dict[str, str | list[str]]


def _matches(charge: Charge, where: Where) -> bool:
    return all(
        charge.get(column) in (value if isinstance(value, list) else [value])
        for column, value in where.items()
    )


def _within(charges: Iterable[Charge], where: Where, first: date, last: date) -> list[Charge]:
    """Charges by what they are and when their charge period begins."""
    return [charge for charge in charges if first <= charge.start <= last and _matches(charge, where)]


def _cost(charges: Iterable[Charge]) -> Decimal:
    return sum((charge.effective for charge in charges), ZERO)


def _moved(table: dict[str, Any], charges: list[Charge]) -> dict[str, Any]:
    """Before and after of both ends of a move, over equally long windows."""
    span = timedelta(table["days"])
    before = (table["first"] - span, table["first"] - timedelta(1))
    after = (table["first"], table["first"] + span - timedelta(1))
    found: dict[str, Any] = {"window_days": table["days"]}
    for end in ("from", "to"):
        found[end] = {
            "where": table[end],
            "before": plain(_cost(_within(charges, table[end], *before))),
            "after": plain(_cost(_within(charges, table[end], *after))),
        }
    return found


def _measured(table: dict[str, Any], charges: list[Charge]) -> dict[str, Any]:
    """Actual, expected and their difference within the event's days."""
    rows = _within(charges, table["where"], table["first"], table["last"])
    if table["kind"] in {"late delivery", "gone service"}:
        rows = [row for row in rows if row.payer.currency == "USD"]
        return {"where": table["where"], "rows": len(rows), "actual": plain(_cost(rows))}
    fresh = table["kind"] in _FRESH
    days: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        usual = ZERO if fresh else row.effective if row.expected is None else row.expected
        days[row.start] += row.effective - usual
    found: dict[str, Any] = {
        "where": table["where"],
        "rows": len(rows),
        "actual": plain(_cost(rows)),
        "expected": plain(_cost(rows) - sum(days.values(), ZERO)),
        "effect": plain(sum(days.values(), ZERO)),
    }
    if len(days) <= 31:
        found["daily"] = {day.isoformat(): plain(effect) for day, effect in sorted(days.items())}
    return found


def _event(table: dict[str, Any], charges: list[Charge]) -> dict[str, Any]:
    known = {key: table[key] for key in ("id", "kind", "title")}
    dates = {key: table[key].isoformat() for key in ("first", "last")}
    figures = _moved(table, charges) if "days" in table else _measured(table, charges)
    more = {"price": table["price"]} if "price" in table else {}
    basis = {"basis": "EffectiveCost", "currency": "USD"}
    return {**known, **dates, **basis, **figures, **more, "recognise": table["recognise"]}


def _totals(bills: dict[str, list[Charge]]) -> list[dict[str, Any]]:
    """Rows and the four costs per file, provider, billing account, period and currency."""
    groups: dict[tuple[str, ...], list[Charge]] = defaultdict(list)
    for name, charges in bills.items():
        for charge in charges:
            payer = charge.payer
            provider = charge.get("ProviderName") or ""
            groups[name, provider, payer.id, f"{charge.month:%Y-%m}", payer.currency].append(charge)
    return [
        {
            **dict(zip(("file", "provider", "payer", "period", "currency"), key, strict=True)),
            "rows": len(rows),
            "billed": plain(sum((row.billed for row in rows), ZERO)),
            "effective": plain(_cost(rows)),
            "list": plain(sum((row.listed for row in rows), ZERO)),
            "contracted": plain(sum((row.contracted for row in rows), ZERO)),
        }
        for key, rows in sorted(groups.items())
    ]


def _identities(charges: list[Charge]) -> list[dict[str, Any]]:
    """Per commitment: what was paid, used and left unused within the data, and its term."""
    terms = {one.id: one for name in ("aws", "azure", "gcp") for one in estate.load(name).commitments}
    found = []
    for key, one in terms.items():
        rows = [charge for charge in charges if charge.get("CommitmentDiscountId") == key]
        status: dict[str | None, Decimal] = defaultdict(Decimal)
        for row in rows:
            status[row.get("CommitmentDiscountStatus")] += row.effective
        whole = one.pay == "daily" or (one.first >= START and one.last <= LAST_COMPLETE)
        found.append(
            {
                "id": key,
                "name": one.name,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "billed": plain(sum((row.billed for row in rows), ZERO)),
                "used": plain(status["Used"]),
                "unused": plain(status["Unused"]),
                "adds_up": whole,
            }
        )
    return found


def of(bills: dict[str, list[Charge]]) -> dict[str, Any]:
    """Everything known about the data, as JSON: amounts are exact decimal strings."""
    charges = [charge for bill in bills.values() for charge in bill]
    return {
        "first": START.isoformat(),
        "last": END.isoformat(),
        "last_complete": LAST_COMPLETE.isoformat(),
        "rows": {name: len(bill) for name, bill in bills.items()},
        "events": [_event(table, charges) for table in estate.events()],
        "commitments": _identities(charges),
        "totals": _totals(bills),
    }
