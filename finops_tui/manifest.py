"""The manifest: what one generation of a store holds, unit by unit, as frozen values and as JSON.

A unit is (source, billing account, billing period). Its entry names the one segment file with its
lines, and the exact totals that anything shown must add up to.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.view import BASES, BILL, DATASETS

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 2
"""Version of the manifest and of the segments' tables; a store of a newer one is refused."""

PLAIN: Final = 1
"""The version before datasets; a store without allocations is still written as one."""

_FILE: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\.duckdb")
_PERIOD: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DATASET: Final = re.compile("|".join(DATASETS))
_AMOUNT: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class StoreError(Exception):
    """The store cannot be read or written; the message is for the user."""


class ManifestError(StoreError):
    """A manifest is not what a finops-tui wrote: damaged, or cut short."""


class NewerStoreError(StoreError):
    """The store was written by a newer finops-tui."""


@dataclass(frozen=True, slots=True)
class Input:
    """One delivered file that a unit was loaded from.

    Attributes:
        path: Where it was found.
        bytes: Its size.
        sha256: Of its bytes.
        records: Counted in it, quarantined ones included, of all its units.
        format: The format it was recognised as.
    """

    path: str
    bytes: int
    sha256: str
    records: int
    format: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One loaded unit and the segment that holds it.

    Attributes:
        source: Which kind of bill it came from, or the name given to it.
        account: BillingAccountId.
        period: Billing period, as YYYY-MM.
        file: Name of its segment under `segments/`.
        bytes: Size of the segment.
        sha256: Of the segment.
        records: Records of the delivered files that are in it.
        charges: Line items in it: some records are two charges, some none (another one has their money).
        lines: Distinct lines: line items that differ only in time, quantity and money share one.
        quarantined: Records set aside, with their reasons, instead of being loaded.
        rounded: Records whose money had more decimals than can be kept.
        totals: Currency to basis (`billed`, `effective`, and `list` and `contracted` where delivered)
            to the exact sum, as a decimal string.
        money: Precision and scale of the segment's DECIMAL columns.
        first_day: Day of the earliest ChargePeriodStart.
        last_day: Day of the latest ChargePeriodStart.
        hourly: Whether its charges are finer than a day.
        loaded_at: When, in UTC, as ISO 8601.
        format: Formats of its inputs.
        inputs: The files it was loaded from.
        dataset: Whether it is of the bill, or allocates money of the bill.
    """

    source: str
    account: str
    period: str
    file: str
    bytes: int
    sha256: str
    records: int
    charges: int
    lines: int
    quarantined: int
    rounded: int
    totals: Mapping[str, Mapping[str, str]] = field(hash=False)
    money: tuple[int, int]
    first_day: date
    last_day: date
    hourly: bool
    loaded_at: str
    format: str
    inputs: tuple[Input, ...] = ()
    dataset: str = BILL

    @property
    def unit(self) -> tuple[str, ...]:
        """What it is replaced by: (source, account, period), and the dataset where it is not the bill."""
        unit = (self.source, self.account, self.period)
        return unit if self.dataset == BILL else (*unit, self.dataset)

    @property
    def name(self) -> str:
        """The unit in words, for messages."""
        return " ".join(self.unit)

    def total(self, currency: str, basis: str) -> Decimal | None:
        """The exact total of a basis, or None when the bill does not give it."""
        amount = self.totals.get(currency, {}).get(basis)
        return None if amount is None else Decimal(amount)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every unit of one generation of a store, ordered by source, account and period."""

    generation: int = 0
    entries: tuple[Entry, ...] = ()
    format_version: int = PLAIN

    def replaced(self, entries: tuple[Entry, ...]) -> Manifest:
        """The next generation: these units in place of the ones of the same name, all others kept."""
        units = {entry.unit: entry for entry in (*self.entries, *entries)}
        return Manifest(self.generation + 1, tuple(units[unit] for unit in sorted(units)))

    @property
    def files(self) -> frozenset[str]:
        """Names of the segments it needs."""
        return frozenset(entry.file for entry in self.entries)


def dump(manifest: Manifest) -> bytes:
    """The manifest as JSON, with a digest over the rest of itself."""
    needed = PLAIN if all(entry.dataset == BILL for entry in manifest.entries) else FORMAT
    body: dict[str, Any] = {
        "format": max(manifest.format_version, needed),
        "generation": manifest.generation,
        "entries": [
            asdict(e) | {"first_day": e.first_day.isoformat(), "last_day": e.last_day.isoformat()}
            for e in manifest.entries
        ],
    }
    body["digest"] = _digest(body)
    return json.dumps(body, indent=1).encode() + b"\n"


