"""The store of the bundled sample: made once, whoever comes first."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from finops_tui import generations

if TYPE_CHECKING:
    from pathlib import Path

START = "from finops_tui import demo; print(demo.root())"


def test_two_first_starts_at_once_have_one_store(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(*process.communicate(), process.returncode) for process in started]
    assert [(told, code) for _, told, code in ended] == [("", 0), ("", 0)]
    [root] = {said.strip() for said, _, _ in ended}
    [held] = tmp_path.rglob("CURRENT")
    assert str(held.parent) == root
    made = generations.read(held.parent).manifest
    assert made.generation == 1
    assert made.entries
