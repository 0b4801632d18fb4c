"""The keys that account for the data: what was set aside, and what every figure adds up to."""

from __future__ import annotations

from typing import Final

from finops_tui.screens.action import Action

DATA: Final = (
    Action(
        "go.reconcile",
        "#",
        "go('reconcile')",
        "reconcile",
        "The export against what is loaded and what is on screen, to the last digit.",
        command="reconcile",
    ),
    Action(
        "sources.quarantine",
        "u",
        "quarantine",
        "quarantine",
        "Records that were set aside, each with its reason and raw text.",
        ("sources",),
        "quarantine",
        footer=True,
    ),
    Action(
        "quarantine.later",
        "]",
        "turn(1)",
        "next page",
        "The next page of records.",
        ("quarantine",),
        "next",
        footer=True,
    ),
    Action(
        "quarantine.earlier",
        "[",
        "turn(-1)",
        "page back",
        "The page of records before.",
        ("quarantine",),
        "before",
        footer=True,
    ),
)
