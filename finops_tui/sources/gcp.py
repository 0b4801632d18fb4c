"""Google Cloud billing export to BigQuery, as extracted from there: how it is recognised and read."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import amounts, gcp_lists, overlap
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout, refuse_twins
from finops_tui.sources.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

TEXTS: Final = (
    "billing_account_id", "service_id", "service_description", "sku_id", "sku_description", "project_id",
    "project_number", "project_name", "project_ancestry_numbers", "location_location", "location_country",
    "location_region", "location_zone", "resource_name", "resource_global_name", "price_effective_price",
    "price_effective_price_default", "price_list_price", "price_pricing_unit_quantity",
    "price_tier_start_amount", "subscription_instance_id", "transaction_type", "seller_name", "currency",
    "currency_conversion_rate", "usage_amount", "usage_unit", "usage_amount_in_pricing_units",
    "usage_pricing_unit", "cost_type", "adjustment_info_id", "adjustment_info_description",
    "adjustment_info_mode", "adjustment_info_type", "consumption_model_id", "consumption_model_description",
    "invoice_publisher_type", "export_time", "labels", "tags", "project_labels", "system_labels",
)  # fmt: skip
"""Fields of the export, the dots of their paths as underscores."""

TIMES: Final = ("invoice_month", "invoice_end", "usage_start_time", "usage_end_time")
"""No export has `invoice_end`: an invoice is of a month."""

MONEY: Final = ("cost", "cost_at_list", "cost_at_effective_price_default", "credits", "promotions")

MADE: Final = ("credit_list", "credit_types", "promotion_names", "all_tags", "detailed")
"""What is made of repeated fields, and whether the export names resources."""

COLUMNS: Final = (*TEXTS, *TIMES, *MONEY, *MADE)

_OTHER_NAMES: Final = {
    "project_ancestors": "project_ancestry_numbers",
    "usage_amount_in_pricing_unit": "usage_amount_in_pricing_units",
    "credits_amount": "credits",
    "credit_amount": "credits",
    "system_label": "system_labels",
}

_LEFT_OUT: Final = (
    "cost_", "price_", "usage_", "credits_", "labels_", "tags_", "system_labels_", "project_labels_", "_",
    "partition_", "customer_cost", "channel_partner_cost",
)  # fmt: skip
"""Beginnings of columns that say something else on every line, or again what others say."""

_MONTH_SQL: Final = """
UPDATE raw_gcp SET invoice_month = left(invoice_month, 4) || '-' || substr(invoice_month, 5, 2) || '-01'
WHERE file = $1 AND regexp_full_match(invoice_month, '\\d{6}([.]0)?')"""

_IDENTITY: Final = """
CASE WHEN export_time IS NOT NULL THEN concat_ws(chr(31), detailed,
    coalesce(CAST(TRY_CAST(export_time AS TIMESTAMP) AS VARCHAR), export_time), CAST(usage_start_time AS TIMESTAMP),
    CAST(usage_end_time AS TIMESTAMP), coalesce(billing_account_id, ''), coalesce(service_id, service_description, ''),
    coalesce(sku_id, sku_description, ''), coalesce(project_id, ''), coalesce(location_location, ''),
    coalesce(resource_global_name, ''), coalesce(resource_name, ''), coalesce(currency, ''), coalesce(cost_type, ''),
    coalesce(CAST(invoice_month AS VARCHAR), ''), coalesce(CAST(TRY_CAST(usage_amount AS DOUBLE) AS VARCHAR), ''),
    coalesce(CAST(TRY_CAST(usage_amount_in_pricing_units AS DOUBLE) AS VARCHAR), ''),
    coalesce(CAST(TRY_CAST(cost AS DECIMAL(38, 18)) AS VARCHAR), cost, ''),
    coalesce(CAST(TRY_CAST(credits AS DECIMAL(38, 18)) AS VARCHAR), credits, '')) END"""
"""What two deliveries of one line share, whatever columns and file formats they have beyond it. Of a line that the
detailed and the standard export have, `_BOTH_SQL` takes the detailed one."""

_TELLING: Final = (
    "export_time", "service_id", "sku_id", "project_id", "invoice_month", "usage_amount",
    "usage_amount_in_pricing_units", "credits",
)  # fmt: skip
"""Columns by which lines are told apart, and which a flattened query may leave out."""

_BOTH_SQL: Final = """
INSERT INTO gcp_overlap
SELECT file, record
FROM raw_gcp r
SEMI JOIN (
    SELECT DISTINCT billing_account_id, invoice_month, left(usage_start_time, 10) AS day
    FROM raw_gcp WHERE detailed = '1'
) d ON d.billing_account_id IS NOT DISTINCT FROM r.billing_account_id
    AND d.invoice_month IS NOT DISTINCT FROM r.invoice_month AND d.day = left(r.usage_start_time, 10)
