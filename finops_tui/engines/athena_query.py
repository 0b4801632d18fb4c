"""A query that Athena runs: started, watched, stopped, and what came of it in words."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finops_tui.engines.base import EngineError, EngineStoppedError, Told
from finops_tui.sources.model import shown
from finops_tui.sources.s3_access import Aws, PlaceCancelledError, PlaceError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from finops_tui.engines.athena_place import AthenaPlace

REUSE_MINUTES: Final = 7 * 24 * 60
"""How old an answer may be that Athena gives again, the most it allows: the text says which data it is of."""

_FIRST_LOOK: Final = 0.1
_LONGEST_PAUSE: Final = 0.5
"""Seconds between two looks at a query; they grow from the first to the longest."""

_ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_SYSTEM: Final = 1
_REASON: Final = 400
_NO_REGION: Final = "no region is known; add &region=eu-central-1 to the source, or set AWS_DEFAULT_REGION"
_NO_OUTPUT: Final = (
    "the workgroup names no place for results; add &output=s3://bucket/folder/ to the source, or let the workgroup"
    " manage query results"
)


@contextmanager
def in_words() -> Iterator[None]:
    """What goes wrong with AWS, as engines say it."""
    try:
        yield
    except PlaceCancelledError as error:
        raise EngineStoppedError(str(error)) from None
    except PlaceError as error:
        raise EngineError(str(error)) from None


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """What a workgroup settles for its queries.

    Attributes:
        managed: Whether Athena keeps the results itself: no object of them is in a bucket of the user.
        output: Where results go, or None.
        enforced: Whether a query cannot say otherwise.
        cutoff: Bytes at which Athena itself stops a query, or None.
        reuse: Whether its engine can give an answer again.
    """

    managed: bool
    output: str | None
    enforced: bool
    cutoff: int | None
    reuse: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A query that succeeded.

    Attributes:
        id: Its id.
        scanned: Bytes read.
        reused: Whether it is an answer that Athena still had.
        output: `s3://` URL of the result, or None when the workgroup manages it.
        manifest: `s3://` URL of the list of files that an UNLOAD wrote, or None.
    """

    id: str
    scanned: int
    reused: bool
    output: str | None
    manifest: str | None


