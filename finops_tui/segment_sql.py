"""The SQL that cuts a unit out of `staged`: constant texts, with lists of columns filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.queries.dimensions import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE: Final = (*ATTRIBUTES, *PERIODS, *MAPS)
_TEXTS: Final = (
    *(f'"{name}"' for name in ATTRIBUTES),
    *(f'CAST(to_json("{name}") AS VARCHAR)' for name in MAPS),
)
_NEIGHBOURS: Final = ("service", "account", "region", "usage", "resource")


def columns(names: Sequence[str], form: str = '"{0}"', between: str = ", ") -> str:
    """A list of columns, each written in a form with its name at `{0}`."""
    return between.join(form.format(name) for name in names)


_FIXED: Final = {
    "line": columns(_LINE),
    "neighbours": ", ".join(DIMENSIONS[name] for name in _NEIGHBOURS),
    "quantities": columns(QUANTITIES),
    "quantity_sums": columns(QUANTITIES, 'sum("{0}") AS "{0}"'),
    "money_plain": columns(MONEY),
    "money_sums": columns(MONEY, 'sum("{0}")'),
    "size": "coalesce(sum(greatest(" + columns(MONEY, 'abs("{0}")') + ")), 0)",
    "money_parts": columns(MONEY, 'sum(trunc("{0}")), sum("{0}" - trunc("{0}"))'),
    "said": ", ".join((*_TEXTS, columns(PERIODS))),
    "digests": ", ".join((*(f"md5_number({text})" for text in _TEXTS), columns(PERIODS))),
    "lines_of_unit": """line BETWEEN $lowest AND $highest AND "BillingAccountId" = $account AND dataset = $dataset
    AND "BillingPeriodStart" >= $month AND "BillingPeriodStart" < $next""",
    "unit_items": "(SELECT * FROM staged_items WHERE "
    "line BETWEEN $lowest AND $highest AND file BETWEEN $low AND $high AND list_contains($files, file))",
}

PLACES: Final = """
CREATE OR REPLACE TEMP TABLE units AS
SELECT CAST(row_number() OVER () AS INTEGER) AS unit, * FROM (
    SELECT DISTINCT "BillingAccountId" AS account, date_trunc('month', "BillingPeriodStart") AS month, dataset,
        "BillingCurrency" AS currency
    FROM staged_lines);
CREATE OR REPLACE TEMP TABLE places AS
SELECT line, unit FROM staged_lines l JOIN units u ON u.account = l."BillingAccountId" AND u.dataset = l.dataset
    AND u.month = date_trunc('month', l."BillingPeriodStart") AND u.currency = l."BillingCurrency\""""

_TOTALS: Final = """
SELECT file, account, strftime(month, '%Y-%m'), dataset, currency, t.* EXCLUDE (file, unit) FROM (
    SELECT file, unit, count(*), min(line), max(line), {size}, {sums}
    FROM staged_items JOIN places USING (line) GROUP BY file, unit
) t JOIN units USING (unit) ORDER BY ALL"""

TOTALS: Final = _TOTALS.replace("{sums}", "{money_sums}")
PART_TOTALS: Final = _TOTALS.replace("{size}", "NULL").replace("{sums}", "{money_parts}")

RECORDS: Final = """
SELECT file, account, period, dataset, count(*) FROM (
    SELECT file, account, strftime(month, '%Y-%m') AS period, dataset FROM (
        SELECT file, record, arg_max(unit, dataset) AS unit
        FROM staged_items JOIN places USING (line) JOIN units USING (unit) GROUP BY file, record, account, month
    ) JOIN units USING (unit)
    UNION ALL SELECT file, account, period, 'bill' FROM dropped
) GROUP BY file, account, period, dataset ORDER BY file, account, period, dataset"""
"""A record that is in the bill and allocated as well counts once, with the bill ('bill' is the greater word)."""

UNIT_LINES: Final = """
CREATE OR REPLACE TEMP TABLE unit_lines AS
SELECT hash({said}) AS h1, hash({digests}) AS h2, line, {line}
FROM staged_lines WHERE {lines_of_unit}
    AND line IN (SELECT line FROM {unit_items})"""

SCALE: Final = """
SELECT numeric_scale FROM duckdb_columns() WHERE table_name = 'staged_items' AND column_name = 'BilledCost\'"""

LOSSY: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM {unit_items} SEMI JOIN unit_lines USING (line) WHERE NOT ({exact}) LIMIT 1)"""

CELL: Final = """
SELECT max(greatest({money_plain})), greatest({money_sums}) FROM (
    SELECT {money_cells} FROM {unit_items} JOIN unit_lines USING (line)
    GROUP BY "ServiceName", "SubAccountId", "RegionId", CAST("ChargePeriodStart" AS DATE))"""

SIDS: Final = """
CREATE OR REPLACE TEMP TABLE sids AS
SELECT CAST(row_number() OVER (ORDER BY {neighbours}, line) AS INTEGER) AS sid, line, h1, h2
FROM unit_lines SEMI JOIN (SELECT min(line) AS line FROM unit_lines GROUP BY h1, h2) USING (line)"""

LINES: Final = """
CREATE TABLE unit.lines AS SELECT sid, {line} FROM unit_lines JOIN sids USING (line) ORDER BY sid"""

ITEMS: Final = """
CREATE TABLE unit.items AS
SELECT l.sid, "ChargePeriodStart", "ChargePeriodEnd", {quantities}, {money},
    CAST(list_position($files, file) - 1 AS INTEGER) AS file, record
FROM {unit_items} s
JOIN (SELECT u.line, s.sid FROM unit_lines u JOIN sids s USING (h1, h2)) l USING (line)
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