ANTI JOIN gcp_overlap o ON o.file = r.file AND o.record = r.record
WHERE r.detailed = '0'"""

_NOTES_SQL: Final = """
SELECT file, count(*), 'that another file has too, counted once' FROM gcp_overlap GROUP BY file
UNION ALL
SELECT file, count(*), 'without cost, taken as 0' FROM raw_gcp WHERE cost IS NULL GROUP BY file"""


def folded(name: str) -> str:
    """A column by its path, however it is written: `project.id`, `project_id`."""
    plain = name.lower().replace(".", "_")
    return _OTHER_NAMES.get(plain, plain)


def detect(seen: Seen) -> str | None:
    """Whether the export names resources (detailed) or not.

    Raises:
        HeaderError: it has no column for the currency.
    """
    names = {folded(name) for name in seen.folded}
    if not names >= {"billing_account_id", "usage_start_time", "cost"} or not names & {
        "sku", "sku_id", "sku_description", "service", "service_id", "service_description"
    }:  # fmt: skip
        return None
    if "currency" not in names:
        raise HeaderError("no column for the currency")
    return f"Google Cloud billing export ({'detailed' if _is_detailed(names) else 'standard'})"


def _is_detailed(names: set[str]) -> bool:
    return bool(names & {"resource", "resource_name", "resource_global_name"})


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are; others than the known ones are vendor columns, amounts aside."""
    refuse_twins(names)
    columns: dict[str, list[int]] = defaultdict(list)
    extra = []
    for position, name in enumerate(names):
        plain = folded(name)
        if plain == "credits":
            columns["credit_list"].append(position)
        if plain in COLUMNS and plain not in MADE:
            columns[plain].append(position)
        elif name and not plain.startswith(_LEFT_OUT):
            extra.append((name, position))
    detailed = "1" if _is_detailed({folded(name) for name in names}) else "0"
    placed = {name: tuple(positions) for name, positions in columns.items()}
    return Layout(placed, {}, tuple(extra), {"detailed": detailed})


def growth(names: Sequence[str]) -> str:
    """Which of the columns that a flattened query may leave out are there; nothing without an export time."""
    found = {folded(name) for name in names}
    return " ".join(name for name in _TELLING if name in found) if "export_time" in found else ""


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """An extract of one line is that line."""
    return (
        [document]
        if isinstance(document, dict) and document.keys() >= {"billing_account_id", "cost"}
        else None
    )


def tidy(connection: DuckDBPyConnection, file: int) -> None:
    """Months become dates, credits become sums, labels and tags become one object."""
    connection.execute(_MONTH_SQL, [file])
    here = f"file = {file:d}"
    credit_columns = ("credits", "promotions", "credit_types", "promotion_names")
    lists = ("labels", "tags", "project_labels", "system_labels")
    rewrite(
        connection, "raw_gcp", f"{here} AND credit_list IS NOT NULL",
        (("credit_list",), credit_columns), gcp_lists.credit_sums,
    )  # fmt: skip
    rewrite(connection, "raw_gcp", here, (lists, ("all_tags",)), gcp_lists.merged_tags)


def prepare(connection: DuckDBPyConnection) -> None:
    """List costs that only a price gives, and the lines that several extracts hold."""
    given = ("price_list_price", "usage_amount_in_pricing_units", "price_pricing_unit_quantity")
    lacking = (
        "cost_at_list IS NULL AND price_list_price IS NOT NULL AND usage_amount_in_pricing_units IS NOT NULL"
    )
    rewrite(connection, "raw_gcp", lacking, (given, ("cost_at_list",)), list_cost)
    overlap.find(connection, "raw_gcp", _IDENTITY, "gcp_overlap")
    connection.execute(_BOTH_SQL)


def list_cost(given: Sequence[str | None]) -> tuple[str | None]:
    """List price times usage, per so many units, to 18 decimals; nothing if one of them is no number."""
    price, usage, units = (amounts.amount(text or "1") for text in given)
    if not (isinstance(price, Decimal) and isinstance(usage, Decimal) and isinstance(units, Decimal)):
        return (None,)
    with localcontext(prec=80):
        cost = price * usage / (units or 1)
        return (amounts.plain(cost.quantize(Decimal("1e-18")).normalize()),)


KIND: Final = Kind(
    source="gcp",
    raw="raw_gcp",
    columns=COLUMNS,
    money=MONEY,
    times=TIMES,
    mapping=("gcp_names.sql", "gcp.sql"),
    detect=detect,
    layout=layout,
    tags=("all_tags",),
    currency="currency",
    tidy=tidy,
    prepare=prepare,
    nested=True,
    growth=growth,
    notes=_NOTES_SQL,
    records=records,
    signs=(b'"billing_account_id"',),
)
