"""What a store holds, as `queries/accounting.py` accounts for it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from finops_tui.queries.accounting import File, Unit

if TYPE_CHECKING:
    from finops_tui.manifest import Entry


def unit(entry: Entry) -> Unit:
    """A loaded unit."""
    return Unit(
        name=entry.name,
        period=entry.period,
        records=entry.records,
        quarantined=entry.quarantined,
        totals={
            currency: {basis: Decimal(amount) for basis, amount in totals.items()}
            for currency, totals in entry.totals.items()
        },
        files=tuple(
            File(item.path, item.records, item.bytes, item.sha256, item.format) for item in entry.inputs
        ),
        source=entry.source,
        dataset=entry.dataset,
    )


def state(file: File) -> str:
    """What has become of a delivered file: `there`, `changed` (another size) or `gone`."""
    try:
        size = Path(file.path).stat().st_size
    except OSError:
        return "gone"
    return "there" if size == file.bytes else "changed"
