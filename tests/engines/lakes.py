"""A small lake of bills with everything in it that engines spell differently, and random questions about it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from finops_tui.engines import answer
from finops_tui.engines.base import Between, Column, Day, Has, In, Rollup, Tag

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from finops_tui.engines.base import Engine, Table

QUOTED = """it's "a" \\key"""
ODD = ["O'Hare", 'say "hi"', "back\\slash", "100%_sure", "naïve ünïcode", "semi;colon -- no", "tab\there", ""]
FILES = 4
"""Files of a month, so that an engine has parts to put together."""

MONTHS = ("2026-08", "2026-09", "2026-10")

COLUMNS = {
    "BillingAccountId": "VARCHAR",
    "BillingAccountName": "VARCHAR",
    "SubAccountId": "VARCHAR",
    "SubAccountName": "VARCHAR",
    "BillingCurrency": "VARCHAR",
    "ServiceName": "VARCHAR",
    "ServiceCategory": "VARCHAR",
    "RegionId": "VARCHAR",
    "ChargeCategory": "VARCHAR",
    "ChargeClass": "VARCHAR",
    "ChargeFrequency": "VARCHAR",
    "PricingCategory": "VARCHAR",
    "PricingUnit": "VARCHAR",
    "SkuId": "VARCHAR",
    "ResourceId": "VARCHAR",
    "ResourceName": "VARCHAR",
    "ProviderName": "VARCHAR",
    "Tags": "MAP(VARCHAR, VARCHAR)",
    "ChargePeriodStart": "TIMESTAMPTZ",
    "ChargePeriodEnd": "TIMESTAMPTZ",
    "BillingPeriodStart": "TIMESTAMPTZ",
    "BillingPeriodEnd": "TIMESTAMPTZ",
    "BilledCost": "DECIMAL(38, 10)",
    "EffectiveCost": "DOUBLE",
    "ListCost": "DOUBLE",
    "ContractedCost": "DECIMAL(20, 6)",
    "PricingQuantity": "DOUBLE",
    "ConsumedQuantity": "DOUBLE",
}


@dataclass(frozen=True)
class Lake:
    folder: Path
    rows: list[dict[str, Any]]


def lines(count: int, seed: int = 5, months: tuple[str, ...] = MONTHS) -> list[dict[str, Any]]:
    """Lines of a bill, hour by hour; amounts have more digits than a DOUBLE adds up without loss."""
    rng = random.Random(seed)
    services = ["Compute", "Storage", "Queue", *ODD, None]
    rows = []
    for _ in range(count):
        month = rng.choice(months)
        first = date.fromisoformat(f"{month}-01")
        end = (first + timedelta(days=31)).replace(day=1)
        hour = rng.randrange(24 * (end - first).days)
        start = f"{first + timedelta(days=hour // 24)} {hour % 24:02d}:00:00+00"
        resource = rng.choice([None, *(f"res-{n}" for n in range(60)), "o'res"])
        tags = {"team": rng.choice(["core", "data", "", "O'Hare"]), "env": rng.choice(["prod", "dev"])}
        if rng.random() < 0.5:
            tags[QUOTED] = rng.choice(["x", 'y"', "z'"])
        if rng.random() < 0.2:
            tags = {}
        amount = rng.choice([1, 1, 100, -1, 10_000, -10_000]) * rng.random() ** 4 * 1000
        rows.append(
            {
                "BillingAccountId": "111",
                "BillingAccountName": "Payer",
                "SubAccountId": rng.choice(["a-1", "a-2", "a-3", None]),
                "SubAccountName": None,
                "BillingCurrency": rng.choice(["USD", "USD", "EUR"]),
                "ServiceName": rng.choice(services),
                "ServiceCategory": "Compute",
                "RegionId": rng.choice(["eu-west-1", "us-east-1", None]),
                "ChargeCategory": rng.choice(["Usage", "Usage", "Tax", "Credit"]),
                "ChargeClass": rng.choice([None, None, None, "Correction"]),
                "ChargeFrequency": "Usage-Based",
                "PricingCategory": rng.choice(["Standard", "Committed", None]),
                "PricingUnit": "Hours",
                "SkuId": f"sku-{rng.randrange(8)}",
                "ResourceId": resource,
                "ResourceName": resource and f"name of {resource}",
                "ProviderName": "Cloud",
                "Tags": tags,
                "ChargePeriodStart": start,
                "ChargePeriodEnd": f"{first + timedelta(days=(hour + 1) // 24)} {(hour + 1) % 24:02d}:00:00+00",
                "BillingPeriodStart": f"{first} 00:00:00+00",
                "BillingPeriodEnd": f"{end} 00:00:00+00",
                "BilledCost": f"{amount:.10f}",
                "EffectiveCost": amount * rng.random(),
                "ListCost": rng.choice([amount * 1.25, None]),
                "ContractedCost": f"{amount:.6f}",
                "PricingQuantity": rng.random() * 24,
                "ConsumedQuantity": rng.choice([rng.random() * 1e6, None]),
            }
        )
    return rows


