"""The months of a lake that are held: a file each, good for as long as the lake's stamp of the month is the same."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.engines.base import LakePeriod
    from finops_tui.engines.place import LakePlace
    from finops_tui.lake_cube import Pulled

FOLDER: Final = "lakes"
STORE: Final = "store"
_INDEX: Final = "index.json"
_VERSION: Final = 1


def folder_of(cache: Path, place: LakePlace) -> Path:
    """Where a lake's months lie: by how it is asked, whatever of it is wanted now."""
    known = "\0".join((place.lake, *(place.tags or ("*",)), "", *place.columns))
    return cache / FOLDER / hashlib.sha256(known.encode()).hexdigest()[:24]


class Shelf:
    """The months that are held of one lake; private, without keys.

    Args:
        cache: The user's cache folder.
        place: The lake.
    """

    def __init__(self, cache: Path, place: LakePlace) -> None:
        self.folder = folder_of(cache, place)
        for folder in (*reversed(cache.parents), cache, cache / FOLDER, self.folder):
            if not folder.exists():
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700)  # noqa: PTH102  (with its mode)
        self._shape = ""
        self._months: dict[str, dict[str, Any]] = {}
        self.tags: tuple[str, ...] | None = None
        with suppress(OSError, ValueError, TypeError, KeyError):
            content = json.loads((self.folder / _INDEX).read_bytes())
            if content["version"] == _VERSION:
                self._shape, self._months = str(content["shape"]), dict(content["months"])
                self.tags = None if content["tags"] is None else tuple(map(str, content["tags"]))

    def keep_to(self, shape: str, tags: tuple[str, ...]) -> None:
        """Say what months are rolled up by; months of another shape are no longer held."""
        if shape != self._shape:
            self._months = {}
        self._shape, self.tags = shape, tags

    def path(self, period: str) -> Path:
        """Where a month is."""
        return self.folder / f"lake-{period}.parquet"

    def fresh(self, period: str) -> Path:
        """Where a month is put while it is being written."""
        return self.folder / f"lake-{period}.{os.getpid()}.new"

    def holds(self, period: LakePeriod) -> bool:
        """Whether a month is held as the lake has it now."""
        known = self._months.get(period.id, {})
        return known.get("stamp") == period.stamp and self.path(period.id).is_file()

    def lines(self, period: str) -> int:
        """How many rows of the lake are in a month."""
        return int(self._months.get(period, {}).get("lines", 0))

    def put(self, period: LakePeriod, pulled: Pulled) -> None:
        """Keep what was written as `fresh` in place of the month before."""
        self.fresh(period.id).replace(self.path(period.id))
        self._months[period.id] = {
            "stamp": period.stamp,
            "asked": datetime.now(UTC).isoformat(),
            "rows": pulled.rows,
            "lines": pulled.lines,
        }
        tags = None if self.tags is None else list(self.tags)
        body = {"version": _VERSION, "shape": self._shape, "tags": tags, "months": self._months}
        fresh = self.folder / f"{_INDEX}.{os.getpid()}.new"
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(body, file)
        fresh.replace(self.folder / _INDEX)
