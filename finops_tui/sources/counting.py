"""Records of a CSV counted by its bytes alone, apart from the database that parses it.

The count is what a load is checked against: loaded plus quarantined must equal it. The same pass
hashes the bytes and refuses what makes them ambiguous: NUL, bytes that are not UTF-8, mixed line
ends, a quote that never closes.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BUT_MARKS: Final = bytes(set(range(256)) - set(b'"\n'))
_SHAPE: Final = bytes(byte if byte in b'"\n' else ord("x") for byte in range(256))
_BLANKS: Final = re.compile(rb"\n{2,}")


class UncountableError(Exception):
    """The bytes do not say where records end; the message says why."""


@dataclass(frozen=True, slots=True)
class Count:
    """What the bytes of a CSV say.

    Attributes:
        records: Records, the header among them; blank lines are none.
        bytes: Length.
        sha256: Hexadecimal digest.
    """

    records: int
    bytes: int
    sha256: str


class Counter:
    """Counts records in chunks of bytes of any length.

    Only quotes and line ends matter to a count, so `bytes.translate` throws the rest away. Two quotes
    in a row are an escaped quote or an empty field: leaving them out changes the parity of nothing.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._text = codecs.getincrementaldecoder("utf-8")()
        self._pending = False
        self._quoted = False
        self._line_open = False
        self._lines: bytes | None = None
        self._held = b""
        self.records = 0
        self.bytes = 0

    def feed(self, chunk: bytes) -> None:
        """Count a chunk.

        Raises:
            UncountableError: it holds a NUL, is not UTF-8, or its line ends are mixed.
        """
        self._digest.update(chunk)
        self.bytes += len(chunk)
        self._check(chunk)
        if self._held:
            chunk, self._held = self._held + chunk, b""
        if chunk.endswith(b"\r"):
            chunk, self._held = chunk[:-1], b"\r"
        if b"\r" in chunk or self._lines != b"\n":
            self._check_line_ends(chunk)
            chunk = chunk.replace(b"\r", b"")
        if not chunk:
            return
        if b"\n\n" in chunk or (chunk.startswith(b"\n") and not self._line_open):
            self._count_with_blanks(chunk)
        else:
            marks = chunk.translate(None, _BUT_MARKS).replace(b'""', b"")
            pieces = marks.split(b'"')
            self.records += sum(map(len, pieces[self._quoted :: 2]))
            self._quoted ^= len(pieces) % 2 == 0
            self._line_open = not chunk.endswith(b"\n") or self._quoted

    def finish(self) -> Count:
        """The count of all chunks.

        Raises:
            UncountableError: a quote is still open, or the last character is cut off.
        """
        if self._pending:
            raise UncountableError("not UTF-8: cut off inside a character")
        if self._quoted:
            raise UncountableError("a quote never closes")
        if self._held:
            raise UncountableError("mixed line ends")
        if self._line_open:
            self.records += 1
            self._line_open = False
        return Count(self.records, self.bytes, self._digest.hexdigest())

    def _check(self, chunk: bytes) -> None:
        if b"\0" in chunk:
            raise UncountableError("a NUL byte")
        if self._pending or not chunk.isascii():
            try:
                self._text.decode(chunk)
            except UnicodeDecodeError as error:
                raise UncountableError("not UTF-8; save it as UTF-8") from error
            self._pending = bool(self._text.getstate()[0])

    def _check_line_ends(self, chunk: bytes) -> None:
        """Line ends between records must all be the same; inside quotes they are text."""
        quoted = self._quoted
        for piece in chunk.split(b'"'):
            if not quoted:
                pairs = piece.count(b"\r\n")
                if piece.count(b"\r") != pairs:
                    raise UncountableError("a carriage return without a line feed, or line ends are bare CR")
                if pairs:
                    self._set_lines(b"\r\n")
                if piece.count(b"\n") != pairs:
                    self._set_lines(b"\n")
            quoted = not quoted

    def _set_lines(self, lines: bytes) -> None:
        if self._lines not in (None, lines):
            raise UncountableError("mixed line ends")
        self._lines = lines

    def _count_with_blanks(self, chunk: bytes) -> None:
        """Count a chunk that may hold blank lines: those are no records."""
        quoted, line_open = self._quoted, self._line_open
        for number, piece in enumerate(chunk.translate(_SHAPE).split(b'"')):
            if number:
                quoted = not quoted
                line_open = True
            if quoted or not piece:
                continue
            ends = piece.count(b"\n")
            blank = sum(len(run.group()) - 1 for run in _BLANKS.finditer(piece))
            blank += piece.startswith(b"\n") and not line_open
            self.records += ends - blank
            line_open = not piece.endswith(b"\n")
        self._quoted, self._line_open = quoted, line_open


def count(chunks: Iterable[bytes]) -> Count:
    """Count the records of a whole CSV, its header among them."""
    counter = Counter()
    for chunk in chunks:
        counter.feed(chunk)
    return counter.finish()


def ordinals(chunks: Iterable[bytes], offsets: Iterable[int]) -> Iterator[int]:
    """For each byte offset, ascending, how many records end before it, the header among them."""
    counter = Counter()
    wanted = iter(sorted(offsets))
    offset = next(wanted, None)
    for chunk in chunks:
        rest = chunk
        while offset is not None and offset <= counter.bytes + len(rest):
            cut = offset - counter.bytes
            counter.feed(rest[:cut])
            rest = rest[cut:]
            yield counter.records
            offset = next(wanted, None)
        if offset is None:
            return
        counter.feed(rest)
