"""The money of Databricks usage: its quantity times the list price that was valid when it began."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final, NamedTuple

from finops_tui.sources import amounts, late
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from duckdb import DuckDBPyConnection

NO_PRICES: Final = (
    "Databricks usage has no money: load it together with system.billing.list_prices"
    " (finops-tui load usage.csv list_prices.csv)"
)
NO_USAGE: Final = "a Databricks price list, no bill: load it together with system.billing.usage"

_BATCH: Final = 50_000

_COLUMNS: Final = (
    *("usage_start_time", "usage_quantity", "usage_end_time", "account_id", "workspace_id", "sku_name"),
    *("cloud", "custom_tags", "usage_unit", "usage_metadata", "record_type", "billing_origin_product"),
)

_FILES_SQL: Final = "SELECT DISTINCT file FROM {table} ORDER BY file"

_DOUBTFUL_SQL: Final = """
SELECT file, count(*) FROM (
    SELECT file, 1 FROM raw_databricks_prices WHERE price IS NULL
    UNION ALL SELECT q.file, 1 FROM quarantined q WHERE list_contains($files, q.file)
    UNION ALL SELECT e.file, 1 FROM endless e WHERE list_contains($files, e.file)
) GROUP BY file"""

_PRICES_SQL: Final = """
SELECT DISTINCT coalesce(sku_name, ''), coalesce(upper(cloud), ''), coalesce(upper(usage_unit), ''),
    coalesce(upper(currency_code), 'USD'), CAST(price_start_time AS TIMESTAMP) AS began,
    CAST(price_end_time AS TIMESTAMP) AS ended, price
FROM (
    SELECT *, rank() OVER (PARTITION BY sku_name, cloud, usage_unit ORDER BY last DESC, file DESC) AS place
    FROM raw_databricks_prices
    JOIN (SELECT file, max(price_start_time) AS last FROM raw_databricks_prices GROUP BY file) USING (file)
)
WHERE place = 1 ORDER BY ALL"""
"""The prices of each SKU, all from one list: the one that goes on longest, then the one that comes last."""

_TABLE_SQL: Final = """
CREATE OR REPLACE TEMP TABLE databricks_prices
    (sku VARCHAR, cloud VARCHAR, unit VARCHAR, began TIMESTAMP, ended TIMESTAMP, price VARCHAR)"""

_MATCH_SQL: Final = """
UPDATE raw_databricks SET price = m.price, price_currency = $currency FROM (
    SELECT u.file, u.record, p.price
    FROM (
        SELECT file, record, coalesce(sku_name, '') AS sku,
            CASE WHEN $clouds THEN coalesce(upper(cloud), '') ELSE '' END AS cloud,
            CASE WHEN $units THEN coalesce(upper(usage_unit), '') ELSE '' END AS unit,
            CAST(usage_start_time AS TIMESTAMP) AS began
        FROM raw_databricks WHERE usage_quantity IS NOT NULL
    ) u
    ASOF JOIN databricks_prices p
        ON u.sku = p.sku AND u.cloud = p.cloud AND u.unit = p.unit AND u.began >= p.began
    WHERE p.ended IS NULL OR u.began < p.ended
) m WHERE raw_databricks.file = m.file AND raw_databricks.record = m.record"""

_PAIRS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE databricks_pairs AS
SELECT row_number() OVER () - 1 AS number, usage_quantity, price
FROM (SELECT DISTINCT usage_quantity, price FROM raw_databricks WHERE price IS NOT NULL)"""
_BATCH_SQL: Final = """
SELECT usage_quantity, price FROM databricks_pairs WHERE number >= $1 AND number < $1 + $2"""
_COSTS_SQL: Final = """
UPDATE raw_databricks SET cost = c.cost FROM databricks_costs c
WHERE raw_databricks.usage_quantity = c.quantity AND raw_databricks.price = c.price"""

_LACKING_SQL: Final = """
SELECT DISTINCT sku_name FROM raw_databricks WHERE usage_quantity IS NOT NULL AND price IS NULL"""


class _Price(NamedTuple):
    """A list price, and when it was valid: from its start to before its end, if it has one."""

    sku: str
    cloud: str
    unit: str
    began: datetime
    ended: datetime | None
    price: str


class _PricesError(Exception):
    """The price lists of a load cannot be used together; the message says why."""


