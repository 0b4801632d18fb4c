"""Records divided: what lines say, once per distinct line, and beside it what differs from charge to charge.

A bill says the same of a resource day after day; only times, quantities and money change. Mapping,
sorting and storing what is said once per line instead of once per record is most of what makes a load
quick. Lines are told apart by 128 bits: two hashes of everything they say, one of them over MD5, so that
neither chance nor an artful bill makes two lines one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.sources import reading, surveying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Kind
    from finops_tui.sources.surveying import Survey

_KEYED_SQL: Final = """
CREATE OR REPLACE TEMP TABLE keyed AS
SELECT hash({plain}) AS h1, hash({digests}) AS h2, {place} AS place, {items}
FROM {relation}"""

_FRESH_SQL: Final = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT h1 AS fresh_h1, h2 AS fresh_h2, min(place) AS fresh_place,
    CAST({next} + 2 * row_number() OVER () AS BIGINT) AS fresh_line
FROM keyed ANTI JOIN {keys} USING (h1, h2) GROUP BY h1, h2"""

_KEYS_SQL: Final = "INSERT INTO {keys} SELECT fresh_h1, fresh_h2, fresh_line FROM fresh"

_LINES_SQL: Final = """
INSERT INTO {lines} BY NAME
SELECT fresh_line AS line, {texts} FROM {relation} JOIN fresh ON {place} = fresh_place"""

_ITEMS_SQL: Final = """
INSERT INTO {items} BY NAME
SELECT n.line, k.* EXCLUDE (h1, h2, place) FROM keyed k JOIN {keys} n USING (h1, h2)"""


@dataclass(frozen=True, slots=True)
class Source:
    """Records to divide.

    Attributes:
        relation: They, as a FROM clause.
        place: Expression that tells one record from all others of the relation.
        said: What lines consist of, as expressions: columns of text, nested ones as JSON, and all others.
        texts: Column of the lines to expression.
        items: Column of the items to expression.
        keyed: Values bound by `relation`, `place`, `said` and `items`.
        read: Values bound by `relation`, `place` and `texts`.
    """

    relation: str
    place: str
    said: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    texts: Mapping[str, str]
    items: Mapping[str, str]
    keyed: Mapping[str, object]
    read: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Target:
    """The tables that records are divided into; `keys` has the hashes of `lines`."""

    lines: str
    items: str
    keys: str


def divide(connection: DuckDBPyConnection, source: Source, target: Target, last: int) -> tuple[int, int]:
    """Add records to lines and items.

    Args:
        connection: With the tables of the target.
        source: The records.
        target: Where they go.
        last: The highest number of a line so far; new ones are even and above it.

    Returns:
        The number of records, and the highest number of a line now.

    Raises:
        duckdb.Error: the records cannot be read.
    """
    texts, nested, others = source.said
    # No JSON of a nested value begins with the sign for none, so that several are one text without a doubt.
    whole = " || ".join(f"coalesce({text}, '-')" for text in nested) or "'-'"
    connection.execute(
        _KEYED_SQL.format(
            plain=", ".join(("0", *texts, *nested, *others)),
            digests=", ".join(("1", *(f"md5_number({text})" for text in (*texts, whole)), *others)),
            place=source.place,
            items=_named(source.items),
            relation=source.relation,
        ),
        source.keyed or None,
    )
    connection.execute(_FRESH_SQL.format(next=last, keys=target.keys))
    connection.execute(_KEYS_SQL.format(keys=target.keys))
    connection.execute(
        _LINES_SQL.format(
            lines=target.lines, place=source.place, texts=_named(source.texts), relation=source.relation
        ),
        source.read or None,
    )
    count = connection.execute(_ITEMS_SQL.format(items=target.items, keys=target.keys)).fetchone()
    highest = connection.execute("SELECT max(fresh_line) FROM fresh").fetchone()
    connection.execute("DROP TABLE keyed")
    return (count[0] if count else 0), max(last, (highest[0] if highest else None) or last)


