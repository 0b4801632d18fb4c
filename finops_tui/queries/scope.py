"""From a view to the rows it looks at: the only SQL that varies.

Seven relations, rendered on demand over the segments that the view's period touches:

* `scope`: rows of lines and days (or hours), or sums of them: `bucket DATE|TIMESTAMP, part VARCHAR, currency
  VARCHAR, label VARCHAR, k0…kN VARCHAR, cost DECIMAL, n BIGINT, day DATE, first_day DATE, last_day DATE`, those
  that the question reads. `part` is `before`, `now` (complete days of the period that the comparison covers)
  or `late` (the rest of the period). Rendered by scope_rows.py.
* `groups`: the same added up by key and currency, with `cost`, `now`, `before` and `n`.
* `kinds`: as `scope`, but keys beyond the first one are only told apart: texts, or numbers that stand for them.
* `charges`: one row per line with `cost DECIMAL` over the period, and every column of `lines`.
* `costs`: the same with `n` and each of the money columns summed over the period.
* `records`: one row per line item of the period, with every column and `cost DECIMAL`.
* `changes`: one row per line and part (`before`, `now`), with what makes it the same thing in both, every
  cost, and quantities as DECIMAL(38, 15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.queries.binder import Binder
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.queries.converting import Conversion
from finops_tui.queries.exchange import DECIMALS
from finops_tui.queries.explain_days import MOST, Days
from finops_tui.queries.explain_key import KEY, KIND, QUANTITY
from finops_tui.queries.resident import NOTHING
from finops_tui.queries.scope_columns import line_columns, no_lines, no_records
from finops_tui.queries.scope_fields import Fields, Terms
from finops_tui.queries.scope_rows import CostRows
from finops_tui.queries.view import BASES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finops_tui.queries.catalog import Catalog, Segment
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.resident import Field
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import Period, View


class Scope:
    """Renders the relations of one view over one catalog."""

    def __init__(
        self,
        view: View,
        catalog: Catalog,
        teams: Teams | None = None,
        names: Mapping[str, str] | None = None,
        rates: Rates | None = None,
    ) -> None:
        self.view = view
        self.bind = Binder()
        self.fields = Fields(teams, names)
        self.terms = Terms(view, self.fields, self.bind)
        self.resident = NOTHING if catalog.resident is None else catalog.resident
        self.needed: frozenset[Field] = frozenset()
        self.by_day: tuple[Segment, ...] = ()
        periods = [view.period]
        if view.compared is not None:
            periods += [view.compared.before]
        self._periods = periods
        self.segments = tuple(s for s in catalog.of(view.dataset).segments if any(map(s.touches, periods)))
        scales = {(s.precision, s.scale) for s in self.segments}
        self._money = f"DECIMAL(38, {max(scale for _, scale in scales)})" if len(scales) > 1 else None
        self.conversion: Conversion | None = None
        if view.converted is not None and rates is not None and self.segments:
            money = f"DECIMAL(38, {max(DECIMALS, *(scale for _, scale in scales))})"
            found = Conversion(rates, view, self.segments, self.bind, money)
            if found.spans:
                self.conversion, self._money = found, money

    def scope(self, wanted: frozenset[str]) -> str:
        """The SQL of the relation `scope`.

        Args:
            wanted: The columns that the question reads, as `scope_rows.needs` finds them.
        """
        return self._costs(wanted, CostRows.relation)

    def groups(self, wanted: frozenset[str]) -> str:
        """The SQL of the relation `groups`; the argument as of `scope`."""
        return self._costs(wanted, CostRows.groups)

    def kinds(self, wanted: frozenset[str]) -> str:
        """The SQL of the relation `kinds`; likewise."""
        return self._costs(wanted, CostRows.kinds)

    def _costs(self, wanted: frozenset[str], relation: Callable[[CostRows], str]) -> str:
        rows = CostRows(self, wanted)
        self.needed = frozenset(rows.needed())  # before anything is rendered: `is_held` looks at it
        sql = relation(rows)
        self.by_day = tuple(rows.by_day)
        return sql

    @property
    def scale(self) -> int:
        """Decimals of the costs."""
        if self.conversion is not None:
            return max(DECIMALS, *(segment.scale for segment in self.segments))
        return max(segment.scale for segment in self.segments)

    def is_held(self, segment: Segment) -> bool:
        """Whether all that is needed of a segment is in memory."""
        resident = self.resident
        return (
            segment.alias in resident.tables
            and not self.converts(segment)
            and resident.columns.keys() >= self.needed
        )

    def charges(self) -> str:
        """The SQL of the relation `charges`."""
        return self._charged(lambda segment: {"cost": self.cost("d", segment)})

    def costs(self) -> str:
        """The SQL of the relation `costs`: each column in its own currency."""
        return self._charged(lambda _: {name: self._cast(f'd."{name}"') for name in MONEY})

    def _charged(self, sums: Callable[[Segment], Mapping[str, str]]) -> str:
        """A row per line (and currency), with sums over the period."""
        within = self._within('d."ChargeDay"', self.view.period)

        def branch(segment: Segment) -> str:
            costs = sums(segment)
            added = ", ".join(f'sum({sql}) AS "{name}"' for name, sql in costs.items())
            names = ", ".join(f'c."{name}"' for name in costs)
            lines = f"{segment.alias}.lines{self.where(segment)}"
            by = "sid, d.currency" if self.converts(segment) else "sid"
            return (
                f"SELECT {line_columns('l')}, {self.currency(segment, 'c')}, {names}, c.n FROM (SELECT * FROM {lines}) l\n"
                f"  JOIN (SELECT {by}, {added}, sum(d.n) AS n\n"
                f"        FROM {self.rows(segment, segment.daily)} d WHERE {within} GROUP BY {by}) c USING (sid)"
            )

        zero = ", ".join(f'NULL::DECIMAL(38, 10) AS "{name}"' for name in ("cost", *MONEY))
        return self._union(
            branch, f"SELECT {no_lines()}, NULL::VARCHAR AS currency, {zero}, NULL::BIGINT AS n WHERE false"
        )

    def records(self) -> str:
        """The SQL of the relation `records`."""
        beside = ", ".join(f'c."{name}"' for name in QUANTITIES)
        casts = {name: self._cast(f'c."{name}"') for name in MONEY}
        money = ", ".join(f'{cast} AS "{name}"' for name, cast in casts.items())
        within = self._within('CAST(c."ChargePeriodStart" AS DATE)', self.view.period)

        def branch(segment: Segment) -> str:
            currency = f", {self.currency(segment, 'c')}" if self.conversion else ""
            return (
                f"SELECT {self.bind(segment.source)} AS source, {self.bind(segment.account)} AS account,"
                f" {self.bind(segment.period)} AS period, c.file, c.record,"
                f' c."ChargePeriodStart", c."ChargePeriodEnd", {beside}, {money},'
                f" {self.cost('c', segment)} AS cost{currency},\n"
                f"  {line_columns('l')}\n  FROM {self.rows(segment, 'items')} c\n"
                f"  JOIN (SELECT * FROM {segment.alias}.lines{self.where(segment)}) l USING (sid)\n"
                f"  WHERE {within}"
            )

        return self._union(branch, no_records())

    def changes(self) -> str:
        """The SQL of the relation `changes`."""
        dimensions = enumerate(self.view.group_by)
        keys = {f"k{i}": self.fields.sql(name, "grouped", self.bind) for i, name in dimensions} or {
            "k0": "''"
        }
        label = self.fields.sql(self.view.dimension, "label", self.bind)
        columns = {**keys, "label": label, "kind": KIND, **KEY}
        texts = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
        names = ", ".join(f'l."{name}"' for name in columns)
        day = 'd."ChargeDay"'

        def branch(segment: Segment) -> str:
            sums = self._changed(day, segment)
            beside = ", ".join(f"c.{name}" for name in sums)
            added = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
            by = "sid, d.currency" if self.converts(segment) else "sid"
            return (
                f"SELECT {names}, {self.currency(segment, 'c', 'l.billed')}, c.part, {beside}\n"
                f'  FROM (SELECT sid, "BillingCurrency" AS billed, {texts}\n'
                f"    FROM {segment.alias}.lines{self.where(segment)}) l\n"
                f"  JOIN (SELECT {by}, {self.part(day)} AS part, {added}\n"
                f"        FROM {self.rows(segment, segment.daily)} d WHERE {self.days(day)} GROUP BY ALL) c USING (sid)"
            )

        none = ", ".join(f'NULL::VARCHAR AS "{name}"' for name in (*columns, "currency", "part"))
        zero = ", ".join(
            f"NULL::{'BIGINT' if 'un' in name else 'DECIMAL(38, 10)'} AS {name}"
            for name in self._changed(day)
        )
        return self._union(branch, f"SELECT {none}, {zero} WHERE false")

    def _changed(self, day: str, segment: Segment | None = None) -> dict[str, str]:
        """What `changes` adds up, by name."""
        bases = {"cost": self.view.basis, "list": "list", "contracted": "contracted"}
        costs = {name: self.cost("d", segment, basis) for name, basis in bases.items()}
        sums = {name: f"sum({sql})" for name, sql in costs.items()}
        sums |= {
            f"un{name}": f"count(*) FILTER (WHERE {costs[name]} IS NULL)" for name in ("list", "contracted")
        }
        sums |= {
            name: f"sum({QUANTITY.format(column)})"
            for name, column in (("priced", 'd."PricingQuantity"'), ("consumed", 'd."ConsumedQuantity"'))
        }
        days = Days.of(self.view.compared) if self.view.compared else None
        sums["whole"] = (
            f"sum({costs['cost']})" if days and days.before != days.now else f"sum(0 * {costs['cost']})"
        )
        for number in range(MOST):
            weekdays = days.shifts[number].weekdays if days and number < len(days.shifts) else (0,)
            listed = ", ".join(map(self.bind, weekdays))
            sums[f"shift{number}"] = f"sum({costs['cost']}) FILTER (WHERE isodow({day}) IN ({listed}))"
        return sums

    def _union(self, branch: Callable[[Segment], str], nothing: str) -> str:
        return "\nUNION ALL\n".join(map(branch, self.segments)) or nothing

    def _cast(self, column: str) -> str:
        return f"CAST({column} AS {self._money})" if self._money else column

    def cost(self, table: str, segment: Segment | None = None, basis: str | None = None) -> str:
        """The SQL of the cost in a row of a relation, the view's basis unless another one is named."""
        name = BASES[basis or self.view.basis]
        converts = segment is not None and self.converts(segment)
        return self._cast(f'{table}."{name}{" converted" if converts else ""}"')

    # One currency

    def converts(self, segment: Segment) -> bool:
        """Whether costs of a segment are converted."""
        return self.conversion is not None and self.conversion.applies(segment)

    def rows(self, segment: Segment, table: str) -> str:
        """A segment's table, with converted costs where there are any."""
        if self.conversion is None or not self.conversion.applies(segment):
            return f"{segment.alias}.{table}"
        day = 'CAST(q."ChargePeriodStart" AS DATE)' if table == "items" else 'q."ChargeDay"'
        costs = (BASES[self.view.basis], BASES["list"], BASES["contracted"])
        return self.conversion.rows(segment, table, day, costs, self.view.currency)

    def currency(self, segment: Segment, table: str, billed: str = 'l."BillingCurrency"') -> str:
        """The SQL of the currency of a row's costs, named so."""
        return f"{table}.currency" if self.converts(segment) else f"{billed} AS currency"

    def _within(self, day: str, period: Period) -> str:
        return f"({day} >= {self.bind(period.since)} AND {day} < {self.bind(period.until)})"

    def days(self, day: str) -> str:
        """The condition that a day is one that the view looks at."""
        return " OR ".join(self._within(day, period) for period in self._periods)

    def part(self, day: str) -> str:
        """The SQL of the part of the view that a day is in."""
        compared = self.view.compared
        if compared is None:
            return "'now'"
        return (
            f"CASE WHEN {self._within(day, compared.now)} THEN 'now'"
            f" WHEN {self._within(day, compared.before)} THEN 'before' ELSE 'late' END"
        )

    def day(self, table: str) -> str:
        """The SQL of the day of a row of `c`."""
        return 'CAST(c."ChargePeriodStart" AS DATE)' if table == "items" else 'c."ChargeDay"'

    def where(self, segment: Segment) -> str:
        """The condition on a segment's `lines`, or ''."""
        terms = self.terms.plain(currency=self.is_mixed(segment) and not self.converts(segment))
        return " WHERE " + " AND ".join(terms) if terms else ""

    def held_terms(self, *, mixed: bool) -> list[str]:
        """The conditions on lines in memory; `mixed` is whether other currencies than the view's may be there."""
        return self.terms.held(self.resident, self.bind.values, currency=mixed)

    def is_mixed(self, segment: Segment) -> bool:
        """Whether a segment may hold anything but the view's currency."""
        return segment.currencies != (self.view.currency,)
