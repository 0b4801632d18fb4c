"""Views and the steps between them, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from finops_tui.queries.calendar import Calendar
from finops_tui.queries.view import Comparison, Condition, Period, View
from finops_tui.screens import commands, steps, trail
from finops_tui.screens.history import LONGEST, History
from finops_tui.screens.keys import by_command

CALENDAR = Calendar(date(2026, 1, 1), date(2026, 11, 19), date(2026, 11, 18), currencies=("USD", "EUR"))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 20), "mtd")
START = View(NOVEMBER, CALENDAR.compared(NOVEMBER), currency="USD")


def test_the_way_in_ends_at_the_resource_whatever_it_starts_from() -> None:
    for first in ("service", "region", "usage", "account", "team", "tag.env", "provider", "category"):
        view = START.regroup(first)
        for _ in range(8):
            ways = steps.onward(view)
            if not ways:
                break
            assert not {c.dimension for c in view.path} & set(ways[:-1])
            view = steps.into(view, ["x"], ways[0])
        assert view.dimension == "resource"
        assert view.path[0].dimension == first


def test_a_value_left_out_does_not_close_the_way() -> None:
    view = START.only("region", "eu-west-1", excluded=True)
    assert steps.onward(view)[0] == "region"
    assert steps.onward(START.only("region", "eu-west-1"))[0] == "usage"


def test_out_is_the_way_in_backwards() -> None:
    inside = steps.into(steps.into(START, ["EC2"], "region"), [None], "usage")
    assert inside.up().up() == START
    assert trail.landing(inside, inside.up()) == (True, None)
    assert trail.landing(inside.up(), START) == (True, "EC2")
    assert trail.landing(START, inside) == (False, None)


def test_several_dimensions_are_entered_together_and_left_out_one_by_one() -> None:
    view = START.regroup("service", "region")
    inside = steps.into(view, ["EC2", "us"], "usage")
    assert inside.path == (Condition("service", "EC2"), Condition("region", "us"))
    assert steps.kept(view, ["EC2", "us"], excluded=True).path == (
        Condition("service", "EC2", excluded=True),
    )
    kept = steps.kept(view, ["EC2", "us"], excluded=False)
    assert steps.kept(kept, ["EC2", "us"], excluded=False) == kept


def test_shifting_stays_where_data_is() -> None:
    view, seen = START, 0
    while (earlier := steps.shifted(view, -1, CALENDAR, comparing=True)) is not None:
        view, seen = earlier, seen + 1
        assert view.period.until > CALENDAR.first
    assert seen == 10
    assert view.period == replace(view.period, since=date(2026, 1, 1), until=date(2026, 2, 1))
    assert steps.shifted(START, 1, CALENDAR, comparing=True) is None


def test_comparing_or_not() -> None:
    assert steps.at(START, START.period, CALENDAR, comparing=False).compared is None
    compared = steps.at(START, START.period, CALENDAR, comparing=True).compared
    assert compared is not None
    assert compared.now.days == compared.before.days == 17


@pytest.mark.parametrize(
    ("period", "grains"),
    [
        (Period(date(2026, 11, 5), date(2026, 11, 6)), ("day",)),
        (NOVEMBER, ("day", "week")),
        (Period(date(2026, 1, 1), date(2026, 11, 20)), ("day", "week", "month")),
        (Period(date(2020, 1, 1), date(2026, 11, 20)), ("week", "month")),
    ],
)
def test_grains_fit_the_period(period: Period, grains: tuple[str, ...]) -> None:
    view = replace(START, period=period)
    assert steps.grains(view, CALENDAR) == grains
    for grain in ("hour", "day", "week", "month"):
        assert steps.fitting(replace(view, grain=grain), CALENDAR).grain in grains


def test_hours_where_the_data_has_them() -> None:
    hourly = replace(CALENDAR, hourly=True)
    assert steps.grains(START, hourly) == ("day", "week")
    day = replace(START, period=Period(date(2026, 11, 5), date(2026, 11, 6)))
    assert steps.grains(day, hourly) == ("hour", "day")
    finer = steps.regrained(day, -1, hourly)
    assert finer is not None
    starts = steps.bins(finer, hourly)
    assert len(starts) == 24
    assert starts[3].isoformat() == "2026-11-05T03:00:00"


def test_a_bin_is_inside_the_period() -> None:
    weekly = replace(START, grain="week")
    starts = steps.bins(weekly, CALENDAR)
    assert starts[0] == date(2026, 10, 26)
    assert steps.within(weekly, starts, 0, 1) == Period(date(2026, 11, 1), date(2026, 11, 2), "2026-11-01")
    last = steps.within(weekly, starts, len(starts) - 1, len(starts))
    assert last is not None
    assert (last.since, last.until) == (date(2026, 11, 16), date(2026, 11, 20))
    assert steps.within(weekly, starts, 0, len(starts)) is None


def test_days_that_have_not_come_are_no_bins() -> None:
    whole = replace(START, period=Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11"))
    assert steps.bins(whole, CALENDAR)[-1] == date(2026, 11, 19)
    assert steps.unfinished(whole, date(2026, 11, 19), CALENDAR)
    assert not steps.unfinished(whole, date(2026, 11, 17), CALENDAR)


def test_currencies_one_at_a_time() -> None:
    assert steps.one_currency(replace(START, currency=None), ("USD", "EUR")).currency == "USD"
    euros = steps.next_currency(START, ("USD", "EUR"))
    assert euros is not None
    assert euros.currency == "EUR"
    assert steps.next_currency(euros, ("USD", "EUR")) == START
    assert steps.next_currency(START, ("USD",)) is None


def test_clearing_comes_back_to_where_the_path_began() -> None:
    inside = steps.into(START.only("tag.env", "dev", excluded=True), ["EC2"], "usage")
    assert steps.cleared(inside) == START


def test_undo_and_redo() -> None:
    views = [START, START.regroup("region"), START.regroup("usage")]
    history = History((views[0],)).to(views[1]).to(views[2])
    assert history.to(views[2]) is history
    assert history.undo().view == views[1]
    assert history.undo().undo().undo().view == views[0]
    assert history.undo().redo().redo().view == views[2]
    assert history.undo().to(START.regroup("team")).redo().view == START.regroup("team")
    for number in range(LONGEST + 5):
        history = history.to(START.regroup(f"tag.{number}"))
    assert len(history.views) == LONGEST


@pytest.mark.parametrize(
    ("word", "argument", "expected"),
    [
        ("group", "TAG.team", START.regroup("tag.team")),
        ("group", "service, region", START.regroup("service", "region")),
        ("basis", "b", replace(START, basis="billed")),
        ("currency", "eur", replace(START, currency="EUR")),
        ("grain", "week", replace(START, grain="week")),
        ("period", "2026-03", steps.at(START, CALENDAR.period("2026-03"), CALENDAR, comparing=True)),
    ],
)
def test_commands_are_steps(word: str, argument: str, expected: View) -> None:
    action = by_command(word, "explore")
    assert commands.commanded(START, action, argument, CALENDAR, comparing=True) == expected


@pytest.mark.parametrize(
    ("word", "argument", "says"),
    [
        ("group", "servise", "unknown dimension"),
        ("basis", "amortized", "effective"),
        ("grain", "year", "day"),
        ("period", "someday", "mtd"),
        ("filter", "servise:x", "service"),
    ],
)
def test_commands_say_what_they_take(word: str, argument: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        commands.commanded(START, by_command(word, "explore"), argument, CALENDAR, comparing=True)


def test_the_words_of_a_view() -> None:
    view = START.only("account", "123").only("tag.team", None).only("service", "", excluded=True)
    assert trail.crumbs(view, {("account", "123"): "prod"}) == ("prod", "(no team)", "not (empty)")
    assert trail.crumbs(START, {}) == ("Everything",)
    assert trail.counted(START) == ""
    assert trail.counted(START.without({"tax", "credit"})) == "without tax, credit"
    assert trail.counted(replace(START, included=frozenset({"usage"}))) == "only usage"
    assert trail.compared(replace(START, compared=None)) == "not compared"
    same = replace(START, compared=Comparison(NOVEMBER, Period(date(2026, 10, 1), date(2026, 10, 20))))
    assert trail.compared(same) == "vs 1–19 Oct"
    assert trail.compared(START) == "1–17 Nov vs 1–17 Oct"
