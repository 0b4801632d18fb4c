"""Random scopes and periods of the sample: the SQL that is shown, run in a bare DuckDB over its files, is the figure."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from finops_tui import bare_sql, demo, settings
from finops_tui.queries.provenance import Asked, provenance, unread, uses_tags
from finops_tui.queries.view import BASES, CATEGORIES, Condition, Period, View
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.sample_bill import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

DIMENSIONS = (
    "service",
    "account",
    "region",
    "usage",
    "resource",
    "team",
    "category",
    "provider",
    "tag.team",
    "tag.env",
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store(demo.root(), teams=settings.load(HERE / "finops.toml").teams) as opened:
        yield opened


def some_view(store: Store, seed: int) -> View:
    """A view of one to three conditions that leave something, in any days, basis and categories."""
    dice = random.Random(seed)
    calendar = calendar_of(store)
    assert calendar is not None
    since = calendar.first + timedelta(days=dice.randrange(300))
    period = Period(since, since + timedelta(days=dice.randrange(1, 90)))
    view = View(period, calendar.compared(period), (), basis=dice.choice(list(BASES)))
    view = replace(view, currency=dice.choice(calendar.currencies[:2]))
    if dice.random() < 0.4:
        view = view.without(dice.sample(list(CATEGORIES), 2))
    for name in dice.sample(DIMENSIONS, dice.randrange(1, 4)):
        groups = store.ask_now("by_key", view.regroup(name))
        found = groups.filter(groups["currency"] == view.currency)["k0"].to_list()
        if found:
            view = replace(view, path=(*view.path, Condition(name, dice.choice(found), dice.random() < 0.2)))
    return view


@pytest.mark.parametrize("seed", range(24))
def test_the_sql_is_the_figure(store: Store, seed: int) -> None:
    view = some_view(store, seed)
    keys = store.ask_now("raw_tag_keys", unread(view)) if uses_tags(view, store.teams) else None
    asked = Asked(
        store.ask_now("total", view),
        store.ask_now("behind", replace(view, compared=None)),
        store.ask_now("given", unread(view)),
        keys,
    )
    found = provenance(view, asked, bare_sql.units(store.entries), store.teams)
    row = duckdb.connect().execute(found.over_files).fetchone()
    assert row == (found.cost, found.lines, *((found.now, found.before) if view.compared else ()))
    assert not found.gap
