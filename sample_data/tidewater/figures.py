"""Seeded, exact arithmetic: the same figures on every machine and in every version of Python."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import cache
from hashlib import blake2b
from typing import Final

START: Final = date(2025, 6, 1)
"""The first day of the data."""

END: Final = date(2026, 6, 18)
"""The last day of the data, not complete yet."""

DAYS: Final = tuple(START + timedelta(n) for n in range((END - START).days + 1))
"""Every day of the data, in order."""

SCALE: Final = Decimal("1e-10")
"""One unit of the tenth decimal: every cost is a whole number of these."""

ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")

_PROFILES: Final[dict[str, tuple[int, ...]]] = {
    "steady": (1000, 1000, 1000, 1000, 1000, 1000, 1000),
    "b2b": (980, 990, 1000, 1000, 970, 740, 700),
    "office": (960, 1000, 1000, 990, 920, 180, 140),
    "workday": (1000, 1000, 1000, 1000, 1000, 0, 0),
    "batch": (880, 900, 910, 900, 940, 1000, 1000),
    "shop": (930, 920, 940, 960, 1040, 1190, 1130),
}


def weekday_factor(profile: str, day: date) -> Decimal:
    """The share of a full day's use that a weekday sees, Monday first."""
    return Decimal(_PROFILES[profile][day.weekday()]) / 1000


@cache
def number(key: str) -> int:
    """A 64-bit number that depends on nothing but its key."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


def digest(key: str, length: int) -> str:
    """A hexadecimal name of some length (at most 64) for a key."""
    return blake2b(key.encode(), digest_size=32).hexdigest()[:length]


def noise_factor(key: str, day: date, percent: int) -> Decimal:
    """A factor around 1, at most `percent` away, denser in the middle."""
    if not percent:
        return Decimal(1)
    seed = number(f"{key}|{day.isoformat()}")
    span = percent * 50
    return 1 + Decimal(seed % (2 * span + 1) + (seed >> 32) % (2 * span + 1) - 2 * span) / 10000


def growth_factor(percent: int, since: date, day: date) -> Decimal:
    """Linear growth of so many percent a year since a day."""
    return 1 + Decimal(percent * (day - since).days) / 36500


def rounded(value: Decimal, decimals: int) -> Decimal:
    """A value to so many decimals, half to even."""
    return value.quantize(Decimal(1).scaleb(-decimals))


def times(price: Decimal, quantity: Decimal) -> Decimal:
    """Price times quantity, exactly.

    Raises:
        ValueError: the product has more than ten decimals.
    """
    with localcontext() as context:
        context.prec = 38
        cost = price * quantity
        if cost % SCALE:
            raise ValueError(f"{price} x {quantity} has more than ten decimals")
        return cost


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


MONTHS: Final = tuple(day for day in DAYS if day.day == 1)
"""The first day of every month of the data."""


def plain(value: Decimal) -> str:
    """A Decimal as digits without exponent or trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"", "-0"} else text
