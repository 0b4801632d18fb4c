"""A table that Athena reads: `athena://database.table?workgroup=finops&max_usd=0.50&region=eu-central-1`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import Access, PlaceError

SCHEME: Final = "athena://"
CATALOG: Final = "AwsDataCatalog"
"""The catalog of Glue, which tables are in unless their name has three parts."""

WORKGROUP: Final = "primary"
MAX_USD: Final = Decimal("0.10")
"""What one load may cost before somebody is asked: twenty gigabytes scanned, at the list price."""

USD_PER_TB: Final = Decimal(5)
"""What Athena takes for a terabyte scanned, in most regions; `usd_per_tb` says another."""

TERABYTE: Final = 10**12
"""The smaller of the two that are called so: an estimate is not below the bill."""

LEAST_BYTES: Final = 10 * 2**20
"""What a query that reads anything is billed for at least."""

AUTO, CSV, PAGES, UNLOAD = "auto", "csv", "pages", "unload"
TRANSFERS: Final = (AUTO, CSV, PAGES, UNLOAD)
"""How results come here: by their size, as the CSV object, in pages of the API, as Parquet."""

_WORDS: Final = frozenset(
    ("workgroup", "max_usd", "usd_per_tb", "region", "profile", "role_arn", "output", "transfer")
)
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}")
_GROUP: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
_OUTPUT: Final = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9](/[^?#]*)?")
_MOST_USD: Final = Decimal(1_000_000)
_HOW: Final = "write athena://database.table?workgroup=…&max_usd=0.50&region=…&output=s3://…&profile=…"


@dataclass(frozen=True, slots=True)
class AthenaPlace:
    """A table, and how it is asked.

    Attributes:
        catalog: Data catalog that the database is in.
        database: Its name.
        table: Its name.
        workgroup: Who is billed, and where results go.
        max_usd: What may be spent unasked, in USD.
        usd_per_tb: What a terabyte scanned costs, in USD.
        region: Region to ask, in place of the profile's.
        profile: Profile of the AWS configuration files.
        role_arn: Role to take on.
        output: `s3://` folder for results, where the workgroup names none.
        transfer: One of `TRANSFERS`.
    """

    catalog: str
    database: str
    table: str
    workgroup: str = WORKGROUP
    max_usd: Decimal = MAX_USD
    usd_per_tb: Decimal = USD_PER_TB
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    output: str | None = None
    transfer: str = AUTO

    @property
    def access(self) -> Access:
        """How AWS is reached."""
        return Access(profile=self.profile, region=self.region, role_arn=self.role_arn)

    @property
    def name(self) -> str:
        """The table as messages name it."""
        return f"{SCHEME}{self.database}.{self.table}"

    def usd(self, scanned: int) -> Decimal:
        """What it costs to scan some bytes, rounded up to a hundredth of a cent; nothing costs nothing."""
        billed = max(scanned, LEAST_BYTES) if scanned else 0
        return (billed * self.usd_per_tb / TERABYTE).quantize(Decimal("0.0001"), ROUND_CEILING)

    def bytes_for(self, usd: Decimal) -> int:
        """How many bytes may be scanned for some money; a query may always read the least that is billed."""
        return max(int((usd * TERABYTE / self.usd_per_tb).to_integral_value(ROUND_FLOOR)), LEAST_BYTES)


def parse(url: str) -> AthenaPlace:
    """Read a URL.

    Raises:
        PlaceError: it is not written so.
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    words = {name.lower(): value for name, value in pairs}
    names = parts.netloc.split(".")
    if parts.scheme.lower() != "athena" or parts.path.strip("/") or parts.fragment:
        raise PlaceError(f"{shown(url)}: {_HOW}")
    if len(names) not in {2, 3} or not all(map(_NAME.fullmatch, names)):
        raise PlaceError(f"{shown(url)}: {shown(parts.netloc)!r} is no database.table; {_HOW}")
    unknown = sorted(set(words) - _WORDS)
    if unknown or len(words) != len(pairs):
        what = f"{shown(unknown[0])!r} is no option" if unknown else "an option is given twice"
        raise PlaceError(f"{shown(url)}: {what}; options are {', '.join(sorted(_WORDS))}")
    catalog = names[0] if len(names) == 3 else CATALOG
    return AthenaPlace(
        catalog,
        names[-2],
        names[-1],
        _fit(url, "workgroup", words.get("workgroup", WORKGROUP), _GROUP),
        _usd(url, "max_usd", words.get("max_usd"), MAX_USD),
        _usd(url, "usd_per_tb", words.get("usd_per_tb"), USD_PER_TB),
        words.get("region") or None,
        words.get("profile") or None,
        words.get("role_arn") or None,
        _fit(url, "output", words["output"], _OUTPUT) if words.get("output") else None,
        _transfer(url, words.get("transfer", AUTO).lower()),
    )


def _fit(url: str, word: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise PlaceError(f"{shown(url)}: {word} cannot be {shown(value)!r}")
    return value


def _usd(url: str, word: str, text: str | None, usual: Decimal) -> Decimal:
    if text is None:
        return usual
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    least = 0 if word == "max_usd" else Decimal("0.01")
    if not (value.is_finite() and least <= value <= _MOST_USD):
        raise PlaceError(f"{shown(url)}: {word} is an amount in USD such as 0.50, not {shown(text)!r}")
    return value


def _transfer(url: str, value: str) -> str:
    if value not in TRANSFERS:
        raise PlaceError(f"{shown(url)}: transfer is one of {', '.join(TRANSFERS)}")
    return value
