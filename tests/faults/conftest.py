"""What tests of faults share: the shim, and drivers with and without it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.loads import Driver, build, compiler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preloaded library that makes calls fail."""
    if not sys.platform.startswith("linux"):
        pytest.skip("faults in system calls are made by a small library, which is written for Linux")
    if compiler() is None:
        pytest.skip(
            "faults in system calls are made by a small library, and there is no C compiler to build it"
        )
    return build(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def faulty(shim: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """Loads whose system calls fail."""
    with Driver(tmp_path_factory.mktemp("driver"), shim) as driver:
        yield driver


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """Loads that can be killed."""
    with Driver(tmp_path_factory.mktemp("driver")) as driver:
        yield driver
