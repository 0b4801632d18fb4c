"""Bills in S3: a mirror of what counts, brought up to date, for the loader to read like any folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.sources import s3_choice, s3_listing, s3_mirror
from finops_tui.sources.model import Refused, Skipped
from finops_tui.sources.s3_access import Access, Aws, PlaceError
from finops_tui.sources.s3_download import ChangedError, Download
from finops_tui.sources.s3_place import Place, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from finops_tui.sources.model import Progress
    from finops_tui.sources.s3_listing import Listing
    from finops_tui.sources.s3_mirror import Mirror
    from finops_tui.sources.s3_place import Remote

ROUNDS: Final = 5
"""How often a place is listed again because it changed meanwhile, before giving up."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a place became on this disk.

    Attributes:
        paths: The folder or the file to load; none when nothing there counts.
        refused: What cannot be loaded, and why.
        skipped: What does not count, and why.
        notes: What the user should know.
    """

    paths: tuple[Path, ...] = ()
    refused: tuple[Refused, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    """One place being mirrored."""

    aws: Aws
    client: Any
    place: Place
    mirror: Mirror
    progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None
    objects: int = 0
    bytes: int = 0

    def list(self) -> Listing:
        return s3_listing.read(
            self.aws, self.client, self.place, progress=self.progress, cancelled=self.cancelled
        )

    def bring(self, objects: Sequence[Remote]) -> int:
        """Fetch those that the mirror does not hold; how many there were."""
        missing = [one for one in objects if not self.mirror.holds(one)]
        if missing:
            download = Download(self.aws, self.client, self.place, self.mirror.workbench())
            self.mirror.put(download.fetch(missing, self.progress, self.cancelled))
            self.objects += len(missing)
            self.bytes += sum(one.size for one in missing)
        return len(missing)


def fetch(
    url: str,
    access: Access,
    cache: Path,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Fetched:
    """Bring the mirror of a place up to date: only what counts, only what changed.

    The place is listed again after every download, until nothing more has changed: what is returned is what was
    there at one moment, no mixture of two deliveries.

    Args:
        url: `s3://bucket/prefix`: a folder of any kind of bills, or one object.
        access: How AWS is reached, beyond boto3's own chain.
        cache: The user's cache folder.
        progress: Told how far it is, from this thread.
        cancelled: Asked now and then; true stops it, and the next call takes it up.

    Raises:
        PlaceError: it cannot be read, or does not stop changing.
        PlaceCancelledError: `cancelled` said so.
        OSError: the disk refused.
    """
    place = parse(url)
    aws = Aws(access)
    client = aws.client("s3")
    with s3_mirror.opened(cache, place, access) as mirror:
        work = _Work(aws, client, place, mirror, progress, cancelled)
        for _ in range(ROUNDS):
            found = _round(work)
            if found is not None:
                return found
    raise PlaceError(f"{place.url}: it keeps changing while it is read; load again in half an hour")


def _round(work: _Work) -> Fetched | None:
    """List, choose, fetch; the outcome once there was nothing left to fetch."""
    listing = work.list()
    if not listing.bills and not listing.refused:
        others = f"; other objects: {listing.others:,}" if listing.others else ""
        return Fetched(refused=(Refused(work.place.url, f"no bills there{others}"),))
    try:
        manifests = [one for one in listing.manifests.values() if not one.archived]
        work.bring(manifests)
        with work.mirror.shadow() as shadow:
            listing.manifests = {one.name: one for one in manifests}
            choice = s3_choice.choose(listing, work.mirror.files, shadow, work.mirror.holds)
        if work.bring(choice.bills):
            return None
    except ChangedError:
        return None
    work.mirror.prune([*manifests, *choice.bills])
    return Fetched(
        _paths(work, listing, choice.bills), choice.refused, choice.skipped, (_note(work, choice.bills),)
    )


def _paths(work: _Work, listing: Listing, bills: Sequence[Remote]) -> tuple[Path, ...]:
    if not bills:
        return ()
    if listing.single:
        return (work.mirror.files / bills[0].name,)
    return (work.mirror.files / work.place.folder,)


def _note(work: _Work, bills: Sequence[Remote]) -> str:
    """How much was fetched, of how much."""
    counts = f"{sum(one.size for one in bills) / 1e6:,.1f} MB count (files: {len(bills):,})"
    if not work.objects:
        return f"{work.place.url}: nothing has changed since the last load; {counts}"
    return f"{work.place.url}: {work.bytes / 1e6:,.1f} MB fetched (objects: {work.objects:,}); {counts}"
