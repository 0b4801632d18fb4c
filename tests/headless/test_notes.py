"""Notes: kept beside the settings, shown with the events, and in reports; what others wrote stays."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui import __main__, loader, notes
from tests.headless import bill

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 5, 3)


def run(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> tuple[int, str, str]:
    code = __main__.main(["note", "--config", str(config), *words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_notes_are_written_listed_and_deleted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "finops.toml"
    assert "no notes" in run(capsys, config)[1]
    assert run(capsys, config, "moved", "the", "shop", "--date", "2026-05-03", "--service", "Compute")[0] == 0
    run(capsys, config, "second", "--date", "2026-05-01")
    listed = run(capsys, config)[1]
    assert listed.index("second") < listed.index("moved the shop")
    assert '"service": "Compute"' in run(capsys, config, "--json")[1]
    assert run(capsys, config, "--delete", "second", "--date", "2026-05-01")[0] == 0
    code, _, why = run(capsys, config, "--delete", "second", "--date", "2026-05-01")
    assert (code, "no such note" in why) == (2, True)
    assert "second" not in run(capsys, config)[1]


@pytest.mark.parametrize("words", [["x", "--date", "yesterday"], ["x" * 501], [" "]])
def test_what_is_no_note_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    code, out, why = run(capsys, tmp_path / "finops.toml", *words)
    assert (code == 2 and why) or "no notes" in out
    assert not (tmp_path / "notes.csv").exists()


@given(texts=st.lists(st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip())), max_size=4))
def test_any_text_is_one_row_and_no_formula(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("notes") / "notes.csv"
    for text in texts:
        notes.add(file, DAY, text, {})
    if texts:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert len(rows) == len(texts)
        assert not [row for row in rows if row["title"].lstrip()[:1] in {"=", "+", "-", "@"}]
    found, problems = notes.everything(file)
    assert (len(found), problems) == (len(texts), ())
    for text in texts:
        notes.remove(file, DAY, text)
    assert notes.everything(file)[0] == ()


def test_columns_of_somebody_else_stay(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("date,title,ticket\n2026-05-01,by hand,OPS-7\n")
    notes.add(file, DAY, "mine", {"account": "000000000001"})
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["title"], row["ticket"], row["account"]) for row in rows] == [
        ("by hand", "OPS-7", ""), ("mine", "", "000000000001"),
    ]  # fmt: skip


def test_notes_are_in_reports(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "finops.toml"
    config.write_text("")
    loader.load(tmp_path / "store", [bill.write(tmp_path / "bill.csv", bill.two_months())])
    run(capsys, config, "moved <the> shop", "--date", "2026-05-03")
    run(capsys, config, "earlier", "--date", "2026-03-03")
    for form in ("table", "md", "html"):
        __main__.main(
            [
                "report",
                "--store",
                str(tmp_path / "store"),
                "--config",
                str(config),
                "--format",
                form,
                "--period",
                "2026-05",
            ]
        )
        out = capsys.readouterr().out
        assert "2026-05-03: note: moved " in out
        assert "earlier" not in out
        assert form == "table" or "<the>" not in out.replace("\\<", "")
