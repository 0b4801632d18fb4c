"""Where bills come from: which files count, what they are, and how they become one FOCUS-shaped table.

`discover` says what SOURCE arguments mean; `stage` reads the files into a DuckDB connection.
"""

from finops_tui.sources.files import discover
from finops_tui.sources.model import (
    Discovery,
    Progress,
    Refused,
    Skipped,
    SourceError,
    Staged,
    StagedFile,
)
from finops_tui.sources.staging import stage

__all__ = [
    "Discovery",
    "Progress",
    "Refused",
    "Skipped",
    "SourceError",
    "Staged",
    "StagedFile",
    "discover",
    "stage",
]
