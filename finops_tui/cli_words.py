"""The commands by name: a few words for the list of them, and what their own help begins with."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is left out: help is quicker without
if TYPE_CHECKING:
    from typing import Final

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": (
        "explore the bundled sample data",
        "Explore the bundled sample data of a fictional company; no account, no network.",
    ),
    "load": (
        "load bills into the store",
        "Load bills into the store. A billing period that is loaded again is replaced, never doubled.",
    ),
    "sync": (
        "load what has changed in the sources, once or again and again",
        (
            "Look at every known source again, load what has changed, and print what moved. A source that is "
            "gone or empty never wipes what is loaded. Exit code 3 when something was not loaded, 4 when "
            "somebody else is loading."
        ),
    ),
    "sources": (
        "list what is loaded",
        "List what is loaded, with its totals.",
    ),
    "query": (
        "print costs by any dimensions",
        "Print costs by any dimensions. Costs are exact; the rows and `other` add up to the totals.",
    ),
    "explain": (
        "print why a cost changed",
        (
            "Print why a cost changed between two periods: parts that add up to the change exactly, and the "
            "groups that drove it."
        ),
    ),
    "provenance": (
        "print the SQL that gives a figure, over the export files",
        (
            "Print where a figure comes from: SQL that gives it in any DuckDB over the export files (or in "
            "another engine), below comments that say what it is. --check runs it: exit code 1 when it does "
            "not give the figure."
        ),
    ),
    "budgets": (
        "print the budgets' state; exit code 1 when one is breached",
        "Print the state of the budgets in finops.toml. Exit code 1 when one is breached.",
    ),
    "quality": (
        "check the data, with the money at stake; exit code 1 when a check fails",
        (
            "Check what the figures stand on: identities of FOCUS, missing prices, spellings of tags, days "
            "still arriving, bills loaded twice; each with the money at stake. Exit code 1 when a check "
            "fails."
        ),
    ),
    "report": (
        "write views as a report, or a page for each team",
        (
            "Write a report: saved views, a page for each team, or an overview; with what moved and why. HTML "
            "is one file with its charts in it. With a folder as --output each page is a file of its own."
        ),
    ),
    "note": (
        "write a note on a day, or list them",
        (
            "Write a note on a day, kept in notes.csv beside finops.toml and shown on charts, beside drivers and "
            "in reports. Without a text: list the notes."
        ),
    ),
    "views": (
        "list the saved views",
        "List the saved views, with the command that prints each; `--delete NAME` deletes one.",
    ),
    "sql": (
        "run a SELECT of your own over the FOCUS table, read-only",
        (
            "Run one SELECT over the table `focus`, a row per charge with FOCUS columns. It cannot write, "
            "read files or reach the network, and is stopped when it takes too long. Without a statement: a "
            "prompt, or standard input."
        ),
    ),
    "quarantine": (
        "list or export the records that were set aside",
        (
            "List the records that were set aside instead of loaded, each with its file, its number in it, "
            "the reason and the raw text; or write all of them to a file."
        ),
    ),
    "reconcile": (
        "print what was exported against what is loaded and shown, exactly",
        (
            "Account for every record and every amount: what was exported is what is loaded and what was set "
            "aside; what is loaded is what a view shows and what it leaves out. Exit code 1 when anything "
            "differs."
        ),
    ),
    "doctor": (
        "examine the store; exit code 1 when something is damaged",
        (
            "Examine the store: read every segment, add it up again, and say how to repair what is damaged. "
            "Exit code 1 when something is."
        ),
    ),
    "undo": (
        "go back to what was loaded before the last load",
        (
            "Go back to what was loaded before the last load, all of it at once. A second undo brings the "
            "load back."
        ),
    ),
}
"""In the order they are listed."""


def listed() -> str:
    """The list of commands, as the program's own help ends with it."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:{width}}{words}" for name, (words, _) in COMMANDS.items()]
    return "\n".join(["commands:", *lines, "", "`finops-tui COMMAND --help` tells more."])
