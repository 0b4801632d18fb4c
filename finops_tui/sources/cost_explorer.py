"""AWS Cost Explorer: its answers, written down as FOCUS charges by `cost_explorer_fetch`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finops_tui.sources import focus

if TYPE_CHECKING:
    from finops_tui.sources.kinds import Kind, Seen

MARK: Final = "x_CostExplorerGroups"
"""Column by which its files are told from an export: an export of the same account is another source."""

SOURCE: Final = "aws-cost-explorer"


def detect(seen: Seen) -> str | None:
    """Charges that came from Cost Explorer."""
    return "AWS Cost Explorer" if MARK.lower() in seen.folded and focus.detect(seen) is not None else None


KIND: Final[Kind] = replace(focus.KIND, source=SOURCE, detect=detect)
