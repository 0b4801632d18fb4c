"""Small bills with quantities, units, prices and commitments, made up or written, for explaining changes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from finops_tui.queries.explain import Explanation, explain
from finops_tui.queries.view import BASES, Comparison, Period, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.queries.small_bill import Bill, Row

FIRST = date(2026, 2, 20)
NAMES = st.sampled_from([None, "a", "b", "'; --", "[x]"])
ODD = st.sampled_from([None, 0.0, -1.0, 1e-9, 1e17, float("nan"), float("inf")])
USUAL = st.one_of(st.sampled_from([0.1, 24.0, 24.0, 720.0]), st.floats(0.001, 1000, allow_nan=False))
COST = st.decimals(0, 2000, allow_nan=False, places=10)
ANY_COST = st.one_of(COST, st.decimals(-50, 50, allow_nan=False, places=10))

THING = st.fixed_dictionaries(
    {
        "BillingAccountId": st.sampled_from(["payer-1", "payer-1", "payer-2"]),
        "BillingCurrency": st.sampled_from(["USD", "USD", "USD", "EUR"]),
        "ChargeCategory": st.sampled_from(["Usage"] * 9 + ["Tax", "Credit", "Purchase", "Adjustment", None]),
        "ChargeClass": st.sampled_from([None] * 9 + ["Correction"]),
        "ChargeFrequency": st.sampled_from([None, *["Usage-Based"] * 7, "Recurring", "One-Time"]),
        "ServiceName": st.sampled_from(["Compute", "Storage", None]),
        "SubAccountId": st.sampled_from(["a", "b"]),
        "RegionId": st.sampled_from(["eu", None]),
        "SkuId": st.sampled_from(["s", None]),
        "ResourceId": NAMES,
        "PricingUnit": st.sampled_from(["Hours", "Hours", "GB", None]),
        "ConsumedUnit": st.sampled_from(["Hours", None]),
    }
)
"""What makes charges charges of the same thing."""


def _entry(
    quantity: st.SearchStrategy[float | None], cost: st.SearchStrategy[Decimal]
) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "day": st.integers(0, 80).map(lambda n: FIRST + timedelta(days=n)),
            "CommitmentDiscountStatus": st.sampled_from([*[None] * 5, "Used", "Used", "Unused"]),
            "PricingQuantity": quantity,
            "ConsumedQuantity": quantity,
            "Tags": st.dictionaries(st.just("team"), st.sampled_from(["x", "y"]), max_size=1),
            "BilledCost": cost,
            "EffectiveCost": cost,
            "ListCost": cost,
            "ContractedCost": cost,
        }
    )


_NOTHING = st.one_of(COST, st.sampled_from([None, Decimal(0)]))
ENTRIES = st.one_of(
    st.lists(_entry(USUAL, COST), min_size=2, max_size=8),
    st.lists(_entry(USUAL, COST), min_size=2, max_size=8),
    st.lists(_entry(USUAL, _NOTHING), min_size=1, max_size=6),
    st.lists(_entry(st.one_of(ODD, USUAL), ANY_COST), min_size=1, max_size=4),
)


@st.composite
def rows(draw: st.DrawFn, least: int = 1, most: int = 3) -> list[Row]:
    """Charges of a few things over about three months: most things are there in both periods."""
    things = draw(st.lists(st.tuples(THING, ENTRIES), min_size=least, max_size=most))
    return [{**thing, **entry} for thing, entries in things for entry in entries]


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Two periods of any lengths that share no day."""
    lengths = draw(st.tuples(st.integers(0, 9), *[st.integers(1, 40)] * 2))
    first, middle = lengths[0], lengths[0] + lengths[1]
    gap = draw(st.integers(0, 3))
    ends = [first, middle, middle + gap, middle + gap + lengths[2]]
    dates = [FIRST + timedelta(days=n) for n in ends]
    before, now = Period(dates[0], dates[1]), Period(dates[2], dates[3])
    return Comparison(now, before) if draw(st.booleans()) else Comparison(before, now)


BASIS = st.sampled_from(sorted(BASES))


def view_of(compared: Comparison, *by: str, **others: Any) -> View:
    return View(compared.now, compared, group_by=by, **others)


def explained(bill: Bill, view: View, match: str = "resource") -> dict[str, Explanation]:
    """The explanations by currency."""
    return {one.currency: one for one in explain(bill.ask("explain", view, match=match), view)}


def cost_in(rows_: list[Row], column: str, period: Period, currency: str) -> Decimal:
    """The other way: Decimals over the rows."""
    costs = (r[column] for r in rows_ if r["day"] in period and r["BillingCurrency"] == currency)
    return sum((cost for cost in costs if cost is not None), Decimal(0))


KEY = (
    "ProviderName",
    "BillingAccountId",
    "SubAccountId",
    "ServiceName",
    "RegionId",
    "SkuId",
    "ResourceId",
    "PricingUnit",
    "ConsumedUnit",
)


