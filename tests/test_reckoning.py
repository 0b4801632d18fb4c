"""What a store covers is told by its manifest as it would be by its lines."""

from __future__ import annotations

from datetime import timedelta

from finops_tui import demo
from finops_tui.queries.view import Period, View
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store


def test_currencies_are_those_of_the_lines_most_money_first() -> None:
    with Store(demo.root()) as store:
        calendar = calendar_of(store)
        assert calendar is not None
        period = Period(calendar.first, calendar.last + timedelta(days=1), "all")
        totals = store.ask_now("total", View(period, group_by=()))
        assert list(calendar.currencies) == totals["currency"].to_list()
        assert len(calendar.currencies) > 1
