"""Saved views: what is written down means the same view again, and no file can be more than a view."""

from __future__ import annotations

import shlex
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui import cli, headless, saved_views
from finops_tui.queries import dimensions, filters
from finops_tui.queries.saved import Saved
from finops_tui.queries.view import BASES, CATEGORIES, Condition, Period, View
from finops_tui.reckoning import calendar_of
from finops_tui.saved_views import SavedViewError
from finops_tui.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from finops_tui.queries.calendar import Calendar


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    from finops_tui import demo, paths, settings

    chosen = settings.load(paths.sample_data() / paths.CONFIG_FILE)
    with Store(demo.root(), teams=chosen.teams) as opened:
        yield opened


@pytest.fixture(scope="module")
def calendar(store: Store) -> Calendar:
    found = calendar_of(store)
    assert found is not None
    return found


def sums(store: Store, view: View) -> dict[tuple[object, ...], Decimal]:
    keys = [f"k{i}" for i in range(len(view.group_by))]
    frame = store.ask_now("by_key", view)
    return {
        (row["currency"], *(row[key] for key in keys)): row["cost"] for row in frame.iter_rows(named=True)
    }


DIMENSIONS = (
    "service",
    "account",
    "region",
    "team",
    "tag.team",
    "tag.env",
    "category",
    "tagged",
    "commitment",
    "resource",
)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_group_that_can_be_entered_is_reopened(
    store: Store, calendar: Calendar, dimension: str
) -> None:
    view = View(calendar.period("2026-05"), group_by=(dimension,))
    values = [key[1] for key in sorted(sums(store, view), key=str)]
    step = max(1, len(values) // 6)
    for value in [*values[::step], *(v for v in values if v is None or str(v).startswith("("))]:
        for excluded in (False, True):
            inside = View(view.period, group_by=("service",), path=(Condition(dimension, value, excluded),))  # type: ignore[arg-type]
            again = Saved.of(inside).view(calendar)
            assert sums(store, again) == sums(store, inside), (value, excluded)


@given(data=st.data())
def test_any_view_is_written_down_and_meant_again(data: st.DataObject) -> None:
    since = data.draw(st.dates(date(2025, 6, 1), date(2026, 6, 1)))
    view = View(
        Period(since, since + timedelta(days=data.draw(st.integers(1, 40)))),
        group_by=tuple(data.draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=3, unique=True))),
        path=tuple(
            Condition(name, data.draw(st.none() | st.text(min_size=1)), data.draw(st.booleans()))
            for name in data.draw(st.lists(st.sampled_from(DIMENSIONS), max_size=2))
        ),
        filter=data.draw(st.sampled_from([None, "service:a OR b", "-region:us", "cost>100", 'tag."a b"="x,y"']).map(
            lambda text: filters.parse(text) if text else None
        )),
        basis=data.draw(st.sampled_from(sorted(BASES))),
        excluded=data.draw(st.frozensets(st.sampled_from(sorted(CATEGORIES)), max_size=3)),
        currency=data.draw(st.none() | st.just("USD")),
    )  # fmt: skip
    saved = Saved.of(view)
    words = shlex.split(saved.command(headless=True))
    options = cli.parse(words[1:])
    from finops_tui.queries.calendar import Calendar

    bounds = Calendar(date(2025, 6, 1), date(2026, 7, 31), date(2026, 7, 30))
    read = headless.view_of(options, bounds)
    mine = saved.view(bounds)
    assert (read.group_by, read.filter, read.basis, read.excluded, read.currency) == (
        mine.group_by, mine.filter, mine.basis, mine.excluded, mine.currency,
    )  # fmt: skip
    assert (read.period.since, read.period.until) == (view.period.since, view.period.until)


@given(
    saved=st.builds(
        Saved,
        name=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60).filter(
            str.isprintable
        ),
        key=st.sampled_from(["", "a", "=", "é"]),
        filter=st.sampled_from(["", 'tag.team="a\\"b"', "-x OR y"]),
        exclude=st.lists(st.sampled_from(sorted(CATEGORIES)), max_size=2).map(tuple),
        compare=st.booleans(),
        currency=st.none() | st.just("EUR"),
    )
)
def test_files_hold_what_was_saved(saved: Saved, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("views")
    path = saved_views.save(folder, saved)
    assert path.parent == folder
    assert saved_views.everything(folder) == ((saved,), ())
    assert saved_views.named(folder, saved.name) == saved
    saved_views.remove(folder, saved.name)
    assert saved_views.everything(folder) == ((), ())


def test_names_that_look_alike_are_two_files_and_one_name_is_one(tmp_path: Path) -> None:
    for name in ("a b", "a-b", "A B", "../a", "..", "/etc/passwd"):
        saved_views.save(tmp_path / "views", Saved(name=name))
    assert sorted(saved.name for saved in saved_views.everything(tmp_path / "views")[0]) == [
        "..", "../a", "/etc/passwd", "A B", "a-b",
    ]  # fmt: skip
    assert {path.parent for path in tmp_path.rglob("*.toml")} == {tmp_path / "views"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = 3", "name is a text"),
        ("by = 'service'", "by is a list"),
        ("compare = 'no'", "compare is true or false"),
        ("basis = 'net'", "no cost basis 'net'"),
        ("sql = 'DROP'", "'sql' is not known here"),
        ("by = ['nothing']", "unknown dimension"),
        ("filter = 'a:('", "filter|expected|text"),
        ("key = 'ab'", "one character"),
        ('name = "\\u001b[2J"', "visible"),
        ("nonsense", "Expected .=. after a key"),
        ("x" * 70_000, "too large"),
        ("by = []", "grouped by something"),
    ],
)
def test_what_is_no_view_is_said_and_the_others_stay(tmp_path: Path, text: str, why: str) -> None:
    saved_views.save(tmp_path, Saved(name="good"))
    (tmp_path / "bad.toml").write_text(text)
    views, problems = saved_views.everything(tmp_path)
    assert [saved.name for saved in views] == ["good"]
    assert len(problems) == 1
    with pytest.raises(SavedViewError, match=why):
        saved_views.read(tmp_path / "bad.toml")


def test_a_name_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    saved_views.save(tmp_path, Saved(name="mine"))
    with pytest.raises(SavedViewError, match="no saved view 'other': mine"):
        saved_views.named(tmp_path, "other")
    with pytest.raises(ValueError, match="needs a name"):
        saved_views.save(tmp_path, Saved())


def test_missing_tags_can_be_named_in_a_filter(store: Store, calendar: Calendar) -> None:
    period = calendar.period("2026-05")
    groups = sums(store, View(period, group_by=("tag.team",)))
    for word in dimensions.MISSING_TAGS:
        view = View(period, group_by=("currency",), filter=filters.parse(f'tag.team="{word}"'))
        found = {key[0]: cost for key, cost in sums(store, view).items()}
        assert found == {key[0]: cost for key, cost in groups.items() if key[1] == word}
