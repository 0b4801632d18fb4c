"""The explorer's answers without a screen: one view, one frame, exact totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finops_tui.queries import amounts, dimensions, filters
from finops_tui.queries.converting import days
from finops_tui.queries.view import BILL, CATEGORIES, FIRST, View

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from decimal import Decimal

    import polars as pl

    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Used
    from finops_tui.store import Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as it is printed.

    Attributes:
        view: What was asked, in words.
        columns: Names of the columns, in order.
        rows: One mapping per row; money is Decimal.
        totals: Per currency, exact.
        other: Per currency, what the rows leave out of the totals; empty when nothing.
        exchange: Rates that costs were converted by; None where they were not.
    """

    view: Row
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: dict[str, Decimal]
    other: dict[str, Decimal]
    exchange: tuple[Used, ...] | None = None

    def as_json(self) -> Row:
        """The contract of `query --format json`."""
        out: Row = {"view": self.view, "totals": self.totals, "rows": list(self.rows)}
        if self.other:
            out["other"] = self.other
        if self.exchange is not None:
            out["rates"] = [rate_row(used) for used in self.exchange]
        return out


def rate_row(used: Used) -> Row:
    """The last rate from a currency that counts, as JSON can hold it."""
    rate = used.rate
    return {
        "from": rate.code,
        "to": rate.target,
        "rate": rate.value,
        "date": rate.day,
        "how": rate.how,
        "count": used.count,
        "file": used.file,
    }


def exchanged(store: Store, view: View, calendar: Calendar) -> tuple[Used, ...] | None:
    """The rates that a view is converted by; None where it is not converted.

    Raises:
        ValueError: it is to be, and there are no rates.
    """
    if view.converted is None:
        return None
    if store.rates is None:
        raise ValueError('no rates of exchange: name a file in finops.toml, [currency] rates = "rates.csv"')
    return store.rates.used(calendar.currencies, view.converted, days(view))


def rates_told(found: Result) -> str:
    """By which rates costs were converted, and what was not, for people."""
    if found.exchange is None:
        return ""
    apart = [f"{money} {code} has no rate" for code, money in _apart(found)]
    return "".join(f"{line}\n" for line in (*(used.words for used in found.exchange), *apart))


def _apart(found: Result) -> list[tuple[str, str]]:
    target = found.view["converted"]
    return [(code, amounts.exact(total)) for code, total in found.totals.items() if code != target]


def view_of(options: argparse.Namespace, calendar: Calendar) -> View:
    """The view that the command line's options describe.

    Raises:
        ValueError: a dimension, filter, period or category is wrong; the message says which and how.
    """
    dataset = getattr(options, "dataset", None) or BILL
    by = listed_dimensions(FIRST[dataset] if options.by is None else options.by)
    names = tuple(dimensions.canonical(word.strip()) for word in by)
    if len(set(names)) < len(names):
        raise ValueError(f"--by names a dimension twice: {options.by}")
    period = calendar.period(options.period)
    return View(
        period=period,
        compared=calendar.compared(period) if options.compare else None,
        group_by=names,
        filter=filters.parse(options.filter),
        basis=options.basis,
        included=categories(options.include),
        excluded=categories(options.exclude),
        grain=options.grain or "day",
        currency=options.currency,
        dataset=dataset,
        converted=getattr(options, "convert", None),
    )


def listed_dimensions(text: str) -> list[str]:
    """Split at commas; a tag key that has one is written `tag."a,b"`."""
    words, quoted = [""], False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            words.append("")
        else:
            words[-1] += character
    return [word for word in words if word.strip()]


def categories(words: Sequence[str]) -> frozenset[str]:
    """Charge categories as people write them: singular or plural, commas between them."""
    named = (name.strip().lower() for word in words for name in word.split(","))
    return frozenset(_PLURALS.get(name, name) for name in named)


_PLURALS = {"taxes": "tax", **{f"{name}s": name for name in CATEGORIES}}


