"""Amounts as people read them: Decimal in, text out. Rounding happens here, in writing, half to even."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Final

from finops_tui.queries.safe_text import clean

MISSING: Final = "—"
UNCOMPARABLE: Final = "n/a"
NEW: Final = "new"
UP: Final = "▲"
DOWN: Final = "▼"

Change = tuple[Decimal | None, Decimal | None] | Decimal | None
"""What changed: `(now, before)` in money, a fraction, or None for nothing to compare with."""

_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_EVEN)
_SYMBOLS: Final = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "CN¥",
    "INR": "₹",
    "KRW": "₩",
    "BRL": "R$",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$",
    "TWD": "NT$",
    "MXN": "MX$",
    "ILS": "₪",
    "TRY": "₺",
    "UAH": "₴",
    "VND": "₫",
    "PHP": "₱",
    "THB": "฿",
    "KZT": "₸",
    "NGN": "₦",
    "XXX": "",
}
_WITHOUT_SYMBOL: Final = frozenset(
    ("CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "ZAR", "IDR", "MYR", "SAR", "AED", "CLP", "COP")
)
_DECIMALS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}
_UNITS: Final = (
    (Decimal(10) ** 12, "T"),
    (Decimal(10) ** 9, "B"),
    (Decimal(10) ** 6, "M"),
    (Decimal(10) ** 3, "K"),
    (Decimal(1), ""),
)


@dataclass(frozen=True, slots=True)
class Currency:
    """How a currency is written.

    Attributes:
        code: ISO 4217 code as the bill gives it; `XXX` for none.
        symbol: What stands before the figure, with a blank where it is a code.
        decimals: Decimals of its smallest coin.
    """

    code: str
    symbol: str
    decimals: int


@lru_cache(maxsize=256)
def currency(code: str) -> Currency:
    """Look up how a currency is written.

    Args:
        code: Currency code, in any case; unknown ones are written as they are, with two decimals.

    Returns:
        Its symbol and decimals; no symbol for an empty code.
    """
    known = code.upper()
    if known in _SYMBOLS or known in _WITHOUT_SYMBOL:
        symbol = _SYMBOLS.get(known, f"{known} ")
    else:
        symbol = f"{clean(code)[:8]} " if code.strip() else ""
    return Currency(code, symbol, _DECIMALS.get(known, 2))


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half to even for writing; never for calculating.

    Args:
        value: Any finite amount.
        decimals: Decimals to keep.

    Returns:
        The amount with exactly that many decimals and without a negative zero.
    """
    near = value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    return near or near.copy_abs()


def _figure(value: Decimal, symbol: str, decimals: int, *, plus: bool = False) -> str:
    """Sign, symbol and figure with thousands separators."""
    near = rounded(value, decimals)
    if not near and value:
        smallest = f"<{symbol}{Decimal(1).scaleb(-decimals):f}"
        return f"-{smallest}" if value < 0 else f"+{smallest}" if plus else smallest
    sign = "-" if near < 0 else "+" if plus and near else ""
    return f"{sign}{symbol}{near.copy_abs():,f}"


def amount(value: Decimal | None, code: str = "", *, decimals: int | None = None, symbol: bool = True) -> str:
    """Write an amount of money in full.

    Args:
        value: The amount, or None where there is none.
        code: Its currency.
        decimals: Decimals to write; the currency's own when not given, 0 for an overview.
        symbol: Whether the currency's symbol stands before it.

    Returns:
        Such as `$1,234.50`, `-$3.00`, `$0.00`, `<$0.01` for a trace, `—` for None.
    """
    if value is None or not value.is_finite():
        return MISSING
    money = currency(code)
    places = money.decimals if decimals is None else decimals
    return _figure(value, money.symbol if symbol else "", places)


def delta(value: Decimal | None, code: str = "", *, decimals: int | None = None, symbol: bool = True) -> str:
    """Write a difference in money, always signed.

    Args:
        value: Now minus before, or None where there is nothing to compare.
        code: Its currency.
        decimals: Decimals to write; the currency's own when not given.
        symbol: Whether the currency's symbol stands before the figure.

    Returns:
        Such as `+$322.65`, `-$2,304.56`, `$0.00`, `n/a`.
    """
    if value is None or not value.is_finite():
        return UNCOMPARABLE
    money = currency(code)
    places = money.decimals if decimals is None else decimals
    return _figure(value, money.symbol if symbol else "", places, plus=True)


