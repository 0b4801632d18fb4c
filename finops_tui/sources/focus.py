"""FOCUS 1.0 to 1.4 from any vendor: how it is recognised and where its columns are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.sources import fields, focus_tidy
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from finops_tui.sources.kinds import Seen

NEEDED: Final = frozenset(("billedcost", "effectivecost", "chargeperiodstart", "chargecategory"))
"""Columns without which nothing is FOCUS, folded."""

_TAG_COLUMNS: Final = "Tags, x_Labels, x_Tags, x_ProjectLabels, x_SystemLabels"

_NOTES_SQL: Final = """
SELECT file, count(*), 'without BilledCost' FROM raw_focus_items WHERE "BilledCost" IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'without EffectiveCost' FROM raw_focus_items
WHERE "EffectiveCost" IS NULL AND "BilledCost" IS NOT NULL GROUP BY file
UNION ALL
SELECT file, count(*), remark FROM raw_focus_items JOIN raw_focus_lines USING (line)
WHERE remark IS NOT NULL GROUP BY file, remark"""

_VENDORS: Final = (
    ("AWS", ("xservicecode", "xusagetype")),
    ("Azure", ("xskumeterid", "xresourcegroupname", "xbilledcostinusd")),
    ("Google Cloud", ("xcredits", "xexporttime", "xproject", "xproject.id")),
    ("Oracle Cloud", ("ocireferencenumber",)),
)
"""Columns by which a vendor is known, folded."""

_OURS: Final = frozenset(("remark", fields.AS_WRITTEN))
"""Columns that no file has."""

_TAGS: Final = ("tags.", "tags/")
"""Beginnings of columns that are one tag each."""


def detect(seen: Seen) -> str | None:
    """The version and vendor of a FOCUS header.

    Raises:
        HeaderError: it has no column for the currency.
    """
    folded = {fields.focus_name(name) for name in seen.folded}
    if not folded >= NEEDED:
        return None
    _check_currency(folded)
    return f"FOCUS {_focus_version(folded)}{_vendor(folded)}"


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
    """Where the columns are; what FOCUS does not know and does not differ by line is a vendor column.

    Raises:
        HeaderError: two columns are the same one.
    """
    known = {fields.focus_name(name): name for name in fields.FOCUS_COLUMNS if name not in _OURS}
    exact: dict[str, list[int]] = defaultdict(list)
    other: dict[str, list[int]] = defaultdict(list)
    tags = []
    extra = []
    refuse_twins(names)
    for position, name in enumerate(names):
        folded = fields.focus_name(name)
        if folded in known:
            exact[known[folded]].append(position)
        elif folded in fields.FOCUS_OTHER_NAMES:
            other[fields.FOCUS_OTHER_NAMES[folded]].append(position)
        elif name.lower().startswith(_TAGS):
            tags.append((name[len(_TAGS[0]) :], position))
        elif name and not fields.differs_by_line(name):
            extra.append((name, position))
    twins = [name for name, positions in exact.items() if len(positions) > 1]
    if twins:
        raise HeaderError(f"two columns named {twins[0]}")
    columns = {name: (*exact[name], *other[name]) for name in (*exact, *other)}
    return Layout(columns, {"Tags": tuple(tags)} if tags else {}, tuple(extra))


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """An export of one charge is that charge."""
    if isinstance(document, dict) and {fields.focus_name(name) for name in document} >= NEEDED:
        return [document]
    return None


KIND: Final = Kind(
    source="focus",
    raw="raw_focus",
    columns=fields.FOCUS_COLUMNS,
    money=MONEY,
    times=fields.FOCUS_TIMES,
    mapping=("focus.sql", "focus_allocated.sql"),
    detect=detect,
    layout=layout,
    tags=(f"focus_tags({_TAG_COLUMNS})", "AllocatedTags"),
    currency="BillingCurrency",
    tidy=focus_tidy.tidy,
    notes=_NOTES_SQL,
    records=records,
    signs=(b'"BilledCost"', b'"billed_cost"', b'"billedcost"', b'"BILLED_COST"', b'"BILLEDCOST"'),
    divided=True,
    quantities=QUANTITIES,
)
