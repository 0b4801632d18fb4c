"""Where a store's bills come from: the sources that were loaded, and what was last seen of each file.

The list lies beside the manifest as `SOURCES`. It says what to look at again; what is loaded is the
manifest's to say alone. When the list is lost or damaged, the files of the manifest take its place.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from finops_tui import disk, sharing
from finops_tui.engines.schemes import is_lake
from finops_tui.kept import SOURCES
from finops_tui.manifest import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from finops_tui.manifest import Manifest

FORMAT: Final = 1
REMOTE: Final = ("s3://", "ce://")
"""What URLs begin with: a bucket, and AWS Cost Explorer; those of a lake are in `engines.place`."""

LOADED: Final = "loaded"
REFUSED: Final = "refused"
HELD: Final = "held"
GONE: Final = "gone"
_STATES: Final = frozenset({LOADED, REFUSED, HELD, GONE})


class SourcesError(StoreError):
    """The list of sources is not what a finops-tui wrote."""


@dataclass(frozen=True, slots=True)
class Place:
    """A source as it was named: a file, a folder, a glob, or a part of a bucket.

    Attributes:
        place: Its absolute path or glob, or its URL.
        name: What its bills are kept under; None is by their format.
        options: How it is reached where it is remote: profile, region … never a key.
    """

    place: str
    name: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def remote(self) -> bool:
        """Whether it is not on this machine's disks."""
        return is_remote(self.place)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was when it was last looked at.

    Attributes:
        bytes: Its size.
        mtime: When its content was changed, in nanoseconds.
        ctime: When anything of it was changed, in nanoseconds; nobody can set it back.
        state: `loaded`, `refused`, `held` (its month could not be replaced) or `gone`.
        sha256: Of its content, as the manifest has it, when it was loaded; else ''.
        reason: Why it was not loaded, else ''.
        version: The finops-tui that looked at it: a newer one may read what this one refused.
    """

    bytes: int
    mtime: int
    ctime: int
    state: str = LOADED
    sha256: str = ""
    reason: str = ""
    version: str = ""

    def same(self, other: Seen) -> bool:
        """Whether a file looks as it did."""
        return (self.bytes, self.mtime, self.ctime) == (other.bytes, other.mtime, other.ctime)


@dataclass(frozen=True, slots=True)
class Known:
    """The sources of a store, and the files seen in them by their absolute paths."""

    places: tuple[Place, ...] = ()
    files: Mapping[str, Seen] = field(default_factory=dict)

    def with_places(self, places: Iterable[Place]) -> Self:
        """These places as well; one that is there already takes on the new options."""
        found = {(place.place, place.name): place for place in (*self.places, *places)}
        return replace(self, places=tuple(found.values()))

    def with_files(self, files: Mapping[str, Seen]) -> Self:
        """What is seen of these files now."""
        return replace(self, files={**self.files, **files})

    def without(self, place: str) -> Self:
        """All but a place."""
        return replace(self, places=tuple(known for known in self.places if known.place != place))


def is_remote(source: str) -> bool:
    """Whether a source is a part of a bucket, a question to Cost Explorer, or a table that an engine reads."""
    return source[:5].lower() in REMOTE or is_lake(source)


def absolute(source: str | Path) -> str:
    """A source as it can be found again from any folder."""
    if isinstance(source, str) and is_remote(source):
        return source
    return str(Path(source).expanduser().absolute())


def look(path: Path) -> Seen | None:
    """A file as it is now; None when there is none.

    Raises:
        OSError: it is there, and cannot be looked at.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Seen(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def read(root: Path) -> Known:
    """The sources of a store; none when there is no list.

    Raises:
        SourcesError: the list is damaged.
        StoreError: it cannot be read.
    """
    try:
        data = (root / SOURCES).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Known()
    except OSError as error:
        raise StoreError(f"cannot read the sources of {root}: {error.strerror}") from error
    return parse(data)


def known(root: Path, manifest: Manifest, names: Iterable[str]) -> tuple[Known, str]:
    """The sources of a store, from its manifest where the list is lost or was never there.

    Args:
        root: Folder of the store.
        manifest: Its current generation.
        names: Names that formats give to bills: any other name was given by somebody.

    Returns:
        The sources, and '' or what the user should know of them.

    Raises:
        StoreError: the list is there and cannot be read.
    """
    try:
        found = read(root)
    except SourcesError as error:
        return of_manifest(manifest, names), f"{error}; the files of what is loaded are looked at instead"
    there = bool(found.places) or (root / SOURCES).exists()  # all of them may have been forgotten
    return (found if there else of_manifest(manifest, names)), ""


def kinds() -> list[str]:
    """Names that formats give to bills."""
    from finops_tui.sources.formats import KINDS

    return [kind.source for kind in KINDS]


def of_manifest(manifest: Manifest, names: Iterable[str]) -> Known:
    """The files that a manifest names, each a source."""
    own = frozenset(names)
    places: dict[tuple[str, str | None], Place] = {}
    for entry in manifest.entries:
        name = None if entry.source in own else entry.source
        for item in entry.inputs:
            if is_remote(item.path) or Path(item.path).is_absolute():
                places[item.path, name] = Place(item.path, name)
    return Known(tuple(places.values()))


def write(root: Path, work: Path, found: Known) -> None:
    """Replace the list. The store's lock must be held.

    Args:
        root: Folder of the store.
        work: The scratch folder.
        found: The sources.

    Raises:
        OSError: the disk refused; the list is as before.
    """
    disk.write(work / SOURCES, dump(found), sharing.modes_of(root))
    disk.rename(work / SOURCES, root / SOURCES)
    disk.flush(root)


def remember(
    root: Path, work: Path, places: Sequence[Place], seen: Mapping[str, Seen], before: Manifest
) -> str:
    """Add to the list where bills were found. The store's lock must be held.

    Args:
        root: Folder of the store.
        work: The scratch folder.
        places: The sources.
        seen: What was seen of their files.
        before: What was loaded until now; a list that is lost is made from it.

    Returns:
        '' or what kept it from being remembered.
    """
    try:
        found, _ = known(root, before, kinds())
        write(root, work, found.with_places(places).with_files(seen))
    except (OSError, StoreError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return f"loaded, but the sources could not be remembered for sync: {reason}"
    return ""


def dump(found: Known) -> bytes:
    """The list as JSON."""
    body = {
        "format": FORMAT,
        "places": [asdict(place) | {"options": dict(place.options)} for place in found.places],
        "files": {path: asdict(seen) for path, seen in sorted(found.files.items())},
    }
    return json.dumps(body, indent=1).encode() + b"\n"


def parse(data: bytes) -> Known:
    """Read a list.

    Raises:
        SourcesError: it is not one.
    """
    try:
        body = json.loads(data)
        if body["format"] != FORMAT:
            raise SourcesError(f"the list of sources has an unknown format {body['format']!r}")
        places = tuple(_place(item) for item in body["places"])
        files = {_text(path): _seen(item) for path, item in body["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourcesError("the list of sources is damaged") from error
    return Known(places, files)


def named(found: Known, sources: Sequence[str]) -> Known:
    """The sources of a list that are meant, with those that are new to it.

    Args:
        found: All of them.
        sources: As written by the user; none means all.
    """
    if not sources:
        return found
    wanted = [absolute(source) for source in sources]
    there = {place.place for place in found.places}
    fresh = tuple(Place(place) for place in wanted if place not in there)
    chosen = tuple(place for place in found.places if place.place in wanted)
    return replace(found, places=(*chosen, *fresh))


def recalled(root: Path, places: Sequence[Place]) -> list[Place]:
    """Places as they were reached the last time, where nobody says how: within the explorer nobody does."""
    try:
        known_ = {place.place: place.options for place in read(root).places}
    except StoreError:
        return list(places)
    return [replace(place, options=place.options or known_.get(place.place, ())) for place in places]


def _place(item: Mapping[str, Any]) -> Place:
    name = item["name"]
    options = tuple(sorted((_text(key), _text(value)) for key, value in item["options"].items()))
    return Place(_text(item["place"]), None if name is None else _text(name), options)


def _seen(item: Mapping[str, Any]) -> Seen:
    texts = {name: _text(item[name]) for name in ("state", "sha256", "reason", "version")}
    if texts["state"] not in _STATES:
        raise ValueError(texts["state"])
    return Seen(int(item["bytes"]), int(item["mtime"]), int(item["ctime"]), **texts)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
