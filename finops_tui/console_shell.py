"""`finops-tui sql`: one statement from the command line or standard input, or a prompt of one's own."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from finops_tui import export, paths
from finops_tui.console import ConsoleError
from finops_tui.queries import focus_table, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.console import Console, Reply

HISTORY: Final = "sql_history"
LINES: Final = 2000
"""Lines of history that are kept."""

HELP: Final = (
    f"One SELECT over the table `{focus_table.NAME}`, ended by a semicolon; Tab completes, Ctrl-D leaves.\n"
    "Tags are a map: Tags['team'].\n"
)


def printed(reply: Reply, form: str) -> str | bytes:
    """An answer in one of the forms of `query`."""
    frame = reply.frame
    right = frozenset(name for name, kind in frame.schema.items() if kind.is_numeric())
    rows = [_shown(row) for row in frame.iter_rows(named=True)]
    if form == "parquet":
        import io

        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()
    return export.render(frame.columns, rows, form, right)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose maps read as objects."""
    return {name: _object(value) for name, value in row.items()}


def _object(value: Any) -> Any:
    if isinstance(value, list) and all(
        isinstance(one, dict) and set(one) == {"key", "value"} for one in value
    ):
        return {str(one["key"]): one["value"] for one in value}
    return value


def prompt(console: Console) -> int:
    """Read statements from a terminal until it ends; returns the exit code."""
    sys.stdout.write(HELP)
    with _line_editing():
        while True:
            try:
                statement = _statement()
            except EOFError:
                sys.stdout.write("\n")
                return 0
            except KeyboardInterrupt:
                sys.stdout.write("\n")
                continue
            if statement.rstrip("; \n"):
                _answer(console, statement)


def _answer(console: Console, statement: str) -> None:
    try:
        reply = console.ask(statement)
    except ConsoleError as error:
        sys.stdout.write(f"{error}\n")
    except KeyboardInterrupt:
        sys.stdout.write("\nstopped\n")
    else:
        table = printed(reply, "table")
        assert isinstance(table, str)  # noqa: S101  (only parquet is bytes)
        sys.stdout.write("\n".join(map(safe_text.clean, table.split("\n"))))
        if reply.more:
            sys.stdout.write(f"… more than {reply.frame.height:,} rows; add a LIMIT or aggregate\n")


def _statement() -> str:
    lines = [input("sql> ")]
    while lines[-1].strip() and not lines[-1].rstrip().endswith(";"):
        lines.append(input("...> "))
    return "\n".join(lines)


@contextmanager
def _line_editing() -> Iterator[None]:
    """History and completion, where Python has them; the history is private."""
    try:
        import readline
    except ImportError:  # some Pythons come without it
        yield
        return
    file = paths.state_folder() / HISTORY
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(LINES)
    readline.set_completer_delims(" \t\n,()[]=<>'\"")
    readline.set_completer(lambda word, number: dict(enumerate(focus_table.completions(word))).get(number))
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            readline.write_history_file(file)
