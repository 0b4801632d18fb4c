"""A rolled-up billing period as a file: charges in FOCUS, a row for each group."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from finops_tui.engines.base import Day, Tag
from finops_tui.sources.lake import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.engines.base import Rollup

COLUMNS: Final = (
    "BillingAccountId", "BillingAccountName", "BillingCurrency", "SubAccountId", "SubAccountName",
    "ProviderName", "ServiceProviderName", "PublisherName", "InvoiceIssuerName", "InvoiceId", "ServiceName",
    "ServiceCategory", "RegionId", "RegionName", "ChargeCategory", "ChargeClass", "ChargeFrequency",
    "PricingCategory", "PricingUnit", "ConsumedUnit", "PricingCurrency", "CommitmentDiscountId",
    "CommitmentDiscountName", "CommitmentDiscountCategory", "CommitmentDiscountType",
    "CommitmentDiscountStatus", "CommitmentDiscountUnit", "SkuId", "SkuMeter", "x_ServiceCode", "x_UsageType",
)  # fmt: skip
"""What a period is grouped by beside the day, where the table has it."""

RESOURCES: Final = ("ResourceId", "ResourceName", "ResourceType")
"""What says which thing a charge is for."""

LEFT: Final = "left_out"
"""Key in a month's file of the keys of tags that were left out of it, a list in JSON."""

LINES: Final = (
    *RESOURCES, "AvailabilityZone", "ChargeDescription", "SkuPriceId", "CapacityReservationId",
    "CapacityReservationStatus", "ServiceSubcategory", "BillingAccountType", "SubAccountType",
)  # fmt: skip
"""What line items say beyond that."""


def write(
    connection: DuckDBPyConnection, question: Rollup, path: Path, where: str, left: Sequence[str]
) -> int:
    """Write the rows of `cube` as FOCUS, in an order of their own.

    Args:
        connection: Has the answer as `cube`.
        question: What it answers.
        path: The file.
        where: The lake, in words.
        left: Keys of tags that were left out of it.

    Returns:
        How many rows of the lake are in them.
    """
    first = date.fromisoformat(f"{question.period}-01")
    end = (first + timedelta(days=31)).replace(day=1)
    columns, tags = [], []
    for n, dim in enumerate(question.dims):
        if isinstance(dim, Day):
            columns += [
                f'd{n}::TIMESTAMP AS "ChargePeriodStart"',
                f'(d{n} + 1)::TIMESTAMP AS "ChargePeriodEnd"',
            ]
        elif isinstance(dim, Tag):
            tags.append(f"{{'key': {_literal(dim.key)}, 'value': d{n}}}")
        else:
            columns.append(f"d{n} AS {_quoted(focus_name(dim.name))}")
    columns += [f'm{n} AS "{name}"' for n, name in enumerate(question.measures)]
    entries = f"list_filter([{', '.join(tags)}], lambda t: t.value IS NOT NULL)" if tags else "[]"
    if tags:
        columns.append(f'map_from_entries({entries}) AS "Tags"')
    columns += [
        f"TIMESTAMP '{first} 00:00:00' AS \"BillingPeriodStart\"",
        f"TIMESTAMP '{end} 00:00:00' AS \"BillingPeriodEnd\"",
        f'{_literal(where)} AS "{MARK}"',
    ]
    order = ", ".join(f"d{n} NULLS LAST" for n in range(len(question.dims)))
    connection.execute(
        f"COPY (SELECT {', '.join(columns)} FROM cube ORDER BY {order}) TO {_literal(str(path))}"
        f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{LEFT}: {_literal(json.dumps(list(left)))}}})"
    )
    row = connection.execute("SELECT coalesce(sum(n), 0) FROM cube").fetchone()
    return int(row[0]) if row else 0


def focus_name(name: str) -> str:
    """A column's name as FOCUS spells it, whatever the table's case."""
    known = {one.lower(): one for one in (*COLUMNS, *LINES, "ChargePeriodStart", "ChargePeriodEnd")}
    return known.get(name.lower(), name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
