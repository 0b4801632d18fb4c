"""List and contracted cost of Azure exports, which give prices and quantities but not these costs."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

DIGITS: Final = 18
"""Decimals of the products; what has more is rounded, half to even."""

BATCH: Final = 500_000
"""Products computed at a time where the database cannot."""

_RATE_SQL: Final = """CASE WHEN Agreement = 'MCA' AND ExchangeRate IS NOT NULL
    AND coalesce(TRY_CAST(ExchangeRate AS DECIMAL(38, 18)), 1) <> 1 THEN ExchangeRate END"""
"""What a price is multiplied by: in an MCA it is in the pricing currency."""

_PRICE_SQL: Final = "TRY_CAST({0} AS DOUBLE) > 0 AND isfinite(TRY_CAST({0} AS DOUBLE))"

_PRICES_SQL: Final = f"""
UPDATE raw_azure SET
    ContractedPrice = CASE WHEN {_PRICE_SQL.format("UnitPrice")} THEN UnitPrice END,
    ListPrice = CASE WHEN {_PRICE_SQL.format("PayGPrice")} THEN PayGPrice
        WHEN {_PRICE_SQL.format("UnitPrice")} THEN UnitPrice END
WHERE {_RATE_SQL} IS NULL"""  # noqa: S608  (fixed text)

_RATED_SQL: Final = f"""
SELECT DISTINCT UnitPrice, PayGPrice, {_RATE_SQL} FROM raw_azure WHERE {_RATE_SQL} IS NOT NULL"""  # noqa: S608

_SET_RATED_SQL: Final = """
UPDATE raw_azure SET ContractedPrice = f.contracted, ListPrice = f.retail
FROM (SELECT unnest($1) AS unit, unnest($2) AS payg, unnest($3) AS rate,
    unnest($4) AS contracted, unnest($5) AS retail) f
WHERE Agreement = 'MCA' AND ExchangeRate = f.rate
    AND UnitPrice IS NOT DISTINCT FROM f.unit AND PayGPrice IS NOT DISTINCT FROM f.payg"""

_USED_SQL: Final = "coalesce(lower(ChargeType), 'usage') = 'usage' AND Quantity IS NOT NULL AND {without}"

_SHORT_SQL: Final = """TRY_CAST({0} AS DECIMAL(18, 12)) IS NOT NULL AND TRY_CAST({1} AS DECIMAL(18, 12)) IS NOT NULL
    AND NOT contains(lower({0} || {1}), 'e') AND decimals({0}) <= 12 AND decimals({1}) <= 12
    AND decimals({0}) + decimals({1}) <= 18"""
"""Whether the database can multiply two texts and lose nothing."""

_MULTIPLY_SQL: Final = f"""
UPDATE raw_azure SET {{cost}} = CAST(CAST(
    CAST({{price}} AS DECIMAL(18, 12)) * CAST(Quantity AS DECIMAL(18, 12)) AS DECIMAL(38, 18)) AS VARCHAR)
WHERE {_USED_SQL} AND {{price}} IS NOT NULL AND {_SHORT_SQL.format("{price}", "Quantity")}"""  # noqa: S608

_LONG_SQL: Final = f"""
SELECT DISTINCT {{price}}, Quantity FROM raw_azure
WHERE {_USED_SQL} AND {{price}} IS NOT NULL AND {{cost}} IS NULL LIMIT {BATCH}"""  # noqa: S608

_SET_LONG_SQL: Final = f"""
UPDATE raw_azure SET {{cost}} = f.product
FROM (SELECT unnest($1) AS at, unnest($2) AS many, unnest($3) AS product) f
WHERE {_USED_SQL} AND {{cost}} IS NULL AND {{price}} = f.at AND Quantity = f.many"""  # noqa: S608

_UNKNOWN_SQL: Final = "UPDATE raw_azure SET {cost} = NULL WHERE {cost} = ''"


def derive(connection: DuckDBPyConnection) -> None:
    """Fill the derived columns of `raw_azure`: what usage costs at its unit price and at the retail price.

    `Quantity` is in units of `UnitOfMeasure`, as prices are: effective price times quantity is the cost in
    every export. A price of 0 says that there is none.
    """
    connection.execute(_PRICES_SQL)
    rated = connection.execute(_RATED_SQL).fetchall()
    if rated:
        prices = [
            (product((unit, rate)), product((payg, rate)) or product((unit, rate)))
            for unit, payg, rate in rated
        ]
        columns = [*zip(*rated, strict=True), *zip(*prices, strict=True)]
        connection.execute(_SET_RATED_SQL, [list(column) for column in columns])
    _multiply(connection, cost="ContractedCost", price="ContractedPrice", without="true")
    _multiply(connection, cost="ListCost", price="ListPrice", without="PaygCost IS NULL")


def _multiply(connection: DuckDBPyConnection, **names: str) -> None:
    connection.execute(_MULTIPLY_SQL.format(**names))
    while rows := connection.execute(_LONG_SQL.format(**names)).fetchall():
        columns = [*zip(*rows, strict=True), [product(row) or "" for row in rows]]
        connection.execute(_SET_LONG_SQL.format(**names), [list(column) for column in columns])
    connection.execute(_UNKNOWN_SQL.format(**names))


def product(texts: Iterable[str | None]) -> str | None:
    """The product of a price and what it is multiplied by, as text.

    Args:
        texts: The price, which must be above 0, then the factors.

    Returns:
        The product, rounded half to even to `DIGITS` decimals; nothing if one is no number.
    """
    with localcontext(prec=80, Emin=-99999, Emax=99999):
        result, first = Decimal(1), True
        for text in texts:
            try:
                number = Decimal(text or "")
            except InvalidOperation:
                return None
            if not number.is_finite() or number.adjusted() > 20 or (first and number <= 0):
                return None
            result, first = result * number, False
        if result and result.adjusted() > 20:
            return None
        return format(result.quantize(Decimal(1).scaleb(-DIGITS), ROUND_HALF_EVEN).normalize(), "f")
