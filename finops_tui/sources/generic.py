"""Tables of any kind, mapped to FOCUS columns by `[[format]]` in finops.toml."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from finops_tui.queries.columns import COSTS
from finops_tui.sources import aliases, fields, focus, generic_amounts, generic_dates
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.kinds import Layout, refuse_twins
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from duckdb import DuckDBPyConnection

    from finops_tui.mapped import Mapped
    from finops_tui.sources.kinds import Kind, Seen

_BILLED: Final = "BilledCost"

_TIDIED_SQL: Final = 'UPDATE raw_focus SET "x_AsWritten" = NULL WHERE file = $1'


def kinds(formats: Sequence[Mapped]) -> tuple[Kind, ...]:
    """A kind of export for each format, to be tried before those that are built in."""
    return tuple(kind(mapped) for mapped in formats)


def kind(mapped: Mapped) -> Kind:
    """The kind of export that a format describes: staged and mapped as FOCUS."""
    return replace(
        focus.KIND,
        source=mapped.source,
        detect=partial(_detect, mapped),
        layout=partial(_layout, mapped),
        tidy=partial(_tidy, mapped),
        nested=True,
    )


def _detect(mapped: Mapped, seen: Seen) -> str | None:
    """The format's name, if the file is meant by it.

    Raises:
        HeaderError: the file is meant by its name or its columns, but a mapped column is not there.
    """
    wanted = {name.lower() for name in mapped.match}
    if (mapped.file and not seen.path.match(mapped.file)) or not seen.folded >= wanted:
        return None
    # Columns of Parquet unfold (`cost.net`) once the file is known to be of this kind.
    lacking = _lacking(mapped, {name for name in seen.folded if name} | _tops(mapped, seen.folded))
    if not lacking:
        return mapped.name
    if mapped.file or mapped.match:
        raise HeaderError(_words(mapped, lacking, seen.names))
    return None


def _lacking(mapped: Mapped, folded: AbstractSet[str]) -> list[str]:
    """The mapped columns that are not there."""
    spelled = {**mapped.columns, **{f"tag.{key}": (column,) for key, column in mapped.tags.items()}}
    return [
        f"{names[0]} for {target}"
        for target, names in spelled.items()
        if not any(name.lower() in folded for name in names)
    ]


def _tops(mapped: Mapped, folded: AbstractSet[str]) -> set[str]:
    """Mapped columns that may be inside a column that is there."""
    names = {name.lower() for names in mapped.columns.values() for name in names}
    return {name for name in names if "." in name and name.split(".", 1)[0] in folded}


def _words(mapped: Mapped, lacking: Sequence[str], names: Sequence[str]) -> str:
    there = ", ".join(shown(name, 40) for name in names[:6])
    more = " …" if len(names) > 6 else ""
    return f"[[format]] {mapped.name!r}: there is no column {', no column '.join(lacking)}; there are {there}{more}"


def _layout(mapped: Mapped, names: Sequence[str]) -> Layout:
    """Where the mapped columns are; all others become vendor columns.

    Raises:
        HeaderError: a mapped column is not there, or two columns have one name.
    """
    refuse_twins(names)
    if lacking := _lacking(mapped, {name.lower() for name in names}):
        raise HeaderError(_words(mapped, lacking, names))
    places = {name.lower(): position for position, name in enumerate(names) if name}
    columns = {
        target: tuple(places[name.lower()] for name in spelled if name.lower() in places)
        for target, spelled in mapped.columns.items()
        if not target.startswith("x_")
    }
    for cost in COSTS:
        columns[cost] = (*columns.get(cost, ()), *(columns[_BILLED] if cost != _BILLED else ()))
    used = {position for positions in columns.values() for position in positions}
    tags = tuple((key, places[column.lower()]) for key, column in mapped.tags.items())
    used |= {position for _, position in tags}
    extra = [
        (target, places[name.lower()])
        for target, spelled in mapped.columns.items()
        if target.startswith("x_")
        for name in spelled
        if name.lower() in places
    ]
    used |= {position for _, position in extra}
    extra += [
        (aliases.vendor_name(name), position)
        for position, name in enumerate(names)
        if name and position not in used and not fields.differs_by_line(name)
    ]
    constants = {
        target: value
        for target, value in {**_defaults(mapped), **mapped.constants}.items()
        if target not in columns
    }
    return Layout(columns, {"Tags": tags} if tags else {}, tuple(extra), constants)


def _defaults(mapped: Mapped) -> dict[str, str]:
    names = ("ServiceName", "ProviderName", "PublisherName", "InvoiceIssuerName")
    fixed = {"ChargeCategory": "Usage", "ServiceCategory": "Other", fields.AS_WRITTEN: "1"}
    return {**dict.fromkeys(names, mapped.name), **fixed}


def _tidy(mapped: Mapped, connection: DuckDBPyConnection, file: int) -> None:
    """Amounts and dates as people and spreadsheets write them become plain ones."""
    generic_amounts.tidy(connection, file, mapped)
    generic_dates.tidy(connection, file, mapped)
    connection.execute(_TIDIED_SQL, [file])
