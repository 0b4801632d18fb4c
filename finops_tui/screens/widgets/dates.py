"""Labels of a time axis: as fine as they fit."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Bin = date | str
"""A day, an hour (`datetime`) or a text."""
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GAP: Final = 2


def axis_labels(bins: Sequence[Bin], size: float, width: int) -> list[tuple[int, str]]:
    """Choose labels for bins that stand side by side.

    Args:
        bins: What each column begins with.
        size: Cells of a column.
        width: Cells of the axis.

    Returns:
        Pairs of a cell and a label that starts there, in rising order, none touching the next.
    """
    if bins and all(isinstance(each, date) for each in bins):
        moments = [each for each in bins if isinstance(each, date)]
        for choose in (
            _hours(1),
            _hours(3),
            _hours(6),
            _hours(12),
            _days,
            _mondays,
            _months(1),
            _months(2),
            _months(3),
        ):
            placed = _whole(_placed(choose(moments), size))
            inside = [each for each in placed if each[0] + len(each[1]) <= width]
            if inside and _apart(inside):
                return inside
        return _thinned(_placed(_months(12)(moments), size), width)
    return _thinned([(int(index * size), str(each)) for index, each in enumerate(bins)], width)


def around(labels: Sequence[tuple[int, str]], start: int, stop: int) -> tuple[int, int]:
    """The cells from `start` to `stop`, and all of each label they touch: what is left of one says nothing."""
    touched = [(x, x + len(text)) for x, text in labels if x < stop and start < x + len(text)]
    return min([start, *(x for x, _ in touched)]), max([stop, *(end for _, end in touched)])


def _placed(labels: list[tuple[int, str]], size: float) -> list[tuple[int, str]]:
    return [(int(index * size), text) for index, text in labels]


def _whole(labels: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Drop the first label where the next one follows at once: its period began before the axis."""
    if len(labels) > 1 and labels[0][0] + len(labels[0][1]) + _GAP > labels[1][0]:
        return labels[1:]
    return labels


def _apart(labels: list[tuple[int, str]]) -> bool:
    """Whether no label runs into the next."""
    return all(x + len(text) + _GAP <= after for (x, text), (after, _) in pairwise(labels))


def _thinned(labels: list[tuple[int, str]], width: int) -> list[tuple[int, str]]:
    """Leave out labels that have no room."""
    kept: list[tuple[int, str]] = []
    free = 0
    for x, text in labels:
        if x >= free and x + len(text) <= width:
            kept.append((x, text))
            free = x + len(text) + _GAP
    return kept


def _hours(step: int) -> Callable[[Sequence[date]], list[tuple[int, str]]]:
    def choose(moments: Sequence[date]) -> list[tuple[int, str]]:
        if not all(isinstance(each, datetime) for each in moments):
            return []
        return [
            (index, f"{each.hour:02}:00" if each.hour else day_label(each))
            for index, each in enumerate(moments)
            if isinstance(each, datetime) and each.hour % step == 0
        ]

    return choose


def _days(moments: Sequence[date]) -> list[tuple[int, str]]:
    """The first bin of every day."""
    return [
        (index, day_label(each))
        for index, each in enumerate(moments)
        if not index or moments[index - 1].toordinal() != each.toordinal()
    ]


def _mondays(moments: Sequence[date]) -> list[tuple[int, str]]:
    """The first bin of every week."""
    weeks = [each.isocalendar()[:2] for each in moments]
    return [
        (index, day_label(each))
        for index, each in enumerate(moments)
        if index and weeks[index - 1] != weeks[index]
    ]


def _months(step: int) -> Callable[[Sequence[date]], list[tuple[int, str]]]:
    def choose(moments: Sequence[date]) -> list[tuple[int, str]]:
        labels = []
        for index, each in enumerate(moments):
            begins = not index or (moments[index - 1].year, moments[index - 1].month) != (
                each.year,
                each.month,
            )
            if begins and (each.month - 1) % step == 0:
                labels.append((index, str(each.year) if each.month == 1 else MONTHS[each.month - 1]))
        return labels

    return choose


def day_label(day: date) -> str:
    """Write a day, such as `3 Oct`."""
    return f"{day.day} {MONTHS[day.month - 1]}"
