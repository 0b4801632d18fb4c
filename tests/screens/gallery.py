"""Every widget in a small app, to be looked at: `python tests/screens/gallery.py [WIDGET] [--color 16]`."""

import argparse
import math
import os
from datetime import date, timedelta
from decimal import Decimal

from finops_tui.screens.color import apply_environment, detect

PARSER = argparse.ArgumentParser()
PARSER.add_argument("what", nargs="?", default="overview")
PARSER.add_argument("--color", default="auto")
PARSER.add_argument("--charset", default="auto")
PARSER.add_argument("--theme", default="auto")
NAMES = (
    "AmazonEC2 AmazonRDS AmazonS3 AWSDataTransfer AmazonEKS AWSLambda AmazonCloudFront AmazonDynamoDB".split()
)


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
        BINDINGS = [
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
                if widget.can_focus:
                    fill(widget)

        async def action_move(self, move):
            await self.run_action(move, self.focused)

    Gallery(ansi_color=True if look.ansi else None).run()


def widgets(what, look):
    from finops_tui.screens.widgets.stacked import StackedColumns
    from finops_tui.screens.widgets.table import VTable

    made = {"stacked": lambda: [StackedColumns(look)], "table": lambda: [VTable(look)]}
    made["overview"] = lambda: [StackedColumns(look), VTable(look)]
    made["credits"] = lambda: [StackedColumns(look, classes="credits")]
    return made[what]()


def fill(widget):
    from finops_tui.screens.widgets.stacked import Series, StackedColumns
    from finops_tui.screens.widgets.table import VTable
    from finops_tui.screens.widgets.table_cells import Column

    scales = [32000, 16000, 12000, 8000, 7000, 5000, 4200, 3300]
    if isinstance(widget, StackedColumns):
        bins = [date(2025, 9, 29) + timedelta(weeks=week) for week in range(57)]
        series = [
            Series(name, weekly(scale, i)) for i, (name, scale) in enumerate(zip(NAMES, scales, strict=True))
        ]
        series.append(Series("Other (41)", weekly(6000, 9), other=True))
        if widget.has_class("credits"):
            series[1] = Series("Credits", [-value for value in weekly(16000, 3)])
            series[3] = Series("Refunds", [-value for value in weekly(3000, 2)])
        widget.show(bins, series, currency="USD", partial_last=True)
    if isinstance(widget, VTable):
        columns = [
            Column("service", "Service", 14, flex=1),
            Column("cost", "Oct 1-19", 12, kind="money"),
            Column("delta", "Δ$", 11, kind="delta", min_terminal_width=70),
            Column("change", "Δ%", 8, kind="change"),
            Column("share", "Share", 6, kind="percent"),
            Column("trend", "13 months", 14, kind="spark", flex=1),
            Column("bar", "", 10, flex=2, kind="bar", min_terminal_width=100),
        ]
        rows = []
        for i in range(10_000):
            cost = Decimal(80565) / (i + 1) - Decimal("0.44")
            before = cost * Decimal(str(1 + 0.3 * math.sin(i * 3))) if i % 7 != 5 else Decimal(0)
            rows.append(
                {
                    "service": NAMES[i % 8] + (f"-{i // 8}" if i > 7 else ""),
                    "cost": cost,
                    "bar": cost,
                    "delta": cost - before,
                    "change": (cost, before),
                    "share": Decimal("0.32") / (i + 1),
                    "trend": weekly(100, i % 11, 30),
                }
            )
        widget.show(columns, rows, sort=("cost", True))
        widget.focus()


if __name__ == "__main__":
    main()
