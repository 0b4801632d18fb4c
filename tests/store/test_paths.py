"""Where files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finops_tui import paths

if TYPE_CHECKING:
    from pathlib import Path


def test_the_option_wins_over_the_variable_and_that_over_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert paths.store_root().parts[-2:] == ("finops-tui", "store")
    monkeypatch.setenv(paths.STORE_VARIABLE, str(tmp_path / "variable"))
    assert paths.store_root() == tmp_path / "variable"
    assert paths.store_root(tmp_path / "option") == tmp_path / "option"


def test_a_store_is_named_from_here_or_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert paths.store_root("bills") == tmp_path / "bills"
    assert paths.store_root("~/bills") == tmp_path / "home" / "bills"


def test_settings_are_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert paths.config_file().name == "finops.toml"
    assert paths.config_file().parent.name == "finops-tui"
    (here / "finops.toml").write_text("")
    assert paths.config_file() == here / "finops.toml"
    monkeypatch.setenv(paths.CONFIG_VARIABLE, str(tmp_path))
    assert paths.config_file() == tmp_path / "finops.toml"
    assert paths.config_file(tmp_path / "other.toml") == tmp_path / "other.toml"


def test_the_sample_is_found_in_a_checkout_and_in_an_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "finops_tui"
    package.mkdir()
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    with pytest.raises(FileNotFoundError, match="install finops-tui again"):
        paths.sample_data()
    (tmp_path / "sample_data").mkdir()
    assert paths.sample_data() == tmp_path / "sample_data"
    (package / "sample_data").mkdir()
    assert paths.sample_data() == package / "sample_data"


def test_state_and_cache_are_folders_of_the_program() -> None:
    assert "finops-tui" in paths.state_folder().parts
    assert "finops-tui" in paths.cache_folder().parts