class Queries:
    """Texts that one workgroup runs, one after the other."""

    def __init__(self, place: AthenaPlace, aws: Aws) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            PlaceError: no region is known, or the settings boto3 found cannot be used.
        """
        if aws.region is None:
            raise PlaceError(f"{place.name}: {_NO_REGION}")
        self.place, self.aws = place, aws
        self.client: Any = aws.client("athena", "adaptive")
        self._group: WorkGroup | None = None
        self._running = ""

    def close(self) -> None:
        """Stop the query that runs."""
        if self._running:
            self._stop(self._running)

    def call(self, function: Callable[..., Any], **arguments: Any) -> Any:
        """Call Athena.

        Raises:
            PlaceError: it did not answer what was asked; in words, without secrets.
        """
        return self.aws.call(self.place.name, function, **arguments)

    @property
    def group(self) -> WorkGroup:
        """The workgroup, asked for the first time.

        Raises:
            PlaceError: there is none of that name, or it is switched off.
        """
        if self._group is None:
            told = self.call(self.client.get_work_group, WorkGroup=self.place.workgroup)["WorkGroup"]
            if told.get("State") == "DISABLED":
                raise PlaceError(f"{self.place.name}: the workgroup {self.place.workgroup} is switched off")
            self._group = _group(told.get("Configuration", {}))
        return self._group

    @property
    def output(self) -> str | None:
        """Where this query's results are to go, where the query has to say so; None where the workgroup does.

        Raises:
            PlaceError: nobody says where.
        """
        group = self.group
        if group.managed or group.enforced or not self.place.output:
            if not (group.managed or group.output):
                raise PlaceError(f"{self.place.name}: {_NO_OUTPUT}")
            return None
        return self.place.output

    def run(
        self,
        text: str,
        most: int,
        stop: threading.Event,
        progress: Callable[[Told], None] | None = None,
        *,
        reuse: bool = False,
    ) -> Done:
        """Run a text and wait for the end of it. Whatever keeps it from being waited for stops it.

        Args:
            text: SQL.
            most: Bytes it may read; it is stopped once it has read more.
            stop: Gives up when set.
            progress: Told how far it is.
            reuse: Whether an answer to the same text that Athena still has will do.

        Raises:
            EngineError: it failed, was stopped by others, or read too much.
            EngineStoppedError: `stop` was set.
            PlaceError: Athena did not answer.
        """
        if stop.is_set():
            raise EngineStoppedError(f"{self.place.name}: stopped")
        query = str(self._start(text, reuse=reuse)["QueryExecutionId"])
        self._running = query
        try:
            told = self._end(query, most, stop, progress)
            self._running = ""
        finally:
            self.close()
        return self._done(query, told)

    def _start(self, text: str, *, reuse: bool) -> Any:
        more: dict[str, Any] = {}
        if self.output:
            more["ResultConfiguration"] = {"OutputLocation": self.output}
        if reuse and self.group.reuse:
            by_age = {"Enabled": True, "MaxAgeInMinutes": REUSE_MINUTES}
            more["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": by_age}
        return self.call(
            self.client.start_query_execution,
            QueryString=text,
            QueryExecutionContext={"Catalog": self.place.catalog, "Database": self.place.database},
            WorkGroup=self.place.workgroup,
            **more,
        )

    def _end(
        self, query: str, most: int, stop: threading.Event, progress: Callable[[Told], None] | None
    ) -> dict[str, Any]:
        """What Athena says of a query once it has ended."""
        begun, pause = time.monotonic(), _FIRST_LOOK
        while True:
            told: dict[str, Any] = self.call(self.client.get_query_execution, QueryExecutionId=query)
            told = told["QueryExecution"]
            state, scanned = str(told["Status"]["State"]), _scanned(told)
            if state in _ENDED:
                return told
            if progress is not None:
                progress(Told(shown(state.lower()), time.monotonic() - begun, scanned))
            if scanned > most:
                raise EngineError(
                    f"{self.place.name}: stopped after {size(scanned)} were scanned"
                    f" (at least USD {self.place.usd(scanned)}): no more than {size(most)} were agreed to;"
                    " what it has scanned is billed"
                )
            if stop.wait(pause) or stop.is_set():  # which may be told only when it is asked
                raise EngineStoppedError(f"{self.place.name}: stopped; what it had scanned is billed")
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _stop(self, query: str) -> None:
        """Tell Athena to stop; that it cannot be told is no other error than the one that led here."""
        try:
            self.call(self.client.stop_query_execution, QueryExecutionId=query)
        except PlaceError:
            return
        finally:
            self._running = ""

    def _done(self, query: str, told: dict[str, Any]) -> Done:
        state, scanned = told["Status"]["State"], _scanned(told)
        if state != "SUCCEEDED":
            raise EngineError(self._why(told, scanned))
        numbers = told.get("Statistics", {})
        output = told.get("ResultConfiguration", {}).get("OutputLocation")
        return Done(
            query,
            scanned,
            bool(numbers.get("ResultReuseInformation", {}).get("ReusedPreviousResult")),
            None if self.group.managed else output,
            numbers.get("DataManifestLocation"),
        )

    def _why(self, told: dict[str, Any], scanned: int) -> str:
        """Why a query did not succeed."""
        status = told["Status"]
        error = status.get("AthenaError", {})
        said = str(error.get("ErrorMessage") or status.get("StateChangeReason") or "no reason given")
        reason = shown(self.aws.redacted(said), _REASON)
        cutoff = self.group.cutoff
        if status["State"] == "CANCELLED":
            if cutoff is not None and scanned >= cutoff:
                why = f"the workgroup {self.place.workgroup} stops queries that scan more than {size(cutoff)}"
                return f"{self.place.name}: {why}; what it has scanned is billed ({reason})"
            return f"{self.place.name}: somebody else cancelled the query ({reason})"
        again = "; it may succeed when tried again" if error.get("Retryable") else ""
        who = "Athena itself failed" if error.get("ErrorCategory") == _SYSTEM else "the query failed"
        return f"{self.place.name}: {who}: {reason}{again}"


def size(count: int) -> str:
    """Bytes as people write them."""
    for unit, width in (("TB", 10**12), ("GB", 10**9)):
        if count >= width:
            return f"{count / width:,.2f} {unit}"
    return f"{count / 10**6:,.1f} MB"


def _scanned(told: dict[str, Any]) -> int:
    return int(told.get("Statistics", {}).get("DataScannedInBytes") or 0)


def _group(told: dict[str, Any]) -> WorkGroup:
    managed = bool(told.get("ManagedQueryResultsConfiguration", {}).get("Enabled"))
    version = str(told.get("EngineVersion", {}).get("EffectiveEngineVersion", "")).rpartition(" ")[2]
    return WorkGroup(
        managed,
        told.get("ResultConfiguration", {}).get("OutputLocation"),
        bool(told.get("EnforceWorkGroupConfiguration")),
        told.get("BytesScannedCutoffPerQuery"),
        version.isdecimal() and int(version) >= 3,
    )
