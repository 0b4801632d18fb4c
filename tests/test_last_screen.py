"""The last screen: shown again only while it is true, private, and never anything but text in colours."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from finops_tui import cli_shared, last_screen, paths
from finops_tui.last_screen import KEPT, LastScreen, planned, stamp
from finops_tui.queries import explain_parts, saved, view

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (20, 4)
ROWS = [
    [("1;38;5;254", " finops-tui"), ("", " " * 9)],
    [("38;5;75", "$1,234.50"), ("48;5;233", " ▆▆ 日本")],
    [("38;5;248", "130 rows  "), ("", "loaded now")],
    [("", "Enter open")],
]


def kept(folder: Path, *made_from: str, environ: dict[str, str] | None = None) -> LastScreen:
    last = LastScreen("/store", environ or {"TERM": "xterm"}, str(folder))
    last.keep(SIZE, ROWS, made_from)
    return last


def test_a_screen_is_kept_and_says_of_when_it_is(tmp_path: Path) -> None:
    rows = kept(tmp_path / "screens").read(SIZE)
    assert rows is not None
    assert [*rows[:2], rows[3]] == [*ROWS[:2], ROWS[3]]
    said = "".join(text for _, text in rows[2])
    assert re.fullmatch(r" *as of \d\d:\d\d, opening ", said)
    assert len(said) == max(SIZE[0], len(said))


def test_it_is_private(tmp_path: Path) -> None:
    kept(tmp_path / "screens")
    (file,) = (tmp_path / "screens").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "screens").stat().st_mode & 0o777 == 0o700


def test_it_is_void_when_anything_it_was_made_from_has_changed(tmp_path: Path) -> None:
    current, settings = tmp_path / "CURRENT", tmp_path / "finops.toml"
    current.write_text("1")
    last = kept(tmp_path / "screens", stamp(str(current)), stamp(str(settings)))
    assert last.read(SIZE) is not None
    settings.write_text("theme = 'light'")  # there was none
    assert last.read(SIZE) is None
    settings.unlink()
    assert last.read(SIZE) is not None
    beside = tmp_path / "next"
    beside.write_text("2")
    beside.replace(current)  # as a load publishes
    assert last.read(SIZE) is None


@pytest.mark.parametrize(
    "other",
    [{"TERM": "vt100"}, {"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": "truecolor"}],
)
def test_it_is_of_one_size_look_and_store(tmp_path: Path, other: dict[str, str]) -> None:
    folder = tmp_path / "screens"
    last = kept(folder)
    assert last.read((21, 4)) is None
    assert LastScreen("/store", other, str(folder)).read(SIZE) is None
    assert LastScreen("/other", {"TERM": "xterm"}, str(folder)).read(SIZE) is None


def test_another_session_of_the_same_multiplexer_has_it_too(tmp_path: Path) -> None:
    folder = tmp_path / "screens"
    inside = {"TERM": "xterm", "TMUX": "/tmp/tmux-0/default,11,0"}
    kept(folder, environ=inside)
    again = {**inside, "TMUX": "/tmp/tmux-0/default,12,3"}
    assert LastScreen("/store", again, str(folder)).read(SIZE) is not None
    assert LastScreen("/store", {"TERM": "xterm"}, str(folder)).read(SIZE) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Enter open", "\x1b]52;c;ZXZpbA==\x07"), ("Enter open", "\x1b[2J"), ("Enter open", "\x9b2J"),
        ("38;5;75", "38;5;75m\x1b[6n"), ("38;5;75", "?1049"), ("Enter open", "\u202eevil"),
        ("Enter open", "Enter open\n"), ("Enter open", "x" * 50), ("last screen 1", "last screen 2"),
    ],
)  # fmt: skip
def test_nothing_but_text_in_colours_is_shown(tmp_path: Path, old: str, new: str) -> None:
    last = kept(tmp_path / "screens")
    (file,) = (tmp_path / "screens").iterdir()
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert last.read(SIZE) is None


def test_a_file_that_is_not_ours_alone_is_not_read(tmp_path: Path) -> None:
    last = kept(tmp_path / "screens")
    (file,) = (tmp_path / "screens").iterdir()
    assert last.read(SIZE) is not None
    file.chmod(0o640)
    assert last.read(SIZE) is None
    file.chmod(0o600)
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert last.read(SIZE) is None
    file.unlink()
    os.mkfifo(file, 0o600)
    assert last.read(SIZE) is None
    file.unlink()
    file.touch(0o600)
    with file.open("r+b") as sparse:
        sparse.truncate(last_screen.LARGEST + 1)
    assert last.read(SIZE) is None


@pytest.mark.parametrize("bad", ["\x1b[31m", "a\tb", "a\nb", "\u200b"])
def test_what_is_no_plain_text_is_not_kept(tmp_path: Path, bad: str) -> None:
    last = LastScreen("/store", {}, str(tmp_path / "screens"))
    last.keep(SIZE, [[("", bad)], *ROWS[1:]], ())
    assert last.read(SIZE) is None
    assert not (tmp_path / "screens").exists()


def test_few_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        LastScreen(f"/store{number}", {}, str(tmp_path)).keep(SIZE, ROWS, ())
    assert len(list(tmp_path.iterdir())) == KEPT


def test_it_is_for_the_plain_explorer_only() -> None:
    assert planned([], {}) is not None
    assert planned(["--store", "bills"], {}) is not None
    assert planned(["demo"], {}) is not None
    for words in (
        ["--no-cache"],
        ["--store", "x", "--no-cache"],
        ["demo", "--no-cache"],
        ["--store"],
        ["bill.csv"],
    ):
        assert planned(words, {}) is None, words
    for words in (["query"], ["--help"], ["--by", "service"], ["--store", "--help"]):
        assert planned(words, {}) is None, words


def test_without_a_terminal_there_is_none() -> None:
    assert last_screen.terminal() is None  # the tests have none


def test_folders_are_those_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []
    monkeypatch.setattr(LastScreen, "__init__", lambda _, *words: seen.append(words))
    for variables in ({}, {"XDG_CACHE_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}):
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        planned([], os.environ)
        assert seen[-1][0] == str(paths.store_root())
        assert seen[-1][2] == str(paths.cache_folder() / "screens")
    planned(["--store", "~/bills"], os.environ)
    assert seen[-1][0] == str(paths.store_root("~/bills"))


def test_words_of_the_command_line_are_those_of_the_questions() -> None:
    assert tuple(view.BASES) == cli_shared.BASES
    assert tuple(view.CATEGORIES) == cli_shared.CATEGORIES
    assert tuple(view.DATASETS) == cli_shared.DATASETS
    assert view.GRAINS == cli_shared.GRAINS
    assert explain_parts.MATCHES == cli_shared.MATCHES
    assert tuple(explain_parts.PARTS) == cli_shared.PARTS
    assert saved.PICTURES == cli_shared.PICTURES
