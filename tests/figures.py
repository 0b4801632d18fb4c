"""Figures that tests leave for docs/reliability.md: how often something was tried. `make reliability` asks for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "RELIABILITY_FIGURES"
"""Names the file they are kept in; without it they are not."""


def count(what: str, number: int = 1) -> None:
    """Add to a figure."""
    _change(what, lambda before: before + number)


def most(what: str, number: int) -> None:
    """Raise a figure to a number."""
    _change(what, lambda before: max(before, number))


def _change(what: str, change: Callable[[int], int]) -> None:
    named = os.environ.get(VARIABLE)
    if not named:
        return
    path = Path(named)
    figures = json.loads(path.read_text()) if path.exists() else {}
    figures[what] = change(figures.get(what, 0))
    path.write_text(json.dumps(figures, indent=1, sort_keys=True))
