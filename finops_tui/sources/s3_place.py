"""A place in S3, an object in it, and what an object is called on the disk; keys are data and are never trusted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceError

SCHEME: Final = "s3://"

_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_LONGEST: Final = 200
"""Bytes of a name; the file systems people have allow 255."""

_KEPT: Final = 80
_EMPTY: Final = "%"
"""How a blank name is written; a `%` of the key itself is `%25`."""

_UNWANTED: Final = frozenset("%\\")


@dataclass(frozen=True, slots=True)
class Place:
    """Part of a bucket.

    Attributes:
        bucket: Its name.
        prefix: What keys in it begin with, without a slash at the end; '' is all of it.
    """

    bucket: str
    prefix: str

    @property
    def folder(self) -> str:
        """Where it lies below the mirror's folder; '' is all of it."""
        return "/".join(map(_part, self.prefix.split("/"))) if self.prefix else ""

    @property
    def url(self) -> str:
        """As people write it, safe to show."""
        return shown(f"{SCHEME}{self.bucket}/{self.prefix.rstrip('/')}", 400)

    def shown(self, key: str) -> str:
        """An object of the bucket as a message may show it."""
        return shown(f"{SCHEME}{self.bucket}/{key}", 400)


@dataclass(frozen=True, slots=True)
class Remote:
    """An object as listed.

    Attributes:
        key: Its key; data of others.
        name: Where it lies below the mirror's folder.
        size: Bytes.
        etag: Changes with its content.
        modified: When it was written, in seconds.
        archived: Whether it must be restored before it can be read.
    """

    key: str
    name: str
    size: int
    etag: str
    modified: float
    archived: bool = False


def parse(url: str) -> Place:
    """Read `s3://bucket/prefix`.

    Raises:
        PlaceError: it is not written so.
    """
    if not url.lower().startswith(SCHEME):
        raise PlaceError(f"{shown(url)} is no S3 URL; write s3://bucket/prefix")
    bucket, _, prefix = url[len(SCHEME) :].partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise PlaceError(f"{shown(url)}: {shown(bucket)!r} is no name of a bucket; write s3://bucket/prefix")
    if "?" in prefix or "#" in prefix:
        raise PlaceError(f"{shown(url)}: a key with ? or # in it cannot be named; name the folder above it")
    return Place(bucket, prefix.rstrip("/"))


def local_name(key: str) -> str | None:
    """Where an object lies below the mirror's folder, in the layout of the bucket.

    Letters, digits and the usual signs stay; everything else is written as `%` and two digits for each byte, so
    that no two keys share a name. Nothing can lead out of the folder: no part is `..`, blank or absolute.

    Returns:
        The relative path; None for what is no file: folders, and hidden names, as in a folder on the disk.
    """
    parts = key.split("/")
    if not parts[-1] or any(part.startswith(".") for part in parts):
        return None
    return "/".join(map(_part, parts))


def _part(part: str) -> str:
    """One name of a key."""
    if not part:
        return _EMPTY
    name = "".join(map(_written, part))
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name.encode("utf-8")) <= _LONGEST:
        return name
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    start = name.encode("ascii", "ignore")[:_KEPT].decode()
    return f"{start}%-{digest}{_ending(name)}"


def _ending(name: str) -> str:
    found = re.search(r"(?:\.[A-Za-z0-9]{1,10}){1,2}$", name)
    return found[0] if found else ""


def _written(character: str) -> str:
    if character in _UNWANTED or not character.isprintable():
        return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    return character
