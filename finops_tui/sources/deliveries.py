"""Which delivery of a period counts, where an AWS export keeps several: they are the same money again.

Data Exports put a period into `BILLING_PERIOD=2025-01/`, each execution in a folder of its own when
set to create new ones; a legacy CUR puts it into `20250101-20250201/`, each assembly in a folder of its
own. Manifests, written after the data, list the files of a delivery.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.model import Refused, Skipped, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PERIOD: Final = re.compile(r"billing_period=\d{4}-\d{2}", re.IGNORECASE)
_LEGACY: Final = re.compile(r"\d{8}-\d{8}")
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?)-")

MOST_BYTES: Final = 64 << 20
"""A manifest larger than this is none."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files that count, and those that do not."""

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[Refused, ...]


@dataclass(slots=True)
class _Delivery:
    """One execution or assembly of a period.

    Attributes:
        folder: Where its files are.
        files: Its files among those found.
        listed: Names its manifest lists, if it has one.
        stamp: When it was made, in seconds.
        incomplete: Its manifest is missing where others have one.
    """

    folder: Path
    files: list[Path] = field(default_factory=list)
    listed: frozenset[str] | None = None
    stamp: float = 0.0
    incomplete: bool = False

    def missing(self) -> list[str]:
        """Files listed that are not there."""
        return sorted(name for name in self.listed or () if not (self.folder / name).exists())


def named(path: Path) -> str:
    """A path as a message may show it."""
    return shown(str(path), 400)


def complete(path: Path) -> Path | None:
    """The folder of a billing period whose files a manifest lists one by one, this one among them.

    Such a delivery is whole by itself: a file of an earlier one that it does not list is no part of it.
    """
    period = _period_folder(path)
    if period is None:
        return None
    _manifest.cache_clear()
    [delivery] = _deliveries(period, [path])
    return period if path.name in (delivery.listed or ()) else None


def is_manifest(path: Path) -> bool:
    """Whether a file is one of those that accompany an export."""
    name = path.name.lower()
    return "manifest" in name or name in {"_success", "_metadata", "cost_and_usage_data_status.parquet"} or (
        name.endswith((".sql", ".yml", ".yaml")) and ("create-table" in name or "cfn" in name or "status" in name)
    )  # fmt: skip


def choose(files: Sequence[Path]) -> Chosen:
    """Keep the newest complete delivery of each export and period.

    Args:
        files: All files found, in order.

    Returns:
        Those that count in the same order; the others, with the reason.
    """
    _manifest.cache_clear()  # the same files may have changed since the last load
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in files:
        period = _period_folder(path)
        if period is not None:
            groups[period].append(path)
    skipped: list[Skipped] = []
    refused: list[Refused] = []
    dropped: set[Path] = set()
    for period, members in groups.items():
        _choose_one(period, members, dropped, skipped, refused)
    return Chosen(tuple(path for path in files if path not in dropped), tuple(skipped), tuple(refused))


def _period_folder(path: Path) -> Path | None:
    """The folder of the billing period that a file is in, if it is in one."""
    for parent in path.absolute().parents:
        if _PERIOD.fullmatch(parent.name) or _LEGACY.fullmatch(parent.name):
            return parent
    return None


def _choose_one(
    period: Path, members: Iterable[Path], dropped: set[Path], skipped: list[Skipped], refused: list[Refused]
) -> None:
    """Decide for one period folder."""
    found = _deliveries(period, list(members))
    if not found:
        return
    complete = [one for one in found if not one.incomplete and not one.missing()]
    newest = max(complete, key=lambda one: one.stamp, default=None)
    if newest is None:
        last = max(found, key=lambda one: one.stamp)
        missing = last.missing()
        what = f"{shown(missing[0])} is missing" if missing else "it has no manifest yet"
        refused.append(Refused(named(last.folder), f"the delivery of {period.name} is incomplete: {what}"))
    for one in found:
        for path in one.files:
            if one is not newest:
                dropped.add(path)
                if newest is not None:
                    skipped.append(Skipped(named(path), _why(one, newest)))
            elif one.listed is not None and path.absolute() not in {one.folder / name for name in one.listed}:
                dropped.add(path)
                skipped.append(Skipped(named(path), "not in the manifest of the newest delivery"))


