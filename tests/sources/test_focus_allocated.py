"""FOCUS 1.3: charges split among what used a resource stay in the bill, and are an allocation beside it."""

from collections import defaultdict
from decimal import Decimal
from random import Random

from tests.sources.allocations import by
from tests.sources.bills import Bench, focus, total

KEYS = ("AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags")


def rows(count: int = 120) -> list[dict[str, str]]:
    """Nodes that were split among pods (refunds too), and charges that were not."""
    chance = Random(3)
    found = []
    for number in range(count):
        cost = f"{chance.uniform(-1, 5):.12f}"
        row = focus(
            BilledCost=cost, EffectiveCost=cost, ResourceId=f"i-{number % 7}", ResourceType="Instance"
        )
        shared = number % 3 != 0
        allocated = {
            "AllocatedMethodId": "usage-weighted",
            "AllocatedResourceId": f"pod-{number % 11}",
            "AllocatedResourceName": f"Pod {number % 11}",
            "AllocatedTags": '{"namespace": "shop"}',
        }
        found.append({**row, **(allocated if shared else dict.fromkeys(KEYS, ""))})
    return found


def sums(charges: list[dict[str, str]], key: str) -> dict[tuple[str | None], Decimal]:
    found: defaultdict[tuple[str | None], Decimal] = defaultdict(Decimal)
    for row in charges:
        found[row[key] or None,] += Decimal(row["EffectiveCost"])
    return found


def test_in_the_bill_they_are_as_delivered_and_can_be_grouped(bench: Bench):
    charges = rows()
    bench.stage_rows(charges)
    bill = "dataset = 'bill'"
    assert bench.one(f"sum(BilledCost) FILTER ({bill})") == total(row["BilledCost"] for row in charges)
    for key in (*KEYS, "ResourceId"):
        assert by(bench, key, where=bill) == sums(charges, key)
    assert bench.query(f"SELECT DISTINCT Tags['team'] FROM staged WHERE {bill}") == [("payments",)]


def test_beside_the_bill_the_resource_is_what_was_allocated_to(bench: Bench):
    charges = rows()
    bench.stage_rows(charges)
    beside = "dataset = 'allocation'"
    shared = [row for row in charges if row["AllocatedMethodId"]]
    assert by(bench, "ResourceId", where=beside) == sums(shared, "AllocatedResourceId")
    assert by(bench, "Extra['x_ParentResourceId']", where=beside) == sums(shared, "ResourceId")
    assert by(bench, "Tags['namespace']", "ResourceType", where=beside) == {
        ("shop", None): total(row["EffectiveCost"] for row in shared)
    }


def test_a_bill_without_them_has_no_allocation(bench: Bench):
    bench.stage_rows([focus()])
    assert bench.query("SELECT dataset, count(*) FROM staged GROUP BY 1") == [("bill", 1)]


def test_tags_of_an_allocation_that_are_no_json_are_told(bench: Bench):
    row = {**focus(), **dict.fromkeys(KEYS, "x"), "AllocatedTags": "{namespace"}
    staged = bench.stage_rows([row])
    assert by(bench, "dataset") == {("bill",): Decimal("1.25"), ("allocation",): Decimal("1.25")}
    assert any("1 record with tags that are not JSON" in note for note in staged.notes)
