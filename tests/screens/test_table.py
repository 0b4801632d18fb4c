"""The virtual table: what it draws, how little it redraws, and what it says."""

from decimal import Decimal

from finops_tui.screens.color import Look
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column, Window
from tests.screens.drawn import messages, rows, staged

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


class Watched(VTable):
    """A table that notes which parts it was asked to redraw."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.regions = []

    def refresh(self, *regions, **options):
        if hasattr(self, "regions"):
            self.regions.append(regions)
        return super().refresh(*regions, **options)


async def test_it_reads_like_a_table():
    table = VTable(Look())
    async with staged(table, (80, 8), lambda t: t.show(COLUMNS, ROWS, sort=("cost", True))):
        lines = rows(table)
        assert lines[0].split() == ["Service", "Cost", "▼", "Δ$", "Δ%", "Share", "Trend"]
        assert lines[1].split() == ["AmazonEC2", "80,565.56", "-2,304.56", "▼2.8%", "25.0%", "▁▄▇"]
        assert lines[2].split() == ["AmazonS3", "1,000.00", "+500.00", "▲100.0%", "25.0%", "▁▄▇"]
        assert lines[3].split() == ["AWSLambda", "12.50", "+12.50", "new", "25.0%", "▁▄▇"]
        assert lines[4].split() == ["Credits", "-300.00", "0.00", "0.0%", "25.0%", "▁▄▇"]
        assert not "".join(lines[5:]).strip()
        ends = {
            line.index(figure) + len(figure)
            for line, figure in zip(lines[1:4], ("80,565.56", "1,000.00", "12.50"), strict=True)
        }
        assert len(ends) == 1


async def test_bars_take_the_greatest_row_as_full():
    table = VTable(Look())
    columns = [Column("bar", "", 10, kind="bar")]
    data = [
        {"bar": D(100)},
        {"bar": D(50)},
        {"bar": D("0.01")},
        {"bar": D(0)},
        {"bar": D(-30)},
        {"bar": None},
    ]
    async with staged(table, (20, 8), lambda t: t.show(columns, data)):
        lines = rows(table)[1:]
        assert [line.count("▆") for line in lines[:4]] == [10, 5, 1, 0]
        assert lines[4].count("░") == 3
        assert not lines[5].strip()


async def test_missing_values_are_not_zero():
    table = VTable(Look())
    async with staged(table, (80, 6), lambda t: t.show(COLUMNS, [{"service": None}, row("x", 0, 0)])):
        lines = rows(table)
        assert lines[1].split()[:5] == ["—", "—", "n/a", "n/a", "—"]
        assert lines[2].split()[:5] == ["x", "0.00", "0.00", "n/a", "25.0%"]


async def test_money_has_the_decimals_of_the_rows_currency():
    table = VTable(Look())
    data = [
        {"cost": D("12.5"), "currency": "JPY"},
        {"cost": D("12.5"), "currency": "KWD"},
        {"cost": D("12.5")},
    ]
    async with staged(
        table, (30, 6), lambda t: t.show([Column("cost", "Cost", kind="money", currency="EUR")], data)
    ):
        assert [line.strip() for line in rows(table)[1:4]] == ["12", "12.500", "12.50"]


async def test_only_rows_in_sight_are_fetched():
    asked = []

    def fetch(start, stop):
        asked.append((start, stop))
        return [row(f"service-{index}", 1, 1) for index in range(start, stop)]

    table = VTable(Look())
    async with staged(table, (80, 24), lambda t: t.show(COLUMNS, Window(1_000_000, fetch))) as pilot:
        assert "service-0 " in rows(table)[1]
        assert asked == [(0, 128)]
        table.action_end()
        await pilot.pause()
        assert "service-999999" in rows(table)[-1]
        assert all(stop - start <= 128 for start, stop in asked)
        assert len(asked) <= 3


async def test_ten_thousand_rows_draw_only_the_window(monkeypatch):
    from finops_tui.screens.widgets import table as module

    drawn = []
    original = module.line
    monkeypatch.setattr(module, "line", lambda *args: drawn.append(1) or original(*args))
    table = VTable(Look())
    async with staged(table, (80, 24), lambda t: t.show(COLUMNS, many(10_000))) as pilot:
        rows(table)
        assert len(drawn) <= 2 * 24
        drawn.clear()
        table.action_down()
        await pilot.pause()
        rows(table)
        assert len(drawn) <= 2


async def test_a_step_redraws_two_rows():
    table = Watched(Look())
    async with staged(table, (80, 24), lambda t: t.show(COLUMNS, many(100))) as pilot:
        table.regions.clear()
        table.action_down()
        await pilot.pause()
        drawn = [region for regions in table.regions for region in regions]
        assert all(regions for regions in table.regions)
        assert {region.y for region in drawn} == {1, 2}
        assert all(region.height == 1 for region in drawn)


async def test_the_cursor_stays_on_a_row_and_in_sight():
    table = VTable(Look())
    async with staged(table, (80, 11), lambda t: t.show(COLUMNS, many(50))) as pilot:
        table.action_up()
        assert table.cursor == 0
        table.action_page_down()
        table.action_page_down()
        await pilot.pause()
        assert table.cursor == 18
        assert any("service-18 " in line for line in rows(table))
        table.action_end()
        await pilot.pause()
        assert table.cursor == 49
        assert "service-49" in rows(table)[-1]
        table.action_down()
        assert table.cursor == 49
        table.action_home()
        await pilot.pause()
        assert "service-0 " in rows(table)[1]
        table.move_to(1000)
        assert table.cursor == 49
        assert table.current["service"] == "service-49"


async def test_it_tells_where_it_is_and_what_was_chosen():
    table = VTable(Look(), id="costs")
    async with staged(table, (80, 10), lambda t: t.show(COLUMNS, ROWS, cursor=1)) as pilot:
        table.action_down()
        table.action_select()
        await pilot.pause()
        highlighted = messages(pilot, VTable.RowHighlighted)
        assert [(each.index, each.row["service"]) for each in highlighted] == [
            (1, "AmazonS3"),
            (2, "AWSLambda"),
        ]
        chosen = messages(pilot, VTable.RowSelected)
        assert [each.index for each in chosen] == [2]
        assert chosen[0].control is table


async def test_marks_are_shown_and_told():
    table = VTable(Look())
    async with staged(table, (80, 10), lambda t: t.show(COLUMNS, ROWS)) as pilot:
        table.action_mark()
        table.action_mark()
        await pilot.pause()
        assert table.marked == {0, 1}
        assert table.cursor == 2
        assert [line[0] for line in rows(table)[1:5]] == ["✓", "✓", " ", " "]
        table.move_to(0)
        table.action_mark()
        await pilot.pause()
        assert [each.marked for each in messages(pilot, VTable.MarksChanged)] == [{0}, {0, 1}, {1}]
        table.show(COLUMNS, ROWS)
        assert table.marked == frozenset()


async def test_the_mouse_goes_chooses_and_sorts():
    table = VTable(Look())
    async with staged(table, (80, 10), lambda t: t.show(COLUMNS, ROWS)) as pilot:
        await pilot.click(VTable, offset=(5, 3))
        assert table.cursor == 2
        await pilot.click(VTable, offset=(5, 2), times=2)
        await pilot.click(VTable, offset=(rows(table)[0].index("Cost"), 0))
        await pilot.click(VTable, offset=(5, 8))
        await pilot.pause()
        assert table.cursor == 1
        assert [each.index for each in messages(pilot, VTable.RowSelected)] == [1]
        assert [each.key for each in messages(pilot, VTable.HeaderSelected)] == ["cost"]


async def test_narrow_terminals_leave_columns_out():
    table = VTable(Look())
    async with staged(table, (120, 6), lambda t: t.show(COLUMNS, ROWS)) as pilot:
        assert "▆" in rows(table)[1]
        await pilot.resize_terminal(80, 6)
        await pilot.pause()
        assert "▆" not in rows(table)[1]
        assert "Share" in rows(table)[0]
