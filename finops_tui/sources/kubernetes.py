"""OpenCost and Kubecost: what each container cost, as the CSV export and as JSON of the allocation API.

None of it is a bill: it says who used money that the cloud's bill already has, and becomes lines of the
dataset `allocation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import aliases
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.json_text import dumped
from finops_tui.sources.kinds import Kind, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from finops_tui.sources.kinds import Seen

_PARTS: Final = ("cpu", "ram", "gpu", "pv", "network", "loadBalancer")
"""Components that have an adjustment of their own."""

_MONEY: Final = (
    "totalCost",
    *(f"{part}Cost{end}" for part in _PARTS for end in ("", "Adjustment")),
    "sharedCost",
    "externalCost",
)

_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    **{name: (name.lower(),) for name in (
        "name", "cluster", "namespace", "controllerKind", "pod", "container", "node", "providerID", "services",
        "labels", "annotations", "currency", "minutes", "cpuCoreLimitAverage", "cpuCoreRequestAverage",
        "cpuCoreUsageAverage", "cpuCoreHours", "ramByteHours", "gpuHours", "pvBytes", "pvByteHours",
        "networkReceiveBytes", "networkTransferBytes", "ramByteLimitAverage",
    )},
    "controller": ("controllername", "controller"),
    "ramByteRequestAverage": ("rambytesrequestaverage", "rambyterequestaverage"),
    "ramByteUsageAverage": ("rambytesusageaverage", "rambyteusageaverage"),
    "gpuCount": ("gpus", "gpucount"),
}  # fmt: skip
"""Column of the raw table -> its names in the CSV and in JSON, folded."""

_TIMES: Final[dict[str, tuple[str, ...]]] = {
    "windowStart": ("date", "window.start", "start"),
    "windowEnd": ("window.end", "end"),
}

_NAMES: Final = {**_TEXTS, **_TIMES, **{name: (name.lower(),) for name in _MONEY}}

_WANTED: Final = frozenset(spelled for names in _NAMES.values() for spelled in names)

_LEFT_OUT: Final = frozenset(("start", "end"))
"""When a container ran within its window; the window says which day it is counted on."""

_KEYED: Final = (("Label_", "labels"), ("Annotation_", "annotations"))
"""Columns that hold one label or annotation each."""

_NOTES_SQL: Final = """
SELECT file, count(*), 'that cover more than a day; the cost stands on the first one (ask for daily windows)'
FROM raw_kubernetes WHERE CAST(windowEnd AS TIMESTAMP) > CAST(windowStart AS TIMESTAMP) + INTERVAL 1 DAY
GROUP BY file
UNION ALL
SELECT file, count(*), 'whose total is more, or less, than their parts; the rest is kept as "Other"'
FROM (SELECT DISTINCT file, record FROM staged WHERE SkuMeter = 'Other' AND dataset = 'allocation')
JOIN (SELECT file, record FROM raw_kubernetes) USING (file, record) GROUP BY file
UNION ALL
SELECT file, count(*), 'without an amount, no lines'
FROM raw_kubernetes JOIN dropped USING (file, record) GROUP BY file
UNION ALL
SELECT max(file), count(*) - 1, 'of one allocation and window more than once: they may be the same money'
FROM raw_kubernetes GROUP BY cluster, name, namespace, controller, pod, container, node, windowStart
HAVING count(*) > 1"""


def detect(seen: Seen) -> str | None:
    """The CSV export, older (a `Name`) or newer (a column for each part of it), or JSON of the API.

    Raises:
        HeaderError: it is such an export without days.
    """
    folded = seen.folded
    if folded >= {"totalcost", "window.start", "name"}:
        return "OpenCost or Kubecost allocation (JSON)"
    if "totalcost" not in folded or not folded & {"namespace", "name"}:
        return None
    if not folded & {"cpucost", "pod", "controllerkind"}:
        return None
    if "date" not in folded:
        raise HeaderError("looks like an OpenCost export, but there is no column for the date (Date)")
    return "OpenCost allocation (CSV)"


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are; a column for each label counts where there is none with all of them."""
    plain = ["" if _keyed(name) else name for name in names]
    found = aliases.layout(plain, _NAMES, left_out=_LEFT_OUT)
    packed: dict[str, list[tuple[str, int]]] = {}
    for position, name in enumerate(names):
        if (key := _keyed(name)) is not None:
            packed.setdefault(key[0], []).append((key[1], position))
    return Layout(found.columns, {column: tuple(keys) for column, keys in packed.items()}, found.extra)


def _keyed(name: str) -> tuple[str, str] | None:
    """The column of the raw table and the key that `Label_app` stands for."""
    for prefix, column in _KEYED:
        if name.startswith(prefix) and len(name) > len(prefix):
            return column, name[len(prefix) :]
    return None


def records(document: Any) -> Iterable[Mapping[str, Any]] | None:
    """The allocations in an answer of the API, or in what was taken out of one: sets for windows, or one set."""
    data = document
    if isinstance(document, dict):
        if {"code", "status"} & set(document):
            data = document.get("data")
        elif all(map(_is_allocation, document.values())):
            data = [document]
    sets = _sets(data)
    return None if sets is None else (_flat(one, window) for each, window in sets for one in each.values())


Set = tuple["Mapping[str, Mapping[str, Any]]", "Mapping[str, Any]"]


def _sets(data: Any) -> list[Set] | None:
    """Allocations by name, and the window of each set; nothing when these are none."""
    found: list[Set]
    if isinstance(data, dict) and isinstance(data.get("sets"), list):
        found = [
            (_object(one.get("allocations")), _object(one.get("window")))
            for one in data["sets"]
            if isinstance(one, dict)
        ]
    elif isinstance(data, list) and all(one is None or isinstance(one, dict) for one in data):
        found = [(one, {}) for one in data if one]
    else:
        return None
    allocations = (one for each, _ in found for one in each.values())
    return found if any(each for each, _ in found) and all(map(_is_allocation, allocations)) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_allocation(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value and ("totalCost" in value or "cpuCost" in value)


def _flat(one: Mapping[str, Any], around: Mapping[str, Any]) -> dict[str, Any]:
    """An allocation without what is nested in it; details of the same money are left out."""
    properties = _object(one.get("properties"))
    window = _object(one.get("window")) or around
    flat = {
        key: value
        for key, value in (*properties.items(), *one.items())
        if key.lower() in _WANTED and not isinstance(value, dict | list)
    }
    flat |= {"window.start": window.get("start"), "window.end": window.get("end")}
    flat.setdefault("totalCost", None)
    if isinstance(properties.get("services"), list):
        flat["services"] = ", ".join(map(str, properties["services"]))
    for column in ("labels", "annotations"):
        own = _object(properties.get(column))
        inherited = _object(properties.get(f"namespace{column.capitalize()}"))
        if own or inherited:
            flat[column] = dumped({**inherited, **own})
    return flat


KIND: Final = Kind(
    source="opencost",
    raw="raw_kubernetes",
    columns=(*_TEXTS, *_TIMES, *_MONEY),
    money=_MONEY,
    times=(*aliases.UNKNOWN_TIMES, *_TIMES),
    mapping=("kubernetes.sql",),
    detect=detect,
    layout=layout,
    tags=("labels",),
    notes=_NOTES_SQL,
    records=records,
    signs=(b'"cpuCore', b'"controllerKind"', b'"ramByteHours"'),
)
