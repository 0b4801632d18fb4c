"""Azure exports made here: rows of each agreement, pairs of actual and amortized cost, runs with manifests."""

import gzip
import json
import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.sources.bills import text

Row = dict[str, str]

EA: Row = {
    "BillingAccountId": "8611537",
    "BillingAccountName": "Contoso",
    "BillingPeriodStartDate": "09/01/2023",
    "BillingPeriodEndDate": "09/30/2023",
    "AccountOwnerId": "owner@contoso.com",
    "SubscriptionId": "1CAAA5A3-0000-0000-0000-000000000001",
    "SubscriptionName": "Research",
    "Date": "09/21/2023",
    "ProductName": "Virtual Machines BS Series - B1s - UK South",
    "PartNumber": "AAA-88134",
    "MeterId": "f31064a2",
    "MeterCategory": "Virtual Machines",
    "MeterSubCategory": "BS Series",
    "MeterName": "B1s",
    "Quantity": "24",
    "EffectivePrice": "0.1",
    "CostInBillingCurrency": "2.4",
    "UnitPrice": "0.1",
    "PayGPrice": "0.12",
    "BillingCurrencyCode": "USD",
    "ResourceLocation": "UKSouth",
    "ConsumedService": "Microsoft.Compute",
    "ResourceId": "/subscriptions/1c/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/Web-1",
    "UnitOfMeasure": "1 Hour",
    "ResourceGroup": "Shop",
    "CostCenter": "4711",
    "InvoiceSectionName": "Retail",
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PricingModel": "OnDemand",
    "PublisherType": "Azure",
    "Tags": '"team": "payments","env": "prod"',
}
"""One line of an Enterprise Agreement's export."""

MCA: Row = {
    "invoiceId": "G012345678",
    "billingAccountId": "aaaa:bbbb_2019-05-31",
    "billingAccountName": "Contoso",
    "billingProfileId": "PROF-1",
    "billingProfileName": "Contoso Europe",
    "invoiceSectionId": "SEC-1",
    "invoiceSectionName": "Retail",
    "billingPeriodEndDate": "03/31/2024",
    "billingPeriodStartDate": "03/01/2024",
    "servicePeriodStartDate": "03/05/2024",
    "servicePeriodEndDate": "03/05/2024",
    "date": "03/05/2024",
    "serviceFamily": "Compute",
    "consumedService": "Microsoft.Compute",
    "meterId": "m1",
    "meterName": "D2s v3",
    "meterCategory": "Virtual Machines",
    "ProductId": "DZH318Z0BQ4B001C",
    "ProductName": "Dsv3 Series",
    "SubscriptionId": "1c",
    "subscriptionName": "Research",
    "publisherType": "Microsoft",
    "resourceGroupName": "shop",
    "ResourceId": "/subscriptions/1c/resourcegroups/shop/providers/microsoft.compute/virtualmachines/web-1",
    "resourceLocation": "westeurope",
    "quantity": "10",
    "unitOfMeasure": "1 Hour",
    "chargeType": "Usage",
    "billingCurrency": "EUR",
    "pricingCurrency": "USD",
    "costInBillingCurrency": "0.9",
    "costInPricingCurrency": "1",
    "costInUsd": "1",
    "paygCostInBillingCurrency": "1.08",
    "exchangeRatePricingToBilling": "0.9",
    "tags": '{"team": "payments"}',
    "PayGPrice": "0.12",
    "unitPrice": "0.11",
    "frequency": "UsageBased",
    "pricingModel": "OnDemand",
}
"""One line of a Microsoft Customer Agreement's export."""

PAYG: Row = {
    "SubscriptionGuid": "1c",
    "ResourceGroup": "shop",
    "ResourceLocation": "US East",
    "UsageDateTime": "2021-02-02",
    "MeterCategory": "Load Balancer",
    "MeterSubcategory": "Standard",
    "MeterId": "m2",
    "MeterName": "Included LB Rules",
    "UsageQuantity": "3",
    "ResourceRate": "0.025",
    "PreTaxCost": "0.075",
    "ConsumedService": "Microsoft.Network",
    "ResourceType": "Microsoft.Network/loadBalancers",
    "InstanceId": "/subscriptions/1c/resourceGroups/shop/providers/Microsoft.Network/loadBalancers/lb",
    "Tags": "",
    "OfferId": "MS-AZR-0003P",
    "Currency": "USD",
    "UnitOfMeasure": "100 Hours",
}
"""One line of a pay-as-you-go subscription's export."""

RESERVED: Row = {
    "PricingModel": "Reservation",
    "benefitId": "/providers/Microsoft.Capacity/reservationOrders/o1/reservations/r1",
    "benefitName": "three years",
}
PLANNED: Row = {
    "PricingModel": "SavingsPlan",
    "benefitId": "/providers/Microsoft.BillingBenefits/savingsPlanOrders/o2/savingsPlans/s1",
    "benefitName": "compute plan",
}


