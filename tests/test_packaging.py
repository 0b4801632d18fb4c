"""What is shipped: one package, its data with it, and it answers from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from decimal import Decimal
from pathlib import Path, PurePosixPath

import pytest


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(repository)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel, as site-packages would hold it."""
    site = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(next(built.glob("*.whl"))).extractall(site)
    return site


def run(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_one_package_and_its_metadata(installed: Path) -> None:
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"finops_tui"}
    assert sorted(path.name.rpartition(".")[2] for path in installed.iterdir()) == ["dist-info", "finops_tui"]


def test_the_wheel_carries_what_is_not_python(installed: Path) -> None:
    package = installed / "finops_tui"
    assert (package / "py.typed").is_file()
    assert list((package / "queries").rglob("*.sql"))
    assert list((package / "sources").rglob("*.sql"))
    assert list((package / "screens").rglob("*.tcss"))
    sample = list((package / "sample_data").rglob("*.parquet"))
    assert sample
    assert sum(path.stat().st_size for path in sample) <= 3_000_000


def test_the_wheel_carries_every_file_of_the_package(installed: Path, repository: Path) -> None:
    source = [
        path
        for top in ("finops_tui", "sample_data")
        for path in (repository / top).rglob("*")
        if path.is_file()
    ]
    relative = [path.relative_to(repository) for path in source if "__pycache__" not in path.parts]
    expected = {path if path.parts[0] == "finops_tui" else Path("finops_tui") / path for path in relative}
    shipped = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    assert expected - shipped == set()


def test_the_sdist_leaves_the_links_out(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        members = archive.getmembers()
    names = {
        PurePosixPath(member.name).relative_to(PurePosixPath(member.name).parts[0]) for member in members
    }
    assert not [member.name for member in members if member.issym() or member.islnk()]
    assert not {name for name in names if name.parts and name.parts[0] in {"screens", "queries", ".venv"}}
    assert {PurePosixPath("LICENSE"), PurePosixPath("README.md"), PurePosixPath("pyproject.toml")} <= names


def test_the_installed_package_answers_from_another_folder(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import finops_tui; print(finops_tui.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(installed)
    done = run(
        installed,
        tmp_path,
        "-m",
        "finops_tui",
        "query",
        "--demo",
        "--by",
        "service",
        "--period",
        "all",
        "--format",
        "json",
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["rows"]
    for currency, total in answer["totals"].items():
        rows = [row for row in answer["rows"] if row["currency"] == currency]
        assert sum(Decimal(row["cost"]) for row in rows) == Decimal(total)
