"""`finops-tui report`: a set of views, or a page for each team, as Markdown, HTML or text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finops_tui import (
    export,
    markers,
    paths,
    report_html,
    report_pages,
    report_text,
    saved_views,
    view_options,
)
from finops_tui import notes as noted
from finops_tui.queries import filters
from finops_tui.queries.dimensions import UNALLOCATED
from finops_tui.queries.saved import Saved

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from finops_tui.queries.calendar import Calendar
    from finops_tui.report_pages import Page
    from finops_tui.settings import Settings
    from finops_tui.store import Store

FORMATS: Final = ("table", "md", "html")

_OVERVIEW: Final = (
    Saved(name="Everything, by service"),
    Saved(name="Everything, by account", by=("account",)),
    Saved(name="Everything, by charge category", by=("category",)),
)


def views(options: argparse.Namespace, settings: Settings) -> list[Saved]:
    """The views of a report: those named, a page per team, or an overview.

    Raises:
        ValueError: a view is not there, or there are no teams.
    """
    named = [saved_views.named(view_options.folder(options), name) for name in options.view]
    if options.showback:
        teams = settings.teams.names
        if not teams:
            raise ValueError("there are no teams in finops.toml to make pages for")
        wanted = [
            Saved(name=f"{team}, by service", filter=filters.term("team", team))
            for team in (*teams, UNALLOCATED)
        ]
        named += wanted
    if not named:
        named = [
            *_OVERVIEW,
            *([Saved(name="Everything, by team", by=("team",))] if settings.teams.names else []),
        ]
    if options.period:
        named = [replace(view, period=options.period) for view in named]
    return [replace(view, compare=True) for view in named]


def render(form: str, title: str, pages: Sequence[Page], notes: Sequence[str]) -> str:
    """Pages in one of `FORMATS`."""
    write = {"table": report_text.text, "md": report_text.markdown, "html": report_html.html}[form]
    return write(title, pages, notes)


def notes(store: Store, calendar: Calendar) -> list[str]:
    """What the figures stand on."""
    files = {file.path for entry in store.entries for file in entry.inputs}
    records = sum(entry.records for entry in store.entries)
    aside = sum(entry.quarantined for entry in store.entries)
    said = f"{records:,} records of {len(files)} files, {calendar.first} to {calendar.last}"
    return [
        f"From {said}; {aside:,} records set aside.",
        "Amounts are rounded only in writing; the rows of each table add up to its total. Currencies are never added.",
        f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by finops-tui.",
    ]


def write(store: Store, options: argparse.Namespace, settings: Settings, calendar: Calendar) -> str:
    """Make the report; with a folder as output, a file per page. Returns what is left to print.

    Raises:
        ValueError: a view or an option cannot be read.
        OSError: a file could not be written.
    """
    file = noted.file_of(paths.config_file(options.config))
    events, _ = markers.read(noted.places(settings.markers, file))
    pages = [report_pages.page(store, view, calendar, events) for view in views(options, settings)]
    told, form = notes(store, calendar), options.format
    title = options.title or f"Costs, {calendar.period(options.period or 'mtd').since:%B %Y}"
    target = Path(options.output).expanduser() if options.output else None
    if target is None:
        return render(form, title, pages, told)
    if not target.is_dir():
        export.write(render(form, title, pages, told), target)
        return f"{target}\n"
    ending = {"table": "txt"}.get(form, form)
    written = []
    for page in pages:
        name = saved_views.file_name(page.title).removesuffix(".toml")
        written.append(export.write(render(form, page.title, [page], told), target / f"{name}.{ending}"))
    return "".join(f"{path}\n" for path in written)
