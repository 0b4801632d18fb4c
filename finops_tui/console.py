"""Somebody's own SQL over the bill, in a child process that can neither write, nor read files, nor run on.

Three walls, because a database's settings alone are not one: exactly one statement, and a SELECT;
read-only segments with external access off and the configuration locked; a process of its own with
limits of memory and time, which is killed when it passes them.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.queries import safe_text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

SECONDS: Final = 30.0
"""How long a statement may take, unless told otherwise."""

MEMORY: Final = 1 << 30
"""Bytes of memory DuckDB may use for a statement; the process may map three times as much and no more."""

ROWS: Final = 10_000
"""Most rows of an answer, unless told otherwise."""

_GRACE: Final = 2.0
_KEPT: Final = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""What the child sees of the environment: no credentials."""


class ConsoleError(Exception):
    """A statement that gave no answer; the message is for its writer, and fit to be shown."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        frame: The rows, at most as many as were asked for.
        more: Whether there were more.
    """

    frame: pl.DataFrame
    more: bool


@dataclass(slots=True)
class Console:
    """Runs statements over a store, each in a process of its own.

    Attributes:
        root: Folder of the store.
        rows: Most rows of an answer.
        seconds: Time a statement may take.
        memory: Bytes DuckDB may use.
    """

    root: Path
    rows: int = ROWS
    seconds: float = SECONDS
    memory: int = MEMORY
    _child: subprocess.Popen[bytes] | None = None

    def ask(self, sql: str) -> Reply:
        """Run one statement. Blocks until it has ended or its time is over.

        Raises:
            ConsoleError: it is not one SELECT, it is wrong, or it went beyond a limit.
        """
        request = json.dumps(
            {
                "root": str(self.root),
                "sql": sql,
                "rows": self.rows,
                "memory": self.memory,
                "seconds": self.seconds,
            }
        )
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._child = child = subprocess.Popen(
            [sys.executable, "-m", "finops_tui.console_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            out, _ = child.communicate(request.encode("utf-8", "replace"), self.seconds + _GRACE)
        except subprocess.TimeoutExpired:
            raise ConsoleError(f"stopped: it took more than {self.seconds:g} seconds") from None
        finally:
            child.kill()
            child.wait()
            self._child = None
        return _reply(out, child.returncode)

    def stop(self) -> None:
        """Kill the statement that is running, from another thread."""
        child = self._child
        if child is not None:
            child.kill()


_UNITS: Final = {"KB": 10, "MB": 20, "GB": 30, "KIB": 10, "MIB": 20, "GIB": 30}


def size(text: str) -> int:
    """Bytes of a size such as `500MB`.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"\s*(\d+)\s*([KMG]i?B)\s*", text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"{text!r} is not a size of memory; write 500MB or 2GB")
    return int(found[1]) << _UNITS[found[2].upper()]


def _reply(out: bytes, code: int) -> Reply:
    """Read what the child wrote: a line of JSON, then the rows as Arrow IPC."""
    head, _, body = out.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError:
        what = "it ran out of memory" if code in {-6, -11, 1} else "it was given up"
        raise ConsoleError(f"stopped: {what}") from None
    if "error" in told:
        raise ConsoleError(safe_text.clean(str(told["error"])))
    import polars as pl

    return Reply(pl.read_ipc(io.BytesIO(body)), bool(told["more"]))