def reckoned(rows_: list[Row], compared: Comparison, basis: str, currency: str) -> dict[str, Fraction]:
    """The parts as their definitions say, thing by thing, in fractions, from the plain rows."""
    things: dict[tuple, list[Row]] = defaultdict(list)
    parts: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows_:
        if row["BillingCurrency"] == currency and (
            row["day"] in compared.now or row["day"] in compared.before
        ):
            things[(_kind(row), *(row.get(name) for name in KEY))].append(row)
    for (kind, *_), found in things.items():
        before = [r for r in found if r["day"] in compared.before]
        now = [r for r in found if r["day"] in compared.now]
        for name, amount in _parts(kind, before, now, compared, basis).items():
            parts[name] += amount
    return parts


def _kind(row: Row) -> str:
    if row["ChargeClass"] == "Correction":
        return "refunds"
    kinds = {"Tax": "tax", "Credit": "credits", "Usage": "usage"}
    kind = kinds.get(row["ChargeCategory"], "fees")
    if kind == "usage" and row["CommitmentDiscountStatus"] == "Unused":
        return "commitment"
    return "fees" if kind == "usage" and row["ChargeFrequency"] in {"Recurring", "One-Time"} else kind


def _sum(rows_: list[Row], column: str) -> Fraction:
    return sum((Fraction(row[column]) for row in rows_ if row[column] is not None), Fraction(0))


def _quantity(rows_: list[Row], column: str) -> Fraction:
    usable = (row[column] for row in rows_ if row[column] is not None and abs(row[column]) < 1e18)
    return sum(
        (Fraction(Decimal(repr(q)).quantize(Decimal("1e-15"), context=Context(prec=60))) for q in usable),
        Fraction(0),
    )


def _parts(
    kind: str, before: list[Row], now: list[Row], compared: Comparison, basis: str
) -> dict[str, Fraction]:
    column = BASES[basis]
    c0, c1 = _sum(before, column), _sum(now, column)
    if kind != "usage":
        return {kind: c1 - c0}
    names = ("PricingQuantity", "ConsumedQuantity")
    sides = [(_quantity(before, name), _quantity(now, name)) for name in names]
    was, still = bool(c0 or sides[0][0] or sides[1][0]), bool(c1 or sides[0][1] or sides[1][1])
    usable = [(q0, q1) for q0, q1 in sides if (q0 > 0 or not was) and (q1 > 0 or not still)]
    if not usable:
        return {"fees": c1 - c0}
    if not was or not still:
        return {"gone" if was else "new": c1 - c0}
    ratio = usable[0][1] / usable[0][0]
    l0, l1 = _sum(before, "ListCost"), _sum(now, "ListCost")
    k0, k1 = _sum(before, "ContractedCost"), _sum(now, "ContractedCost")
    contracted = (
        all(r["ContractedCost"] is not None for r in before + now) and (k0 or not c0) and (k1 or not c1)
    )
    listed = all(r["ListCost"] is not None for r in before + now) and (l0 or not c0) and (l1 or not c1)
    if c0 * c1 < 0 or _beyond(c0, c1, ratio):
        return {"rate": c1 - c0}
    rate = c1 - ratio * c0
    rates: dict[str, Fraction] = {"list": rate} if basis == "list" else {"rate": rate}
    if basis != "list" and contracted:
        if _beyond(k0, k1, ratio) or (listed and _beyond(l0, l1, ratio)):
            return {"rate": c1 - c0}
        agreed, at_list = k1 - ratio * k0, l1 - ratio * l0
        rates = {"list": at_list, "negotiated": agreed - at_list} if listed else {"rate": agreed}
        rates["commitment"] = rate - agreed
    length, weekdays = _calendar(before, compared, lambda found: _sum(found, column))
    return {"length": length, "weekdays": weekdays, "usage": ratio * c0 - c0 - length - weekdays, **rates}


def _beyond(before: Fraction, now: Fraction, ratio: Fraction) -> bool:
    return ratio != 1 and abs(ratio * before) > 100 * max(abs(before), abs(now))


def _calendar(
    before: list[Row], compared: Comparison, cost: Callable[[list[Row]], Fraction]
) -> tuple[Fraction, Fraction]:
    """Day by day: what the mean day, and the mean days of their kind, would cost more or less."""

    def days(period: Period) -> list[date]:
        return [period.since + timedelta(days=n) for n in range(period.days)]

    were, are = days(compared.before), days(compared.now)
    length = cost(before) * (len(are) - len(were)) / len(were)
    if len(were) < 14:
        return length, Fraction(0)
    kind = date.weekday if len(were) >= 28 else (lambda day: day.weekday() >= 5)
    would = Fraction(0)
    for day in are:
        alike = [d for d in were if kind(d) == kind(day)]
        would += cost([r for r in before if kind(r["day"]) == kind(day)]) / len(alike)
    return length, would - cost(before) - length
