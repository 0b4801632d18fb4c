"""The SQL of a figure as it is shown and copied: one text per dialect, with what it is in comments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from finops_tui.queries.amounts import EXACT, exact, shortened
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from finops_tui.queries.provenance import Provenance
    from finops_tui.screens.origin import Origin

WIDE: Final = 108
"""Letters of a line of comment."""


@dataclass(frozen=True, slots=True)
class Form:
    """The SQL in one dialect.

    Attributes:
        title: What it is for.
        note: What has to be known of it.
        sql: The SQL.
        head: Comments that say what it gives.
        runs: Whether it runs as it stands over the export files.
    """

    title: str
    note: str
    sql: str
    head: str
    runs: bool = False

    @property
    def text(self) -> str:
        """The SQL below its comments, to be copied."""
        return self.head + self.sql


def forms(found: Provenance, told: Sequence[str], origin: Origin) -> tuple[Form, ...]:
    """Every form of a figure's SQL, the one that runs as it stands first.

    Args:
        found: Where the figure comes from.
        told: What it is, in sentences.
        origin: Writes SQL for engines.
    """
    shown = []
    if found.over_files:
        note = "runs as it stands in any DuckDB from 1.1 on that can read the files"
        shown.append(
            Form("DuckDB, over the export files", note, found.over_files, _comments(told, note), runs=True)
        )
    why = f"; {found.why_not}" if found.why_not else ""
    note = f"over a table focus with the columns of FOCUS, Tags a map; in finops-tui sql it is there{why}"
    shown.append(Form("DuckDB, over a table focus", note, f"{found.over_table};\n", _comments(told, note)))
    for name, table in origin.dialects.items():
        note = f"over a table focus with the columns of FOCUS, as {table}"
        try:
            sql = f"{origin.translate(found.over_table, name)};\n"
        except ValueError as error:
            note = clean(str(error)).replace("\n", " ")
            sql = f"-- {note}\n"
        shown.append(Form(name, note, sql, _comments(told, note)))
    return tuple(shown)


def _comments(told: Sequence[str], note: str) -> str:
    """Sentences as comments; what comes from data cannot end one, as it has no line ends."""
    lines = [line for text in (*told, note) for line in wrap(clean(text), WIDE, break_on_hyphens=False)]
    return "".join(f"-- {line}\n" for line in lines)


def _differs(got: Decimal, wanted: Decimal, *, rounded: bool) -> bool:
    """Whether amounts differ; converted ones are rounded line by line here and day by day there."""
    difference = EXACT.subtract(got, wanted)
    return bool(shortened(difference) if rounded else difference)


def verdict(
    found: Provenance, row: Mapping[str, Any], amount: Callable[[Decimal, str], str]
) -> tuple[bool, str]:
    """Whether what the SQL gave is the figure, and that in words.

    Args:
        found: Where the figure comes from.
        row: What the SQL gave.
        amount: Writes an amount of a currency.
    """
    wanted = {"cost": found.cost, "lines": Decimal(found.lines), "now": found.now, "before": found.before}
    code = found.view.currency or ""
    wrong = [
        name
        for name, value in wanted.items()
        if value is not None and _differs(Decimal(row.get(name) or 0), value, rounded=bool(found.exchange))
    ]
    got = Decimal(row.get("cost") or 0)
    if not wrong:
        lines = f"{found.lines:,} lines"
        return True, f"the same to the last digit: {exact(got)} {code} in {lines}, from the files alone"
    names = ", ".join(wrong)
    return (
        False,
        f"not the same ({names}): the files give {amount(got, code)} in {row.get('lines') or 0} lines",
    )
