"""`finops-tui reconcile`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from finops_tui import export, headless, reconcile, reconcile_report
from finops_tui.commands import EMPTY, FINDING, FINE, CommandError, opened
from finops_tui.queries.accounting import account
from finops_tui.reckoning import calendar_of

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Account for every record and every amount; 1 when something is missing or too much.

    Raises:
        CommandError: nothing is loaded.
    """
    options.compare, options.grain = False, None
    with opened(options, demo=options.demo) as (store, _):
        calendar = calendar_of(store)
        if calendar is None:
            raise CommandError(EMPTY)
        view = headless.view_of(options, calendar)
        units = [reconcile.unit(entry) for entry in store.entries]
        found = asyncio.run(account(store.ask, view, calendar.all, units))
    if options.json:
        sys.stdout.write(export.to_json(reconcile_report.as_json(found)))
    else:
        sys.stdout.write(reconcile_report.as_text(found))
    return FINE if found.balanced else FINDING