def _named(columns: Mapping[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())


def target(kind: Kind) -> Target:
    """The tables of a kind whose mapping reads records divided."""
    return Target(f"{kind.raw}_lines", f"{kind.raw}_items", f"{kind.raw}_keys")


def create(connection: DuckDBPyConnection, kind: Kind, scale: int) -> None:
    """Empty tables for a kind's lines and items."""
    into = target(kind)
    start, end, *times = kind.times
    parts = _differing(kind)
    texts = [f'"{name}" VARCHAR' for name in kind.columns if name not in {start, end, *parts}]
    lines = [*texts, f'"{start}" TIMESTAMP', f'"{end}" TIMESTAMP', "Extra MAP(VARCHAR, VARCHAR)"]
    items = [
        *(f'"{name}" TIMESTAMP' for name in times),
        *(f'"{name}" DOUBLE' for name in kind.quantities),
        *(f'"{name}" DECIMAL(38, {scale})' for name in kind.money),
    ]
    for name, columns in (
        (into.lines, ["line BIGINT", *lines]),
        (into.items, ["line BIGINT", *items, "file INTEGER", "record BIGINT"]),
        (into.keys, ["h1 UBIGINT", "h2 UBIGINT", "line BIGINT"]),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({', '.join(columns)})")


def drop(connection: DuckDBPyConnection, kind: Kind) -> None:
    """Forget a kind's lines and items."""
    into = target(kind)
    for name in (into.lines, into.items, into.keys):
        connection.execute(f"DROP TABLE {name}")


def _differing(kind: Kind) -> tuple[str, ...]:
    """The columns of items."""
    return (*kind.times[2:], *kind.quantities, *kind.money)


def of_table(kind: Kind, files: Sequence[int], scale: int) -> Source:
    """Records of some files in a kind's raw table of text."""
    start, end, charge, *_ = kind.times
    texts = tuple(f'"{name}"' for name in kind.columns if name not in {start, end, *_differing(kind)})
    period = f'period_start("{start}", "{charge}")'
    lines = {name.strip('"'): name for name in texts}
    lines |= {start: period, end: f'CAST("{end}" AS TIMESTAMP)', "Extra": "Extra"}
    items = {name: f'CAST("{name}" AS TIMESTAMP)' for name in kind.times[2:]}
    items |= {name: f'TRY_CAST("{name}" AS DOUBLE)' for name in kind.quantities}
    items |= {name: f'CAST("{name}" AS DECIMAL(38, {scale}))' for name in kind.money}
    items |= {"file": "file", "record": "record"}
    values = {"files": list(files)}
    return Source(
        f"(SELECT rowid AS place, * FROM {kind.raw} WHERE list_contains($files, file))",  # noqa: S608  (fixed names)
        "place",
        (texts, ("CAST(to_json(Extra) AS VARCHAR)",), (period, f'"{end}"')),
        lines,
        items,
        values,
        values,
    )


def of_survey(kind: Kind, survey: Survey, number: int, scale: int) -> Source:
    """Records of a Parquet file that can be taken as it is."""
    scan, bill = survey.scan, survey.bill
    start, end, *_ = kind.times
    apart = _differing(kind)
    read = dict(scan.values)
    texts = reading.texts(scan, bill, read)
    lines = {name: text for name, text in texts.items() if name not in apart}
    period = surveying.period(scan, bill)
    lines |= {start: period, end: surveying.moment(scan, bill, end)}
    items = {name: surveying.moment(scan, bill, name) for name in kind.times[2:]}
    items |= {name: _quantity(survey, name) for name in kind.quantities}
    items |= {name: surveying.amount(scan, bill, name, scale) for name in kind.money if name in survey.filled}
    items |= {"file": "$file", "record": scan.record}
    return Source(
        scan.sql,
        scan.record,
        _said(survey, {start, *apart}, period),
        lines,
        items,
        {**scan.values, "file": number},
        read,
    )


def _quantity(survey: Survey, name: str) -> str:
    at = survey.bill.place.columns.get(name, ())
    return f"TRY_CAST({survey.scan.plain[at[0]]} AS DOUBLE)" if at else "CAST(NULL AS DOUBLE)"


def _said(
    survey: Survey, apart: set[str], period: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What lines consist of: texts as they are, nested values as JSON, all others by their value."""
    place, scan = survey.bill.place, survey.scan
    used = {at for name, positions in place.columns.items() if name not in apart for at in positions}
    used |= {at for keys in (*place.packed.values(), place.extra) for _, at in keys}
    nested = {
        at for at in used if scan.kinds[at].endswith((")", "]")) and "DECIMAL" not in scan.kinds[at][:7]
    }
    texts = {at for at in used - nested if scan.kinds[at] == "VARCHAR"}
    return (
        tuple(scan.columns[at] for at in sorted(texts)),
        tuple(scan.columns[at] for at in sorted(nested)),
        (period, *(scan.plain[at] for at in sorted(used - nested - texts))),
    )
