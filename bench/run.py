"""What this program takes, beside what one would write by hand, in one interleaved run.

    python bench/run.py [--questions] [--bill FOLDER --store FOLDER ...] [--rows N] [--rounds N] [--write]
    python bench/run.py --terminal [--store FOLDER] [--tools FOLDER] [--rounds N] [--write]
    python bench/run.py --loads [--bill FOLDER ...] [--memory SIZE] [--rows N] [--rounds N] [--write]

Answers and totals are compared before anything is timed. `--write` puts the tables into bench/RESULTS.md, in
place of the section of the same name. `--questions` are ten questions over one month and over all
(questions.py); with a second bill and store, how they grow. `--loads` measures loads (loads.py), `--terminal`
start-up and keys (terminal.py).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Final

import loads
import questions
import terminal

FOLDER: Final = Path(__file__).resolve().parent


def main() -> None:
    """Measure, print, and write when asked."""
    parser = argparse.ArgumentParser(description="Measurements beside what one would write by hand.")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    parser.add_argument(
        "--loads", action="store_true", help="loads beside CREATE TABLE AS, with memory and size"
    )
    parser.add_argument("--bill", type=Path, action="append", default=[], help="a folder of Parquet to load")
    parser.add_argument("--memory", default="1GB", help="limit of both sides, with --loads (default: 1GB)")
    parser.add_argument("--terminal", action="store_true", help="start-up, keys, bytes and the event loop")
    parser.add_argument(
        "--questions", action="store_true", help="ten questions (also when nothing else is asked)"
    )
    parser.add_argument(
        "--store",
        type=Path,
        action="append",
        default=[],
        help="the store of a bill, with --questions or --terminal (default: one made here)",
    )
    parser.add_argument("--tools", default="", help="folder of VisiData's and harlequin's programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.loads:
            what = "Loads"
            text = loads.table(folder, options.bill, options.rows, options.rounds, options.memory)
        elif options.terminal:
            what = "Terminal"
            bill = str(options.bill[0]) if options.bill else terminal.small_bill(folder)
            store = options.store[0] if options.store else terminal.small_store(folder, bill)
            text = terminal.table(folder, store, options.tools, bill, options.rounds)
        else:
            what = "Questions"
            text = questions.table(folder, options.bill, options.store, options.rows, options.rounds)
    print(text)
    if options.write:
        write(what, text)


def write(what: str, text: str) -> None:
    """Put a section into RESULTS.md, in place of the one of that name."""
    path = FOLDER / "RESULTS.md"
    before = path.read_text(encoding="utf-8") if path.exists() else "# Measurements\n"
    first, *sections = before.split("\n## ")
    kept = [section for section in sections if not section.startswith(f"{what}\n")]
    parts = [first.rstrip("\n"), *(section.rstrip("\n") for section in kept), f"{what}\n\n{text.rstrip()}"]
    path.write_text("\n\n## ".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
