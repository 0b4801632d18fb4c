"""Billing periods of a table in S3: what a Data Export's manifests say, or else what lies in its partitions."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from finops_tui.sources.deliveries import MOST_BYTES
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError
from finops_tui.sources.s3_place import Place, parse

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from finops_tui.sources.s3_access import Aws

_PERIOD: Final = re.compile(r"billing_period=(\d{4}-\d{2})", re.IGNORECASE)
_DATA: Final = "data"
_METADATA: Final = "metadata"
_MANIFEST: Final = "-manifest.json"
_WORKERS: Final = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A billing period as the lake has it.

    Attributes:
        raw: The period as the folder has it: `2026-09`.
        stamp: Other once anything in it has changed.
        bytes: Its size where that is known without another question.
        manifest: Key of its manifest, or ''.
    """

    raw: str
    stamp: str
    bytes: int | None = None
    manifest: str = ""


@dataclass(slots=True)
class Lake:
    """The objects of a table.

    Attributes:
        aws: How AWS is reached.
        client: A client of S3.
        location: Where the table lies, as `s3://bucket/folder/`.
        partition: Name of the column that its folders are named by.
    """

    aws: Aws
    client: Any
    location: str
    partition: str
    _sizes: dict[tuple[str, str], int] = field(default_factory=dict)

    def parts(self, stop: threading.Event) -> list[Part]:
        """The billing periods; manifests say which there are, where there are any.

        Raises:
            PlaceError: the place cannot be listed, or keeps several deliveries of a period.
            PlaceCancelledError: `stop` was set.
        """
        place = parse(self.location)
        found = list(self._delivered(place, stop))
        return found or list(self._partitions(place, stop))

    def size(self, part: Part) -> int:
        """Bytes of a billing period, those files alone that its manifest lists.

        Raises:
            PlaceError: the manifest, or a file that it lists, cannot be read.
        """
        if part.bytes is not None:
            return part.bytes
        known = self._sizes.get((part.raw, part.stamp))
        if known is None:
            urls = self._listed(Place(parse(self.location).bucket, part.manifest))
            with ThreadPoolExecutor(_WORKERS, thread_name_prefix="lake") as pool:
                known = sum(pool.map(self._bytes, urls))
            self._sizes[part.raw, part.stamp] = known
        return known

    def known(self, part: Part) -> int | None:
        """Bytes of a billing period where nothing has to be asked."""
        return part.bytes if part.bytes is not None else self._sizes.get((part.raw, part.stamp))

    def _delivered(self, place: Place, stop: threading.Event) -> Iterator[Part]:
        """Periods of a Data Export, whose manifests lie beside its data and are written after it."""
        home, _, last = place.prefix.rpartition("/")
        if last.lower() != _DATA or not home:
            return
        seen: dict[str, str] = {}
        for one in self._objects(Place(place.bucket, f"{home}/{_METADATA}/"), stop):
            key = str(one["Key"])
            folder, *deeper = key[len(home) + len(_METADATA) + 2 :].split("/")
            period = _PERIOD.fullmatch(folder)
            if period is None or not key.lower().endswith(_MANIFEST):
                continue
            if len(deeper) > 1 or period[1] in seen:
                raise PlaceError(
                    f"{place.url}: the export keeps every delivery of {period[1]}, so its table has the same charges"
                    " more than once; set the export to overwrite, or load the files themselves"
                )
            seen[period[1]] = key
            yield Part(period[1], _stamp([one]), manifest=key)

    def _partitions(self, place: Place, stop: threading.Event) -> Iterator[Part]:
        """Periods of any other table, by the folders of its partitions."""
        folders: dict[str, list[dict[str, Any]]] = defaultdict(list)
        start = f"{self.partition.lower()}="
        for one in self._objects(Place(place.bucket, f"{place.prefix}/" if place.prefix else ""), stop):
            for folder in str(one["Key"])[len(place.prefix) :].split("/")[:-1]:
                if folder.lower().startswith(start):
                    folders[unquote(folder[len(start) :])].append(one)
        for raw, objects in sorted(folders.items()):
            yield Part(raw, _stamp(objects), sum(int(one.get("Size", 0)) for one in objects))

    def _objects(self, place: Place, stop: threading.Event) -> Iterator[dict[str, Any]]:
        """Everything below a folder, page by page."""
        arguments: dict[str, Any] = {"Bucket": place.bucket, "Prefix": place.prefix}
        while True:
            if stop.is_set():
                raise PlaceCancelledError(f"{place.url}: stopped while listing")
            page = self.aws.call(place.url, self.client.list_objects_v2, **arguments)
            yield from page.get("Contents", ())
            following = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not following:
                return
            arguments["ContinuationToken"] = following

    def _listed(self, manifest: Place) -> Sequence[str]:
        """The files that a manifest lists."""
        told = self.aws.call(
            manifest.url, self.client.get_object, Bucket=manifest.bucket, Key=manifest.prefix
        )
        try:
            content = json.loads(told["Body"].read(MOST_BYTES))
            urls = [str(url) for url in content["dataFiles"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise PlaceError(f"{manifest.url}: it is no manifest of an export") from None
        except _broken() as error:
            raise self.aws.problem(error, manifest.url) from None
        return urls

    def _bytes(self, url: str) -> int:
        place = parse(url)
        told = self.aws.call(place.url, self.client.head_object, Bucket=place.bucket, Key=place.prefix)
        return int(told["ContentLength"])


def _stamp(objects: Sequence[dict[str, Any]]) -> str:
    """The ETag of one object, or a fingerprint of many."""
    if len(objects) == 1 and (etag := str(objects[0].get("ETag", "")).strip('"')):
        return shown(etag)
    said = sorted((str(one["Key"]), str(one.get("ETag", "")), int(one.get("Size", 0))) for one in objects)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _broken() -> tuple[type[Exception], ...]:
    from botocore.exceptions import HTTPClientError, IncompleteReadError, ResponseStreamingError

    return HTTPClientError, IncompleteReadError, ResponseStreamingError
