"""Split cost allocation of AWS: shares of instances beside the bill, against Decimals over the file."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from random import Random

import duckdb
import pytest

from tests.sources.allocations import by
from tests.sources.bills import Bench, cur, text, total

POD = "arn:aws:eks:eu-central-1:000000000007:pod/prod/shop/cart-7d4b9c/0f1e"
TAGS = (
    '{"aws_eks_cluster_name": "prod", "aws_eks_namespace": "shop", "aws_eks_deployment": "cart",'
    ' "aws_eks_workload_name": "cart-7d4b9c", "aws_eks_workload_type": "ReplicaSet", "aws_eks_node": "ip-10-0-0-1",'
    ' "user_team": "pay"}'
)


def split(**changes: str) -> dict[str, str]:
    """A pod's share of an instance in one hour."""
    row = cur(
        "Usage",
        "0.5",
        line_item_operation="EKSPod-EC2",
        line_item_product_code="AmazonEKS",
        line_item_resource_id=POD,
        line_item_usage_type="EUC1-EKS-EC2-vCPU-Hours",
        line_item_net_unblended_cost="",
        pricing_unit="vCPU-Hours",
        pricing_public_on_demand_cost="",
        resource_tags=TAGS,
        split_line_item_parent_resource_id="i-0abc",
        split_line_item_split_cost="0.125",
        split_line_item_unused_cost="0.0625",
        split_line_item_net_split_cost="",
        split_line_item_net_unused_cost="",
        split_line_item_public_on_demand_split_cost="0.25",
        split_line_item_public_on_demand_unused_cost="0.125",
        split_line_item_actual_usage="0.4",
        split_line_item_split_usage="0.5",
    )
    return {**row, **changes}


def random_rows(count: int = 300, *, net: bool = False) -> list[dict[str, str]]:
    """Instances of a month, and what pods used of them."""
    chance = Random(11)
    rows = []
    for number in range(count):
        costs = {
            f"split_line_item_{name}": f"{chance.uniform(0, 2):.10f}"
            for name in (
                "split_cost",
                "unused_cost",
                "public_on_demand_split_cost",
                "public_on_demand_unused_cost",
            )
        }
        if net:
            costs |= {
                f"split_line_item_net_{n}": f"{chance.uniform(0, 1):.10f}"
                for n in ("split_cost", "unused_cost")
            }
        rows.append(
            split(
                line_item_resource_id=f"arn:aws:eks:eu-central-1:7:pod/c-{number % 2}/ns-{number % 5}/pod-{number}/u",
                line_item_usage_type=f"EUC1-EKS-EC2-{('vCPU', 'GB', 'GPU')[number % 3]}-Hours",
                **costs,
            )
        )
        instance = cur("Usage", f"{chance.uniform(0, 5):.10f}", line_item_resource_id="i-0abc")
        rows.append({**instance, "line_item_net_unblended_cost": "1.25" if net else ""})
    return rows


