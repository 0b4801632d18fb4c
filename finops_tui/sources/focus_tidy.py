"""What FOCUS files write in a way of their own: amounts with currency signs, Beijing time, months for dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY
from finops_tui.sources.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_SIGNED: Final = r"[(]?[-+]? ?[$€£¥₹] ?[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?[)]?"
"""An amount with its currency's sign before it, thousands apart by commas, a negative one in brackets."""

_FIRST_SQL: Final = """
SELECT regexp_full_match("BilledCost", $signed), regexp_full_match("BillingPeriodStart", '\\d{4}-?\\d{2}')
FROM raw_focus WHERE file = $file AND "BilledCost" IS NOT NULL LIMIT 1"""

_ALIBABA_SQL: Final = """
SELECT bool_or(list_contains(['Ali', 'ali', 'ALI'], left(coalesce("ProviderName", "ServiceProviderName", "InvoiceIssuerName"), 3)))
FROM raw_focus WHERE file = $1"""

_STYLE_SQL: Final = """
SELECT count("{0}") > 0 AND count("{0}") = count(*) FILTER (regexp_full_match("{0}", $signed)),
    coalesce(bool_or(contains("{0}", ',')), false), coalesce(bool_or(contains("{0}", '.')), false)
FROM raw_focus WHERE file = $file"""

_REMARK_SQL: Final = """
UPDATE raw_focus SET remark = concat_ws(', ', remark, '{words}') WHERE file = $1 AND {where}"""

_SIGNS: Final = "whose amounts have currency signs, read as numbers"
_BEIJING: Final = "in Beijing time, taken as UTC"

_MONTHS_SQL: Final = """
UPDATE raw_focus SET
    "BillingPeriodStart" = left("BillingPeriodStart", 4) || '-' || right("BillingPeriodStart", 2) || '-01',
    "BillingPeriodEnd" = CASE WHEN NOT regexp_full_match("BillingPeriodEnd", '\\d{4}-?\\d{2}') THEN "BillingPeriodEnd" END
WHERE file = $1 AND regexp_full_match("BillingPeriodStart", '\\d{4}-?\\d{2}')"""

_LOCAL: Final = """
regexp_matches(lower(coalesce("ProviderName", "ServiceProviderName", "InvoiceIssuerName")), '^(alibaba|aliyun)')
AND regexp_full_match("BillingPeriodStart", '\\d{4}-\\d\\d-01([T ]00:00(:00([.]0+)?)?Z?)?')
AND TRY_CAST("ChargePeriodStart" AS TIMESTAMP) IS NOT NULL
AND NOT regexp_matches("ChargePeriodStart", '[+-]\\d\\d:?\\d\\d$')
AND coalesce(remark, '') NOT LIKE '%Beijing%'"""
"""A period that starts at midnight as written is one of Beijing; in UTC it would start at 16:00."""

_SHIFT_SQL: Final = f"""
UPDATE raw_focus SET
    "ChargePeriodStart" = CAST(CAST("ChargePeriodStart" AS TIMESTAMP) - INTERVAL 8 HOURS AS VARCHAR),
    "ChargePeriodEnd" = coalesce(
        CAST(TRY_CAST("ChargePeriodEnd" AS TIMESTAMP) - INTERVAL 8 HOURS AS VARCHAR), "ChargePeriodEnd"),
    remark = concat_ws(', ', remark, '{_BEIJING}')
WHERE file = $1 AND {_LOCAL}"""  # noqa: S608  (fixed text)


def tidy(connection: DuckDBPyConnection, file: int) -> None:
    """Make amounts and times of a file what they are elsewhere, and remark on it.

    Whether a file writes so is told by its first charge; what a record among others writes so is for the
    checks to set aside. Amounts are read only if all of their column have a sign, and only if it is
    plain what a comma is.
    """
    row = connection.execute(_FIRST_SQL, {"file": file, "signed": _SIGNED}).fetchone()
    signed, months = row or (False, False)
    if signed:
        _read_signs(connection, file)
    if months:
        connection.execute(_MONTHS_SQL, [file])
    (alibaba,) = connection.execute(_ALIBABA_SQL, [file]).fetchone() or (False,)
    if alibaba:
        connection.execute(_SHIFT_SQL, [file])


def _read_signs(connection: DuckDBPyConnection, file: int) -> None:
    styles = {}
    for name in MONEY:
        statement = _STYLE_SQL.format(name)
        styles[name] = connection.execute(statement, {"file": file, "signed": _SIGNED}).fetchone()
    found = {name: style for name, style in styles.items() if style is not None and style[0]}
    commas, points = (any(style[place] for style in found.values()) for place in (1, 2))
    if not found or (commas and not points):
        return
    where = " OR ".join(f'"{name}" IS NOT NULL' for name in found)
    for name in found:
        rewrite(
            connection, "raw_focus", f'file = {file:d} AND "{name}" IS NOT NULL', ((name,), (name,)), unsigned
        )
    connection.execute(_REMARK_SQL.format(words=_SIGNS, where=f"({where})"), [file])


def unsigned(given: Sequence[str | None]) -> tuple[str]:
    """An amount with a sign as a plain number."""
    text = given[0] or ""
    digits = "".join(character for character in text if character in "0123456789.")
    return (f"-{digits}" if set(text) & set("(-") else digits,)
