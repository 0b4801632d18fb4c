"""FOCUS 1.0 to 1.4 from any vendor: how it is recognised and where its columns are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY
from finops_tui.sources import fields
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from finops_tui.sources.kinds import Seen

NEEDED: Final = frozenset(("billedcost", "effectivecost", "chargeperiodstart", "chargecategory"))
"""Columns without which nothing is FOCUS, folded."""

_BLANK_SQL: Final = """
SELECT file, count(*), 'without BilledCost' FROM raw_focus WHERE "BilledCost" IS NULL GROUP BY file"""

_VENDORS: Final = (
    ("AWS", ("x_servicecode", "x_usagetype")),
    ("Azure", ("x_skumeterid", "x_resourcegroupname", "x_billedcostinusd")),
    ("Google Cloud", ("x_credits", "x_exporttime", "x_project")),
    ("Oracle Cloud", ("oci_referencenumber",)),
)


def detect(seen: Seen) -> str | None:
    """The version and vendor of a FOCUS header.

    Raises:
        HeaderError: it has no column for the currency.
    """
    if not seen.folded >= NEEDED:
        return None
    _check_currency(seen.folded)
    return f"FOCUS {_focus_version(seen.folded)}{_vendor(seen.folded)}"


def _check_currency(folded: AbstractSet[str]) -> None:
    """A bill of an account says its currency; a fragment without either is taken as having none."""
    if "billingaccountid" in folded and "billingcurrency" not in folded:
        raise HeaderError("no column for the currency (BillingCurrency)")


def _focus_version(folded: AbstractSet[str]) -> str:
    provider = "providername" in folded
    if "serviceprovidername" in folded:
        return "1.3" if provider else "1.4"
    if folded & {"invoiceid", "pricingcurrency"}:
        return "1.2"
    if folded & {"skumeter", "servicesubcategory", "capacityreservationid"}:
        return "1.1"
    return "1.0"


def _vendor(folded: AbstractSet[str]) -> str:
    for vendor, signs in _VENDORS:
        if any(sign in folded for sign in signs):
            return f" ({vendor})"
    return ""


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are; what FOCUS does not know and does not differ by line is a vendor column."""
    known = {name.lower(): name for name in fields.FOCUS_COLUMNS}
    exact: dict[str, list[int]] = defaultdict(list)
    other: dict[str, list[int]] = defaultdict(list)
    extra = []
    refuse_twins(names)
    for position, name in enumerate(names):
        folded = name.lower()
        if folded in known:
            exact[known[folded]].append(position)
        elif folded in fields.FOCUS_OTHER_NAMES:
            other[fields.FOCUS_OTHER_NAMES[folded]].append(position)
        elif name and not fields.differs_by_line(name):
            extra.append((name, position))
    columns = {name: (*exact[name], *other[name]) for name in (*exact, *other)}
    return Layout(columns, {}, tuple(extra))


KIND: Final = Kind(
    source="focus",
    raw="raw_focus",
    columns=fields.FOCUS_COLUMNS,
    money=MONEY,
    times=fields.FOCUS_TIMES,
    mapping=("focus.sql",),
    detect=detect,
    layout=layout,
    tags=("coalesce(Tags, x_Labels)",),
    currency="BillingCurrency",
    notes=_BLANK_SQL,
)
