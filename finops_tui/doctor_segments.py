"""One segment examined: the bytes, who may touch it, and every total added up again from what is in it."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import disk, engine, kept, read_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from finops_tui.manifest import Entry


class GoneError(Exception):
    """A segment is not there: damage, unless a load has just taken it away."""


@contextmanager
def bench() -> Iterator[DuckDBPyConnection]:
    """A database to open segments in, its scratch folder outside of any store."""
    with tempfile.TemporaryDirectory(prefix="finops-tui-") as folder:
        connection = engine.connect(scratch=Path(folder))
        try:
            yield connection
        finally:
            connection.close()


def examine(connection: DuckDBPyConnection, root: Path, entry: Entry) -> list[str]:
    """What is wrong with the segment of a unit; nothing when it is whole.

    Args:
        connection: Of `bench`.
        root: Folder of the store.
        entry: The unit.

    Raises:
        GoneError: it is not there.
    """
    path = kept.segment(root, entry)
    try:
        if problem := _bytes(path, entry):
            return [problem]
    except FileNotFoundError as error:
        raise GoneError from error
    except OSError as error:
        return [f"its segment cannot be read: {error.strerror}"]
    if path.with_name(f"{path.name}.wal").exists():
        return [f"somebody wrote {path.name}.wal beside its segment; remove that file"]
    return _contents(connection, path, entry)


def unsealed(root: Path, entry: Entry) -> bool:
    """Whether somebody may write to the segment of a unit, or anybody may read it."""
    try:
        mode = kept.segment(root, entry).stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IRWXO))


def _bytes(path: Path, entry: Entry) -> str:
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode):
        return "its segment is not a plain file"
    if status.st_size != entry.bytes:
        return f"its segment has {status.st_size} bytes instead of {entry.bytes}"
    if disk.digest(path) != entry.sha256:
        return "the bytes of its segment are not those that were published"
    return ""


def _contents(connection: DuckDBPyConnection, path: Path, entry: Entry) -> list[str]:
    """Compare what is in a segment with the manifest: totals and counts, twice."""
    import duckdb

    try:
        found = read_back.examine(connection, path)
    except duckdb.Error:
        return ["its segment cannot be opened"]
    problems = []
    if found.name != path.stem:
        problems.append("its segment is another one's")
    for what, totals in (("charges", found.totals), ("days", found.daily)):
        if totals != {currency: dict(sums) for currency, sums in entry.totals.items()}:
            problems.append(f"its {what} do not add up to its totals")
    counts = {
        "charges": (found.charges, entry.charges),
        "lines": (found.lines, entry.lines),
        "quarantined records": (found.quarantined, entry.quarantined),
    }
    problems += [
        f"it has {has} {what} instead of {said}" for what, (has, said) in counts.items() if has != said
    ]
    if (found.first_day, found.last_day) != (entry.first_day, entry.last_day):
        problems.append("its days are not those of the manifest")
    return problems
