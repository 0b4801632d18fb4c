"""Actual and amortized cost of one bill: which of them a delivery is, and what becomes of each record.

The two have the same columns and most of the same charges, so they are never added. Where a billing period
has both, all of the amortized cost counts, and of the actual cost only what was paid for commitments.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import azure_manifests
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

ACTUAL: Final = "actual"
AMORTIZED: Final = "amortized"
UNKNOWN: Final = "unknown"

_TYPES: Final = {"actualcost": ACTUAL, "usage": ACTUAL, "amortizedcost": AMORTIZED}
_HINT: Final = re.compile(r"(amorti[sz]ed)|(actual)", re.IGNORECASE)

_FILES_SQL: Final = (
    "SELECT file, path FROM deliveries WHERE file IN (SELECT file FROM raw_azure) ORDER BY file"
)

_EVIDENCE_SQL: Final = """
SELECT
    delivery,
    count(*) FILTER (shape = 'unused'),
    count(*) FILTER (shape = 'bought'),
    count(*) FILTER (shape = 'covered' AND coalesce(TRY_CAST(Cost AS DOUBLE), 0) <> 0),
    count(*) FILTER (shape = 'covered')
FROM azure_charge JOIN azure_file USING (file)
GROUP BY delivery"""

_PARTS_SQL: Final = """
SELECT delivery, account, period, max(CAST(Date AS TIMESTAMP)), count(*)
FROM azure_charge JOIN azure_file USING (file)
GROUP BY delivery, account, period"""

_SAME_SQL: Final = """
WITH charges AS (
    SELECT delivery, account, period, hash(concat_ws(chr(31), CAST(Date AS TIMESTAMP), lower(SubscriptionId), lower(ResourceId),
        MeterId, Quantity, Cost, charge, model, BenefitId)) AS same
    FROM azure_charge JOIN azure_file USING (file)
    WHERE (account, period) IN (SELECT u.account, u.period FROM (SELECT unnest($1) AS u))
),
counts AS (SELECT delivery, account, period, count(*) AS charges FROM charges GROUP BY ALL)
SELECT a.account, a.period, a.delivery, b.delivery
FROM charges a
JOIN (SELECT DISTINCT * FROM charges) b USING (account, period, same)
JOIN counts c ON c.delivery = a.delivery AND c.account = a.account AND c.period = a.period
WHERE a.delivery <> b.delivery
GROUP BY a.account, a.period, a.delivery, b.delivery, c.charges
HAVING 2 * count(*) > c.charges"""

_UNITS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE azure_unit AS
SELECT
    account,
    period,
    bool_or(dataset = 'amortized') AS amortized,
    bool_or(dataset <> 'amortized' OR shape = 'bought') AS actual,
    max(CAST(Date AS TIMESTAMP)) FILTER (dataset = 'amortized') AS last
FROM azure_charge
JOIN azure_file USING (file)
ANTI JOIN azure_left USING (delivery, account, period)
GROUP BY account, period"""

_SPREAD_SQL: Final = """
CREATE OR REPLACE TEMP TABLE azure_spread AS
SELECT DISTINCT account, period, subscription
FROM azure_charge
JOIN azure_file USING (file)
ANTI JOIN azure_left USING (delivery, account, period)
WHERE dataset = 'amortized'"""

_PLACE_SQL: Final = """
CREATE OR REPLACE TEMP VIEW azure_place AS
SELECT
    c.*,
    f.dataset,
    u.amortized,
    u.actual,
    l.because,
    u.amortized AND f.dataset = 'actual' AND c.shape <> 'bought' AND s.account IS NOT NULL
        AND CAST(c.Date AS TIMESTAMP) <= u.last AS repeated
FROM azure_charge c
JOIN azure_file f ON f.file = c.file
LEFT JOIN azure_left l ON l.delivery = f.delivery AND l.account = c.account AND l.period = c.period
LEFT JOIN azure_unit u ON u.account = c.account AND u.period = c.period
LEFT JOIN azure_spread s
    ON s.account = c.account AND s.period = c.period AND s.subscription = c.subscription"""

NOTES_SQL: Final = """
SELECT file, count(*), 'left out: most of its charges are in ' || because || ' too' FROM azure_place
WHERE because IS NOT NULL GROUP BY file, because
UNION ALL
SELECT file, count(*), 'without a cost' FROM azure_place WHERE Cost IS NULL GROUP BY file
UNION ALL
SELECT file, count(*), 'of actual cost left out: the amortized cost of the same period has them'
FROM azure_place WHERE because IS NULL AND repeated GROUP BY file
UNION ALL
SELECT file, count(*), 'of actual cost taken as billed: the amortized cost of ' || strftime(period, '%Y-%m')
    || ' does not have their days or subscriptions'
FROM azure_place
WHERE because IS NULL AND amortized AND dataset = 'actual' AND shape <> 'bought' AND NOT repeated
GROUP BY file, period
UNION ALL
SELECT file, count(*), 'of reservations and savings plans in the actual cost of ' || strftime(period, '%Y-%m')
    || ' alone: EffectiveCost is as billed, nothing is amortized; load the amortized cost in the same call'
FROM azure_place WHERE because IS NULL AND NOT amortized AND shape <> 'other' GROUP BY file, period
UNION ALL
SELECT file, count(*), 'of reservations and savings plans in the amortized cost of ' || strftime(period, '%Y-%m')
    || ' alone: BilledCost lacks what was paid for them; load the actual cost in the same call'
FROM azure_place WHERE because IS NULL AND amortized AND NOT actual AND shape <> 'other' GROUP BY file, period
UNION ALL
SELECT file, count(*), 'of purchases of reservations and savings plans, which amortized cost does not have by itself: if'
    || ' actual and amortized cost were put into one file, everything else counts twice; load the two as they came'
FROM azure_place WHERE because IS NULL AND dataset = 'amortized' AND shape = 'bought' GROUP BY file"""


