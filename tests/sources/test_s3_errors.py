"""What goes wrong on the way to AWS is said in words, with the cure, and without anything secret."""

import logging
import socket
import traceback
from pathlib import Path

import pytest

from finops_tui.sources import s3, s3_access
from finops_tui.sources.s3_access import Access, PlaceError
from finops_tui.sources.s3_place import parse
from tests.sources import bills
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN, Bucket, Request, cur2, refusal


@pytest.fixture
def bucket(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket that is asked once."""
    monkeypatch.setattr(s3_access, "_TRIES", 1)
    return bucket


def said(bucket: Bucket, access: Access, folder: Path) -> str:
    """The message of a fetch that fails; nothing of the keys is in it, nor in what hangs on to it."""
    with pytest.raises(PlaceError) as caught:
        s3.fetch(bucket.url("focus"), access, folder)
    whole = "".join(traceback.format_exception(caught.value))
    assert not secrets_in(whole)
    return str(caught.value)


def secrets_in(text: str) -> list[str]:
    """Keys, tokens and signatures in a text."""
    return [secret for secret in (SECRET, KEY_ID, TOKEN, "abcdef0123") if secret in text]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("403 Forbidden", "AccessDenied", "access denied"),
        ("404 Not Found", "NoSuchBucket", "there is no such bucket"),
        ("403 Forbidden", "InvalidAccessKeyId", "does not know the access key"),
        ("403 Forbidden", "SignatureDoesNotMatch", "does not accept the secret key"),
        ("400 Bad Request", "ExpiredToken", "sign in again"),
        ("403 Forbidden", "RequestTimeTooSkewed", "clock is wrong"),
        ("503 Slow Down", "SlowDown", "slow down"),
        ("301 Moved Permanently", "PermanentRedirect", "--region"),
        ("400 Bad Request", "SomethingNew", "AWS says SomethingNew"),
    ],
)
def test_what_s3_answers_is_said_in_words(
    bucket: Bucket, access: Access, tmp_path: Path, status: str, code: str, words: str
) -> None:
    echo = f"You sent {KEY_ID} and {SECRET} with {TOKEN}; \x1b[2J X-Amz-Signature=abcdef0123"
    bucket.server.fault = lambda _: refusal(status, code, echo.replace("\x1b", "&#x9b;"))
    message = said(bucket, access, tmp_path)
    assert words in message
    assert message.startswith(f"s3://{bucket.name}/focus: ")
    assert message.isprintable()


def test_access_denied_names_the_permission_and_who_pays(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    bucket.server.fault = lambda _: refusal(
        "403 Forbidden", "AccessDenied", "not authorized to s3:ListBucket"
    )
    message = said(bucket, access, tmp_path)
    assert "s3:ListBucket" in message
    assert "--requester-pays" in message


def test_an_object_that_may_not_be_read_is_named(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus()]))
    bucket.server.fault = lambda request: (
        refusal("403 Forbidden", "AccessDenied") if "a.csv" in request.path else None
    )
    assert said(bucket, access, tmp_path).startswith(f"s3://{bucket.name}/focus/a.csv: access denied")


def test_a_bucket_that_does_not_exist(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="there is no such bucket"):
        s3.fetch("s3://no-such-bucket-here/x", access, tmp_path)


def test_no_credentials(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "no AWS credentials were found" in said(bucket, access, tmp_path)
    with pytest.raises(PlaceError, match="no AWS credentials were found"):
        s3.fetch(bucket.url(), Access(role_arn="arn:aws:iam::123456789012:role/bills"), tmp_path)


def test_half_credentials(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "half there" in said(bucket, access, tmp_path)


def test_a_profile_that_does_not_exist(bucket: Bucket, tmp_path: Path) -> None:
    assert "no profile 'nobody'" in said(bucket, Access(profile="nobody"), tmp_path)


@pytest.mark.parametrize(
    "url",
    ["minio.example", "ftp://x", "https://", "http://[x", "https://me:s3cret@x", "https://x/?key=s3cret"],
)
def test_an_endpoint_that_cannot_be_used_is_refused_and_not_repeated(
    bucket: Bucket, tmp_path: Path, url: str
) -> None:
    message = said(bucket, Access(endpoint_url=url), tmp_path)
    assert "the endpoint" in message
    assert "s3cret" not in message


def test_no_network(bucket: Bucket, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = said(bucket, Access(endpoint_url=f"http://127.0.0.1:{port}"), tmp_path)
    assert "cannot be reached" in message


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///x", "s3://a", "s3://UP\x1bPER/x", "s3://b/?versionId=1", "/tmp/x"]
)
def test_what_is_no_place_is_said_so(url: str) -> None:
    with pytest.raises(PlaceError) as caught:
        parse(url)
    assert str(caught.value).isprintable()


def test_requester_pays_is_sent_with_every_call(
    bucket: Bucket, access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus()]))
    calls: list[str | None] = []
    client_of = s3_access.Aws.client

    def client(aws: s3_access.Aws, service: str) -> object:
        made = client_of(aws, service)
        made.meta.events.register(
            "before-send.s3", lambda request, **_: calls.append(request.headers.get("x-amz-request-payer"))
        )
        return made

    monkeypatch.setattr(s3_access.Aws, "client", client)
    s3.fetch(bucket.url("focus"), Access(endpoint_url=access.endpoint_url, requester_pays=True), tmp_path)
    assert len(calls) > 2
    assert set(calls) == {b"requester"}


def test_a_role_is_taken_on_with_the_own_credentials(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", bucket.server.url)
    bucket.export([cur2("5")])
    bucket.server.asked.clear()
    role = Access(endpoint_url=bucket.server.url, role_arn="arn:aws:iam::123456789012:role/bills")
    assert s3.fetch(bucket.url(), role, tmp_path).paths
    assert bucket.server.asked[0].method == "POST"  # to STS, before anything else
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"ASIA" in path.read_bytes()]


def test_the_profile_and_region_of_the_configuration_are_used(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    (tmp_path / "config").write_text(
        f"[profile bills]\nregion = eu-central-1\nendpoint_url = {bucket.server.url}\n"
        f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    bucket.export([cur2("5")])
    aws = s3_access.Aws(Access(profile="bills"))
    assert aws.client("s3").meta.region_name == "eu-central-1"
    assert (
        s3_access.Aws(Access(profile="bills", region="eu-west-1")).client("s3").meta.region_name
        == "eu-west-1"
    )
    assert s3.fetch(bucket.url(), Access(profile="bills"), tmp_path / "cache").paths


def test_nothing_secret_is_logged_stored_or_told(
    bucket: Bucket,
    access: Access,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    bucket.export([cur2("5")])
    told: list[object] = []
    fetched = s3.fetch(bucket.url(), access, tmp_path, progress=told.append)
    heard = "\n".join((caplog.text, *capfd.readouterr(), repr(told), repr(fetched), repr(access)))
    assert not secrets_in(heard)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not secrets_in(path.read_bytes().decode("latin-1"))
            assert not secrets_in(path.name)


def test_redaction_knows_keys_it_was_never_given(bucket: Bucket, access: Access) -> None:
    aws = s3_access.Aws(access)
    text = f"AKIAABCDEFGHIJKLMNOP ASIAABCDEFGHIJKLMNOP Signature=xyz&Expires=1 {SECRET} {TOKEN}"
    assert aws.redacted(text) == "… … Signature=…&Expires=1 … …"


@pytest.mark.parametrize("page", [b"<html><body>Please sign in</body>", b"{}", b"\xff\xfe"])
def test_what_is_no_s3_is_said_in_words(bucket: Bucket, access: Access, tmp_path: Path, page: bytes) -> None:
    bucket.server.fault = lambda _: ("200 OK", [("Content-Type", "text/html")], page)
    assert said(bucket, access, tmp_path).startswith(f"s3://{bucket.name}/focus: ")


@pytest.mark.parametrize("page", [b"", b"<x/>"])
def test_an_empty_list_is_no_list_of_bills(
    bucket: Bucket, access: Access, tmp_path: Path, page: bytes
) -> None:
    bucket.server.fault = lambda one: (
        ("200 OK", [("Content-Type", "application/xml")], page) if "list-type" in one.query else None
    )
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert [one.reason for one in fetched.refused] == ["no bills there"]


def test_a_list_that_lacks_what_it_must_have_does_no_harm(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    page = b"<ListBucketResult><Contents><Key>focus/a.csv</Key></Contents></ListBucketResult>"
    bucket.server.fault = lambda one: (
        ("200 OK", [("Content-Type", "application/xml")], page) if "list-type" in one.query else None
    )
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert [path.stat().st_size for path in fetched.paths[0].iterdir()] == [0]


def test_a_bucket_in_another_region_is_followed_there(bucket: Bucket, access: Access, tmp_path: Path) -> None:
    bucket.put("focus/a.csv", bills.text([bills.focus()]))

    def elsewhere(request: Request) -> tuple[str, list[tuple[str, str]], bytes] | None:
        if request.region == "eu-west-1":
            return None
        status, headers, body = refusal("301 Moved Permanently", "PermanentRedirect")
        return status, [*headers, ("x-amz-bucket-region", "eu-west-1")], body

    bucket.server.fault = elsewhere
    assert s3.fetch(bucket.url("focus"), access, tmp_path).paths
    assert [one.region for one in bucket.server.asked][-1] == "eu-west-1"
