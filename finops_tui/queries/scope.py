"""From a view to the rows it looks at: the only SQL that varies.

Five relations, rendered on demand over the segments that the view's period touches:

* `scope`: one row per line and day (or hour): `bucket DATE|TIMESTAMP, part VARCHAR, currency VARCHAR,
  label VARCHAR, k0…kN VARCHAR, cost DECIMAL, n BIGINT, day DATE`. `part` is `before`, `now`
  (complete days of the period that the comparison covers) or `late` (the rest of the period).
* `charges`: one row per line with `cost DECIMAL` over the period, and every column of `lines`.
* `costs`: the same with `n` and each of the money columns summed over the period.
* `records`: one row per line item of the period, with every column and `cost DECIMAL`.
* `changes`: one row per line and part (`before`, `now`), with what makes it the same thing in both, every
  cost, and quantities as DECIMAL(38, 15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finops_tui.queries import dimensions
from finops_tui.queries.binder import Binder
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.queries.converting import Conversion
from finops_tui.queries.exchange import DECIMALS
from finops_tui.queries.explain_days import MOST, Days
from finops_tui.queries.explain_key import KEY, KIND, QUANTITY
from finops_tui.queries.scope_columns import line_columns, no_lines, no_records
from finops_tui.queries.view import BASES, CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finops_tui.queries.catalog import Catalog, Segment
    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.teams import Teams
    from finops_tui.queries.view import Condition, Period, View


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
        self._teams = teams
        self._names = names or {}
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

    def expression(self, dimension: str) -> str:
        """The SQL of a dimension as grouped by, team rules included."""
        return dimensions.expression(dimension, self.bind, self._team() if dimension == "team" else None)

    def raw(self, dimension: str) -> str:
        """The SQL of a dimension as filtered by: NULL where there is no value."""
        return self._team() if dimension == "team" else dimensions.raw(dimension, self.bind)

    def _team(self) -> str:
        if self._teams is None:
            return f"'{dimensions.UNALLOCATED}'"
        return self._teams.sql(self.bind, lambda field: dimensions.raw(field, self.bind))

    def scope(self) -> str:
        """The SQL of the relation `scope`."""
        keys = [f"{self.expression(d)} AS k{i}" for i, d in enumerate(self.view.group_by)] or ["'' AS k0"]
        columns = ", ".join([*keys, f"{self._label()} AS label", '"BillingCurrency" AS billed'])
        hourly = self.view.grain == "hour"
        day = 'CAST(c."ChargePeriodStart" AS DATE)' if hourly else 'c."ChargeDay"'
        bucket = (
            "date_trunc('hour', c.\"ChargePeriodStart\")"
            if hourly
            else f"CAST(date_trunc('{self.view.grain}', {day}) AS DATE)"
        )
        names = ", ".join(f"l.k{i}" for i in range(len(keys)))
        count = "1::BIGINT" if hourly else "c.n"

        def branch(segment: Segment) -> str:
            table = "items" if hourly else segment.daily
            return (
                f"SELECT {bucket} AS bucket, {day} AS day, {self._part(day)} AS part,"
                f" {self._currency(segment, 'c', 'l.billed')}, l.label, {names},"
                f" {self._cost('c', segment)} AS cost, {count} AS n\n"
                f"  FROM {self._rows(segment, table)} c\n"
                f"  JOIN (SELECT sid, {columns} FROM {segment.alias}.lines{self._where(segment)}) l USING (sid)\n"
                f"  WHERE {self._days(day)}"
            )

        when = "TIMESTAMP" if hourly else "DATE"
        nothing = ", ".join(f"NULL::VARCHAR AS k{i}" for i in range(len(keys)))
        return self._union(
            branch,
            f"SELECT NULL::{when} AS bucket, NULL::DATE AS day, NULL::VARCHAR AS part, NULL::VARCHAR AS currency,"
            f" NULL::VARCHAR AS label, {nothing}, NULL::DECIMAL(18, 10) AS cost, NULL::BIGINT AS n WHERE false",
        )

    def charges(self) -> str:
        """The SQL of the relation `charges`."""
        return self._charged(lambda segment: {"cost": self._cost("d", segment)})

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
            lines = f"{segment.alias}.lines{self._where(segment)}"
            by = "sid, d.currency" if self._converts(segment) else "sid"
            return (
                f"SELECT {line_columns('l')}, {self._currency(segment, 'c')}, {names}, c.n FROM (SELECT * FROM {lines}) l\n"
                f"  JOIN (SELECT {by}, {added}, sum(d.n) AS n\n"
                f"        FROM {self._rows(segment, segment.daily)} d WHERE {within} GROUP BY {by}) c USING (sid)"
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
            currency = f", {self._currency(segment, 'c')}" if self.conversion else ""
            return (
                f"SELECT {self.bind(segment.source)} AS source, {self.bind(segment.account)} AS account,"
                f" {self.bind(segment.period)} AS period, c.file, c.record,"
                f' c."ChargePeriodStart", c."ChargePeriodEnd", {beside}, {money},'
                f" {self._cost('c', segment)} AS cost{currency},\n"
                f"  {line_columns('l')}\n  FROM {self._rows(segment, 'items')} c\n"
                f"  JOIN (SELECT * FROM {segment.alias}.lines{self._where(segment)}) l USING (sid)\n"
                f"  WHERE {within}"
            )

        return self._union(branch, no_records())

    def changes(self) -> str:
        """The SQL of the relation `changes`."""
        keys = {f"k{i}": self.expression(name) for i, name in enumerate(self.view.group_by)} or {"k0": "''"}
        columns = {**keys, "label": self._label(), "kind": KIND, **KEY}
        texts = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
        names = ", ".join(f'l."{name}"' for name in columns)
        day = 'd."ChargeDay"'

        def branch(segment: Segment) -> str:
            sums = self._changed(day, segment)
            beside = ", ".join(f"c.{name}" for name in sums)
            added = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
            by = "sid, d.currency" if self._converts(segment) else "sid"
            return (
                f"SELECT {names}, {self._currency(segment, 'c', 'l.billed')}, c.part, {beside}\n"
                f'  FROM (SELECT sid, "BillingCurrency" AS billed, {texts}\n'
                f"    FROM {segment.alias}.lines{self._where(segment)}) l\n"
                f"  JOIN (SELECT {by}, {self._part(day)} AS part, {added}\n"
                f"        FROM {self._rows(segment, segment.daily)} d WHERE {self._days(day)} GROUP BY ALL) c USING (sid)"
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
        costs = {name: self._cost("d", segment, basis) for name, basis in bases.items()}
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

    def _label(self) -> str:
        """The SQL of what the first dimension's values are called; the settings' names come first."""
        dimension = self.view.dimension
        label = dimensions.label(dimension)
        if not self._names or dimension not in {"account", "payer"}:
            return label
        names = ", ".join(f"{self.bind(id_)}: {self.bind(name)}" for id_, name in self._names.items())
        return f"coalesce((MAP {{{names}}})[{dimensions.DIMENSIONS[dimension]}], {label})"

    def _union(self, branch: Callable[[Segment], str], nothing: str) -> str:
        return "\nUNION ALL\n".join(map(branch, self.segments)) or nothing

    def _cast(self, column: str) -> str:
        return f"CAST({column} AS {self._money})" if self._money else column

    def _cost(self, table: str, segment: Segment | None = None, basis: str | None = None) -> str:
        name = BASES[basis or self.view.basis]
        converts = segment is not None and self._converts(segment)
        return self._cast(f'{table}."{name}{" converted" if converts else ""}"')

    # One currency

    def _converts(self, segment: Segment) -> bool:
        return self.conversion is not None and self.conversion.applies(segment)

    def _rows(self, segment: Segment, table: str) -> str:
        """A segment's table, with converted costs where there are any."""
        if self.conversion is None or not self.conversion.applies(segment):
            return f"{segment.alias}.{table}"
        day = 'CAST(q."ChargePeriodStart" AS DATE)' if table == "items" else 'q."ChargeDay"'
        costs = (BASES[self.view.basis], BASES["list"], BASES["contracted"])
        return self.conversion.rows(segment, table, day, costs, self.view.currency)

    def _currency(self, segment: Segment, table: str, billed: str = 'l."BillingCurrency"') -> str:
        return f"{table}.currency" if self._converts(segment) else f"{billed} AS currency"

    def _within(self, day: str, period: Period) -> str:
        return f"({day} >= {self.bind(period.since)} AND {day} < {self.bind(period.until)})"

    def _days(self, day: str) -> str:
        return " OR ".join(self._within(day, period) for period in self._periods)

    def _part(self, day: str) -> str:
        compared = self.view.compared
        if compared is None:
            return "'now'"
        return (
            f"CASE WHEN {self._within(day, compared.now)} THEN 'now'"
            f" WHEN {self._within(day, compared.before)} THEN 'before' ELSE 'late' END"
        )

    def _where(self, segment: Segment) -> str:
        terms = self._terms(by_rate=self._converts(segment))
        return " WHERE " + " AND ".join(terms) if terms else ""

    def _terms(self, *, by_rate: bool = False) -> list[str]:
        """What every line of the view fulfils, its days apart, and its currency where that depends on rates."""
        view = self.view
        terms = [self._condition(condition) for condition in view.path]
        if view.filter is not None:
            from finops_tui.queries import filter_sql, filters

            rows, _ = filters.split(view.filter)
            if rows is not None:
                terms.append(filter_sql.where(rows, self.bind, self.raw))
        if view.currency is not None and not by_rate:
            terms.append(f'"BillingCurrency" = {self.bind(view.currency)}')
        if view.included:
            terms.append(f"({self._categories(view.included)})")
        if view.excluded:
            terms.append(f"NOT ({self._categories(view.excluded)})")
        return terms

    def _categories(self, names: frozenset[str]) -> str:
        kinds = sorted(CATEGORIES[name] for name in names if name != "refund")
        terms = []
        if kinds:
            placeholders = ", ".join(map(self.bind, kinds))
            terms.append(f"""coalesce("ChargeCategory", '') IN ({placeholders})""")
        if "refund" in names:
            terms.append("""coalesce("ChargeClass", '') = 'Correction'""")
        return " OR ".join(terms)

    def _condition(self, condition: Condition) -> str:
        same = "IS DISTINCT FROM" if condition.excluded else "IS NOT DISTINCT FROM"
        value = "NULL" if condition.value is None else self.bind(condition.value)
        return f"{self.expression(condition.dimension)} {same} {value}"
