"""Snowflake: the view ORGANIZATION_USAGE.USAGE_IN_CURRENCY_DAILY, exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.sources import aliases, superseded
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

_NAMES: Final = {
    name: (name,)
    for name in (
        *("usage_in_currency", "currency", "usage_date", "usage", "usage_type", "organization_name"),
        *("contract_number", "account_name", "account_locator", "region", "service_level", "balance_source"),
        *("billing_type", "rating_type", "service_type", "is_adjustment"),
    )
}

_CREDITS: Final = frozenset(("credits_used", "credits_billed", "credits_used_compute"))

_SAME: Final = tuple(name for name in _NAMES if name not in {"usage", "usage_in_currency"})
"""What is equal when two extracts have the same record."""

_NOTES_SQL: Final = f"""
{superseded.NOTE_SQL.format(table="raw_snowflake")}
UNION ALL
SELECT file, count(*), 'without USAGE_IN_CURRENCY, no charges'
FROM raw_snowflake WHERE usage_in_currency IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'of usage that a contract has paid for: nothing is billed for it again, and what the'
    || ' contract cost is not in this export'
FROM raw_snowflake
WHERE usage_in_currency IS NOT NULL AND lower(balance_source) IN ('capacity', 'rollover') GROUP BY file
UNION ALL
SELECT file, count(*), 'of usage that free credits have paid for: its effective cost is 0'
FROM raw_snowflake
WHERE usage_in_currency IS NOT NULL AND lower(balance_source) IN ('free usage', 'rebate') GROUP BY file"""  # noqa: S608  (fixed names)


def detect(seen: Seen) -> str | None:
    """Usage in currency.

    Raises:
        HeaderError: it is a view of credits, which are no money.
    """
    if seen.folded >= {"usage_in_currency", "usage_date"}:
        if "currency" not in seen.folded:
            raise HeaderError("no column for the currency (CURRENCY)")
        return "Snowflake usage in currency"
    if seen.folded & _CREDITS and seen.folded & {"usage_date", "start_time"}:
        raise HeaderError(
            "Snowflake metering: credits, no money; export ORGANIZATION_USAGE.USAGE_IN_CURRENCY_DAILY instead"
        )
    return None


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are."""
    return aliases.layout(names, _NAMES)


def growth(names: Sequence[str]) -> str:
    """Days may be put together where the same columns tell their records apart."""
    return " ".join(sorted({name.lower() for name in names} & set(_SAME)))


def once(connection: DuckDBPyConnection) -> None:
    """Let each record count once, whatever extracts overlap: the view is taken again until a month is closed."""
    superseded.leave_out(
        connection,
        "raw_snowflake",
        _SAME,
        start="usage_date",
        account="coalesce(organization_name, '(none)')",
    )


KIND: Final = Kind(
    source="snowflake",
    raw="raw_snowflake",
    columns=tuple(_NAMES),
    money=("usage_in_currency",),
    times=(*aliases.UNKNOWN_TIMES, "usage_date", "usage_date"),
    mapping=("ai.sql", "snowflake.sql"),
    detect=detect,
    layout=layout,
    currency="currency",
    prepare=once,
    growth=growth,
    notes=_NOTES_SQL,
    signs=(b'"USAGE_IN_CURRENCY"', b'"usage_in_currency"'),
)
