"""The csv texts in a file: one, or each csv of a zip; read again from the start as often as needed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from finops_tui.sources import containers
from finops_tui.sources.headers import START
from finops_tui.sources.model import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """One csv text.

    Attributes:
        chunks: Its unpacked bytes, from the start at each call.
        path: Where DuckDB reads it, under a name without characters that mean something to it.
        compression: `none` or `gzip`, for DuckDB.
    """

    chunks: Callable[[], Iterator[bytes]]
    path: Path
    compression: str

    def start(self) -> bytes:
        """Enough of the beginning to hold the header."""
        start = b""
        for chunk in self.chunks():
            start += chunk
            if len(start) >= START:
                break
        return start[:START]


def linked(path: Path, folder: Path) -> Path:
    """A private name for a file: `a[1]*.csv` is a pattern to DuckDB, and might name another file."""
    link = folder / f"bill-{len(list(folder.iterdir()))}"
    link.symlink_to(path.resolve())
    return link


def parts(path: Path, file: BinaryIO, kind: str, folder: Path) -> Iterator[Part]:
    """The csv texts in a file.

    Args:
        path: The file, for messages.
        file: The open file.
        kind: What its first bytes say: `gzip`, `zip` or `text`.
        folder: Private scratch folder.

    Raises:
        SourceError: the file is a zip by another name, or damaged.
    """

    def rewound(read: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
        file.seek(0)
        return read()

    if kind == "gzip":
        yield Part(lambda: rewound(lambda: containers.gunzip(path, file)), linked(path, folder), "gzip")
    elif kind == "zip":
        if path.suffix.lower() != ".zip":
            raise SourceError(path, "a zip archive, but not named .zip")
        yield from _members(path, file, folder)
    else:
        yield Part(lambda: rewound(lambda: containers.plain(file)), linked(path, folder), "none")


def _members(path: Path, file: BinaryIO, folder: Path) -> Iterator[Part]:
    archive, found = containers.members(path, file)
    with archive:
        for number, info in enumerate(found):
            target = folder / f"member-{number}"
            _unpack(containers.unzip(path, archive, info), target)

            def chunks(target: Path = target) -> Iterator[bytes]:
                with containers.regular(target) as member:
                    yield from containers.plain(member)

            yield Part(chunks, target, "none")
            target.unlink()


def _unpack(chunks: Iterable[bytes], target: Path) -> None:
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(number, "wb") as out:  # noqa: PTH123  (a descriptor, not a path)
        out.writelines(chunks)
