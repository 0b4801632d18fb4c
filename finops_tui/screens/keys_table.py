"""Every key, declared once; `keys.py` turns this table into bindings, hints, help and commands."""

from __future__ import annotations

from typing import Final

from finops_tui.screens.action import SCREENS, Action
from finops_tui.screens.keys_ask import ASK
from finops_tui.screens.keys_data import DATA
from finops_tui.screens.keys_slice import DIGITS, SLICE

__all__ = ["ACTIONS", "DIGITS", "GROUPS"]

_ALL: Final = tuple(SCREENS)
_EXPLORE: Final = ("explore",)
_CHARTS: Final = ("explore", "resource", "budget", "explain", "provenance")
_LISTS: Final = (
    "explore",
    "resource",
    "budgets",
    "sources",
    "explain",
    "behind",
    "compare",
    "provenance",
    "sql",
    "quarantine",
    "reconcile",
    "quality",
    "finding",
)

_MOVE: Final = (
    Action("nav.down", "j,down", "nav('down')", "down", "The next row.", _ALL),
    Action("nav.up", "k,up", "nav('up')", "up", "The row before.", _ALL),
    Action(
        "nav.left",
        "h,left",
        "nav('left')",
        "left",
        "Chart: the bin before. Table: back out of the group.",
        _ALL,
    ),
    Action(
        "nav.right", "l,right", "nav('right')", "right", "Chart: the next bin. Table: into the group.", _ALL
    ),
    Action("nav.page_down", "pagedown,ctrl+f", "nav('page_down')", "page down", "A page down.", _ALL),
    Action("nav.page_up", "pageup,ctrl+b", "nav('page_up')", "page up", "A page up.", _ALL),
    Action("nav.home", "g,home", "nav('home')", "first", "The first row or bin.", _ALL),
    Action("nav.end", "G,end", "nav('end')", "last", "The last row or bin.", _ALL),
    Action(
        "nav.open", "enter", "nav('select')", "open", "Into the row, the bin or the box.", _ALL, footer=True
    ),
    Action(
        "nav.back",
        "escape,backspace",
        "back",
        "back",
        "Out of the group, or of the screen.",
        _ALL,
        footer=True,
    ),
    Action("nav.pane", "tab", "pane(1)", "pane", "To the next pane: chart or table.", _CHARTS, footer=True),
    Action("nav.pane_back", "shift+tab", "pane(-1)", "pane back", "To the pane before.", _CHARTS),
    Action("pane.zoom", "+", "zoom", "zoom", "The pane as large as the screen, and back.", _CHARTS, "zoom"),
    Action("chart.peak", "H,L", "nav('peak')", "peak", "Chart: to the dearest bin.", _CHARTS, "peak"),
)

_SHOW: Final = (
    Action(
        "view.next",
        "v",
        "view_next(1)",
        "view",
        "The next picture: trend, ranking, calendar, treemap, table.",
        _EXPLORE,
        "view",
        "NAME",
        footer=True,
    ),
    Action("view.before", "V", "view_next(-1)", "view back", "The picture before.", _EXPLORE),
    *(
        Action(f"view.{name}", "", f"show('{name}')", name, f"Show {what}.", _EXPLORE, name)
        for name, what in (
            ("trend", "the cost over time, stacked"),
            ("ranking", "the dearest groups as bars"),
            ("calendar", "the cost of each day as heat"),
            ("treemap", "the groups as areas"),
            ("table", "the table alone"),
        )
    ),
    Action("table.sort", "s", "sort_next", "sort", "Sort by the next column.", _LISTS, "sort", "COLUMN"),
    Action("table.reverse", "S", "sort_reverse", "reverse", "Turn the order round.", _LISTS, "reverse"),
    Action(
        "table.mark", "space", "nav('mark')", "mark", "Mark rows; the status line adds them up.", _EXPLORE
    ),
    Action("table.unmark", "M", "unmark", "unmark", "Forget the marks.", _EXPLORE, "unmark"),
    Action("view.saved", "apostrophe", "pick_saved", "saved", "Open a saved view.", _EXPLORE, "open"),
    Action(
        "view.pin", "m", "pin", "pin", "Watch this figure in a line of its own, or no more.", _EXPLORE, "pin"
    ),
    Action("view.save", "w", "save_view", "save", "Save this view under a name.", _EXPLORE, "save"),
    Action(
        "view.command",
        "K",
        "copy_command",
        "copy command",
        "Copy the command that opens exactly this view.",
        _EXPLORE,
        "link",
    ),
    Action(
        "note",
        "n",
        "note",
        "note",
        "Write a note on the day under the cursor, about the row.",
        _EXPLORE,
        "note",
    ),
    Action("hist.list", "U", "pick_history", "history", "The views looked at before.", _EXPLORE, "history"),
    Action("hist.undo", "z,u", "undo", "undo", "Back to the view before, in time.", _EXPLORE, "undo"),
    Action("hist.redo", "Z,ctrl+r", "redo", "redo", "Forward again.", _EXPLORE, "redo"),
)

