"""Exact sums of answers, for the screens: amounts per currency, never added across currencies."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, Overflow
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    import polars as pl

EXACT: Final = Context(prec=200, traps=[Inexact, Overflow])
"""Money of any bill adds up in this without a digit lost; losing one raises."""

ZERO: Final = Decimal(0)


def add(values: Iterable[Decimal | None]) -> Decimal:
    """The exact sum of amounts of one currency; None counts for nothing."""
    total = ZERO
    for value in values:
        if value is not None:
            total = EXACT.add(total, value)
    return total


def per_currency(
    rows: Iterable[Mapping[str, Any]], money: str = "cost", currency: str = "currency"
) -> dict[str, Decimal]:
    """What rows of an answer add up to.

    Args:
        rows: Rows with an amount and its currency.
        money: The column with the amount.
        currency: The column with the currency.

    Returns:
        One exact sum per currency, in order of appearance.
    """
    sums: dict[str, Decimal] = {}
    for row in rows:
        code = row[currency] or "XXX"
        sums[code] = add((sums.get(code), row[money]))
    return sums


def grouped(
    rows: Iterable[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], Hashable], money: str = "cost"
) -> dict[Any, dict[str, Decimal]]:
    """What rows of an answer add up to, per group and currency.

    Args:
        rows: Rows with `money` and `currency`.
        key: The group of a row.
        money: The column with the amount.

    Returns:
        For every group, one exact sum per currency.
    """
    groups: dict[Any, dict[str, Decimal]] = {}
    for row in rows:
        sums = groups.setdefault(key(row), {})
        code = row["currency"] or "XXX"
        sums[code] = add((sums.get(code), row[money]))
    return groups


def dearest_first(groups: Mapping[Any, Mapping[str, Decimal]], currencies: Sequence[str]) -> list[Any]:
    """Groups by their money: in the first currency, ties in the second, and so on.

    Args:
        groups: Amounts per group and currency.
        currencies: Currencies, the most important first; others follow by name.

    Returns:
        The groups, dearest first.
    """
    others = sorted({code for sums in groups.values() for code in sums} - set(currencies))
    order = (*currencies, *others)
    return sorted(groups, key=lambda group: (*(-groups[group].get(code, ZERO) for code in order), str(group)))


def running(values: Iterable[Decimal | None]) -> list[Decimal]:
    """The exact running total of amounts of one currency."""
    totals: list[Decimal] = []
    total = ZERO
    for value in values:
        total = add((total, value))
        totals.append(total)
    return totals


def exact(value: Decimal) -> str:
    """An amount in full: every digit, no exponent, no zeros at the end beyond two decimals."""
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def shortened(value: Decimal | None, places: int = 10) -> Decimal | None:
    """An amount that was reckoned, not charged, with so many decimals; half goes to even."""
    if value is None:
        return None
    return value.quantize(Decimal(1).scaleb(-places), context=Context(prec=200))


def decimal_column(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of a frame in which decimals keep every digit, whatever their scales.

    Args:
        name: Its name.
        values: Its values; decimals of any scale, or anything else.

    Returns:
        A series of decimals with the greatest scale among them, as texts where they would not fit in 38
        digits; other values as polars takes them.
    """
    import polars as pl

    amounts = [value for value in values if isinstance(value, Decimal)]
    if not amounts:
        return pl.Series(name, list(values), strict=False)
    scale = max(max(-int(value.as_tuple().exponent), 0) for value in amounts)
    digits = max(value.adjusted() + 1 for value in amounts) + scale
    if digits > 38:
        return pl.Series(name, [None if value is None else f"{value:f}" for value in values])
    return pl.Series(name, list(values), dtype=pl.Decimal(38, scale))


def written_sums(written: Iterable[Mapping[str, str]]) -> dict[str, Decimal]:
    """What exact decimal strings per currency add up to, per currency."""
    sums: dict[str, Decimal] = {}
    for one in written:
        for code, amount in one.items():
            sums[code] = add((sums.get(code), Decimal(amount)))
    return sums
