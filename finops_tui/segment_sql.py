"""The SQL that cuts a unit out of `staged`: constant texts, with lists of columns filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.dimensions import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE: Final = (*ATTRIBUTES, *PERIODS, *MAPS)
_NEIGHBOURS: Final = ("service", "account", "region", "usage", "resource")


def columns(names: Sequence[str], form: str = '"{0}"', between: str = ", ") -> str:
    """A list of columns, each written in a form with its name at `{0}`."""
    return between.join(form.format(name) for name in names)


_FIXED: Final = {
    "line": columns(_LINE),
    "same": columns(_LINE, 's."{0}" IS NOT DISTINCT FROM l."{0}"', " AND "),
    "neighbours": ", ".join(DIMENSIONS[name] for name in _NEIGHBOURS),
    "quantities": columns(QUANTITIES),
    "quantity_sums": columns(QUANTITIES, 'sum("{0}") AS "{0}"'),
    "money_plain": columns(MONEY),
    "money_sums": columns(MONEY, 'sum("{0}")'),
    "money_parts": columns(MONEY, 'sum(trunc("{0}")), sum("{0}" - trunc("{0}"))'),
    "unit": """"file" BETWEEN $low AND $high AND list_contains($files, "file") AND "BillingAccountId" = $account
        AND dataset = $dataset
        AND "BillingPeriodStart" >= $month AND "BillingPeriodStart" < $next""",
}

PLAN: Final = """
SELECT o.source, s."BillingAccountId", strftime(s."BillingPeriodStart", '%Y-%m') AS period, s.dataset,
    s."BillingCurrency", count(*), list(DISTINCT s.file), {money_parts}
FROM staged s JOIN origins o USING (file) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, s.dataset <> 'bill', 4, 5"""

RECORDS: Final = """
SELECT file, account, period, dataset, count(*) FROM (
    SELECT file, "BillingAccountId" AS account, strftime("BillingPeriodStart", '%Y-%m') AS period, record,
        max(dataset) AS dataset
    FROM staged GROUP BY ALL
    UNION ALL SELECT file, account, period, record, 'bill' FROM dropped
) GROUP BY file, account, period, dataset ORDER BY file, account, period, dataset"""
"""A record that is in the bill and allocated as well counts once, with the bill ('bill' is the greater word)."""

EXACT: Final = """
SELECT {exact} FROM staged WHERE {unit}"""

CELL: Final = """
SELECT max(greatest({money_plain})), greatest({money_sums}) FROM (
    SELECT {money_cells} FROM staged WHERE {unit}
    GROUP BY "ServiceName", "SubAccountId", "RegionId", CAST("ChargePeriodStart" AS DATE))"""

LINES: Final = """
CREATE TABLE unit.lines AS
SELECT CAST(row_number() OVER () AS INTEGER) AS sid, {line}
FROM (SELECT DISTINCT {line} FROM staged WHERE {unit} ORDER BY {neighbours})"""

ITEMS: Final = """
CREATE TABLE unit.items AS
SELECT l.sid, "ChargePeriodStart", "ChargePeriodEnd", {quantities}, {money},
    CAST(list_position($files, file) - 1 AS INTEGER) AS file, record
FROM (SELECT * FROM staged WHERE {unit}) s JOIN unit.lines l ON {same}
ORDER BY l.sid, "ChargePeriodStart", file, record"""

CELLS: Final = """
SELECT count(*) FROM (SELECT DISTINCT sid, CAST("ChargePeriodStart" AS DATE) FROM unit.items)"""

DAILY_TABLE: Final = """
CREATE TABLE unit.daily AS
SELECT sid, CAST("ChargePeriodStart" AS DATE) AS "ChargeDay", count(*) AS n, {quantity_sums}, {money_sums_named}
FROM unit.items GROUP BY ALL ORDER BY sid, "ChargeDay\""""

DAILY_VIEW: Final = """
CREATE VIEW unit.daily AS
SELECT sid, CAST("ChargePeriodStart" AS DATE) AS "ChargeDay", CAST(1 AS BIGINT) AS n, {quantities}, {money_plain}
FROM unit.items"""

QUARANTINE: Final = """
CREATE TABLE unit.quarantine AS
SELECT CAST(list_position($files, file) - 1 AS INTEGER) AS file, record, reason, raw
FROM quarantined WHERE list_contains($first, file) ORDER BY file, record"""

READ_BACK: Final = """
SELECT l."BillingCurrency", sum(c.n), {money_sums} FROM {relation} c JOIN unit.lines l USING (sid)
GROUP BY 1 ORDER BY 1"""

FACTS: Final = """
SELECT CAST(min("ChargePeriodStart") AS DATE), CAST(max("ChargePeriodStart") AS DATE),
    coalesce(10 * count(*) FILTER ("ChargePeriodEnd" > "ChargePeriodStart"
        AND "ChargePeriodEnd" < "ChargePeriodStart" + INTERVAL 1 DAY) >= count(*), false),
    (SELECT count(*) FROM unit.lines), (SELECT count(*) FROM unit.quarantine)
FROM unit.items"""


NAMES: Final = """
UPDATE unit.lines AS l SET "{column}Name" = n.name
FROM (SELECT unnest($ids) AS id, unnest($names) AS name) n WHERE l."{column}Id" = n.id AND l."{column}Name" IS NULL"""

NAME: Final = """
SELECT comment FROM duckdb_tables() WHERE database_name = 'unit' AND table_name = 'lines'"""


def fill(text: str, **fixed: str) -> str:
    """A text of this module with its lists of columns filled in; fixed names only, never a value."""
    return text.format(**_FIXED, **fixed)
