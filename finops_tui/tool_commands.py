"""The commands beside the figures: checks, reports, notes, saved views, SQL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from finops_tui import paths
from finops_tui.commands import FINDING, FINE, CommandError, answering, put

if TYPE_CHECKING:
    import argparse

    from finops_tui.markers import Place
    from finops_tui.settings import Settings


def quality(options: argparse.Namespace) -> int:
    """Check the data."""
    from finops_tui import export, quality_report
    from finops_tui.queries.quality import FAIL

    with answering(options) as (store, _, calendar):
        found = quality_report.findings(store, calendar, calendar.period(options.period))
    if options.format == "json":
        put(export.to_json(quality_report.as_json(found)), options)
    else:
        rows, right = quality_report.rows(found), frozenset(("broken", "of", "at_stake"))
        put(export.render(quality_report.COLUMNS, rows, options.format, right), options)
    return FINDING if any(one.state == FAIL for one in found) else FINE


def provenance(options: argparse.Namespace) -> int:
    """Say where a figure comes from, or check it over the export files."""
    from finops_tui import provenance_report

    with answering(options) as (store, _, calendar):
        found = provenance_report.report(store, options, calendar)
    if options.check:
        same, words = found.check()
        sys.stdout.write(f"{words}\n")
        return FINE if same else FINDING
    put(found.render(options.format, options.dialect), options)
    return FINE


def report(options: argparse.Namespace) -> int:
    """Write a report."""
    from finops_tui import report

    with answering(options) as (store, settings, calendar):
        written = report.write(store, options, settings, calendar)
    options.output = None
    put(written, options)
    return FINE


def events(options: argparse.Namespace, settings: Settings) -> tuple[Place, ...]:
    """Where events come from: what the settings name, and the notes beside them."""
    from finops_tui import notes

    return notes.places(settings.markers, notes.file_of(paths.config_file(options.config)))


def note(options: argparse.Namespace) -> int:
    """Write, list or delete notes."""
    from finops_tui import note_command

    sys.stdout.write(note_command.answer(options))
    return FINE


def views(options: argparse.Namespace) -> int:
    """List or delete saved views."""
    from finops_tui import view_options

    sys.stdout.write(view_options.listed(options))
    return FINE


def sql(options: argparse.Namespace) -> int:
    """Run a SELECT."""
    from finops_tui import console, console_shell, demo

    root = demo.root() if options.demo else paths.store_root(options.store)
    asked = console.Console(root, options.limit, options.seconds, console.size(options.memory))
    statement = options.statement
    if statement is None and sys.stdin.isatty():
        return console_shell.prompt(asked)
    try:
        reply = asked.ask(sys.stdin.read() if statement in {None, "-"} else statement)
    except console.ConsoleError as error:
        raise CommandError(str(error)) from None
    put(console_shell.printed(reply, options.format), options)
    if reply.more:
        sys.stderr.write(f"more than {options.limit:,} rows; the rest is left out (see --limit)\n")
    return FINE
