"""Costs in one currency: the daily sums (or line items) of a segment, with a rate of exchange beside each.

Amount and rate are multiplied exactly, line by line and day by day, and rounded to 18 decimals, half away from
zero; amounts and rates of up to 18 decimals together lose nothing. What has no rate stays in its own currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.exchange import DECIMALS
from finops_tui.queries.view import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.exchange import Rates, Span
    from finops_tui.queries.view import View

RELATION: Final = "exchange"

_NARROW: Final = (18, 10)
"""Precision and scale of the money that has its product with a short rate without rounding, in one go."""

_SHORT: Final = 8
"""Decimals of a rate that is short: most rates that are given are."""


def days(view: View) -> Period:
    """From the first day a view looks at to its last."""
    periods = (view.period, *([view.compared.before] if view.compared is not None else []))
    return Period(min(period.since for period in periods), max(period.until for period in periods))


def spans(rates: Rates, codes: Iterable[str], view: View) -> list[Span]:
    """The rates that a converted view is reckoned by, no day of a currency twice."""
    target = view.converted or ""
    return [span for code in sorted(set(codes) - {target}) for span in rates.spans(code, target, days(view))]


def values(found: Sequence[Span], text: Callable[[object], str]) -> str:
    """Rates as the rows of a VALUES list: code, since, until, rate.

    Args:
        found: At least one.
        text: Writes, or binds, a value.
    """
    rows = ",\n    ".join(
        f"({text(span.rate.code)}, DATE '{span.since}', DATE '{span.until}',"
        f" CAST('{span.rate.value:f}' AS DECIMAL(28, {DECIMALS})))"
        for span in found
    )
    return f"VALUES\n    {rows}"


def product(amount: str, rate: str) -> str:
    """The SQL of an amount times a rate.

    Whole units and the fraction are multiplied apart, as 38 digits do not hold the product of both.

    Args:
        amount: SQL of a DECIMAL(38, 18).
        rate: SQL of a DECIMAL(28, 18).
    """
    wide, part = f"DECIMAL(38, {DECIMALS})", f"DECIMAL({DECIMALS}, {DECIMALS})"
    fraction = f"CAST({amount} - trunc({amount}) AS {part})"
    return (
        f"CAST(CAST(trunc({amount}) AS DECIMAL(20, 0)) * {rate} AS {wide})"
        f" + CAST({fraction} * CAST(trunc({rate}) AS DECIMAL(10, 0)) AS {wide})"
        f" + CAST({fraction} * CAST({rate} - trunc({rate}) AS {part}) AS {wide})"
    )


class Conversion:
    """Renders the segments of one view with costs in one currency.

    Args:
        rates: The rates.
        view: What is looked at; it is converted to a currency.
        segments: What it touches.
        bind: Registers a value and returns its placeholder.
        money: The SQL type of costs.
    """

    def __init__(
        self,
        rates: Rates,
        view: View,
        segments: Sequence[Segment],
        bind: Callable[[object], str],
        money: str,
    ) -> None:
        self.target = view.converted or ""
        self._bind = bind
        self._money = money
        codes = {code for segment in segments for code in segment.currencies or rates.codes}
        self.spans = spans(rates, codes, view)
        self._codes = {span.rate.code for span in self.spans}
        decimals = [-int(span.rate.value.normalize().as_tuple().exponent) for span in self.spans]
        self._short = max(decimals, default=0) <= _SHORT

    def applies(self, segment: Segment) -> bool:
        """Whether anything of a segment may have a rate."""
        return bool(self._codes.intersection(segment.currencies or self._codes))

    def relation(self) -> str:
        """The SQL of the relation of rates, one row per currency and day."""
        return (
            f"SELECT code, unnest(generate_series(since, until - 1, INTERVAL 1 DAY))::DATE AS day, rate,"
            f" {f'CAST(rate AS DECIMAL(18, {_SHORT}))' if self._short else 'NULL'} AS short FROM (\n"
            f"    {values(self.spans, self._bind)}\n) AS given(code, since, until, rate)"
        )

    def rows(self, segment: Segment, table: str, day: str, costs: Iterable[str], currency: str | None) -> str:
        """A segment's table with `currency` and, by their names and ` converted`, costs in it.

        Args:
            segment: The segment.
            table: Its relation with costs.
            day: SQL of a row's day, of the relation `q`.
            costs: Columns.
            currency: The only currency that is wanted, or None.
        """
        short = self._short and (segment.precision, segment.scale) == _NARROW
        amounts = "".join(
            f', {self._amount(name, short=short)} AS "{name} converted"' for name in dict.fromkeys(costs)
        )
        code = f'CASE WHEN x.rate IS NULL THEN k."BillingCurrency" ELSE {self._bind(self.target)} END'
        only = "" if currency is None else f" WHERE {code} = {self._bind(currency)}"
        return (
            f"(SELECT q.*, {code} AS currency{amounts} FROM {segment.alias}.{table} q\n"
            f'    JOIN (SELECT sid, "BillingCurrency" FROM {segment.alias}.lines) k USING (sid)\n'
            f'    LEFT JOIN {RELATION} x ON x.code = k."BillingCurrency" AND x.day = {day}{only})'
        )

    def _amount(self, name: str, *, short: bool) -> str:
        if short:  # the same amount, twenty times as quick
            times = f'CAST(q."{name}" AS DECIMAL{_NARROW}) * x.short'
        else:
            times = product(f'CAST(q."{name}" AS DECIMAL(38, {DECIMALS}))', "x.rate")
        return (
            f'CASE WHEN x.rate IS NULL THEN CAST(q."{name}" AS {self._money})'
            f" ELSE CAST({times} AS {self._money}) END"
        )
