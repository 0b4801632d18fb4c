"""Scales: round ticks, bins that fit, labels of dates."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from finops_tui.screens.widgets.dates import axis_labels
from finops_tui.screens.widgets.scale import Axis, axis, columns, heights, nice

D = Decimal


def test_scales():
    assert [nice(step) for step in (0.9, 1.1, 2.2, 2.6, 7, 12000)] == [1, 2, D("2.5"), 5, 10, 20000]
    assert axis(100.0, 0.0, 10) == Axis(10, 0, 10.0)
    both = axis(90.0, -10.0, 10)
    assert (both.above, both.below, both.unit) == (9, 1, 10.0)
    assert axis(1.0, -1e-9, 10).below == 1
    assert axis(0.0, 0.0, 10).ticks(3) == [0]
    for high, low, count in ((97.0, 0.0, 7), (97.0, -13.0, 20), (0.003, 0.0, 10), (0.0, -5.0, 9)):
        scale = axis(high, low, count)
        ticks = scale.ticks(count // 4)
        assert len(ticks) >= 2
        assert all(
            scale.unit * scale.above >= tick >= -scale.unit * scale.below for tick in map(float, ticks)
        )
        assert len({scale.row(tick) for tick in ticks}) == len(ticks)
    assert heights([1, 1, 1], 3.0, 8) == [3, 5, 8]


def test_bins_become_columns():
    assert (columns(57, 80).width, columns(57, 80).gap) == (1, 0)
    assert (columns(12, 80).width, columns(12, 80).gap) == (6, 1)
    assert columns(0, 80).count == 0
    assert columns(5, 0).count == 0
    assert columns(100, 30).each == 4
    assert columns(100, 30).at(999) is None


@pytest.mark.parametrize(
    ("bins", "size", "first"),
    [
        ([datetime(2026, 3, 1, hour) for hour in range(24)], 8.0, ["1 Mar", "01:00", "02:00"]),  # noqa: DTZ001
        ([datetime(2026, 3, 1, hour) for hour in range(24)], 2.5, ["1 Mar", "03:00", "06:00"]),  # noqa: DTZ001
        ([date(2026, 3, 1) + timedelta(days=day) for day in range(10)], 8.0, ["1 Mar", "2 Mar", "3 Mar"]),
        ([date(2026, 3, 1) + timedelta(days=day) for day in range(31)], 2.0, ["2 Mar", "9 Mar", "16 Mar"]),
        (
            [date(2025, 10 + month, 1) for month in range(3)] + [date(2026, 1, 1)],
            6.0,
            ["Oct", "Nov", "Dec", "2026"],
        ),
        ([date(year, 1, 1) for year in range(2000, 2030)], 1.0, ["2000", "2006", "2012"]),
        (["a", "bb", "ccc"], 5.0, ["a", "bb", "ccc"]),
    ],
)
def test_dates_are_labelled_as_finely_as_they_fit(bins, size, first):
    labels = axis_labels(bins, size, int(size * len(bins)))
    assert [label for _, label in labels][: len(first)] == first
    ends = [x + len(label) for x, label in labels]
    assert all(x > end for (x, _), end in zip(labels[1:], ends, strict=False))
    assert ends[-1] <= size * len(bins)
