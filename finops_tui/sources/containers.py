"""Bytes of a bill on disk: regular files only, gzip and zip unpacked with every check the format has."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

from finops_tui.sources.model import SourceError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK: Final = 1 << 20
"""Bytes read, or unpacked, at a time."""

BOMB_BYTES: Final = 64 << 20
BOMB_RATIO: Final = 200
"""Packed data that unpacks to more than `BOMB_BYTES` and more than `BOMB_RATIO` times its size is refused."""


@contextmanager
def regular(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file; never wait on a pipe or a device.

    Raises:
        SourceError: there is no such file, it cannot be read, or it is not a regular file.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SourceError(path, (error.strerror or "cannot be opened").lower()) from error
    with open(number, "rb") as file:  # noqa: PTH123  (a descriptor, not a path)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise SourceError(path, "not a regular file")
        yield file


def kind(head: bytes) -> str:
    """What the first bytes of a file say it is: `gzip`, `zip`, `parquet`, `encrypted` or `text`."""
    for magic, name in (
        (b"\x1f\x8b", "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"PAR1", "parquet"),
    ):
        if head.startswith(magic):
            return name
    return "encrypted" if head.startswith(b"PARE") else "text"


def plain(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file that is not packed, chunk by chunk."""
    while chunk := file.read(CHUNK):
        yield chunk


def gunzip(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """Unpack gzip data of one or more members, chunk by chunk.

    zlib compares the checksum and the length of each member; what follows the last one is looked at
    here, because readers differ in what they do about it.

    Raises:
        SourceError: the data is damaged, cut off, followed by other bytes, or expands too much.
    """
    member = zlib.decompressobj(31)
    packed = unpacked = 0
    started = False
    data = b""
    while True:
        if not data:
            data = file.read(CHUNK)
            packed += len(data)
        if not data:
            break
        if member.eof:
            _next_member(path, data)
            member = zlib.decompressobj(31)
        started = True
        try:
            chunk = member.decompress(data, CHUNK)
        except zlib.error as error:
            raise SourceError(path, "the gzip data is damaged") from error
        data = member.unused_data if member.eof else member.unconsumed_tail
        unpacked += len(chunk)
        _check_ratio(path, packed, unpacked)
        if chunk:
            yield chunk
    if started and not member.eof:
        raise SourceError(path, "the gzip data ends early: the file is cut off")


def _next_member(path: Path, data: bytes) -> None:
    if data.startswith(b"\x1f\x8b"):
        return
    what = "zero bytes" if not data.strip(b"\0") else "bytes"
    raise SourceError(path, f"{what} after the end of the gzip data")


def _check_ratio(path: Path, packed: int, unpacked: int) -> None:
    if unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * max(packed, 1):
        raise SourceError(path, f"expands too much: more than {BOMB_RATIO} times its size")


def members(path: Path, file: BinaryIO) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The csv files in a zip, in their order, and the open archive.

    Raises:
        SourceError: the archive is damaged or encrypted, or holds no csv file.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise SourceError(path, "the zip archive is damaged") from error
    found = [
        info
        for info in archive.infolist()
        if info.filename.lower().endswith(".csv") and not info.filename.startswith("__MACOSX/")
    ]
    if not found:
        raise SourceError(path, "the zip archive holds no csv file")
    if any(info.flag_bits & 1 for info in found):
        raise SourceError(path, "the zip archive is encrypted")
    return archive, found


def unzip(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack one file of a zip, chunk by chunk; zipfile compares its checksum.

    Raises:
        SourceError: the data is damaged or expands too much.
    """
    unpacked = 0
    try:
        with archive.open(info) as file:
            while chunk := file.read(CHUNK):
                unpacked += len(chunk)
                _check_ratio(path, info.compress_size, unpacked)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(path, f"{shown(info.filename)} in the zip archive is damaged") from error
