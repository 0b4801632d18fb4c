"""`finops-tui load athena://…` as people type it: asked once, priced first, exact, and not asked again."""

import json
import os
import pty
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.__main__ import main
from tests.engines import athena_bill as bill
from tests.engines.athena_bill import Export
from tests.engines.athena_fixtures import APRIL, MARCH
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN

DEAR = "1000000"
"""A price of a terabyte at which the little data of a test costs something."""


@pytest.fixture
def home(export: Export, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where commands keep what they find."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("FINOPS_TUI_STORE", str(folder / "store"))
    monkeypatch.chdir(folder)
    return folder


def months(export: Export) -> list[str]:
    """Months whose charges Athena was asked to add up, in order; questions about keys of tags left out."""
    texts = [text for text in export.athena.texts() if "map_keys" not in text]
    return [month for text in texts for month in re.findall(r"'(\d{4}-\d{2})'", text)]


def queried(capsys: pytest.CaptureFixture[str], basis: str = "billed") -> Decimal:
    """What a query finds in the store, of all periods."""
    capsys.readouterr()
    assert main(["query", "--basis", basis, "--format", "json", "--period", "all"]) == 0
    return Decimal(json.loads(capsys.readouterr().out)["totals"]["USD"])


def test_all_four_costs_are_those_of_the_files(
    export: Export, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", export.url()]) == 0
    told = capsys.readouterr()
    for basis, measure in zip(("billed", "effective", "list", "contracted"), bill.COSTS, strict=True):
        assert queried(capsys, basis) == bill.total(export.all(), measure), basis
    assert months(export) == [APRIL, MARCH], "the newest first"
    assert f"{MARCH}: {len(export.months[MARCH])} lines of the lake" in told.out + told.err


def test_a_second_sync_asks_nothing_and_a_month_that_changed_is_asked_for_alone(
    export: Export, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", export.url()]) == 0
    export.athena.asked.clear()
    assert main(["sync"]) == 0
    assert not export.athena.texts()
    export.deliver(MARCH, bill.rows(MARCH, 222, seed=5))
    assert main(["sync"]) == 0
    assert months(export) == [MARCH]
    assert queried(capsys) == bill.total(export.all())


def test_more_than_may_be_spent_is_asked_about_before_anything_is(
    export: Export, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = export.url(usd_per_tb=DEAR)
    assert main(["load", url]) == 2
    told = capsys.readouterr().err
    assert not export.athena.texts(), "not even for the keys of tags"
    assert "USD 31.46" in told, "two months and one again for its tags, ten megabytes each at least"
    assert "USD 0.10 may be spent without asking" in told
    assert f"finops-tui load '{url}' --yes" in told
    assert main(["load", url, "--yes"]) == 0
    assert queried(capsys) == bill.total(export.all())
    export.deliver(APRIL, bill.rows(APRIL, 20, seed=3))
    export.athena.asked.clear()
    assert main(["sync"]) == 3
    assert not export.athena.texts()
    assert "USD 10.49" in capsys.readouterr().err
    assert main(["sync", "--yes"]) == 0
    assert months(export) == [APRIL]
    assert queried(capsys) == bill.total(export.all())


def test_months_that_are_held_stay_good_when_more_may_be_spent(
    export: Export, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", export.url()]) == 0
    export.deliver(MARCH, bill.rows(MARCH, 222, seed=5))
    export.athena.asked.clear()
    export.athena.groups["other"] = export.athena.groups["finops"]
    assert main(["load", export.url(max_usd="7", workgroup="other", transfer="pages")]) == 0
    assert months(export) == [MARCH]
    assert queried(capsys) == bill.total(export.all())


@pytest.mark.parametrize(("said", "code"), [(b"y\n", 0), (b"n\n", 2)])
def test_somebody_at_a_terminal_is_asked_once(export: Export, home: Path, said: bytes, code: int) -> None:
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "finops_tui", "load", export.url(usd_per_tb=DEAR)]
    with subprocess.Popen(command, stdin=inner, stderr=inner, stdout=subprocess.PIPE) as running:
        os.close(inner)
        heard = b""
        while b"[y/N]" not in heard:
            heard += os.read(outer, 1000)
        assert not export.athena.texts()
        os.write(outer, said)
        assert running.stdout is not None
        running.stdout.read()
        assert running.wait() == code
    os.close(outer)
    assert heard.count(b"[y/N]") == 1
    assert bool(export.athena.texts()) == (code == 0)


def test_the_explorer_asks_before_it_takes_the_screen(export: Export, home: Path) -> None:
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "finops_tui", export.url(usd_per_tb=DEAR)]
    with subprocess.Popen(command, stdin=inner, stderr=inner, stdout=inner) as running:
        heard = b""
        while b"[y/N]" not in heard:
            heard += os.read(outer, 1000)
        os.write(outer, b"n\n")
        assert running.wait() == 2
    os.close(inner)
    os.close(outer)
    assert b"USD 31.46" in heard
    assert not export.athena.texts()


def test_a_month_is_not_read_twice_for_more_than_may_be_spent_unasked(
    export: Export, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("finops_tui.lake_cube.ROWS", 100)
    assert main(["load", export.url(usd_per_tb=DEAR), "--yes"]) == 2
    assert "it would be read once more, for up to USD 10.4858" in capsys.readouterr().err
    assert months(export) == [APRIL, MARCH]


def test_a_query_that_fails_leaves_the_store_as_it_was(
    export: Export, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", export.url()]) == 0
    before = queried(capsys)
    export.deliver(MARCH, bill.rows(MARCH, 222, seed=5))
    export.athena.failing = (2, "HIVE_BAD_DATA: not a Parquet file", False)
    assert main(["sync"]) != 0
    assert "HIVE_BAD_DATA" in capsys.readouterr().err
    assert queried(capsys) == before


def test_no_key_is_printed_or_kept(export: Export, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", export.url()]) == 0
    assert main(["sync"]) == 0
    export.athena.failing = (2, f"{KEY_ID} {SECRET} {TOKEN}", False)
    export.deliver(MARCH, bill.rows(MARCH, 22, seed=5))
    main(["sync"])
    told = capsys.readouterr()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (KEY_ID, SECRET, TOKEN):
        assert secret not in told.out + told.err
        assert secret.encode() not in kept
