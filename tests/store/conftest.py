"""Stores to test: fake sources in place of the real ones, and a folder for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finops_tui import loader, sources
from tests.store import fake_sources
from tests.store.fake_sources import charge, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _json_bills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "discover", fake_sources.discover, raising=False)
    monkeypatch.setattr(sources, "stage", fake_sources.stage, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A store that does not exist yet."""
    return tmp_path / "store"


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """A folder for bills."""
    folder = tmp_path / "bills"
    folder.mkdir()
    return folder


@pytest.fixture
def loaded(root: Path, bills: Path) -> Path:
    """A store of three units: 1, 10 and 100."""
    rows = [charge("1"), charge("10", day="2025-02-01"), charge("100", account="222")]
    loader.load(root, [write(bills / "a.json", rows)])
    return root
