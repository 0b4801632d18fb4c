"""Saved views on the command line: what `--view NAME` and the options beside it come to."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from finops_tui import paths, saved_views
from finops_tui.queries import safe_text
from finops_tui.queries.saved import Saved
from finops_tui.queries.view import FIRST

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from finops_tui.settings import Settings

_QUERY: Final[dict[str, Any]] = {
    "dataset": None, "by": None, "period": "all", "filter": "", "basis": "effective", "currency": None, "grain": None,
    "compare": False, "convert": None,
}  # fmt: skip
"""Options of `query` and their defaults: one that still has its default was not said."""


def folder(options: argparse.Namespace) -> Path:
    """Where saved views are: beside the user's settings, also while the demo's are in use."""
    return saved_views.folder_of(paths.config_file(options.config))


def opening(options: argparse.Namespace, settings: Settings) -> Saved | None:
    """What the explorer is asked to open with; None when nothing is said.

    Raises:
        ValueError: there is no such saved view, or an option means nothing.
    """
    name = options.view or settings.view.saved
    said = {
        "period": options.period,
        "by": tuple(headless_dimensions(options.by)) if options.by else None,
        "filter": options.filter,
        "basis": options.basis,
        "exclude": tuple(sorted(_categories(options.exclude))) if options.exclude else None,
        "currency": options.currency,
        "converted": options.convert,
        "grain": options.grain,
        "picture": options.picture,
        "compare": False if options.no_compare else None,
        "dataset": options.dataset,
    }
    said = {key: value for key, value in said.items() if value is not None}
    if not name and not said:
        return None
    start = settings.view
    base = saved_views.named(folder(options), name) if name else Saved(
        period=start.period, by=start.group, basis=start.basis, exclude=tuple(sorted(start.exclude)),
        compare=start.compare == "previous",
    )  # fmt: skip
    if said.get("dataset", base.dataset) != base.dataset and "by" not in said:
        said["by"] = (FIRST[said["dataset"]],)
    if said:
        base = replace(base, name="", key="")
    return replace(base, **said)


def headless_dimensions(text: str) -> list[str]:
    """The dimensions of `--by`."""
    from finops_tui import headless

    return [word.strip() for word in headless.listed_dimensions(text)]


def _categories(words: list[str]) -> frozenset[str]:
    from finops_tui import headless

    return headless.categories(words)


def fill(options: argparse.Namespace) -> None:
    """Take what `query` was not told from the saved view that it names.

    Raises:
        SavedViewError: there is no such view.
    """
    if not options.view:
        return
    saved = saved_views.named(folder(options), options.view)
    from finops_tui.queries.saved import listed

    meant = {
        "dataset": saved.dataset, "by": ",".join(map(listed, saved.by)), "period": saved.period, "filter": saved.filter,
        "basis": saved.basis, "currency": saved.currency, "compare": saved.compare,
        "convert": saved.converted,
    }  # fmt: skip
    for name, value in meant.items():
        if getattr(options, name) == _QUERY[name]:
            setattr(options, name, value)
    if not options.exclude and not options.include:
        options.exclude = list(saved.exclude)


def listed(options: argparse.Namespace) -> str:
    """Answer `finops-tui views`.

    Raises:
        SavedViewError: the view to delete is not there.
    """
    from finops_tui import export

    place = folder(options)
    if options.delete:
        saved_views.remove(place, options.delete)
        return f"{safe_text.clean(options.delete)} is deleted\n"
    views, problems = saved_views.everything(place)
    if options.json:
        rows = [{**asdict(view), "command": view.command(headless=True)} for view in views]
        return export.to_json({"views": rows, "problems": list(problems)})
    if not views and not problems:
        return "no saved views; w in the explorer saves what is on screen\n"
    columns = ("name", "key", "command")
    rows = [{"name": v.name, "key": v.key, "command": v.command(headless=True)} for v in views]
    said = "".join(f"{safe_text.clean(problem)}\n" for problem in problems)
    return (export.to_table(columns, rows) if rows else "") + said
