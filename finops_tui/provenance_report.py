"""Where a figure comes from, for `finops-tui provenance`: a SQL script that says so in its comments, or JSON."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from finops_tui import bare_sql, export, headless
from finops_tui.queries.provenance import Asked, provenance, sentences, unread, uses_tags
from finops_tui.screens import money, provenance_sql, trail

if TYPE_CHECKING:
    import argparse

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.provenance import Provenance
    from finops_tui.screens.provenance_sql import Form
    from finops_tui.store import Store

FILES = "files"
TABLE = "focus"


@dataclass(frozen=True, slots=True)
class Report:
    """Where a figure comes from.

    Attributes:
        found: The figure, its files, its SQL.
        words: It in sentences.
        forms: Its SQL by name: `files` where it runs over the export, `focus`, and each engine.
    """

    found: Provenance
    words: tuple[str, ...]
    forms: dict[str, Form]

    def script(self, dialect: str | None) -> str:
        """The SQL in a dialect, below comments that say what it gives; the one over the files if there is one.

        Raises:
            ValueError: there is none; the message says why.
        """
        name = dialect or next(iter(self.forms))
        form = self.forms.get(name)
        if form is None:
            raise ValueError(self.found.why_not or f"no SQL for {name}; there is {', '.join(self.forms)}")
        return form.text

    def as_json(self) -> dict[str, Any]:
        """The contract of `provenance --format json`."""
        found = self.found
        return {
            "view": headless.describe(found.view),
            "cost": found.cost,
            "now": found.now,
            "before": found.before,
            "lines": found.lines,
            "words": list(self.words),
            "reconciled": not found.gap,
            "files": [
                {"file": source.file, "unit": source.unit, "lines": source.lines, "cost": source.cost}
                for source in found.sources
            ],
            "sql": {name: form.sql for name, form in self.forms.items()},
            "no_sql_over_files": found.why_not or None,
        }

    def render(self, form: str, dialect: str | None) -> str:
        """The report as `sql` or `json`.

        Raises:
            ValueError: as `script`.
        """
        return export.to_json(self.as_json()) if form == "json" else self.script(dialect)

    def check(self) -> tuple[bool, str]:
        """Run the SQL over the files in a DuckDB of its own, and compare.

        Returns:
            Whether it gave the figure, and that in words.

        Raises:
            ValueError: there is no such SQL; the message says why.
            StoreError: it fails.
        """
        if not self.found.over_files:
            raise ValueError(self.found.why_not)
        row = asyncio.run(bare_sql.run(self.found.over_files))
        return provenance_sql.verdict(self.found, row, money.amount)


def report(store: Store, options: argparse.Namespace, calendar: Calendar) -> Report:
    """Answer `finops-tui provenance`: the whole of a view, in one currency.

    Raises:
        ValueError: the options describe no view; the message is for people.
    """
    options.by, options.grain = "service", None
    asked = headless.view_of(options, calendar)
    view = replace(asked, group_by=(), currency=asked.currency or asked.converted or calendar.currencies[0])
    headless.exchanged(store, view, calendar)
    origin = bare_sql.origin(store)
    every = unread(view)
    keys = store.ask_now("raw_tag_keys", every) if uses_tags(view, store.teams) else None
    answers = Asked(
        store.ask_now("total", view),
        store.ask_now("behind", replace(view, compared=None)),
        store.ask_now("given", every),
        keys,
    )
    found = provenance(view, answers, origin.units, origin.teams, origin.rates)
    words = sentences(found, trail.crumbs(view, {}), calendar, money.amount)
    shown = provenance_sql.forms(found, words, origin)
    names = [*([FILES] if found.over_files else []), TABLE, *origin.dialects]
    return Report(found, words, dict(zip(names, shown, strict=False)))
