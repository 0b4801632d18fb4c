"""Athena: a table of bills in S3, asked through boto3, priced before it is asked."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from finops_tui.engines import athena_place
from finops_tui.engines.athena_place import UNLOAD
from finops_tui.engines.athena_query import Queries, in_words, size
from finops_tui.engines.athena_results import Results
from finops_tui.engines.athena_table import AthenaTable
from finops_tui.engines.base import Batches, EngineError, Estimate, LakePeriod
from finops_tui.engines.dialects import render, render_periods, render_tag_keys
from finops_tui.engines.rollup import Rollup
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import Aws, PlaceError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from finops_tui.engines.athena_query import Done
    from finops_tui.engines.base import Dialect, Table, Told

_DIALECT: Final[Dialect] = "trino"
_FOLDER: Final = "athena-"
_LEFT_SECONDS: Final = 2 * 24 * 3600
"""Age of an answer's folder after which nobody is reading it: whoever was did not come to an end."""

_REPAIR: Final = "run its crawler or MSCK REPAIR TABLE, and load again"
_REUSED: Final = "Athena still had the answer to this question about the same data; nothing was scanned"


class Athena:
    """One table, by `athena://database.table?…`; the `Engine` of `base`."""

    dialect: Dialect = _DIALECT

    def __init__(self, url: str, scratch: Path) -> None:
        """Find credentials, by boto3's own chain; nothing is sent yet.

        Args:
            url: See `athena_place`.
            scratch: Folder in which answers are put for as long as they are read.

        Raises:
            EngineError: the URL is wrong, or there is no such profile.
        """
        with in_words():
            self._place = athena_place.parse(url)
            self._queries = Queries(self._place, Aws(self._place.access))
        self._table = AthenaTable(self._queries)
        self._scratch = scratch
        self._told = False

    @property
    def where(self) -> str:
        """The place in words."""
        return self._place.name

    @property
    def max_usd(self) -> Decimal:
        """What may be spent unasked, in USD."""
        return self._place.max_usd

    def describe(self) -> Table:
        """The table, from the catalog.

        Raises:
            EngineError: it is not there, or is no bill in FOCUS columns.
        """
        with in_words():
            return self._table.describe().table

    def periods(self, stop: threading.Event) -> tuple[LakePeriod, ...]:
        """The billing periods, newest first: as manifests or folders say, or else by a query.

        The query, which views and tables without such folders need, may cost `max_usd` and is stopped there.

        Raises:
            EngineError: AWS did not answer.
            EngineStoppedError: `stop` was set.
        """
        with in_words():
            found = self._table.periods(stop)
        return found if found is not None else self._asked(stop)

    def estimate(self, rollup: Rollup) -> Estimate:
        """What a question will cost at most: all columns of its periods, which is more than any question reads.

        Where sizes are not known it is `max_usd`, as a query is stopped there.

        Raises:
            EngineError: AWS did not answer.
        """
        with in_words():
            count = self._table.bytes(rollup.period)
        if count is None:
            return Estimate(self._place.bytes_for(self.max_usd), self.max_usd)
        return Estimate(count, self._place.usd(count))

    @contextmanager
    def run(
        self, rollup: Rollup, stop: threading.Event, progress: Callable[[Told], None] | None = None
    ) -> Iterator[Batches]:
        """Ask; the answer's files are there for as long as the context is.

        It may cost what `estimate` says, or `max_usd` where that is more, and is stopped there.

        Raises:
            EngineError: it failed, was stopped by others, or AWS did not answer.
            EngineStoppedError: `stop` was set.
        """
        unload = self._place.transfer == UNLOAD and rollup.top is None  # its files have no order
        with self._results() as results:
            with in_words():
                ask = self._unloaded if unload else self._selected
                batches = ask(results, rollup, stop, progress)
                self._not_lost(rollup, batches)
            yield batches

    def tag_keys(self, period: str, stop: threading.Event) -> tuple[str, ...]:
        """Keys of tags in a billing period, the most used first, of the first column of tags.

        It may cost what `estimate` says of the period, or `max_usd` where that is more, and is stopped there.

        Raises:
            EngineError: AWS did not answer.
            EngineStoppedError: `stop` was set.
        """
        table = self.describe()
        most = self._most(Rollup(period, (), ()))
        rows: list[tuple[str | None, ...]] = []
        for column in table.maps[:1]:
            rows = self._rows(render_tag_keys(_DIALECT, table, column, period), period, most, stop)
        return tuple(row[0] for row in rows if row[0])

    def close(self) -> None:
        """Let go; a query that runs is stopped."""
        self._queries.close()

    def _select(
        self,
        text: str,
        period: str | None,
        most: int,
        stop: threading.Event,
        progress: Callable[[Told], None] | None = None,
    ) -> Done:
        """Run a text; its data's stamp is in it, so that an answer Athena still has is of this very data."""
        stamp = self._table.stamp(period) if period is not None else ""
        if stamp:
            text = f"with finops_tui_data as (select '{stamp}' as stamp)\n{text}"
        return self._queries.run(text, most, stop, progress, reuse=bool(stamp))

    def _not_lost(self, rollup: Rollup, batches: Batches) -> None:
        """Refuse an answer without rows about a month that has files, none of which Athena looked at.

        Raises:
            EngineError: it is such a one.
        """
        files = batches.source
        if rollup.where or batches.bytes or batches.kind != "csv" or not isinstance(files, tuple):
            return
        count = self._table.bytes(rollup.period)
        if count and not any(map(Results.has_rows, files)):
            raise EngineError(
                f"{self.where}: Athena sees nothing of {shown(rollup.period) or 'the table'}, whose files have"
                f" {size(count)}: the catalog does not know the partition; {_REPAIR}"
            )

    def _selected(
        self,
        results: Results,
        rollup: Rollup,
        stop: threading.Event,
        progress: Callable[[Told], None] | None,
    ) -> Batches:
        text, most = self._text(rollup), self._most(rollup)
        done = self._select(text, rollup.period, most, stop, progress)
        path = results.csv(done, stop)
        if done.reused and not Results.has_rows(path):  # perhaps of before the catalog knew the partition
            done = self._queries.run(text, most, stop, progress)
            path = results.csv(done, stop)
        return self._batches(done, "csv", (path,))

    def _unloaded(
        self,
        results: Results,
        rollup: Rollup,
        stop: threading.Event,
        progress: Callable[[Told], None] | None,
    ) -> Batches:
        text = self._unloading(self._text(rollup))
        done = self._queries.run(text, self._most(rollup), stop, progress)
        paths = results.parquet(done, stop)
        if paths:
            return self._batches(done, "parquet", paths)
        dims = [f"d{number}" for number in range(len(rollup.dims))]
        header = [*dims, *(f"m{number}" for number in range(len(rollup.measures))), "n"]
        return self._batches(done, "csv", (results.empty(header),))

    def _text(self, rollup: Rollup) -> str:
        return render(_DIALECT, self.describe(), rollup)

    def _most(self, rollup: Rollup) -> int:
        """Bytes that a question may read."""
        return self._place.bytes_for(max(self.max_usd, self.estimate(rollup).usd))

    def _batches(self, done: Done, kind: Literal["csv", "parquet"], paths: tuple[Path, ...]) -> Batches:
        notes = [_REUSED] if done.reused else []
        cutoff = self._queries.group.cutoff
        if cutoff is not None and not self._told:
            notes.append(
                f"the workgroup {self._place.workgroup} stops queries that scan more than {size(cutoff)}"
            )
        self._told = True
        return Batches(kind, paths, done.scanned, self._place.usd(done.scanned), tuple(notes))

    def _rows(
        self, text: str, period: str | None, most: int, stop: threading.Event
    ) -> list[tuple[str | None, ...]]:
        """A small answer."""
        with self._results() as results, in_words():
            return results.rows(self._select(text, period, most, stop), stop)

    @contextmanager
    def _results(self) -> Iterator[Results]:
        """A private folder for an answer, gone afterwards."""
        self._scratch.mkdir(0o700, parents=True, exist_ok=True)
        for left in self._scratch.glob(f"{_FOLDER}*"):
            with suppress(FileNotFoundError):  # another sweeps, too
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._scratch) as folder:
            yield Results(self._queries, Path(folder))

    def _asked(self, stop: threading.Event) -> tuple[LakePeriod, ...]:
        """The billing periods as a query finds them, with their sums for stamps."""
        found = []
        text, most = render_periods(_DIALECT, self.describe()), self._place.bytes_for(self.max_usd)
        for row in self._rows(text, None, most, stop):
            if row[0]:
                stamp = hashlib.sha256(repr(row).encode()).hexdigest()[:32]
                found.append(LakePeriod(shown(row[0]), stamp))
        return tuple(sorted(found, key=lambda period: period.id, reverse=True))

    def _unloading(self, text: str) -> str:
        """The text that has the answer written as Parquet.

        Raises:
            PlaceError: nobody says where.
        """
        home = self._place.output or self._queries.group.output
        if home is None:
            raise PlaceError(f"{self.where}: transfer=unload needs &output=s3://bucket/folder/")
        folder = f"{home.rstrip('/')}/finops-tui-unload/{uuid.uuid4().hex}/".replace("'", "''")
        return f"unload (\n{text}\n) to '{folder}' with (format = 'PARQUET', compression = 'SNAPPY')"