def parse(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        NewerStoreError: a newer finops-tui wrote it.
        ManifestError: it is damaged; the message says how.
    """
    try:
        body = json.loads(data)
    except ValueError as error:
        raise ManifestError(f"not JSON, or cut short: {error}") from error
    if not isinstance(body, dict):
        raise ManifestError("not a manifest")
    version = body.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise NewerStoreError(
            f"this store was written by a newer finops-tui (format {version}; this one reads up to {FORMAT})."
            " Upgrade finops-tui, or use another folder with --store"
        )
    digest = body.pop("digest", None)
    if digest != _digest(body):
        raise ManifestError("its digest is not that of its contents")
    if version not in {PLAIN, FORMAT}:
        raise ManifestError(f"unknown format {version!r}")
    entries = tuple(_entry(raw) for raw in _list(body, "entries"))
    if len({entry.unit for entry in entries}) != len(entries):
        raise ManifestError("a unit is named twice")
    return Manifest(_count(body, "generation"), entries)


def plain(amount: Decimal | str) -> str:
    """A decimal as text: no exponent, no zeros at the end of the fraction, never `-0`."""
    text = format(amount, "f") if isinstance(amount, Decimal) else amount
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _digest(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _entry(raw: object) -> Entry:
    if not isinstance(raw, dict):
        raise ManifestError("an entry is not an object")
    return Entry(
        source=_text(raw, "source"),
        account=_text(raw, "account"),
        period=_text(raw, "period", _PERIOD),
        file=_text(raw, "file", _FILE),
        bytes=_count(raw, "bytes"),
        sha256=_text(raw, "sha256", _SHA256),
        records=_count(raw, "records"),
        charges=_count(
            {"charges": raw.get("records"), **raw}, "charges"
        ),  # the first stores had no such count
        lines=_count(raw, "lines"),
        quarantined=_count(raw, "quarantined"),
        rounded=_count(raw, "rounded"),
        totals=_totals(raw),
        money=_money(raw),
        first_day=_day(raw, "first_day"),
        last_day=_day(raw, "last_day"),
        hourly=raw.get("hourly") is True,
        loaded_at=_text(raw, "loaded_at"),
        format=_text(raw, "format"),
        inputs=tuple(_input(item) for item in _list(raw, "inputs")),
        dataset=_text({"dataset": BILL, **raw}, "dataset", _DATASET),
    )


def _input(raw: object) -> Input:
    if not isinstance(raw, dict):
        raise ManifestError("an input is not an object")
    return Input(
        path=_text(raw, "path"),
        bytes=_count(raw, "bytes"),
        sha256=_text(raw, "sha256", _SHA256),
        records=_count(raw, "records"),
        format=_text(raw, "format"),
    )


def _list(raw: Mapping[str, Any], key: str) -> list[object]:
    value = raw.get(key)
    if not isinstance(value, list):
        raise ManifestError(f"`{key}` is not a list")
    return value


def _text(raw: Mapping[str, Any], key: str, pattern: re.Pattern[str] | None = None) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
        raise ManifestError(f"`{key}` of an entry is {value!r}")
    return value


def _count(raw: Mapping[str, Any], key: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ManifestError(f"`{key}` is {value!r}, not a count")
    return value


def _day(raw: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(_text(raw, key))
    except ValueError as error:
        raise ManifestError(f"`{key}` of an entry is not a day") from error


def _money(raw: Mapping[str, Any]) -> tuple[int, int]:
    value = raw.get("money")
    match value:
        case [int(precision), int(scale)] if 0 < precision <= 38 and 0 <= scale <= precision:
            return (precision, scale)
    raise ManifestError(f"`money` of an entry is {value!r}")


def _totals(raw: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    value = raw.get("totals")
    if not isinstance(value, dict):
        raise ManifestError("`totals` of an entry is not an object")
    totals: dict[str, dict[str, str]] = {}
    for currency, sums in value.items():
        if not isinstance(sums, dict):
            raise ManifestError("`totals` of a currency is not an object")
        totals[currency] = {basis: _text(sums, basis, _AMOUNT) for basis in BASES if basis in sums}
    return totals
