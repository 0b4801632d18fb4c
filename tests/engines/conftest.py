"""The engines that the contract is held against: Sail in the ordinary lane, Apache Spark in `make test-spark`."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui.engines.opening import opened
from tests.engines import lakes, servers
from tests.engines.athena_fixtures import export, loopback, s3  # noqa: F401 - fixtures of Athena's tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finops_tui.engines.base import Engine

ENGINE = "spark" if os.environ.get("SPARK_PYTHON") else "sail"
"""`make test-spark` says which Python has Apache Spark."""


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> lakes.Lake:
    return lakes.write(tmp_path_factory.mktemp("lake") / "focus", lakes.lines(4_000))


@pytest.fixture(scope="session", params=[ENGINE])
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    log = tmp_path_factory.mktemp("engine") / "server.log"
    start = {"sail": servers.sail_process, "spark": servers.spark_process}[request.param]
    with start(log) as found:
        yield found


@pytest.fixture(scope="session")
def server(started: tuple[str, int]) -> str:
    return started[0]


@pytest.fixture(scope="session")
def server_process(started: tuple[str, int]) -> int:
    return started[1]


@pytest.fixture(scope="session")
def engine(server: str, lake: lakes.Lake, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return opened(f"{server}?path={lake.folder}", {}, tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="session")
def reference(lake: lakes.Lake, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return opened(f"lake://{lake.folder}", {}, tmp_path_factory.mktemp("scratch"))


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture(scope="session")
def expected(reference: Engine) -> Callable[[int], list[tuple[Any, ...]]]:
    """What DuckDB says to the view of a seed; asked once however many engines are held to it."""

    @cache
    def answer(seed: int) -> list[tuple[Any, ...]]:
        return lakes.ask(reference, lakes.random_rollup(seed, reference.describe()), threading.Event())

    return answer
