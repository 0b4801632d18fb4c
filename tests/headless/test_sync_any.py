"""Any sequence of deliveries: a month that was loaded never goes, and what all its files say is what is loaded."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui import generations, loader, sync
from tests.headless import bill

MONTHS = ("2026-08", "2026-09", "2026-10")
FILES = ("a.csv", "b.csv", "c.csv")

contents = st.dictionaries(st.sampled_from(MONTHS), st.integers(1, 999), max_size=3)
steps = st.lists(
    st.tuples(
        st.sampled_from(("write", "write", "write", "delete", "break")), st.sampled_from(FILES), contents
    ),
    min_size=1,
    max_size=3,
)


class World:
    """A folder of bills, what is in it, and the store that is kept up to date with it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "store"
        self.bills = folder / "bills"
        self.bills.mkdir()
        self.held: dict[str, dict[str, int]] = {}
        self.count = 0

    def do(self, what: str, name: str, months: dict[str, int]) -> None:
        path = self.bills / name
        if what == "write":
            self.count += 1
            rows = [
                bill.row(f"{month}-01", f"{cost}.25", ResourceId=f"{name} {self.count}")
                for month, cost in months.items()
            ]
            bill.write(path, rows)
            self.held[name] = months
        elif what == "break" and path.exists():
            path.write_text("no,bill\n1,2\n", encoding="utf-8")
            self.held.pop(name, None)
        else:
            path.unlink(missing_ok=True)
            self.held.pop(name, None)

    def loaded(self) -> dict[str, Decimal]:
        entries = generations.read(self.root).manifest.entries
        return {entry.period: entry.total("USD", "billed") or Decimal(0) for entry in entries}

    def delivered(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for months in self.held.values():
            for month, cost in months.items():
                sums[month] = sums.get(month, Decimal(0)) + Decimal(cost) + Decimal("0.25")
        return sums


@settings(max_examples=15)
@given(first=contents.filter(bool), days=st.lists(steps, min_size=1, max_size=4))
def test_no_month_goes_and_what_is_complete_is_exact(first, days) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.do("write", "a.csv", first)
        loader.load(world.root, [world.bills])
        assert world.loaded() == world.delivered()
        for day in days:
            before = world.loaded()
            for step in day:
                world.do(*step)
            result = sync.sync(world.root)
            after = world.loaded()
            assert set(before) <= set(after)
            again = sync.sync(world.root)
            assert not again.loaded
            assert world.loaded() == after
            if not result.refused and all((world.bills / name).exists() for name in _inputs(world)):
                delivered = world.delivered()
                assert {month: after[month] for month in delivered} == delivered
            moved = {one.period: one.change("billed") for one in result.moved}
            assert {month: after[month] - before.get(month, 0) for month in moved} == moved
            unmoved = set(after) - set(moved)
            assert {month: after[month] for month in unmoved} == {month: before[month] for month in unmoved}


def _inputs(world: World) -> set[str]:
    entries = generations.read(world.root).manifest.entries
    return {Path(item.path).name for entry in entries for item in entry.inputs}
