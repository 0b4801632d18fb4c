"""The files of a source as they are now: found on the disk, or brought here from S3 or Cost Explorer first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finops_tui import paths
from finops_tui.loader_scratch import LoadCancelledError
from finops_tui.sources.model import Discovery, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from finops_tui.sources.model import Progress
    from finops_tui.sources.s3 import Fetched
    from finops_tui.sources.s3_access import Access
    from finops_tui.sync_sources import Place

    Tell = Callable[[Progress], None] | None
    Ask = Callable[[], bool] | None
    Agree = Callable[[str], bool] | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What sources hold.

    Attributes:
        found: The files that count, on this disk, and those that do not.
        notes: What the user should know of how they were brought here.
    """

    found: Discovery
    notes: tuple[str, ...] = ()


def gather(
    places: Sequence[Place], progress: Tell = None, cancelled: Ask = None, agree: Agree = None
) -> Gathered:
    """Find the files of sources; what is elsewhere is brought to this disk first.

    Args:
        places: The sources.
        progress: Told how far a download is.
        cancelled: Asked now and then.
        agree: Told what it will cost before anything is spent; without it nothing is.

    Raises:
        LoadCancelledError: `cancelled` said so.
        OSError: the disk refused a download.
    """
    from finops_tui import sources as bills

    near: list[str | Path] = [place.place for place in places if not place.remote]
    brought = [_bring(place, progress, cancelled, agree) for place in places if place.remote]
    for fetched in brought:
        near += fetched.paths
    found = bills.discover(near) if near else Discovery()
    refused = tuple(one for fetched in brought for one in fetched.refused)
    skipped = tuple(one for fetched in brought for one in fetched.skipped)
    notes = tuple(note for fetched in brought for note in fetched.notes)
    everything = Discovery(found.files, (*skipped, *found.skipped), (*refused, *found.refused))
    return Gathered(everything, notes)


def _bring(place: Place, progress: Tell, cancelled: Ask, agree: Agree) -> Fetched:
    """Bring the mirror of a part of a bucket up to date, or ask Cost Explorer or an engine for what is not held."""
    from finops_tui import lake_fetch
    from finops_tui.engines.base import EngineStoppedError
    from finops_tui.engines.schemes import is_lake
    from finops_tui.sources import cost_explorer_fetch, s3
    from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError

    reached, cache = access(dict(place.options)), paths.cache_folder()
    try:
        if place.place[:5].lower() == "ce://":
            return cost_explorer_fetch.fetch(place.place, reached, cache, progress, cancelled, agree=agree)
        if is_lake(place.place):
            options = dict(place.options)
            return lake_fetch.fetch(place.place, options, cache, progress, cancelled, agree=agree)
        return s3.fetch(place.place, reached, cache, progress, cancelled)
    except (PlaceCancelledError, EngineStoppedError) as error:
        raise LoadCancelledError("the load was cancelled; the store is as before") from error
    except PlaceError as error:
        return s3.Fetched(refused=(Refused(place.place, str(error)),))


def access(options: Mapping[str, str]) -> Access:
    """How S3 is reached, from what is remembered of it; unknown words are left out."""
    from finops_tui.sources.s3_access import Access

    words = {
        name: options[name] for name in ("profile", "region", "role_arn", "endpoint_url") if options.get(name)
    }
    return Access(**words, requester_pays=options.get("requester_pays") == "yes")
