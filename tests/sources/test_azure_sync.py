"""Later runs of an Azure pair are synced together, whichever of the two is new."""

from decimal import Decimal
from pathlib import Path

from finops_tui import generations
from finops_tui.loader import load
from finops_tui.sync import sync
from tests.sources.azure_bills import RESERVED, ea, run

BOUGHT = {"ChargeType": "Purchase", "Frequency": "Recurring"}


def put(bucket: Path, kind: str, day: int, charges: int) -> None:
    """A run of a day: one charge a day so far, and from the second day on the purchase of a reservation."""
    rows = [ea("1", MeterId=f"m{number}") for number in range(charges)]
    if kind == "AmortizedCost":
        rows.append(ea("3", **RESERVED))
    else:
        rows += [ea("0", **RESERVED), *([ea("9", **RESERVED, **BOUGHT)] if charges > 1 else [])]
    folder = bucket / kind / "20230901-20230930" / f"202309{day:02}0900" / f"{kind}{day}"
    run(folder, [rows[:1], rows[1:]], kind, submitted=f"2023-09-{day:02}T09:00:00Z")


def held(store: Path) -> tuple[Decimal, Decimal]:
    (entry,) = generations.read(store).manifest.entries
    totals = entry.totals["USD"]
    return Decimal(totals["billed"]), Decimal(totals["effective"])


def test_a_pair_stays_one_whichever_of_the_two_is_new(tmp_path: Path):
    bucket, store = tmp_path / "bucket", tmp_path / "store"
    for kind in ("ActualCost", "AmortizedCost"):
        put(bucket, kind, 10, 1)
    load(store, [bucket])
    assert held(store) == (1, 4)
    put(bucket, "ActualCost", 11, 2)
    sync(store)
    assert held(store) == (10, 4)
    put(bucket, "AmortizedCost", 12, 2)
    sync(store)
    assert held(store) == (11, 5)
    assert not sync(store).sources[0].changed


def test_a_damaged_run_leaves_the_month_as_it_is(tmp_path: Path):
    bucket, store = tmp_path / "bucket", tmp_path / "store"
    put(bucket, "ActualCost", 10, 3)
    load(store, [bucket])
    assert held(store) == (12, 12)
    put(bucket, "ActualCost", 11, 4)
    (part,) = (bucket / "ActualCost").rglob("ActualCost11/part_0_0002.csv")
    part.write_bytes(part.read_bytes()[:-20])
    result = sync(store)
    assert held(store) == (12, 12)
    assert any("the manifest promises" in refused.reason for one in result.sources for refused in one.refused)
