"""`finops-tui` and `python -m finops_tui`: arguments in, an exit code out.

Exit codes: 0 fine, 1 a finding (a budget is breached), 2 it could not be done, 130 and 143 stopped by
SIGINT and SIGTERM; `sync` has codes of its own, see docs/sync.md.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from finops_tui import cli

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: The command line without the program's name; the process's own by default.

    Returns:
        The exit code.
    """
    os.umask(0o077)  # a bill is private: nothing written here is for other users
    options = cli.parse(sys.argv[1:] if arguments is None else arguments)
    from finops_tui import commands

    try:
        return commands.run(options)
    except commands.CommandError as error:
        sys.stderr.write(f"finops-tui: {error}\n")
        return error.code
    except KeyboardInterrupt:
        sys.stderr.write("finops-tui: stopped\n")
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
