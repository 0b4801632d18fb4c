"""Repeated fields of a Google Cloud export as flattened files write them: labels, tags, credits."""

from __future__ import annotations

import ast
import json
import re
import warnings
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import amounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST: Final = 1 << 20
"""Characters of a list in Python's spelling; a longer one is not read."""

_DISCOUNTS: Final = frozenset((
    "COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "FEE_UTILIZATION_OFFSET",
    "SUSTAINED_USAGE_DISCOUNT", "DISCOUNT", "FREE_TIER", "SUBSCRIPTION_BENEFIT", "RESELLER_MARGIN",
))  # fmt: skip
"""Types of credits that are part of the price."""

_BETWEEN: Final = re.compile(r"\}\s+\{")
"""Where NumPy, when it prints an array, has no comma."""

_DISCOUNT_NAMES: Final = re.compile(r"commit|sustained|discount|free.?tier|reseller", re.IGNORECASE)
"""Names of those credits, in exports from before credits had a type."""


def items(text: str) -> list[Mapping[str, Any]] | None:
    """The structs of a repeated field; nothing if the text is no such field.

    It is JSON, or Python's own spelling of it; a list, the list of a Parquet file by way of its schema
    (`{"list": [{"element": …}]}`), one struct, or an object of keys and values. Numbers stay text.
    """
    value = _json(text)
    if value is None:
        value = _literal(text)
    if isinstance(value, dict) and isinstance(value.get("list"), list):
        value = value["list"]
    if isinstance(value, dict):
        one = {"key", "amount"} & value.keys()
        value = [value] if one else [{"key": key, "value": what} for key, what in value.items()]
    if not isinstance(value, list):
        return None
    structs = [one.get("element", one) if isinstance(one, dict) else one for one in value if one is not None]
    return structs if all(isinstance(one, dict) for one in structs) else None


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _literal(text: str) -> Any:
    """A list as Python prints it, numbers by their own digits."""
    if len(text) > LONGEST or not text.startswith(("[", "{", "array(")):
        return None
    for spelled in (text, _BETWEEN.sub("}, {", text)):
        try:
            with warnings.catch_warnings(action="ignore"):  # of odd escapes: what is read is data, not code
                return _meant(ast.parse(spelled, mode="eval").body, spelled)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _meant(node: ast.expr, text: str) -> Any:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_meant(part, text) for part in parts]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {str(_meant(key, text)): _meant(value, text) for key, value in pairs if key is not None}
        case ast.Constant(value=bool() | str() | None as value):
            return value
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=value)]):
            return str(value)
        case ast.Call(func=ast.Name(id="array"), args=[ast.List() as listed]):
            return _meant(listed, text)
        case ast.Constant() | ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant()):
            return ast.get_source_segment(text, node)
    raise ValueError(type(node).__name__)


def credit_sums(given: Sequence[str | None]) -> tuple[str | None, str | None, str | None, str | None]:
    """What credits amount to: discounts, other credits, types of the discounts, names of the others.

    Amounts are text without an exponent. Credits that cannot be read are given back as they are, in
    place of the discounts: they are no number, and their record is set aside for it.
    """
    text = given[0] or ""
    if isinstance(amounts.amount(text), Decimal):
        return text, None, None, None
    structs = items(text)
    if structs is None:
        return text, None, None, None
    sums = {True: Decimal(0), False: Decimal(0)}
    words: dict[bool, set[str]] = {True: set(), False: set()}
    with localcontext(prec=120):
        for one in structs:
            amount = amounts.amount(str(one.get("amount") or "0"))
            if isinstance(amount, str):
                return text, None, None, None
            kind, name = str(one.get("type") or ""), str(one.get("full_name") or one.get("name") or "")
            price = is_discount(kind, name)
            sums[price] += amount
            words[price].add((kind or name) if price else (name or kind))
    return (
        amounts.plain(sums[True]),
        amounts.plain(sums[False]),
        ", ".join(sorted(words[True])) or None,
        ", ".join(sorted(words[False])) or None,
    )


def is_discount(kind: str, name: str) -> bool:
    """Whether a credit lowers the price of what it is on, and is not money given by itself."""
    if kind and kind != "CREDIT_TYPE_UNSPECIFIED":
        return kind in _DISCOUNTS
    return _DISCOUNT_NAMES.search(name) is not None


def merged_tags(given: Sequence[str | None]) -> tuple[str | None]:
    """Labels, tags, labels of the project and system labels as one JSON object, the first named first.

    A tag's key has its namespace before it, a system label's `goog:`; the label of a resource goes before
    the one of its project. A list that cannot be read is given back in place of the object.
    """
    merged: dict[str, Any] = {}
    for place, text in enumerate(given):
        if text is None:
            continue
        structs = items(text)
        if structs is None:
            return (text,)
        for one in structs:
            key = one.get("key")
            if key is not None:
                merged.setdefault(_key(place, str(key), one.get("namespace")), one.get("value"))
    return (json.dumps(merged, ensure_ascii=False) if merged else None,)


def _key(place: int, key: str, namespace: Any) -> str:
    if place == 1 and namespace:
        return f"{namespace}/{key}"
    return f"goog:{key}" if place == 3 else key
