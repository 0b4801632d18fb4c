"""Loads bills in processes of their own, one at a time, as told line by line: a program, not a test.

Each line is a JSON object with `root`, `files` and what is to go wrong; a load runs in a forked child, so that
nothing has to be imported again. The answer, a line of JSON, says how the child ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  (before the fork, as all the others)

from finops_tui import generations, loader, segments, sources, undo  # noqa: F401
from finops_tui.manifest import StoreError
from tests.faults.codes import BROKEN, LOADED, REFUSED


def load(task: dict[str, Any], shim: ctypes.CDLL | None) -> int:
    """Load in this process, with the fault that the task asks for."""
    if shim is not None:
        shim.faults_arm(
            os.fsencode(task["root"]), ctypes.c_long(task["at"]), task["kind"], task.get("journal", -1)
        )
    try:
        result = loader.load(Path(task["root"]), task["files"])
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except Exception:  # noqa: BLE001  (the test that reads it fails)
        traceback.print_exc()
        return BROKEN
    if result.loaded:
        return LOADED
    sys.stderr.write(f"{result.refused}\n")
    return REFUSED


def child(task: dict[str, Any], shim: ctypes.CDLL | None) -> int:
    """Run a load in a child; the wait status."""
    errors = os.open(task["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if task.get("journal_path"):
        task["journal"] = os.open(task["journal_path"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    number = os.fork()
    if number == 0:
        os.dup2(errors, 2)
        os._exit(load(task, shim))
    os.close(errors)
    if "journal" in task:
        os.close(task["journal"])
    if "kill_after" in task:
        time.sleep(task["kill_after"])
        os.kill(number, signal.SIGKILL)  # the child is not waited for yet, so the number is its own
    return os.waitpid(number, 0)[1]


def main() -> None:
    """Read tasks until the input ends."""
    shim = ctypes.CDLL(sys.argv[1]) if len(sys.argv) > 1 else None
    for line in sys.stdin:
        status = child(json.loads(line), shim)
        calls = ctypes.c_long(shim.faults_calls()).value if shim is not None else 0
        sys.stdout.write(json.dumps({"code": os.waitstatus_to_exitcode(status), "calls": calls}) + "\n")
        sys.stdout.flush()


main()
