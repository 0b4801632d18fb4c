"""The CSV of OpenCost: every component and total against csv and Decimal over the file."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from random import Random

from tests.sources.allocations import by, meters
from tests.sources.bills import Bench, text, total

NEW = (
    "Date", "Namespace", "ControllerKind", "ControllerName", "Pod", "Container", "CPUCoreUsageAverage",
    "CPUCoreRequestAverage", "RAMBytesUsageAverage", "RAMBytesRequestAverage", "NetworkReceiveBytes",
    "NetworkTransferBytes", "GPUs", "PVBytes", "CPUCost", "RAMCost", "NetworkCost", "PVCost", "GPUCost",
    "TotalCost", "Labels", "Label_team",
)  # fmt: skip
OLD = (
    "Date", "Name", "CPUCoreUsageAverage", "CPUCoreRequestAverage", "CPUCost", "RAMBytesUsageAverage",
    "RAMBytesRequestAverage", "RAMCost", "GPUs", "GPUCost", "NetworkCost", "PVBytes", "PVCost", "TotalCost",
)  # fmt: skip
METERS = {"CPU": "CPUCost", "RAM": "RAMCost", "Network": "NetworkCost", "PV": "PVCost", "GPU": "GPUCost"}


def record(**changes: str) -> dict[str, str]:
    """A container's day in the newer CSV."""
    row = {
        **dict.fromkeys(NEW, "0"),
        "Date": "2025-03-05",
        "Namespace": "shop",
        "ControllerKind": "deployment",
        "ControllerName": "cart",
        "Pod": "cart-7d4b9c-x2x",
        "Container": "web",
        "Labels": "",
        "Label_team": "",
    }
    return {**row, **changes}


def random_rows(count: int, seed: int = 5) -> list[dict[str, str]]:
    """Containers with amounts as a program with doubles writes them."""
    chance = Random(seed)
    rows = []
    for number in range(count):
        parts = {
            name: chance.choice([0.0, chance.random() * 10 ** chance.randint(-6, 2)])
            for name in METERS.values()
        }
        more = chance.choice([0.0, 0.0, chance.random()])  # what the export has no column for
        rows.append(
            record(
                Date=f"2025-{chance.choice((3, 4)):02}-{chance.randint(1, 28):02}",
                Namespace=chance.choice(("shop", "pay", "__unmounted__")),
                Pod=f"pod-{number}",
                CPUCoreRequestAverage=f"{chance.random():.3f}",
                **{name: repr(amount) for name, amount in parts.items()},
                TotalCost=repr(sum(parts.values()) + more),
            )
        )
    return rows


def test_every_component_of_a_csv_and_its_total_to_the_last_digit(bench: Bench):
    rows = random_rows(400)
    content = text(rows)
    bench.stage(bench.file("export.csv", content))
    read = list(csv.DictReader(io.StringIO(content)))
    assert bench.one("sum(EffectiveCost)") == total(row["TotalCost"] for row in read)
    assert {key[0]: amount for key, amount in by(bench, "SkuMeter").items()} == meters(
        read, METERS, "TotalCost"
    )
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read:
        expected[row["Date"][:7], row["Namespace"]] += Decimal(row["TotalCost"])
    assert by(bench, "strftime(BillingPeriodStart, '%Y-%m')", "Extra['x_Namespace']") == expected


def test_nothing_of_it_is_billed_or_of_the_bill(bench: Bench):
    bench.stage_rows(random_rows(20))
    assert bench.query("SELECT DISTINCT dataset, BilledCost, ListCost, ChargeCategory FROM staged") == [
        ("allocation", 0, None, "Usage")
    ]


def test_every_record_is_in_a_line_or_dropped(bench: Bench):
    rows = [
        *random_rows(50),
        record(Pod="idle-handed"),
        record(**dict.fromkeys((*METERS.values(), "TotalCost"), "")),
    ]
    staged = bench.stage_rows(rows)
    assert staged.files[0].records == 52
    assert bench.query("SELECT count(DISTINCT record) FROM staged") == [(51,)]
    assert bench.query("SELECT * FROM dropped") == [(0, 52, "(none)", "2025-03")]
    assert any("1 record without an amount, no lines" in note for note in staged.notes)


