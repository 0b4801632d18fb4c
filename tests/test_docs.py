"""The docs say what the program does: generated parts, options, examples and links."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from finops_tui import cli_words

TOP = Path(__file__).resolve().parent.parent
COMMANDS = ("", *cli_words.COMMANDS)
PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def finops_tui(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "finops_tui", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def flags_of(command: str) -> set[str]:
    done = finops_tui(*filter(None, [command]), "--help")
    assert done.returncode == 0, done.stderr[-2000:]
    return set(FLAG.findall(done.stdout)) - {"--help"}


def slug(heading: str) -> str:
    """A heading's anchor, as the usual Markdown renderers make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower().strip()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {
        slug(line.lstrip("#"))
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }


def examples() -> list[str]:
    """Every `finops-tui …` line of the docs that needs no data of the reader's own."""
    lines = [
        line.removeprefix("$ ") for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()
    ]
    return sorted({line.strip() for line in lines if line.startswith("finops-tui ") and " --demo" in line})


def test_the_generated_parts_are_current() -> None:
    done = subprocess.run(
        [sys.executable, TOP / "tools" / "docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run `make docs`:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    documented = set(FLAG.findall((TOP / "docs" / "headless.md").read_text(encoding="utf-8")))
    assert flags_of(command) - documented == set()


def test_every_documented_option_exists() -> None:
    documented = set(FLAG.findall((TOP / "docs" / "headless.md").read_text(encoding="utf-8")))
    known = set().union(*map(flags_of, COMMANDS))
    assert documented - known - {"--help"} == set()


def test_there_are_examples() -> None:
    assert len(examples()) >= 5


@pytest.mark.parametrize("example", examples())
def test_the_examples_run(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(example, comments=True)[1:]
    done = finops_tui(*(words[: words.index(">")] if ">" in words else words))
    assert done.returncode in {0, 1}, f"{example}\n{done.stderr}"
    assert done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.exists(), f"{target} in {page.name}"
        assert to.is_relative_to(TOP), f"{target} in {page.name}"
        assert not anchor or anchor in anchors(to), f"{target} in {page.name}"


def test_decisions_are_numbered_and_short() -> None:
    decisions = sorted((TOP / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:3]) for path in decisions] == list(range(1, len(decisions) + 1))
    assert [path.name for path in decisions if len(path.read_text(encoding="utf-8").split()) > 450] == []


def test_make_targets_of_the_docs_exist() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    named = {
        name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert named - targets == set()
