"""`finops-tui sc://…`: the explorer on a lake, in a store of its own that fills while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui import lake_fetch, lake_following, sync_command, watch_stop
from finops_tui.commands import CommandError, open_screen
from finops_tui.engines.base import EngineError

if TYPE_CHECKING:
    import argparse


def explore(options: argparse.Namespace) -> int:
    """Open the explorer; `--store` names another store than the lake's own.

    Raises:
        CommandError: the lake is not named well, what it needs is not installed, or nobody agreed to its price.
    """
    url = options.paths[0]
    reached = sync_command.access(options)
    try:
        if not options.store:
            options.store = str(lake_following.root_of(url))
        lake_following.check(url, reached)
        with watch_stop.stoppable() as stop:
            agree = sync_command.agreement(options, stop)
            lake = lake_following.priced(url, reached, lake_fetch.Stop(stop), agree)
    except lake_fetch.NotAgreedError as error:
        raise CommandError(f"not asked: {error}") from None
    except EngineError as error:
        raise CommandError(str(error)) from None
    following = lake_following.Following(url, reached, options.store, lake)
    return open_screen(options, demo=False, lake=following)
