"""Parts and wholes, against Decimals added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries import shares

MONEY = st.decimals(-(10**12), 10**12, places=10, allow_nan=False, allow_infinity=False)


def frame(costs: list[Decimal]) -> pl.DataFrame:
    return pl.DataFrame({"cost": pl.Series(costs, dtype=pl.Decimal(38, 10))})


@given(st.lists(MONEY, max_size=40), st.data())
def test_marked_and_left_out_are_everything(costs: list[Decimal], data: st.DataObject) -> None:
    rows = frame(costs)
    some = data.draw(st.sets(st.integers(0, max(len(costs) - 1, 0)))) if costs else set()
    total, part = shares.summed(rows), shares.marked(rows, some)
    assert total == sum(costs)
    assert part == sum(costs[index] for index in some)
    assert shares.difference(total, part) == sum(c for i, c in enumerate(costs) if i not in some)
    assert shares.largest(rows) == max(map(abs, costs), default=0)


def test_a_share_needs_a_whole() -> None:
    assert shares.share(Decimal(1), Decimal(8)) == Decimal("0.125")
    assert shares.share(Decimal(1), Decimal(0)) is None
    assert shares.share(None, Decimal(8)) is None
    assert shares.share(Decimal(-2), Decimal(8)) == Decimal("-0.25")


DAYS = [date(2026, 11, 1) + timedelta(days=n) for n in range(4)]


def row(
    day: int, rank: int | None, value: str | None, cost: str, label: str | None = None
) -> dict[str, object]:
    return {"bucket": DAYS[day], "rank": rank, "k0": value, "label": label, "cost": Decimal(cost)}


ROWS = [
    row(0, 1, "EC2", "1.1"),
    row(2, 1, "EC2", "2.2", "Compute"),
    row(0, 2, None, "-5"),
    row(1, None, None, "0.3"),
    row(2, None, None, "0.4"),
]


def test_a_timeline_has_every_bin_and_every_cent() -> None:
    line = shares.Timeline.of(ROWS, DAYS)
    assert [(s.value, s.label, s.other) for s in line.strands] == [
        ("EC2", "Compute", False),
        (None, None, False),
        (None, None, True),
    ]
    assert line.strands[0].costs == (Decimal("1.1"), 0, Decimal("2.2"), 0)
    assert line.total(0, 4) == sum(r["cost"] for r in ROWS)
    assert line.total(-3, 0) == 0
    assert sum(line.total(n, n + 1) for n in range(4)) == line.total(0, 4)
    assert [(s.value, cost) for s, cost in line.dearest(0, 3, 5)] == [(None, -5), ("EC2", Decimal("3.3"))]
    assert line.dearest(3, 4, 5) == []


def test_a_row_outside_of_the_bins_is_an_error() -> None:
    with pytest.raises(KeyError):
        shares.Timeline.of(ROWS, DAYS[1:])
