"""The command line: what can be written after `finops-tui`. Imports nothing heavy, so help is quick."""

from __future__ import annotations

import argparse

from finops_tui import cli_shared, cli_store, cli_tools, cli_words
from finops_tui.cli_shared import BASES, CATEGORIES, DATASETS, GRAINS, MATCHES, PARTS, PICTURES
from finops_tui.cli_words import COMMANDS

TYPE_CHECKING = False  # `typing` is left out: help is quicker without
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_EXPLORE: Final = "finops-tui [options] [PATH ...]\n       finops-tui COMMAND [options]"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; `command` is `explore` when none is named.

    Raises:
        SystemExit: help or the version was asked for (0), or an argument is wrong (2).
    """
    words = list(arguments)
    command = next((w for w in words if not w.startswith("-")), "")
    if command in COMMANDS and words[0] == command:
        options = _parser(command).parse_args(words[1:])
        options.command = command
    else:
        options = _explore().parse_args(words)
        options.command = "explore"
    return options


def _explore() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="finops-tui",
        usage=_EXPLORE,
        formatter_class=cli_shared.RawHelp,
        description="Explore cloud bills in the terminal, from the export itself.",
        epilog=cli_words.listed(),
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="bills to load first, as with load")
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    cli_shared.store(parser)
    _screen(parser)
    _opening(parser)
    cli_store.remote(parser)
    return parser


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"finops-tui {command}", description=COMMANDS[command][1], formatter_class=cli_shared.Help
    )
    {
        "demo": _demo,
        "load": _load,
        "sync": cli_store.sync,
        "sources": _sources,
        "query": _query,
        "explain": _explain,
        "provenance": _provenance,
        "budgets": _budgets,
        "quality": cli_tools.quality,
        "report": cli_tools.report,
        "note": cli_tools.note,
        "views": cli_tools.views,
        "sql": cli_tools.sql,
        "quarantine": cli_store.quarantine,
        "reconcile": _reconcile,
        "doctor": _sources,
        "undo": _sources,
    }[command](parser)
    return parser


def _screen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--color",
        choices=("auto", "truecolor", "256", "16", "none"),
        default="auto",
        help="colour depth (default: what the terminal says it has)",
    )
    parser.add_argument(
        "--charset",
        choices=("auto", "unicode", "blocks", "ascii"),
        default="auto",
        help="glyphs to draw with (default: what the locale can show)",
    )
    parser.add_argument(
        "--theme", choices=("auto", "dark", "light"), default="auto", help="dark or light background"
    )
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument(
        "--no-cache", action="store_true", help="neither show the last screen at once, nor keep this one"
    )


def _opening(parser: argparse.ArgumentParser) -> None:
    """What the explorer opens with; what is not said is as in a saved view, or as the settings have it."""
    group = parser.add_argument_group("what to open with")
    group.add_argument("--view", metavar="NAME", help="a saved view (w saves one)")
    _dataset(group)
    group.add_argument("--by", metavar="DIM[,DIM...]", help="group by these dimensions")
    group.add_argument("--period", metavar="P", help="mtd, last-month, 2026-05, a..b, all")
    group.add_argument("--filter", metavar="EXPR", help="as in the explorer, e.g. 'service:EC2 -region:us'")
    group.add_argument("--basis", choices=BASES, help="cost basis")
    group.add_argument("--exclude", metavar="CATEGORY", action="append", help="leave these out")
    group.add_argument("--currency", metavar="CODE", help="a billing currency")
    group.add_argument(
        "--convert", metavar="CODE", help="costs in this currency, by the rates of finops.toml"
    )
    group.add_argument("--grain", choices=GRAINS, help="bins of the chart")
    group.add_argument("--picture", choices=PICTURES, help="what stands above the table")
    group.add_argument("--no-compare", action="store_true", help="without the days before")


def _demo(parser: argparse.ArgumentParser) -> None:
    _screen(parser)
    _opening(parser)


def _load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a file, a folder, a glob, s3://bucket/prefix, ce://, a lake (athena://, sc://)",
    )
    parser.add_argument(
        "--source", metavar="NAME", help="name these bills are kept under (default: by format)"
    )
    parser.add_argument("--keep-going", action="store_true", help="load the rest when a file is refused")
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory to load with, such as 2GB (default: a quarter)"
    )
    parser.add_argument(
        "--shared", metavar="GROUP", help="let the members of this group read the store, from now on"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    cli_shared.store(parser)
    cli_store.remote(parser)


def _sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print as JSON")
    cli_shared.store(parser)


def _query(parser: argparse.ArgumentParser) -> None:
    cli_shared.store(parser, demo=True)
    parser.add_argument("--view", metavar="NAME", help="a saved view; options said beside it count more")
    parser.add_argument(
        "--by",
        metavar="DIM[,DIM...]",
        help="account, service, region, usage, resource, category, commitment, provider, team, tag.KEY "
        "or any FOCUS column (default: service; of an allocation: namespace)",
    )
    parser.add_argument(
        "--period", metavar="P", default="all", help="mtd, last-month, 2026-05, a..b, all (default)"
    )
    parser.add_argument("--grain", choices=GRAINS, help="a row for each hour, day, week or month")
    _dataset(parser)
    _slice(parser)
    parser.add_argument("--compare", action="store_true", help="add the like-for-like period before")
    parser.add_argument(
        "--limit",
        metavar="N",
        type=cli_shared.count,
        help="the N dearest rows of each currency; the rest is `other`",
    )
    cli_shared.output(parser)


def _dataset(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--dataset",
        choices=DATASETS,
        help="the bill (default), or the allocation of its money to pods and tasks, which is never added to it",
    )


def _slice(parser: argparse.ArgumentParser) -> None:
    """Which charges count, and at which cost."""
    parser.add_argument(
        "--filter", metavar="EXPR", default="", help="as in the explorer, e.g. 'service:EC2 -region:us'"
    )
    parser.add_argument("--basis", choices=BASES, default="effective", help="cost basis (default: effective)")
    parser.add_argument("--include", metavar="CATEGORY", action="append", default=[], help=_CATEGORY_HELP)
    parser.add_argument("--exclude", metavar="CATEGORY", action="append", default=[], help="leave these out")
    parser.add_argument("--currency", metavar="CODE", help="only this billing currency")
    parser.add_argument(
        "--convert", metavar="CODE", help="costs in this currency, by the rates that finops.toml names"
    )


_CATEGORY_HELP: Final = f"count only these charge categories: {', '.join(CATEGORIES)}"


def _explain(parser: argparse.ArgumentParser) -> None:
    cli_shared.store(parser, demo=True)
    parser.add_argument(
        "--period", metavar="A", default="mtd", help="what is looked at (default: mtd, complete days only)"
    )
    parser.add_argument(
        "--against", metavar="B", help="what it is compared with (default: the like-for-like days before)"
    )
    parser.add_argument(
        "--raw", action="store_true", help="both periods as they are, with days that are still arriving"
    )
    parser.add_argument(
        "--by", metavar="DIM[,DIM...]", help="whose change it was (default: service; or namespace)"
    )
    _dataset(parser)
    parser.add_argument("--part", choices=PARTS, help="rank the groups by this part of the change")
    parser.add_argument(
        "--match",
        choices=MATCHES,
        default="resource",
        help="what counts as the same thing: each resource's usage, or a usage whatever the resource",
    )
    _slice(parser)
    parser.add_argument(
        "--limit",
        metavar="N",
        type=cli_shared.count,
        help="name the N groups that moved most (default: 10 for people)",
    )
    cli_shared.output(parser)


def _provenance(parser: argparse.ArgumentParser) -> None:
    cli_shared.store(parser, demo=True)
    parser.add_argument("--period", metavar="P", default="mtd", help="mtd, last-month, 2026-05, a..b, all")
    parser.add_argument("--compare", action="store_true", help="with the like-for-like days before")
    _dataset(parser)
    _slice(parser)
    parser.add_argument(
        "--dialect",
        metavar="NAME",
        help="files (DuckDB, over the export), focus (DuckDB, over a table), athena, trino, spark, bigquery, snowflake …",
    )
    parser.add_argument(
        "--check", action="store_true", help="run it over the export files, and compare instead of printing"
    )
    parser.add_argument(
        "--format", choices=("sql", "json"), default="sql", help="how to print (default: sql)"
    )
    parser.add_argument("--output", metavar="FILE", help="write there instead of standard output")


def _reconcile(parser: argparse.ArgumentParser) -> None:
    cli_shared.store(parser, demo=True)
    parser.add_argument(
        "--period", metavar="P", default="all", help="what is shown of it: mtd, 2026-05, a..b, all (default)"
    )
    parser.add_argument(
        "--by", metavar="DIM[,DIM...]", default="service", help="groups that a filter's cost> is about"
    )
    _slice(parser)
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _budgets(parser: argparse.ArgumentParser) -> None:
    cli_shared.store(parser, demo=True)
    cli_shared.output(parser)