def compact(value: Decimal | None, code: str = "") -> str:
    """Write an amount with three significant figures, for charts only.

    Args:
        value: The amount.
        code: Its currency.

    Returns:
        Such as `$398K`, `$1.24M`, `$12.3`, `$0.05`, `<$0.01`.
    """
    if value is None or not value.is_finite():
        return MISSING
    symbol = currency(code).symbol
    size = value.copy_abs()
    if size < 1:
        return _figure(value, symbol, 2)
    index = next(index for index, (unit, _) in enumerate(_UNITS) if size >= unit)
    scaled = _WIDE.divide(size, _UNITS[index][0])
    places = 2 if scaled < 10 else 1 if scaled < 100 else 0
    if index and rounded(scaled, places) >= 1000:
        index, scaled, places = index - 1, Decimal(1), 2
    letter = _UNITS[index][1]
    figure = f"{rounded(scaled, places):,f}"
    if letter and "." in figure:
        figure = figure.rstrip("0").rstrip(".")
    return f"{'-' if value < 0 else ''}{symbol}{figure}{letter}"


def axis(ticks: Sequence[Decimal], code: str = "") -> list[str]:
    """Write the ticks of an axis alike: one unit, as many decimals as they need.

    Args:
        ticks: Evenly spaced amounts.
        code: Their currency.

    Returns:
        One label per tick, such as `$0`, `$50K`, `$100K`.
    """
    symbol = currency(code).symbol
    top = max((tick.copy_abs() for tick in ticks), default=Decimal(0))
    unit, letter = next((pair for pair in _UNITS if top >= pair[0]), _UNITS[-1])
    scaled = [_WIDE.divide(tick, unit) for tick in ticks]
    places = max((-_exponent(tick) for tick in scaled), default=0)
    return [
        f"{'-' if tick < 0 else ''}{symbol}{rounded(tick.copy_abs(), min(max(places, 0), 6)):,f}{letter if tick else ''}"
        if tick
        else f"{symbol}0"
        for tick in scaled
    ]


def _exponent(value: Decimal) -> int:
    """The exponent of a value without its trailing zeros."""
    exponent = value.normalize(_WIDE).as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def percent(fraction: Decimal | float | None, *, decimals: int = 1) -> str:
    """Write a fraction as a percentage.

    Args:
        fraction: 0.323 for 32.3%; None where there is none.
        decimals: Decimals to write.

    Returns:
        Such as `32.3%`, `<0.1%` for a trace, `—` for None.
    """
    if fraction is None:
        return MISSING
    value = fraction if isinstance(fraction, Decimal) else Decimal(str(fraction))
    if not value.is_finite():
        return MISSING
    return f"{_figure(_WIDE.multiply(value, Decimal(100)), '', decimals)}%"


def change_fraction(change: Change) -> Decimal | None:
    """Turn what changed into a fraction of what was.

    Args:
        change: `(now, before)`, a fraction, or None.

    Returns:
        The fraction, positive for a rise also where the amount before was negative; None where there
        was nothing before.
    """
    if not isinstance(change, tuple):
        return change if change is not None and change.is_finite() else None
    now, before = change
    if not before or not before.is_finite() or (now is not None and not now.is_finite()):
        return None
    return _WIDE.divide(_WIDE.subtract(now or Decimal(0), before), before.copy_abs())


def change_percent(change: Change, *, decimals: int = 1) -> str:
    """Write a change as a percentage with its direction.

    Args:
        change: `(now, before)`, a fraction, or None.
        decimals: Decimals to write.

    Returns:
        Such as `▲1.2%`, `▼34.1%`, `0.0%`, `▲>999%`, `new` (nothing before), `n/a`.
    """
    fraction = change_fraction(change)
    if fraction is None:
        appeared = isinstance(change, tuple) and change[1] is not None and not change[1] and change[0]
        return NEW if appeared else UNCOMPARABLE
    arrow = direction(fraction)
    if abs(fraction) >= 10:
        return f"{arrow}>999%"
    return f"{arrow}{rounded(_WIDE.multiply(fraction.copy_abs(), Decimal(100)), decimals):,f}%"


def direction(value: Decimal | None) -> str:
    """Give the arrow of a rise or a fall.

    Args:
        value: A difference or a fraction.

    Returns:
        `▲`, `▼`, or nothing where nothing moved.
    """
    if not value:
        return ""
    return UP if value > 0 else DOWN


def number(value: Decimal | float | None, *, decimals: int | None = None) -> str:
    """Write a quantity with thousands separators.

    Args:
        value: A count or a measured quantity.
        decimals: Decimals to write; as many as it has, at most six, when not given.

    Returns:
        Such as `12,345` or `0.25`; `—` for None.
    """
    if value is None:
        return MISSING
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        return MISSING
    places = min(max(-_exponent(exact), 0), 6) if decimals is None else decimals
    return _figure(exact, "", places)
