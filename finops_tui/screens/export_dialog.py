"""Where an answer is written to, and as what; the ending of the path is the format."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from finops_tui.queries.safe_text import clean
from finops_tui.screens.command_line import paths
from finops_tui.screens.desk import DeskError
from finops_tui.screens.widgets.table import VTable
from finops_tui.screens.widgets.table_cells import Column
from finops_tui.screens.window import Choices, Window

if TYPE_CHECKING:
    import polars as pl
    from textual.app import ComposeResult

    from finops_tui.screens.desk import Desk
    from finops_tui.screens.window import CssPath

FORMATS: Final[dict[str, str]] = {
    "csv": "for spreadsheets: exact amounts, formulas defused",
    "parquet": "for programs: exact decimals and dates",
    "json": "for programs: amounts as exact strings",
    "md": "for people: a Markdown table",
}
"""Formats by the ending of their files."""

_LONGEST: Final = 80


def safe_name(name: str) -> str:
    """A name that is a file name everywhere, made of one that may be anything."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_LONGEST].strip("-.")
    return plain or "costs"


def format_of(path: str) -> str | None:
    """The format that the ending of a path stands for, or None."""
    ending = Path(path).suffix.lower().removeprefix(".")
    return {"markdown": "md", "pq": "parquet"}.get(ending, ending if ending in FORMATS else None)


def asked_path(asked: str, name: str) -> str:
    """The path that `csv`, `a.csv` or `csv a` asks for; in the current folder where none is given."""
    first, _, rest = asked.strip().partition(" ")
    form = first.lower() if first.lower() in FORMATS else ""
    path = rest.strip() if form else asked.strip()
    if not path:
        return str(Path.cwd() / f"{safe_name(name)}.{form or 'csv'}")
    return f"{path}.{form}" if form and format_of(path) != form else path


class ExportDialog(Window[str]):
    """Choose a file and write it; dismissed with a sentence that says where it went."""

    CSS_PATH: ClassVar[CssPath] = ["window.tcss", "export_dialog.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "down", show=False),
        Binding("up", "step(-1)", "up", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, frame: pl.DataFrame, name: str, asked: str = "") -> None:
        """Open over a screen.

        Args:
            desk: Writes files.
            frame: What is written.
            name: What it is called when no path is given; made a safe file name.
            asked: What follows `:export`: a format, a path or both.
        """
        super().__init__(desk)
        self.frame = frame
        self.first_path = asked_path(asked, name)
        self._agreed = ""

    def compose(self) -> ComposeResult:
        """Formats, the path, and what there is to say."""
        with Vertical(id="box") as box:
            rows = f"{self.frame.height:,} row{'' if self.frame.height == 1 else 's'}"
            box.border_title = f"Export {rows}"
            yield Choices(self.desk.look, id="choices")
            yield Input(self.first_path, id="path", select_on_focus=False, compact=True)
            yield Static(id="message", markup=False)

    def on_mount(self) -> None:
        """List the formats; the cursor is at the end of the path."""
        rows = self.query_one(Choices)
        rows.styles.height = len(FORMATS) + 1
        columns = (Column("title", "Format", 10), Column("note", "", 40, flex=1))
        rows.show(columns, [{"title": name, "note": words} for name, words in FORMATS.items()])
        self.path.focus()
        self.path.cursor_position = len(self.path.value)
        self.changed()

    @property
    def path(self) -> Input:
        """The line with the path."""
        return self.query_one("#path", Input)

    @property
    def target(self) -> Path:
        """The file that is meant."""
        return Path(self.path.value.strip()).expanduser().absolute()

    @on(Input.Changed, "#path")
    def changed(self) -> None:
        """Follow the ending of the path."""
        chosen = format_of(self.path.value)
        self._agreed = ""
        if chosen is None:
            self.say(f"end the path with .{', .'.join(FORMATS)}", bad=True)
        else:
            self.query_one(Choices).move_to(list(FORMATS).index(chosen))
            self.say("↑↓ format · tab complete the path · enter write · esc leave")

    def choose(self, name: str) -> None:
        """Give the path the ending of a format."""
        path = Path(self.path.value or "costs")
        ending = path.suffix if format_of(path.name) else ""
        self.path.value = f"{str(path).removesuffix(ending)}.{name}"
        self.path.cursor_position = len(self.path.value)

    @on(VTable.RowSelected, "#choices")
    def format_clicked(self, event: VTable.RowSelected) -> None:
        """A click takes a format."""
        self.choose(list(FORMATS)[event.index])

    @on(Input.Submitted, "#path")
    def path_entered(self) -> None:
        """Write, unless that would overwrite what nobody agreed to lose."""
        path, chosen = self.target, format_of(self.path.value)
        if chosen is None:
            self.say(f"end the path with .{', .'.join(FORMATS)}", bad=True)
        elif self.desk.export is None:
            self.say("files cannot be written here", bad=True)
        elif not path.parent.is_dir():
            self.say(f"there is no folder {clean(str(path.parent))}", bad=True)
        elif path.is_dir():
            self.say("that is a folder: add a file name", bad=True)
        elif path.exists() and self._agreed != str(path):
            self._agreed = str(path)
            self.say(f"{clean(path.name)} exists: enter again overwrites it, another name keeps it", bad=True)
        else:
            self.export(path, chosen)

    @work(exclusive=True)
    async def export(self, path: Path, chosen: str) -> None:
        """Write the file off the event loop, and leave with where it is."""
        if self.desk.export is None:
            return
        self.say(f"writing {clean(path.name)} …")
        try:
            written = await asyncio.to_thread(self.desk.export, self.frame, path, chosen)
        except (DeskError, OSError) as error:
            self.say(f"not written: {clean(str(error))}", bad=True)
            return
        rows = f"{self.frame.height:,} row{'' if self.frame.height == 1 else 's'}"
        self.call_later(self.done, f"wrote {rows} to {clean(str(written))}")

    def done(self, words: str) -> None:
        """Leave with what was done; not from within the worker, which leaving ends."""
        self.dismiss(words)

    def action_step(self, by: int) -> None:
        """Go to another format."""
        names = list(FORMATS)
        place = names.index(format_of(self.path.value) or "csv") + by
        self.choose(names[place % len(names)])

    def action_complete(self) -> None:
        """Complete the path as far as there is only one way to."""
        begun = self.path.value
        folders = [name for name in paths(begun) if name.endswith("/")]
        if len(folders) == 1:
            self.path.value = folders[0]
            self.path.cursor_position = len(folders[0])
        else:
            names = ", ".join(Path(name).name + "/" for name in folders[:6])
            self.say(names or "no folder begins like this")
