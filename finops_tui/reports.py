"""What a load did and what is loaded, as JSON and as words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finops_tui import export
from finops_tui.queries import safe_text
from finops_tui.queries.view import BILL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finops_tui.loader import LoadResult
    from finops_tui.manifest import Entry


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """One loaded unit, as `load --json` and `sources --json` print it."""
    return {
        "source": entry.source,
        "account": entry.account,
        "period": entry.period,
        "dataset": entry.dataset,
        "format": entry.format,
        "rows": entry.records,
        "lines": entry.lines,
        "quarantined": entry.quarantined,
        "rounded": entry.rounded,
        "totals": {currency: dict(totals) for currency, totals in entry.totals.items()},
        "first_day": entry.first_day,
        "last_day": entry.last_day,
        "loaded_at": entry.loaded_at,
        "files": [file.path for file in entry.inputs],
    }


def units_as_json(entries: Iterable[Entry], name: str) -> dict[str, Any]:
    """Units of bills under a name, and beside them allocations: shares of money that the bills hold already."""
    units = [entry_as_json(entry) for entry in entries]
    return {
        name: [unit for unit in units if unit["dataset"] == BILL],
        "allocations": [unit for unit in units if unit["dataset"] != BILL],
    }


def as_json(result: LoadResult) -> dict[str, Any]:
    """The contract of `load --json`."""
    return {
        **units_as_json(result.loaded, "loaded"),
        "refused": [{"file": str(refusal.file), "reason": refusal.reason} for refusal in result.refused],
        "notes": list(result.notes),
    }


def as_text(result: LoadResult) -> str:
    """What a load did, for people."""
    if not result.loaded:
        return "Nothing was loaded.\n"
    records = sum(entry.records for entry in result.loaded)
    units = len(result.loaded)
    return (
        entries_as_text(result.loaded)
        + f"\n{records:,} rows in {units} {'unit' if units == 1 else 'units'}.\n"
    )


def entries_as_text(entries: Sequence[Entry]) -> str:
    """Loaded units as a table, and allocations in one of their own."""
    if not entries:
        return "Nothing is loaded; `finops-tui load PATH` loads a bill.\n"
    bills = [entry for entry in entries if entry.dataset == BILL]
    others = [entry for entry in entries if entry.dataset != BILL]
    told = "Allocations, of money that is in the cloud bill already and is never added to it:\n"
    return (_table(bills) if bills else "") + (
        f"{chr(10) if bills else ''}{told}{_table(others)}" if others else ""
    )


def _table(entries: Sequence[Entry]) -> str:
    columns = (
        "source",
        "account",
        "period",
        "format",
        "rows",
        "quarantined",
        "currency",
        "billed",
        "effective",
        "loaded",
    )
    rows = [
        {
            "source": entry.source,
            "account": entry.account,
            "period": entry.period,
            "format": _format(entry),
            "rows": f"{entry.records:,}",
            "quarantined": f"{entry.quarantined:,}",
            "currency": currency,
            "billed": totals.get("billed", ""),
            "effective": totals.get("effective", ""),
            "loaded": entry.loaded_at[:16].replace("T", " "),
        }
        for entry in entries
        for currency, totals in (entry.totals or {"": {}}).items()
    ]
    return export.to_table(columns, rows, frozenset({"rows", "quarantined", "billed", "effective"}))


def _format(entry: Entry) -> str:
    """The format of a unit, and that it is no bill where it does not say so."""
    plain = entry.dataset == BILL or entry.dataset in entry.format
    return entry.format if plain else f"{entry.format}, {entry.dataset}"


def complaints(result: LoadResult) -> list[str]:
    """Notes and refusals, one line each, safe for a terminal."""
    notes = [f"note: {note}" for note in result.notes]
    refused = [f"refused: {refusal.file}: {refusal.reason}" for refusal in result.refused]
    if refused and not result.loaded:
        refused.append("Nothing was loaded; the store is as it was.")
    return [safe_text.clean(line) for line in (*notes, *refused)]