@dataclass(frozen=True, slots=True)
class _Delivery:
    """The files of one run of an export, or a file of its own.

    Attributes:
        number: Its place among those of the load.
        place: The run's folder, or the file.
        files: Numbers of its files.
        dataset: `actual`, `amortized` or `unknown`.
    """

    number: int
    place: Path
    files: tuple[int, ...]
    dataset: str = UNKNOWN


def decide(connection: DuckDBPyConnection) -> None:
    """Decide over the files of a load; the mapping and the notes go by the view `azure_place` left here.

    It has every charge with its `dataset`, whether its billing period has `amortized` and `actual` cost,
    whether the amortized cost has it too (`repeated`), and `because`: the delivery that its own one repeats.

    Args:
        connection: With `raw_azure` and `deliveries`.
    """
    connection.execute(resources.files(__package__).joinpath("azure_charges.sql").read_text(encoding="utf-8"))
    found = _deliveries(connection.execute(_FILES_SQL).fetchall())
    _keep_files(connection, found)
    found = _recognised(connection, found)
    _keep_files(connection, found)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE azure_left (delivery INTEGER, account VARCHAR, period TIMESTAMP, because VARCHAR)"
    )
    for row in _repeated(connection, found):
        connection.execute("INSERT INTO azure_left VALUES ($1, $2, $3, $4)", list(row))
    connection.execute(_UNITS_SQL)
    connection.execute(_SPREAD_SQL)
    connection.execute(_PLACE_SQL)


def dataset(kind: str | None, place: Path, *, amortized: bool, actual: bool) -> str:
    """What a delivery is: as its manifest says, else as its charges say, else as its name says.

    Args:
        kind: The type of export in its manifest, if it has one.
        place: Its folder or file.
        amortized: Whether it has charges that only amortized cost has.
        actual: Whether it has charges that only actual cost has.
    """
    if kind is not None and kind.lower() in _TYPES:
        return _TYPES[kind.lower()]
    if amortized or actual:
        return AMORTIZED if amortized else ACTUAL
    for name in (place.name, *(parent.name for parent in place.parents[:4])):
        hint = _HINT.search(name)
        if hint is not None:
            return AMORTIZED if hint[1] else ACTUAL
    return UNKNOWN


def _deliveries(files: Sequence[tuple[int, str]]) -> list[_Delivery]:
    places: dict[Path, list[int]] = defaultdict(list)
    for number, path in files:
        places[azure_manifests.delivery_of(Path(path))].append(number)
    return [_Delivery(number, place, tuple(held)) for number, (place, held) in enumerate(places.items())]


def _keep_files(connection: DuckDBPyConnection, found: Sequence[_Delivery]) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE azure_file (file INTEGER, delivery INTEGER, dataset VARCHAR)"
    )
    for one in found:
        connection.execute(
            "INSERT INTO azure_file SELECT unnest($1), $2, $3", [list(one.files), one.number, one.dataset]
        )


def _recognised(connection: DuckDBPyConnection, found: Sequence[_Delivery]) -> list[_Delivery]:
    told = {row[0]: row[1:] for row in connection.execute(_EVIDENCE_SQL).fetchall()}
    recognised = []
    for one in found:
        unused, bought, spread, covered = told[one.number]
        what = dataset(
            azure_manifests.kind_of(one.place),
            one.place,
            amortized=bool(unused or spread),
            actual=bool(bought or (covered and not spread)),
        )
        recognised.append(_Delivery(one.number, one.place, one.files, what))
    return recognised


def _repeated(connection: DuckDBPyConnection, found: Sequence[_Delivery]) -> list[tuple[int, str, Any, str]]:
    """Parts of deliveries that repeat a better one's: delivery, account, period, and where they are too.

    Better is what is known to be actual or amortized cost, goes further into the period and has more
    records. An actual and an amortized delivery repeat each other by nature and are no such case.
    """
    parts: dict[tuple[str, Any], list[tuple[tuple[Any, ...], _Delivery]]] = defaultdict(list)
    for number, account, period, last, records in connection.execute(_PARTS_SQL).fetchall():
        one = found[number]
        parts[account, period].append(((one.dataset != UNKNOWN, last, records, -number), one))
    doubtful = {unit: held for unit, held in parts.items() if _may_repeat([one for _, one in held])}
    if not doubtful:
        return []
    units = [{"account": account, "period": period} for account, period in doubtful]
    same = set(connection.execute(_SAME_SQL, [units]).fetchall())
    repeated = []
    for (account, period), held in doubtful.items():
        kept: list[_Delivery] = []
        for _, one in sorted(held, key=lambda pair: pair[0], reverse=True):
            others = (other for other in kept if _may_repeat([one, other]))
            twin = next((o for o in others if (account, period, one.number, o.number) in same), None)
            if twin is None:
                kept.append(one)
            else:
                folder = "/" if twin.place.is_dir() else ""
                repeated.append((one.number, account, period, shown(f"{twin.place.name}{folder}")))
    return repeated


def _may_repeat(deliveries: Sequence[_Delivery]) -> bool:
    """Whether two of them are the same sort of cost, or of an unknown one."""
    sorts = [one.dataset for one in deliveries]
    return len(sorts) > 1 and (UNKNOWN in sorts or len(set(sorts)) < len(sorts))
