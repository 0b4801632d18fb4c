"""What may be loaded when: the start stays quick and the floors stay apart."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import finops_tui.queries
import finops_tui.screens

HEAVY = {"textual", "rich", "polars", "duckdb", "boto3", "botocore", "sqlglot", "plotext"}
ENGINES = "finops_tui.engines."
CLIENTS = {"adbc_driver_manager", "adbc_driver_spark", "pyarrow", "pandas", "grpc", "pyspark", "sqlglot"}


def modules_of(package) -> list[str]:
    found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    return [package.__name__, *(module.name for module in found)]


def loaded_by_importing(modules: list[str]) -> set[str]:
    code = (
        "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def top_level(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "command", [(), ("demo",), ("load",), ("sources",), ("query",), ("explain",), ("budgets",)]
)
def test_help_loads_nothing_heavy(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "finops_tui", *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "usage: finops-tui" in done.stdout
    loaded = {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "finops_tui" in loaded
    assert not top_level(loaded) & HEAVY


def test_questions_load_neither_textual_nor_a_database() -> None:
    loaded = loaded_by_importing(modules_of(finops_tui.queries))
    assert "finops_tui.queries.view" in loaded
    assert not top_level(loaded) & {"textual", "rich", "duckdb", "boto3", "sqlglot", "plotext"}
    assert {
        name
        for name in loaded
        if name.startswith("finops_tui.") and not name.startswith("finops_tui.queries")
    } == set()


def test_screens_load_no_database_and_nothing_of_the_machine() -> None:
    loaded = loaded_by_importing(modules_of(finops_tui.screens))
    assert "textual" in loaded
    assert not top_level(loaded) & {"duckdb", "boto3", "sqlglot"}
    below = ("finops_tui.screens", "finops_tui.queries")
    assert {name for name in loaded if name.startswith("finops_tui.") and not name.startswith(below)} == set()


def test_the_start_of_the_explorer_loads_no_engine() -> None:
    """What opens a store and its desk knows that there are lakes, and nothing of how one is asked."""
    start = ["commands", "cli", "app", "opening", "desks", "store", "store_commands", "settings", "loader"]
    loaded = loaded_by_importing([f"finops_tui.{name}" for name in start])
    assert {name for name in loaded if name.startswith(ENGINES)} <= {f"{ENGINES}schemes"}
    assert not {name for name in loaded if name.startswith("finops_tui.lake_")}
    assert not top_level(loaded) & (CLIENTS - {"sqlglot"})


def test_engines_load_no_client_before_one_is_asked() -> None:
    import finops_tui.engines

    loaded = loaded_by_importing(
        [*modules_of(finops_tui.engines), "finops_tui.lake_desk", "finops_tui.lake_fetch"]
    )
    assert f"{ENGINES}adbc" in loaded
    assert not top_level(loaded) & CLIENTS
    assert not {name for name in loaded_by_importing(modules_of(finops_tui.engines)) if ".screens" in name}
