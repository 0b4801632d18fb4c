"""Stores to test: fake sources in place of the real ones, and a folder for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finops_tui import sources
from tests.store import fake_sources

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
