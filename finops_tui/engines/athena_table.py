"""The table that Athena is asked about: its columns, where it lies, which billing periods it has, and their stamps."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finops_tui.engines.athena_lake import Lake
from finops_tui.engines.base import EngineError, LakePeriod
from finops_tui.engines.schema import table_of
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from finops_tui.engines.athena_lake import Part
    from finops_tui.engines.athena_query import Queries
    from finops_tui.engines.base import Table

_MONTH: Final = re.compile(r"(\d{4}-\d{2})(?:-01(?:[ T].*)?)?")


@dataclass(frozen=True, slots=True)
class Described:
    """What the catalog says.

    Attributes:
        table: Its columns.
        location: Its folder in S3, or '' where it has none, as a view.
        partitions: Names of the columns that its folders are named by, in lower case.
    """

    table: Table
    location: str
    partitions: frozenset[str]


class AthenaTable:
    """One table. Nothing here asks Athena to run anything, so nothing is billed but requests of S3."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._described: Described | None = None
        self._lake: Lake | None = None
        self._parts: dict[str, Part] | None = None

    def describe(self) -> Described:
        """What the catalog says, asked for the first time.

        Raises:
            EngineError: it is no bill in FOCUS columns.
            PlaceError: there is no such table, or AWS did not answer.
        """
        if self._described is None:
            place, client = self._queries.place, self._queries.client
            told = self._queries.call(
                client.get_table_metadata,
                CatalogName=place.catalog,
                DatabaseName=place.database,
                TableName=place.table,
            )["TableMetadata"]
            columns = {
                str(one["Name"]): str(one.get("Type", ""))
                for one in (*told.get("Columns", ()), *told.get("PartitionKeys", ()))
            }
            location = str(told.get("Parameters", {}).get("location", ""))
            self._described = Described(
                table_of((place.database, place.table), columns),
                location if location.lower().startswith("s3://") else "",
                frozenset(str(one["Name"]).lower() for one in told.get("PartitionKeys", ())),
            )
        return self._described

    def periods(self, stop: threading.Event) -> tuple[LakePeriod, ...] | None:
        """The billing periods as they are now, newest first; None where only a query can tell.

        Raises:
            EngineError: its partitions are no months.
            PlaceError: they cannot be listed.
            PlaceCancelledError: `stop` was set.
        """
        self._parts = self._listed(stop)
        if self._parts is None:
            return None
        lake = self._objects()
        periods = [
            LakePeriod(month, part.stamp, bytes=lake.known(part)) for month, part in self._parts.items()
        ]
        return tuple(sorted(periods, key=lambda period: period.id, reverse=True))

    def bytes(self, period: str) -> int | None:
        """How much a question about a billing period reads at most; None where that is not known.

        Args:
            period: Its month; '' is all of them.

        Raises:
            PlaceError: a manifest, or a file that it lists, cannot be read.
        """
        parts = self._chosen(period)
        return None if parts is None else sum(map(self._objects().size, parts))

    def stamp(self, period: str) -> str:
        """Other once anything of a billing period is ('': of any); '' where that is not known."""
        parts = self._chosen(period)
        if not parts:
            return ""
        said = repr([(part.raw, part.stamp) for part in parts])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def _objects(self) -> Lake:
        if self._lake is None:
            described, aws = self.describe(), self._queries.aws
            client = aws.client("s3", "adaptive")
            self._lake = Lake(aws, client, described.location, described.table.period.name)
        return self._lake

    def _listed(self, stop: threading.Event) -> dict[str, Part] | None:
        """The billing periods that lie in folders of their own, by month; None where they do not."""
        described = self.describe()
        if not described.location or described.table.period.name.lower() not in described.partitions:
            return None
        found: dict[str, Part] = {}
        for part in self._objects().parts(stop):
            month = _MONTH.fullmatch(part.raw)
            if month is None or month[1] in found:
                raise EngineError(
                    f"{self._queries.place.name}: {shown(part.raw)!r} is no billing period, or is one for the second"
                    " time; the partitions of a table are months, such as billing_period=2026-09"
                )
            found[month[1]] = part
        return found or None

    def _chosen(self, period: str) -> list[Part] | None:
        """What a question about a period reads; None where that is not known."""
        if self._parts is None:
            self._parts = self._listed(threading.Event())
        if self._parts is None:
            return None
        months = (period,) if period else sorted(self._parts)
        return [self._parts[month] for month in months if month in self._parts]
