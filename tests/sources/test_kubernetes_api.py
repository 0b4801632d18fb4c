"""Answers of the allocation API: every component, adjustment and total against json and Decimal."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.sources.allocations import by, meters
from tests.sources.bills import Bench, total

JSON_METERS = {
    **{name: f"{key}Cost" for name, key in (
        ("CPU", "cpu"), ("RAM", "ram"), ("GPU", "gpu"), ("PV", "pv"), ("Network", "network"),
        ("Load balancer", "loadBalancer"), ("Shared", "shared"), ("External", "external"),
    )},
    **{f"{name} adjustment": f"{key}CostAdjustment" for name, key in (
        ("CPU", "cpu"), ("RAM", "ram"), ("GPU", "gpu"), ("PV", "pv"), ("Network", "network"),
        ("Load balancer", "loadBalancer"),
    )},
}  # fmt: skip


def allocation(name: str, day: int = 5, **changes: object) -> dict[str, object]:
    """An allocation of the API."""
    cluster, node, namespace, pod, container = name.split("/") if name.count("/") == 4 else (None,) * 5
    one: dict[str, object] = {
        "name": name,
        "properties": {
            "cluster": cluster or "prod", "node": node, "namespace": namespace, "controller": pod and pod[:-2],
            "controllerKind": pod and "deployment", "pod": pod, "container": container, "services": ["a", "b"],
            "providerID": "i-0abc", "labels": {"team": "pay"}, "annotations": {"note": "x"},
            "namespaceLabels": {"team": "shop", "tier": "1"},
        },
        "window": {"start": f"2025-03-{day:02}T00:00:00Z", "end": f"2025-03-{day + 1:02}T00:00:00Z"},
        "start": f"2025-03-{day:02}T01:00:00Z",
        "end": f"2025-03-{day:02}T13:00:00Z",
        "minutes": 720.0,
        "cpuCores": 0.5, "cpuCoreRequestAverage": 0.5, "cpuCoreUsageAverage": 0.25, "cpuCoreHours": 6.0,
        "ramByteHours": 1200.0, "ramByteUsageAverage": 50.0, "cpuEfficiency": 0.5, "pvs": {"a": {"cost": 4}},
        "rawAllocationOnly": {"cpuCoreUsageMax": 1}, "lbAllocations": None,
    }  # fmt: skip
    return {**one, **changes}


def random_sets(seed: int = 7) -> list[dict[str, dict[str, object]]]:
    """Daily sets with amounts of five decimals, as the API rounds them, one by one."""
    chance = Random(seed)
    sets = []
    for day in range(1, 9):
        found = {}
        for number in range(25):
            amounts = {
                name: round(chance.choice([0, 1]) * chance.uniform(-0.2, 3), 7)
                for name in JSON_METERS.values()
            }
            one = allocation(f"prod/node-{number % 3}/ns-{number % 4}/pod-{number}/web", day)
            rounded = {name: round(amount, 5) for name, amount in amounts.items()}
            found[str(one["name"])] = {**one, **rounded, "totalCost": round(sum(amounts.values()), 5)}
        sets.append(found)
    return sets


def answer(sets: object) -> str:
    """What the API answers."""
    return json.dumps({"code": 200, "status": "success", "data": sets})


def flat(content: str) -> list[dict[str, Any]]:
    """The allocations in an answer, amounts with the digits they are written with."""
    data = json.loads(content, parse_float=str, parse_int=str)["data"]
    return [one for each in data if each for one in each.values()]


def test_every_component_and_adjustment_of_an_answer_of_the_api(bench: Bench):
    content = answer(random_sets())
    staged = bench.stage(bench.file("allocation.json", content))
    read = flat(content)
    assert staged.files[0].format == "OpenCost or Kubecost allocation (JSON)"
    assert staged.files[0].records == len(read) == 200
    assert bench.one("sum(EffectiveCost)") == total(row["totalCost"] for row in read)
    assert {key[0]: amount for key, amount in by(bench, "SkuMeter").items()} == meters(
        read, JSON_METERS, "totalCost"
    )
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read:
        expected[row["window"]["start"][:10], row["properties"]["namespace"]] += Decimal(row["totalCost"])
    assert by(bench, "strftime(ChargePeriodStart, '%Y-%m-%d')", "Extra['x_Namespace']") == expected


def test_who_an_allocation_is_and_what_it_used(bench: Bench):
    one = allocation("prod/node-1/shop/cart-1/web", cpuCost=1.5, ramCost=0.5, totalCost=2.0)
    bench.stage(bench.file("a.json", answer([{"prod/node-1/shop/cart-1/web": one}])))
    assert bench.query(
        "SELECT SkuMeter, ResourceId, SubAccountId, BillingAccountId, Extra['x_Node'], Extra['x_ParentResourceId'],"
        " Extra['x_Services'], Extra['x_Annotations'], Tags, ConsumedQuantity, PricingQuantity, ConsumedUnit"
        " FROM staged ORDER BY 1"
    ) == [
        (meter, "prod/shop/cart-1/web", "prod", "prod", "node-1", "i-0abc", "a, b", '{"note":"x"}',
         {"team": "pay", "tier": "1"}, *used)
        for meter, used in (("CPU", (3.0, 6.0, "Core-Hours")), ("RAM", (600.0, 1200.0, "Byte-Hours")))
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["__idle__", "prod/__idle__", "__unallocated__", "prod/__unmounted__"])
def test_pseudo_names_stand_where_the_namespace_would(bench: Bench, name: str):
    bench.stage(bench.file("a.json", answer([{name: allocation(name, cpuCost=1.0, totalCost=1.0)}])))
    assert bench.query("SELECT DISTINCT Extra['x_Namespace'], ResourceId FROM staged") == [
        (name.rsplit("/", 1)[-1], name)
    ]


def test_windows_that_cover_days_are_told(bench: Bench):
    week = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-10T00:00:00Z"}
    staged = bench.stage(bench.file("a.json", answer([{"ns": allocation("ns", window=week, totalCost=7)}])))
    assert any("cover more than a day" in note for note in staged.notes)
    assert bench.query("SELECT DISTINCT ChargePeriodStart::DATE::VARCHAR FROM staged") == [("2025-03-03",)]


def test_empty_sets_and_sets_under_a_key_are_read(bench: Bench):
    one = {"ns": {"name": "ns", "start": "2025-03-05T02:00:00Z", "cpuCost": 1, "ramCost": 2}}
    window = {"start": "2025-03-05T00:00:00Z", "end": "2025-03-06T00:00:00Z"}
    summary = answer({"sets": [{"allocations": one, "window": window}, {"allocations": {}}]})
    bench.stage(
        bench.file("a.json", answer([{}, None, {"x": allocation("x", totalCost=1)}])),
        bench.file("b.json", summary),
    )
    assert by(bench, "file") == {(0,): Decimal(1), (1,): Decimal(3)}


def test_the_same_allocation_in_two_files_is_told(bench: Bench):
    early, late = (bench.file(f"{n}.json", answer([{"ns": allocation("ns", totalCost=n)}])) for n in (1, 2))
    staged = bench.stage(early, late)
    assert any("1 record of one allocation and window more than once" in note for note in staged.notes)
    assert bench.one("sum(EffectiveCost)") == 3


@pytest.mark.parametrize("taken", [lambda sets: sets, lambda sets: sets[0]], ids=["sets", "one set"])
def test_what_was_taken_out_of_an_answer_is_read(bench: Bench, taken: Callable[[list[Any]], Any]):
    bench.stage(bench.file("a.json", json.dumps(taken([{"ns": allocation("ns", totalCost=1.5)}]))))
    assert bench.one("sum(EffectiveCost)") == Decimal("1.5")


@pytest.mark.parametrize(
    "odd",
    [
        {"properties": []},
        {"properties": {"labels": ["a"], "services": {"b": 1}, "annotations": None, "cluster": {"x": 1}}},
        {"window": "today"},
        {"window": {"start": None, "end": None}},
        {"pvs": [1], "cpuCost": None},
    ],
)
def test_odd_shapes_lose_no_money(bench: Bench, odd: dict[str, Any]):
    bench.stage(bench.file("a.json", answer([{"ns": {**allocation("ns", totalCost=1.5), **odd}}])))
    assert bench.one("sum(EffectiveCost)") == Decimal("1.5")


@pytest.mark.parametrize(
    "data",
    [None, [], [{}], {"sets": []}, {"sets": [1]}, [{"a": 1}], [[1]], "x", {"sets": [{"allocations": 3}]}],
)
def test_what_holds_no_allocation_is_refused(bench: Bench, data: Any):
    assert bench.reason(json.dumps({"code": 200, "data": data}), "a.json")