_TAKE: Final = (
    Action("copy.cell", "y", "copy_cell", "copy", "Copy the value under the cursor.", _LISTS, "copy"),
    Action(
        "copy.table", "Y", "copy_table", "copy table", "Copy the table, tab separated.", _LISTS, "copytable"
    ),
    Action(
        "export",
        "e",
        "export",
        "export",
        "Write the table as CSV, Parquet, JSON or Markdown.",
        _LISTS,
        "export",
        "FILE",
    ),
    Action(
        "sources.load",
        "a",
        "load",
        "load",
        "Load more bills: a file, a folder, a glob.",
        ("sources",),
        "load",
        "PATH",
        footer=True,
    ),
    Action(
        "sources.cancel",
        "x",
        "cancel_load",
        "cancel",
        "Stop the load; the store stays as it was.",
        ("sources",),
        "cancel",
        footer=True,
    ),
    Action(
        "budget.explore",
        "o",
        "explore",
        "explore",
        "Explore what the budget covers.",
        ("budgets", "budget"),
        "explore",
        footer=True,
    ),
)

_APP: Final = (
    Action(
        "go.budgets", "$", "go('budgets')", "budgets", "Budgets: actual, projected, state.", command="budgets"
    ),
    Action(
        "mask",
        "D",
        "mask",
        "mask",
        "Cover names for others to see, then amounts too, then nothing.",
        command="mask",
    ),
    Action(
        "go.sources", "O", "go('sources')", "data", "What is loaded, and loading more.", command="sources"
    ),
    Action(
        "go.quality",
        "!",
        "quality",
        "quality",
        "Can it be trusted: checks, with the money at stake.",
        command="quality",
    ),
    Action(
        "go.sql",
        "Q",
        "go('sql')",
        "sql",
        "SQL of your own over the bill, read-only.",
        command="sql",
        argument="SELECT",
    ),
    Action(
        "sql.edit",
        "/",
        "edit",
        "write",
        "Write a statement; it is run when it is entered.",
        ("sql",),
        "edit",
        footer=True,
    ),
    Action("refresh", "r", "refresh_data", "refresh", "Look for newer data.", command="refresh"),
    Action("command", ":", "command", "command", "A command by its word.", footer=True),
    Action("palette", "ctrl+p", "command_palette", "palette", "Find a command."),
    Action("help", "?,f1", "help", "help", "The keys of this screen.", command="help", footer=True),
    Action("quit", "q,ctrl+q", "quit", "quit", "Leave.", command="quit", footer=True),
)

ACTIONS: Final[tuple[Action, ...]] = (*_MOVE, *SLICE, *_SHOW, *ASK, *_TAKE, *DATA, *_APP)
"""Every action, in the order of the help screen."""

GROUPS: Final[tuple[tuple[str, tuple[Action, ...]], ...]] = (
    ("Move", _MOVE),
    ("Slice", SLICE),
    ("Show", _SHOW),
    ("Ask", ASK),
    ("Take", _TAKE),
    ("Data", DATA),
    ("Everywhere", _APP),
)
"""The same actions under the headings of the help screen and the docs."""
