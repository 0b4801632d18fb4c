"""What a key does, as data; the table of all of them is `keys_table.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does.

    Attributes:
        id: Stable name, used for overrides in `finops.toml` and as the binding's id.
        keys: Textual key names or single characters, comma separated; the first is shown. '' for a
            command without a key.
        action: Textual action string, run on the screen (`any`: on the app).
        words: One or two words for the footer and the palette.
        help: One sentence for the help screen and the docs.
        where: Screens it works on: `any`, or names of `SCREENS`.
        command: The word after `:`, or '' when there is none.
        argument: What may follow the command word, as the help shows it, or ''.
        footer: Whether it is hinted at in an 80-column footer.
    """

    id: str
    keys: str
    action: str
    words: str
    help: str
    where: tuple[str, ...] = ("any",)
    command: str = ""
    argument: str = ""
    footer: bool = False


SCREENS: Final[dict[str, str]] = {
    "explore": "Explore",
    "resource": "Resource",
    "budgets": "Budgets",
    "budget": "Burn-down",
    "sources": "Sources",
    "quarantine": "Quarantine",
    "reconcile": "Reconcile",
    "quality": "Quality",
    "finding": "Behind a finding",
    "sql": "SQL",
    "explain": "Why it changed",
    "behind": "Behind a part",
    "compare": "Compare",
    "provenance": "Where a figure comes from",
}
"""Screens with keys of their own, and their titles."""
