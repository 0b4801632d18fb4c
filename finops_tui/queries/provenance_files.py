"""The SQL of a figure over the export files themselves, for any DuckDB: files, the table `focus`, the figure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import MONEY
from finops_tui.queries.provenance_sql import TABLE, columns_used, identifier, literal
from finops_tui.queries.view import BASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.queries.provenance_sql import Focus
    from finops_tui.queries.view import Period

_SET: Final = "SET TimeZone = 'UTC';"
_GIVEN: Final = (
    "CREATE OR REPLACE TEMP MACRO given(t) AS\n"
    "    CASE WHEN trim(CAST(t AS VARCHAR)) NOT IN ('', 'NULL', 'null', 'None') THEN trim(CAST(t AS VARCHAR)) END;"
)
_READERS: Final = {
    ".parquet": "read_parquet({}, union_by_name = true)",
    ".csv": "read_csv({}, all_varchar = true, header = true, union_by_name = true)",
}
_STANDS_IN: Final[dict[str, tuple[str, ...]]] = {
    "ProviderName": ("ProviderName", "ServiceProviderName"),
    "PublisherName": ("PublisherName", "HostProviderName"),
    "InvoiceId": ("InvoiceId", "x_InvoiceId"),
    "SkuMeter": ("SkuMeter", "x_SkuMeterName"),
    "SkuPriceDetails": ("SkuPriceDetails", "x_SkuDetails"),
    "PricingCurrency": ("PricingCurrency", "x_PricingCurrency"),
}
_MISSING: Final = {"BillingAccountId": "(none)", "BillingCurrency": "XXX"}
_SPELLED: Final = {
    "ChargeCategory": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "ChargeClass": ("Correction",),
    "ChargeFrequency": ("Usage-Based", "One-Time", "Recurring"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """What was loaded of one source, billing account and billing period, and from which files.

    Attributes:
        source: Which kind of bill it came from.
        account: BillingAccountId.
        period: Billing period, as YYYY-MM.
        since: Its first day.
        last: Its last day.
        records: Records of the files that are in it, those set aside included.
        quarantined: Records that were set aside.
        scale: Decimals of its money.
        format: Formats of its files; those of one format are read together.
        files: Where it was loaded from, in the order of the line items' `file`.
        counted: Records of each file, of all its units.
        currencies: Its billing currencies.
    """

    source: str
    account: str
    period: str
    since: str
    last: str
    records: int
    quarantined: int
    scale: int
    format: str
    files: tuple[str, ...]
    counted: tuple[int, ...]
    currencies: tuple[str, ...] = ()

    def touches(self, period: Period) -> bool:
        """Whether any of its days may lie in a period."""
        return self.since < period.until.isoformat() and self.last >= period.since.isoformat()


@dataclass(frozen=True, slots=True)
class Delivered:
    """Files that are read together, and which of their units count.

    Attributes:
        files: The files.
        only: Account and period of each unit that counts; empty when all of them do.
    """

    files: tuple[str, ...]
    only: tuple[tuple[str, str], ...]


def deliveries(units: Iterable[Unit], every: Sequence[Unit]) -> tuple[Delivered, ...]:
    """The files to read for some units, each file once.

    Where files hold records that are in none of the units (another delivery took their place, or they are
    outside the figure's days), only the units that count are taken.

    Args:
        units: What the figure touches.
        every: All that is loaded.
    """
    groups: list[tuple[set[str], list[Unit]]] = []
    for unit in units:
        mine = set(unit.files)
        touching = [group for group in groups if group[0] & mine]
        for group in touching:
            mine |= group[0]
        merged = [*(one for group in touching for one in group[1]), unit]
        groups = [group for group in groups if group not in touching]
        groups.append((mine, merged))
    found = []
    together: dict[tuple[str, str | None], set[str]] = {}
    for files, members in groups:
        counted = {file: n for unit in members for file, n in zip(unit.files, unit.counted, strict=True)}
        inside = [unit for unit in every if set(unit.files) & files]
        whole = sum(counted.values()) == sum(unit.records for unit in inside)
        if whole and all(set(unit.files) <= files for unit in inside):
            for file in files:
                together.setdefault((members[0].format, _reader(file)), set()).add(file)
        else:
            only = sorted({(unit.account, unit.period) for unit in members})
            found.append(Delivered(tuple(sorted(files)), tuple(only)))
    return (*(Delivered(tuple(sorted(files)), ()) for files in together.values()), *found)


def unreadable(files: Iterable[str]) -> str:
    """Why a DuckDB cannot read one of these files as it is, or ''."""
    for file in files:
        if _reader(file) is None:
            return (
                f"{PurePath(file).name} has to be unpacked, or made CSV or Parquet, before DuckDB can read it"
            )
    return ""


def _reader(file: str) -> str | None:
    name = file.lower().removesuffix(".gz").removesuffix(".zst")
    suffix = PurePath(name).suffix
    if suffix == ".parquet" and name != file.lower():
        return None
    return _READERS.get(suffix)


def over_files(focus: Focus, delivered: Iterable[Delivered], scale: int) -> str:
    """The statements for a bare DuckDB, the last one a SELECT that gives the figure.

    Args:
        focus: The view, rendered.
        delivered: The files; each can be read.
        scale: Decimals of the money.
    """
    select = focus.select(identifier(BASES[focus.view.basis]))
    used = columns_used(select)
    rows = "\n    UNION ALL\n".join(
        _rows(reader, files, group.only, used, scale)
        for group in delivered
        for reader, files in _by_reader(group.files).items()
    )
    return f"{_SET}\n{_GIVEN}\nWITH {TABLE} AS (\n{rows}\n)\n{select};\n"


def _by_reader(files: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(_reader(file) or "", []).append(file)
    return found


def _rows(
    reader: str, files: Iterable[str], only: Sequence[tuple[str, str]], used: Sequence[str], scale: int
) -> str:
    """The rows of some files as the table `focus`; columns that a file does not have are NULL."""
    needed = dict.fromkeys(
        column
        for name in (*used, *(("BillingAccountId", "BillingPeriodStart") if only else ()))
        for column in _STANDS_IN.get(name, (name,))
    )
    listed = ",\n            ".join(literal(file) for file in files)
    read = reader.format(f"[\n            {listed}]")
    columns = ",\n           ".join(f"{_column(name, scale)} AS {identifier(name)}" for name in used)
    nothing = ", ".join(f"NULL AS {identifier(name)}" for name in needed)
    where = ""
    if only:
        units = ", ".join(f"({literal(account)}, {literal(period)})" for account, period in only)
        start = f"{_column('BillingPeriodStart', scale)} + INTERVAL 12 HOURS"
        where = f"\n    WHERE ({_column('BillingAccountId', scale)}, strftime({start}, '%Y-%m')) IN ({units})"
    return (
        f"    SELECT {columns}\n    FROM (\n        SELECT * FROM {read}\n"
        f"        UNION ALL BY NAME SELECT {nothing} WHERE false\n    ){where}"
    )


def _column(name: str, scale: int) -> str:
    """The SQL of a column of `focus` from what was delivered."""
    if name == "Tags":
        return 'TRY_CAST(TRY_CAST("Tags" AS JSON) AS MAP(VARCHAR, VARCHAR))'
    if name in MONEY:
        return f"TRY_CAST(given({identifier(name)}) AS DECIMAL(38, {scale}))"
    if name in {"ChargePeriodStart", "BillingPeriodStart", "BillingPeriodEnd"}:
        return f"CAST(TRY_CAST({identifier(name)} AS TIMESTAMPTZ) AS TIMESTAMP)"
    texts = [f"given({identifier(column)})" for column in _STANDS_IN.get(name, (name,))]
    if name in _MISSING:
        texts.append(literal(_MISSING[name]))
    text = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    if name in _SPELLED:
        whens = " ".join(f"WHEN {literal(word.lower())} THEN {literal(word)}" for word in _SPELLED[name])
        return f"CASE lower({text}) {whens} ELSE {text} END"
    return text
