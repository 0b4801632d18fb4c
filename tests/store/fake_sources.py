"""Sources made of JSON: what the store needs of real ones (`staged`, `quarantined`), with nothing to parse."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

SCALE = 30

_TIMES = ("ChargePeriodStart", "ChargePeriodEnd")
_KINDS = {
    **dict.fromkeys(ATTRIBUTES, "VARCHAR"),
    **dict.fromkeys((*PERIODS, *_TIMES), "TIMESTAMP"),
    **dict.fromkeys(MAPS, "MAP(VARCHAR, VARCHAR)"),
    **dict.fromkeys(QUANTITIES, "DOUBLE"),
    **dict.fromkeys(MONEY, f"DECIMAL(38, {SCALE})"),
    "file": "INTEGER",
    "record": "BIGINT",
}


@dataclass(frozen=True)
class Refused:
    path: str
    reason: str


@dataclass(frozen=True)
class StagedFile:
    path: str
    format: str
    source: str
    bytes: int
    sha256: str
    records: int
    loaded: int
    quarantined: int
    rounded: int


@dataclass(frozen=True)
class Discovery:
    files: tuple[Path, ...]
    skipped: tuple[Any, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class Staged:
    files: tuple[StagedFile, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    scale: int


def discover(sources: Sequence[str | Path]) -> Discovery:
    found: list[Path] = []
    for source in map(Path, sources):
        found += sorted(source.glob("*")) if source.is_dir() else [source]
    good = tuple(path for path in found if path.suffix == ".json")
    bad = tuple(Refused(str(path), "no bill") for path in found if path.suffix != ".json")
    return Discovery(good, (), bad)


def stage(
    connection: DuckDBPyConnection,
    files: Sequence[Path],
    *,
    progress: Callable[[Any], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Staged:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in _KINDS.items())
    connection.execute(f"CREATE TABLE staged ({columns})")
    connection.execute("CREATE TABLE quarantined (file INTEGER, record BIGINT, reason VARCHAR, raw VARCHAR)")
    staged = []
    for number, path in enumerate(files):
        if progress is not None:
            progress(path)
        data = path.read_bytes()
        bill = json.loads(data)
        for record, row in enumerate(bill["rows"]):
            _insert(connection, {**row, "file": number, "record": record})
        for record, raw in enumerate(bill["quarantined"], len(bill["rows"])):
            connection.execute("INSERT INTO quarantined VALUES (?, ?, 'not a number', ?)", [number, record, raw])
        good, bad = len(bill["rows"]), len(bill["quarantined"])
        sha = hashlib.sha256(data).hexdigest()
        staged.append(StagedFile(str(path), "json", bill["source"], len(data), sha, good + bad, good, bad, bill["rounded"]))
    return Staged(tuple(staged), (), (), SCALE)


def _insert(connection: DuckDBPyConnection, row: dict[str, Any]) -> None:
    marks = []
    values: list[Any] = []
    for name, kind in _KINDS.items():
        value = row.get(name)
        if name in MAPS:
            pairs = value or {}
            marks.append("map(?::VARCHAR[], ?::VARCHAR[])")
            values += [list(pairs), list(pairs.values())]
        else:
            marks.append(f"CAST(? AS {kind})")
            values.append(value)
    connection.execute(f"INSERT INTO staged VALUES ({', '.join(marks)})", values)


def charge(
    cost: str | Decimal = "1",
    *,
    day: str = "2025-01-01",
    period: str | None = None,
    account: str = "111",
    service: str = "Compute",
    category: str = "Usage",
    currency: str = "USD",
    tags: dict[str, str] | None = None,
    hours: int = 24,
    **more: Any,
) -> dict[str, Any]:
    """One charge, all of whose cost bases are the same unless said otherwise."""
    period = period or day[:7]
    year, month = map(int, period.split("-"))
    following = f"{year + month // 12}-{month % 12 + 1:02}-01"
    return {
        "BillingAccountId": account,
        "BillingCurrency": currency,
        "BillingPeriodStart": f"{period}-01",
        "BillingPeriodEnd": following,
        "ChargePeriodStart": day,
        "ChargePeriodEnd": more.pop("end", None) or f"{day[:10]} {hours:02}:00:00" if hours < 24 else more.pop("end", day),
        "ChargeCategory": category,
        "ServiceName": service,
        "Tags": tags or {},
        **dict.fromkeys(MONEY[:4], str(cost)),
        **more,
    }


def write(
    path: Path,
    rows: Sequence[dict[str, Any]],
    *,
    source: str = "focus",
    quarantined: Sequence[str] = (),
    rounded: int = 0,
) -> Path:
    """Write a bill, and return its path."""
    bill = {"source": source, "rows": list(rows), "quarantined": list(quarantined), "rounded": rounded}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill))
    return path
