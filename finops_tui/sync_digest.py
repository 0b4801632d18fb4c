"""The digest of a bill's content, as the manifest has it, without reading it as a bill."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from finops_tui.loader_scratch import stop_if
from finops_tui.sources import containers
from finops_tui.sources.model import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def content(path: Path, cancelled: Callable[[], bool] | None = None) -> str:
    """The SHA-256 of a file's content after decompression, in hexadecimal.

    Args:
        path: The file.
        cancelled: Asked between chunks.

    Returns:
        The digest; '' for a zip, or what cannot be read: such a file counts as changed.

    Raises:
        LoadCancelledError: `cancelled` said so.
    """
    digest = hashlib.sha256()
    try:
        with containers.regular(path) as file:
            kind = containers.kind(file.read(8))
            file.seek(0)
            if kind == "zip":
                return ""
            for chunk in containers.gunzip(path, file) if kind == "gzip" else containers.plain(file):
                stop_if(cancelled)
                digest.update(chunk)
    except (SourceError, OSError):
        return ""
    return digest.hexdigest()