def test_a_remainder_that_is_more_than_rounding_is_told(bench: Bench):
    staged = bench.stage_rows(
        [record(CPUCost="1.5", TotalCost="2"), record(CPUCost="0.1", TotalCost="0.10000000000000001")]
    )
    assert by(bench, "SkuMeter") == {
        ("CPU",): Decimal("1.6"),
        ("Other",): Decimal("0.5"),
        ("Rounding",): Decimal("1e-17"),
    }
    assert any(
        '1 record whose total is more, or less, than their parts; the rest is kept as "Other"' in n
        for n in staged.notes
    )


def test_who_a_container_is(bench: Bench):
    bench.stage_rows([record(CPUCost="1", TotalCost="1")])
    assert bench.query(
        "SELECT ResourceId, ResourceName, AllocatedResourceId, AllocatedMethodId, SubAccountId, BillingAccountId,"
        " BillingCurrency, ServiceName, Extra['x_Controller'], Extra['x_ControllerKind'], Extra['x_Container'],"
        " ChargePeriodStart::VARCHAR, ChargePeriodEnd::VARCHAR FROM staged"
    ) == [
        (
            "shop/cart-7d4b9c-x2x/web", "web", "shop/cart-7d4b9c-x2x/web", "OpenCost", None, "(none)", "XXX",
            "Kubernetes", "cart", "deployment", "web", "2025-03-05 00:00:00", "2025-03-06 00:00:00",
        )
    ]  # fmt: skip


def test_what_was_asked_for_and_used_is_kept(bench: Bench):
    bench.stage_rows(
        [record(CPUCost="1", TotalCost="1", CPUCoreRequestAverage="0.25", RAMBytesUsageAverage="1e9")]
    )
    assert bench.query(
        "SELECT SkuMeter, Extra['x_CpuCoreRequestAverage'], Extra['x_RamByteUsageAverage'] FROM staged ORDER BY 1"
    ) == [("CPU", "0.25", None), ("RAM", None, "1e9")]


def test_labels_come_from_the_one_column_else_from_those_of_their_own(bench: Bench):
    both = record(Labels='{"team":"pay","app.kubernetes.io/name":"cart"}', Label_team="other", TotalCost="1")
    bench.stage_rows([both, record(Label_team="shop", Pod="b", TotalCost="1")])
    assert bench.query("SELECT Tags FROM staged WHERE SkuMeter = 'CPU' ORDER BY record") == [
        ({"app.kubernetes.io/name": "cart", "team": "pay"},),
        ({"team": "shop"},),
    ]


def test_an_older_export_has_names_in_place_of_their_parts(bench: Bench):
    rows = [
        {
            **dict.fromkeys(OLD, "0"),
            "Date": "2025-03-05",
            "Name": name,
            "CPUCost": "1.25",
            "TotalCost": "1.25",
        }
        for name in ("prod/node-1/shop/cart-1/web", "prod/__idle__")
    ]
    staged = bench.stage_rows(rows)
    assert staged.files[0].format == "OpenCost allocation (CSV)"
    assert bench.query(
        "SELECT SubAccountId, Extra['x_Node'], Extra['x_Namespace'], Extra['x_Pod'], ResourceId FROM staged ORDER BY record"
    ) == [
        ("prod", "node-1", "shop", "cart-1", "prod/shop/cart-1/web"),
        (None, None, "__idle__", None, "prod/__idle__"),
    ]


def test_an_amount_that_is_none_is_set_aside(bench: Bench):
    bench.stage_rows([*random_rows(200), record(CPUCost="n/a")])
    assert bench.query("SELECT record, reason FROM quarantined") == [(201, "cpuCost is not a number")]


def test_labels_that_are_not_json_leave_the_money(bench: Bench):
    staged = bench.stage_rows([record(Labels="{team", CPUCost="1", TotalCost="1")])
    assert bench.one("sum(EffectiveCost)") == 1
    assert any("tags that are not JSON" in note for note in staged.notes)


def test_hostile_names_stay_text(bench: Bench):
    name = "'); DROP TABLE staged; --\x1b[31m"
    bench.stage_rows([record(Namespace=name, Pod='=cmd|"x"', CPUCost="1", TotalCost="1")])
    assert bench.query("SELECT DISTINCT Extra['x_Namespace'], Extra['x_Pod'] FROM staged") == [
        (name, '=cmd|"x"')
    ]
