"""`finops-tui quarantine`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import export, generations, paths, quarantine

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """List the records that were set aside, or write them to a file."""
    root = paths.store_root(options.store)
    entries = generations.read(root).manifest.entries
    total = quarantine.count(entries)
    everything = options.export or options.json
    records = quarantine.read(root, entries, limit=None if everything else max(options.limit, 0))
    if options.export:
        path = quarantine.write(records, Path(options.export))
        sys.stdout.write(f"{total:,} record{'' if total == 1 else 's'} written to {path}\n")
    elif options.json:
        sys.stdout.write(export.to_json(quarantine.as_json(records, total)))
    else:
        sys.stdout.write(quarantine.as_text(records, total))
    return 0
