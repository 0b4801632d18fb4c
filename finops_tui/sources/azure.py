"""Azure Cost Management exports (EA, MCA, pay-as-you-go): how they are recognised and where columns are.

Actual and amortized cost have the same header; which of the two a file is, and what becomes of a pair,
is decided over the whole load by `azure_pairs`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from finops_tui.sources import azure_amounts, azure_columns, azure_pairs, azure_texts, fields
from finops_tui.sources.azure_columns import ALIASES, fold
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Kind, Layout, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Seen

_EA: Final = frozenset(("accountownerid", "partnumber"))
_MCA: Final = frozenset(
    ("costinusd", "exchangeratepricingtobilling", "serviceperiodstartdate", "partnername")
)
_WORDS: Final = {"EA": "EA", "MCA": "MCA", "PAYG": "pay-as-you-go"}


def detect(seen: Seen) -> str | None:
    """The agreement of an Azure header.

    Raises:
        HeaderError: it has no column for the day of a charge.
    """
    folded = {fold(name) for name in seen.names}
    if "metercategory" not in folded or not folded & azure_columns.COST_NAMES:
        return None
    if not any(ALIASES.get(name) == "Date" for name in folded):
        raise HeaderError("looks like an Azure export, but there is no column for the date")
    return f"Azure {_WORDS[agreement(folded)]}"


def agreement(folded: Iterable[str]) -> str:
    """`EA`, `MCA` or `PAYG`, by columns that only one of them has."""
    names = frozenset(folded)
    return "EA" if names & _EA else "MCA" if names & _MCA else "PAYG"


def layout(names: Sequence[str]) -> Layout:
    """Where the columns are, in any spelling and language; what is not known is a vendor column."""
    folded = [fold(name) for name in names]
    refuse_twins(folded)
    order = {name: place for place, name in enumerate(ALIASES)}
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    extra = []
    for position, (name, plain) in enumerate(zip(names, folded, strict=True)):
        if plain in ALIASES:
            found[ALIASES[plain]].append((order[plain], position))
        elif name and plain not in azure_columns.UNUSED and not fields.differs_by_line(name):
            extra.append((name, position))
    columns = {name: tuple(at for _, at in sorted(places)) for name, places in found.items()}
    return Layout(columns, {}, tuple(extra), {"Agreement": agreement(folded)})


def _prepare(connection: DuckDBPyConnection) -> None:
    azure_amounts.derive(connection)
    azure_pairs.decide(connection)


KIND: Final = Kind(
    source="azure",
    raw="raw_azure",
    columns=azure_columns.COLUMNS,
    money=azure_columns.MONEY,
    times=azure_columns.TIMES,
    mapping=("azure_names.sql", "azure.sql"),
    detect=detect,
    layout=layout,
    tags=("Tags",),
    tidy=azure_texts.tidy,
    prepare=_prepare,
    notes=azure_pairs.NOTES_SQL,
    copies=False,
)
