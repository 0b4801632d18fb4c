"""Queries of the Athena on loopback: what becomes of them, and where their answers go."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.engines.athena_trino import Catalogued, Trino, TrinoError, split

CUT_OFF = "Query cancelled! : Bytes scanned limit was exceeded"
UNLOADING = re.compile(
    r"unload \((?P<text>.*)\) to '(?P<where>[^']*)' with \(.*\)", re.DOTALL | re.IGNORECASE
)


class RefusalError(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass
class Group:
    """A workgroup."""

    output: str | None = None
    managed: bool = False
    enforced: bool = False
    cutoff: int | None = None
    state: str = "ENABLED"
    version: str = "Athena engine version 3"


@dataclass
class Query:
    """One execution."""

    id: str
    text: str
    body: dict[str, Any]
    output: str | None
    state: str = "QUEUED"
    looks: int = 0
    scanned: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    reason: str = ""
    error: dict[str, Any] = field(default_factory=dict)
    manifest: str | None = None
    reused: bool = False


@dataclass
class Runs:
    """The queries of one account.

    Attributes:
        s3: A client of the S3 that the tables are in.
        groups: Workgroups by name.
        tables: Tables by database and name.
        held: Queries do not end by themselves.
        says: Bytes that a running query says it has scanned with each look, in place of the truth.
        failing: What queries fail with.
    """

    s3: Any
    groups: dict[str, Group] = field(default_factory=dict)
    tables: dict[tuple[str, str], Catalogued] = field(default_factory=dict)
    held: bool = False
    says: int | None = None
    failing: tuple[int, str, bool] | None = None
    queries: dict[str, Query] = field(default_factory=dict)
    trino: Trino = field(default_factory=Trino)

    def group(self, name: str) -> Group:
        if name not in self.groups:
            raise RefusalError("InvalidRequestException", f"WorkGroup {name} is not found.")
        return self.groups[name]

    def go_on(self, query: Query) -> None:
        """What has become of a query since it was last looked at."""
        query.looks += 1
        if query.state == "QUEUED" and query.looks > 1:
            query.state = "RUNNING"
        if query.state != "RUNNING":
            return
        query.scanned += self.says or 0
        cutoff = self.group(query.body["WorkGroup"]).cutoff
        if cutoff is not None and query.scanned > cutoff:
            query.state, query.reason = "CANCELLED", CUT_OFF
        elif query.looks > 2 and not self.held:
            self._run(query, cutoff)

    def _run(self, query: Query, cutoff: int | None) -> None:
        if self.failing is not None:
            category, reason, retryable = self.failing
            self._fail(query, category, reason, retryable=retryable)
            return
        before = self._reusable(query)
        if before is not None:
            query.rows, query.names, query.output = before.rows, before.names, before.output
            query.state, query.reused = "SUCCEEDED", True
            return
        unloading = UNLOADING.fullmatch(query.text.strip())
        text = unloading["text"] if unloading else query.text
        scanned = self.trino.scanned(self.s3, self.tables, text)
        if cutoff is not None and scanned > cutoff:
            query.scanned = scanned
            query.state, query.reason = "CANCELLED", CUT_OFF
            return
        try:
            if unloading:
                self._unload(query, text, unloading["where"])
            else:
                query.names, query.rows = self.trino.select(self.s3, self.tables, text)
        except TrinoError as error:
            self._fail(query, 2, str(error))
            return
        query.scanned = scanned if self.says is None else query.scanned
        query.state = "SUCCEEDED"
        if query.output and not unloading:
            self._put(query.output, as_csv(query).encode())

    def _unload(self, query: Query, text: str, where: str) -> None:
        bucket, prefix = split(where)
        if self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("KeyCount"):
            raise TrinoError("HIVE_PATH_ALREADY_EXISTS: the target is not empty")
        urls = self.trino.unload(self.s3, self.tables, text, where)
        query.manifest = f"{(query.output or where).removesuffix('.csv')}-manifest.csv"
        self._put(query.manifest, "".join(f"{url}\n" for url in urls).encode())

    @staticmethod
    def _fail(query: Query, category: int, reason: str, *, retryable: bool = False) -> None:
        query.state, query.reason = "FAILED", reason
        query.error = {
            "ErrorCategory": category,
            "ErrorType": 1006,
            "Retryable": retryable,
            "ErrorMessage": reason,
        }

    def _reusable(self, query: Query) -> Query | None:
        """The last answer to the very same question, if the question says that it will do."""
        wanted = query.body.get("ResultReuseConfiguration", {}).get("ResultReuseByAgeConfiguration", {})
        if not wanted.get("Enabled"):
            return None
        if not 0 <= wanted.get("MaxAgeInMinutes", 60) <= 10080:
            raise RefusalError("InvalidRequestException", "MaxAgeInMinutes")
        keys = ("QueryString", "QueryExecutionContext", "WorkGroup", "ResultConfiguration")
        same = [
            one
            for one in self.queries.values()
            if one.state == "SUCCEEDED" and all(one.body.get(key) == query.body.get(key) for key in keys)
        ]
        return same[-1] if same else None

    def _put(self, url: str, data: bytes) -> None:
        bucket, key = split(url)
        self.s3.put_object(Bucket=bucket, Key=key, Body=data)


def written(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def as_csv(query: Query) -> str:
    """An answer as Athena writes it: every value quoted, NULL nothing at all."""
    lines = []
    for row in [tuple(query.names), *query.rows]:
        cells = ["" if cell is None else '"' + written(cell).replace('"', '""') + '"' for cell in row]
        lines.append(",".join(cells) + "\n")
    return "".join(lines)
