"""Dates as spreadsheets and invoices write them: months alone, day first, names of months, dots."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from finops_tui.sources import amounts
from finops_tui.sources.fields import FOCUS_TIMES
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from finops_tui.mapped import Mapped

_TEXTS_SQL: Final = r"""
SELECT DISTINCT "{0}" FROM raw_focus
WHERE file = $1 AND "x_AsWritten" = '1' AND "{0}" IS NOT NULL
    AND NOT regexp_full_match("{0}", '\d{{4}}-\d\d-\d\d.*')"""
_FIX_SQL: Final = """
UPDATE raw_focus SET "{0}" = f.fixed FROM fixed f
WHERE file = $1 AND "x_AsWritten" = '1' AND "{0}" = f.text"""
_MONTH_END_SQL: Final = """
UPDATE raw_focus SET "ChargePeriodEnd" = f.ended FROM fixed f
WHERE file = $1 AND "x_AsWritten" = '1' AND "ChargePeriodEnd" IS NULL
    AND "ChargePeriodStart" = f.text AND f.ended IS NOT NULL"""
_DAY_END_SQL: Final = r"""
UPDATE raw_focus SET "ChargePeriodEnd" = CAST(CAST("ChargePeriodStart" AS DATE) + 1 AS VARCHAR)
WHERE file = $1 AND "x_AsWritten" = '1' AND "ChargePeriodEnd" IS NULL
    AND regexp_full_match("ChargePeriodStart", '(19|20|21)\d\d-\d\d-\d\d')
    AND TRY_CAST("ChargePeriodStart" AS DATE) IS NOT NULL"""

_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "sept"),
)

_MONTH_ONLY: Final = re.compile(
    r"(?P<y>\d{4})(?:[-/.](?P<m>\d\d?)|(?P<m3>\d\d))|(?P<m2>\d\d?)[-/.](?P<y2>\d{4})", re.ASCII
)
_NAMED_MONTH: Final = re.compile(
    r"(?P<n>[A-Za-z]+)\.?[- ,]+(?P<y>\d{4})|(?P<y2>\d{4})[- ,]+(?P<n2>[A-Za-z]+)\.?", re.ASCII
)
_NAMED_DAY: Final = re.compile(
    r"(?P<d>\d\d?)(?:\.|st|nd|rd|th)?[- ,]+(?P<n>[A-Za-z]+)\.?[- ,]+(?P<y>\d{4})"
    r"|(?P<n2>[A-Za-z]+)\.?[- ]+(?P<d2>\d\d?)(?:st|nd|rd|th)?[- ,]+(?P<y2>\d{4})",
    re.ASCII,
)
_YEAR_FIRST: Final = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)|(?P<y2>\d{4})(?P<m2>\d\d)(?P<d2>\d\d)", re.ASCII
)
_DOTTED: Final = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4}|\d\d)( \d\d?:\d\d(?::\d\d)?)?", re.ASCII)
_DASHED: Final = re.compile(r"(\d\d?)-(\d\d?)-(\d{4}|\d\d)( \d\d?:\d\d(?::\d\d)?)?", re.ASCII)


class _Meant(NamedTuple):
    """What a text means: an ISO date or time, and the end of the month that it names, if it names one."""

    text: str
    fixed: str
    ended: str | None = None


def tidy(connection: DuckDBPyConnection, file: int, mapped: Mapped) -> None:
    """Make the dates of a file in `raw_focus` ISO dates, and give charges their end: of the day, or the month.

    Args:
        connection: With the raw table.
        file: Number of the file.
        mapped: Its format, which may say whether the day or the month comes first.

    Raises:
        HeaderError: days and months may be either way round, all of them.
    """
    texts = {
        name: [text for (text,) in connection.execute(_TEXTS_SQL.format(name), [file]).fetchall()]
        for name in FOCUS_TIMES
    }
    order = {"day-first": "day", "month-first": "month"}.get(mapped.dates) or _order(texts, mapped.name)
    for name in sorted(FOCUS_TIMES, key=lambda one: one != "ChargePeriodStart"):
        fixed = [meant for text in texts[name] if (meant := _meant(text, order)) is not None]
        if fixed:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE fixed AS SELECT unnest($1) AS text, unnest($2) AS fixed,"
                " unnest($3::VARCHAR[]) AS ended",
                [list(column) for column in zip(*fixed, strict=True)],
            )
            if name == "ChargePeriodStart":
                connection.execute(_MONTH_END_SQL, [file])
            connection.execute(_FIX_SQL.format(name), [file])
    connection.execute(_DAY_END_SQL, [file])


def _slashes(text: str) -> str:
    """A date with dashes between day, month and year as one with slashes."""
    found = _DASHED.fullmatch(text)
    return f"{found[1]}/{found[2]}/{found[3]}{found[4] or ''}" if found else text


def _order(texts: dict[str, list[str]], name: str) -> str:
    """Whether the day or the month comes first, as the dates of a file tell."""
    slashed = {
        place: [one for text in found if amounts.slashed(one := _slashes(text))]
        for place, found in texts.items()
    }
    starts = [text for place in FOCUS_TIMES[:2] for text in slashed[place]]
    others = [text for place in FOCUS_TIMES[2:] for text in slashed[place]]
    if not starts and not others:
        return "day"
    order = amounts.order_of(starts, others)
    if order is None:
        example = shown((starts or others)[0], 30)
        raise HeaderError(
            f'dates are ambiguous: {example} may be month/day or day/month; say dates = "day-first" or'
            f' "month-first" in [[format]] {name!r}'
        )
    return order


def _meant(text: str, order: str) -> _Meant | None:
    """What a text means, if it is a date in one of these ways."""
    if (found := _MONTH_ONLY.fullmatch(text)) is not None:
        return _month(text, found["y"] or found["y2"], int(found["m"] or found["m2"] or found["m3"]))
    if (found := _NAMED_MONTH.fullmatch(text)) is not None:
        return _month(text, found["y"] or found["y2"], _number(found["n"] or found["n2"]))
    if (found := _NAMED_DAY.fullmatch(text)) is not None:
        return _day(
            text, found["y"] or found["y2"], _number(found["n"] or found["n2"]), found["d"] or found["d2"]
        )
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        return _day(
            text, found["y"] or found["y2"], int(found["m"] or found["m2"]), found["d"] or found["d2"]
        )
    if (found := _DOTTED.fullmatch(text)) is not None:
        order = "day"
        slashed = f"{found[1]}/{found[2]}/{found[3]}{found[4] or ''}"
    else:
        slashed = _slashes(text)
    iso = amounts.unslash(slashed, order)
    return _Meant(text, iso.removesuffix(" 00:00:00") if ":" not in text else iso) if iso else None


def _month(text: str, year: str, month: int) -> _Meant | None:
    start, end = _date(year, month, 1), _date(int(year) + month // 12, month % 12 + 1, 1)
    return _Meant(text, start, end) if start and end else None


def _day(text: str, year: str, month: int, day: str) -> _Meant | None:
    fixed = _date(year, month, day)
    return _Meant(text, fixed) if fixed else None


def _date(year: str | int, month: int, day: str | int) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None


def _number(name: str) -> int:
    """The month of an English name, whole or of three letters; 0 if it is none."""
    folded = name.lower()
    known: Iterable[str] = (*_NAMES, *_LONG)
    return _NAMES.index(folded[:3]) + 1 if folded in known else 0
