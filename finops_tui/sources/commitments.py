"""What of a Savings Plan was paid for and not used, after a private discount on the plan."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_NAMES: Final = (
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "savings_plan_recurring_commitment_for_billing_period",
    "savings_plan_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_recurring_commitment_for_billing_period",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period",
)

_DISTINCT_SQL: Final = """
SELECT DISTINCT {names} FROM raw_cur_items JOIN raw_cur_lines USING (line)
WHERE line_item_line_item_type = 'SavingsPlanRecurringFee' AND savings_plan_total_commitment_to_date IS NOT NULL
    AND coalesce(savings_plan_net_recurring_commitment_for_billing_period,
        savings_plan_net_amortized_upfront_commitment_for_billing_period) IS NOT NULL"""

_SET_SQL: Final = """
UPDATE raw_cur_items SET savings_plan_net_unused = n.unused FROM net_unused n
WHERE line IN (SELECT line FROM raw_cur_lines WHERE line_item_line_item_type = 'SavingsPlanRecurringFee') AND {same}"""


def net_unused(connection: DuckDBPyConnection) -> None:
    """Fill `savings_plan_net_unused` of `raw_cur_items`, to 10 decimals.

    A CUR has no net column for it: the unused commitment is scaled by net to gross of the plan's
    commitment. This is a ratio, so it is computed here in decimals and not by the database.
    """
    rows = connection.execute(_DISTINCT_SQL.format(names=", ".join(_NAMES))).fetchall()
    found = [(*row, text) for row in rows if (text := unused(row)) is not None]
    if not found:
        return
    names = [f"v{number}" for number in range(len(_NAMES))]
    columns = ", ".join(f"unnest(${number + 1}) AS {name}" for number, name in enumerate((*names, "unused")))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE net_unused AS SELECT {columns}",
        [list(c) for c in zip(*found, strict=True)],
    )
    same = " AND ".join(
        f"{name} IS NOT DISTINCT FROM n.{short}" for name, short in zip(_NAMES, names, strict=True)
    )
    connection.execute(_SET_SQL.format(same=same))


def unused(texts: Sequence[str | None]) -> str | None:
    """The unused part of a commitment after discount, as text; none if the plan has no gross commitment.

    Args:
        texts: Total and used commitment, then recurring and upfront commitment, gross and net.
    """
    with localcontext(prec=80):
        total, used, recurring, upfront, net_recurring, net_upfront = (Decimal(text or 0) for text in texts)
        gross = recurring + upfront
        if not gross:
            return None
        share = (total - used) * (net_recurring + net_upfront) / gross
        return format(share.quantize(Decimal("1e-10"), ROUND_HALF_EVEN), "f")
