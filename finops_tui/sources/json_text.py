"""JSON bills as CSV: each record flat, every number with the digits it was delivered with.

A JSON file is lines of objects (BigQuery, jq -c) or one document, in which a kind finds its records.
Objects inside a record become columns by their path (`project.id`); lists stay JSON text.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import os
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finops_tui.sources.headers import MOST_COLUMNS, HeaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

DEEPEST: Final = 8
"""Levels of objects inside a record that become columns; deeper ones stay JSON text."""

MAPS: Final = frozenset(
    ("tags", "skupricedetails", "allocatedtags", "allocatedmethoddetails", "contractapplied")
)
"""Columns of FOCUS that are objects, folded: they stay one column."""

MOST_BYTES: Final = 256 << 20
"""A document, or a line, larger than this is refused: it is held in memory whole."""

_BOM: Final = b"\xef\xbb\xbf"


class Flat(NamedTuple):
    """What `flatten` wrote.

    Attributes:
        names: Column names, in the order first met.
        records: Records written.
        sha256: Of the bytes of the JSON.
    """

    names: tuple[str, ...]
    records: int
    sha256: str


class Number(str):
    """A number as delivered."""

    __slots__ = ()


def is_json(start: bytes) -> bool:
    """Whether a text begins as JSON does and a CSV header does not."""
    return start.removeprefix(_BOM).lstrip()[:1] in {b"{", b"["}


def flatten(
    chunks: Callable[[], Iterator[bytes]],
    target: Path,
    find: Callable[[Any], Iterable[Mapping[str, Any]] | None],
) -> Flat:
    """Write the records of a JSON text as CSV.

    Args:
        chunks: The bytes, from the start at each call; they are read twice.
        target: The CSV, which must not be there yet.
        find: The records of a document that is no list of objects; nothing if it knows none.

    Raises:
        HeaderError: it is not JSON, or nothing knows its records.
    """
    digest = hashlib.sha256()
    names: dict[str, None] = {}
    count = 0
    for record in _records(_hashed(chunks(), digest), find, exact=False):
        _name(record, names)
        count += 1
        if len(names) > MOST_COLUMNS:
            raise HeaderError(f"too many columns: more than {MOST_COLUMNS}")
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(number, "w", encoding="utf-8", newline="") as out:  # noqa: PTH123  (a descriptor, not a path)
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for record in _records(chunks(), find):
            flat: dict[str, str] = {}
            _flat(record, flat)
            writer.writerow([flat.get(name, "") for name in names])
    return Flat(tuple(names), count, digest.hexdigest())


def _hashed(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _records(
    chunks: Iterator[bytes],
    find: Callable[[Any], Iterable[Mapping[str, Any]] | None],
    *,
    exact: bool = True,
) -> Iterator[Mapping[str, Any]]:
    """The records of a text; without `exact`, those that are lines may have numbers of fewer digits."""
    lines = _lines(chunks)
    first = next(lines, b"").removeprefix(_BOM)
    whole = _whole(first)
    if whole is None:
        for document in _documents(_all(first, lines)):
            yield from _found(document, find)
        return
    second = next((line for line in lines if line.strip()), None)
    if second is None:
        yield from _found(whole, find)
        return
    if _is_line(whole, find(whole)):
        for number, line in enumerate(itertools.chain((first, second), lines), 1):
            if line.strip():
                yield _object(_parsed(line) if exact else _parsed_loosely(line), number)
        return
    for line in itertools.chain((first, second), lines):  # a document a line: the pages of an API
        if line.strip():
            yield from _found(_parsed(line), find)


def _is_line(document: Any, found: Any) -> bool:
    """Whether a document is one record, as nothing knows records in it, or only itself."""
    return found is None or (isinstance(found, list) and len(found) == 1 and found[0] is document)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        *lines, held = (held + chunk).split(b"\n")
        yield from lines
        if len(held) > MOST_BYTES:
            raise HeaderError(f"a JSON line of more than {MOST_BYTES >> 20} MiB")
    if held:
        yield held


def _all(first: bytes, lines: Iterable[bytes]) -> bytes:
    text = [first]
    size = len(first)
    for line in lines:
        text.append(line)
        size += len(line)
        if size > MOST_BYTES:
            raise HeaderError(
                f"a JSON document of more than {MOST_BYTES >> 20} MiB; deliver it as lines of JSON"
            )
    return b"\n".join(text)


def _whole(line: bytes) -> Any:
    """The value of a line, if it is one by itself."""
    try:
        return _parsed(line)
    except HeaderError:
        return None


def _constant(name: str) -> Any:
    raise ValueError(name)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise HeaderError("not JSON, or damaged JSON") from error


def _parsed_loosely(text: bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise HeaderError("not JSON, or damaged JSON") from error


def _documents(text: bytes) -> Iterator[Any]:
    """The values of a text, one after the other: pages of an API appended to a file."""
    decoder = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_constant)
    try:
        held, at = text.decode().strip(), 0
        while True:
            value, at = decoder.raw_decode(held, at)
            yield value
            if at == len(held):
                return
            while held[at].isspace():
                at += 1
    except (ValueError, RecursionError) as error:
        raise HeaderError("not JSON, or damaged JSON") from error


def _object(value: Any, number: int) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise HeaderError(f"line {number} of the JSON is not an object")


def _found(
    document: Any, find: Callable[[Any], Iterable[Mapping[str, Any]] | None]
) -> Iterable[Mapping[str, Any]]:
    found = find(document)
    if found is not None:
        return found
    if isinstance(document, list):
        return [_object(value, number) for number, value in enumerate(document, 1)]
    if isinstance(document, dict) and not any(isinstance(value, list) for value in document.values()):
        return [document]
    raise HeaderError("JSON, but of no bill that is known here")


def _name(record: Mapping[str, Any], names: dict[str, None], prefix: str = "", depth: int = 0) -> None:
    """Add the names of the columns of a record."""
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict) and value and depth < DEEPEST and not _is_map(name):
            _name(value, names, f"{name}.", depth + 1)
        else:
            names[name] = None


def _flat(record: Mapping[str, Any], flat: dict[str, str], prefix: str = "", depth: int = 0) -> None:
    """Add the fields of a record, by the names of their columns."""
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict) and value and depth < DEEPEST and not _is_map(name):
            _flat(value, flat, f"{name}.", depth + 1)
        else:
            flat[name] = _text(value)


@lru_cache(maxsize=4096)
def _is_map(name: str) -> bool:
    """Whether an object is of keys and values that are data, and no record inside the record."""
    return name.lower().replace("_", "") in MAPS


def _text(value: Any) -> str:
    """A value as a field; text is as it is, lists and the rest are JSON."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("\0", "�")
        case bool():
            return "true" if value else "false"
        case _:
            return dumped(value)


def dumped(value: Any) -> str:
    """JSON text of a value, numbers with the digits they came with."""
    match value:
        case Number():
            return str(value)
        case dict():
            pairs = [f"{encode_basestring(key)}:{dumped(one)}" for key, one in value.items()]
            return f"{{{','.join(pairs)}}}"
        case list():
            return f"[{','.join(map(dumped, value))}]"
        case str():
            return encode_basestring(value)
        case _:
            return json.dumps(value, ensure_ascii=False)
