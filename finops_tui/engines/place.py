"""A lake as it is named: `sc://host:15002/?table=lake.focus&tags=team,env`; what is ours in it, and the engine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from finops_tui.engines.base import EngineError
from finops_tui.queries.safe_text import clean

MONTHS: Final = 13
"""Billing periods that are asked for when nobody says how many: a year, and the month like this one before it."""

MOST_TAGS: Final = 8
"""Keys of tags that are taken when nobody says which: the ones most rows have."""

OURS: Final = ("months", "tags", "columns", "top")
"""Words of the query that no engine sees."""

HOW: Final = ("max_usd", "usd_per_tb", "workgroup", "output", "transfer")
"""Words that say how an engine is asked and what may be spent, not which lake it is."""

TOP: Final = 500
"""Resources or line items that a question about them brings at most."""

_MOST_TOP: Final = 20_000


@dataclass(frozen=True, slots=True)
class LakePlace:
    """A lake, and what of it is wanted.

    Attributes:
        url: As it was written.
        engine: The URL without our words: what the engine reads.
        months: Billing periods, counted from the newest; None is all of them.
        tags: Keys of tags; None is the ones most rows have.
        columns: Columns to group by beside the usual ones.
        top: Resources or line items that a question about them brings at most.
    """

    url: str
    engine: str
    months: int | None = MONTHS
    tags: tuple[str, ...] | None = None
    columns: tuple[str, ...] = ()
    top: int = TOP

    @property
    def lake(self) -> str:
        """Which lake it is, however it is asked: what is held of it stays good when that changes."""
        pairs = parse_qsl(urlsplit(self.engine).query, keep_blank_values=True)
        which = [pair for pair in pairs if pair[0].lower() not in HOW]
        return self.engine if which == pairs else f"{self.engine.partition('?')[0]}?{urlencode(which)}"


def parse(url: str) -> LakePlace:
    """Read a URL.

    Raises:
        EngineError: a word of ours in it is not understood.
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    own = {name.lower(): value for name, value in pairs if name.lower() in OURS}
    others = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='/:.,;+@')}"
        for name, value in pairs
        if name.lower() not in OURS
    )
    months = own.get("months", str(MONTHS)).lower()
    return LakePlace(
        url,
        url.partition("?")[0] + (f"?{others}" if others else ""),
        None if months == "all" else _number(url, "months", months, 1_200),
        _listed(own["tags"]) if "tags" in own else None,
        _listed(own.get("columns", "")),
        _number(url, "top", own.get("top", str(TOP)), _MOST_TOP),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _number(url: str, word: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise EngineError(f"{clean(url)}: {word} is a number from 1 to {most:,}, not {clean(text)!r}")
    return int(text)
