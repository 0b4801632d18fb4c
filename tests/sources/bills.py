"""Small bills made here, and the sums that Python's own csv and Decimal find in them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import duckdb

from finops_tui.sources import Staged, stage
from tests import figures

FOCUS = {
    "BillingAccountId": "000000000042",
    "SubAccountId": "000000000007",
    "BillingPeriodStart": "2025-03-01T00:00:00Z",
    "BillingPeriodEnd": "2025-04-01T00:00:00Z",
    "ChargePeriodStart": "2025-03-05T00:00:00Z",
    "ChargePeriodEnd": "2025-03-06T00:00:00Z",
    "ChargeCategory": "Usage",
    "ServiceName": "Compute",
    "BilledCost": "1.5",
    "EffectiveCost": "1.25",
    "ListCost": "2",
    "ContractedCost": "1.5",
    "BillingCurrency": "USD",
    "ProviderName": "AWS",
    "Tags": '{"team": "payments"}',
}
"""One charge of a FOCUS file."""

CUR = {
    "identity_line_item_id": "a1",
    "bill_bill_type": "Anniversary",
    "bill_billing_entity": "AWS",
    "bill_payer_account_id": "000000000042",
    "bill_payer_account_name": "payer",
    "bill_billing_period_start_date": "2025-03-01T00:00:00.000Z",
    "bill_billing_period_end_date": "2025-04-01T00:00:00.000Z",
    "line_item_usage_account_id": "000000000007",
    "line_item_line_item_type": "Usage",
    "line_item_usage_start_date": "2025-03-05T00:00:00.000Z",
    "line_item_usage_end_date": "2025-03-05T01:00:00.000Z",
    "line_item_product_code": "AmazonEC2",
    "line_item_usage_type": "EUC1-BoxUsage:m5.large",
    "line_item_operation": "RunInstances",
    "line_item_currency_code": "USD",
    "line_item_unblended_cost": "1.5",
    "pricing_public_on_demand_cost": "2",
    "resource_tags": '{"user_team": "payments"}',
}
"""One line of a CUR 2.0 file."""


def text(rows: Sequence[dict[str, str]], columns: Iterable[str] | None = None, **style: Any) -> str:
    """CSV of rows; their columns, in the order first met, unless given."""
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", **{"lineterminator": "\n", **style})
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def focus(**changes: str) -> dict[str, str]:
    """The FOCUS charge, changed."""
    return {**FOCUS, **changes}


def cur(kind: str = "Usage", cost: str = "1.5", **changes: str) -> dict[str, str]:
    """The CUR line, changed."""
    return {**CUR, "line_item_line_item_type": kind, "line_item_unblended_cost": cost, **changes}


def total(amounts: Iterable[str]) -> Decimal:
    """The exact sum of amounts as text; a blank is nothing."""
    with localcontext(prec=200):
        return sum((Decimal(amount.strip() or 0) for amount in amounts), Decimal(0))


@dataclass
class Bench:
    """A database to stage into, and questions to it."""

    folder: Path
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    staged: Staged | None = None

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def stage(self, *paths: Path) -> Staged:
        """Stage files."""
        self.connection.execute("SET preserve_insertion_order = false")
        self.staged = stage(self.connection, paths)
        figures.count("bad files refused", len(self.staged.refused))
        figures.count("bad records set aside", sum(file.quarantined for file in self.staged.files))
        return self.staged

    def stage_rows(self, rows: Sequence[dict[str, str]], name: str = "bill.csv", **style: Any) -> Staged:
        """Stage one file of rows."""
        return self.stage(self.file(name, text(rows, **style)))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of an answer."""
        return self.connection.execute(sql).fetchall()

    def one(self, expression: str) -> Any:
        """One figure over all staged lines."""
        return self.query(f"SELECT {expression} FROM staged")[0][0]

    def reason(self, content: str | bytes, name: str = "bill.csv") -> str:
        """Why a file is refused; fails if it is not."""
        staged = self.stage(self.file(name, content))
        (refused,) = staged.refused
        assert not staged.files
        assert self.query("SELECT (SELECT count(*) FROM staged) + (SELECT count(*) FROM quarantined)") == [
            (0,)
        ]
        return refused.reason
