"""AWS Cost Explorer: its answers as somebody saved them, or as `cost_explorer_fetch` wrote them down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finops_tui.sources import cost_explorer_json, focus
from finops_tui.sources.cost_explorer_charges import MARK

if TYPE_CHECKING:
    from finops_tui.sources.kinds import Kind, Seen

SOURCE: Final = "aws-cost-explorer"


def detect(seen: Seen) -> str | None:
    """Charges that came from Cost Explorer."""
    return "AWS Cost Explorer" if MARK.lower() in seen.folded and focus.detect(seen) is not None else None


KIND: Final[Kind] = replace(
    focus.KIND,
    source=SOURCE,
    detect=detect,
    records=cost_explorer_json.records,
    signs=(b'"ResultsByTime"',),
)
