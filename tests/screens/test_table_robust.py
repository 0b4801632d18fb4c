"""The table where space is short, data hostile or colour missing."""

from decimal import Decimal

import pytest

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.widgets.table_layout import fitting, last_first, place
from tests.screens.drawn import POISON, assert_harmless, messages, rows, segments, staged

D = Decimal
COLUMNS = (
    Column("service", "Service", 14, flex=1),
    Column("cost", "Cost", 12, kind="money", currency="USD"),
    Column("delta", "Δ$", 10, kind="delta", currency="USD"),
    Column("change", "Δ%", 8, kind="change"),
    Column("share", "Share", 7, kind="percent"),
    Column("trend", "Trend", 6, kind="spark"),
    Column("bar", "", 10, kind="bar", min_terminal_width=100),
)


def row(name, cost, before, **more):
    cost, before = D(cost), D(before)
    return {
        "service": name,
        "cost": cost,
        "delta": cost - before,
        "change": (cost, before),
        "share": D("0.25"),
        "trend": (D(1), D(2), D(3)),
        "bar": cost,
        **more,
    }


ROWS = (
    row("AmazonEC2", "80565.56", "82870.12"),
    row("AmazonS3", "1000", "500"),
    row("AWSLambda", "12.5", "0"),
    row("Credits", "-300", "-300", tone="muted"),
)


def many(count):
    return [row(f"service-{index}", count - index, 1) for index in range(count)]


def test_flexible_columns_take_and_give():
    columns = [Column("a", "A", 20, flex=1), Column("b", "B", 10), Column("c", "C", 10, flex=2)]
    wide = place(columns, 100)
    assert [each.width for each in wide] == [38, 10, 47]
    assert wide[-1].x + wide[-1].width == 100
    assert [each.width for each in place(columns, 35)] == [12, 10, 10]
    assert [
        each.key for each in fitting([Column("a", "A"), Column("b", "B", min_terminal_width=90)], 80)
    ] == ["a"]


async def test_columns_that_do_not_fit_are_reached():
    columns = [Column(f"c{index}", f"Head {index}", 12) for index in range(20)]
    data = [{f"c{index}": f"cell {index}" for index in range(20)}]
    table = VTable(Look(), cell_cursor=True)
    async with staged(table, (60, 5), lambda t: t.show(columns, data)) as pilot:
        for _ in range(25):
            table.action_right()
        await pilot.pause()
        assert table.column == 19
        assert table.current_column.key == "c19"
        assert "Head 0" in rows(table)[0]
        assert "cell 19" in rows(table)[1]
        for _ in range(25):
            table.action_left()
        await pilot.pause()
        assert table.column == 0
        assert "cell 1 " in rows(table)[1]
    table = VTable(Look())
    async with staged(table, (60, 5), lambda t: t.show(columns, data)):
        for _ in range(25):
            table.action_right()
        assert "cell 19" in rows(table)[1]
        assert last_first(columns, 60) == 16


async def test_cut_texts_say_so():
    table = VTable(Look())
    async with staged(
        table, (40, 4), lambda t: t.show([Column("a", "Long heading", 8)], [{"a": "abcdefghijkl"}])
    ):
        assert rows(table)[0].strip() == "Long he…"
        assert rows(table)[1].strip() == "abcdefg…"


async def test_words_in_place_of_rows():
    table = VTable(Look(), empty="No cost in this period: press t for another")
    async with staged(table, (80, 5), lambda t: t.show(COLUMNS, [])) as pilot:
        assert rows(table)[1].strip() == "No cost in this period: press t for another"
        for action in (
            "up",
            "down",
            "page_up",
            "page_down",
            "home",
            "end",
            "left",
            "right",
            "mark",
            "select",
        ):
            getattr(table, f"action_{action}")()
        table.message("Loading [bold]…", "warn")
        await pilot.pause()
        assert rows(table)[1].strip() == "Loading [bold]…"
        table.show(COLUMNS, ROWS)
        await pilot.pause()
        assert "AmazonEC2" in rows(table)[1]
        assert not messages(pilot, VTable.RowSelected)


@pytest.mark.parametrize("charset", ["unicode", "blocks", "ascii"])
async def test_hostile_values_are_harmless(charset):
    columns = [
        Column("a", "A \x1b[31m", 20, flex=1),
        Column("b", "[bold]", 20),
        Column("c", "C", 12, kind="money"),
    ]
    data = [{"a": text, "b": text, "c": D(1), "currency": text} for text in POISON]
    table = VTable(Look(charset=charset), cell_cursor=True)
    async with staged(table, (90, 30), lambda t: t.show(columns, data)):
        assert_harmless(table)
        if charset == "ascii":
            assert all(line.isascii() for line in rows(table))


@pytest.mark.parametrize("depth", ["16", "none"])
async def test_without_our_colours_the_cursor_still_shows(depth):
    table = VTable(Look(depth=depth))
    async with staged(table, (80, 8), lambda t: t.show(COLUMNS, ROWS, cursor=1)) as pilot:
        table.focus()
        await pilot.pause()
        assert [line[0] for line in rows(table)[1:4]] == [" ", "▶", " "]
        if depth == "none":
            styles = [segment.style for y, segment in segments(table) if y == 2]
            assert all(each.reverse for each in styles if each is not None)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (200, 60)])
async def test_any_size_will_do(size):
    for look in (Look(), Look(depth="none"), Look(charset="ascii", depth="16")):
        table = VTable(look)
        async with staged(table, size, lambda t: t.show(COLUMNS, ROWS)):
            table.action_down()
            assert_harmless(table)


async def test_another_theme_is_drawn_anew():
    table = VTable(Look())
    async with staged(table, (40, 4), lambda t: t.show(COLUMNS, ROWS)) as pilot:
        before = table.render_line(2)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        after = table.render_line(2)
        assert before.text == after.text
        assert [segment.style for segment in before] != [segment.style for segment in after]


async def test_words_instead_of_rows_are_never_cut():
    table = VTable(Look())
    said = (
        "Binder Error: a column that is not there was named in the statement\nCandidate bindings: cost, day"
    )
    async with staged(table, (40, 10), lambda t: t.show(COLUMNS, [])) as pilot:
        table.message(said, "bad")
        await pilot.pause()
        lines = [line.strip() for line in rows(table)[1:]]
        assert " ".join(line for line in lines if line).split() == said.split()
        assert "…" not in "".join(lines)
        table.show(COLUMNS, ROWS)
        await pilot.pause()
        assert "80,565.56" in rows(table)[1]
        assert "Candidate" not in "".join(rows(table))
