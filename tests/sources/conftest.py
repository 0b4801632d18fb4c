"""What tests of sources share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sources.bills import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finops_tui.sources.s3_access import Access
    from tests.sources.s3_server import Bucket, Server


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    """AWS on loopback, for the tests of a file; what serves it is imported by those that ask for it."""
    from tests.sources.s3_server import Server

    server = Server()
    yield server
    server.stop()


@pytest.fixture
def bucket(aws: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A new bucket, and the environment to reach it."""
    from tests.sources.s3_server import fresh

    return fresh(aws, monkeypatch)


@pytest.fixture
def access(bucket: Bucket) -> Access:
    """The way to it."""
    from finops_tui.sources.s3_access import Access

    return Access(endpoint_url=bucket.server.url)