def _why(one: _Delivery, newest: _Delivery) -> str:
    if one.stamp > newest.stamp:
        return f"an incomplete delivery; {shown(newest.folder.name)} is the newest complete one"
    return f"an older delivery of the same bill; {shown(newest.folder.name)} is the newest"


def _deliveries(period: Path, members: list[Path]) -> list[_Delivery]:
    """The deliveries of a period folder: one per folder in it, and what lies in it directly."""
    by_folder: dict[Path, _Delivery] = {}
    for path in members:
        inside = path.absolute().relative_to(period).parts
        folder = period / inside[0] if len(inside) > 1 else period
        by_folder.setdefault(folder, _Delivery(folder)).files.append(path)
    legacy = _LEGACY.fullmatch(period.name) is not None
    if legacy:
        _read_legacy(period, by_folder)
    else:
        _read_exports(period, by_folder)
    for one in by_folder.values():
        one.stamp = one.stamp or _stamp(one)
    return list(by_folder.values())


def _read_legacy(period: Path, by_folder: dict[Path, _Delivery]) -> None:
    """Legacy CUR: the manifest in the period folder is the newest one's, copies lie with each assembly."""
    top = _newest_manifest(period)
    for folder, one in by_folder.items():
        manifest = top if top is not None and _lists(top, folder, period) else _newest_manifest(folder)
        if manifest is None:
            continue
        content = _manifest(manifest)
        one.listed = _names(content, one.folder)
        one.stamp = manifest.stat().st_mtime + (1e12 if manifest == top else 0)


def _lists(manifest: Path, folder: Path, period: Path) -> bool:
    """Whether a manifest in the period folder lists files in this folder of it."""
    parents = {Path(key).parent.name for key in _keys(_manifest(manifest))}
    return folder.name in parents if folder != period else bool(parents & {period.name, ""})


def _read_exports(period: Path, by_folder: dict[Path, _Delivery]) -> None:
    """Data Exports: manifests lie under `metadata` in folders named like those under `data`."""
    home = period.parent.parent / "metadata"
    twin = next((one for one in _folders(home) if one.name.lower() == period.name.lower()), None)
    expected = twin is not None and any(_newest_manifest(one) for one in (twin, *_folders(twin)))
    for folder, one in by_folder.items():
        manifest = None
        if twin is not None:
            manifest = _newest_manifest(twin if folder == period else twin / folder.name)
        if manifest is None:
            manifest = _newest_manifest(folder)
        if manifest is None:
            one.incomplete = expected
            continue
        one.listed = _names(_manifest(manifest), one.folder)
        if folder == period:
            one.stamp = manifest.stat().st_mtime


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def _newest_manifest(folder: Path) -> Path | None:
    """The newest manifest that lies directly in a folder and lists files."""
    try:
        found = [path for path in folder.iterdir() if path.name.lower().endswith("manifest.json")]
    except OSError:
        return None
    usable = [path for path in found if _keys(_manifest(path))]
    return max(usable, key=lambda path: path.stat().st_mtime, default=None)


@cache
def _manifest(path: Path) -> Any:
    """The content of a manifest; nothing if it cannot be read as one."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _keys(content: Any) -> list[str]:
    """The files a manifest lists, as keys of a bucket."""
    if not isinstance(content, dict):
        return []
    for name in ("dataFiles", "reportKeys"):
        keys = content.get(name)
        if isinstance(keys, list):
            return [key for key in keys if isinstance(key, str)]
    return []


def _names(content: Any, folder: Path) -> frozenset[str]:
    """Names of the listed files that belong into a folder."""
    keys = [Path(key) for key in _keys(content)]
    here = [key for key in keys if key.parent.name == folder.name]
    return frozenset(key.name for key in here or keys)


def _stamp(one: _Delivery) -> float:
    """When a delivery was made: its folder's name says, or else the files' own times."""
    named_time = _STAMP.match(one.folder.name)
    if named_time is not None:
        try:
            return datetime.fromisoformat(named_time[1]).timestamp()
        except ValueError:
            pass
    return max((path.stat().st_mtime for path in one.files), default=0.0)
