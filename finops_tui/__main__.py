"""`finops-tui` and `python -m finops_tui`: arguments in, an exit code out.

Exit codes: 0 fine, 1 a finding (a budget is breached), 2 it could not be done, 130 and 143 stopped by
SIGINT and SIGTERM; `sync` has codes of its own, see docs/sync.md.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` takes longer than showing the last screen
if TYPE_CHECKING:
    from collections.abc import Sequence

    from finops_tui.last_screen import LastScreen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: The command line without the program's name; the process's own by default.

    Returns:
        The exit code.
    """
    os.umask(0o077)  # a bill is private: nothing written here is for other users
    words = sys.argv[1:] if arguments is None else arguments
    last = _last_screen(words) if not words or words[0] in {"--store", "demo"} else None
    try:
        return _run(words, last)
    except KeyboardInterrupt:
        _give_back(last)
        sys.stderr.write("finops-tui: stopped\n")
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        _give_back(last)


def _last_screen(words: Sequence[str]) -> LastScreen | None:
    """What is shown while the program starts, on the terminal already if there is one."""
    from finops_tui import last_screen

    last = last_screen.planned(words, os.environ)
    if last is not None and (size := last_screen.terminal()) is not None:
        last.show(size)
    return last


def _run(words: Sequence[str], last: LastScreen | None) -> int:
    from finops_tui import cli

    options = cli.parse(words)
    options.last = last
    from finops_tui import commands

    try:
        return commands.run(options)
    except commands.CommandError as error:
        _give_back(last)
        sys.stderr.write(f"finops-tui: {error}\n")
        return error.code


def _give_back(last: LastScreen | None) -> None:
    if last is not None:
        last.leave()


if __name__ == "__main__":
    sys.exit(main())
