"""Every widget in a small app, to be looked at: `python tests/screens/gallery.py [WIDGET] [--color 16]`."""

import argparse
import math
import os
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from finops_tui.screens.color import apply_environment, detect

PARSER = argparse.ArgumentParser()
PARSER.add_argument("what", nargs="?", default="overview")
PARSER.add_argument("--color", default="auto")
PARSER.add_argument("--charset", default="auto")
PARSER.add_argument("--theme", default="auto")
NAMES = [
    "AmazonEC2",
    "AmazonRDS",
    "AmazonS3",
    "AWSDataTransfer",
    "AmazonEKS",
    "AWSLambda",
    "AmazonCloudFront",
    "AmazonDynamoDB",
]


def weekly(scale, index, count=57):
    """Amounts that rise and fall, with one spike."""
    values = []
    for week in range(count):
        wave = 1 + 0.08 * math.sin(week * (index + 2)) + week * 0.003
        spike = 2.2 if week == 35 and index == 0 else 1
        values.append(Decimal(str(round(scale * wave * spike, 2))))
    return values


def main():
    arguments = PARSER.parse_args()
    look = detect(os.environ, arguments.color, charset=arguments.charset, theme=arguments.theme)
    apply_environment(look, os.environ)
    from textual.app import App
    from textual.binding import Binding

    from finops_tui.screens.theme import theme_name, themes

    class Gallery(App):
        CSS = "VTable { height: 1fr; } StackedColumns { height: 40%; }"
        BINDINGS: ClassVar = [
            Binding(key, f"move('{move}')", move, priority=True)
            for key, move in (
                ("left", "left"),
                ("right", "right"),
                ("up", "up"),
                ("down", "down"),
                ("pageup", "page_up"),
                ("pagedown", "page_down"),
                ("home", "home"),
                ("end", "end"),
                ("enter", "select"),
                ("space", "mark"),
                ("H", "peak"),
            )
        ]

        def compose(self):
            yield from widgets(arguments.what, look)

        def on_mount(self):
            for theme in themes(look):
                self.register_theme(theme)
            self.theme = theme_name(look)
            for widget in self.query("*"):
                if arguments.what != "empty":
                    fill(widget)

        async def action_move(self, move):
            await self.run_action(move, self.focused)

    Gallery(ansi_color=True if look.ansi else None).run()


def widgets(what, look):
    """The widgets of one page."""
    from finops_tui.screens.widgets.heat import CalendarHeat
    from finops_tui.screens.widgets.lines import LineChart
    from finops_tui.screens.widgets.ranking import Ranking
    from finops_tui.screens.widgets.stacked import StackedColumns
    from finops_tui.screens.widgets.table import VTable
    from finops_tui.screens.widgets.treemap import TreeMap

    made = {
        "overview": lambda: [StackedColumns(look), VTable(look)],
        "stacked": lambda: [StackedColumns(look)],
        "credits": lambda: [StackedColumns(look, classes="credits")],
        "table": lambda: [VTable(look)],
        "raw": lambda: [VTable(look, cell_cursor=True, classes="raw")],
        "ranking": lambda: [Ranking(look)],
        "heat": lambda: [CalendarHeat(look)],
        "treemap": lambda: [TreeMap(look)],
        "lines": lambda: [LineChart(look)],
        "empty": lambda: [
            StackedColumns(look),
            CalendarHeat(look),
            TreeMap(look),
            LineChart(look),
            VTable(look),
        ],
    }
    return made[what]()


def fill(widget):
    """Show a widget something."""
    name = type(widget).__name__
    if name in SHOWN:
        SHOWN[name](widget)
    widget.focus()


def fill_stack(widget):
    from finops_tui.screens.widgets.stacked import Series

    scales = [32000, 16000, 12000, 8000, 7000, 5000, 4200, 3300]
    bins = [date(2025, 9, 29) + timedelta(weeks=week) for week in range(57)]
    series = [
        Series(name, weekly(scale, i)) for i, (name, scale) in enumerate(zip(NAMES, scales, strict=True))
    ]
    series.append(Series("Other (41)", weekly(6000, 9), other=True))
    if widget.has_class("credits"):
        series[1] = Series("Credits", [-value for value in weekly(16000, 3)])
        series[3] = Series("Refunds", [-value for value in weekly(3000, 2)])
    widget.show(bins, series, currency="USD", partial_last=True)


