"""Databricks: `system.billing.usage` valued with `system.billing.list_prices` of the same load.

Usage holds no money and a price list no usage: both are read, each into a table of its own, and a record
of usage costs its quantity times the list price that was valid when it began. What a contract takes off
the list is in neither.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from finops_tui.sources import aliases, databricks_prices, superseded
from finops_tui.sources.kinds import Kind, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

_USAGE: Final = {
    "usage_start_time": ("usage_start_time", "usage_date"),
    **{
        name: (name,)
        for name in (
            *("usage_quantity", "usage_end_time", "account_id", "workspace_id", "sku_name", "cloud"),
            *("custom_tags", "usage_unit", "usage_metadata", "identity_metadata", "record_type"),
            *("billing_origin_product", "usage_type", "record_id"),
        )
    },
}
_VALUED: Final = ("price", "price_currency", "cost")
_MAPS: Final = ("usage_metadata", "identity_metadata", "custom_tags", "product_features")
_PER_LINE: Final = frozenset(("ingestion_date", "usage_date", "product_features"))

_PRICES: Final = {
    "price": ("pricing.effective_list.default", "pricing.default", "pricing"),
    **{
        name: (name,)
        for name in ("sku_name", "cloud", "currency_code", "usage_unit", "price_start_time", "price_end_time")
    },
}
_OTHER_PRICES: Final = frozenset(("account_id", "pricing.promotional.default", "pricing.promotional"))

_PRICING_SQL: Final = "SELECT DISTINCT price FROM raw_databricks_prices WHERE file = $1 AND price LIKE '{%'"
_PLAIN_SQL: Final = "UPDATE raw_databricks_prices SET price = $2 WHERE file = $1 AND price = $3"

_NOTES_SQL: Final = f"""
{superseded.NOTE_SQL.format(table="raw_databricks")}
UNION ALL
SELECT file, count(*), 'valued at list prices: what is invoiced may be less by contract'
FROM raw_databricks WHERE cost IS NOT NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'without a quantity, no charges' FROM raw_databricks WHERE cost IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'of prices, by which usage is valued' FROM raw_databricks_prices GROUP BY file"""  # noqa: S608  (fixed names)


def detect_usage(seen: Seen) -> str | None:
    """Usage without money."""
    times = seen.folded & {"usage_start_time", "usage_date"}
    return "Databricks usage" if times and seen.folded >= {"usage_quantity", "sku_name"} else None


def detect_prices(seen: Seen) -> str | None:
    """A price list."""
    prices = seen.folded & set(_PRICES["price"])
    return "Databricks list prices" if prices and seen.folded >= {"sku_name", "price_start_time"} else None


def layout_usage(names: Sequence[str]) -> Layout:
    """Where the columns of usage are."""
    return aliases.layout(names, _USAGE, packed=_MAPS[:3], left_out=_PER_LINE)


def layout_prices(names: Sequence[str]) -> Layout:
    """Where the columns of a price list are."""
    return aliases.layout(names, _PRICES, left_out=_OTHER_PRICES)


def plain_prices(connection: DuckDBPyConnection, file: int) -> None:
    """The price in a `pricing` column of JSON: effective list price, else the default; else left as it is."""
    for (text,) in connection.execute(_PRICING_SQL, [file]).fetchall():
        price = price_of(text)
        if price is not None:
            connection.execute(_PLAIN_SQL, [file, price, text])


def price_of(text: str) -> str | None:
    """The price in a JSON text, with its digits; none if there is none."""
    try:
        pricing = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    inner = pricing.get("effective_list")
    found: Iterable[object] = (
        inner.get("default") if isinstance(inner, dict) else None,
        pricing.get("default"),
    )
    return next((value for value in found if isinstance(value, str) and value), None)


def growth(names: Sequence[str]) -> str:
    """Days may be put together where records have ids; price lists go with any of them."""
    folded = {name.lower() for name in names}
    return "record_id" if folded & {"record_id", "price_start_time"} else ""


def once(connection: DuckDBPyConnection) -> None:
    """Let each record count once, whatever extracts overlap."""
    superseded.leave_out(
        connection,
        "raw_databricks",
        ("account_id", "record_id", "sku_name", "usage_start_time"),
        start="usage_start_time",
        account="coalesce(account_id, '(none)')",
        known="record_id IS NOT NULL",
    )


USAGE: Final = Kind(
    source="databricks",
    raw="raw_databricks",
    columns=(*_USAGE, *_VALUED),
    money=("usage_quantity", "cost"),
    times=(*aliases.UNKNOWN_TIMES, "usage_start_time", "usage_end_time"),
    mapping=("ai.sql", "databricks.sql"),
    detect=detect_usage,
    layout=layout_usage,
    tags=("custom_tags",),
    judge=databricks_prices.value,
    prepare=once,
    growth=growth,
    notes=_NOTES_SQL,
    signs=(b'"usage_quantity"',),
    nested=True,
)

PRICES: Final = Kind(
    source="databricks",
    raw="raw_databricks_prices",
    columns=tuple(_PRICES),
    money=("price",),
    times=(*aliases.UNKNOWN_TIMES, "price_start_time", "price_end_time"),
    mapping=("ai.sql", "databricks.sql"),
    detect=detect_prices,
    layout=layout_prices,
    tidy=plain_prices,
    growth=growth,
    judge=databricks_prices.value,
    notes=_NOTES_SQL,
    signs=(b'"price_start_time"',),
    nested=True,
)

KINDS: Final = (USAGE, PRICES)
