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
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finops_tui.sources.headers import MOST_COLUMNS, HeaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

DEEPEST: Final = 8
"""Levels of objects inside a record that become columns; deeper ones stay JSON text."""

MAPS: Final = frozenset(("tags", "skupricedetails", "allocatedtags", "allocatedmethoddetails", "contractapplied"))
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
    for record in _records(_hashed(chunks(), digest), find):
        names.update(dict.fromkeys(record))
        count += 1
        if len(names) > MOST_COLUMNS:
            raise HeaderError(f"too many columns: more than {MOST_COLUMNS}")
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(number, "w", encoding="utf-8", newline="") as out:  # noqa: PTH123  (a descriptor, not a path)
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for record in _records(chunks(), find):
            writer.writerow([record.get(name, "") for name in names])
    return Flat(tuple(names), count, digest.hexdigest())


def _hashed(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _records(
    chunks: Iterator[bytes], find: Callable[[Any], Iterable[Mapping[str, Any]] | None]
) -> Iterator[dict[str, str]]:
    lines = _lines(chunks)
    first = next(lines, b"").removeprefix(_BOM)
    whole = _whole(first)
    if whole is None:
        for document in _documents(_all(first, lines)):
            yield from (_flat(record) for record in _found(document, find))
        return
    second = next((line for line in lines if line.strip()), None)
    if second is None:
        yield from (_flat(record) for record in _found(whole, find))
        return
    if find(whole) is None:
        yield _flat(_object(whole, 1))
        yield _flat(_object(_parsed(second), 2))
        for number, line in enumerate(lines, 3):
            if line.strip():
                yield _flat(_object(_parsed(line), number))
        return
    for line in itertools.chain((first, second), lines):  # a document a line: the pages of an API
        if line.strip():
            yield from (_flat(record) for record in _found(_parsed(line), find))


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


def _flat(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < DEEPEST and not _is_map(name):
            flat |= _flat(value, f"{name}.", depth + 1)
        else:
            flat[name] = _text(value)
    return flat


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
            pairs = (f"{json.dumps(key, ensure_ascii=False)}:{dumped(one)}" for key, one in value.items())
            return f"{{{','.join(pairs)}}}"
        case list():
            return f"[{','.join(map(dumped, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
