"""Loads that end badly, from the outside: the driver as an object, small bills, and what must be left."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from finops_tui import generations, loader
from finops_tui.manifest import parse
from finops_tui.store import Store
from tests.store.helpers import totals

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
TOP = HERE.parent.parent
FAULTS = {
    "kill": 1,
    "torn write, then kill": 2,
    "EIO once": 3,
    "ENOSPC once": 4,
    "EIO from there on": 5,
    "ENOSPC from there on": 6,
}
JANUARY, FEBRUARY = "2025-01", "2025-02"


def compiler() -> str | None:
    """A C compiler, or None."""
    named = (os.environ.get("CC"), "cc", "gcc", "clang")
    return next((path for name in named if name and (path := shutil.which(name))), None)


def build(folder: Path) -> Path:
    """Build the shim; it is to be preloaded."""
    shim = folder / f"shim{sysconfig.get_config_var('SHLIB_SUFFIX') or '.so'}"
    command = [compiler() or "cc", "-O1", "-shared", "-fPIC", "-o", str(shim), str(HERE / "shim.c")]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True, capture_output=True)
    return shim


@dataclass(frozen=True)
class Ended:
    """How a load ended: its exit code, negative for a signal, the calls it made, and what it said."""

    code: int
    calls: int
    said: str


class Driver:
    """Runs loads in processes that may die.

    Args:
        folder: For what they say.
        shim: Preloaded, when given.
    """

    def __init__(self, folder: Path, shim: Path | None = None) -> None:
        self._errors = folder / "errors"
        words = [sys.executable, "-m", "tests.faults.driver", *([str(shim)] if shim else [])]
        environment = {**os.environ, **({"LD_PRELOAD": str(shim)} if shim else {})}
        self._process = subprocess.Popen(
            words, cwd=TOP, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def load(self, root: Path, files: list[Path], *, at: int = 0, kind: int = 0, **more: Any) -> Ended:
        """Load files; something may go wrong at the n-th call that changes the disk."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {"root": str(root), "files": list(map(str, files)), "at": at, "kind": kind, **more}
        self._process.stdin.write(json.dumps({**task, "errors": str(self._errors)}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(answer["code"], answer["calls"], self._errors.read_text(errors="replace"))


def bill(path: Path, costs: Mapping[str, Decimal | int], *, days: int = 3) -> Path:
    """Write a FOCUS bill of a few days in each period, which cost this much together; each period is a service of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        times = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
        out.writerow(
            ("BillingAccountId", "BillingCurrency", "ServiceName", "ChargeCategory", *times, "BilledCost",
             "EffectiveCost", "ListCost", "ContractedCost")
        )  # fmt: skip
        for period, cost in costs.items():
            until = f"{period[:5]}{int(period[5:]) + 1:02}-01"
            for day in range(1, days + 1):
                part = cost - (days - 1) if day == days else 1
                span = (f"{period}-01", until, f"{period}-{day:02}", f"{period}-{day + 1:02}")
                stamps = [f"{moment}T00:00:00Z" for moment in span]
                out.writerow(("42", "USD", period, "Usage", *stamps, *[part] * 4))
    return path


def total(root: Path) -> Decimal:
    """What somebody who opens the store reads."""
    with Store(root) as store:
        return totals(store).get("USD", Decimal(0))


def assert_whole(root: Path, last: Path, left: Decimal) -> None:
    """The next load works, and leaves nothing behind: no scratch, no segment that nobody names.

    Args:
        root: The store after what befell it.
        last: A bill of January and February.
        left: What the store then reads.
    """
    assert loader.load(root, [last]).loaded
    assert total(root) == left
    assert not list((root / "tmp").iterdir())
    copies = [parse(path.read_bytes()).files for path in (root / "manifests").iterdir()]
    named = generations.read(root).manifest.files.union(*copies)
    assert {path.name for path in (root / "segments").iterdir()} == named
