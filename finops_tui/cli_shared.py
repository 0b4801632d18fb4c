"""Options that many commands have."""

from __future__ import annotations

import argparse
import os

TYPE_CHECKING = False  # `typing` is left out: help is quicker without
if TYPE_CHECKING:
    from typing import Final

FORMATS: Final = ("table", "csv", "json", "md", "parquet")

# Words of the questions, written here again: help is shown without loading what answers. A test compares them.
BASES: Final = ("billed", "effective", "contracted", "list")
CATEGORIES: Final = ("usage", "purchase", "tax", "credit", "adjustment", "refund")
DATASETS: Final = ("bill", "allocation")
GRAINS: Final = ("hour", "day", "week", "month")
MATCHES: Final = ("resource", "usage")
PARTS: Final = (
    *("length", "weekdays", "new", "gone", "usage", "list", "negotiated", "rate"),
    *("commitment", "credits", "tax", "refunds", "fees"),
)
PICTURES: Final = ("trend", "ranking", "calendar", "treemap", "table")


class Help(argparse.HelpFormatter):
    """Help as wide as the terminal; argparse looks that up for every option, by a module of its own."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class RawHelp(Help, argparse.RawDescriptionHelpFormatter):
    """The same, with the text above and below the options as it is written."""


def _width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns) - 2
    try:
        return os.get_terminal_size(1).columns - 2
    except OSError:
        return 78


def store(parser: argparse.ArgumentParser, *, demo: bool = False) -> None:
    """Which store, and which settings."""
    parser.add_argument("--store", metavar="DIR", help="where the store is (default: the user's data folder)")
    parser.add_argument(
        "--config", metavar="FILE", help="finops.toml to use (default: ./finops.toml, else the user's)"
    )
    if demo:
        parser.add_argument(
            "--demo", action="store_true", help="use the bundled sample data instead of the store"
        )


def output(parser: argparse.ArgumentParser) -> None:
    """How an answer is printed, and where."""
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")
    parser.add_argument("--output", metavar="FILE", help="write there instead of standard output")


def count(text: str) -> int:
    """A number from 1 on.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)
