"""What a CSV comes to by Python's own csv and Decimal, and what the store holds of it."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui import loader
from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from finops_tui.loader import LoadResult

Sums = dict[tuple[str, str], Decimal]
"""Currency and cost basis -> sum."""


def program(name: str) -> str:
    """A program of this environment. A test that needs it fails without it: it is a step of the installation."""
    path = Path(sys.executable).with_name(name)
    assert path.exists(), (
        f"{name} is not installed; it is part of the extra that `make` installs for this test"
    )
    return str(path)


def run(*words: str, cwd: Path) -> None:
    """Run a program in a folder; its output is shown when it fails."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def records(path: Path) -> list[dict[str, str]]:
    """The records of a CSV, packed or not."""
    packed = path.suffix == ".gz"
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def sums(
    rows: Iterable[Mapping[str, str]],
    currency: str,
    columns: Mapping[str, Callable[[Mapping[str, str]], str]],
) -> Sums:
    """Sum what each basis is made of, per currency."""
    found: Sums = defaultdict(Decimal)
    with localcontext(prec=100):
        for row in rows:
            for basis, amount in columns.items():
                found[row[currency], basis] += Decimal(amount(row) or "0")
    return dict(found)


def held(result: LoadResult, dataset: str = BILL) -> Sums:
    """What the units of a load come to, of the bill or of an allocation of it."""
    found: Sums = defaultdict(Decimal)
    with localcontext(prec=100):
        for entry in (entry for entry in result.loaded if entry.dataset == dataset):
            for code, bases in entry.totals.items():
                for basis, amount in bases.items():
                    found[code, basis] += Decimal(amount)
    return dict(found)


def loaded(store: Path, *sources: Path) -> LoadResult:
    """Load, and expect nothing to be refused or set aside."""
    result = loader.load(store, sources)
    assert result.refused == ()
    assert result.loaded
    assert sum(entry.quarantined for entry in result.loaded) == 0
    return result
