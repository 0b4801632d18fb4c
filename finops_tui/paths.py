"""Where files lie: the store, settings, logs, cache, and the bundled sample."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

APP: Final = "finops-tui"
STORE_VARIABLE: Final = "FINOPS_TUI_STORE"
CONFIG_VARIABLE: Final = "FINOPS_TUI_CONFIG"
CONFIG_FILE: Final = "finops.toml"


def store_root(given: str | Path | None = None) -> Path:
    """The folder of the store.

    Args:
        given: What `--store` said; it wins over `FINOPS_TUI_STORE`, which wins over the user's data folder.
    """
    named = given or os.environ.get(STORE_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False) / "store"


def config_file(given: str | Path | None = None) -> Path:
    """The settings file, which need not exist.

    Args:
        given: What the command line said; it wins over `FINOPS_TUI_CONFIG` (a file, or a folder with
            `finops.toml`), which wins over `finops.toml` here, which wins over the user's config folder.
    """
    named = given or os.environ.get(CONFIG_VARIABLE)
    if named:
        path = Path(named).expanduser().absolute()
        return path / CONFIG_FILE if path.is_dir() else path
    here = Path.cwd() / CONFIG_FILE
    if here.is_file():
        return here
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / CONFIG_FILE


def state_folder() -> Path:
    """The folder of logs and of what is remembered between sessions; it need not exist."""
    import platformdirs

    return platformdirs.user_state_path(APP, appauthor=False)


def cache_folder() -> Path:
    """The folder of what may be deleted at any time; it need not exist."""
    import platformdirs

    return platformdirs.user_cache_path(APP, appauthor=False)


def sample_data() -> Path:
    """The folder of the bundled sample: inside the package when installed, beside it in a checkout.

    Raises:
        FileNotFoundError: the sample was left out of this installation.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "sample_data", package.parent / "sample_data"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the sample data is not part of this installation; install finops-tui again")
