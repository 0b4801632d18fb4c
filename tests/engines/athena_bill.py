"""A FOCUS export in a bucket, as Data Exports deliver it, and its table in the catalog of an Athena on loopback."""

import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.engines.athena_loopback import Athena
from tests.engines.athena_runs import Group
from tests.engines.athena_trino import Catalogued
from tests.sources.s3_server import Bucket, Server, fresh

COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
COLUMNS = {
    "BillingAccountId": "VARCHAR",
    "BillingCurrency": "VARCHAR",
    "BillingPeriodStart": "TIMESTAMP",
    "BillingPeriodEnd": "TIMESTAMP",
    "ChargeCategory": "VARCHAR",
    "ChargeDescription": "VARCHAR",
    "ChargePeriodStart": "TIMESTAMP",
    "ChargePeriodEnd": "TIMESTAMP",
    "ConsumedQuantity": "DOUBLE",
    "ConsumedUnit": "VARCHAR",
    "ProviderName": "VARCHAR",
    "RegionId": "VARCHAR",
    "ResourceId": "VARCHAR",
    "ServiceCategory": "VARCHAR",
    "ServiceName": "VARCHAR",
    "SubAccountId": "VARCHAR",
    "Tags": "MAP(VARCHAR, VARCHAR)",
    **dict.fromkeys(COSTS, "DOUBLE"),
}
"""Columns as AWS delivers them, costs in DOUBLE."""

GLUE = {"VARCHAR": "string", "DOUBLE": "double", "TIMESTAMP": "timestamp(3)"}
SERVICES = (
    "Amazon EC2",
    'Odd "quoted", with a comma',
    "two\nlines",
    "\x1b[31mred\x1b[0m",
    "=1+1",
    "O'Brien",
    "naïve ☃",
    "",
)
_numbers = itertools.count(1)

Row = dict[str, Any]


def rows(month: str, count: int = 300, seed: int = 1) -> list[Row]:
    """Charges of a month, with everything in their texts that a text may have."""
    chance = random.Random(f"{month} {seed}")
    start = datetime.fromisoformat(f"{month}-01")
    end = (start + timedelta(days=31)).replace(day=1)
    made = []
    for number in range(count):
        day = start + timedelta(days=chance.randrange(28), hours=chance.randrange(24))
        billed = Decimal(chance.randrange(-5_000_000_000, 90_000_000_000)).scaleb(-9)
        tags = {"team": chance.choice(["web", "data", "o'neil", ""])} if chance.random() < 0.8 else {}
        if chance.random() < 0.3:
            tags["{{cost center}}"] = chance.choice(["1", "2"])
        made.append(
            {
                "BillingAccountId": "000000000042",
                "BillingCurrency": "USD",
                "BillingPeriodStart": start,
                "BillingPeriodEnd": end,
                "ChargeCategory": chance.choice(["Usage", "Usage", "Purchase", "Tax", "Credit"]),
                "ChargeDescription": None,
                "ChargePeriodStart": day,
                "ChargePeriodEnd": day + timedelta(hours=1),
                "ConsumedQuantity": float(chance.randrange(100)),
                "ConsumedUnit": "Hours",
                "ProviderName": "AWS",
                "RegionId": chance.choice(["eu-central-1", "us-east-1", None]),
                "ResourceId": f"i-{number % 400:05}",
                "ServiceCategory": "Compute",
                "ServiceName": chance.choice(SERVICES),
                "SubAccountId": f"{chance.randrange(3):012}",
                "Tags": tags,
                "BilledCost": billed,
                "EffectiveCost": billed * 2 / 4,
                "ListCost": abs(billed),
                "ContractedCost": Decimal(number).scaleb(-9),
            }
        )
    for row in made:
        row["EffectiveCost"] = row["EffectiveCost"].quantize(Decimal("1e-9"))
    return made


def total(of: Iterable[Row], measure: str = "BilledCost") -> Decimal:
    return sum((row[measure] for row in of), Decimal(0))


def totals(of: Iterable[Row], *by: str, measure: str = "BilledCost") -> dict[tuple[Any, ...], Decimal]:
    """Amounts added up by columns, in Decimal."""
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in of:
        found[tuple(row[name] for name in by)] += row[measure]
    return dict(found)


def parquet(of: Sequence[Row], path: Path) -> bytes:
    """A file as AWS delivers it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.with_suffix(".jsonl")
    text.write_text("\n".join(json.dumps(row, default=str) for row in of))
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    reading = f"read_json('{text}', format = 'newline_delimited', columns = {{{columns}}})"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"copy (select * from {reading}) to '{path}' (format parquet)")
    return path.read_bytes()


@dataclass
class Export:
    """A Data Export named `daily`, read by a table `billing.focus`."""

    bucket: Bucket
    athena: Athena
    folder: Path
    months: dict[str, list[Row]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def deliver(self, month: str, of: list[Row], *, files: int = 2) -> None:
        """Deliver a month again, in as many files, with the manifest last, over what was there."""
        self.months[month] = of
        keys, each = [], -(-len(of) // files)
        self.sizes[month] = 0
        for number in range(files):
            data = parquet(of[number * each : (number + 1) * each], self.folder / f"{next(_numbers)}.parquet")
            keys.append(f"exports/daily/data/BILLING_PERIOD={month}/daily-{number + 1:05}.snappy.parquet")
            self.bucket.put(keys[-1], data)
            self.sizes[month] += len(data)
        manifest = {
            "executionId": f"run-{next(_numbers)}",
            "dataFiles": [self.bucket.url(key) for key in keys],
        }
        self.bucket.put(
            f"exports/daily/metadata/BILLING_PERIOD={month}/daily-Manifest.json", json.dumps(manifest)
        )

    def all(self) -> list[Row]:
        return [row for of in self.months.values() for row in of]

    def url(self, **options: str) -> str:
        words = {"workgroup": "finops"} | options
        return "athena://billing.focus?" + "&".join(f"{name}={value}" for name, value in words.items())


def glue(kind: str) -> str:
    return "map<string,string>" if kind.startswith("MAP") else GLUE[kind]


def export(server: Server, athena: Athena, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Export:
    """An empty export on servers that do nothing odd, and the environment to reach them."""
    bucket = fresh(server, monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", athena.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    athena.reset()
    athena.s3 = bucket.client
    athena.groups["finops"] = Group(bucket.url("results/"))
    athena.tables["billing", "focus"] = Catalogued(
        {name.lower(): glue(kind) for name, kind in COLUMNS.items()},
        {"billing_period": "string"},
        bucket.url("exports/daily/data"),
    )
    return Export(bucket, athena, folder / "made")
