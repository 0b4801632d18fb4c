"""An Athena on loopback: its JSON API over HTTP, with answers written where Athena writes them, and as it does."""

import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
class Athena:
    """The server, what it was asked, and what it does instead of answering.

    Attributes:
        s3: A client of the S3 that the tables are in.
        groups: Workgroups by name.
        tables: Tables by database and name.
        asked: Operations with their arguments, in order, those that were throttled included.
        throttled: So many requests are refused first.
        held: Queries do not end by themselves.
        says: Bytes that a running query says it has scanned with each look, in place of the truth.
        failing: What queries fail with.
        meanwhile: Called with each look at a query.
    """

    s3: Any
    groups: dict[str, Group] = field(default_factory=dict)
    tables: dict[tuple[str, str], Catalogued] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    throttled: int = 0
    held: bool = False
    says: int | None = None
    failing: tuple[int, str, bool] | None = None
    meanwhile: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.queries: dict[str, Query] = {}
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
        self._trino = Trino()
        outer = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                operation = self.headers["X-Amz-Target"].rpartition(".")[2]
                status, answer = outer.answer(operation, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._trino.close()

    def reset(self) -> None:
        """As new: nothing was asked, nothing is odd."""
        self.groups, self.tables, self.asked = {}, {}, []
        self.throttled, self.held, self.says, self.failing, self.meanwhile = 0, False, None, None, None
        self.queries, self._tokens = {}, {}

    def texts(self) -> list[str]:
        """The SQL that was run, in order."""
        return [body["QueryString"] for operation, body in self.asked if operation == "StartQueryExecution"]

    def count(self, operation: str) -> int:
        return sum(name == operation for name, _ in self.asked)

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.asked.append((operation, body))
            if self.throttled:
                self.throttled -= 1
                return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
            try:
                found: dict[str, Any] = getattr(self, f"_{snake(operation)}")(body)
            except RefusalError as error:
                return 400, {"__type": error.code, "Message": str(error), "message": str(error)}
            return 200, found

    def _get_work_group(self, body: dict[str, Any]) -> dict[str, Any]:
        group = self._group(body["WorkGroup"])
        settings: dict[str, Any] = {
            "EnforceWorkGroupConfiguration": group.enforced,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO",
                "EffectiveEngineVersion": group.version,
            },
            "ManagedQueryResultsConfiguration": {"Enabled": group.managed},
            "ResultConfiguration": {"OutputLocation": group.output} if group.output else {},
        }
        if group.cutoff is not None:
            settings["BytesScannedCutoffPerQuery"] = group.cutoff
        return {"WorkGroup": {"Name": body["WorkGroup"], "State": group.state, "Configuration": settings}}

    def _get_table_metadata(self, body: dict[str, Any]) -> dict[str, Any]:
        table = self.tables.get((body["DatabaseName"], body["TableName"]))
        if table is None or body["CatalogName"] != "AwsDataCatalog":
            raise RefusalError("MetadataException", f"Table {body['TableName']} not found.")
        columns, partitions = (
            [{"Name": name, "Type": kind} for name, kind in kinds.items()]
            for kinds in (table.columns, table.partitions)
        )
        told = {"Name": body["TableName"], "Columns": columns, "PartitionKeys": partitions}
        kind = "VIRTUAL_VIEW" if table.view else "EXTERNAL_TABLE"
        return {"TableMetadata": {**told, "TableType": kind, "Parameters": {"location": table.location}}}

    def _start_query_execution(self, body: dict[str, Any]) -> dict[str, Any]:
        group, output = (
            self._group(body["WorkGroup"]),
            body.get("ResultConfiguration", {}).get("OutputLocation"),
        )
        if group.managed and output:
            raise RefusalError(
                "InvalidRequestException", "OutputLocation cannot be set with managed query results"
            )
        if group.enforced:
            output = group.output
        output = None if group.managed else output or group.output
        if not (output or group.managed):
            raise RefusalError("InvalidRequestException", "No output location provided.")
        token = body.get("ClientRequestToken", "")
        if len(token) < 32:
            raise RefusalError("InvalidRequestException", "ClientRequestToken is too short")
        if token not in self._tokens:
            query = Query(str(uuid.uuid4()), body["QueryString"], body, output)
            if output:
                query.output = f"{output.rstrip('/')}/{query.id}.csv"
            self.queries[query.id] = query
            self._tokens[token] = query.id
        return {"QueryExecutionId": self._tokens[token]}

    def _get_query_execution(self, body: dict[str, Any]) -> dict[str, Any]:
        query = self._query(body)
        self._go_on(query)
        if self.meanwhile is not None:
            self.meanwhile()
        statistics: dict[str, Any] = {
            "DataScannedInBytes": query.scanned,
            "ResultReuseInformation": {"ReusedPreviousResult": query.reused},
        }
        if query.manifest:
            statistics["DataManifestLocation"] = query.manifest
        status: dict[str, Any] = {"State": query.state, "SubmissionDateTime": 1.0}
        if query.reason:
            status["StateChangeReason"] = query.reason
        if query.error:
            status["AthenaError"] = query.error
        return {
            "QueryExecution": {
                "QueryExecutionId": query.id,
                "Query": query.text,
                "Status": status,
                "Statistics": statistics,
                "ResultConfiguration": {"OutputLocation": query.output} if query.output else {},
                "WorkGroup": query.body["WorkGroup"],
            }
        }

    def _stop_query_execution(self, body: dict[str, Any]) -> dict[str, Any]:
        query = self._query(body)
        if query.state in {"QUEUED", "RUNNING"}:
            query.state, query.reason = "CANCELLED", "Query cancelled by user"
        return {}

    def _get_query_results(self, body: dict[str, Any]) -> dict[str, Any]:
        query, most = self._query(body), body.get("MaxResults", 1000)
        if query.state != "SUCCEEDED":
            raise RefusalError(
                "InvalidRequestException", f"Query has not yet finished. Current state: {query.state}"
            )
        if not 1 <= most <= 1000:
            raise RefusalError(
                "InvalidRequestException", "MaxResults is more than maximum allowed length 1000."
            )
        rows = [tuple(query.names), *query.rows]
        start = int(body.get("NextToken", 0))
        page = [
            {"Data": [{} if cell is None else {"VarCharValue": written(cell)} for cell in row]}
            for row in rows[start : start + most]
        ]
        columns = [{"Name": name, "Type": "varchar"} for name in query.names]
        answer = {"ResultSet": {"Rows": page, "ResultSetMetadata": {"ColumnInfo": columns}}}
        return answer | ({"NextToken": str(start + most)} if start + most < len(rows) else {})

    def _group(self, name: str) -> Group:
        if name not in self.groups:
            raise RefusalError("InvalidRequestException", f"WorkGroup {name} is not found.")
        return self.groups[name]

    def _query(self, body: dict[str, Any]) -> Query:
        if body["QueryExecutionId"] not in self.queries:
            raise RefusalError("InvalidRequestException", "QueryExecution was not found")
        return self.queries[body["QueryExecutionId"]]

    def _go_on(self, query: Query) -> None:
        """What has become of a query since it was last looked at."""
        query.looks += 1
        if query.state == "QUEUED" and query.looks > 1:
            query.state = "RUNNING"
        if query.state != "RUNNING":
            return
        query.scanned += self.says or 0
        cutoff = self._group(query.body["WorkGroup"]).cutoff
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
        scanned = self._trino.scanned(self.s3, self.tables, text)
        if cutoff is not None and scanned > cutoff:
            query.scanned = scanned
            query.state, query.reason = "CANCELLED", CUT_OFF
            return
        try:
            if unloading:
                self._unload(query, text, unloading["where"])
            else:
                query.names, query.rows = self._trino.select(self.s3, self.tables, text)
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
        urls = self._trino.unload(self.s3, self.tables, text, where)
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


def snake(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def written(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def as_csv(query: Query) -> str:
    """An answer as Athena writes it: every value quoted, NULL nothing at all."""
    lines = []
    for row in [tuple(query.names), *query.rows]:
        cells = ["" if cell is None else '"' + written(cell).replace('"', '""') + '"' for cell in row]
        lines.append(",".join(cells) + "\n")
    return "".join(lines)
