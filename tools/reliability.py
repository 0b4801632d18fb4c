"""Run the tests of faults, the slow ones too, and of bad input, and write how often each thing was tried into docs/reliability.md.

python tools/reliability.py             run them (half an hour), then write
python tools/reliability.py FIGURES     write figures that a run has left in this file
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).resolve().parent.parent
PAGE: Final = TOP / "docs" / "reliability.md"
BEGIN: Final = "<!-- figures: make reliability -->\n"
END: Final = "<!-- end of figures -->"

RUNS: Final = (("-m", "slow or not slow", "tests/faults"), ("tests/sources",))
"""What pytest is told; one run after the other, as they write to one file."""

ROWS: Final = {
    "faults in system calls": "loads with a fault at one system call: killed there, torn there, EIO or ENOSPC, once or"
    " from there on; every call, every fault",
    "system calls of the load": "system calls of that load that change the disk",
    "loads killed at a random moment": "loads killed at a random moment, with readers",
    "readers at a time": "concurrent readers",
    "totals read meanwhile": "totals those readers read, all of one whole generation",
    "power cuts modelled": "power cuts modelled: what was not flushed is lost at random",
    "changes of names lost in them": "new, changed and removed names lost in them",
    "writes lost or torn in them": "writes lost or torn in them",
    "bits turned in segments, found and repaired": "bits turned in segments: found, named to the period, repaired",
    "bits turned in manifests": "bits turned in the manifest: found, its copy used",
    "bad files refused": "bad files: damaged, ambiguous or no bill; refused, each with its reason",
    "bad records set aside": "bad records in good files: set aside, each with its reason",
    "records fuzzed": "records fuzzed (any text, any amount, bytes changed): loaded, set aside or refused, none lost",
}
"""Figures of the tests, in the order and the words of the page."""


def measured() -> dict[str, int]:
    """Run the tests; what they counted.

    Raises:
        SystemExit: a test has failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        environment = {**os.environ, "RELIABILITY_FIGURES": str(figures)}
        for tests in RUNS:
            words = [sys.executable, "-m", "pytest", *tests]
            code = subprocess.run(words, cwd=TOP, env=environment, check=False).returncode
            if code:
                raise SystemExit(code)
        return read(figures)


def read(figures: Path) -> dict[str, int]:
    """Figures from a file."""
    found: dict[str, int] = json.loads(figures.read_text(encoding="utf-8"))
    return found


def table(figures: dict[str, int]) -> str:
    """The figures as a table of the page.

    Raises:
        SystemExit: one is missing.
    """
    missing = sorted(set(ROWS) - set(figures))
    if missing:
        raise SystemExit(f"not counted: {', '.join(missing)}")
    lines = ["| tried | times | damaged or lost |", "|---|---:|---:|"]
    for name, words in ROWS.items():
        harmed = "" if name.startswith(("system calls", "changes", "writes", "readers")) else "0"
        lines.append(f"| {words} | {figures[name]:,} | {harmed} |")
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write the page."""
    figures = read(Path(sys.argv[1])) if len(sys.argv) > 1 else measured()
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
