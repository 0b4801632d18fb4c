"""The SQL of a figure in the words of other engines, by way of sqlglot's tree of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

DIALECTS: Final[dict[str, str]] = {
    "athena": "Amazon Athena; Tags a map",
    "trino": "Trino; Tags a map",
    "spark": "Spark SQL and Databricks; Tags a map",
    "bigquery": "BigQuery; Tags JSON, or a text that is JSON",
    "datafusion": "Apache DataFusion; Tags a map",
    "snowflake": "Snowflake; names without quotes, Tags a VARIANT or OBJECT",
}
"""Engines that a statement can be written for, and what its table is taken to be like."""

_WRITERS: Final = {"datafusion": "duckdb"}
"""Engines that sqlglot does not know, and whose words are theirs but for what `_OWN` changes."""

_SAFE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def translated(sql: str, dialect: str) -> str:
    """A statement over a table of FOCUS columns in another dialect.

    Args:
        sql: In DuckDB's dialect, without parameters.
        dialect: One of `DIALECTS`.

    Raises:
        KeyError: no such dialect.
        ValueError: the statement cannot be written in it.
    """
    import sqlglot
    from sqlglot import errors

    if dialect not in DIALECTS:
        raise KeyError(dialect)
    try:
        tree = sqlglot.parse_one(sql, read="duckdb").transform(_common)
        for change in _OWN.get(dialect, ()):
            tree = tree.transform(change)
        text: str = tree.sql(
            dialect=_WRITERS.get(dialect, dialect),
            pretty=True,
            max_text_width=100,
            unsupported_level=errors.ErrorLevel.RAISE,
        )
    except errors.SqlglotError as error:
        raise ValueError(f"cannot be written for {dialect}: {error}") from error
    return text


def _common(node: Any) -> Any:
    """What engines have different functions for, by those that all of them have."""
    from sqlglot import exp

    if isinstance(node, exp.Contains):
        return exp.GT(
            this=exp.StrPosition(this=node.this, substr=node.expression), expression=exp.Literal.number(0)
        )
    return node


def _tag_key(node: Any) -> Any:
    """The key in `Tags['key']`, or None."""
    from sqlglot import exp

    if isinstance(node, exp.Bracket) and isinstance(node.this, exp.Column) and node.this.name == "Tags":
        return node.expressions[0]
    return None


def _count_of_tags(node: Any) -> bool:
    """Whether it is `cardinality(Tags)`."""
    from sqlglot import exp

    return isinstance(node, exp.Anonymous) and str(node.this).lower() == "cardinality"


def _datafusion(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.RegexpLike):
        return exp.Anonymous(this="REGEXP_LIKE", expressions=[node.this, node.expression])
    if isinstance(node, exp.TimeToStr):
        return exp.Anonymous(this="TO_CHAR", expressions=[node.this, node.args["format"]])
    if isinstance(node, exp.StrPosition):
        return exp.Anonymous(this="STRPOS", expressions=[node.this, node.args["substr"]])
    return node


def _trino(node: Any) -> Any:
    from sqlglot import exp

    key = _tag_key(node)  # a key that is missing would be an error there
    return node if key is None else exp.Anonymous(this="ELEMENT_AT", expressions=[node.this, key])


def _bigquery(node: Any) -> Any:
    from sqlglot import exp

    key = _tag_key(node)
    if key is not None:
        name = str(key.this).replace("\\", "\\\\").replace('"', '\\"')
        return exp.Anonymous(this="JSON_VALUE", expressions=[node.this, exp.Literal.string(f'$."{name}"')])
    if _count_of_tags(node):
        keys = exp.Anonymous(this="JSON_KEYS", expressions=[*node.expressions, exp.Literal.number(1)])
        return exp.Anonymous(this="ARRAY_LENGTH", expressions=[keys])
    if isinstance(node, exp.TimeToStr):  # takes no timestamp
        node.set("this", exp.Cast(this=node.this, to=exp.DataType.build("date")))
        return node
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.DECIMAL:
        return exp.DataType(this=exp.DataType.Type.BIGDECIMAL)
    if isinstance(node, exp.Escape):
        return node.this  # a backslash escapes there anyway
    return node


def _snowflake(node: Any) -> Any:
    from sqlglot import exp

    key = _tag_key(node)
    if key is not None:
        got = exp.Anonymous(this="GET", expressions=[exp.column("Tags"), key])
        return exp.Cast(this=got, to=exp.DataType.build("varchar"))
    if _count_of_tags(node):
        keys = exp.Anonymous(this="OBJECT_KEYS", expressions=[exp.column("Tags")])
        return exp.Anonymous(this="ARRAY_SIZE", expressions=[keys])
    if isinstance(node, exp.RegexpLike):  # it would have to match the whole text there
        found = exp.Anonymous(this="REGEXP_INSTR", expressions=[node.this, node.expression])
        return exp.GT(this=found, expression=exp.Literal.number(0))
    return node


def _unquoted(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Identifier) and _SAFE.fullmatch(node.this):
        node.set("quoted", False)  # noqa: FBT003 - sqlglot takes it by position
    return node


_OWN: Final[dict[str, tuple[Callable[[Any], Any], ...]]] = {
    "athena": (_trino,),
    "trino": (_trino,),
    "bigquery": (_bigquery,),
    "datafusion": (_datafusion,),
    "snowflake": (_snowflake, _unquoted),
}
