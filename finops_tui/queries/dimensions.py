"""What a bill can be grouped and filtered by, and the SQL of each over the columns of `lines`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, PERIODS

if TYPE_CHECKING:
    from collections.abc import Callable

    Bind = Callable[[object], str]

_METER: Final = """lower(coalesce("SkuMeter", "Extra"['x_UsageType'], "ChargeDescription"))"""

TOKENS: Final = f"""coalesce("Extra"['x_TokenDirection'], CASE WHEN {_METER} NOT LIKE '%token%' THEN NULL
    WHEN {_METER} LIKE '%cache%write%' THEN 'cache_write'
    WHEN {_METER} LIKE '%cach%' OR {_METER} LIKE '%cchd%' THEN 'cache_read'
    WHEN {_METER} LIKE '%outp%' THEN 'output' WHEN {_METER} LIKE '%inp%' THEN 'input' END)"""
"""Which way tokens went: as the export says, else by the words in the meter's name (Bedrock, Azure OpenAI)."""

DIMENSIONS: Final[dict[str, str]] = {
    "account": 'coalesce("SubAccountId", "BillingAccountId")',
    "service": '"ServiceName"',
    "region": 'coalesce("RegionId", "RegionName")',
    "usage": 'coalesce("SkuMeter", "Extra"[\'x_UsageType\'], "SkuId", "ChargeDescription")',
    "resource": 'coalesce("ResourceId", "ResourceName")',
    "category": '"ChargeCategory"',
    "commitment": '"CommitmentDiscountId"',
    "provider": 'coalesce("ProviderName", "ServiceProviderName")',
    "payer": '"BillingAccountId"',
    "group": '"ServiceCategory"',
    "pricing": '"PricingCategory"',
    "sku": '"SkuId"',
    "zone": '"AvailabilityZone"',
    "invoice": '"InvoiceId"',
    "publisher": '"PublisherName"',
    "currency": '"BillingCurrency"',
    "model": "\"Extra\"['x_Model']",
    "tokens": TOKENS,
    "cluster": "\"Extra\"['x_Cluster']",
    "namespace": "\"Extra\"['x_Namespace']",
    "controller": "\"Extra\"['x_Controller']",
    "pod": "\"Extra\"['x_Pod']",
    "container": "\"Extra\"['x_Container']",
    "node": "\"Extra\"['x_Node']",
    "component": "\"Extra\"['x_Component']",
    "method": '"AllocatedMethodId"',
    "allocated": 'coalesce("AllocatedResourceId", "AllocatedResourceName")',
}
"""Dimensions by the word people use. `team` and `tag.KEY` are rendered by `expression`."""

IN_WORDS: Final[dict[str, str]] = {
    "tokens": "`x_TokenDirection`, else by the words for it in the name of a meter of tokens"
}
"""What dimensions are, where SQL is too long to read."""

LABELS: Final[dict[str, str]] = {
    "account": 'coalesce("SubAccountName", "BillingAccountName")',
    "payer": '"BillingAccountName"',
    "resource": '"ResourceName"',
    "region": '"RegionName"',
    "commitment": '"CommitmentDiscountName"',
    "allocated": '"AllocatedResourceName"',
}
"""Dimensions whose values are identifiers, and the column that names them."""

UNTAGGABLE: Final = """("ChargeCategory" IN ('Tax', 'Credit', 'Adjustment') OR coalesce("ServiceName", '') ILIKE '%support%')"""
"""Charges that cannot carry a tag: tax, credits, adjustments, support."""

TAGGED: Final = f"""CASE WHEN cardinality("Tags") > 0 THEN 'tagged'
    WHEN {UNTAGGABLE} THEN 'untaggable' ELSE 'untagged' END"""

UNTAGGED_VALUE: Final = "(untagged)"
UNTAGGABLE_VALUE: Final = "(untaggable)"
MISSING_TAGS: Final = (UNTAGGED_VALUE, UNTAGGABLE_VALUE)
"""What a tag's groups without a value are called; a filter may name them, as in `tag.team="(untagged)"`."""

UNALLOCATED: Final = "(unallocated)"

_COLUMNS: Final[dict[str, str]] = {name.lower(): name for name in ATTRIBUTES}
_PERIODS: Final[dict[str, str]] = {name.lower(): name for name in PERIODS}


class UnknownDimensionError(ValueError):
    """A word that names nothing a bill can be grouped by."""


def is_tag(dimension: str) -> bool:
    """Whether a dimension is a tag key, as `tag.KEY`."""
    return dimension[:4].lower() == "tag." and len(dimension) > 4


def canonical(dimension: str) -> str:
    """The one spelling of a dimension; a label of Kubernetes (`label:KEY`) is the tag of that key.

    Raises:
        UnknownDimensionError: no such dimension; the message lists what there is.
    """
    if is_tag(dimension):
        return "tag." + dimension[4:]
    if dimension[:6].lower() in {"label.", "label:"} and len(dimension) > 6:
        return "tag." + dimension[6:]
    lower = dimension.lower()
    if lower in DIMENSIONS or lower in {"team", "tagged"}:
        return lower
    if lower in _COLUMNS or lower in _PERIODS:
        return _COLUMNS.get(lower) or _PERIODS[lower]
    if lower.startswith("x_") and len(lower) > 2:
        return dimension
    known = ", ".join([*DIMENSIONS, "team", "tag.KEY"])
    raise UnknownDimensionError(f"unknown dimension {dimension!r}; one of {known}, or a FOCUS column")


def raw(dimension: str, bind: Bind) -> str:
    """The SQL of a dimension as the export has it: NULL where there is no value."""
    name = canonical(dimension)
    if is_tag(name):
        return f"""nullif(trim("Tags"[{bind(name[4:])}]), '')"""
    if name == "tagged":
        return TAGGED
    if name in DIMENSIONS:
        return DIMENSIONS[name]
    if name in PERIODS:
        return f"""strftime("{name}", '%Y-%m-%d')"""
    if name.lower().startswith("x_"):
        return f'"Extra"[{bind(name)}]'
    return f'"{name}"'


def expression(dimension: str, bind: Bind, team: str | None = None) -> str:
    """The SQL of a dimension as it is grouped by.

    Args:
        dimension: Its name, in any case.
        bind: Registers a value and returns its placeholder.
        team: The SQL of the team rules, or None when there are none.

    Raises:
        UnknownDimensionError: no such dimension.
    """
    name = canonical(dimension)
    if name == "team":
        return team if team is not None else f"'{UNALLOCATED}'"
    value = raw(name, bind)
    if is_tag(name):
        missing = f"CASE WHEN {UNTAGGABLE} THEN '{UNTAGGABLE_VALUE}' ELSE '{UNTAGGED_VALUE}' END"
        return f"coalesce({value}, {missing})"
    return value


def label(dimension: str) -> str:
    """The SQL of the name that belongs to a dimension's identifier (NULL where there is none)."""
    return LABELS.get(dimension, "NULL::VARCHAR")
