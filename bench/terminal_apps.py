"""Programs to measure beside the explorer: `python bench/terminal_apps.py empty|table|curses|plotext|stacked|loop ...`."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import curses
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

ROWS = 1000
DAYS, SERIES = 92, 9


def empty() -> None:
    """An app of nothing."""
    from textual.app import App

    App[None]().run()


def table() -> None:
    """Textual's own table."""
    from textual.app import App
    from textual.widgets import DataTable

    class Tabled(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable[str](cursor_type="row")

        def on_mount(self) -> None:
            shown = self.query_one(DataTable)
            shown.add_columns("Service", "Cost", "Change", "%", "Share", "Trend", "Lines")
            shown.add_rows(_row(index) for index in range(ROWS))

    Tabled().run()


def _row(index: int) -> tuple[str, ...]:
    cost = (ROWS - index) * 1234.56
    return (
        f"Amazon Service {index}", f"{cost:,.2f}", f"{cost / 50:+,.2f}", f"{index % 17:.1f}%",
        f"{100 / (index + 2):.1f}%", "▁▂▃▄▅▆▇▆▅▄▃▂▁▂▃▄", f"{index * 37:,}",
    )  # fmt: skip


def curses_table() -> None:
    """The same table by curses."""
    import curses

    curses.wrapper(_draw)


def _draw(screen: curses.window) -> None:
    import curses

    curses.curs_set(0)
    at = top = 0
    while True:
        high, wide = screen.getmaxyx()
        top = max(min(top, at), at - high + 2)
        for y in range(high - 1):
            text = "  ".join(_row(top + y))[: wide - 1].ljust(wide - 1)
            screen.addstr(y, 0, text, curses.A_REVERSE if top + y == at else curses.A_NORMAL)
        screen.refresh()
        step = {curses.KEY_DOWN: 1, curses.KEY_UP: -1, curses.KEY_NPAGE: high - 2, curses.KEY_PPAGE: 2 - high}
        at = max(0, min(ROWS - high, at + step.get(screen.getch(), 0)))


def _series(turn: int) -> list[list[float]]:
    return [[(s + 1) * (20 + (d * (s + 3 + turn)) % 13) for d in range(DAYS)] for s in range(SERIES)]


def plotext() -> None:
    """Stacked bars by plotext, drawn again at every key."""
    import plotext as plt
    from rich.text import Text
    from textual.app import App
    from textual.widgets import Static

    class Plotted(App[None]):
        turn = 0

        def compose(self) -> ComposeResult:
            yield Static()

        def on_mount(self) -> None:
            self.draw()

        def on_key(self) -> None:
            self.turn += 1
            self.draw()

        def draw(self) -> None:
            plt.clear_figure()
            plt.plotsize(*self.size)
            days = [str(day) for day in range(DAYS)]
            plt.stacked_bar(days, _series(self.turn), labels=[f"Service {s}" for s in range(SERIES)])
            self.query_one(Static).update(Text.from_ansi(plt.build()))

    Plotted().run()


def stacked() -> None:
    """The same bars by the explorer's chart."""
    from finops_tui.painted import PaintedApp
    from finops_tui.screens.color import Look
    from finops_tui.screens.widgets.stacked import Series, StackedColumns

    class Charted(PaintedApp):
        turn = 0

        def compose(self) -> ComposeResult:
            yield StackedColumns(Look())

        def on_mount(self) -> None:
            self.draw()

        def on_key(self) -> None:
            self.turn += 1
            self.draw()

        def draw(self) -> None:
            starts = [date(2026, 1, 1) + timedelta(days=day) for day in range(DAYS)]
            series = [
                Series(f"Service {index}", [Decimal(str(value)) for value in values])
                for index, values in enumerate(_series(self.turn))
            ]
            self.query_one(StackedColumns).show(starts, series, currency="USD")

    Charted(ansi_color=False).run()


def loop(store: str, bill: str = "") -> None:
    """Prints how long the event loop of the explorer is away while it asks, loads, or does nothing, in ms."""
    print(json.dumps(asyncio.run(_gaps(store, bill))))


async def _gaps(root: str, bill: str) -> dict[str, tuple[float, float, float]]:
    import tempfile
    from pathlib import Path

    from finops_tui.app import FinopsApp
    from finops_tui.desks import build_desk
    from finops_tui.screens.color import Look
    from finops_tui.settings import Settings
    from finops_tui.store import Store

    found = {}
    with Store(root) as store, tempfile.TemporaryDirectory() as folder:
        app = FinopsApp(build_desk(store, Settings(), Look()))
        async with app.run_test(size=(120, 36)) as pilot:
            await asyncio.sleep(1)
            found["nothing"] = await _ticks(asyncio.sleep(2))

            async def ask() -> None:
                for key in [
                    "enter",
                    "down",
                    "enter",
                    "z",
                    "z",
                    "d",
                    "escape",
                    "[",
                    "[",
                    "]",
                    "]",
                    "v",
                    "v",
                    "v",
                    "v",
                    "v",
                ]:
                    await pilot.press(key)
                    await asyncio.sleep(0.15)

            found["asks"] = await _ticks(ask())
            if bill:
                with Store(Path(folder) / "store") as other:
                    desk = build_desk(other, Settings(), Look())
                    if desk.load is None:
                        raise SystemExit("nothing can be loaded")
                    found["a load"] = await _ticks(desk.load([bill], lambda _: None, lambda: False))
    return found


async def _ticks(work: Awaitable[object]) -> tuple[float, float, float]:
    """Median, 99th percentile and longest time between two ticks of 5 ms, in ms, while something runs."""
    gaps: list[float] = []

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            gaps.append((now - last) * 1000)
            last = now

    ticking = asyncio.ensure_future(tick())
    await work
    ticking.cancel()
    return statistics.median(gaps), sorted(gaps)[int(len(gaps) * 0.99)], max(gaps)


if __name__ == "__main__":
    APPS: dict[str, Callable[..., object]] = {
        "empty": empty, "table": table, "curses": curses_table, "plotext": plotext, "stacked": stacked, "loop": loop,
    }  # fmt: skip
    APPS[sys.argv[1]](*sys.argv[2:])
