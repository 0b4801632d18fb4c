"""What a crash leaves: a file that only its owner can read; nothing of it is on the terminal."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from traceback import format_exception
from typing import TYPE_CHECKING

from finops_tui import __version__, paths

if TYPE_CHECKING:
    from pathlib import Path


def write_crash(error: BaseException) -> Path:
    """Write an error to a private file of the state folder, and return its path.

    Raises:
        OSError: it could not be written.
    """
    folder = paths.state_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.log"
    path.touch(mode=0o600)
    head = f"finops-tui {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n"
    path.write_text(head + "".join(format_exception(error)), encoding="utf-8", errors="backslashreplace")
    return path
