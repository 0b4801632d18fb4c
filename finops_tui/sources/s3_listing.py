"""What is in a place of S3: its bills and their manifests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from finops_tui.sources import deliveries
from finops_tui.sources.files import ENDINGS, JSON_ENDINGS
from finops_tui.sources.model import Progress, Refused
from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError
from finops_tui.sources.s3_place import Place, Remote, local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finops_tui.sources.s3_access import Aws

_STATUS: Final = "cost_and_usage_data_status.parquet"
_DATA: Final = re.compile(r"(?P<home>.*/|)data/billing_period=\d{4}-\d{2}/.*", re.IGNORECASE)
_ABSENT: Final = frozenset({"404", "NoSuchKey", "403", "Forbidden", "AccessDenied"})
"""What S3 says of an object that is not there; without a permission to list, access denied."""

_ARCHIVED: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


@dataclass(slots=True)
class Listing:
    """A place, listed.

    Attributes:
        place: Where.
        bills: Objects that may be bills, by the name they have in the mirror.
        manifests: What accompanies them, likewise.
        single: Whether the place is one object.
        others: How many objects are neither.
        refused: Objects that cannot be told apart on a disk.
        now: The time there, in seconds; 0 when it was not told.
    """

    place: Place
    bills: dict[str, Remote] = field(default_factory=dict)
    manifests: dict[str, Remote] = field(default_factory=dict)
    single: bool = False
    others: int = 0
    refused: list[Refused] = field(default_factory=list)
    now: float = 0.0


def read(
    aws: Aws,
    client: Any,
    place: Place,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Listing:
    """List a place, and the manifests of its exports where they lie beside it.

    A permission to list is often one for `folder/*`, and for one object there may be none at all: a folder is
    asked for with its slash, and what is called like a bill is looked at by itself first.

    Raises:
        PlaceError: it cannot be listed.
        PlaceCancelledError: `cancelled` said so.
    """
    listing = Listing(place)
    if _may_be_bill(place.prefix.rpartition("/")[2].lower()) and _only(aws, client, listing):
        return listing
    seen = 0
    folder = Place(place.bucket, f"{place.prefix}/" if place.prefix else "")
    for found in _objects(aws, client, folder, listing):
        seen += 1
        if seen % 1000 == 0:
            _still(place, seen, progress, cancelled)
        _sort_in(listing, found)
    if place.prefix and not seen:
        _only(aws, client, listing)
        return listing
    for home in sorted(
        {match["home"] for one in listing.bills.values() if (match := _DATA.fullmatch(one.key))}
    ):
        beside = Place(place.bucket, f"{home}metadata")
        if not _within(beside.prefix, place.prefix):
            for found in _objects(aws, client, Place(place.bucket, f"{beside.prefix}/"), listing):
                _sort_in(listing, found, only_manifests=True)
    _refuse_twins(listing)
    return listing


def _within(key: str, prefix: str) -> bool:
    return not prefix or key == prefix or key.startswith(f"{prefix}/")


def _still(
    place: Place,
    seen: int,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    if cancelled is not None and cancelled():
        raise PlaceCancelledError(f"{place.url}: stopped while listing")
    if progress is not None:
        progress(Progress(f"{place.url}: {seen:,} objects listed", 0, 0, 0))


def _objects(aws: Aws, client: Any, place: Place, listing: Listing) -> Iterator[dict[str, Any]]:
    """Everything whose key begins like the place, page by page."""
    arguments: dict[str, Any] = {"Bucket": place.bucket, "Prefix": place.prefix}
    if aws.access.requester_pays:
        arguments["RequestPayer"] = "requester"
    while True:
        page = aws.call(place.url, client.list_objects_v2, **arguments)
        listing.now = _time(page) or listing.now
        yield from page.get("Contents", ())
        if not page.get("IsTruncated"):
            return
        following = page.get("NextContinuationToken")
        if not following or following == arguments.get("ContinuationToken"):
            raise PlaceError(f"{place.url}: the list of objects has no end")
        arguments["ContinuationToken"] = following


def _time(page: dict[str, Any]) -> float:
    """The server's own clock."""
    from email.utils import parsedate_to_datetime

    told = page.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(told).timestamp()
    except (TypeError, ValueError):
        return 0.0


def _remote(found: dict[str, Any], name: str) -> Remote:
    changed = found.get("LastModified")
    return Remote(
        str(found["Key"]),
        name,
        int(found.get("Size", 0)),
        str(found.get("ETag", "")),
        changed.timestamp() if changed is not None else 0.0,
        found.get("StorageClass") in _ARCHIVED,
    )


def _only(aws: Aws, client: Any, listing: Listing) -> bool:
    """Whether the place is one object; it is the only bill then."""
    place = listing.place
    arguments: dict[str, Any] = {"Bucket": place.bucket, "Key": place.prefix}
    if aws.access.requester_pays:
        arguments["RequestPayer"] = "requester"
    try:
        found = aws.call(place.url, client.head_object, **arguments)
    except PlaceError as error:
        if error.code in _ABSENT:
            return False
        raise
    name = local_name(place.prefix)
    if name is None:
        raise PlaceError(f"{place.url}: a hidden name, not a bill")
    listing.bills = {name: _remote(found | {"Key": place.prefix, "Size": found["ContentLength"]}, name)}
    listing.single = True
    return True


def _sort_in(listing: Listing, found: dict[str, Any], *, only_manifests: bool = False) -> None:
    """A bill, a manifest or neither."""
    name = local_name(found["Key"])
    last = (name or "").rpartition("/")[2].lower()
    if name is not None and last.endswith("manifest.json") and found.get("Size", 0) <= deliveries.MOST_BYTES:
        listing.manifests[name] = _remote(found, name)
    elif only_manifests:
        return
    elif name is not None and _may_be_bill(last):
        listing.bills[name] = _remote(found, name)
    else:
        listing.others += 1


def _may_be_bill(name: str) -> bool:
    return name != _STATUS and name.endswith((*ENDINGS, *JSON_ENDINGS))


def _refuse_twins(listing: Listing) -> None:
    """Refuse objects that a disk may not tell apart, and those that are a folder as well."""
    folded: dict[str, str] = {}
    folders = {
        "/".join(parts[:depth]).casefold()
        for name in (*listing.bills, *listing.manifests)
        for parts in [name.split("/")]
        for depth in range(1, len(parts))
    }
    for name, one in sorted((listing.bills | listing.manifests).items()):
        other = folded.setdefault(name.casefold(), name)
        if other != name or name.casefold() in folders:
            why = (
                "a folder has the same name"
                if other == name
                else "another object has this name but for its case"
            )
            listing.refused.append(Refused(listing.place.shown(one.key), why))
            listing.bills.pop(name, None)
            listing.manifests.pop(name, None)
