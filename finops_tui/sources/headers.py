"""The first line of a CSV, read by us: nothing about a bill is guessed from its first rows."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

START: Final = 1 << 20
"""Bytes in which the header must end."""

MOST_COLUMNS: Final = 4096
"""A bill with more columns than this is something else."""

_BOM: Final = b"\xef\xbb\xbf"
_OTHER_FILES: Final = ((b"Obj\x01", "an Avro file"), (b"ORC", "an ORC file"))
_OTHER_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = (",", ";", "\t", "|")
_CAPITAL: Final = re.compile(r"([A-Z])")
_OTHER: Final = re.compile(r"[^a-z0-9]+")


class HeaderError(Exception):
    """The start of a file is no header; the message says what it looks like."""


class NoBillError(HeaderError):
    """The header of what vendors deliver beside bills; nothing is lost without it."""


@dataclass(frozen=True, slots=True)
class Header:
    """Column names in their order, trimmed, as delivered otherwise, and what separates fields."""

    names: tuple[str, ...]
    delimiter: str


def read_header(start: bytes) -> Header:
    """Read the header from the first bytes of a CSV (up to `START`).

    Raises:
        HeaderError: there is none.
    """
    _check_bytes(start)
    text = start.removeprefix(_BOM).decode("utf-8", "replace").lstrip("﻿")
    if not text.strip():
        raise HeaderError("empty file" if not text else "only blank lines")
    if text.lstrip()[0] == "<":
        raise HeaderError("an XML or HTML page, not a CSV")
    if text.lstrip()[0] in "{[":
        raise HeaderError("JSON, not CSV")
    line = _first_record(text)
    if not line.strip():
        raise HeaderError("no header in the first line")
    header = _split(line)
    if len(header.names) > MOST_COLUMNS:
        raise HeaderError(f"too many columns: {len(header.names)}")
    return header


def _check_bytes(start: bytes) -> None:
    for magic, what in _OTHER_FILES:
        if start.startswith(magic) and b"\0" in start[:4096]:
            raise HeaderError(f"{what}; extract the bill as Parquet, CSV or lines of JSON")
    if start.startswith(_OTHER_BOMS):
        raise HeaderError("UTF-16; save it as UTF-8")
    line = start.split(b"\n", 1)[0]
    try:
        # A character may be cut off at the end of what was read, never inside the first line.
        (line if len(line) < len(start) else line[: START - 4]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise HeaderError("not text, or not UTF-8; save it as UTF-8") from error
    if b"\0" in line:
        raise HeaderError("a NUL byte; not text")


def _first_record(text: str) -> str:
    """The text up to the first line end outside quotes."""
    quoted = False
    for number, piece in enumerate(text.split('"')):
        quoted = number % 2 == 1
        if not quoted and ("\n" in piece or "\r" in piece):
            before = sum(len(earlier) + 1 for earlier in text.split('"')[:number])
            ends = [at for at in (piece.find("\n"), piece.find("\r")) if at >= 0]
            end = before + min(ends)
            if text[end] == "\r" and text[end : end + 2] != "\r\n":
                raise HeaderError("line ends are bare CR; save it with LF or CRLF")
            return text[:end]
    if quoted:
        raise HeaderError("a quote never closes in the header")
    if len(text) >= START:
        raise HeaderError("no header in the first line")
    return text


def _split(line: str) -> Header:
    """Split a header by the delimiter that gives the most names; a tie is no header."""
    found: dict[str, tuple[str, ...]] = {}
    for delimiter in _DELIMITERS:
        try:
            row = next(csv.reader([line], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        found[delimiter] = tuple(_trimmed(name) for name in row)
    if not found:
        raise HeaderError("the header's quotes do not match")
    best = max(len(names) for names in found.values())
    winners = [delimiter for delimiter, names in found.items() if len(names) == best]
    if best > 1 and len(winners) > 1:
        raise HeaderError("what separates the fields of the header is ambiguous")
    return Header(found[winners[0]], winners[0])


def _trimmed(name: str) -> str:
    """A name without blanks, quotes and byte order marks around it."""
    return name.strip().strip('﻿"').strip()


def snake(name: str) -> str:
    """A legacy AWS CUR name (`category/Name`) as Athena and CUR 2.0 write it.

    An underscore goes before every capital, everything is lower case and whatever is neither letter
    nor digit is an underscore: `savingsPlan/SavingsPlanARN` is `savings_plan_savings_plan_a_r_n`.
    """
    return _OTHER.sub("_", _CAPITAL.sub(r"_\1", name).lower()).strip("_")
