"""What a query answered, brought to private files: the CSV object, pages of the API, or Parquet of an UNLOAD."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from finops_tui.engines.athena_place import AUTO, CSV
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import PlaceCancelledError, PlaceError
from finops_tui.sources.s3_download import ChangedError, Download
from finops_tui.sources.s3_place import Place, Remote, parse

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from finops_tui.engines.athena_query import Done, Queries

PAGE: Final = 1000
"""Rows of a page, the most that Athena gives; the first page's first row is the header."""

MOST_MANIFEST: Final = 16 << 20
_OBJECTS: Final = "objects"


class Results:
    """Answers of one place, written below one private folder."""

    def __init__(self, queries: Queries, folder: Path) -> None:
        """Prepare.

        Args:
            queries: Where the queries were run.
            folder: For the files; it exists, is private and empty.
        """
        self._queries, self._folder = queries, folder
        self._s3: Any = None
        self._files = 0

    def csv(self, done: Done, stop: threading.Event) -> Path:
        """A CSV file with a header, in which every text is quoted and NULL is nothing.

        A small answer comes in one page, without S3; a larger one as the object that Athena wrote.

        Raises:
            PlaceError: it cannot be had.
            PlaceCancelledError: `stop` was set.
        """
        transfer = self._queries.place.transfer
        if done.output is not None and transfer == CSV:
            return self._object(done.output, stop)
        first = self._page(done, None)
        if transfer in {AUTO, CSV} and done.output is not None and first.get("NextToken"):
            return self._object(done.output, stop)
        return self._written(self._rows(done, first, stop))

    @staticmethod
    def has_rows(path: Path) -> bool:
        """Whether a CSV file has more than its header."""
        with path.open("rb") as file:
            file.readline()
            return bool(file.read(1))

    def parquet(self, done: Done, stop: threading.Event) -> tuple[Path, ...]:
        """The files that an UNLOAD wrote, none when it had no rows.

        Raises:
            PlaceError: they cannot be had.
            PlaceCancelledError: `stop` was set.
        """
        if done.manifest is None:
            raise PlaceError(f"{self._queries.place.name}: Athena does not say which files it wrote")
        text = self._text(done.manifest, stop)
        return self._fetch([url for line in text.splitlines() if (url := line.strip())], stop)

    def rows(self, done: Done, stop: threading.Event) -> list[tuple[str | None, ...]]:
        """All rows of a small answer, without the header.

        Raises:
            PlaceError: they cannot be had.
            PlaceCancelledError: `stop` was set.
        """
        return list(self._rows(done, self._page(done, None), stop))[1:]

    def empty(self, columns: Sequence[str]) -> Path:
        """A CSV file with a header and nothing else."""
        return self._written(iter([tuple(columns)]))

    def _page(self, done: Done, token: str | None) -> dict[str, Any]:
        more = {"NextToken": token} if token else {}
        client = self._queries.client
        found: dict[str, Any] = self._queries.call(
            client.get_query_results, QueryExecutionId=done.id, MaxResults=PAGE, **more
        )
        return found

    def _rows(
        self, done: Done, page: dict[str, Any], stop: threading.Event
    ) -> Iterator[tuple[str | None, ...]]:
        """All rows, the header first, page by page."""
        while True:
            for row in page["ResultSet"]["Rows"]:
                yield tuple(cell.get("VarCharValue") for cell in row["Data"])
            token = page.get("NextToken")
            if not token:
                return
            if stop.is_set():
                raise PlaceCancelledError(f"{self._queries.place.name}: stopped while the answer was fetched")
            page = self._page(done, token)

    def _written(self, rows: Iterable[tuple[str | None, ...]]) -> Path:
        self._files += 1
        path = self._folder / f"answer-{self._files}.csv"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            for row in rows:
                file.write(",".join(map(_quoted, row)) + "\n")
        return path

    def _object(self, url: str, stop: threading.Event) -> Path:
        [path] = self._fetch([url], stop)
        return path

    def _fetch(self, urls: Sequence[str], stop: threading.Event) -> tuple[Path, ...]:
        """Objects as files, whole or not at all."""
        found: dict[str, list[Remote]] = {}
        for url in urls:
            place, remote = self._look(url)
            found.setdefault(place.bucket, []).append(remote)
        paths: list[Path] = []
        for bucket, objects in found.items():
            self._files += 1
            folder = self._folder / f"{_OBJECTS}-{self._files}"
            folder.mkdir(0o700)
            download = Download(self._queries.aws, self._client, Place(bucket, ""), folder)
            try:
                paths += [path for _, path in download.fetch(objects, None, stop.is_set)]
            except ChangedError:
                raise PlaceError(f"{shown(urls[0], 400)}: the answer was changed while it was read") from None
        return tuple(paths)

    def _look(self, url: str) -> tuple[Place, Remote]:
        """An object of the answer as it is now."""
        place = parse(url)
        told = self._queries.aws.call(
            place.url, self._client.head_object, Bucket=place.bucket, Key=place.prefix
        )
        name = place.prefix.rpartition("/")[2]
        return place, Remote(place.prefix, name, int(told["ContentLength"]), str(told.get("ETag", "")), 0.0)

    def _text(self, url: str, stop: threading.Event) -> str:
        """A small object."""
        place, remote = self._look(url)
        if remote.size > MOST_MANIFEST:
            raise PlaceError(f"{place.url}: {remote.size:,} bytes are no list of files")
        [path] = self._fetch([url], stop)
        return path.read_text(encoding="utf-8", errors="replace")

    @property
    def _client(self) -> Any:
        if self._s3 is None:
            self._s3 = self._queries.aws.client("s3")
        return self._s3


def _quoted(text: str | None) -> str:
    """A cell as Athena writes it: nothing is NULL, '' is quoted."""
    if text is None:
        return ""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