def write(folder: Path, rows: list[dict[str, Any]]) -> Lake:
    """Write lines as Parquet in folders by billing period; a month that is there is replaced."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    folder.mkdir(parents=True, exist_ok=True)
    text = folder.parent / f"{folder.name}.jsonl"
    text.write_text("\n".join(map(json.dumps, rows)))
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    connection.execute(
        f"CREATE TABLE bill AS SELECT *, row_number() OVER () AS place, left(CAST(BillingPeriodStart AS VARCHAR), 7) AS billing_period"
        f" FROM read_json('{text}', format = 'newline_delimited', columns = {{{columns}}})"
    )
    for (month,) in connection.execute("SELECT DISTINCT billing_period FROM bill").fetchall():
        target = folder / f"billing_period={month}"
        target.mkdir(parents=True, exist_ok=True)
        for part in range(FILES):
            connection.execute(
                "COPY (SELECT * EXCLUDE (billing_period, place) FROM bill"
                f" WHERE billing_period = '{month}' AND place % {FILES} = {part})"
                f" TO '{target}/part-{part}.parquet' (FORMAT parquet)"
            )
    connection.close()
    return Lake(folder, rows)


def ask(engine: Engine, rollup: Rollup, stop: threading.Event) -> list[tuple[Any, ...]]:
    """An answer as rows: in its own order where only the largest are asked for, else sorted."""
    table = engine.describe()
    connection = answer.connected()
    try:
        with engine.run(rollup, stop) as batches:
            answer.take(connection, batches, table, rollup, "answer")
        order = "" if rollup.top is not None else " ORDER BY ALL"
        return connection.execute(f"FROM answer{order}").fetchall()
    finally:
        connection.close()


GROUPED = (
    "SubAccountId", "ServiceName", "RegionId", "ChargeCategory", "ChargeClass", "PricingCategory", "SkuId",
    "ResourceId", "BillingCurrency",
)  # fmt: skip
SUMMED = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ConsumedQuantity")


def random_rollup(seed: int, table: Table) -> Rollup:
    """A view somebody might look at: up to three dimensions, conditions, the largest twenty."""
    rng = random.Random(seed)
    tags = [Tag("Tags", key) for key in ("team", "env", QUOTED, "nowhere")]
    choices = [*map(Column, GROUPED), *tags, Day("ChargePeriodStart")]
    dims = tuple(rng.sample(choices, rng.randrange(4)))
    measures = tuple(rng.sample(SUMMED, rng.randrange(1, 4)))
    where = tuple(_condition(rng, tags) for _ in range(rng.choice([0, 0, 1, 1, 2])))
    top = 20 if dims and rng.random() < 0.3 else None
    return Rollup(rng.choice(["", *MONTHS]), dims, measures, where, top)


def _condition(rng: random.Random, tags: list[Tag]) -> Any:
    kind = rng.randrange(3)
    if kind == 2:
        first = date(2026, 8, 1) + timedelta(days=rng.randrange(80))
        return Between(Day("ChargePeriodStart"), first, first + timedelta(days=rng.randrange(1, 40)))
    dimension = rng.choice([*map(Column, GROUPED), *tags])
    negated = rng.random() < 0.3
    if kind == 1:
        text = rng.choice(["e", "HI", "'", '"', "\\", "%", "_", "O'H", "ünï", "res-1", "; ", "\t", "no such"])
        return Has(dimension, text, negated)
    values = [None, *ODD, "Compute", "Usage", "a-1", "eu-west-1", "core", 'y"', "res-1", "res-2", "USD"]
    return In(dimension, tuple(rng.sample(values, rng.randrange(1, 5))), negated)
