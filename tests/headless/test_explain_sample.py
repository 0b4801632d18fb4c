"""The sample's known events are found by explaining suitable periods, and named right."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import demo, settings
from finops_tui.__main__ import main
from finops_tui.queries import filters
from finops_tui.queries.explain import Explanation, contribution, explain, inside
from finops_tui.queries.view import Comparison, Period, View
from finops_tui.store import Store
from tests.sample_bill import HERE, read_truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = {event["id"]: event for event in read_truth()["events"]}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store(demo.root(), teams=settings.load(HERE / "finops.toml").teams) as opened:
        yield opened


def around(first: str, days: int, gap: int = 0) -> Comparison:
    """So many days from a day on, and as many up to it; `gap` days between are left out."""
    start, length = date.fromisoformat(first), timedelta(days=days)
    until = start - timedelta(days=gap)
    return Comparison(Period(start, start + length), Period(until - length, until))


def why(store: Store, compared: Comparison, *by: str, said: str = "", match: str = "resource") -> Explanation:
    view = View(compared.now, compared, by, filter=filters.parse(said), currency="USD")
    [one] = explain(store.ask_now("explain", view, match=match), view)
    assert sum(one.parts.values(), Decimal(0)) == one.change
    return one


def largest(one: Explanation) -> str:
    return max(one.parts, key=lambda part: abs(one.parts[part]))


def effect(name: str) -> Decimal:
    return Decimal(EVENTS[name]["effect"])


def near(amount: Decimal, expected: Decimal, percent: int) -> bool:
    return abs(amount - expected) * 100 <= abs(expected) * percent


@pytest.mark.parametrize(("name", "days"), [("nat-spike", 4), ("token-spike", 3)])
def test_a_spike_is_usage_and_comes_first_in_the_whole_bill(store: Store, name: str, days: int) -> None:
    event = EVENTS[name]
    compared = around(event["first"], days, gap=7 - days)  # the same weekdays of the week before
    one = why(store, compared, "account", "service", "usage")
    top = one.ranked("usage")[0]
    assert top.values[1:] == (event["where"]["ServiceName"], event["where"]["SkuMeter"])
    assert top.label == event["where"]["SubAccountName"]
    assert near(top.parts["usage"], effect(name), 10)
    assert set(top.parts) <= {"usage", "negotiated"}


def test_a_drift_is_usage(store: Store) -> None:
    where = EVENTS["log-drift"]["where"]
    said = f'account:{where["SubAccountName"]} service="{where["ServiceName"]}"'
    one = why(store, around("2026-02-01", 28), "usage", said=said)
    assert one.drivers[0].values == (where["SkuMeter"],)
    assert largest(one.drivers[0]) == "usage"


def test_a_price_cut_is_list_and_the_only_one(store: Store) -> None:
    event = EVENTS["s3-price-cut"]
    one = why(store, around(event["first"], 28), "service", "usage")
    [top, *others] = one.ranked("list")
    assert top.values == (event["where"]["ServiceName"], event["where"]["SkuMeter"])
    lasting = (date.fromisoformat(event["last"]) - date.fromisoformat(event["first"])).days + 1
    assert near(
        contribution(top, "list") + contribution(top, "negotiated"), effect("s3-price-cut") * 28 / lasting, 10
    )
    assert all(abs(contribution(other, "list")) < 1 for other in others)


def test_a_service_first_seen_is_new(store: Store) -> None:
    event = EVENTS["flink-first-seen"]
    one = why(store, around(event["first"], 28), "service")
    [driver] = [d for d in one.drivers if d.values == (event["where"]["ServiceName"],)]
    assert driver.parts == {"new": driver.change}
    assert driver.before == 0
    assert driver.change == sum(d for day, d in _daily(event) if day < date(2026, 6, 17))


def _daily(event: dict) -> list[tuple[date, Decimal]]:
    return [(date.fromisoformat(day), Decimal(cost)) for day, cost in event["daily"].items()]


def test_a_deleted_service_is_gone(store: Store) -> None:
    event = EVENTS["cosmos-gone"]
    one = why(store, around("2026-02-01", 28), "service")
    [driver] = [d for d in one.drivers if d.values == (event["where"]["ServiceName"],)]
    assert (driver.now, driver.parts) == (0, {"gone": -driver.before})
    assert driver.before > 0


def test_a_masked_move_is_called_out_as_gone_and_new(store: Store) -> None:
    event = EVENTS["etl-move"]
    said = "account:data-lake (service:MapReduce OR resource:nightly-etl)"
    one = why(store, around(event["first"], event["window_days"]), "service", said=said)
    assert one.masked
    assert one.offsetting
    assert one.parts == {"new": Decimal(event["to"]["after"]), "gone": -Decimal(event["from"]["before"])}
    whole = why(store, around(event["first"], event["window_days"]), "service", said="account:data-lake")
    first, second = whole.drivers[:2]
    assert {first.values, second.values} == {("AWS Glue",), ("Amazon Elastic MapReduce",)}
    assert {largest(first), largest(second)} == {"new", "gone"}


def test_a_migration_is_gone_from_one_account_and_new_in_the_other(store: Store) -> None:
    event = EVENTS["web-migration"]
    names = ",".join(event["from"]["where"]["ResourceName"])
    one = why(store, around(event["first"], event["window_days"]), "account", said=f"resource={names}")
    moves = {driver.label: driver.parts for driver in one.drivers}
    assert moves["corporate-it"] == {"gone": -Decimal(event["from"]["before"])}
    assert moves["web-prod"] == {"new": Decimal(event["to"]["after"])}
    assert one.masked


@pytest.mark.parametrize("name", ["detached-volumes", "idle-addresses", "idle-balancer"])
def test_orphans_are_new_when_they_begin(store: Store, name: str) -> None:
    event = EVENTS[name]
    where = event["where"]
    field = "resource" if "ResourceName" in where else "usage"
    values = where.get("ResourceName") or where["SkuMeter"]
    wanted = ",".join(values) if isinstance(values, list) else f'"{values}"'
    said = f"account:{where['SubAccountName']} {field}={wanted}"
    one = why(store, around(event["first"], 14), "resource", said=said)
    assert set(one.parts) == {"new"}
    assert one.change > 0


def test_an_ended_commitment_is_commitment_at_equal_use(store: Store) -> None:
    event = EVENTS["savings-plan-expiry"]
    names = ",".join(event["where"]["ResourceName"])
    said = f'account:{event["where"]["SubAccountName"]} service:"Elastic Compute" resource={names}'
    one = why(store, around(event["first"], 28), "resource", said=said)
    days = event["rows"] // len(event["where"]["ResourceName"])
    assert near(one.parts["commitment"], effect("savings-plan-expiry") * 28 / days, 3)
    assert abs(one.parts["commitment"]) > abs(one.change) * Decimal("0.97")
    everything = why(store, around(event["first"], 14), "service")
    assert everything.ranked("commitment")[0].values == ("Amazon Elastic Compute Cloud",)


def test_an_unused_commitment_is_commitment(store: Store) -> None:
    event = EVENTS["unused-reservation"]
    first = date.fromisoformat(event["first"])
    one = why(store, around(event["first"], 14), "commitment", said="service:RDS OR service:Relational")
    [driver] = [d for d in one.drivers if d.values == (event["where"]["CommitmentDiscountId"],)]
    lasting = (date.fromisoformat(event["last"]) - first).days + 1
    assert driver.parts["commitment"] == effect("unused-reservation") * 14 / lasting
    assert driver.parts["gone"] < 0  # the replica


def test_a_refund_is_refunds(store: Store) -> None:
    event = EVENTS["kinesis-refund"]
    one = why(store, around(event["first"], 3, gap=4), "service")
    assert contribution(one.ranked("refunds")[0], "refunds") == effect("kinesis-refund")
    view = inside(View(Period(date(2026, 1, 1), date(2026, 2, 1)), group_by=("service",)), part="refunds")
    [row] = store.ask_now("by_key", view).to_dicts()
    assert (row["k0"], row["cost"]) == (event["where"]["ServiceName"], effect("kinesis-refund"))


@pytest.mark.parametrize("by", ["team", "tag.env", "resource", "region", "provider", "payer", "pricing"])
@pytest.mark.parametrize("match", ["resource", "usage"])
def test_every_grouping_tells_the_same_change(store: Store, by: str, match: str) -> None:
    compared = Comparison(
        Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 2, 1), date(2026, 4, 1))
    )
    one = why(store, compared, by, match=match)
    totals = store.ask_now("total", View(compared.now, compared, currency="USD"))
    assert (one.now, one.before) == totals.select("now", "before").row(0)
    assert sum((driver.change for driver in one.drivers), Decimal(0)) == one.change


def test_events_of_the_sample_are_beside_what_they_caused(capsys: pytest.CaptureFixture[str]) -> None:
    """The events in events.csv name resources: their drivers are confirmed, and no other."""
    told = ["explain", "--demo", "--by", "service", "--format", "json", "--period"]
    assert main([*told, "2026-06-09..2026-06-12"]) == 0
    drivers = json.loads(capsys.readouterr().out)["currencies"]["USD"]["drivers"]
    sure = {one["service"]: one["markers"] for one in drivers if one["markers"]}
    nat = EVENTS["nat-spike"]
    assert sure[nat["where"]["ServiceName"]] == [
        {
            "day": nat["first"],
            "title": "lidar archive copied out of us-east-1",
            "kind": "change",
            "confirmed": True,
        }
    ]
    assert all(marker["confirmed"] for markers in sure.values() for marker in markers)
    assert main(["explain", "--demo", "--by", "service", "--period", "2026-05", "--limit", "40"]) == 0
    table = capsys.readouterr().out
    bedrock = next(line for line in table.splitlines() if line.startswith("Amazon Bedrock"))
    assert "12 May, confirmed incident" in bedrock


def test_without_events_nothing_is_said_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "finops.toml"
    config.write_text('[[markers]]\nfile = "none.csv"\n')
    assert main(["explain", "--demo", "--config", str(config), "--by", "service", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert "began" not in out
    assert "events of none.csv: No such file or directory" in err