def ea(cost: str = "2.4", **changes: str) -> Row:
    """The line of an Enterprise Agreement, changed."""
    return {**EA, "benefitId": "", "benefitName": "", "CostInBillingCurrency": cost, **changes}


def mca(**changes: str) -> Row:
    """The line of a Customer Agreement, changed."""
    return {**MCA, **changes}


def payg(**changes: str) -> Row:
    """The line of a pay-as-you-go subscription, changed."""
    return {**PAYG, **changes}


def pair(seed: int, lines: int = 120) -> tuple[list[Row], list[Row]]:
    """Actual and amortized cost of one month, with every type of charge, in two subscriptions."""
    chance = random.Random(seed)
    actual: list[Row] = []
    amortized: list[Row] = []
    for number in range(lines):
        common = {
            "Date": f"09/{chance.randint(1, 30):02}/2023",
            "SubscriptionId": chance.choice(("1c", "2d")),
            "MeterId": f"m{number}",
            "Quantity": f"{chance.randint(1, 99999999)}e-5"
            if number % 7 == 0
            else f"{chance.uniform(0, 50):.8f}",
            "UnitPrice": f"{chance.uniform(0, 3):.6f}" if number % 11 else "0",
            "PayGPrice": f"{chance.uniform(0, 4):.5f}" if number % 13 else "0",
        }
        cost = f"{chance.uniform(-0.5, 20):.15f}"
        commitment = chance.choice((RESERVED, PLANNED))
        sort = number % 8
        if sort < 3:
            line = ea(cost, **common, PricingModel=chance.choice(("OnDemand", "Spot")))
            actual.append(line)
            amortized.append(line)
        elif sort == 3:
            actual.append(ea("0", **common, **commitment))
            amortized.append(ea(cost, **common, **commitment))
        elif sort == 4:
            kind = "UnusedReservation" if commitment is RESERVED else "UnusedSavingsPlan"
            amortized.append(ea(cost, **common, **commitment, ChargeType=kind))
        elif sort == 5:
            kind = chance.choice(("Purchase", "Refund"))
            actual.append(ea(cost, **common, **commitment, ChargeType=kind, Frequency="Recurring"))
        else:
            kind = chance.choice(("Purchase", "Refund", "RoundingAdjustment", "Tax", "Credit", "Adjustment"))
            line = ea(cost, **common, ChargeType=kind, Frequency="OneTime", PublisherType="Marketplace")
            actual.append(line)
            amortized.append(line)
    return actual, amortized


def run(
    folder: Path,
    parts: Sequence[Sequence[Row]],
    kind: str = "ActualCost",
    *,
    submitted: str = "2023-09-11T09:00:26.8Z",
    ending: str = ".csv",
    manifest: dict[str, Any] | None = None,
) -> list[Path]:
    """A run of an export, as it lies in a container: its parts and a manifest, changed by the last argument."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, blobs = [], []
    columns = list(dict.fromkeys(name for rows in parts for row in rows for name in row)) or list(EA)
    for number, rows in enumerate(parts, 1):
        path = folder / f"part_0_{number:04}{ending}"
        content = text(rows, columns).encode()
        if ending == ".snappy.parquet":
            parquet(path, rows)
        else:
            path.write_bytes(gzip.compress(content) if ending == ".csv.gz" else content)
        paths.append(path)
        blobs.append(
            {
                "blobName": f"costs/export/{folder.name}/{path.name}",
                "byteCount": path.stat().st_size,
                "dataRowCount": len(rows),
            }
        )
    content_of = {
        "manifestVersion": "2024-04-01",
        "blobCount": len(parts),
        "dataRowCount": sum(len(rows) for rows in parts),
        "exportConfig": {"exportName": "export", "resourceId": f"/exports/{kind}", "type": kind},
        "runInfo": {
            "submittedTime": submitted,
            "startDate": "2023-09-01T00:00:00",
            "endDate": "2023-09-30T00:00:00",
        },
        "blobs": blobs,
        **(manifest or {}),
    }
    (folder / "manifest.json").write_text(json.dumps(content_of))
    return paths


def parquet(path: Path, rows: Sequence[Row]) -> None:
    """Rows as Parquet, with text, dates and decimals as Azure has them."""
    names = list(rows[0])
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" VARCHAR' for name in names)
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany(
            f"INSERT INTO t VALUES ({', '.join('?' for _ in names)})",
            [[row.get(name, "") for name in names] for row in rows],
        )
        cost = "CAST(CostInBillingCurrency AS DECIMAL(38, 18)) AS CostInBillingCurrency"
        day = "CAST(strptime(Date, '%m/%d/%Y') AS TIMESTAMP) AS Date"
        connection.execute(f"COPY (SELECT * REPLACE ({cost}, {day}) FROM t) TO '{path}' (FORMAT parquet)")


def day(text: str) -> datetime:
    """A time in UTC, as the database gives it."""
    return datetime.fromisoformat(text)


def number(value: str) -> Decimal:
    """A number of a row."""
    return Decimal(value or 0)
