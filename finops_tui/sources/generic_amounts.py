"""Amounts as spreadsheets and invoices write them: currency signs, thousands, a decimal comma, brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from finops_tui.mapped import Mapped

_COLUMNS: Final = (*MONEY, *QUANTITIES)

_ODD_SQL: Final = r"""
SELECT count(*) FROM raw_focus WHERE file = $1 AND "x_AsWritten" = '1' AND ({tests})"""
_ODD_TEST: Final = r"""
    NOT regexp_full_match("{0}", '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?')"""
_TEXTS_SQL: Final = """SELECT DISTINCT "{0}", upper("BillingCurrency") FROM raw_focus WHERE file = $1 AND "x_AsWritten" = '1' AND "{0}" IS NOT NULL"""
_FIX_SQL: Final = """
UPDATE raw_focus SET "{0}" = f.fixed FROM fixed f
WHERE file = $1 AND "x_AsWritten" = '1' AND "{0}" = f.text AND upper("BillingCurrency") IS NOT DISTINCT FROM f.currency"""

_SIGNS: Final = {
    "€": frozenset(("EUR",)),
    "£": frozenset(("GBP", "GIP", "FKP", "SHP", "EGP")),
    "¥": frozenset(("JPY", "CNY")),
    "₹": frozenset(("INR",)),
    "$": frozenset(("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL", "CLP", "COP", "ARS")),
    "US$": frozenset(("USD",)),
}
"""Signs, and the currencies they may mean; a sign of another currency than the row's makes no amount."""

_WRITTEN: Final = re.compile(
    r"(?P<sign>[+-]?) ?(?P<before>[^\W\d_]{3}|US\$|[€£¥₹$])? ?(?P<inner>[+-]?)"
    r" ?(?P<number>[\d.,'’ ]*\d[.,]?(?:[eE][+-]?\d{1,4})?) ?(?P<after>[^\W\d_]{3}|[€£¥₹$])?"
)
_BLANKED: Final = re.compile(r"\d{1,3}(?:([ '’])\d{3})(?:\1\d{3})*(?:[.,]\d*)?")

_POINT: Final = re.compile(
    r"(?!0\d*,)\d{1,3}(?:,\d{3})*(?:\.\d*)?|\d*\.?\d+(?:[eE][+-]?\d+)?|\d+\.(?:[eE][+-]?\d+)?", re.ASCII
)
_COMMA: Final = re.compile(r"(?!0\d*\.)\d{1,3}(?:\.\d{3})*(?:,\d*)?|\d*,?\d+|\d+,", re.ASCII)
_PLAIN: Final = re.compile(r"\d+", re.ASCII)

Key = tuple[str, str | None]


def tidy(connection: DuckDBPyConnection, file: int, mapped: Mapped) -> None:
    """Make the amounts and quantities of a file in `raw_focus` plain; what is none stays as it is.

    Args:
        connection: With the raw table.
        file: Number of the file.
        mapped: Its format, which may say what stands before decimals.

    Raises:
        HeaderError: a comma in the amounts may mean two things, and nothing in the file tells which.
    """
    tests = " OR ".join(_ODD_TEST.format(name) for name in _COLUMNS)
    row = connection.execute(_ODD_SQL.format(tests=tests), [file]).fetchone()
    if (row is None or not row[0]) and mapped.decimal != ",":
        return
    texts: dict[str, list[Key]] = {
        name: connection.execute(_TEXTS_SQL.format(name), [file]).fetchall() for name in _COLUMNS
    }
    numbers = {key: bare(*key) for keys in texts.values() for key in keys}
    decimal = mapped.decimal or _decimal(numbers.values(), mapped.name)
    for name, keys in texts.items():
        fixed = [(text, currency, plain(numbers[text, currency], decimal)) for text, currency in keys]
        changed = [one for one in fixed if one[0] != one[2]]
        if changed:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE fixed AS SELECT unnest($1) AS text,"
                " unnest($2::VARCHAR[]) AS currency, unnest($3) AS fixed",
                [list(column) for column in zip(*changed, strict=True)],
            )
            connection.execute(_FIX_SQL.format(name), [file])


def bare(text: str, currency: str | None) -> str:
    """An amount without its currency, brackets and blanks: `(€ 1,5)` is `-1,5`; anything else as it is.

    Args:
        text: As written.
        currency: Code of the currency that the amount is in.
    """
    trimmed = text.replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-").strip()
    negative = trimmed.startswith("(") and trimmed.endswith(")")
    found = _WRITTEN.fullmatch(trimmed[1:-1].strip() if negative else trimmed)
    if found is None:
        return text
    units = [unit for unit in (found["before"], found["after"]) if unit]
    signs = [sign for sign in (found["sign"], found["inner"], "-" if negative else "") if sign]
    if len(units) > 1 or len(signs) > 1 or not all(_means(unit, currency) for unit in units):
        return text
    number = found["number"].strip()
    if re.search(r"[ '’]", number):
        if not _BLANKED.fullmatch(number):
            return text
        number = re.sub(r"[ '’]", "", number)
    return "".join((*signs, number))


def _means(unit: str, currency: str | None) -> bool:
    return currency is not None and (unit.upper() == currency or currency in _SIGNS.get(unit.upper(), ()))


def _decimal(numbers: Iterable[str], name: str) -> str:
    """What stands before decimals, as the numbers of a file tell."""
    told: dict[str, str] = {}
    open_: str | None = None
    for number in numbers:
        digits = number.lstrip("+-")
        point, comma = _POINT.fullmatch(digits) is not None, _COMMA.fullmatch(digits) is not None
        if point and comma and "," in digits:
            open_ = number
        elif point and not comma:
            told["."] = number
        elif comma and not point:
            told[","] = number
    if len(told) == 2:
        both = " and ".join(shown(number, 30) for number in sorted(told.values()))
        raise HeaderError(f"amounts are written two ways: {both}")
    if not told and open_ is not None:
        raise HeaderError(
            f'amounts are ambiguous: {shown(open_, 30)} may be thousands or decimals; say decimal = "." or'
            f' decimal = "," in [[format]] {name!r}'
        )
    return next(iter(told), ".")


def plain(number: str, decimal: str) -> str:
    """A number with a point before its decimals and nothing else; what is none stays none.

    Args:
        number: As `bare` gives it.
        decimal: `.` or `,`.
    """
    sign, digits = (number[0], number[1:]) if number[:1] in {"+", "-"} else ("", number)
    if _PLAIN.fullmatch(digits):
        return number
    if decimal == ".":
        return f"{sign}{digits.replace(',', '')}" if _POINT.fullmatch(digits) else number
    if _COMMA.fullmatch(digits):
        return f"{sign}{digits.replace('.', '').replace(',', '.')}"
    return f"{number} (a decimal comma was expected)" if _POINT.fullmatch(digits) else number
