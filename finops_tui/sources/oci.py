"""Oracle Cloud cost report (`reports/cost-csv`): how it is recognised and read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from finops_tui.sources import fields, overlap
from finops_tui.sources.headers import HeaderError, NoBillError
from finops_tui.sources.kinds import Kind, Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

TEXTS: Final = (
    "lineitem_referenceno", "lineitem_tenantid", "product_service", "product_resource",
    "product_compartmentid", "product_compartmentname", "product_region", "product_availabilitydomain",
    "product_resourceid", "product_description", "usage_billedquantity", "usage_billedquantityoverage",
    "cost_subscriptionid", "cost_productsku", "cost_unitprice", "cost_unitpriceoverage",
    "cost_currencycode", "cost_billingunitreadable", "cost_skuunitdescription", "cost_overageflag",
    "lineitem_iscorrection", "lineitem_backreferenceno",
)  # fmt: skip
"""Columns of the report in lower case, the slash of their names as an underscore."""

TIMES: Final = ("period_start", "period_end", "lineitem_intervalusagestart", "lineitem_intervalusageend")
"""No report has a billing period: it is the month of the interval."""

MONEY: Final = ("cost_mycost", "cost_mycostoverage")

COLUMNS: Final = (*TEXTS, *TIMES, *MONEY, "tags")

_OTHER_NAMES: Final = {
    "lineitem_backreference": "lineitem_backreferenceno",
    "lineitem_backreferencenumber": "lineitem_backreferenceno",
}

_ATTRIBUTED: Final = frozenset(("cost_attributedcost", "usage_attributedusage"))
"""An allocation of the same money to others; never a cost by itself."""

USAGE: Final = "Oracle Cloud usage report: quantities without costs; the cost report has both"

_IDENTITY: Final = """
CASE WHEN lineitem_referenceno IS NOT NULL THEN concat_ws(chr(31),
    lineitem_referenceno, coalesce(lineitem_tenantid, ''), CAST(lineitem_intervalusagestart AS TIMESTAMP),
    coalesce(lineitem_iscorrection, ''), coalesce(product_resourceid, ''), coalesce(cost_productsku, ''),
    coalesce(CAST(TRY_CAST(cost_mycost AS DECIMAL(38, 18)) AS VARCHAR), cost_mycost, '')) END"""
"""What two deliveries of one line share."""

_CORRECTIONS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE oci_correction AS
SELECT
    file,
    record,
    lineitem_tenantid AS tenant,
    lineitem_backreferenceno AS corrected,
    coalesce(TRY_CAST(cost_mycost AS DECIMAL(38, 12)), 0) < 0
        OR coalesce(TRY_CAST(usage_billedquantity AS DOUBLE), 0) < 0 AS takes_back
FROM raw_oci
WHERE lower(lineitem_iscorrection) IN ('true', 'yes', 'y', '1') AND lineitem_backreferenceno IS NOT NULL
    AND lineitem_backreferenceno IS DISTINCT FROM lineitem_referenceno"""

_REPLACED_SQL: Final = """
CREATE OR REPLACE TEMP TABLE oci_replaced AS
WITH newest AS (
    SELECT tenant, corrected, max(file) AS file FROM oci_correction WHERE NOT takes_back GROUP BY tenant, corrected
)
SELECT r.file, r.record
FROM raw_oci r
JOIN newest n ON n.tenant IS NOT DISTINCT FROM r.lineitem_tenantid AND n.corrected = r.lineitem_referenceno
UNION
SELECT c.file, c.record
FROM oci_correction c
JOIN newest n ON n.tenant IS NOT DISTINCT FROM c.tenant AND n.corrected = c.corrected AND c.file < n.file
WHERE NOT c.takes_back
EXCEPT
SELECT file, record FROM oci_overlap"""

_NOTES_SQL: Final = """
SELECT file, count(*), 'that another file has too, counted once' FROM oci_overlap GROUP BY file
UNION ALL
SELECT file, count(*), 'without cost, taken as 0' FROM raw_oci
WHERE coalesce(cost_mycost, cost_mycostoverage) IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'left out, corrections take their place' FROM oci_replaced GROUP BY file
UNION ALL
SELECT c.file, count(*), 'correcting lines that are not in these files'
FROM oci_correction c
ANTI JOIN raw_oci r ON r.lineitem_tenantid IS NOT DISTINCT FROM c.tenant AND r.lineitem_referenceno = c.corrected
GROUP BY c.file"""


def folded(name: str) -> str:
    """A column as TEXTS and the others name it."""
    plain = name.lower().replace("/", "_")
    return _OTHER_NAMES.get(plain, plain)


def detect(seen: Seen) -> str | None:
    """The cost report.

    Raises:
        HeaderError: it is the usage report, or has no column for the currency.
    """
    names = {folded(name) for name in seen.folded}
    if "lineitem_intervalusagestart" not in names or "line_item_unblended_cost" in names:
        return None
    if not names & set(MONEY):
        raise NoBillError(USAGE)
    if "cost_currencycode" not in names:
        raise HeaderError("no column for the currency (cost/currencyCode)")
    return "Oracle Cloud cost report"


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are; each `tags/` column is a tag."""
    refuse_twins(names)
    columns: dict[str, list[int]] = defaultdict(list)
    tags = []
    extra = []
    for position, name in enumerate(names):
        plain = folded(name)
        if plain in COLUMNS:
            columns[plain].append(position)
        elif name.lower().startswith("tags/") and len(name) > len("tags/"):
            tags.append((name[len("tags/") :], position))
        elif name and plain not in _ATTRIBUTED and not fields.differs_by_line(name):
            extra.append((name, position))
    packed = {"tags": tuple(tags)} if tags else {}
    return Layout({name: tuple(found) for name, found in columns.items()}, packed, tuple(extra))


def growth(names: Sequence[str]) -> str:
    """Reports have a number on each line, which tells them apart."""
    return "lineitem_referenceno" if "lineitem_referenceno" in map(folded, names) else ""


def is_usage(path: Path) -> bool:
    """Whether a file lies where Oracle delivers usage reports, beside the cost reports."""
    return path.parent.name.lower() == "usage-csv"


def prepare(connection: DuckDBPyConnection) -> None:
    """Which lines other files have too, and which ones corrections take the place of."""
    overlap.find(connection, "raw_oci", _IDENTITY, "oci_overlap")
    connection.execute(_CORRECTIONS_SQL)
    connection.execute(_REPLACED_SQL)


KIND: Final = Kind(
    source="oci",
    raw="raw_oci",
    columns=COLUMNS,
    money=MONEY,
    times=TIMES,
    mapping=("oci.sql",),
    detect=detect,
    layout=layout,
    tags=("tags",),
    currency="cost_currencycode",
    prepare=prepare,
    growth=growth,
    notes=_NOTES_SQL,
)