def groups(count):
    """Groups with a cost, what it was before, a share and a trend."""
    for i in range(count):
        cost = Decimal(80565) / (i + 1) - Decimal("0.44")
        before = cost * Decimal(str(1 + 0.3 * math.sin(i * 3))) if i % 7 != 5 else Decimal(0)
        yield NAMES[i % 8] + (f"-{i // 8}" if i > 7 else ""), cost, before, Decimal("0.32") / (i + 1), i


def fill_table(widget):
    from finops_tui.screens.widgets.table_cells import Column

    if widget.has_class("raw"):
        columns = [Column(f"c{i}", f"Column {i}", 8 + i % 7 * 3) for i in range(30)]
        widget.show(columns, [{f"c{i}": f"row {row} value {i}" for i in range(30)} for row in range(50)])
        return
    columns = [
        Column("service", "Service", 14, flex=1),
        Column("cost", "Oct 1-19", 12, kind="money"),
        Column("delta", "Δ$", 11, kind="delta", min_terminal_width=70),
        Column("change", "Δ%", 8, kind="change"),
        Column("share", "Share", 6, kind="percent"),
        Column("trend", "13 months", 14, kind="spark", flex=1),
        Column("bar", "", 10, flex=2, kind="bar", min_terminal_width=100),
    ]
    rows = [
        {
            "service": name,
            "cost": cost,
            "bar": cost,
            "delta": cost - before,
            "change": (cost, before),
            "share": share,
            "trend": weekly(100, i % 11, 30),
        }
        for name, cost, before, share, i in groups(10_000)
    ]
    widget.show(columns, rows, sort=("cost", True))


def fill_ranking(widget):
    from finops_tui.screens.widgets.ranking import Ranked

    rows = [Ranked(name, cost, share, (cost, before)) for name, cost, before, share, _ in groups(40)]
    widget.show([*rows, Ranked("EDP discount", Decimal("-23456.78"), Decimal("-0.1"))], currency="USD")


def fill_heat(widget):
    days = {}
    for i in range(390):
        day = date(2025, 9, 25) + timedelta(days=i)
        weekend = 0.6 if day.weekday() > 4 else 1
        spike = 3 if 250 <= i <= 256 else 1
        wave = 1 + 0.1 * math.sin(i * 7) + i / 800
        days[day] = Decimal(str(round(3000 * wave * weekend * spike, 2)))
    days[date(2026, 3, 4)] = Decimal(-120)
    del days[date(2026, 3, 5)]
    widget.show(days, currency="USD")


def fill_treemap(widget):
    from finops_tui.screens.widgets.treemap import Box

    boxes = [Box(name, cost, share, (cost, before)) for name, cost, before, share, _ in groups(40)]
    widget.show([*boxes, Box("Credits", Decimal(-4000))], currency="USD")


def fill_lines(widget):
    from finops_tui.screens.widgets.lines import Line, Plot

    spent = [Decimal(12500 * (day + 1) + (day % 5) * 900) for day in range(19)]
    ahead = [None] * 18 + [spent[-1] + Decimal(12700) * day for day in range(13)]
    band = Decimal(1500)
    low = [None if value is None else value - band * max(0, i - 18) for i, value in enumerate(ahead)]
    high = [None if value is None else value + band * max(0, i - 18) for i, value in enumerate(ahead)]
    plot = Plot(
        (
            Line("actual", spent + [None] * 12),
            Line("projection", ahead, "forecast"),
            Line("low", low, "low"),
            Line("high", high, "high"),
        ),
        [date(2026, 10, 1) + timedelta(days=day) for day in range(31)],
        "USD",
        level=Decimal(395000),
        level_name="budget $395K",
        today=18,
        verdict="projected $398K (+0.8% over)",
        verdict_tone="warn",
    )
    widget.show(plot)


SHOWN = {
    "StackedColumns": fill_stack,
    "VTable": fill_table,
    "Ranking": fill_ranking,
    "CalendarHeat": fill_heat,
    "TreeMap": fill_treemap,
    "LineChart": fill_lines,
}

if __name__ == "__main__":
    main()
