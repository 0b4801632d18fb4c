"""What each command does: opens what it needs, prints, and says how it ended."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import paths
from finops_tui.engines.schemes import is_lake
from finops_tui.manifest import StoreError
from finops_tui.queries import safe_text
from finops_tui.queries.view import ALLOCATION, BILL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from finops_tui.lake_following import Following
    from finops_tui.queries.calendar import Calendar
    from finops_tui.settings import Settings
    from finops_tui.store import Store

FINE, FINDING, FAILED = 0, 1, 2
EMPTY = "the store is empty; load a bill with `finops-tui load PATH`, or try `--demo`"


def nothing(store: Store) -> str:
    """What to say when there is nothing of a dataset; there may be something of the other one."""
    held = next((entry.dataset for entry in store.entries), None)
    return EMPTY if held is None else f"nothing but {_HELD[held]}"


_HELD = {
    ALLOCATION: "the allocation of a bill is loaded; ask for it with --dataset allocation, or load the bill",
    BILL: "a bill is loaded: no export of OpenCost or Kubecost, and no split cost allocation",
}


class CommandError(Exception):
    """A command that could not be done; the message is for the user.

    Attributes:
        code: The exit code.
    """

    def __init__(self, words: str, code: int = FAILED) -> None:
        super().__init__(words)
        self.code = code


def run(options: argparse.Namespace) -> int:
    """Do what the command line says, and return the exit code.

    Raises:
        CommandError: it could not be done.
    """
    if getattr(options, "version", False):
        from finops_tui import __version__

        sys.stdout.write(f"finops-tui {__version__}\n")
        return FINE
    from finops_tui import store_commands, tool_commands

    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "explore": _explore,
        "demo": _demo,
        "load": store_commands.load,
        "sync": store_commands.sync,
        "sources": store_commands.sources,
        "query": _query,
        "explain": _explain,
        "provenance": tool_commands.provenance,
        "budgets": _budgets,
        "quality": tool_commands.quality,
        "report": tool_commands.report,
        "note": tool_commands.note,
        "views": tool_commands.views,
        "sql": tool_commands.sql,
        "quarantine": store_commands.quarantined,
        "reconcile": store_commands.reconcile,
        "doctor": store_commands.examine,
        "undo": store_commands.step_back,
    }
    try:
        return commands[options.command](options)
    except BrokenPipeError:
        raise
    except (StoreError, ValueError, OSError) as error:
        raise CommandError(safe_text.clean(_words(error))) from None


def _words(error: Exception) -> str:
    from finops_tui.queries.filter_ast import FilterError

    if isinstance(error, FilterError):
        return f"{error} (at character {error.position + 1} of the filter)"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


def _settings(options: argparse.Namespace, *, demo: bool) -> Settings:
    from finops_tui import settings

    if demo and not options.config:
        return settings.load(paths.sample_data() / paths.CONFIG_FILE)
    return settings.load(paths.config_file(options.config), required=bool(options.config))


@contextmanager
def opened(options: argparse.Namespace, *, demo: bool) -> Iterator[tuple[Store, Settings]]:
    """The store that the options name, open for reading, and its settings."""
    settings = _settings(options, demo=demo)
    store = store_of(options, settings, demo=demo)
    try:
        yield store, settings
    finally:
        store.close()


def store_of(options: argparse.Namespace, settings: Settings, *, demo: bool) -> Store:
    """The store that the options name, open for reading; for the caller to close."""
    from finops_tui.store import Store

    root = getattr(options, "root", None) or _root(options, demo=demo)
    rates = settings.rates.read() if settings.rates is not None else None
    return Store(root, teams=settings.teams, names=settings.account_names, rates=rates)


def _root(options: argparse.Namespace, *, demo: bool) -> Path:
    if demo:
        from finops_tui import demo as bundled

        return bundled.root()
    return paths.store_root(options.store)


@contextmanager
def answering(options: argparse.Namespace) -> Iterator[tuple[Store, Settings, Calendar]]:
    """The store that the options name, its settings, and what its bill (or `--dataset`) covers.

    Raises:
        CommandError: nothing of it is loaded.
    """
    from finops_tui.reckoning import calendar_of

    with opened(options, demo=options.demo) as (store, settings):
        calendar = calendar_of(store, getattr(options, "dataset", None) or BILL)
        if calendar is None:
            raise CommandError(nothing(store))
        yield store, settings, calendar


def _explore(options: argparse.Namespace) -> int:
    _needs_terminal()
    if len(options.paths) == 1 and is_lake(options.paths[0]):
        from finops_tui import lake_command

        return lake_command.explore(options)
    if options.paths:
        options.sources, options.source, options.memory, options.shared = options.paths, None, None, None
        options.keep_going, options.json = False, False
        from finops_tui import store_commands

        if (code := store_commands.load(options)) != FINE:
            return code
    return open_screen(options, demo=False)


def _demo(options: argparse.Namespace) -> int:
    _needs_terminal()
    options.config, options.store = None, None
    return open_screen(options, demo=True)


def _needs_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(
            "the explorer needs a terminal; `finops-tui query` prints the same answers without one"
        )


def open_screen(options: argparse.Namespace, *, demo: bool, lake: Following | None = None) -> int:
    """The explorer on the store that the options name, until it is left.

    Args:
        options: The command line.
        demo: Whether it is the bundled sample.
        lake: Brings months of a lake into the store, where it is one.
    """
    import os

    from finops_tui.screens import color

    chosen = _settings(options, demo=demo)
    look = color.detect(
        os.environ,
        options.color,
        charset=options.charset,
        theme=chosen.theme if options.theme == "auto" else options.theme,
        delta_colors=chosen.delta_colors,
        encoding=sys.stderr.encoding or "ascii",
    )
    color.apply_environment(look, os.environ)  # Textual reads its variables when it is imported
    from finops_tui.opening import Opening

    if demo:  # the first time it is loaded, and that is said: not on the screen of the explorer
        options.root = _root(options, demo=True)
    last = None if options.no_cache else options.last
    with Opening(options, chosen, look, demo=demo, lake=lake) as opening:
        if last is not None and last.on_terminal:
            opening.begin()  # there is something to see: what is heavy may come
        from finops_tui import app, settings

        settings.check_keys(chosen)
        return app.run(opening, last, mouse=chosen.mouse and not options.no_mouse)


def _query(options: argparse.Namespace) -> int:
    from finops_tui import export, headless, view_options

    view_options.fill(options)
    with answering(options) as (store, _, calendar):
        result = headless.query(store, options, calendar)
    if options.format == "json":
        put(export.to_json(result.as_json()), options)
    else:
        rows = headless.closed(result, options.format)
        content = export.render(result.columns, rows, options.format, headless.AMOUNTS)
        if isinstance(content, str) and options.format == "table" and options.grain:
            content += headless.charts(result, sys.stdout.encoding or "ascii")
        if isinstance(content, str) and options.format == "table":
            content += headless.rates_told(result)
        put(content, options)
    return FINE


def _explain(options: argparse.Namespace) -> int:
    from finops_tui import explain_report, tool_commands

    with answering(options) as (store, settings, calendar):
        report = explain_report.report(
            store, options, calendar, explain_report.events(tool_commands.events(options, settings))
        )
    put(report.render(options.format), options)
    return FINE


def _budgets(options: argparse.Namespace) -> int:
    from finops_tui import budget_report, export

    with answering(options) as (store, settings, calendar):
        report = budget_report.report(store, settings.budgets, calendar)
    content = (
        export.to_json(report.as_json())
        if options.format == "json"
        else export.render(report.columns, report.rows, options.format, report.amounts)
    )
    put(content, options)
    return FINDING if report.breached else FINE


def put(content: str | bytes, options: argparse.Namespace) -> None:
    """Print, or write to the file that was named."""
    if options.output:
        from finops_tui import export

        export.write(content, Path(options.output))
    elif isinstance(content, bytes):
        if sys.stdout.isatty():
            raise CommandError("parquet is not for a terminal; name a file with --output")
        sys.stdout.buffer.write(content)
    else:
        if sys.stdout.isatty():  # csv keeps what the data says; a terminal must not act on it
            content = "\n".join(map(safe_text.clean, content.split("\n")))
        sys.stdout.write(content)
    sys.stdout.flush()
