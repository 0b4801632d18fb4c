"""The mirror: what counts of a bucket, on this disk in the bucket's own layout; it may be deleted at any time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources.s3_access import Access, PlaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from finops_tui.sources.s3_place import Place, Remote

FOLDER: Final = "s3"
INDEX: Final = "index.json"

_LOCK: Final = "LOCK"
_PARTS: Final = "parts"
_VERSION: Final = 1
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


class Mirror:
    """What is held of one bucket.

    Attributes:
        files: Folder with the objects, each where its key says.
    """

    def __init__(self, root: Path, place: Place) -> None:
        self._root = root
        self._place = place
        self.files = root / place.bucket
        self._parts = root / _PARTS / _digest(place.prefix)
        self._objects = _read(root / INDEX)

    def holds(self, one: Remote) -> bool:
        """Whether an object is here as it is listed: its size and its ETag, and the file is whole."""
        known = self._objects.get(one.name)
        if known != _known(one):
            return False
        try:
            status = (self.files / one.name).lstat()
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_size == one.size

    def put(self, fetched: Iterable[tuple[Remote, Path]]) -> None:
        """Move downloads, which are whole, to where they belong, with the times of the originals.

        What is about to be replaced is forgotten first: the index never says of a file what it was.
        """
        fetched = list(fetched)
        for one, _ in fetched:
            self._objects.pop(one.name, None)
        self._write()
        for one, path in fetched:
            target = self.files / one.name
            self._make_room(target)
            os.utime(path, (one.modified, one.modified))
            path.replace(target)
            self._objects[one.name] = _known(one)
        self._write()

    def prune(self, wanted: Iterable[Remote]) -> None:
        """Remove what lies in the place and is not wanted."""
        names = {one.name for one in wanted}
        top = self.files / self._place.folder
        if top.is_dir():
            for folder, _, files in os.walk(top, topdown=False):
                for file in files:
                    path = Path(folder, file)
                    if path.relative_to(self.files).as_posix() not in names:
                        path.unlink()
                with suppress(OSError):  # not empty
                    os.rmdir(folder)  # noqa: PTH106
        self._objects = {
            name: known for name, known in self._objects.items() if (self.files / name).is_file()
        }
        shutil.rmtree(self._parts, ignore_errors=True)
        self._write()

    def workbench(self) -> Path:
        """Folder of downloads that are not whole yet, for this place alone."""
        for folder in (self._root / _PARTS, self._parts):
            _make(folder)
        return self._parts

    @contextmanager
    def shadow(self) -> Iterator[Path]:
        """An empty folder for the length of a `with` block."""
        with tempfile.TemporaryDirectory(prefix="shadow-", dir=self._root) as folder:
            yield Path(folder)

    def _make_room(self, target: Path) -> None:
        """Make the folders of a file; what was a file and is a folder now, or the reverse, goes."""
        folder = self.files
        _make(folder)
        for part in target.relative_to(self.files).parts[:-1]:
            folder /= part
            if not folder.is_dir() or folder.is_symlink():
                folder.unlink(missing_ok=True)
                self._objects.pop(folder.relative_to(self.files).as_posix(), None)
            _make(folder)
        if target.is_dir():
            shutil.rmtree(target)

    def _write(self) -> None:
        """Replace the index in one step."""
        content = {
            "version": _VERSION,
            "objects": self._objects,
        }
        fresh = self._root / f"{INDEX}.new"
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        fresh.replace(self._root / INDEX)


@contextmanager
def opened(cache: Path, place: Place, access: Access) -> Iterator[Mirror]:
    """The mirror of a bucket; one at a time fills it.

    Args:
        cache: The user's cache folder.
        place: What is mirrored.
        access: Says at which endpoint; another endpoint is another bucket.

    Raises:
        PlaceError: another download into it is running, or it is somebody else's.
        OSError: it cannot be made.
    """
    root = cache / FOLDER / _digest(f"{access.endpoint_url or ''}\0{place.bucket}")
    for folder in (
        *reversed([one for one in cache.parents if not one.exists()]),
        cache,
        cache / FOLDER,
        root,
    ):
        _make(folder)
    if root.stat().st_uid != os.geteuid():
        raise PlaceError(f"{root} belongs to another user")
    handle = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlaceError(f"{place.url}: another download from this bucket is running") from None
        for left in root.glob("shadow-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield Mirror(root, place)
    finally:
        os.close(handle)


def _known(one: Remote) -> list[Any]:
    return [one.etag, one.size, one.modified] if not one.etag else [one.etag, one.size]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _make(folder: Path) -> None:
    with suppress(FileExistsError):
        os.mkdir(folder, _PRIVATE_FOLDER)  # noqa: PTH102  (with its mode)


def _read(path: Path) -> dict[str, list[Any]]:
    """The index; a damaged one is none, and everything is fetched again."""
    try:
        content = json.loads(path.read_bytes())
        if content["version"] == _VERSION:
            return dict(content["objects"])
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return {}