def shares(content: str, *, net: bool) -> dict[tuple[str, str, str], Decimal]:
    """Split and unused cost by namespace, and by what of the instance it is."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    kinds = {"vCPU": "CPU", "GB": "RAM", "GPU": "GPU"}
    for row in csv.DictReader(io.StringIO(content)):
        if row["line_item_operation"] != "EKSPod-EC2":
            continue
        _, cluster, namespace, *_ = row["line_item_resource_id"].split("/")
        component = kinds[row["line_item_usage_type"].split("-")[3]]
        between = "net_" if net else ""
        sums[cluster, namespace, component] += Decimal(row[f"split_line_item_{between}split_cost"])
        sums[cluster, namespace, f"{component} unused"] += Decimal(
            row[f"split_line_item_{between}unused_cost"]
        )
    return dict(sums)


OURS = "dataset = 'allocation'"
ALLOCATED = "Extra['x_Cluster'], Extra['x_Namespace'], Extra['x_Component']"


@pytest.mark.parametrize("net", [False, True])
def test_split_and_unused_cost_by_namespace_and_component(bench: Bench, net: bool):
    content = text(random_rows(net=net))
    bench.stage(bench.file("bill.csv", content))
    assert by(bench, ALLOCATED, where=OURS) == shares(content, net=net)
    assert bench.query(f"SELECT DISTINCT BilledCost, AllocatedMethodId FROM staged WHERE {OURS}") == [
        (0, "AWS split cost allocation")
    ]
    listed = ("public_on_demand_split_cost", "public_on_demand_unused_cost")
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["line_item_operation"] == "EKSPod-EC2"]
    assert bench.one(f"sum(ListCost) FILTER ({OURS})") == total(
        row[f"split_line_item_{name}"] for row in rows for name in listed
    )


@pytest.mark.parametrize("net", [False, True])
def test_the_bill_is_the_same_with_and_without(bench: Bench, net: bool, tmp_path):
    rows = random_rows(net=net)
    columns = "* EXCLUDE (file, record)"
    with_split = bench
    with_split.stage_rows(rows)
    bill = f"SELECT {columns} FROM staged WHERE dataset = 'bill' ORDER BY ALL"
    other = Bench(tmp_path / "other", duckdb.connect())
    other.stage_rows([row for row in rows if row["line_item_operation"] != "EKSPod-EC2"])
    assert with_split.query(bill) == other.query(bill)
    assert other.query("SELECT count(*) FROM staged WHERE dataset <> 'bill'") == [(0,)]


def test_every_record_is_accounted_for(bench: Bench):
    none = dict.fromkeys(("split_line_item_split_cost", "split_line_item_unused_cost"), "")
    staged = bench.stage_rows([cur(), split(), split(**none), split(split_line_item_unused_cost="")])
    assert bench.query("SELECT record, dataset, count(*) FROM staged GROUP BY ALL ORDER BY 1") == [
        (1, "bill", 1), (2, "allocation", 2), (4, "allocation", 1),
    ]  # fmt: skip
    assert bench.query("SELECT record FROM dropped") == [(3,)]
    assert any("2 records of split cost allocation, held beside the bill" in note for note in staged.notes)
    assert any("1 record of split cost allocation left out" in note for note in staged.notes)


def test_who_a_pod_is(bench: Bench):
    bench.stage_rows([split()])
    assert bench.query(
        "SELECT ResourceId, ResourceName, AllocatedResourceId, Extra['x_ParentResourceId'], Extra['x_Controller'],"
        " Extra['x_ControllerKind'], Extra['x_Node'], Extra['x_Pod'], Extra['x_Component'], Tags['team'], RegionId,"
        " ConsumedQuantity, PricingQuantity, SubAccountId FROM staged ORDER BY SkuMeter"
    ) == [
        (POD, "cart-7d4b9c", POD, "i-0abc", "cart", "Deployment", "ip-10-0-0-1", "cart-7d4b9c", component, "pay",
         "eu-central-1", *used, "000000000007")
        for component, used in (("CPU", (0.4, 0.5)), ("CPU unused", (None, None)))
    ]  # fmt: skip


def test_tags_as_csv_spells_them_and_a_workload_without_a_deployment(bench: Bench):
    tags = '{"aws:eks:workload-name": "db", "aws:eks:workload-type": "StatefulSet"}'
    bench.stage_rows([split(resource_tags=tags)])
    assert bench.query(
        "SELECT DISTINCT Extra['x_Cluster'], Extra['x_Namespace'], Extra['x_Controller'], Extra['x_ControllerKind'],"
        " Extra['x_Node'] FROM staged"
    ) == [("prod", "shop", "db", "StatefulSet", "i-0abc")]


@pytest.mark.parametrize(("task", "cluster"), [("task/blue/0123", "blue"), ("task/0123", None)])
def test_a_task_of_ecs(bench: Bench, task: str, cluster: str | None):
    bench.stage_rows(
        [
            split(
                line_item_operation="ECSTask-EC2",
                line_item_resource_id=f"arn:aws:ecs:eu-central-1:7:{task}",
                line_item_usage_type="EUC1-ECS-EC2-GB-Hours",
                resource_tags='{"aws:ecs:serviceName": "web"}',
            )
        ]
    )
    assert bench.query(
        "SELECT DISTINCT Extra['x_Cluster'], Extra['x_Namespace'], Extra['x_Controller'], Extra['x_Pod'], ServiceName"
        " FROM staged"
    ) == [(cluster, None, "web", "0123", "Amazon Elastic Container Service")]


def test_legacy_columns_say_the_same(bench: Bench):
    names = {
        "split_line_item_split_cost": "splitLineItem/SplitCost",
        "split_line_item_unused_cost": "splitLineItem/UnusedCost",
    }
    row = {names.get(name, name): value for name, value in split().items()}
    bench.stage_rows([row])
    assert bench.one("sum(EffectiveCost)") == Decimal("0.1875")
