"""What the screens are handed to say where figures come from, as plain values and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from finops_tui.queries.exchange import Rates
    from finops_tui.queries.provenance_files import Unit
    from finops_tui.queries.teams import Teams


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what is loaded came from, and what SQL can be written and run for it.

    Attributes:
        units: What is loaded, and from which files.
        teams: Rules of the dimension `team`.
        dialects: Engines that SQL can be written for, with what its table is taken to be like.
        translate: Writes SQL over a table of FOCUS columns for an engine; raises ValueError where it cannot.
        rates: Rates of exchange, for figures that are converted.
        run: Runs SQL in a DuckDB of its own over the export files and gives the first row; raises DeskError.
    """

    units: tuple[Unit, ...]
    teams: Teams | None
    dialects: Mapping[str, str]
    translate: Callable[[str, str], str]
    run: Callable[[str], Awaitable[Mapping[str, Any]]]
    rates: Rates | None = None
