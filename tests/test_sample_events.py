"""Every event of the sample's truth file is in its rows, as large as the file says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest

from tests.sample_bill import during, exactly, per_day, read_bill, read_truth, usual, where


@pytest.fixture(scope="module")
def bill() -> pl.DataFrame:
    return read_bill()


@pytest.fixture(scope="module")
def truth() -> dict:
    return read_truth()


@pytest.fixture(scope="module")
def events(truth: dict) -> dict[str, dict]:
    return {event["id"]: event for event in truth["events"]}


def test_measured_events_are_exact_sums_over_the_bill(bill: pl.DataFrame, truth: dict) -> None:
    dollars = bill.filter(BillingCurrency="USD")
    for event in truth["events"]:
        if "where" not in event:
            continue
        rows = during(dollars, event)
        assert (rows.height, exactly(rows)) == (event["rows"], Decimal(event["actual"])), event["id"]
        if "effect" in event:
            assert Decimal(event["actual"]) - Decimal(event["expected"]) == Decimal(event["effect"])
        if "daily" in event:
            assert sum(map(Decimal, event["daily"].values())) == Decimal(event["effect"])


@pytest.mark.parametrize("name", ["nat-spike", "token-spike"])
def test_spikes_stand_out_of_their_weekdays(bill: pl.DataFrame, events: dict, name: str) -> None:
    event = events[name]
    days = per_day(where(bill, event["where"]))
    for text, effect in event["daily"].items():
        day = date.fromisoformat(text)
        seen = days[day] - usual(days, day)
        assert days[day] > 3 * usual(days, day)
        assert abs(seen - Decimal(effect)) < seen * Decimal("0.15")
    after = date.fromisoformat(event["last"]) + timedelta(days=1)
    assert days[after] < 2 * usual(days, after - timedelta(weeks=1))


def test_log_storage_drifts_without_a_day_that_stands_out(bill: pl.DataFrame, events: dict) -> None:
    days = per_day(where(bill, events["log-drift"]["where"]))
    first = date.fromisoformat(events["log-drift"]["first"])
    means = [
        sum(days[first + timedelta(days=28 * block + n)] for n in range(28)) / 28 for block in range(-1, 7)
    ]
    assert all(later > earlier * Decimal("1.1") for earlier, later in pairwise(means))
    for n in range(1, 200):
        assert days[first + timedelta(days=n)] < days[first + timedelta(days=n - 1)] * Decimal("1.1")


def test_price_cut_is_in_the_list_price_of_every_account(bill: pl.DataFrame, events: dict) -> None:
    event = events["s3-price-cut"]
    rows = where(bill, event["where"])
    cut = pl.col("day") >= date.fromisoformat(event["first"])
    assert set(rows.filter(~cut)["ListUnitPrice"]) == {Decimal(event["price"]["before"])}
    assert set(rows.filter(cut)["ListUnitPrice"]) == {Decimal(event["price"]["after"])}
    assert (
        rows.filter(~cut)["SubAccountId"].unique().sort().to_list()[:3]
        == sorted(rows.filter(cut)["SubAccountId"].unique())[:3]
    )
    assert Decimal(event["effect"]) < -5000


def test_services_appear_and_go(bill: pl.DataFrame, events: dict) -> None:
    for name, end in (("flink-first-seen", "first"), ("cosmos-gone", "last")):
        days = where(bill, events[name]["where"])["day"]
        assert (days.min() if end == "first" else days.max()) == date.fromisoformat(events[name][end])


@pytest.mark.parametrize("name", ["etl-move", "web-migration"])
def test_moves_are_masked_in_the_total(bill: pl.DataFrame, events: dict, name: str) -> None:
    event = events[name]
    span, first = timedelta(days=event["window_days"]), date.fromisoformat(event["first"])
    for end in ("from", "to"):
        days = per_day(where(bill, event[end]["where"]))
        before = sum(cost for day, cost in days.items() if first - span <= day < first)
        after = sum(cost for day, cost in days.items() if first <= day < first + span)
        assert [before, after] == [Decimal(event[end]["before"]), Decimal(event[end]["after"])]
    left, came = Decimal(event["from"]["before"]), Decimal(event["to"]["after"])
    assert event["from"]["after"] == event["to"]["before"] == "0"
    assert abs(came - left) < left / 100


def test_orphans_cost_the_same_every_day(bill: pl.DataFrame, events: dict) -> None:
    for name in ("detached-volumes", "idle-addresses", "idle-balancer"):
        rows = during(bill, events[name])
        assert rows.select("ResourceId", "PricingQuantity").unique().height == rows["ResourceId"].n_unique()
        assert rows["day"].min() == date.fromisoformat(events[name]["first"])
        assert len(set(rows["SkuMeter"])) == 1


def test_commitments_end_and_cost_more_or_nothing(bill: pl.DataFrame, events: dict) -> None:
    event = events["savings-plan-expiry"]
    rows = where(bill, event["where"])
    first = date.fromisoformat(event["first"])
    assert rows.filter(pl.col("day") >= first)["CommitmentDiscountId"].null_count() == event["rows"]
    assert rows.filter(pl.col("day") < first)["CommitmentDiscountId"].null_count() == 0
    days = per_day(rows)
    assert days[first] > days[first - timedelta(days=1)] * Decimal("1.3")
    assert set(per_day(rows, "PricingQuantity").values()) == {Decimal(144)}
    unused = where(bill, events["unused-reservation"]["where"])["day"]
    assert unused.min() == date.fromisoformat(events["unused-reservation"]["first"])


def test_the_refund_corrects_an_earlier_month(bill: pl.DataFrame, events: dict) -> None:
    row = where(bill, events["kinesis-refund"]["where"]).row(0, named=True)
    assert (row["day"], row["BilledCost"]) == (date(2026, 1, 13), Decimal(events["kinesis-refund"]["effect"]))
    assert f"{row['BillingPeriodStart']:%Y-%m}" == "2026-02"


def test_the_last_two_days_are_late(bill: pl.DataFrame, truth: dict) -> None:
    daily = bill.filter(pl.col("BillingCurrency") == "USD", pl.col("ChargeFrequency") == "Usage-Based")
    money, rows = per_day(daily), dict(daily.group_by("day").len().iter_rows())
    complete = date.fromisoformat(truth["last_complete"])
    for day in (complete + timedelta(days=1), complete + timedelta(days=2)):
        assert money[day] < usual(money, day) * Decimal("0.8")
        assert rows[day] < 0.8 * rows[day - timedelta(weeks=1)]
    assert money[complete] > usual(money, complete) * Decimal("0.8")
