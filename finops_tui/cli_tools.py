"""The command line of what stands beside the figures: checks, reports, notes, saved views, SQL."""

from __future__ import annotations

from finops_tui import cli_shared

TYPE_CHECKING = False  # `typing` is left out: help is quicker without
if TYPE_CHECKING:
    import argparse


def quality(parser: argparse.ArgumentParser) -> None:
    """`finops-tui quality`."""
    cli_shared.store(parser, demo=True)
    parser.add_argument(
        "--period", metavar="P", default="all", help="mtd, last-month, 2026-05, a..b (default: all)"
    )
    cli_shared.output(parser)


def report(parser: argparse.ArgumentParser) -> None:
    """`finops-tui report`."""
    cli_shared.store(parser, demo=True)
    parser.add_argument(
        "--view", metavar="NAME", action="append", default=[], help="a saved view; may be said again"
    )
    parser.add_argument("--showback", action="store_true", help="a page for each team of finops.toml")
    parser.add_argument(
        "--period", metavar="P", help="in place of each view's own: last-month, 2026-05, a..b"
    )
    parser.add_argument("--title", metavar="TEXT", help="its heading")
    parser.add_argument(
        "--format", choices=("table", "md", "html"), default="table", help="how (default: table)"
    )
    parser.add_argument("--output", metavar="PATH", help="a file, or a folder for a file per page")


def note(parser: argparse.ArgumentParser) -> None:
    """`finops-tui note`."""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to note; nothing lists the notes")
    parser.add_argument("--date", metavar="DAY", help="the day it is about, as 2026-11-25 (default: today)")
    for name in ("service", "account", "resource"):
        parser.add_argument(f"--{name}", metavar="VALUE", help=f"the {name} it is about")
    parser.add_argument("--delete", action="store_true", help="delete the note of this date and text")
    parser.add_argument("--json", action="store_true", help="list as JSON")
    parser.add_argument("--config", metavar="FILE", help="finops.toml beside which the notes are")


def views(parser: argparse.ArgumentParser) -> None:
    """`finops-tui views`."""
    parser.add_argument("--delete", metavar="NAME", help="delete a saved view")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument("--config", metavar="FILE", help="finops.toml beside which the views are")


def sql(parser: argparse.ArgumentParser) -> None:
    """`finops-tui sql`."""
    parser.add_argument("statement", nargs="?", help="SELECT …; `-` or nothing reads it from standard input")
    parser.add_argument(
        "--seconds", metavar="N", type=cli_shared.count, default=30, help="time it may take (default: 30)"
    )
    parser.add_argument("--memory", metavar="SIZE", default="1GB", help="memory it may use (default: 1GB)")
    parser.add_argument(
        "--limit", metavar="N", type=cli_shared.count, default=10_000, help="most rows (default: 10,000)"
    )
    cli_shared.store(parser, demo=True)
    cli_shared.output(parser)
