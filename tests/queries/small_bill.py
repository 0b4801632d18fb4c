"""A small bill, held in memory the way a store's segments hold one, and the same bill as plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from finops_tui.queries import render
from finops_tui.queries.catalog import Catalog, Segment
from finops_tui.queries.columns import ATTRIBUTES, MONEY, QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import View

Row = dict[str, Any]


@dataclass
class Bill:
    """Rows (FOCUS column names, `Tags` a dict, `day` a date) and a connection that holds them."""

    rows: list[Row]
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    catalog: Catalog = field(init=False)
    rates: Rates | None = None

    def __post_init__(self) -> None:
        units: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            units.setdefault((row.get("BillingAccountId") or "", f"{row['day']:%Y-%m}"), []).append(row)
        segments = []
        for number, ((account, period), rows) in enumerate(sorted(units.items())):
            scale = 10 if number % 2 else 18  # money of two precisions must meet exactly
            self._fill(f"s{number}", rows, scale)
            days = [row["day"] for row in rows]
            segments.append(
                Segment(
                    f"s{number}",
                    "focus",
                    account,
                    period,
                    min(days),
                    max(days),
                    18 if scale == 10 else 38,
                    scale,
                    currencies=tuple(sorted({row["BillingCurrency"] for row in rows})) if number % 3 else (),
                )
            )
        self.catalog = Catalog(tuple(segments), 1)

    def _fill(self, schema: str, rows: Sequence[Row], scale: int) -> None:
        run = self.connection.execute
        money = f"DECIMAL({18 if scale == 10 else 38}, {scale})"
        run(f"CREATE SCHEMA {schema}")
        texts = ", ".join(f'"{name}" VARCHAR' for name in ATTRIBUTES)
        maps = ", ".join(f'"{name}" MAP(VARCHAR, VARCHAR)' for name in ("Tags", "RawTags", "Extra"))
        run(
            f"CREATE TABLE {schema}.lines (sid INTEGER, {texts},"
            f' "BillingPeriodStart" TIMESTAMP, "BillingPeriodEnd" TIMESTAMP, {maps})'
        )
        beside = ", ".join(
            [*(f'"{name}" DOUBLE' for name in QUANTITIES), *(f'"{name}" {money}' for name in MONEY)]
        )
        run(
            f'CREATE TABLE {schema}.items (sid INTEGER, "ChargePeriodStart" TIMESTAMP, "ChargePeriodEnd" TIMESTAMP,'
            f" {beside}, file INTEGER, record BIGINT)"
        )
        lines, items = [], []
        for sid, row in enumerate(rows):
            start = datetime.combine(row["day"], time(row.get("hour", 0)))
            month = datetime.combine(row["day"].replace(day=1), time())
            tags = row.get("Tags") or {}
            lines.append(
                [sid, *map(row.get, ATTRIBUTES), month, None, tags, tags, row.get("Extra") or {}],
            )
            items.append([sid, start, start, *map(row.get, QUANTITIES), *map(row.get, MONEY), 0, sid + 1])
        for table, values in (("lines", lines), ("items", items)):
            places = ", ".join(f"({', '.join('?' * len(line))})" for line in values)
            run(f"INSERT INTO {schema}.{table} VALUES {places}", [cell for line in values for cell in line])
        sums = ", ".join(f'sum("{name}") AS "{name}"' for name in (*QUANTITIES, *MONEY))
        run(
            f'CREATE TABLE {schema}.daily AS SELECT sid, CAST("ChargePeriodStart" AS DATE) AS "ChargeDay",'
            f" count(*) AS n, {sums} FROM {schema}.items GROUP BY ALL"
        )

    def ask(
        self,
        question: str,
        view: View,
        teams: Teams | None = None,
        rates: Rates | None = None,
        **parameters: object,
    ) -> pl.DataFrame:
        """Render and run a question, as a store does."""
        statement = render(question, view, self.catalog, teams, parameters, rates=rates or self.rates)
        return pl.DataFrame(self.connection.sql(statement.sql, params=statement.values))


def charge(day: date, cost: str, **columns: Any) -> Row:
    """A row with the same cost in every basis unless said otherwise, and what FOCUS demands."""
    amount = Decimal(cost)
    return {
        "day": day,
        "BillingAccountId": "payer-1",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ServiceName": "Compute",
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), amount),
        **columns,
    }
