"""Loading bills from within: what to load, how far it is, what came of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from finops_tui.queries.pace import duration, parts
from finops_tui.screens import money
from finops_tui.screens.command_line import PAUSE, paths
from finops_tui.screens.desk import DeskError, LoadProgress, LoadReport
from finops_tui.screens.glyphs import glyphs
from finops_tui.screens.prompt import Offer, Prompt
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from finops_tui.screens.desk import Desk
    from finops_tui.screens.window import CssPath

BAR: Final = 40
"""Cells of the progress bar."""


def pace(progress: LoadProgress, seconds: float) -> str:
    """Bytes, rate, time taken and time left, as far as they can be told."""
    return " · ".join(parts(progress.bytes_done, progress.bytes_total, seconds, progress.share))


class LoadLine(Prompt[str]):
    """Write what to load; dismissed with the line."""

    sign: ClassVar[str] = "load"
    hint: ClassVar[str] = "file, folder, glob or s3://… · tab take · ↑ earlier · enter load · esc leave"

    def changed(self) -> None:
        """Offer what the folder has."""
        self.say(self.hint)
        self.offer_paths(self.line.value)

    def taken(self, offer: Offer) -> tuple[str, int]:
        """A path replaces what is typed."""
        return offer.text, len(offer.text)

    def entered(self, text: str) -> None:
        """Leave with the line."""
        self.remember(text)
        self.dismiss(text if text.strip() else None)

    @work(exclusive=True)
    async def offer_paths(self, begun: str) -> None:
        """After a pause, read the folder."""
        await asyncio.sleep(PAUSE)
        names = await asyncio.to_thread(paths, begun)
        self.offer([Offer(name, name) for name in names], "Path")


class LoadingScreen(Window[LoadReport]):
    """Loads, and shows how far it is; dismissed with the report, or with None when it failed."""

    CSS_PATH: ClassVar[CssPath] = ["window.tcss", "loading.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,ctrl+c", "leave", "stop", show=False),
        Binding("enter", "close", "close", show=False),
        Binding("down,j", "move('down')", "down", show=False),
        Binding("up,k", "move('up')", "up", show=False),
        Binding("pagedown", "move('page_down')", "page down", show=False),
        Binding("pageup", "move('page_up')", "page up", show=False),
    ]

    def __init__(self, desk: Desk, sources: Sequence[str]) -> None:
        """Open over the sources.

        Args:
            desk: Loads.
            sources: Files, folders, globs.
        """
        super().__init__(desk)
        self.sources = tuple(sources)
        self.report: LoadReport | None = None
        self.cancelled = False
        self.finished = False
        self._progress = LoadProgress("looking for bills", "", 0, 0, 0)
        self._began = time.monotonic()

    def compose(self) -> ComposeResult:
        """What is being done, how far it is, what came of it."""
        with Vertical(id="box") as box:
            box.border_title = "Loading"
            yield Static(id="step", markup=False)
            yield Static(id="bar", markup=False)
            yield Static(id="pace", markup=False)
            yield VTable(self.desk.look, id="outcome")
            yield Static(id="full", markup=False)
            yield Static(id="message", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(VTable).display = False
        self._began = time.monotonic()
        self.paint()
        self.say("esc stops; the store stays as it was")
        self.set_interval(0.5, self.paint)
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Load, and show the outcome."""
        if self.desk.load is None:
            return
        try:
            report = await self.desk.load(self.sources, self.told, lambda: self.cancelled)
        except DeskError as error:
            self.end([{"what": "failed", "why": str(error), "tone": "bad"}])
            return
        self.report = report
        refused = [{"what": file, "why": reason, "tone": "bad"} for file, reason in report.refused]
        loaded = [{"what": name, "why": "loaded"} for name in report.loaded]
        notes = [{"what": "note", "why": note, "tone": "warn"} for note in report.notes]
        nothing = [{"what": "nothing", "why": "there is no bill in what was given", "tone": "warn"}]
        self.end([*refused, *notes, *loaded] or nothing)

    def told(self, progress: LoadProgress) -> None:
        """Remember how far it is; painting keeps its own time."""
        self._progress = progress

    def paint(self) -> None:
        """Show how far it is."""
        if self.finished:
            return
        at, look = self._progress, self.desk.look
        share = at.bytes_done / at.bytes_total if at.bytes_total else 0.0
        share = share if at.share is None else at.share
        full = round(min(share, 1.0) * BAR)
        signs = glyphs(look)
        bar = signs.bar * full + "·" * (BAR - full)
        self.write("#step", f"{at.step} {at.file}".strip())
        self.write("#bar", f"{bar} {share:.0%}")
        records = f"{money.number(at.records)} records · " if at.records else ""
        self.write("#pace", records + pace(at, time.monotonic() - self._began))

    def end(self, rows: list[dict[str, str]]) -> None:
        """Show what came of it, until somebody has read it."""
        self.finished = True
        report = self.report
        refused = len(report.refused) if report is not None else 0
        loaded = len(report.loaded) if report is not None else 0
        words = f"{loaded:,} unit{'' if loaded == 1 else 's'} loaded"
        if refused:
            words = f"{refused:,} file{'' if refused == 1 else 's'} refused, {words}"
        self.write("#step", words if report is not None else "not loaded")
        self.query_one("#bar").display = False
        self.write("#pace", f"took {duration(time.monotonic() - self._began)}")
        table = self.query_one(VTable)
        table.display = True
        table.styles.height = min(len(rows), 12) + 1
        table.show((Column("what", "", 26, flex=1), Column("why", "", 40, flex=2)), rows)
        table.focus()
        self.say("enter closes")

    @on(VTable.RowHighlighted, "#outcome")
    def show_in_full(self, event: VTable.RowHighlighted) -> None:
        """Write out the row under the cursor: reasons are longer than a cell."""
        self.write("#full", f"{event.row['what']}: {event.row['why']}", wrap=True)

    def action_leave(self) -> None:
        """Stop the load; when it is over, close."""
        if self.finished:
            self.action_close()
        else:
            self.cancelled = True
            self.say("stopping …")

    def action_close(self) -> None:
        """Close when it is over."""
        if self.finished:
            self.dismiss(self.report)
        else:
            self.say("still loading; esc stops it")

    def action_move(self, step: str) -> None:
        """Move through the outcome."""
        getattr(self.query_one(VTable), f"action_{step}")()
