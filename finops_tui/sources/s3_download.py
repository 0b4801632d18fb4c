"""Objects into files: several ranges at a time, whole or not at all, taken up again where they stopped."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.model import Progress, shown
from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from finops_tui.sources.s3_access import Aws
    from finops_tui.sources.s3_place import Place, Remote

PIECE: Final = 8 << 20
"""Bytes asked for at a time; an object is one or more of these."""

WORKERS: Final = 8
MARGIN: Final = 64 << 20
"""Bytes that stay free on the disk."""

_CHUNK: Final = 1 << 18
_TRIES: Final = 5
_PAUSE: Final = 0.5
_LOOK: Final = 0.2
"""Seconds between two looks at how far it is and whether to stop."""

_CHANGED: Final = frozenset({"PreconditionFailed", "412", "NoSuchKey", "InvalidRange", "416"})
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class ChangedError(Exception):
    """An object is not what was listed any more."""


class Download:
    """A number of objects on their way into a folder."""

    def __init__(self, aws: Aws, client: Any, place: Place, folder: Path) -> None:
        """Prepare.

        Args:
            aws: How AWS is reached.
            client: A client of S3.
            place: Where the objects are.
            folder: For what has arrived so far; it exists, is private, and is kept when a download is stopped.
        """
        self._aws, self._client, self._place, self._folder = aws, client, place, folder
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self._done = 0

    def fetch(
        self,
        objects: Sequence[Remote],
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[tuple[Remote, Path]]:
        """Fetch objects.

        Returns:
            Each with the file that has its content.

        Raises:
            ChangedError: one of them changed meanwhile.
            PlaceCancelledError: `cancelled` said so; what has arrived is kept.
            PlaceError: one cannot be read, or the disk is full.
        """
        self._sweep(objects)
        total = sum(one.size for one in objects)
        self._room(objects)
        try:
            self._run(objects, total, progress, cancelled)
        except OSError as error:
            if error.errno in _FULL:
                self._sweep(())
                raise PlaceError(
                    f"{self._place.url}: the disk is full; nothing of this download was kept"
                ) from None
            raise
        return [(one, self._data(one)) for one in objects]

    def _run(
        self,
        objects: Sequence[Remote],
        total: int,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="s3")
        try:
            pending: dict[Future[None], str] = {}
            for one in objects:
                for number in self._missing(one):
                    pending[pool.submit(self._piece, one, number)] = one.name.rpartition("/")[2]
            while pending:
                ended, _ = wait(pending, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for future in ended:
                    name = pending.pop(future)
                    future.result()
                    if progress is not None:
                        progress(Progress(f"{shown(name)} from S3", min(self._done, total), total, 0))
                if cancelled is not None and cancelled():
                    raise PlaceCancelledError(
                        f"{self._place.url}: stopped; the next load takes up the download where it was"
                    )
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _missing(self, one: Remote) -> list[int]:
        """Pieces of an object that have not arrived; the file is made when there is none."""
        handle = self._open(one)
        try:
            if os.fstat(handle).st_size != one.size:
                self._journal(one).unlink(missing_ok=True)
                os.ftruncate(handle, 0)
                os.ftruncate(handle, one.size)
        finally:
            os.close(handle)
        arrived = self._arrived(one)
        pieces = range(-(-one.size // PIECE))
        with self._counting:
            self._done += sum(_length(one, number) for number in pieces if number in arrived)
        return [number for number in pieces if number not in arrived]

    def _piece(self, one: Remote, number: int) -> None:
        """Fetch a piece, with a few tries where the connection breaks."""
        for attempt in range(1, _TRIES + 1):
            if self._stop.is_set():
                return
            counted = [0]
            try:
                if not self._once(one, number, counted):
                    return
            except _broken() as error:
                with self._counting:
                    self._done -= counted[0]
                if attempt == _TRIES:
                    raise self._aws.problem(error, self._place.shown(one.key)) from None
                self._stop.wait(_PAUSE * 2**attempt)
            else:
                with self._counting, self._journal(one).open("a", encoding="ascii") as journal:
                    journal.write(f"{PIECE}:{number}\n")
                return

    def _once(self, one: Remote, number: int, counted: list[int]) -> bool:
        """Fetch a piece; False when the download was stopped meanwhile."""
        start, length = number * PIECE, _length(one, number)
        body = self._ask(one, start, length)
        handle = self._open(one)
        at = start
        try:
            for chunk in body.iter_chunks(_CHUNK):
                if self._stop.is_set():
                    return False
                if at + len(chunk) > start + length:
                    raise ChangedError(one.key)
                _write(handle, chunk, at)
                at += len(chunk)
                counted[0] += len(chunk)
                with self._counting:
                    self._done += len(chunk)
            if at != start + length:
                raise ChangedError(one.key)
            os.fsync(handle)  # before the journal says that it is there
        finally:
            os.close(handle)
            body.close()
        return True

    def _ask(self, one: Remote, start: int, length: int) -> Any:
        """The body of a piece of the object that was listed, and of no other."""
        arguments: dict[str, Any] = {"Bucket": self._place.bucket, "Key": one.key}
        if one.etag:
            arguments["IfMatch"] = one.etag
        if length < one.size:
            arguments["Range"] = f"bytes={start}-{start + length - 1}"
        if self._aws.access.requester_pays:
            arguments["RequestPayer"] = "requester"
        try:
            answer = self._aws.call(self._place.shown(one.key), self._client.get_object, **arguments)
        except PlaceError as error:
            if error.code in _CHANGED:
                raise ChangedError(one.key) from None
            raise
        if one.etag and answer.get("ETag", one.etag) != one.etag:
            raise ChangedError(one.key)
        where = f"bytes {start}-{start + length - 1}/{one.size}"
        if "Range" in arguments and answer.get("ContentRange") != where:
            raise PlaceError(f"{self._place.url}: this store does not give parts of an object")
        return answer["Body"]

    def _room(self, objects: Sequence[Remote]) -> None:
        """Refuse at once what does not fit."""
        needed = sum(one.size for one in objects) - sum(self._blocks(one) for one in objects)
        free = shutil.disk_usage(self._folder).free
        if needed > free - MARGIN:
            raise PlaceError(
                f"{self._place.url}: {_size(needed)} are to be fetched and {self._folder} has {_size(free)} free;"
                " make room, or set XDG_CACHE_HOME to a larger disk"
            )

    def _blocks(self, one: Remote) -> int:
        try:
            return min(self._data(one).stat().st_blocks * 512, one.size)
        except OSError:
            return 0

    def _sweep(self, objects: Sequence[Remote]) -> None:
        """Remove what has arrived of objects that are not wanted any more."""
        wanted = {path.name for one in objects for path in (self._data(one), self._journal(one))}
        for path in self._folder.iterdir():
            if path.name not in wanted:
                path.unlink()

    def _open(self, one: Remote) -> int:
        return os.open(self._data(one), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def _arrived(self, one: Remote) -> set[int]:
        numbers = set()
        with suppress(OSError, ValueError):
            for line in self._journal(one).read_text(encoding="ascii").splitlines():
                piece, _, number = line.partition(":")
                if int(piece) == PIECE:
                    numbers.add(int(number))
        return numbers

    def _data(self, one: Remote) -> Path:
        return self._folder / f"{self._name(one)}.data"

    def _journal(self, one: Remote) -> Path:
        return self._folder / f"{self._name(one)}.done"

    def _name(self, one: Remote) -> str:
        """A name that no key has a say in, other for every content."""
        said = f"{self._place.bucket}\0{one.key}\0{one.etag}\0{one.size}\0{one.modified}"
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _length(one: Remote, number: int) -> int:
    return min(PIECE, one.size - number * PIECE)


def _write(handle: int, data: bytes, at: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(handle, left, at)
        left, at = left[written:], at + written


def _size(count: int) -> str:
    return f"{max(count, 0) / 1e6:,.1f} MB"


def _broken() -> tuple[type[Exception], ...]:
    """A connection that broke in the middle of an answer."""
    from botocore.exceptions import HTTPClientError, IncompleteReadError, ResponseStreamingError
    from urllib3.exceptions import HTTPError

    return (
        HTTPClientError,
        IncompleteReadError,
        ResponseStreamingError,
        HTTPError,
        ConnectionError,
        TimeoutError,
    )
