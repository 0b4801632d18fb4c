"""Run the test of totals of every kind of file, and write what it found into the table of docs/formats.md.

python tools/formats_table.py         run it (under a minute), then write
python tools/formats_table.py ROWS    write the rows that a run has left in this file
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, Final

TOP: Final = Path(__file__).resolve().parent.parent
PAGE: Final = TOP / "docs" / "formats.md"
BEGIN: Final = "<!-- formats:begin -->"
END: Final = "<!-- formats:end -->"
TITLES: Final = (
    *("format", "written as", "files", "records", "records loaded", "cost"),
    *("total of the file", "total loaded", "difference"),
)


def measured() -> list[dict[str, Any]]:
    """Run the test; its rows.

    Raises:
        SystemExit: it has failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-k", "total_loaded"]
        done = subprocess.run(
            [*words, "tests/generators/test_table.py"],
            cwd=TOP,
            env={**os.environ, "FORMATS_TABLE": str(rows)},
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.returncode)
        return read(rows)


def read(path: Path) -> list[dict[str, Any]]:
    """Rows from a file."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def amounts(sums: dict[str, str]) -> str:
    """A sum per currency, with every digit that says something."""
    return "<br>".join(f"{code} {shown(amount)}" for code, amount in sums.items())


def shown(amount: str) -> str:
    """An amount, without zeros at its end."""
    whole, _, decimals = f"{Decimal(amount):,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):<02}"


def difference(row: dict[str, Any]) -> str:
    """Loaded less delivered, per currency; 0 where that is nothing in any of them."""
    with localcontext(prec=100):
        found = {code: Decimal(row["loaded"][code]) - Decimal(amount) for code, amount in row["file"].items()}
    return amounts({code: f"{left:f}" for code, left in found.items()}) if any(found.values()) else "0"


def table(rows: list[dict[str, Any]]) -> str:
    """The table of the page."""
    lines = [TITLES, ("---", "---", "---:", "---:", "---:", "---", "---:", "---:", "---:")]
    lines += [
        (
            *(row["format"], row["written"]),
            *(f"{row[name]:,}" for name in ("files", "records", "loaded records")),
            *(row["basis"], amounts(row["file"]), amounts(row["loaded"]), difference(row)),
        )
        for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the page.

    Raises:
        SystemExit: the test has failed, or the page has lost its markers.
    """
    rows = read(Path(sys.argv[1])) if len(sys.argv) > 1 else measured()
    before, begun, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise SystemExit(f"{PAGE.name}: the markers {BEGIN} and {END} are missing")
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(rows)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
