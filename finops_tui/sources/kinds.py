"""What a kind of export is to the loader: how it is recognised, read and mapped to FOCUS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from finops_tui.sources.headers import HeaderError
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Format:
    """A file's format, as recognised.

    Attributes:
        name: As shown: `FOCUS 1.2 (AWS)`.
        source: What units of it are filed under: `focus`, `aws-cur`, `azure` …
        raw: The table its records are staged in.
        columns: Columns of that table.
        money: Those that hold money as text; the first is what a record cannot do without.
        times: Those that hold times as text: start and end of the billing period, then of the charge,
            then others, a start before each end. A record without the third is set aside.
        currency: The column that must have a value wherever a file has the column, if any.
        quantities: Columns of amounts that are no money, where records are divided.
        growth: As `StagedFile.growth`.
    """

    name: str
    source: str
    raw: str
    columns: tuple[str, ...]
    money: tuple[str, ...]
    times: tuple[str, ...]
    currency: str | None = None
    quantities: tuple[str, ...] = ()
    growth: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in a file, by the position of its columns.

    Attributes:
        columns: Column of the raw table -> positions; the first with a value counts.
        packed: Map column of the raw table -> (key, position): a column per key in the file.
        extra: Vendor columns: (name, position).
        constants: Column of the raw table -> the value it has on every record.
    """

    columns: Mapping[str, tuple[int, ...]]
    packed: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    extra: tuple[tuple[str, int], ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text as the raw tables take it.

    Attributes:
        found: Its format.
        names: Its column names, as delivered.
        place: Where its columns are.
        file: Number of the file it is in.
        before: Records of the same file in texts before it.
        tidy: As `Kind.tidy`.
    """

    found: Format
    names: tuple[str, ...]
    place: Layout
    file: int
    before: int
    tidy: Callable[[DuckDBPyConnection, int], None] | None = None


class Seen(NamedTuple):
    """What a kind is recognised by.

    Attributes:
        names: Column names, as delivered.
        folded: The same in lower case, without blank ones.
        path: The file.
    """

    names: tuple[str, ...]
    folded: frozenset[str]
    path: Path

    @classmethod
    def of(cls, names: Sequence[str], path: Path) -> Seen:
        """A header as kinds look at it."""
        return cls(tuple(names), frozenset(name.lower() for name in names if name), path)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of export. Its raw table has `columns` as text, `Extra`, `file` and `record`.

    Attributes:
        source: What units are filed under.
        raw: Name of its raw table; kinds may share one, with the same columns and mapping.
        columns: Columns of the raw table.
        money: As `Format.money`.
        times: As `Format.times`.
        mapping: The `.sql` files that fill `staged` (and `dropped`) from the raw table, in order. The
            macro `money(text)`, the table `tags` and the macros of macros.sql are there.
        detect: The name of what is seen, or nothing if it is something else.
        layout: Where the columns are in a header.
        tags: Expressions over the raw table whose texts `tags` shall hold, read.
        currency: As `Format.currency`.
        tidy: Run over the records of one file in the raw table, by its number, before its amounts and
            times are checked: what a kind writes in a way of its own becomes an amount or a time here.
            It may run again over records that it has tidied before. A Parquet file that is divided as it
            is read is not tidied, as nothing in it is odd.
        prepare: Run over the raw table before amounts are settled. The table `deliveries (file, path)`
            says where records came from.
        notes: A statement that gives (file, records, words) of what the user should know.
        nested: Whether STRUCT columns of a Parquet file become columns by their path (`project.id`).
        copies: Whether a text that is the same, byte for byte, as one taken before counts once. Not where the
            kind itself tells copies from deliveries that may be alike.
        records: The records in a JSON document of this kind, each an object; nothing if it is none.
        signs: Texts of which one is near the start of every JSON of this kind; in a folder, JSON without
            any kind's signs is no bill.
        divided: Whether the mapping reads records divided, a batch of files at a time: `<raw>_lines`
            (`line`, an even number, the columns of text, the billing period, `Extra`) once per distinct
            line, and `<raw>_items` (`line`, the times of the charge, `quantities`, `money` as DECIMAL,
            `file`, `record`), and fills `staged_lines` and `staged_items` from them. `tags` are expressions
            over the lines then; `prepare` and `notes` run over the two tables too. A Parquet file in which
            nothing is odd is divided as it is read, without a copy as text.
        quantities: As `Format.quantities`.
        growth: The column names of a file -> `Format.growth`, for a table that only grows and whose lines
            count once however many files hold them.
    """

    source: str
    raw: str
    columns: tuple[str, ...]
    money: tuple[str, ...]
    times: tuple[str, ...]
    mapping: tuple[str, ...]
    detect: Callable[[Seen], str | None]
    layout: Callable[[Sequence[str]], Layout]
    tags: tuple[str, ...] = ()
    currency: str | None = None
    tidy: Callable[[DuckDBPyConnection, int], None] | None = None
    judge: Callable[[DuckDBPyConnection], Iterable[tuple[int, str]]] | None = None
    prepare: Callable[[DuckDBPyConnection], None] | None = None
    nested: bool = False
    copies: bool = True
    notes: str | None = None
    records: Callable[[Any], Iterable[Mapping[str, Any]] | None] | None = None
    signs: tuple[bytes, ...] = ()
    divided: bool = False
    quantities: tuple[str, ...] = ()
    growth: Callable[[Sequence[str]], str] | None = None

    def format(self, name: str, names: Sequence[str] = ()) -> Format:
        """The format of a file of this kind, by its name and the names of its columns."""
        return Format(
            *(name, self.source, self.raw, self.columns, self.money, self.times),
            self.currency,
            self.quantities,
            self.growth(names) if self.growth is not None else "",
        )


def refuse_twins(names: Iterable[str]) -> None:
    """Two columns of one name leave open which one holds the money.

    Raises:
        HeaderError: there are such columns.
    """
    seen: set[str] = set()
    for name in names:
        if name and name.lower() in seen:
            raise HeaderError(f"two columns named {shown(name)}")
        seen.add(name.lower())
