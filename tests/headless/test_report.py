"""`finops-tui report`: figures of the file, rows that add up, and nothing in it that acts."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from finops_tui import __main__, cli, loader, report, report_pages, report_svg, saved_views, settings
from finops_tui.queries.saved import Saved
from finops_tui.reckoning import calendar_of
from finops_tui.store import Store
from tests.headless import bill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CENT = Decimal("0.01")
HOSTILE = "<script>alert(1)</script>\"'|`\x1b[2J"

CONFIG = """
[[team]]
name = "one"
service = "Compute"

[[team]]
name = "<b>two</b>"
service = "Storage"
"""


@pytest.fixture(scope="module")
def rows() -> list[bill.Row]:
    more = [
        bill.row(f"2026-05-{day:02}", f"{day}.005", ServiceName=f"Service {n}")
        for n in range(20)
        for day in (3, 9)
    ]
    return [
        *bill.two_months(),
        *more,
        bill.row("2026-05-04", "-7.125", ServiceName=HOSTILE, ChargeCategory="Credit"),
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, rows: list[bill.Row]) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "finops.toml").write_text(CONFIG)
    result = loader.load(folder / "store", [bill.write(folder / "bill.csv", rows)])
    assert not result.refused
    return folder


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    with Store(place / "store", teams=settings.load(place / "finops.toml").teams) as opened:
        yield opened


def page(store: Store, saved: Saved) -> report_pages.Page:
    calendar = calendar_of(store)
    assert calendar is not None
    return report_pages.page(store, saved, calendar)


def expected(rows: list[bill.Row], month: str = "") -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["ChargePeriodStart"].startswith(month):
            sums[row["BillingCurrency"]] += Decimal(row["EffectiveCost"])
    return sums


@pytest.mark.parametrize("by", [("service",), ("account",), ("category", "service"), ("tag.team",)])
@pytest.mark.parametrize("period", ["all", "2026-05"])
def test_totals_are_the_file_s_and_rows_add_up_to_them(
    store: Store, rows: list[bill.Row], by: tuple[str, ...], period: str
) -> None:
    found = page(store, Saved(by=by, period=period))
    sums = expected(rows, "" if period == "all" else period)
    assert {section.currency: section.exact for section in found.sections} == sums
    for section in found.sections:
        assert section.total == sums[section.currency].quantize(CENT, ROUND_HALF_EVEN)
        assert sum(group.cost for group in section.groups) == section.total
        assert len(section.groups) <= report_pages.ROWS + 1
        over_time = sum((cost for _, costs in section.courses for cost in costs), Decimal(0))
        assert over_time == section.exact


def test_changes_add_up_too(store: Store, rows: list[bill.Row]) -> None:
    found = page(store, Saved(period="2026-05"))
    compared = [word for word in found.words if word.startswith("compared")]
    assert compared
    for section in found.sections:
        assert section.change is not None
        assert sum((group.change or Decimal(0) for group in section.groups), Decimal(0)) == section.change
        assert section.told


def test_a_single_row_too_many_is_named_rather_than_called_one_more(store: Store) -> None:
    for section in page(store, Saved(period="all")).sections:
        assert "1 more" not in [group.name for group in section.groups]


def run(capsys: pytest.CaptureFixture[str], place: Path, *words: str) -> str:
    code = __main__.main(
        ["report", "--store", str(place / "store"), "--config", str(place / "finops.toml"), *words]
    )
    out = capsys.readouterr()
    assert code == 0, out.err
    return out.out


class Tags(HTMLParser):
    """Every element with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_is_one_file_that_does_nothing(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    html = run(capsys, place, "--format", "html", "--period", "2026-05", "--showback", "--title", HOSTILE)
    tags = Tags()
    tags.feed(html)
    names = {name for name, _ in tags.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "b", "form"}
    for _, attributes in tags.tags:
        assert not set(attributes) & {"src", "href", "onclick", "onload"}
    assert "\x1b" not in html
    assert any("<script>alert(1)</script>" in text for text in tags.texts)
    assert any("<b>two</b>" in text for text in tags.texts)


def test_charts_are_well_formed_and_as_high_as_what_they_show(store: Store) -> None:
    section = page(store, Saved(period="2026-05", by=("service",))).sections[0]
    root = ET.fromstring(report_svg.chart(section))
    bars = [one for one in root.iter() if one.tag.endswith("rect")]
    heights: dict[str, Decimal] = defaultdict(Decimal)
    for bar in bars:
        assert float(bar.attrib["y"]) >= 0
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= report_svg.HEIGHT
        heights[bar.attrib["x"]] += Decimal(bar.attrib["height"])
    dearest = max(range(len(section.days)), key=lambda i: sum(abs(costs[i]) for _, costs in section.courses))
    width = Decimal(report_svg.WIDTH - 70) / len(section.days)
    assert max(heights, key=lambda x: heights[x]) == str(round(70 + dearest * width, 2))


def test_markdown_and_text_are_safe(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    for form in ("md", "table"):
        out = run(capsys, place, "--format", form, "--period", "2026-05")
        assert "\x1b" not in out
    assert "<script>" not in run(capsys, place, "--format", "md").replace("\\<", "")


def test_a_page_for_each_team_adds_up_to_everything(store: Store, place: Path, rows: list[bill.Row]) -> None:
    options = cli.parse(
        ["report", "--showback", "--config", str(place / "finops.toml"), "--period", "2026-05"]
    )
    wanted = report.views(options, settings.load(place / "finops.toml"))
    assert [view.name for view in wanted] == [
        "one, by service",
        "<b>two</b>, by service",
        "(unallocated), by service",
    ]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for view in wanted:
        for section in page(store, view).sections:
            sums[section.currency] += section.exact
    assert sums == expected(rows, "2026-05")


def test_a_folder_gets_a_file_for_each_page(
    capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path
) -> None:
    out = run(capsys, place, "--format", "md", "--showback", "--output", str(tmp_path))
    written = sorted(path.name for path in tmp_path.iterdir())
    assert len(written) == len(out.split()) == 3
    assert all(re.fullmatch(r"[a-z0-9-]+\.md", name) for name in written)


def test_saved_views_are_reported(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    saved_views.save(
        place / "views", Saved(name="mine", by=("account",), filter="service:Compute", period="2026-04")
    )
    out = run(capsys, place, "--view", "mine")
    assert "mine\n────" in out
    assert "only service:Compute" in out


def test_what_cannot_be_reported_is_said(
    capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path
) -> None:
    config = tmp_path / "finops.toml"
    config.write_text("")
    for words, why in (
        (["--showback"], "no teams"),
        (["--view", "none"], "no saved view"),
        (["--period", "x"], "period"),
    ):
        code = __main__.main(["report", "--store", str(place / "store"), "--config", str(config), *words])
        assert code == 2
        assert why in capsys.readouterr().err
