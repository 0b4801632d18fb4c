"""What tests of sources share."""

from pathlib import Path

import pytest

from tests.sources.bills import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