def query(store: Store, options: argparse.Namespace, calendar: Calendar) -> Result:
    """Answer `finops-tui query`.

    Raises:
        ValueError: the options describe no view; the message is for people.
    """
    view = view_of(options, calendar)
    exchange = exchanged(store, view, calendar)
    question = "by_bucket" if options.grain else "by_key"
    frame = store.ask_now(question, view)
    totals = _sums(store.ask_now("total", view))
    named = dict(zip((f"k{i}" for i in range(len(view.group_by))), view.group_by, strict=True))
    rows = _rows(frame, named, compared=view.compared is not None)
    rows = _limited(rows, options.limit)
    columns = _columns(view, grain=options.grain, compared=view.compared is not None)
    shown = amounts.per_currency(rows)
    left = {c: amounts.EXACT.subtract(total, shown.get(c, amounts.ZERO)) for c, total in totals.items()}
    other = {currency: amount for currency, amount in left.items() if amount}
    return Result(describe(view, options.grain), columns, tuple(rows), totals, other, exchange)


def _sums(frame: pl.DataFrame) -> dict[str, Decimal]:
    return {row["currency"]: row["cost"] for row in frame.iter_rows(named=True)}


def _columns(view: View, *, grain: str | None, compared: bool) -> tuple[str, ...]:
    time = ("bucket",) if grain else ()
    change = ("now", "before", "change") if compared and not grain else ()
    return (*time, *view.group_by, "currency", "cost", *change)


def _rows(frame: pl.DataFrame, named: dict[str, str], *, compared: bool) -> list[Row]:
    rows = []
    for found in frame.iter_rows(named=True):
        row: Row = {name: found[key] for key, name in named.items()}
        row |= {name: found[name] for name in ("bucket", "currency", "cost") if name in found}
        if compared and "before" in found:
            row |= {
                "now": found["now"],
                "before": found["before"],
                "change": amounts.EXACT.subtract(found["now"], found["before"]),
            }
        rows.append(row)
    return rows


def _limited(rows: list[Row], limit: int | None) -> list[Row]:
    """The dearest rows of each currency; rows come dearest first, or in order of time."""
    if limit is None:
        return rows
    dearest = sorted(rows, key=lambda row: row["cost"], reverse=True)
    left: dict[str, int] = {}
    kept = set()
    for row in dearest:
        left[row["currency"]] = left.get(row["currency"], limit) - 1
        if left[row["currency"]] >= 0:
            kept.add(id(row))
    return [row for row in rows if id(row) in kept]


def describe(view: View, grain: str | None = None) -> Row:
    """A view as JSON can hold it."""
    period = view.period
    words: Row = {
        "period": {"name": period.name, "since": period.since, "until": period.until},
        "by": list(view.group_by),
        "filter": filters.unparse(view.filter) if view.filter is not None else "",
        "basis": view.basis,
        "include": sorted(view.included),
        "exclude": sorted(view.excluded),
        "grain": grain,
        "currency": view.currency,
        "converted": view.converted,
        "dataset": view.dataset,
    }
    if view.compared is not None:
        for name, part in (("now", view.compared.now), ("before", view.compared.before)):
            words[name] = {"since": part.since, "until": part.until}
    return words


AMOUNTS = frozenset({"cost", "now", "before", "change"})
"""Columns of money, aligned right."""


def closed(result: Result, form: str) -> list[Row]:
    """The rows with what they leave out, and for people the totals below."""
    rows = list(result.rows)
    first = next(iter(result.view["by"]), "currency")
    endings = [("(other)", result.other)]
    if form in {"table", "md"}:
        endings.append(("(total)", result.totals))
    for name, per_currency in endings:
        for currency, amount in per_currency.items():
            rows.append({**dict.fromkeys(result.columns), "currency": currency, first: name, "cost": amount})
    return rows


def charts(result: Result, encoding: str) -> str:
    """What the rows of each currency come to over time, as a line chart without colour; for `--grain`."""
    from finops_tui.screens.color import Look
    from finops_tui.screens.widgets.plots import Line, Plot, headless_chart

    look = Look(depth="none", charset="unicode" if "utf" in encoding.lower() else "ascii")
    drawn = []
    for currency in result.totals:
        over_time: dict[Any, Decimal] = {}
        for row in result.rows:
            if row["currency"] == currency:
                over_time[row["bucket"]] = amounts.add((over_time.get(row["bucket"]), row["cost"]))
        if len(over_time) > 1:
            line = Line(currency, list(over_time.values()))
            drawn.append(headless_chart(Plot([line], list(over_time), currency=currency), **CHART, look=look))
    return "".join(f"\n{chart}\n" for chart in drawn)


CHART = {"width": 76, "height": 14}
"""Cells across and lines of a headless chart: what an 80-column terminal shows."""