def value(connection: DuckDBPyConnection) -> Iterator[tuple[int, str]]:
    """Give every record of usage its price and its cost; set aside those without a price.

    Args:
        connection: With `raw_databricks`, `raw_databricks_prices` and what was set aside.

    Returns:
        Files that cannot be taken: usage without a price list, a price list without usage, or prices that
        are in doubt.
    """
    usage, lists = (_files(connection, table) for table in ("raw_databricks", "raw_databricks_prices"))
    doubtful = dict(connection.execute(_DOUBTFUL_SQL, {"files": lists}).fetchall())
    for file, count in doubtful.items():
        yield file, f"{count} of its records cannot be read as a price; prices are taken whole or not at all"
    if not usage:
        yield from ((file, NO_USAGE) for file in lists if file not in doubtful)
    elif not lists:
        yield from ((file, NO_PRICES) for file in usage)
    elif doubtful:
        yield from ((file, "its price list cannot be read") for file in usage)
    else:
        try:
            _apply(connection)
        except _PricesError as error:
            yield from ((file, str(error)) for file in (*usage, *lists))


def _files(connection: DuckDBPyConnection, table: str) -> list[int]:
    return [file for (file,) in connection.execute(_FILES_SQL.format(table=table)).fetchall()]


def _apply(connection: DuckDBPyConnection) -> None:
    rows = connection.execute(_PRICES_SQL).fetchall()
    currencies = sorted({row[3] for row in rows})
    if len(currencies) > 1:
        names = " and ".join(shown(name, 20) for name in currencies)
        raise _PricesError(f"the price list has prices in {names}: load those of one currency")
    clouds, units = any(row[1] for row in rows), any(row[2] for row in rows)
    prices = list(_without_overlap([_Price(*row[:3], *row[4:]) for row in rows]))
    connection.execute(_TABLE_SQL)
    _insert(connection, "databricks_prices", prices)
    connection.execute(_MATCH_SQL, {"currency": currencies[0], "clouds": clouds, "units": units})
    _set_aside(connection)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE databricks_costs (quantity VARCHAR, price VARCHAR, cost VARCHAR)"
    )
    connection.execute(_PAIRS_SQL)
    done = 0
    while batch := connection.execute(_BATCH_SQL, [done, _BATCH]).fetchall():
        _insert(connection, "databricks_costs", [(*pair, cost(*pair)) for pair in batch])
        done += len(batch)
    connection.execute(_COSTS_SQL)
    test = "price IS NOT NULL AND cost IS NULL"
    late.set_aside(connection, "raw_databricks", _COLUMNS, test=test, reason="'its cost is out of range'")


def _without_overlap(prices: list[_Price]) -> Iterator[_Price]:
    """Prices in order, each SKU at one price at a time; the same price told twice is one.

    Raises:
        _PricesError: a SKU has two prices at one time.
    """
    held: _Price | None = None
    for price in sorted(
        prices, key=lambda one: (one[:3], one.began, one.ended is None, one.ended or one.began)
    ):
        if held is None or held[:3] != price[:3] or (held.ended is not None and held.ended <= price.began):
            if held is not None:
                yield held
            held = price
        elif Decimal(held.price) != Decimal(price.price):
            raise _PricesError(f"the price list has two prices of SKU {shown(price.sku)} at one time")
        elif held.ended is not None and (price.ended is None or price.ended > held.ended):
            held = held._replace(ended=price.ended)
    if held is not None:
        yield held


def cost(quantity: str, price: str) -> str | None:
    """Quantity times price with every digit, as text; none beyond what money can be."""
    with localcontext(prec=400, Emin=-99999, Emax=99999):
        product = Decimal(quantity) * Decimal(price)
        in_range = not product or product.adjusted() < amounts.WHOLE_DIGITS
        return amounts.plain(product) if in_range else None


def _set_aside(connection: DuckDBPyConnection) -> None:
    skus = [sku for (sku,) in connection.execute(_LACKING_SQL).fetchall()]
    if not skus:
        return
    connection.execute("CREATE OR REPLACE TEMP TABLE databricks_lacking (sku VARCHAR, reason VARCHAR)")
    words = (f"no list price for SKU {shown(sku or '(none)')} at that time" for sku in skus)
    _insert(connection, "databricks_lacking", list(zip(skus, words, strict=True)))
    reason = "(SELECT reason FROM databricks_lacking l WHERE l.sku IS NOT DISTINCT FROM sku_name)"
    test = "usage_quantity IS NOT NULL AND price IS NULL"
    late.set_aside(connection, "raw_databricks", _COLUMNS, test=test, reason=reason)


def _insert(connection: DuckDBPyConnection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Insert rows, by columns."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        values = ", ".join(f"unnest(${number})" for number in range(1, len(columns) + 1))
        connection.execute(f"INSERT INTO {table} SELECT {values}", columns)
