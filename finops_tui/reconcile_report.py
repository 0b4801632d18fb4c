"""The accounts of a view, as words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finops_tui import export, headless, reconcile
from finops_tui.manifest import plain
from finops_tui.queries import safe_text
from finops_tui.queries.accounting import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finops_tui.queries.accounting import Account, Amounts, Records

_RECORDS = ("period", "exported", "loaded", "set aside", "files")
_AMOUNTS = ("period", "currency", "loaded", "shown", "left out", "difference")


def as_text(account: Account) -> str:
    """The accounts for people; every line is safe for a terminal."""
    if not account.records:
        return "Nothing is loaded; `finops-tui load PATH` loads a bill.\n"
    records = [
        {
            "period": one.period,
            "exported": f"{one.exported:,}",
            "loaded": f"{one.loaded:,}",
            "set aside": f"{one.quarantined:,}",
            "files": f"{len(one.files):,}",
        }
        for one in account.records
    ]
    amounts = [
        {
            "period": line.period or "all",
            "currency": line.currency,
            "loaded": plain(line.loaded),
            "shown": plain(line.shown),
            "left out": plain(line.other),
            "difference": plain(line.difference),
        }
        for line in (*account.amounts, *account.sums().values())
    ]
    return "\n".join(
        [
            "Records: exported = loaded + set aside\n",
            export.to_table(_RECORDS, records, frozenset(_RECORDS[1:])),
            f"{account.view.basis.capitalize()} cost: loaded = shown + left out\n",
            export.to_table(_AMOUNTS, amounts, frozenset(_AMOUNTS[2:])),
            *(safe_text.clean(line) for line in _words(account)),
            "",
        ]
    )


def as_json(account: Account) -> dict[str, Any]:
    """The contract of `reconcile --json`."""
    return {
        "view": headless.describe(account.view),
        "balanced": account.balanced,
        "records": [_records(one) for one in account.records],
        "amounts": [_amounts(line) for line in account.amounts],
        "totals": {code: _amounts(line) for code, line in account.sums().items()},
        "replaced": account.replaced,
        "unaccounted": account.unaccounted,
    }


def _words(account: Account) -> Iterator[str]:
    for line in account.sums().values():
        left = [f"{LEFT_OUT[name]} {plain(sum_)}" for name, sum_ in line.left_out.items() if sum_]
        if left:
            yield f"{line.currency} left out: {', '.join(left)}"
    if account.replaced:
        yield f"{account.replaced:,} records of these files were loaded again since, from other files."
    if account.unaccounted:
        yield f"{account.unaccounted:,} records are loaded that no file accounts for."
    yield "Everything is accounted for." if account.balanced else "SOMETHING IS NOT ACCOUNTED FOR."
    yield ""
    for one in account.records:
        for file in one.files:
            gone = {"gone": ", gone since", "changed": ", changed since"}.get(reconcile.state(file), "")
            yield f"{one.period}  {file.path}: {file.records:,} records, {file.format}{gone}"


def _records(one: Records) -> dict[str, Any]:
    files = [
        {
            "path": file.path,
            "records": file.records,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "format": file.format,
            "state": reconcile.state(file),
        }
        for file in one.files
    ]
    return {
        "period": one.period,
        "exported": one.exported,
        "loaded": one.loaded,
        "quarantined": one.quarantined,
        "files": files,
    }


def _amounts(line: Amounts) -> dict[str, Any]:
    head = {"period": line.period} if line.period else {}
    return {
        **head,
        "currency": line.currency,
        "loaded": line.loaded,
        "shown": line.shown,
        "left_out": dict(line.left_out),
        "difference": line.difference,
    }
