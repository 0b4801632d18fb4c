"""What engines spell differently: quotes, a key of a map, a text within a text, whole numbers, a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    """A literal in which a backslash has a meaning."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + quoted.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"


def _both(text: str) -> str:
    """Snowflake: a quote is doubled, and a backslash has a meaning, too."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Words:
    """How an engine spells what engines spell differently; `{0}` is a column, `{1}` a literal.

    Attributes:
        quote: The sign round names.
        literal: A text as a literal.
        tag: The value of a key of a map.
        within: Whether a text contains another, both in lower case.
        keys: A table of the keys of a column of maps; `{0}` the table, `{1}` the column.
        whole: The type of whole numbers of 38 digits.
        text: The type of text.
        hashed: Columns, with commas between, as a number that differs once they do; '' has none.
        hashable: A map as something that can be among these columns.
    """

    quote: str
    literal: Callable[[str], str]
    tag: str
    within: str
    keys: str
    whole: str = "decimal(38, 0)"
    text: str = "varchar"
    hashed: str = ""
    hashable: str = "{0}"


WORDS: Final[dict[str, Words]] = {
    "duckdb": Words(
        '"',
        _doubled,
        "{0}[{1}]",
        "contains({0}, {1})",
        "(select unnest(map_keys({1})) as k from {0})",
        hashed="cast(hash({0}) as decimal(38, 0))",
    ),
    "spark": Words(
        "`",
        _escaped,
        "try_element_at({0}, {1})",
        "instr({0}, {1}) > 0",
        "(select explode(map_keys({1})) as k from {0})",
        text="string",
        hashed="cast(xxhash64({0}) as decimal(38, 0))",
        hashable="map_entries({0})",
    ),
    "trino": Words(
        '"',
        _doubled,
        "element_at({0}, {1})",
        "strpos({0}, {1}) > 0",
        "(select u.k from {0} cross join unnest(map_keys({1})) as u (k))",
    ),
    "snowflake": Words(
        '"',
        _both,
        "get({0}, {1})::varchar",
        "contains({0}, {1})",
        "(select f.key as k from {0}, lateral flatten(input => {1}) f)",
        hashed="hash({0})",
    ),
    "bigquery": Words(
        "`",
        _escaped,
        "(select max(t.value) from unnest({0}) t where t.key = {1})",
        "strpos({0}, {1}) > 0",
        "(select t.key as k from {0}, unnest({1}) t)",
        whole="numeric",
        text="string",
    ),
}
