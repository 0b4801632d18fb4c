"""Sources made of JSON: what the store needs of real ones (`staged`, `quarantined`), with nothing to parse."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finops_tui.queries.columns import ATTRIBUTES, MAPS, MONEY, PERIODS, QUANTITIES
from finops_tui.sources.model import Discovery, Progress, Refused, Staged, StagedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from duckdb import DuckDBPyConnection

SCALES = (10, 18, 24, 30)

_TIMES = ("ChargePeriodStart", "ChargePeriodEnd")
_KINDS = {
    **dict.fromkeys(ATTRIBUTES, "VARCHAR"),
    **dict.fromkeys((*PERIODS, *_TIMES), "TIMESTAMP"),
    **dict.fromkeys(MAPS, "MAP(VARCHAR, VARCHAR)"),
    **dict.fromkeys(QUANTITIES, "DOUBLE"),
    **dict.fromkeys(MONEY, "DECIMAL(38, #)"),
    "file": "INTEGER",
    "record": "BIGINT",
    "dataset": "VARCHAR",
}


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
    kinds: Sequence[Any] = (),
) -> Staged:
    bills = [json.loads(path.read_bytes()) for path in files]
    scale = _scale([row for bill in bills for row in bill["rows"]])
    kinds = {name: kind.replace("#", str(scale)) for name, kind in _KINDS.items()}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    connection.execute(f"CREATE TABLE staged ({columns})")
    connection.execute("CREATE TABLE quarantined (file INTEGER, record BIGINT, reason VARCHAR, raw VARCHAR)")
    connection.execute("CREATE TABLE dropped (file INTEGER, record BIGINT, account VARCHAR, period VARCHAR)")
    staged = []
    for number, path in enumerate(files):
        if progress is not None:
            progress(Progress(path.name, number, len(files), 0))
        data, bill = path.read_bytes(), bills[number]
        for record, row in enumerate(bill["rows"]):
            for again in range(2 if row in bill["doubled"] else 1):
                dataset = bill["copied"] if again else row.get("dataset", "bill")
                _insert(connection, kinds, {**row, "dataset": dataset, "file": number, "record": record})
        for record, raw in enumerate(bill["quarantined"], len(bill["rows"])):
            connection.execute(
                "INSERT INTO quarantined VALUES (?, ?, 'not a number', ?)", [number, record, raw]
            )
        for record, row in enumerate(bill["dropped"], len(bill["rows"]) + len(bill["quarantined"])):
            place = row["BillingAccountId"], row["BillingPeriodStart"][:7]
            connection.execute("INSERT INTO dropped VALUES (?, ?, ?, ?)", [number, record, *place])
        good, bad = len(bill["rows"]) + len(bill["dropped"]), len(bill["quarantined"])
        sha = hashlib.sha256(data).hexdigest()
        staged.append(
            StagedFile(path, "json", bill["source"], len(data), sha, good + bad, good, bad, bill["rounded"])
        )
    return Staged(tuple(staged), (), (), scale)


def _scale(rows: Sequence[dict[str, Any]]) -> int:
    """The fewest decimals that keep every amount."""
    amounts = [str(row[name]) for row in rows for name in MONEY if row.get(name) is not None]
    most = max((len(amount.partition(".")[2]) for amount in amounts), default=0)
    return next(scale for scale in SCALES if scale >= most)


def _insert(connection: DuckDBPyConnection, kinds: dict[str, str], row: dict[str, Any]) -> None:
    marks = []
    values: list[Any] = []
    for name, kind in kinds.items():
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
        "ChargePeriodEnd": str(datetime.fromisoformat(day) + timedelta(hours=hours)),
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
    dropped: Sequence[dict[str, Any]] = (),
    doubled: Sequence[dict[str, Any]] = (),
    copied: str = "bill",
) -> Path:
    """Write a bill, and return its path; the second charge of a record is of the dataset `copied`."""
    bill = {
        "source": source,
        "rows": list(rows),
        "quarantined": list(quarantined),
        "dropped": list(dropped),
        "doubled": list(doubled),
        "copied": copied,
        "rounded": rounded,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill))
    return path
