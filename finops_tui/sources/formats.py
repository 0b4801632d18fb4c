"""Which export a header belongs to: the kinds that are known, and what to say of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.sources import (
    anthropic,
    aws_cur,
    azure,
    cost_explorer,
    databricks,
    fields,
    focus,
    gcp,
    kubernetes,
    lake,
    oci,
    openai,
    snowflake,
)
from finops_tui.sources.headers import HeaderError, NoBillError
from finops_tui.sources.kinds import Seen
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from finops_tui.sources.kinds import Kind

KINDS: Final[tuple[Kind, ...]] = (
    cost_explorer.KIND,
    lake.KIND,
    focus.KIND,
    aws_cur.KIND,
    azure.KIND,
    openai.KIND,
    anthropic.KIND,
    snowflake.KIND,
    *databricks.KINDS,
    gcp.KIND,
    oci.KIND,
    kubernetes.KIND,
)
"""In the order they are tried: the first that recognises a header takes it."""

KNOWN: Final = (
    "FOCUS 1.0 to 1.4",
    "AWS CUR (legacy and 2.0)",
    "AWS Cost Explorer",
    "Azure Cost Management (EA, MCA, pay-as-you-go)",
    "OpenAI costs",
    "Anthropic costs",
    "Snowflake usage in currency",
    "Databricks usage with list prices",
    "Google Cloud billing export",
    "Oracle Cloud cost report",
    "OpenCost and Kubecost allocations",
)
"""Their names, as messages list them."""


def known() -> str:
    """The kinds that are read, in words."""
    return ", ".join(KNOWN)


def detect(names: Sequence[str], path: Path, kinds: Sequence[Kind] = KINDS) -> tuple[Kind, str]:
    """The kind of a header, and the name of what was recognised.

    Args:
        names: Column names, as delivered.
        path: The file, as some exports differ by its name alone.
        kinds: Those that are tried, in order.

    Raises:
        HeaderError: unknown, known but not read here, or no bill; the message names what was seen.
    """
    seen = Seen.of(names, path)
    for kind in kinds:
        name = kind.detect(seen)
        if name is not None:
            return kind, name
    spelled = {fields.focus_name(name) for name in seen.folded}
    beside = _beside(spelled)
    if beside is not None:
        raise NoBillError(beside)
    raise HeaderError(_unknown(names, spelled))


def _beside(spelled: AbstractSet[str]) -> str | None:
    """The dataset of FOCUS that a header is of, if it is one without costs."""
    if spelled >= {"contractcommitmentid", "contractcommitmentcost"}:
        return "FOCUS Contract Commitment: a list of commitments, not a bill"
    if "billingperiodstatus" in spelled:
        return "FOCUS Billing Period: states of invoices, not a bill"
    if "invoicedetailid" in spelled and "effectivecost" not in spelled:
        return "FOCUS Invoice Detail: invoice lines, not a bill"
    return None


def _unknown(names: Sequence[str], spelled: AbstractSet[str]) -> str:
    """What to say of a header that is no bill read here."""
    if "billedcost" in spelled or len(focus.NEEDED & spelled) >= 2:
        lacking = [name for name in fields.FOCUS_COLUMNS if name.lower() in focus.NEEDED - spelled]
        return f"looks like FOCUS, but there is no column for {', '.join(lacking)}"
    first = ", ".join(shown(name or "(blank)", 40) for name in names[:6])
    return f"no known header: its columns are {first}{' …' if len(names) > 6 else ''}; known are {known()}"
