"""An Athena on loopback: its JSON API over HTTP, with answers written where Athena writes them, and as it does."""

import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.engines.athena_runs import Query, RefusalError, Runs, written


@dataclass
class Athena(Runs):
    """The server, what it was asked, and what it does instead of answering.

    Attributes:
        asked: Operations with their arguments, in order, those that were throttled included.
        throttled: So many requests are refused first.
        meanwhile: Called with each look at a query.
    """

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    throttled: int = 0
    meanwhile: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
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
        self.trino.close()

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
        group = self.group(body["WorkGroup"])
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
            self.group(body["WorkGroup"]),
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
        self.go_on(query)
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

    def _query(self, body: dict[str, Any]) -> Query:
        if body["QueryExecutionId"] not in self.queries:
            raise RefusalError("InvalidRequestException", "QueryExecution was not found")
        return self.queries[body["QueryExecutionId"]]


def snake(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
