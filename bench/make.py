"""A bill of any size, made by DuckDB alone: the same digits for the same arguments, on any machine.

    python bench/make.py FOLDER [--rows N] [--layout focus|cur2] [--hourly] [--months N] [--life DAYS]

One estate, written in the layout of AWS's FOCUS 1.2 export or of CUR 2.0, a Parquet file (snappy) per billing
period, its records in no order. The estate:

* 100 services, 200 accounts under one payer, 15 regions: a few have most of the charges;
* every resource is of one service, account and region, lives for about `life` days (from half of it to one
  and a half), and has one to four usage types, of 40 that its service has; each of them is charged every day
  (or hour) that the resource lives;
* seven tag keys, each on some of the resources; one resource in eight has none at all;
* list cost is quantity times price, exact to ten decimals; contracted is 6 % less; one line in six is covered
  by a Savings Plan: effective is 30 % less than list, and billed nothing (in CUR 2.0: a covered line with its
  on-demand cost, and one negation line a month that takes these back); every account has a line of tax per month.

Numbers come from integer arithmetic on the line's number, never from a generator with a state.
"""

from __future__ import annotations

import argparse
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb

FIRST: Final = date(2025, 1, 1)
LAYOUTS: Final = ("focus", "cur2")

_PRIME: Final = 4294967291
_MIX: Final = f"""CREATE OR REPLACE MACRO mix(i, salt) AS
    (((((i + salt * 7919 + 1) % 2147483647) * 2654435761) % {_PRIME}) * 40503 + salt * 12345 + 977) % {_PRIME}"""
_SHARE: Final = f"CREATE OR REPLACE MACRO share(i, salt) AS mix(i, salt)::DOUBLE / {_PRIME}"

_RESOURCES: Final = """
CREATE OR REPLACE TABLE resources AS
SELECT r, floor(100 * pow(share(r, 1), 3))::INTEGER AS service, floor(200 * pow(share(r, 2), 2))::INTEGER AS account,
    floor(15 * pow(share(r, 3), 2))::INTEGER AS region, 1 + (mix(r, 4) % 4)::INTEGER AS kinds,
    ({life} / 2 + mix(r, 5) % {life})::INTEGER AS days,
    (mix(r, 6) % ({horizon} + {life}))::INTEGER - {life} AS born,
    (mix(r, 7) % 8) > 0 AS tagged, (mix(r, 8) % 40)::INTEGER AS project, (mix(r, 9) % 12)::INTEGER AS team
FROM range({resources}) q(r)"""

_LINES: Final = """
CREATE OR REPLACE TABLE lines AS
SELECT row_number() OVER (ORDER BY r, k) - 1 AS line, r, k, service, account, region, born, days, tagged, project, team,
    (mix(r, 20 + k) % 40)::INTEGER AS kind,
    CAST((1 + mix(service * 40 + kind, 11) % 900000)::DECIMAL(7, 0) * 0.000001 AS DECIMAL(9, 6)) AS price,
    mix(r * 4 + k, 12) % 6 = 0 AS covered,
    printf('service-%02d', service) AS code, 'Service ' || printf('%02d', service) AS service_name,
    printf('2%011d', account) AS account_id, 'account-' || account AS account_name,
    printf('region-%02d', region) AS region_id,
    printf('%s:Usage.%02d', CASE WHEN region = 0 THEN '' ELSE printf('R%02d-', region) END || 's' || service, kind) AS usage,
    printf('arn:aws:%s:%s:%s:thing/%08x%08x', code, region_id, account_id, r, mix(r, 13)) AS resource,
    CASE WHEN NOT tagged THEN MAP {{}} ELSE map_from_entries(list_filter([
        {{'key': '{prefix}team', 'value': CASE WHEN mix(r, 30) % 10 > 0 THEN 'team-' || team END}},
        {{'key': '{prefix}env', 'value': ['prod', 'test', 'dev', 'stage'][1 + (mix(r, 31) % 4)::INTEGER]}},
        {{'key': '{prefix}app', 'value': 'app-' || (project * 3 + mix(r, 32) % 3)}},
        {{'key': '{prefix}cost_center', 'value': 'cc-' || (1000 + team)}},
        {{'key': '{prefix}owner', 'value': CASE WHEN mix(r, 33) % 3 > 0 THEN 'owner-' || team || '@example.com' END}},
        {{'key': '{prefix}project', 'value': 'project-' || project}},
        {{'key': '{prefix}Name', 'value': CASE WHEN mix(r, 34) % 2 > 0 THEN 'thing-' || r END}}
    ], lambda tag: tag.value IS NOT NULL)) END AS tags
FROM (SELECT *, unnest(range(kinds)) AS k FROM resources)"""

