"""Files of every kind that is read, what Python finds in them, and the rows of the table in docs/formats.md."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from finops_tui.mapped import Mapped
    from finops_tui.sources.kinds import Kind
    from tests.generators.reckoned import Sums

VARIABLE = "FORMATS_TABLE"
"""Names the file that rows are kept in; without it they are not."""


@dataclass(frozen=True)
class Made:
    """Files of a kind, and what csv, json and Decimal find in them.

    Attributes:
        files: What is loaded.
        records: Records in all of them.
        sums: Currency and cost basis -> sum; a basis that is not reckoned is not there.
        formats: Those of finops.toml that they need.
    """

    files: Sequence[Path]
    records: int
    sums: Sums
    formats: Sequence[Mapped] = ()


@dataclass(frozen=True)
class Case:
    """A row of the table.

    Attributes:
        format: As the loader names it.
        written: What the files are: `csv`, `JSON` …
        kinds: Kinds of export that it proves.
        make: Writes the files into a folder.
        basis: The cost that the table shows.
        dataset: What it is loaded as.
    """

    format: str
    written: str
    kinds: tuple[Kind, ...]
    make: Callable[[Path], Made]
    basis: str = "billed"
    dataset: str = BILL


def added(charges: Iterable[tuple[str, Mapping[str, Decimal]]]) -> Sums:
    """Sum amounts of a basis each, per currency; what a generator reckons on the way is exact, too."""
    found: Sums = defaultdict(Decimal)
    with localcontext(prec=100):
        for currency, amounts in charges:
            for basis, amount in amounts.items():
                found[currency, basis] += amount
    return dict(found)


def number(value: Any) -> Decimal:
    """A number of a file, with the digits it has there; nothing is 0."""
    return Decimal(str(value).strip() or "0") if value is not None else Decimal(0)


def parsed(content: str) -> Any:
    """A JSON document whose numbers are text, with every digit."""
    return json.loads(content, parse_float=str, parse_int=str)


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def note(case: Case, made: Made, loaded: Sums, records: int) -> None:
    """Leave a row for the table, if somebody asks for it."""
    named = os.environ.get(VARIABLE)
    if not named:
        return
    path = Path(named)
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    currencies = sorted({currency for currency, _ in made.sums})
    row = {
        "format": case.format,
        "written": case.written,
        "files": len(made.files),
        "records": made.records,
        "loaded records": records,
        "basis": case.basis,
        "file": {code: f"{made.sums[code, case.basis]:f}" for code in currencies},
        "loaded": {code: f"{loaded[code, case.basis]:f}" for code in currencies},
    }
    path.write_text(json.dumps([*rows, row], indent=1), encoding="utf-8")
