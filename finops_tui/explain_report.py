"""Why a cost changed, for `finops-tui explain`: sentences first, then the parts, then who drove it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from finops_tui import export, headless
from finops_tui.queries import explain_words, filters, markers
from finops_tui.queries.amounts import EXACT, ZERO, add
from finops_tui.queries.explain import contribution, explain, inside
from finops_tui.queries.explain_days import chosen
from finops_tui.queries.explain_parts import PARTS
from finops_tui.screens import money

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from finops_tui.markers import Place
    from finops_tui.queries.calendar import Calendar
    from finops_tui.queries.exchange import Used
    from finops_tui.queries.explain import Driver, Explanation
    from finops_tui.queries.markers import Began, Marker
    from finops_tui.queries.view import Comparison, View
    from finops_tui.store import Store

Row = dict[str, Any]

SHOWN: Final = 10
"""Drivers that people are shown unless they say how many."""

_AMOUNTS: Final = frozenset(("before", "now", "change", "amount", *PARTS))
_OTHER: Final = "(other)"


@dataclass(frozen=True, slots=True)
class Report:
    """A change, explained.

    Attributes:
        view: What was asked; its period is the later one.
        compared: The two periods.
        match: What counts as the same thing.
        part: The part whose drivers are wanted, or None.
        limit: How many drivers to name, or None.
        calendar: What the data covers.
        found: One explanation per currency.
        events: When drivers began to change and what happened then, by currency; empty without markers.
        exchange: Rates that costs were converted by; None where they were not.
    """

    view: View
    compared: Comparison
    match: str
    part: str | None
    limit: int | None
    calendar: Calendar
    found: tuple[Explanation, ...]
    events: Mapping[str, Mapping[tuple[str | None, ...], Began]] = field(default_factory=dict)
    exchange: tuple[Used, ...] | None = None

    def render(self, form: str) -> str | bytes:
        """The report in one of the forms of `export.render`."""
        if form == "json":
            return export.to_json(self.as_json())
        if form in {"table", "md"}:
            return self._for_people(form)
        shown = {name for one in self.found for name in one.parts} if form == "csv" else set(PARTS)
        parts = [name for name in PARTS if name in shown]
        columns = tuple(
            dict.fromkeys((*self.view.group_by, "currency", "before", "now", "change", *parts, "filter"))
        )
        rows = [row for one in self.found for row in self._exact_rows(one, parts)]
        return export.render(columns, rows, form, _AMOUNTS)

    def as_json(self) -> Row:
        """The contract of `explain --format json`."""
        words = headless.describe(self.view) | {"match": self.match, "part": self.part}
        words["complete_until"] = self.calendar.complete_until
        if self.exchange is not None:
            words["rates"] = [headless.rate_row(used) for used in self.exchange]
        return {"view": words, "currencies": {one.currency: self._json(one) for one in self.found}}

    def _json(self, one: Explanation) -> Row:
        named, rest = self._named(one)
        parts = [
            {"part": name, "amount": amount, "means": PARTS[name], "filter": self._filter(part=name)}
            for name, amount in one.parts.items()
        ]
        out: Row = {
            **_sums(one),
            "masked": one.masked or one.offsetting,
            "words": explain_words.sentences(one, self.compared, money.amount),
            "parts": parts,
            "drivers": [
                self._values(driver)
                | _sums(driver)
                | {"parts": dict(driver.parts), "masked": driver.offsetting, "filter": self._filter(driver)}
                | self._events_json(one, driver)
                for driver in named
            ],
        }
        if rest:
            out["other"] = {name: add(_sums(driver)[name] for driver in rest) for name in _sums(one)}
        return out

    def _began(self, one: Explanation, driver: Driver) -> Began | None:
        return self.events.get(one.currency, {}).get(driver.values)

    def _events_json(self, one: Explanation, driver: Driver) -> Row:
        """When a driver began to change; nothing where no markers are known for these days."""
        began = self._began(one, driver)
        if one.currency not in self.events:
            return {}
        marked = [
            {"day": marker.day, "title": marker.title, "kind": marker.kind, "confirmed": sure}
            for marker, sure in (began.markers if began is not None else ())
        ]
        return {"began": began.day if began is not None else None, "markers": marked}

    def _exact_rows(self, one: Explanation, parts: Sequence[str]) -> list[Row]:
        named, rest = self._named(one)
        rows = [
            self._values(driver)
            | _sums(driver)
            | {name: driver.parts.get(name, ZERO) for name in parts}
            | {"currency": one.currency, "filter": self._filter(driver)}
            for driver in named
        ]
        if rest:
            sums = {name: add(_sums(driver)[name] for driver in rest) for name in _sums(one)}
            sums |= {name: add(contribution(driver, name) for driver in rest) for name in parts}
            rows.append(self._rest() | sums | {"currency": one.currency, "filter": None})
        return rows

    def _for_people(self, form: str) -> str:
        blocks = [f"{explain_words.coverage(self.calendar, self.compared)} Basis: {self.view.basis} cost."]
        blocks += ["\n".join(used.words for used in self.exchange)] if self.exchange else []
        for one in self.found:
            told = " ".join(explain_words.sentences(one, self.compared, money.amount))
            blocks.append(export.markdown(told) if form == "md" else told)
            columns = ("part", "amount", "of before", "means")
            blocks.append(str(export.render(columns, _waterfall(one), form, frozenset(columns[1:3]))))
            if self.view.group_by:
                blocks.append(self._drivers(one, form))
        if not self.found:
            blocks.append("Nothing was charged in either period.")
        return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"

    def _drivers(self, one: Explanation, form: str) -> str:
        named, rest = self._named(one)
        wanted = self.part or "change"
        decimals = money.currency(one.currency).decimals
        amounts = [contribution(driver, self.part) for driver in named]
        amounts += [add(contribution(driver, self.part) for driver in rest)] if rest else []
        shown = explain_words.largest_remainder(
            amounts, money.rounded(contribution(one, self.part), decimals), decimals
        )
        rows: list[Row] = [
            self._values(driver)
            | {name: _cents(_sums(driver)[name], one) for name in ("before", "now")}
            | {"mostly": explain_words.mostly(driver.parts) + (", masked" if driver.offsetting else "")}
            for driver in named
        ]
        if rest:
            sums = {name: _cents(add(_sums(d)[name] for d in rest), one) for name in ("before", "now")}
            rows.append(self._rest() | sums | {"mostly": f"{len(rest)} more"})
        for row, amount in zip(rows, shown, strict=True):
            row[wanted] = _signed(amount, one)
        marked = one.currency in self.events
        for row, driver in zip_longest(rows, named):
            began = self._began(one, driver) if driver is not None else None
            row["began"] = began.words if began is not None else ""
        columns = (*self.view.group_by, "before", "now", wanted, "mostly", *(("began",) if marked else ()))
        return str(export.render(columns, rows, form, frozenset(("before", "now", wanted))))

    def _named(self, one: Explanation) -> tuple[tuple[Driver, ...], tuple[Driver, ...]]:
        """The drivers to name, and those left out."""
        ranked = one.ranked(self.part)
        return ranked[: self.limit], ranked[len(ranked) if self.limit is None else self.limit :]

    def _values(self, driver: Driver) -> Row:
        return dict(zip(self.view.group_by, driver.values, strict=True))

    def _rest(self) -> Row:
        return dict.fromkeys(self.view.group_by) | dict.fromkeys(self.view.group_by[:1], _OTHER)

    def _filter(self, driver: Driver | None = None, part: str | None = None) -> str:
        return filters.of_view(inside(self.view, driver=driver, part=part or self.part))


def _sums(moved: Explanation | Driver) -> dict[str, Decimal]:
    return {"before": moved.before, "now": moved.now, "change": moved.change}


def _waterfall(one: Explanation) -> list[Row]:
    """From before to now, step by step; the steps shown add up to the difference of the ends shown."""
    decimals = money.currency(one.currency).decimals
    before, now = (money.rounded(amount, decimals) for amount in (one.before, one.now))
    steps = explain_words.largest_remainder(list(one.parts.values()), EXACT.subtract(now, before), decimals)
    rows: list[Row] = [
        {"part": "before", "amount": _cents(one.before, one), "of before": None, "means": None}
    ]
    for name, step in zip(one.parts, steps, strict=True):
        share = money.change_fraction((EXACT.add(one.before, one.parts[name]), one.before))
        rows.append(
            {
                "part": name,
                "amount": _signed(step, one),
                "of before": money.percent(share),
                "means": PARTS[name],
            }
        )
    return [*rows, {"part": "now", "amount": _cents(one.now, one), "of before": None, "means": None}]


def _cents(amount: Decimal, one: Explanation) -> str:
    return money.amount(money.rounded(amount, money.currency(one.currency).decimals), one.currency)


def _signed(amount: Decimal, one: Explanation) -> str:
    return money.delta(amount, one.currency)


def events(places: Sequence[Place]) -> tuple[Marker, ...]:
    """The events that `finops.toml` names; what of them cannot be read is said on standard error."""
    if not places:
        return ()
    from finops_tui.markers import read

    known, problems = read(places)
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return known


def _events(
    store: Store, view: View, found: Sequence[Explanation], read: Sequence[Marker]
) -> dict[str, Mapping[tuple[str | None, ...], Began]]:
    """When the largest drivers began to change, and with which events; nothing without events in these days."""
    inside = markers.within(read, markers.span(view))
    told: dict[str, Mapping[tuple[str | None, ...], Began]] = {}
    for one in found if inside and view.group_by else ():
        looked = replace(view, currency=one.currency)
        drivers = one.drivers[: markers.DRIVERS]
        named = markers.resources_of(looked, drivers, inside)
        days = store.ask_now("by_bucket", markers.days_of(looked, drivers))
        resources = store.ask_now("by_key", named) if named is not None else None
        told[one.currency] = markers.began(looked, drivers, inside, days, resources)
    return told


def report(
    store: Store, options: argparse.Namespace, calendar: Calendar, read: Sequence[Marker] = ()
) -> Report:
    """Answer `finops-tui explain`, with the events that `finops.toml` names.

    Raises:
        ValueError: the options describe nothing that could be compared; the message is for people.
    """
    options.compare, options.grain = False, None
    asked = headless.view_of(options, calendar)
    if asked.filter is not None and filters.split(asked.filter)[1] is not None:
        raise ValueError(
            "cost and delta filter groups, not charges; leave them out of the filter, or say --limit"
        )
    against = calendar.period(options.against) if options.against else None
    compared = chosen(calendar, asked.period, against, raw=options.raw)
    view = asked.look_at(compared.now, compared)
    exchange = headless.exchanged(store, view, calendar)
    found = explain(store.ask_now("explain", view, match=options.match), view)
    limit = options.limit or (SHOWN if options.format in {"table", "md"} else None)
    began = _events(store, view, found, read)
    return Report(view, compared, options.match, options.part, limit, calendar, found, began, exchange)
