"""The relation `scope`: what lines cost, day by day, or at once where nobody asks for days.

Where a segment's lines are held in memory, they are added up by numbers (scope_held.py), and only what is left
gets its texts. A segment that lies in one part of the view, and in one bucket, is read as whole months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.scope_held import HeldRows
from finops_tui.queries.scope_places import needs

if TYPE_CHECKING:
    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.scope_places import Whole

__all__ = ["CostRows", "needs"]

_KINDS: Final = {"day": "DATE", "first_day": "DATE", "last_day": "DATE", "n": "BIGINT", "label": "VARCHAR"}


class CostRows(HeldRows):
    """Renders the relation of one scope.

    Args:
        scope: Which view, which segments.
        wanted: Columns that the question reads beside `part`, `currency`, the keys and `cost`.
    """

    def relation(self) -> str:
        """The SQL of the relation `scope`."""
        return self.sql() if self._scope.segments else self.nothing()

    def groups(self) -> str:
        """The SQL of the relation `groups`, the same added up by key and currency."""
        rows = self.relation()
        if self._alone and self._view.compared is None:  # a row per group already
            zero = f"0::DECIMAL(38, {self._scope.scale})"
            keys = ", ".join(self._keys or ("k0",))
            return (
                f"SELECT {keys}, currency, label, coalesce(cost, 0) AS cost, coalesce(cost, 0) AS now,"
                f" {zero} AS before, n FROM (\n{rows}\n)"
            )
        return f"""SELECT COLUMNS('^k\\d+$'),
       currency,
       max(label)                                                    AS label,
       coalesce(sum(cost) FILTER (WHERE part <> 'before'), 0)        AS cost,
       coalesce(sum(cost) FILTER (WHERE part = 'now'), 0)            AS now,
       coalesce(sum(cost) FILTER (WHERE part = 'before'), 0)         AS before,
       coalesce(sum(n) FILTER (WHERE part <> 'before'), 0)::BIGINT   AS n
FROM (
{rows}
) GROUP BY ALL"""

    def kinds(self) -> str:
        """The SQL of the relation `kinds`: the same, keys beyond the first one told apart and not named."""
        if self._scope.segments and all(map(self._scope.is_held, self._scope.segments)):
            self.numbers = frozenset(name for name in self._keys if name != "k0")
        return self.relation()

    def sql(self) -> str:
        """The SQL of the relation; it has at least one segment."""
        scope = self._scope
        held = [segment for segment in scope.segments if scope.is_held(segment)]
        plain = [self._plain(segment) for segment in scope.segments if segment not in held]
        return "\nUNION ALL\n".join([*([self._held(held)] if held else []), *plain])

    def nothing(self) -> str:
        """The relation without a row."""
        bucket = "TIMESTAMP" if self._hourly else "DATE"
        kinds: dict[str, str] = {name: bucket if name == "bucket" else _KINDS[name] for name in self._wanted}
        kinds |= dict.fromkeys([*self._keys] or ["k0"], "VARCHAR") | {
            "part": "VARCHAR",
            "currency": "VARCHAR",
        }
        none = ", ".join(f"NULL::{kind} AS {name}" for name, kind in kinds.items())
        return f"SELECT {none}, NULL::DECIMAL(18, 10) AS cost WHERE false"

    def _plain(self, segment: Segment) -> str:
        """A segment's lines joined to what they cost."""
        scope = self._scope
        whole = None if scope.converts(segment) or not segment.monthly else self._whole(segment)
        table = "items" if self._hourly else segment.daily
        day = scope.day(table)
        bind = scope.bind
        texts = {
            name: scope.fields.sql(dimension, "grouped", bind)
            for name, dimension in zip(self._keys, self._view.group_by, strict=True)
        } or {"k0": "''"}
        if "label" in self._wanted:
            texts["label"] = scope.fields.sql(self._view.dimension, "label", bind)
        columns = ", ".join(f"{sql} AS {name}" for name, sql in texts.items())
        part = scope.part(day) if whole is None else f"'{whole.part}'"
        rows = scope.rows(segment, table) if whole is None else f"{segment.alias}.monthly"
        given = self._times(day) if whole is None else self._constants(whole)
        given |= {"part": part, "currency": "c.currency" if scope.converts(segment) else "l.billed"}
        given |= {name: f"l.{name}" for name in texts} | {"cost": scope.cost("c", segment)}
        return (
            f"SELECT {self._in_order(given)}\n  FROM {rows} c\n"
            f'  JOIN (SELECT sid, {columns}, "BillingCurrency" AS billed\n'
            f"    FROM {segment.alias}.lines{scope.where(segment)}) l USING (sid)"
            + (f"\n  WHERE {scope.days(day)}" if whole is None else "")
        )

    def _constants(self, whole: Whole) -> dict[str, str]:
        """The same of a segment that is read whole."""
        return self._only({"bucket": f"DATE '{whole.bucket}'", "n": "c.n"})
