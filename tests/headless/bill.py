"""FOCUS files written with the csv module, and their sums as Decimals."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, str]

COLUMNS = (
    "BillingAccountId",
    "SubAccountId",
    "SubAccountName",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ServiceName",
    "RegionId",
    "ResourceId",
    "SkuMeter",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "BillingCurrency",
    "ProviderName",
    "Tags",
    "x_Operation",
)


def row(day: str, cost: str, **columns: str) -> Row:
    """A charge of one day with the same cost in every basis, unless said otherwise."""
    month = f"{day[:7]}-01T00:00:00Z"
    return {
        **dict.fromkeys(COLUMNS, ""),
        "BillingAccountId": "000123456789",
        "SubAccountId": "000000000001",
        "BillingPeriodStart": month,
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargePeriodEnd": f"{day}T23:59:59Z",
        "ChargeCategory": "Usage",
        "ServiceName": "Compute",
        "BillingCurrency": "USD",
        "ProviderName": "AWS",
        "Tags": "{}",
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost),
        **columns,
    }


def write(path: Path, rows: list[Row]) -> Path:
    """Write the rows as a FOCUS CSV file."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def total(rows: list[Row], basis: str = "EffectiveCost", currency: str = "USD") -> Decimal:
    """The exact sum of a basis."""
    return sum((Decimal(r[basis]) for r in rows if r["BillingCurrency"] == currency), Decimal(0))


def two_months() -> list[Row]:
    """Two months of several accounts, services, categories and two currencies, with hostile texts."""
    rows = []
    for month in ("2026-04", "2026-05"):
        for day in range(1, 29):
            date = f"{month}-{day:02}"
            for number, service in enumerate(("Compute", "Storage", '=cmd|"x"', "[bold]Red\x1b[2J")):
                rows.append(
                    row(
                        date,
                        f"{(day * 7919 + number * 104729) % 9973}.{day:02}{number}0000001",
                        ServiceName=service,
                        SubAccountId=f"00000000000{number % 3}",
                        RegionId=("eu-west-1", "")[day % 2],
                        ResourceId=f"res-{number}-{day % 5}",
                        Tags=f'{{"user:team": "t{day % 3}"}}' if day % 4 else "{}",
                        EffectiveCost=f"{day}.{number}5e-3",
                    )
                )
        rows.append(
            row(f"{month}-01", "99.99", ChargeCategory="Tax", ServiceName="Tax", BillingCurrency="EUR")
        )
        rows.append(row(f"{month}-03", "-12.5", ChargeCategory="Credit", ServiceName="Compute"))
    return rows
