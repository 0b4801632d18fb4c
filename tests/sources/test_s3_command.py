"""`finops-tui load s3://…` and `ce://…` as people type them: what is printed, what is remembered, what is not."""

import json
import os
import pty
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_tui import loader
from finops_tui.__main__ import main
from finops_tui.sources import cost_explorer_fetch
from tests.sources import bills
from tests.sources.s3_server import (
    KEY_ID,
    SECRET,
    TOKEN,
    Bucket,
    Request,
    at_home,
    cur2,
    queried,
    refusal,
)

OLD, NEW = "2025-04-01T10:00:00.000Z-aaaa", "2025-04-02T10:00:00.000Z-bbbb"


@pytest.fixture
def bucket(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A bucket as commands find it, and where they keep what they find."""
    at_home(bucket, monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    return bucket


def test_load_then_query_then_a_restatement_by_sync(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.export([cur2("1.10", "2.20"), cur2("3.30")], execution=OLD)
    assert main(["load", bucket.url("exports"), "--region", "eu-west-1"]) == 0
    assert queried(capsys) == Decimal("6.60")
    bucket.export([cur2("1.10", "2.20"), cur2("4.30")], execution=NEW)
    assert main(["sync"]) == 0
    assert "March 2025: +1 USD since the last delivery" in capsys.readouterr().out
    assert queried(capsys) == Decimal("7.60")
    bucket.server.asked.clear()
    assert main(["sync"]) == 0
    assert not bucket.server.gets()
    remembered = json.loads((tmp_path / "store" / "SOURCES").read_text())["places"]
    assert [(place["place"], place["options"]) for place in remembered] == [
        (bucket.url("exports"), {"region": "eu-west-1"})
    ]


def test_what_cannot_be_read_is_said_and_the_store_stays(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.export([cur2("1.10")])
    assert main(["load", bucket.url("exports")]) == 0
    bucket.server.fault = lambda _: refusal(
        "403 Forbidden", "AccessDenied", f"{KEY_ID} {SECRET} may not s3:ListBucket"
    )
    assert main(["load", bucket.url("exports")]) == 2
    told = capsys.readouterr()
    assert "access denied" in told.err
    assert "s3:ListBucket" in told.err
    assert "the store is as it was" in told.err
    assert queried(capsys) == Decimal("1.10")
    assert not secrets_in(told.out + told.err, tmp_path)


def secrets_in(text: str, folder: Path) -> list[str]:
    """Keys of the user that were printed, or are in any file below a folder or in its name."""
    found = [secret for secret in (SECRET, KEY_ID, TOKEN) if secret in text]
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found += [
            str(path)
            for secret in (SECRET, KEY_ID, TOKEN)
            if secret.encode() in content or secret in str(path)
        ]
    return found


def test_no_key_is_printed_or_left_in_any_file(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.export([cur2("1.10")])
    for command in (
        ["load", bucket.url()],
        ["sync"],
        ["sources", "--json"],
        ["doctor"],
        ["load", "s3://none-such-bucket/x"],
    ):
        main(command)
    told = capsys.readouterr()
    assert not secrets_in(told.out + told.err, tmp_path)


def answer(request: Request) -> Any:
    """Cost Explorer with one charge a month."""
    if not request.target.endswith("GetCostAndUsage"):
        return None
    body = json.loads(request.body)
    keys = ["Usage"] if len(body["GroupBy"]) == 1 else ["AWS Lambda", "000000000007"]
    amount = {"Amount": "1.25", "Unit": "USD"}
    group = {"Keys": keys, "Metrics": {"UnblendedCost": amount, "AmortizedCost": amount}}
    start = body["TimePeriod"]["Start"]
    result = {"TimePeriod": {"Start": start, "End": f"{start[:8]}02"}, "Estimated": False, "Groups": [group]}
    return (
        "200 OK",
        [("Content-Type", "application/x-amz-json-1.1")],
        json.dumps({"ResultsByTime": [result]}).encode(),
    )


def test_cost_explorer_asks_first(bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bucket.server.fault = answer
    url = "ce://?start=2026-02-01&end=2026-03-31"
    assert main(["load", url]) == 2
    told = capsys.readouterr().err
    assert "USD 0.14" in told
    assert f"finops-tui load '{url}' --yes" in told
    assert not [one for one in bucket.server.asked if "GetCostAndUsage" in one.target]
    assert main(["load", url, "--yes"]) == 0
    assert "4 requests, USD 0.04" in capsys.readouterr().err
    assert queried(capsys) == Decimal("2.50")
    assert main(["sync"]) == 0  # closed months are held: nothing is asked, nothing is spent
    assert len([one for one in bucket.server.asked if "GetCostAndUsage" in one.target]) == 4
    assert not secrets_in(told, tmp_path)


@pytest.mark.parametrize(("said", "code"), [(b"y\n", 0), (b"n\n", 2), (b"\n", 2)])
def test_somebody_at_a_terminal_is_asked(bucket: Bucket, tmp_path: Path, said: bytes, code: int) -> None:
    bucket.server.fault = answer
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "finops_tui", "load", "ce://?start=2026-02-01&end=2026-02-28"]
    with subprocess.Popen(command, stdin=inner, stderr=inner, stdout=subprocess.PIPE) as running:
        os.close(inner)
        heard = b""
        while b"[y/N]" not in heard:
            heard += os.read(outer, 1000)
        os.write(outer, said)
        assert running.stdout is not None
        running.stdout.read()
        assert running.wait() == code
    os.close(outer)
    assert b"USD 0.07" in heard
    asked = [one for one in bucket.server.asked if "GetCostAndUsage" in one.target]
    assert bool(asked) == (code == 0)


def test_the_explorer_takes_the_same_url(bucket: Bucket, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([bucket.url("exports"), "--profile", "x"]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_what_stands_for_a_source_may_be_mixed(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.export([cur2("1")])
    (tmp_path / "here.csv").write_text(bills.text([bills.focus(BilledCost="2")]))
    assert main(["load", "here.csv", bucket.url("exports")]) == 0
    assert queried(capsys) == 3


def test_a_file_of_cost_explorer_is_small_and_named_by_its_month(bucket: Bucket, tmp_path: Path) -> None:
    bucket.server.fault = answer
    assert main(["load", "ce://?start=2026-02-01&end=2026-02-28", "--yes"]) == 0
    (file,) = (tmp_path / "cache").rglob("*.csv")
    assert file.name == "cost-explorer-2026-02.csv"
    assert cost_explorer_fetch.FOLDER in file.parts


def test_how_a_place_was_reached_is_remembered_for_the_explorer(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.export([cur2("1")])
    assert main(["load", bucket.url("exports"), "--endpoint-url", bucket.server.url]) == 0
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    result = loader.load(tmp_path / "store", [bucket.url("exports")])
    assert not result.refused
    assert json.loads((tmp_path / "store" / "SOURCES").read_text())["places"][0]["options"] == {
        "endpoint_url": bucket.server.url
    }


def test_a_password_in_the_endpoint_is_never_remembered(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here.csv").write_text(bills.text([bills.focus(BilledCost="2")]))
    command = [
        "load",
        "here.csv",
        bucket.url(),
        "--keep-going",
        "--endpoint-url",
        "http://me:s3cret@127.0.0.1",
    ]
    assert main(command) == 2
    assert "must not have a user" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