_CHARGES: Final = """
SELECT line, began, quantity, quantity * price AS list, CAST(quantity * price * 0.94 AS DECIMAL(18, 10)) AS contracted,
    CASE WHEN covered THEN CAST(quantity * price * 0.70 AS DECIMAL(18, 10)) ELSE contracted END AS effective,
    CASE WHEN covered THEN 0 ELSE contracted END::DECIMAL(18, 10) AS billed
FROM (
    SELECT *, CAST((1 + mix(line * 10007 + epoch(began)::BIGINT // 3600, 14) % 240000)::DECIMAL(7, 0) * 0.0001
        AS DECIMAL(9, 4)) AS quantity
    FROM (
        SELECT line, price, covered, unnest(generate_series(
            greatest(DATE '2025-01-01' + born, DATE '{since}')::TIMESTAMP,
            least(DATE '2025-01-01' + born + days, DATE '{until}')::TIMESTAMP - INTERVAL 1 {unit},
            INTERVAL 1 {unit})) AS began
        FROM lines
        WHERE born < DATE '{until}' - DATE '2025-01-01' AND born + days > DATE '{since}' - DATE '2025-01-01'
    )
)"""

_COMMON: Final = """
SELECT line, began, began + INTERVAL 1 {unit} AS ended, quantity, list, contracted, effective, billed,
    'Usage' AS category, code, service_name, account_id, account_name, region_id, usage, resource, price, covered, tags, team
FROM ({charges}) JOIN lines USING (line)
UNION ALL
SELECT NULL, TIMESTAMP '{since}', TIMESTAMP '{until}', NULL, amount, amount, amount, amount,
    'Tax', 'tax', 'Tax', account_id, account_name, NULL, NULL, NULL, NULL, false, MAP {{}}, NULL
FROM (SELECT account_id, account_name, CAST((mix(account, 15) % 1000000)::DECIMAL(8, 0) * 0.01 AS DECIMAL(18, 10)) AS amount
    FROM (SELECT DISTINCT account, account_id, account_name FROM lines))"""

_FOCUS: Final = """
SELECT billed AS "BilledCost", '210000000000' AS "BillingAccountId", 'Example payer' AS "BillingAccountName",
    'USD' AS "BillingCurrency", TIMESTAMP '{until}' AS "BillingPeriodEnd", TIMESTAMP '{since}' AS "BillingPeriodStart",
    category AS "ChargeCategory", NULL::VARCHAR AS "ChargeClass",
    CASE WHEN usage IS NULL THEN 'Tax' ELSE '$' || price || ' per unit of ' || usage END AS "ChargeDescription",
    'Usage-Based' AS "ChargeFrequency", ended AS "ChargePeriodEnd", began AS "ChargePeriodStart",
    CASE WHEN covered THEN 'Spend' END AS "CommitmentDiscountCategory",
    CASE WHEN covered THEN 'arn:aws:savingsplans::210000000000:savingsplan/sp-' || team END AS "CommitmentDiscountId",
    CASE WHEN covered THEN 'Used' END AS "CommitmentDiscountStatus",
    CASE WHEN covered THEN 'Savings Plan' END AS "CommitmentDiscountType",
    quantity::DOUBLE AS "ConsumedQuantity", 'Units' AS "ConsumedUnit", contracted AS "ContractedCost",
    effective AS "EffectiveCost", '{invoice}' AS "InvoiceId", 'Amazon Web Services, Inc.' AS "InvoiceIssuerName",
    list AS "ListCost", price::DOUBLE AS "ListUnitPrice",
    CASE WHEN covered THEN 'Committed' WHEN category = 'Usage' THEN 'Standard' END AS "PricingCategory",
    quantity::DOUBLE AS "PricingQuantity", 'Units' AS "PricingUnit", 'AWS' AS "ProviderName",
    'Amazon Web Services, Inc.' AS "PublisherName", region_id AS "RegionId", region_id AS "RegionName",
    resource AS "ResourceId", NULL::VARCHAR AS "ResourceName", code AS "ResourceType", 'Compute' AS "ServiceCategory",
    service_name AS "ServiceName", usage AS "SkuMeter", md5(usage)[:16] AS "SkuId",
    md5(usage)[:16] || '.JRTCKXETXF' AS "SkuPriceId", account_id AS "SubAccountId", account_name AS "SubAccountName",
    'Linked Account' AS "SubAccountType", tags AS "Tags", code AS "x_ServiceCode", 'Run' AS "x_Operation"
FROM common ORDER BY mix(coalesce(line, 0), 16 + (epoch(began)::BIGINT // 3600) % 1000), line, began, "SubAccountId\""""

