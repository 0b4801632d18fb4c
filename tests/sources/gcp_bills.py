"""Google Cloud lines made here, in every form an extract has, and what Python's Decimal makes of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import duckdb

from tests.sources.bills import text

PRICE = {
    "COMMITTED_USAGE_DISCOUNT",
    "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE",
    "FEE_UTILIZATION_OFFSET",
    "SUSTAINED_USAGE_DISCOUNT",
    "DISCOUNT",
    "FREE_TIER",
    "SUBSCRIPTION_BENEFIT",
    "RESELLER_MARGIN",
}
"""Types of credits that lower a price."""

Line = dict[str, Any]


def credit(kind: str, amount: Any, name: str = "") -> Line:
    """One credit of a line."""
    return {"id": "", "full_name": name or kind.title(), "type": kind, "name": name or kind, "amount": amount}


def line(cost: Any = 1.5, **changes: Any) -> Line:
    """One line of the detailed export; `a__b` changes the field `b` of `a`."""
    made: Line = {
        "billing_account_id": "01AAAA-BBBBBB-CCCCCC",
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": "2E27-4F75-95CD", "description": "N1 Predefined Instance Core"},
        "usage_start_time": "2025-03-05 10:00:00 UTC",
        "usage_end_time": "2025-03-05 11:00:00 UTC",
        "project": {
            "id": "shop-prod",
            "number": "1234567890",
            "name": "shop",
            "labels": [{"key": "env", "value": "prod"}, {"key": "team", "value": "core"}],
            "ancestry_numbers": "/1/2/",
        },
        "labels": [{"key": "team", "value": "payments"}],
        "system_labels": [{"key": "compute.googleapis.com/cores", "value": "2"}],
        "location": {
            "location": "us-central1",
            "country": "US",
            "region": "us-central1",
            "zone": "us-central1-a",
        },
        "resource": {
            "name": "web-1",
            "global_name": "//compute.googleapis.com/projects/1/zones/us-central1-a/instances/42",
        },
        "tags": [{"key": "tier", "value": "gold", "inherited": True, "namespace": "998877"}],
        "cost": cost,
        "currency": "USD",
        "currency_conversion_rate": 1.0,
        "usage": {
            "amount": 3600.0,
            "unit": "seconds",
            "amount_in_pricing_units": 1.0,
            "pricing_unit": "hour",
        },
        "price": {"effective_price": "0.0316", "list_price": "0.04", "pricing_unit_quantity": "1"},
        "subscription": {"instance_id": None},
        "consumption_model": {"id": None, "description": None},
        "credits": [],
        "invoice": {"month": "202503"},
        "cost_type": "regular",
        "adjustment_info": {"id": None, "description": None, "mode": None, "type": None},
        "cost_at_list": "2.25",
        "export_time": "2025-03-05 14:00:00 UTC",
    }
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            made[outer] = {**made[outer], inner: value}
        else:
            made[outer] = value
    return made


def jsonl(lines: Iterable[Line]) -> str:
    """Lines as `bq extract` writes them."""
    return "".join(f"{json.dumps(one)}\n" for one in lines)


def flattened(lines: Iterable[Line], *, between: str = ".", python: bool = False) -> str:
    """A CSV of dotted columns, its repeated fields as JSON or as Python prints them."""
    rows = []
    for one in lines:
        row = {}
        for name, value in one.items():
            fields = (
                {f"{name}{between}{key}": what for key, what in value.items()}
                if isinstance(value, dict)
                else {name: value}
            )
            for key, what in fields.items():
                row[key] = _field(what, python=python)
        rows.append(row)
    return text(rows)


def _field(value: Any, *, python: bool) -> str:
    if isinstance(value, list):
        return repr(value) if python else json.dumps(value)
    return "" if value is None else str(value)


def parquet(path: Path, lines: Iterable[Line]) -> Path:
    """Nested Parquet with NUMERIC costs, as BigQuery writes it."""
    source = path.with_suffix(".json")
    source.write_text(jsonl(lines))
    pair = 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'
    columns = {
        "billing_account_id": "VARCHAR",
        "service": "STRUCT(id VARCHAR, description VARCHAR)",
        "sku": "STRUCT(id VARCHAR, description VARCHAR)",
        "usage_start_time": "TIMESTAMPTZ",
        "usage_end_time": "TIMESTAMPTZ",
        "project": f"STRUCT(id VARCHAR, number VARCHAR, name VARCHAR, labels {pair}, ancestry_numbers VARCHAR)",
        "labels": pair,
        "system_labels": pair,
        "location": "STRUCT(location VARCHAR, country VARCHAR, region VARCHAR, zone VARCHAR)",
        "resource": "STRUCT(name VARCHAR, global_name VARCHAR)",
        "tags": 'STRUCT("key" VARCHAR, "value" VARCHAR, inherited BOOLEAN, namespace VARCHAR)[]',
        "cost": "DECIMAL(38, 9)",
        "currency": "VARCHAR",
        "currency_conversion_rate": "DOUBLE",
        "usage": "STRUCT(amount DOUBLE, unit VARCHAR, amount_in_pricing_units DOUBLE, pricing_unit VARCHAR)",
        "price": "STRUCT(effective_price DECIMAL(38, 9), list_price DECIMAL(38, 9), pricing_unit_quantity DECIMAL(38, 9))",
        "subscription": "STRUCT(instance_id VARCHAR)",
        "consumption_model": "STRUCT(id VARCHAR, description VARCHAR)",
        "credits": "STRUCT(id VARCHAR, full_name VARCHAR, type VARCHAR, name VARCHAR, amount DECIMAL(38, 9))[]",
        "invoice": "STRUCT(month VARCHAR)",
        "cost_type": "VARCHAR",
        "adjustment_info": "STRUCT(id VARCHAR, description VARCHAR, mode VARCHAR, type VARCHAR)",
        "cost_at_list": "DECIMAL(38, 9)",
        "export_time": "TIMESTAMPTZ",
    }
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    duckdb.connect().execute(
        f"COPY (FROM read_json('{source}', format = 'newline_delimited', columns = {{{listed}}})) TO '{path}' (FORMAT parquet)"
    )
    source.unlink()
    return path


Key = tuple[str, str, str]
"""Invoice month, charge category, project."""


def sums(lines: Iterable[Line]) -> dict[Key, list[Decimal]]:
    """Records, billed, effective, list and contracted cost, as Decimal finds them in the lines."""
    found: dict[Key, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    with localcontext(prec=100):
        for one in lines:
            for category, *costs in _charges(one):
                key = (one["invoice"]["month"], category, one["project"]["id"])
                found[key] = [old + new for old, new in zip(found[key], (Decimal(1), *costs), strict=True)]
    return dict(found)


def _charges(one: Line) -> Iterator[tuple[str, Decimal, Decimal, Decimal, Decimal]]:
    cost = Decimal(str(one["cost"]))
    amounts = [(part["type"], Decimal(str(part["amount"]))) for part in one["credits"]]
    net = cost + sum(amount for kind, amount in amounts if kind in PRICE)
    given = sum((amount for kind, amount in amounts if kind not in PRICE), Decimal(0))
    listed = Decimal(str(one["cost_at_list"]))
    yield _category(one), net, net, listed, cost
    if given:
        yield "Credit", given, given, given, given


def _category(one: Line) -> str:
    if one["cost_type"] != "regular":
        return "Tax" if one["cost_type"] == "tax" else "Adjustment"
    return "Purchase" if one["sku"]["description"].startswith("Commitment") else "Usage"
