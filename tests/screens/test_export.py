"""The export dialog: where it writes, what it never overwrites unasked, what it says."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from finops_tui.screens.desk import DeskError
from finops_tui.screens.export_dialog import FORMATS, ExportDialog, asked_path, format_of, safe_name
from tests.screens.host import SIZES, Host, desk_of, screen_text, settled, type_in

FRAME = pl.DataFrame({"service": ["a", "b"], "cost": [Decimal("1.10"), Decimal("2.20")]})


class Writer:
    """Writes nothing but the format's name, and remembers."""

    def __init__(self, error=None):
        self.written = []
        self.error = error

    def __call__(self, frame, path, chosen):
        if self.error:
            raise self.error
        self.written.append((frame, path, chosen))
        path.write_text(chosen)
        return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def exported(writer, *keys, typed="", name="service-2026-05-01", path=""):
    app = Host(ExportDialog(desk_of(export=writer), FRAME, name, path))
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, typed)
        await pilot.press(*keys)
        await settled(pilot)
        return app.results[0] if app.results else screen_text(app)


async def test_enter_writes_where_it_says(here):
    writer = Writer()
    said = await exported(writer, "enter")
    ((frame, path, chosen),) = writer.written
    assert (path, chosen) == (here / "service-2026-05-01.csv", "csv")
    assert frame is FRAME
    assert said == f"wrote 2 rows to {path}"


@pytest.mark.parametrize(("downs", "chosen"), enumerate(FORMATS))
async def test_arrows_choose_the_format(here, downs, chosen):
    writer = Writer()
    await exported(writer, *["down"] * downs, "enter")
    assert writer.written[0][1:] == (here / f"service-2026-05-01.{chosen}", chosen)


async def test_the_ending_that_is_typed_is_the_format(here):
    writer = Writer()
    await exported(writer, "enter", typed="x.json", path=str(here / "a."))
    assert writer.written[0][1:] == (here / "a.x.json", "json")


async def test_overwriting_takes_a_second_enter(here):
    target = here / "service-2026-05-01.csv"
    target.write_text("precious")
    writer = Writer()
    assert "exists" in await exported(writer, "enter")
    assert target.read_text() == "precious"
    assert (await exported(writer, "enter", "enter")).startswith("wrote")
    assert target.read_text() == "csv"


async def test_agreeing_to_one_name_is_not_agreeing_to_another(here):
    for name in ("a.csv", "ab.csv"):
        (here / name).write_text("precious")
    writer = Writer()
    keys = ("enter", *["backspace"] * 4, "b", ".", "c", "s", "v", "enter")
    assert "exists" in await exported(writer, *keys, path=str(here / "a.csv"))
    assert not writer.written


@pytest.mark.parametrize("path", ["nowhere/at/all/x.csv", "x.exe", "x"])
async def test_what_cannot_be_written_is_said(here, path):
    writer = Writer()
    text = await exported(writer, "enter", path=str(here / path))
    assert "there is no folder" in text or "end the path with" in text
    assert not writer.written


@pytest.mark.parametrize("error", [DeskError("the disk is full"), PermissionError("not allowed")])
async def test_a_failure_is_said_and_the_dialog_stays(here, error):
    assert f"not written: {error}" in await exported(Writer(error), "enter")


async def test_escape_writes_nothing(here):
    writer = Writer()
    assert await exported(writer, "escape") is None
    assert not writer.written


async def test_tab_completes_a_folder(here):
    (here / "reports").mkdir()
    app = Host(ExportDialog(desk_of(export=Writer()), FRAME, "x", f"{here}/rep"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("tab")
        assert app.screen.path.value == f"{here}/reports/"


async def test_a_click_takes_a_format(here):
    app = Host(ExportDialog(desk_of(export=Writer()), FRAME, "x"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.click("#choices", offset=(3, 3))
        await settled(pilot)
        assert app.screen.path.value.endswith("x.json")


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits(here, size):
    app = Host(ExportDialog(desk_of(export=Writer()), FRAME, "x"))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app)
        assert "Export 2 rows" in text
        assert "enter write" in text


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("service-2026", "service-2026"),
        ("../../etc/passwd", "etc-passwd"),
        ("tag.a/b\x00\n", "tag.a-b"),
        ("日本", "costs"),
        ("..", "costs"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_name_is_made_safe(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("", "{here}/x-1.csv"),
        ("json", "{here}/x-1.json"),
        ("md notes", "notes.md"),
        ("csv a b.csv", "a b.csv"),
        ("~/a.parquet", "~/a.parquet"),
    ],
)
def test_what_follows_the_command(here, asked, path):
    assert asked_path(asked, "x 1") == path.format(here=here)


def test_endings():
    assert [format_of(p) for p in ("a.CSV", "b.pq", "c.markdown", "d.md", "e", "f.exe")] == [
        "csv",
        "parquet",
        "md",
        "md",
        None,
        None,
    ]
