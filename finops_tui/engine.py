"""DuckDB as this program uses it: private, offline, quiet, with a bounded memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CGROUP: Final = Path("/sys/fs/cgroup/memory.max")
UNLOGGED: Final = "RECOVERY_MODE 'no_wal_writes'"
"""How a database is attached that is whole after its checkpoint, or thrown away."""

_DESCRIPTORS: Final = 65_536


def connect(database: str = ":memory:", *, scratch: Path, memory: str | None = None) -> DuckDBPyConnection:
    """Open a DuckDB that downloads nothing and never looks at Python's variables.

    Args:
        database: A scratch file, written without a log of its own, as nobody recovers it; or `:memory:`.
        scratch: Private folder for what does not fit in memory.
        memory: Limit such as `2GB`; a quarter of the machine's (or the container's) by default.

    Raises:
        ValueError: the memory limit is not a size.
    """
    import duckdb

    try:
        connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "allow_persistent_secrets": False,
                "python_enable_replacements": False,
                "memory_limit": memory or f"{max(machine_memory() // 4, 256 << 20) >> 20}MiB",
                "threads": _cores(),
                "temp_directory": str(scratch),
            },
        )
    except duckdb.ParserException as error:
        raise ValueError(f"{memory!r} is not a size of memory; write 500MB or 2GB") from error
    connection.execute("SET enable_progress_bar = false")  # it would be drawn over the screen
    if database != ":memory:":
        connection.execute(f"ATTACH {quoted(Path(database))} AS scratch ({UNLOGGED}); USE scratch")
    return connection


def raise_descriptor_limit() -> None:
    """Let this process open as many files as it may: every segment is one."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def quoted(path: Path) -> str:
    """A path as an SQL literal, for statements that take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def machine_memory() -> int:
    """Bytes of memory this process may think of as its machine's."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = _CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine
