"""What every test stands on: no terminal settings of the developer, no store of the developer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A property may be slow on a busy machine; CI repeats the same examples so that a failure is somebody's change.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

_TERMINAL = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "SSH_TTY",
)
_HOMES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
_private = tempfile.TemporaryDirectory(prefix="finops-tui-tests-")


def pytest_configure() -> None:
    """Before anything is imported: Textual reads its variables once, at import."""
    for name in list(os.environ):
        ours = name.startswith("TEXTUAL_SNAPSHOT")  # the snapshot plugin may have been configured before
        if not ours and (name in _TERMINAL or name.startswith(("FINOPS_TUI_", "TEXTUAL_", "AWS_"))):
            del os.environ[name]
    os.environ["TERM"] = "xterm-256color"
    os.environ["COLUMNS"], os.environ["LINES"] = "120", "36"
    for name in _HOMES:
        os.environ[name] = str(Path(_private.name) / name.lower())


def pytest_unconfigure() -> None:
    """Remove the private folders."""
    _private.cleanup()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top of the checkout."""
    return Path(__file__).resolve().parent.parent
