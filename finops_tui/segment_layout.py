"""How a segment keeps its charges: what a column says again, and what it could say shorter, is not written.

The tables `charges`, `days` and `months` hold less than was delivered; the views `items`, `daily` and
`monthly` over them have every column as it was. A cost equal to the cost it is compared with is NULL in
the table, so is a quantity; a time that is midnight is a DATE; the end of a charge is how long it lasts.
Most bills give most costs several times over: half of what a segment would need is saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finops_tui import segment_sql as sql
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.read_back import row
from finops_tui.sources.scale import SCALES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from duckdb import DuckDBPyConnection

    from finops_tui.segment_plan import Unit

SAME: Final = {
    "EffectiveCost": "BilledCost",
    "ContractedCost": "EffectiveCost",
    "ListCost": "ContractedCost",
    "PricingQuantity": "ConsumedQuantity",
}
"""Column to the one it may repeat; every chain of them ends in a column that is always written."""

WORTHWHILE: Final = 0.2
"""A column is written only where it differs when at least this share of charges repeats the other."""

_SECOND: Final = 1_000_000

_FORM_SQL: Final = """
SELECT count(*), count(*) FILTER ({start} <> date_trunc('day', {start})),
    count(*) FILTER ({start} <> date_trunc('second', {start})),
    count(*) FILTER ((epoch_us("ChargePeriodEnd") - epoch_us({start})) % {second} <> 0), {same}
FROM {{unit_items}} SEMI JOIN sids USING (line)"""

_NEED_SQL: Final = """
SELECT greatest(0, {each}) FROM (SELECT * FROM {{unit_items}} SEMI JOIN sids USING (line) {some})"""

_SOME: Final = "LIMIT 10000"

_SAME_SQL: Final = 'count(*) FILTER ("{0}" = "{1}"), count(*) FILTER ("{0}" IS NULL AND "{1}" IS NOT NULL)'


@dataclass(frozen=True, slots=True)
class Layout:
    """How the charges of one unit are written.

    Attributes:
        start: The type of their start.
        micros: How many microseconds their lengths are counted in.
        scale: The fewest decimals of `SCALES` that lose nothing of their money.
        same: The columns that are written where they differ from the one in `SAME` only.
    """

    start: str
    micros: int
    scale: int
    same: frozenset[str]

    @classmethod
    def of(cls, connection: DuckDBPyConnection, unit: Unit) -> Layout:
        """The layout for a unit, all of whose lines are in `sids`."""
        text = _FORM_SQL.format(
            start='"ChargePeriodStart"',
            second=_SECOND,
            same=", ".join(_SAME_SQL.format(*pair) for pair in SAME.items()),
        )
        count, hours, fractions, odd, *counts = row(connection, text, unit.of_items)
        pairs = zip(SAME, counts[::2], counts[1::2], strict=True)
        same = {name for name, equal, lost in pairs if not lost and equal >= WORTHWHILE * count}
        start = "DATE" if not hours else "TIMESTAMP_S" if not fractions else "TIMESTAMP"
        return cls(start, 1 if odd else _SECOND, _scale(connection, unit), frozenset(same))

    def written(self, forms: Mapping[str, str]) -> str:
        """Columns as they go into a table.

        Args:
            forms: Column to the expression of its value.
        """
        return ", ".join(f'{self._short(name, forms)} AS "{name}"' for name in forms)

    def _short(self, name: str, forms: Mapping[str, str]) -> str:
        if name not in self.same:
            return forms[name]
        return f"CASE WHEN {forms[name]} IS DISTINCT FROM {forms[SAME[name]]} THEN {forms[name]} END"

    def read(self, names: Iterable[str]) -> str:
        """The same columns as they come out of it again."""
        return ", ".join(f'{self._whole(name)} AS "{name}"' for name in names)

    def _whole(self, name: str) -> str:
        chain = [name]
        while chain[-1] in self.same:
            chain.append(SAME[chain[-1]])
        listed = ", ".join(f't."{one}"' for one in chain)
        return f"coalesce({listed})" if len(chain) > 1 else listed


def _scale(connection: DuckDBPyConnection, unit: Unit) -> int:
    """The fewest decimals of `SCALES` that lose nothing; most often some amounts tell that it takes them all."""
    (staged,) = row(connection, sql.SCALE)
    for some in (_SOME, "") if staged > SCALES[0] else ():
        text = _NEED_SQL.format(each=", ".join(_need(name, staged) for name in MONEY), some=some)
        (need,) = row(connection, text, unit.of_items)
        if not some or need == staged:
            return int(need)
    return int(staged)


def _need(name: str, staged: int) -> str:
    """How many decimals a column needs, out of `SCALES`."""
    tests = [f'WHEN round("{name}", {scale}) = "{name}" THEN {scale}' for scale in SCALES if scale < staged]
    return f'coalesce(max(CASE WHEN "{name}" IS NULL THEN 0 {" ".join(tests)} ELSE {staged} END), 0)'


def build(connection: DuckDBPyConnection, unit: Unit, layout: Layout, money: tuple[int, int]) -> None:
    """Write the charges of a unit, and their sums by day and as a whole, into the attached segment.

    Args:
        connection: With the lines of the unit numbered in `sids`.
        unit: The unit.
        layout: Its layout.
        money: Precision and scale of its money.
    """
    kind = "DECIMAL({}, {})".format(*money)
    plain = {name: f's."{name}"' for name in QUANTITIES}
    plain |= {name: f'CAST(s."{name}" AS {kind})' for name in MONEY}
    fixed = {"start": layout.start, "micros": str(layout.micros), "read": layout.read(plain)}
    _run(connection, sql.CHARGES, unit.of_items, written=layout.written(plain), **fixed)
    _run(connection, sql.ITEMS, **fixed)
    (cells,) = row(connection, sql.CELLS)
    if cells <= sql.FEWER * unit.charges:
        sums = _sums(kind)
        _run(connection, sql.DAYS, written=layout.written(sums))
        _run(connection, sql.DAILY, n="t.n", day='t."ChargeDay"', table="days", **fixed)
    else:
        day = 't."start"' if layout.start == "DATE" else 'CAST(t."start" AS DATE)'
        _run(connection, sql.DAILY, n="CAST(1 AS BIGINT)", day=day, table="charges", **fixed)
    _run(connection, sql.MONTHS, written=layout.written(_sums(f"DECIMAL(38, {money[1]})")))
    _run(connection, sql.MONTHLY, **fixed)


def _sums(kind: str) -> dict[str, str]:
    """Columns added up, money as a type that is known to hold the sums."""
    sums = {name: f'sum(s."{name}")' for name in QUANTITIES}
    return sums | {name: f'CAST(sum(s."{name}") AS {kind})' for name in MONEY}


def _run(connection: DuckDBPyConnection, text: str, values: Any = None, **fixed: str) -> None:
    connection.execute(sql.fill(text, **fixed), values)
