"""The engine that a URL means; nothing of any engine is imported until one is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from finops_tui.engines.base import EngineError
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from finops_tui.engines.base import Engine


PRICED: Final = ("athena",)
"""Schemes of engines that take money for what they read, and say how much before."""

_AWS: Final = ("profile", "region", "role_arn")


def opened(url: str, options: Mapping[str, str], scratch: Path) -> Engine:
    """The engine of a URL, not yet asked anything.

    Args:
        url: As the engine reads it: `LakePlace.engine`.
        options: How AWS is reached (`profile`, `region`, `role_arn`), where the URL does not say.
        scratch: Folder for answers that come as files, for as long as they are read.

    Raises:
        EngineError: it is not written so, or what it needs is not installed.
    """
    scheme = url.partition("://")[0].lower()
    if scheme == "lake":
        from finops_tui.engines import local

        return local.opened(url)
    if scheme == "athena":
        from finops_tui.engines import athena

        return athena.Athena(_with(url, options), scratch)
    if scheme in {"sc", "grpc", "grpc+tls", "snowflake", "bigquery"}:
        from finops_tui.engines import adbc

        return adbc.opened(url)
    raise EngineError(f"{clean(url)}: no engine is known by {clean(scheme)}://")


def _with(url: str, options: Mapping[str, str]) -> str:
    """A URL that says how AWS is reached."""
    said = {name.lower() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    more = urlencode({name: options[name] for name in _AWS if options.get(name) and name not in said})
    return f"{url}{'&' if said else '?'}{more}" if more else url
