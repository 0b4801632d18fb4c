"""The SQL that cuts a unit out of `staged`: constant texts, with lists of columns filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS
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
    "money_plain": columns(MONEY),
    "money_sums": columns(MONEY, 'sum("{0}")'),
    "size": "coalesce(sum(greatest(" + columns(MONEY, 'abs("{0}")') + ")), 0)",
    "money_parts": columns(MONEY, 'sum(trunc("{0}")), sum("{0}" - trunc("{0}"))'),
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

BY_FILE: Final = """
SELECT file, count(*) FROM (SELECT file FROM staged_items UNION ALL SELECT file FROM dropped) GROUP BY file ORDER BY file"""

RECORDS: Final = """
SELECT file, account, period, dataset, count(*) FROM (
    SELECT file, account, strftime(month, '%Y-%m') AS period, dataset FROM (
        SELECT file, record, arg_max(unit, dataset) AS unit
        FROM staged_items JOIN places USING (line) JOIN units USING (unit)
        WHERE file BETWEEN $low AND $high GROUP BY file, record, account, month
    ) JOIN units USING (unit)
    UNION ALL SELECT file, account, period, 'bill' FROM dropped WHERE file BETWEEN $low AND $high
) GROUP BY file, account, period, dataset ORDER BY file, account, period, dataset"""
"""A record that is in the bill and allocated as well counts once, with the bill ('bill' is the greater word)."""

UNIT_LINES: Final = """
CREATE OR REPLACE TEMP TABLE unit_lines AS
SELECT hash({line}) AS h1, line
FROM staged_lines WHERE {lines_of_unit}
    AND line IN (SELECT line FROM {unit_items})"""

TWINS: Final = """
CREATE OR REPLACE TEMP TABLE twins AS
SELECT hash({digests}) AS h2, line FROM staged_lines SEMI JOIN (
    SELECT line FROM unit_lines JOIN (SELECT h1 FROM unit_lines GROUP BY h1 HAVING count(*) > 1) USING (h1)
) USING (line)"""
"""Lines that may be the same: only of these everything they say is looked at once more."""

SCALE: Final = """
SELECT numeric_scale FROM duckdb_columns() WHERE table_name = 'staged_items' AND column_name = 'BilledCost\'"""

CELL: Final = """
SELECT max(greatest({money_plain})), greatest({money_sums}) FROM (
    SELECT {money_cells} FROM {unit_items} SEMI JOIN sids USING (line) JOIN staged_lines USING (line)
    GROUP BY "ServiceName", "SubAccountId", "RegionId", CAST("ChargePeriodStart" AS DATE))"""

SIDS: Final = """
CREATE OR REPLACE TEMP TABLE sids AS
WITH firsts AS (
    SELECT u.line, coalesce(t.first, u.line) AS first
    FROM unit_lines u LEFT JOIN (
        SELECT line, min(line) OVER (PARTITION BY h1, h2) AS first FROM twins JOIN unit_lines USING (line)
    ) t USING (line)
), numbered AS (
    SELECT CAST(row_number() OVER (ORDER BY {neighbours}, line) AS INTEGER) AS sid, line
    FROM staged_lines SEMI JOIN (SELECT first AS line FROM firsts) USING (line)
)
SELECT n.sid, f.line, f.line = f.first AS kept FROM firsts f JOIN numbered n ON n.line = f.first"""
"""The number of every line of the unit; the one that is `kept` of those that say the same is written."""

LINES: Final = """
CREATE TABLE unit.lines AS
SELECT sid, {line} FROM staged_lines JOIN sids USING (line) WHERE kept ORDER BY sid"""

CHARGES: Final = """
CREATE TABLE unit.charges AS
SELECT sid, CAST("ChargePeriodStart" AS {start}) AS start,
    (epoch_us("ChargePeriodEnd") - epoch_us("ChargePeriodStart")) // {micros} AS length, {written},
    CAST(list_position($files, file) - 1 AS INTEGER) AS file, record
FROM {unit_items} s JOIN sids USING (line)
ORDER BY sid, "ChargePeriodStart", s.file, record"""

ITEMS: Final = """
CREATE VIEW unit.items AS
SELECT t.sid, CAST(t.start AS TIMESTAMP) AS "ChargePeriodStart",
    CAST(t.start AS TIMESTAMP) + to_microseconds(t.length * {micros}) AS "ChargePeriodEnd", {read}, t.file, t.record
FROM unit.charges t"""

CELLS: Final = """
SELECT count(*) FROM (SELECT DISTINCT sid, CAST(start AS DATE) FROM unit.charges)"""

FEWER: Final = 0.8
"""`days` is stored when it has at most this share of the rows of `charges`."""

DAYS: Final = """
CREATE TABLE unit.days AS
SELECT s.sid, CAST(s."ChargePeriodStart" AS DATE) AS "ChargeDay", count(*) AS n, {written}
FROM unit.items s GROUP BY ALL ORDER BY sid, "ChargeDay\""""

DAILY: Final = """
CREATE VIEW unit.daily AS SELECT t.sid, {day} AS "ChargeDay", {n} AS n, {read} FROM unit.{table} t"""

MONTHS: Final = """
CREATE TABLE unit.months AS
SELECT s.sid, CAST(sum(s.n) AS BIGINT) AS n, {written} FROM unit.daily s GROUP BY s.sid ORDER BY s.sid"""

MONTHLY: Final = """
CREATE VIEW unit.monthly AS SELECT t.sid, t.n, {read} FROM unit.months t"""

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