_CUR2: Final = """
SELECT 'Anniversary' AS bill_bill_type, TIMESTAMP '{until}' AS bill_billing_period_end_date,
    TIMESTAMP '{since}' AS bill_billing_period_start_date, '{invoice}' AS bill_invoice_id,
    '210000000000' AS bill_payer_account_id, 'Example payer' AS bill_payer_account_name,
    md5(coalesce(line, 0) || began::VARCHAR || account_id || kind) AS identity_line_item_id, 'USD' AS line_item_currency_code,
    'Amazon Web Services, Inc.' AS line_item_legal_entity,
    CASE WHEN usage IS NULL THEN kind ELSE '$' || price || ' per unit of ' || usage END AS line_item_line_item_description,
    kind AS line_item_line_item_type, 'Run' AS line_item_operation, code AS line_item_product_code,
    coalesce(resource, '') AS line_item_resource_id, cost AS line_item_unblended_cost,
    account_id AS line_item_usage_account_id, account_name AS line_item_usage_account_name,
    quantity::DOUBLE AS line_item_usage_amount, ended AS line_item_usage_end_date, began AS line_item_usage_start_date,
    coalesce(usage, '') AS line_item_usage_type, list AS pricing_public_on_demand_cost, 'OnDemand' AS pricing_term,
    'Units' AS pricing_unit, MAP {{'product_name': service_name, 'region': coalesce(region_id, '')}} AS product,
    coalesce(region_id, '') AS product_region_code, code AS product_servicecode, md5(usage)[:16] AS product_sku,
    tags AS resource_tags,
    CASE WHEN covered THEN 'arn:aws:savingsplans::210000000000:savingsplan/sp-' || team ELSE '' END
        AS savings_plan_savings_plan_a_r_n,
    CASE WHEN covered THEN effective END AS savings_plan_savings_plan_effective_cost
FROM (
    SELECT *, CASE WHEN covered THEN 'SavingsPlanCoveredUsage' ELSE category END AS kind, contracted AS cost FROM common
    UNION ALL
    SELECT NULL, TIMESTAMP '{since}', TIMESTAMP '{until}', NULL, NULL, NULL, NULL, NULL, 'Usage', 'ComputeSavingsPlans',
        'Savings Plans', account_id, account_name, NULL, NULL, NULL, NULL, false, MAP {{}}, NULL,
        'SavingsPlanNegation', -sum(contracted)
    FROM common WHERE covered GROUP BY account_id, account_name
) ORDER BY mix(coalesce(line, 0), 16 + (epoch(began)::BIGINT // 3600) % 1000), line, began, account_id, kind"""


def months(count: int) -> list[tuple[date, date]]:
    """The first day of each billing period, and of the one after."""
    starts = [date(FIRST.year + n // 12, 1 + n % 12, 1) for n in range(count + 1)]
    return list(pairwise(starts))


def make(
    folder: Path, rows: int, layout: str = "focus", *, hourly: bool = False, count: int = 13, life: int = 90
) -> int:
    """Write a bill.

    Args:
        folder: Where to; a folder per billing period, named as AWS names them.
        rows: About how many records, within a few per cent.
        layout: `focus` or `cur2`.
        hourly: Whether charges are of an hour, or of a day.
        count: How many months.
        life: Days that a resource lives.

    Returns:
        How many records there are.
    """
    periods = months(count)
    horizon = (periods[-1][1] - FIRST).days
    # Of the days a resource lives, those before the first and after the last month are not charged.
    charged = life * horizon / (horizon + life) * 2.5 * (24 if hourly else 1)
    fixed = {"life": life, "horizon": horizon, "resources": max(1, round(rows / charged))}
    connection = duckdb.connect(str(folder / "make.duckdb"))
    connection.execute("SET preserve_insertion_order = true")
    prefix = "user_" if layout == "cur2" else ""
    for statement in (_MIX, _SHARE, _RESOURCES.format(**fixed), _LINES.format(prefix=prefix)):
        connection.execute(statement)
    for since, until in periods:
        place = folder / f"BILLING_PERIOD={since:%Y-%m}"
        place.mkdir(parents=True, exist_ok=True)
        words = {
            "since": since,
            "until": until,
            "unit": "HOUR" if hourly else "DAY",
            "invoice": f"{since:%Y%m}0001",
        }
        common = _COMMON.format(charges=_CHARGES.format(**words), **words)
        text = (_CUR2 if layout == "cur2" else _FOCUS).format(**words)
        path = str(place / "bill-00001.snappy.parquet").replace("'", "''")
        connection.execute(
            f"COPY (WITH common AS MATERIALIZED ({common}) {text}) TO '{path}' (FORMAT parquet)"
        )
    found = connection.execute(f"SELECT count(*) FROM read_parquet('{folder}/*/*.parquet')").fetchone()
    connection.close()
    (folder / "make.duckdb").unlink()
    return int(found[0]) if found else 0


def main() -> None:
    """Make one bill as asked for on the command line."""
    parser = argparse.ArgumentParser(description="A bill of any size, made by DuckDB.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--layout", choices=LAYOUTS, default="focus")
    parser.add_argument("--hourly", action="store_true")
    parser.add_argument("--months", type=int, default=13)
    parser.add_argument("--life", type=int, default=90)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    count = make(
        asked.folder, asked.rows, asked.layout, hourly=asked.hourly, count=asked.months, life=asked.life
    )
    print(f"{count:,} records in {asked.folder}")


if __name__ == "__main__":
    main()
