"""`[[format]]` in `finops.toml`: which columns of a table of any kind are which FOCUS columns."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.columns import ATTRIBUTES, MONEY, PERIODS, QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finops_tui.toml_reader import Reader, Where

KEYS: Final = ("name", "file", "match", "dates", "decimal", "columns", "constants", "tags")

DATES: Final = ("", "day-first", "month-first")
DECIMALS: Final = ("", ".", ",")

NEEDED: Final = ("BilledCost", "ChargePeriodStart")
"""FOCUS columns without which there is no bill."""

TARGETS: Final = (
    *ATTRIBUTES,
    *PERIODS,
    *("ChargePeriodStart", "ChargePeriodEnd", "Tags"),
    *QUANTITIES,
    *MONEY,
)
"""What a column can be mapped to, besides names that begin with `x_`."""

_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One `[[format]]`.

    Attributes:
        name: As shown; provider and service where no column gives them.
        file: Glob of the files it is for; '' for any.
        match: Columns that must be there, besides the mapped ones.
        dates: `day-first` or `month-first`, or '' where the file itself tells.
        decimal: What stands before decimals, or '' where the file itself tells.
        columns: FOCUS column (or `x_` name) -> columns of the file; the first with a value counts.
        constants: FOCUS column -> the value it has on every charge.
        tags: Tag key -> column of the file.
    """

    name: str
    file: str = ""
    match: tuple[str, ...] = ()
    dates: str = ""
    decimal: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """What its bills are filed under."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


def read(reader: Reader) -> tuple[Mapped, ...]:
    """Every `[[format]]` of a file; what is wrong with one is complained about with its line."""
    found: list[Mapped] = []
    for number, table in enumerate(reader.tables("format")):
        where: Where = ("format", number)
        reader.known(table, KEYS, where)
        known = len(reader.problems)
        mapped = Mapped(
            name=reader.text(table, "name", "", where).strip(),
            file=reader.text(table, "file", "", where),
            match=reader.texts(table, "match", where),
            dates=reader.choice(table, "dates", "", DATES, where),
            decimal=reader.choice(table, "decimal", "", DECIMALS, where),
            columns=_columns(reader, table, where),
            constants=_constants(reader, table, where),
            tags=_tags(reader, table, where),
        )
        _whole(reader, mapped, where)
        if any(other.source == mapped.source for other in found):
            reader.complain((*where, "name"), f"there are two formats {mapped.name!r}")
        if len(reader.problems) == known:
            found.append(mapped)
    return tuple(found)


def _columns(reader: Reader, table: dict[str, Any], where: Where) -> dict[str, tuple[str, ...]]:
    columns = {}
    inner: Where = (*where, "columns")
    given = reader.table(table, "columns", where)
    for name in given:
        if name not in TARGETS and not name.startswith("x_"):
            _unknown(reader, name, TARGETS, (*inner, name))
        columns[name] = reader.texts(given, name, inner)
        if not all(columns[name]) or given[name] == []:
            reader.complain((*inner, name), f"{name} needs the name of a column")
    return columns


def _constants(reader: Reader, table: dict[str, Any], where: Where) -> dict[str, str]:
    constants = {}
    inner: Where = (*where, "constants")
    given = reader.table(table, "constants", where)
    for name in given:
        if name not in ATTRIBUTES:
            _unknown(reader, name, ATTRIBUTES, (*inner, name))
        constants[name] = reader.text(given, name, "x", inner).strip()
        if not constants[name]:
            reader.complain((*inner, name), f"{name} needs a value")
    currency = constants.get("BillingCurrency")
    if currency is not None and not _CURRENCY.fullmatch(currency):
        reader.complain((*inner, "BillingCurrency"), "BillingCurrency must be a code of three letters: EUR")
    return constants


def _tags(reader: Reader, table: dict[str, Any], where: Where) -> dict[str, str]:
    """Tags by key; a list of columns means tags of the same names."""
    if isinstance(table.get("tags"), (list, str)):
        return {name: name for name in reader.texts(table, "tags", where)}
    given = reader.table(table, "tags", where)
    return {key: reader.text(given, key, key, (*where, "tags")) for key in given}


def _unknown(reader: Reader, name: str, names: tuple[str, ...], where: Where) -> None:
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]}?" if close else ""
    if name in TARGETS:
        hint = "; what differs from charge to charge belongs under columns"
    reader.complain(where, f"no FOCUS column {name!r} can be set here{hint}")


def _whole(reader: Reader, mapped: Mapped, where: Where) -> None:
    """Complain about what is missing, or said twice."""
    if not mapped.source:
        reader.complain((*where, "name"), "a format needs a name with letters or digits")
    elif mapped.source in _taken():
        reader.complain(
            (*where, "name"), f"{mapped.name!r} is a kind of export that is known; choose another name"
        )
    for name in NEEDED:
        if name not in mapped.columns:
            reader.complain((*where, "columns"), f'no column for {name}: [format.columns] {name} = "…"')
    if "BillingCurrency" not in {**mapped.columns, **mapped.constants}:
        words = 'no currency: [format.constants] BillingCurrency = "EUR", or a column for it'
        reader.complain(where, words)
    for name in mapped.constants.keys() & mapped.columns.keys():
        reader.complain((*where, "constants", name), f"{name} has a column and a constant")


def _taken() -> frozenset[str]:
    from finops_tui.sources.formats import KINDS

    return frozenset(kind.source for kind in KINDS)
