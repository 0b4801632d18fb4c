"""An S3 on loopback: moto behind a door where requests are noted and faults are put in."""

import gzip
import io
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from finops_tui import loader
from finops_tui.__main__ import main
from finops_tui.sources import s3
from tests.sources import bills

SECRET = "c4n4ry/SecretKey+c4n4ry0123456789abcdefg"
KEY_ID = "AKIAC4N4RYC4N4RYC4N4"
TOKEN = "c4n4rySessionToken//c4n4ry0123456789=="


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@dataclass(frozen=True)
class Request:
    """One request that came in."""

    method: str
    path: str
    query: str
    range: str = ""
    match: str = ""
    target: str = ""
    body: bytes = b""
    region: str = ""


@dataclass
class Server:
    """The server: what was asked of it, and what it does instead of answering."""

    url: str = ""
    asked: list[Request] = field(default_factory=list)
    fault: Callable[[Request], tuple[str, list[tuple[str, str]], bytes] | str | None] | None = None
    page: int = 0

    def __post_init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._door, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def gets(self) -> list[str]:
        """Paths of the objects that were fetched."""
        return [
            one.path
            for one in self.asked
            if one.method == "GET" and "list-type" not in one.query and one.path.count("/") > 1
        ]

    def _door(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = b""
        if "HTTP_X_AMZ_TARGET" in environ:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
        request = Request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            environ.get("HTTP_RANGE", ""),
            environ.get("HTTP_IF_MATCH", ""),
            environ.get("HTTP_X_AMZ_TARGET", ""),
            body,
            "".join(environ.get("HTTP_AUTHORIZATION", "").split("/")[2:3]),
        )
        self.asked.append(request)
        instead = self.fault(request) if self.fault else None
        if self.page and "list-type" in request.query:
            environ["QUERY_STRING"] += f"&max-keys={self.page}"
        if instead == "break":
            return self._broken(self._moto(environ, start))
        if isinstance(instead, tuple):
            status, headers, body = instead
            start(status, [*headers, ("Content-Length", str(len(body)))])
            return [body]
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    @staticmethod
    def _broken(answer: Iterable[bytes]) -> Iterator[bytes]:
        whole = b"".join(answer)
        yield whole[: len(whole) // 2]
        raise ConnectionResetError("the test pulled the plug")


def refusal(status: str, code: str, message: str = "no") -> tuple[str, list[tuple[str, str]], bytes]:
    """An answer of S3 that says no."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, [("Content-Type", "application/xml")], body.encode()


@dataclass
class Bucket:
    """One bucket, and exports put into it."""

    server: Server
    name: str

    def __post_init__(self) -> None:
        self.client = boto3.client(
            "s3",
            endpoint_url=self.server.url,
            region_name="us-east-1",
            aws_access_key_id="writer",
            aws_secret_access_key="writer",
        )
        self.client.create_bucket(Bucket=self.name)

    def url(self, prefix: str = "") -> str:
        return f"s3://{self.name}/{prefix}"

    def put(self, key: str, body: bytes | str) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def export(
        self,
        files: Sequence[bytes],
        *,
        prefix: str = "exports",
        period: str = "2025-03",
        execution: str = "",
        manifest: bool = True,
        listed: int | None = None,
    ) -> list[str]:
        """A delivery of a Data Export named `daily`; its manifest comes last."""
        inside = f"BILLING_PERIOD={period}/" + (f"{execution}/" if execution else "")
        home = f"{prefix}/daily"
        keys = [
            f"{home}/data/{inside}daily-{number:05}.csv.gz" for number in range(1, (listed or len(files)) + 1)
        ]
        for key, content in zip(keys, files, strict=False):
            self.put(key, content)
        if manifest:
            content = {"executionId": execution, "dataFiles": [f"s3://{self.name}/{key}" for key in keys]}
            self.put(f"{home}/metadata/{inside}daily-Manifest.json", json.dumps(content))
        return keys

    def report(
        self,
        files: Sequence[bytes],
        *,
        period: str = "20250301-20250401",
        assembly: str = "",
        top: bool = True,
    ) -> list[str]:
        """A delivery of a legacy Cost and Usage Report named `hourly`."""
        home = f"cur/hourly/{period}"
        inside = f"{home}/{assembly}" if assembly else home
        keys = [f"{inside}/hourly-{number}.csv.gz" for number in range(1, len(files) + 1)]
        for key, content in zip(keys, files, strict=True):
            self.put(key, content)
        manifest = json.dumps({"assemblyId": assembly, "bucket": self.name, "reportKeys": keys})
        if assembly:
            self.put(f"{inside}/hourly-Manifest.json", manifest)
        if top:
            self.put(f"{home}/hourly-Manifest.json", manifest)
        return keys


_numbers = itertools.count(1)


def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who signs with keys that must be seen nowhere."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": TOKEN,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


def fresh(server: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket on a server without faults, and the environment to reach it."""
    environment(monkeypatch)
    server.fault, server.page = None, 0
    made = Bucket(server, f"bills-{next(_numbers)}")
    server.asked.clear()
    return made


def at_home(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The environment in which commands find a bucket, and keep what they find in a folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("FINOPS_TUI_STORE", str(home / "store"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.server.url)


def billed(folder: Path, fetched: s3.Fetched) -> Decimal:
    """Billed cost of what was fetched, by way of the loader."""
    result = loader.load(folder / "store", list(fetched.paths))
    assert not result.refused
    return sum((Decimal(entry.totals["USD"]["billed"]) for entry in result.loaded), Decimal(0))


def queried(capsys: pytest.CaptureFixture[str]) -> Decimal:
    """Billed cost that a query finds in the store."""
    capsys.readouterr()
    assert main(["query", "--basis", "billed", "--format", "json"]) == 0
    return Decimal(json.loads(capsys.readouterr().out)["totals"]["USD"])


def cur2(*costs: str, month: str = "2025-03", **more: str) -> bytes:
    """A file of CUR 2.0, a line for each cost."""
    following = f"{month[:5]}{int(month[5:]) + 1:02}"
    times = {
        "bill_billing_period_start_date": f"{month}-01T00:00:00.000Z",
        "bill_billing_period_end_date": f"{following}-01T00:00:00.000Z",
        "line_item_usage_start_date": f"{month}-05T00:00:00.000Z",
        "line_item_usage_end_date": f"{month}-05T01:00:00.000Z",
    }
    return packed([bills.cur(cost=cost, **times, **more) for cost in costs])


def legacy(*costs: str) -> bytes:
    """A file of a legacy Cost and Usage Report, a line for each cost."""
    rows = [
        {
            "identity/LineItemId": f"line{number}",
            "bill/PayerAccountId": "000000000042",
            "bill/BillingPeriodStartDate": "2025-03-01T00:00:00Z",
            "bill/BillingPeriodEndDate": "2025-04-01T00:00:00Z",
            "lineItem/UsageAccountId": "000000000007",
            "lineItem/LineItemType": "Usage",
            "lineItem/UsageStartDate": "2025-03-05T00:00:00Z",
            "lineItem/UsageEndDate": "2025-03-05T01:00:00Z",
            "lineItem/ProductCode": "AmazonEC2",
            "lineItem/UsageType": "BoxUsage",
            "lineItem/CurrencyCode": "USD",
            "lineItem/UnblendedCost": cost,
        }
        for number, cost in enumerate(costs)
    ]
    return packed(rows)


def packed(rows: Sequence[dict[str, str]]) -> bytes:
    """Rows as a csv.gz that is the same whenever it is made."""
    return gzip.compress(bills.text(rows).encode(), mtime=0)
