"""Rows written for other programs and for people: csv, json, md, parquet, and a table for a terminal.

Money is written in full, as exact decimals. Text from data is made safe for where it goes: no control
characters on a terminal, no formulas in a spreadsheet, no markup in Markdown.
"""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_tui.queries import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    Rows = Sequence[Mapping[str, Any]]


def exact(amount: Decimal) -> str:
    """A decimal in full, without exponent or trailing zeros, with at least two decimals."""
    text = format(amount, "f")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def plain(value: Any) -> Any:
    """A value as JSON can hold it: decimals as exact strings, dates as ISO 8601."""
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, datetime):
        return value.isoformat(sep="T") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def text(value: Any) -> str:
    """A value as a cell of text; nothing for None."""
    value = plain(value)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def to_csv(columns: Sequence[str], rows: Rows) -> str:
    """CSV with a header; text that a spreadsheet would take for a formula is defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_text.spreadsheet(name) for name in columns])
    for row in rows:
        cells = ((row[name], text(row[name])) for name in columns)
        writer.writerow(
            [safe_text.spreadsheet(cell) if isinstance(value, str) else cell for value, cell in cells]
        )
    return out.getvalue()


def to_json(value: Any) -> str:
    """JSON, indented; characters outside ASCII are escaped, so that no terminal is moved by them."""
    return json.dumps(plain(value), indent=2, ensure_ascii=True) + "\n"


def to_markdown(columns: Sequence[str], rows: Rows, right: frozenset[str] = frozenset()) -> str:
    """A Markdown table; numbers (`right`) are aligned right."""
    lines = [
        [markdown(name) for name in columns],
        ["---:" if name in right else "---" for name in columns],
        *([markdown(text(row[name])) for name in columns] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def markdown(cell: str) -> str:
    """A text that Markdown shows as it is, in a table too."""
    cell = safe_text.clean(cell)
    for character in "\\`*_[]<>|":
        cell = cell.replace(character, "\\" + character)
    return cell


def to_table(columns: Sequence[str], rows: Rows, right: frozenset[str] = frozenset()) -> str:
    """Aligned columns for a terminal; long texts are shortened."""
    from rich.cells import cell_len, set_cell_size

    cells = [[_shorten(safe_text.clean(text(row[name]))) for name in columns] for row in rows]
    widths = [max([cell_len(name), *(cell_len(line[i]) for line in cells)]) for i, name in enumerate(columns)]

    def line(values: Sequence[str]) -> str:
        padded = (
            " " * (width - cell_len(value)) + value if name in right else set_cell_size(value, width)
            for name, value, width in zip(columns, values, widths, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("─" * width for width in widths)
    return "\n".join([line(list(columns)), rule, *map(line, cells)]) + "\n"


def _shorten(cell: str, longest: int = 60) -> str:
    return cell if len(cell) <= longest else cell[: longest - 1] + "…"


def frame_of(columns: Sequence[str], rows: Rows) -> pl.DataFrame:
    """Rows as a frame; decimals keep their scale."""
    import polars as pl

    return pl.DataFrame([{name: row[name] for name in columns} for row in rows], infer_schema_length=None)


def render(columns: Sequence[str], rows: Rows, form: str, right: frozenset[str] = frozenset()) -> str | bytes:
    """Rows in one of the forms `csv`, `json`, `md`, `parquet`, `table`."""
    if form == "parquet":
        buffer = io.BytesIO()
        frame_of(columns, rows).write_parquet(buffer)
        return buffer.getvalue()
    if form == "csv":
        return to_csv(columns, rows)
    if form == "json":
        return to_json([{name: row[name] for name in columns} for row in rows])
    return (to_markdown if form == "md" else to_table)(columns, rows, right)


def write(content: str | bytes, path: Path) -> Path:
    """Write a file whole or not at all.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    unfinished = path.with_name(f".{path.name[:80]}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def write_frame(frame: pl.DataFrame, path: Path, form: str) -> Path:
    """Write a frame to a file as csv, json, md or parquet, and return its path.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    if form == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return write(buffer.getvalue(), path)
    right = frozenset(name for name, kind in frame.schema.items() if kind.is_numeric())
    return write(render(frame.columns, frame.to_dicts(), form, right), path)
