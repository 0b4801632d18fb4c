"""Which objects of a place count: decided by the same rules as for a folder, before anything large is fetched.

The rules look at names, times and manifests alone, so they are given a shadow of the bucket: its folders,
its manifests and a blank file for each bill, with the times of the originals.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from finops_tui.sources import deliveries
from finops_tui.sources.model import Refused, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from finops_tui.sources.s3_listing import Listing
    from finops_tui.sources.s3_place import Remote

SETTLED: Final = 900.0
"""Seconds after which an export that was written over its last delivery is taken as it is."""

_PERIOD: Final = re.compile(r"billing_period=\d{4}-\d{2}|\d{8}-\d{8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """The objects that count, and why others do not."""

    bills: tuple[Remote, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[Refused, ...]


def choose(listing: Listing, mirrored: Path, shadow: Path, held: Callable[[Remote], bool]) -> Choice:
    """Keep the newest complete delivery of each export and period.

    Args:
        listing: The place.
        mirrored: Folder with its manifests, as they are now.
        shadow: An empty folder to work in.
        held: Whether an object is in the mirror as it is listed.

    Returns:
        What counts, in the order of names.
    """
    if listing.single:
        return _readable(listing, list(listing.bills.values()), [], [], held)
    for name, one in listing.manifests.items():
        path = _place(shadow, name)
        shutil.copyfile(mirrored / name, path)
        os.utime(path, (one.modified, one.modified))
    for name, one in listing.bills.items():
        path = _place(shadow, name)
        path.touch()
        os.utime(path, (one.modified, one.modified))
    chosen = deliveries.choose([shadow / name for name in sorted(listing.bills)])
    root = f"s3://{listing.place.bucket}"
    skipped = [Skipped(one.file.replace(str(shadow), root), one.reason) for one in chosen.skipped]
    refused = [Refused(one.file.replace(str(shadow), root), one.reason) for one in chosen.refused]
    bills = [listing.bills[path.relative_to(shadow).as_posix()] for path in chosen.files]
    return _readable(listing, bills, skipped, [*listing.refused, *refused], held)


def _place(shadow: Path, name: str) -> Path:
    path = shadow / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _readable(
    listing: Listing,
    bills: list[Remote],
    skipped: list[Skipped],
    refused: list[Refused],
    held: Callable[[Remote], bool],
) -> Choice:
    """Leave out folders of which a file is archived, or that are being delivered just now."""
    folders: dict[str, list[Remote]] = defaultdict(list)
    for one in bills:
        folders[str(PurePosixPath(one.name).parent)].append(one)
    kept: list[Remote] = []
    for folder, members in folders.items():
        archived = [one for one in members if one.archived and not held(one)]
        if archived:
            why = "archived (Glacier); restore it first"
            refused.append(Refused(listing.place.shown(archived[0].key), why))
        elif _arriving(listing, folder, members):
            why = (
                "newer than its manifest: this period is being delivered just now; load again in half an hour"
            )
            refused.append(Refused(listing.place.shown(members[0].key), why))
        else:
            kept += members
    return Choice(tuple(sorted(kept, key=lambda one: one.name)), tuple(skipped), tuple(refused))


def _arriving(listing: Listing, folder: str, members: Iterable[Remote]) -> bool:
    """Whether files of a period were written over and their manifest, which comes last, was not yet."""
    period = PurePosixPath(folder)
    if listing.single or not _PERIOD.fullmatch(period.name):
        return False
    beside = str(period.parent.parent / "metadata" / period.name).casefold()
    told = max(
        (
            one.modified
            for name, one in listing.manifests.items()
            if str(PurePosixPath(name).parent).casefold() in {folder.casefold(), beside}
        ),
        default=None,
    )
    newest = max(one.modified for one in members)
    return told is not None and newest > told and listing.now - newest < SETTLED
