"""What several tests of the store ask of it."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_tui import loader
from finops_tui.queries.view import Period, View
from finops_tui.store import Store
from tests.store.fake_sources import charge, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERYTHING = View(Period(date(2000, 1, 1), date(2100, 1, 1)), group_by=())


def totals(store: Store, basis: str = "billed") -> dict[str, Decimal]:
    """The total of everything, per currency, as a screen would get it."""
    view = View(EVERYTHING.period, group_by=(), basis=basis)
    frame = store.ask_now("total", view)
    return {row["currency"]: row["cost"] for row in frame.iter_rows(named=True)}


def total(root: Path, currency: str = "USD") -> Decimal:
    """The billed total that somebody who opens the store now reads."""
    with Store(root) as store:
        return totals(store).get(currency, Decimal(0))


def tree(root: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder with its mode, size and time of change."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.stat()
        found[str(path.relative_to(root))] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def publish(root: Path, cost: str) -> None:
    """Load January of the first account again, at another cost."""
    loader.load(root, [write(root.parent / "bills" / "again.json", [charge(cost)])])


def segments(root: Path) -> set[str]:
    """Names of the segment files on the disk."""
    return {path.name for path in (root / "segments").iterdir()}


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that a thread does; seconds only bound a hang."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (a thread knows no event)
            await asyncio.sleep(0.001)
