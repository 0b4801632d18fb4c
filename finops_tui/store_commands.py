"""The commands that fill, list and mend the store."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

from finops_tui import paths
from finops_tui.commands import FAILED, FINDING, FINE, CommandError, opened

if TYPE_CHECKING:
    import argparse


def load(options: argparse.Namespace) -> int:
    """Load bills."""
    from finops_tui import loader, progress, reports, sync_command, watch_stop

    root = paths.store_root(options.store)
    sync_command.learn_names(root, options, options.shared)
    shown = progress.Shown(sys.stderr)
    with watch_stop.stoppable() as stop, closing(shown):
        try:
            result = loader.load(
                root,
                options.sources,
                source_name=options.source,
                keep_going=options.keep_going,
                memory=options.memory,
                shared=options.shared,
                progress=shown,
                cancelled=stop,
                options=sync_command.access(options),
                agree=sync_command.agreement(options, stop),
                formats=sync_command.formats(options),
            )
        except loader.LoadCancelledError as error:
            raise CommandError(str(error), 128 + stop.signal) from None
    if options.json:
        from finops_tui import export

        sys.stdout.write(export.to_json(reports.as_json(result)))
    else:
        sys.stdout.write(reports.as_text(result))
    for line in reports.complaints(result):
        sys.stderr.write(f"{line}\n")
    failed = result.refused and (not options.keep_going or not result.loaded)
    return FAILED if failed else FINE


def sync(options: argparse.Namespace) -> int:
    """Load what has changed in the sources."""
    from finops_tui import sync_command

    return sync_command.run(options)


def sources(options: argparse.Namespace) -> int:
    """List what is loaded."""
    from finops_tui import export, reports

    with opened(options, demo=False) as (store, _):
        entries = store.entries
    if options.json:
        sys.stdout.write(export.to_json(reports.units_as_json(entries, "sources")))
    else:
        sys.stdout.write(reports.entries_as_text(entries))
    return FINE


def quarantined(options: argparse.Namespace) -> int:
    """List or export the records that were set aside."""
    from finops_tui import quarantine_command

    return quarantine_command.run(options)


def reconcile(options: argparse.Namespace) -> int:
    """Account for every record and every amount."""
    from finops_tui import reconcile_command

    return reconcile_command.run(options)


def examine(options: argparse.Namespace) -> int:
    """Examine the store."""
    from finops_tui import doctor, doctor_report, export

    checkup = doctor.examine(paths.store_root(options.store))
    if options.json:
        sys.stdout.write(export.to_json(doctor_report.as_json(checkup)))
    else:
        sys.stdout.write(doctor_report.as_text(checkup))
    return FINE if checkup.healthy else FINDING


def step_back(options: argparse.Namespace) -> int:
    """Go back to the generation before."""
    from finops_tui import doctor_report, export, undo

    undone = undo.undo(paths.store_root(options.store))
    if options.json:
        sys.stdout.write(export.to_json(doctor_report.undone_as_json(undone)))
    else:
        sys.stdout.write(doctor_report.undone_as_text(undone))
    return FINE
