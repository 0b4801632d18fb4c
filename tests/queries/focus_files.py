"""A FOCUS export written to files, loaded into a store, and what provenance has to be asked of it."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from finops_tui import bare_sql, loader
from finops_tui.queries.provenance import Asked, Provenance, provenance, unread, uses_tags
from finops_tui.queries.teams import Rule, Teams
from finops_tui.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.view import View

HOSTILE = (
    "it's; DROP TABLE focus; --",
    "back\\slash 100%",
    "\x1b[31mred\n-- line",
    "日本語",
    '"quoted"',
    "=1+1",
)
FIRST = date(2026, 4, 1)

Row = dict[str, Any]


def rows(seed: int = 7, days: int = 50) -> list[Row]:
    """Charges of two accounts, two currencies, all categories, with tags under two spellings and hostile names."""
    dice = random.Random(seed)
    found: list[Row] = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        for _ in range(12):
            name = dice.choice(("Compute", "Storage", "Support plan", "Database", *HOSTILE))
            category = dice.choice(("Usage",) * 9 + ("Tax", "Credit", "Purchase", "Adjustment"))
            cost = Decimal(dice.randrange(-500, 90_000)) / 1000 + Decimal(dice.randrange(10**6)) / 10**10
            tags = dice.choice(({}, {"team": "web"}, {"user:team": "data", "env": "prod"}, {"team": name}))
            found.append(
                {
                    "BillingAccountId": "payer-1",
                    "BillingCurrency": dice.choice(("USD", "USD", "EUR")),
                    "BillingPeriodStart": f"{day:%Y-%m}-01T00:00:00Z",
                    "ChargePeriodStart": f"{day}T{dice.randrange(24):02}:00:00Z",
                    "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
                    "ChargeCategory": category,
                    "ChargeClass": dice.choice((None,) * 9 + ("Correction",)),
                    "ServiceName": name,
                    "SubAccountId": dice.choice(("a-1", "a-2", None)),
                    "RegionId": dice.choice(("us-east-1", "eu-west-1", None)),
                    "ResourceId": dice.choice((None, "i-1", f"arn:{name}")),
                    "ProviderName": "AWS",
                    "BilledCost": str(cost),
                    "EffectiveCost": str(cost / 2),
                    "ListCost": str(cost * 2),
                    "ContractedCost": str(cost),
                    "Tags": tags,
                }
            )
    return found


def write_csv(path: Path, charges: list[Row]) -> None:
    """As CSV, tags as JSON."""
    import json

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(charges[0]))
        writer.writeheader()
        writer.writerows([{**row, "Tags": json.dumps(row["Tags"])} for row in charges])


def write_parquet(path: Path, charges: list[Row]) -> None:
    """As Parquet with the types that exports have: timestamps, decimals, a map."""
    csv_file = path.with_suffix(".tmp.csv")
    write_csv(csv_file, charges)
    money = ", ".join(
        f'CAST("{name}" AS DECIMAL(30, 15)) AS "{name}"'
        for name in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    )
    times = ", ".join(
        f'CAST("{name}" AS TIMESTAMP) AS "{name}"'
        for name in ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
    )
    duckdb.connect().execute(
        f"COPY (SELECT * REPLACE ({money}, {times}, CAST(CAST(Tags AS JSON) AS MAP(VARCHAR, VARCHAR)) AS Tags) "
        f"FROM read_csv('{csv_file}', all_varchar = true)) TO '{path}' (FORMAT parquet)"
    )
    csv_file.unlink()


def teams() -> Teams:
    """Two teams, by tag and by account."""
    return Teams(
        (Rule.of("web", {"tag.team": ("web",)}), Rule.of("rest", {"account": ("a-1",), "tag.team": ("",)}))
    )


def store_of(root: Path, *files: Path, rates: Rates | None = None) -> Store:
    """A store that one load after the other has filled."""
    for file in files:
        loader.load(root, [str(file)])
    return Store(root, teams=teams(), rates=rates)


def origin_of(store: Store, view: View) -> Provenance:
    """Where a figure comes from, asked as the screen does."""
    keys = store.ask_now("raw_tag_keys", unread(view)) if uses_tags(view, store.teams) else None
    asked = Asked(
        store.ask_now("total", view),
        store.ask_now("behind", view),
        store.ask_now("given", unread(view)),
        keys,
    )
    return provenance(view, asked, bare_sql.units(store.entries), store.teams, store.rates)
