"""Months of a lake, rolled up by an engine and written down as FOCUS; see `lake_cube`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finops_tui.sources import focus

if TYPE_CHECKING:
    from finops_tui.sources.kinds import Kind, Seen

SOURCE: Final = "lake"
MARK: Final = "x_Lake"
"""Column by which a roll-up is told from an export: an export of the same account is another source."""


def detect(seen: Seen) -> str | None:
    """Charges that an engine added up."""
    return "FOCUS rolled up" if MARK.lower() in seen.folded and focus.detect(seen) is not None else None


KIND: Final[Kind] = replace(focus.KIND, source=SOURCE, detect=detect)
