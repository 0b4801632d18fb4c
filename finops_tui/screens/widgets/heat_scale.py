"""The scale of a calendar: six steps from the least day to a day that only a few exceed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS: Final = 6


@dataclass(frozen=True, slots=True)
class HeatScale:
    """Steps of a calendar.

    Attributes:
        low: Where the first step begins.
        high: Where the last step ends; days above it are in the last step, too.
        most: The greatest day.
    """

    low: Decimal
    high: Decimal
    most: Decimal

    @property
    def clipped(self) -> bool:
        """Whether days above the last step were put into it."""
        return self.most > self.high

    def step(self, value: Decimal) -> int:
        """Give the step of a day, from 0."""
        span = self.high - self.low
        if span <= 0:
            return STEPS // 2 if value else 0
        return max(0, min(STEPS - 1, int((value - self.low) / span * STEPS)))


def scale_of(days: Mapping[date, Decimal]) -> HeatScale:
    """Find the steps for some days.

    Args:
        days: Cost per day; days below zero are left out of the scale.

    Returns:
        The scale, its end at the 98th percentile (nearest rank).
    """
    values = sorted(value for value in days.values() if value.is_finite() and value >= 0)
    if not values:
        return HeatScale(Decimal(0), Decimal(0), Decimal(0))
    high = values[max(0, ceil(len(values) * 98 / 100) - 1)]
    return HeatScale(values[0], high, values[-1])


def monday(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks(days: Mapping[date, Decimal]) -> tuple[date, int]:
    """Give the first Monday and the number of weeks that some days span.

    Args:
        days: At least one day.

    Returns:
        Monday of the first week, and how many weeks there are.
    """
    first, last = monday(min(days)), monday(max(days))
    return first, (last - first).days // 7 + 1
