"""`finops-tui sync`: once, or again and again."""

from __future__ import annotations

import json
import select
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from finops_tui import (
    account_names,
    export,
    paths,
    progress,
    settings,
    sync,
    sync_gather,
    sync_report,
    sync_sources,
    watch,
    watch_stop,
)
from finops_tui.commands import CommandError
from finops_tui.loader_scratch import LoadCancelledError
from finops_tui.lock import LockedError
from finops_tui.queries import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from finops_tui.mapped import Mapped
    from finops_tui.sync import SyncResult
    from finops_tui.watch_stop import Stop

ACCESS = ("profile", "region", "role_arn", "endpoint_url")
"""Options that say how S3 is reached."""

_LOOK = 0.2
"""Seconds between two looks at whether to stop, while a question waits for its answer."""


def run(options: argparse.Namespace) -> int:
    """Bring the store up to date, list its sources, or forget some.

    Raises:
        CommandError: it could not be done; its code tells a held lock from the rest.
    """
    root = paths.store_root(options.store)
    try:
        if options.list or options.forget:
            return _list(root, options)
        learn_names(root, options)
        with watch_stop.stoppable() as stop:
            return _watch(root, options, stop) if options.every else _once(root, options, stop)
    except LockedError as error:
        raise CommandError(safe_text.clean(str(error)), sync.LOCKED) from None


def access(options: argparse.Namespace) -> dict[str, str]:
    """How S3 is reached, as the command line says it."""
    found = {name: getattr(options, name, None) or "" for name in ACCESS}
    if found["endpoint_url"]:
        from finops_tui.sources.s3_access import check_endpoint

        check_endpoint(found["endpoint_url"])  # before it is remembered
    if getattr(options, "requester_pays", False):
        found["requester_pays"] = "yes"
    return {name: value for name, value in found.items() if value}


def learn_names(root: Path, options: argparse.Namespace, shared: str | None = None) -> None:
    """Get the names of accounts, if that is asked for, and say how many there are."""
    if options.account_names:
        reached = sync_gather.access(access(options))
        count = account_names.learn(root, options.account_names, reached, shared)
        sys.stderr.write(f"{count:,} account names\n")


def agreement(options: argparse.Namespace, stop: Stop) -> Callable[[str], bool]:
    """Who agrees to what Cost Explorer takes for its answers: `--yes`, or somebody at the terminal."""

    def agree(price: str) -> bool:
        sys.stderr.write(f"{price}\n")
        if options.yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return bool(options.yes)
        sys.stderr.write("Go on? [y/N] ")
        sys.stderr.flush()
        while not select.select([sys.stdin], [], [], _LOOK)[0]:
            if stop():
                return False
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    return agree


def formats(options: argparse.Namespace) -> tuple[Mapped, ...]:
    """The formats of finops.toml.

    Raises:
        SettingsError: something in it is wrong.
    """
    chosen = settings.load(paths.config_file(options.config), required=bool(options.config))
    return chosen.formats


def _places(options: argparse.Namespace) -> list[sync_sources.Place]:
    reached = tuple(sorted(access(options).items()))
    return [
        sync_sources.Place(place, options.source, reached if sync_sources.is_remote(place) else ())
        for place in map(sync_sources.absolute, options.sources)
    ]


def _once(root: Path, options: argparse.Namespace, stop: Stop) -> int:
    with closing(progress.Shown(sys.stderr)) as shown:
        try:
            result = sync.sync(
                root,
                _places(options),
                memory=options.memory,
                progress=shown,
                cancelled=stop,
                agree=agreement(options, stop),
                formats=formats(options),
            )
        except LoadCancelledError as error:
            raise CommandError(str(error), 128 + stop.signal) from None
    if options.json:
        sys.stdout.write(export.to_json(sync_report.as_json(result)))
    else:
        sys.stdout.write(sync_report.as_text(result))
    for line in sync_report.complaints(result):
        sys.stderr.write(f"{line}\n")
    return result.code


def _watch(root: Path, options: argparse.Namespace, stop: Stop) -> int:
    shown: list[progress.Shown] = []

    def begin() -> progress.Shown:
        shown.append(progress.Shown(sys.stderr, prefix=watch.stamped("loading ")))
        return shown[-1]

    def end() -> None:
        while shown:
            shown.pop().close()

    def done(result: SyncResult) -> None:
        end()
        if options.json:
            _write(json.dumps(_flat(sync_report.as_json(result))))
        else:
            for line in sync_report.log_lines(result):
                _write(watch.stamped(line))

    def failed(words: str) -> None:
        end()
        sys.stderr.write(f"{watch.stamped(safe_text.clean(words))}\n")
        sys.stderr.flush()

    code = watch.watch(
        root,
        _places(options),
        watch.seconds(options.every),
        stop=stop,
        done=done,
        failed=failed,
        memory=options.memory,
        progress=begin,
        agree=agreement(options, stop),
        formats=formats(options),
    )
    end()
    failed("stopped")
    return code


def _list(root: Path, options: argparse.Namespace) -> int:
    known = sync.forget(root, options.forget) if options.forget else sync.listed(root)
    if options.json:
        sys.stdout.write(export.to_json(sync_report.list_as_json(known)))
    else:
        sys.stdout.write(sync_report.list_as_text(known))
    return 0


def _flat(value: Mapping[str, Any]) -> Any:
    """JSON values with exact decimals as strings."""
    return export.plain(value)


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
