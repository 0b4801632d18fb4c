"""Figures that tests leave for docs/reliability.md: how often something was tried. `make reliability` asks for them."""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "RELIABILITY_FIGURES"
"""Names the file they are kept in; without it they are not."""


def count(what: str, number: int = 1) -> None:
    """Add to a figure."""
    named = os.environ.get(VARIABLE)
    if not named:
        return
    path = Path(named)
    figures = json.loads(path.read_text()) if path.exists() else {}
    figures[what] = figures.get(what, 0) + number
    path.write_text(json.dumps(figures, indent=1, sort_keys=True))
