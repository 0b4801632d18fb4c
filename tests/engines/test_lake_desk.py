"""Resources and line items of a lake: asked of the engine, added up with the rest to the same digits, given up in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finops_tui import lake_desk, lake_push, paths
from finops_tui.queries import filters
from finops_tui.queries.view import Comparison, Condition, Period
from finops_tui.screens.desk import DeskError
from tests.engines.benches import SEPTEMBER, TOP, VIEW, Bench
from tests.engines.sums import exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines import lakes


@pytest.fixture
def bench(tmp_path: Path, lake: lakes.Lake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Bench(f"lake://{lake.folder}?tags=team,env", tmp_path, lake.rows)
    yield made
    made.close()


async def test_what_months_can_answer_is_not_asked(bench: Bench) -> None:
    frame = await bench.ask("by_key", VIEW.regroup("service"))
    assert frame.height > 3
    for dimensions in (
        ("usage",),
        ("account", "region"),
        ("tag.team",),
        ("category",),
        ("team",),
        ("commitment",),
    ):
        await bench.ask("by_key", VIEW.regroup(*dimensions))
    await bench.ask(
        "total", replace(VIEW, group_by=(), filter=filters.parse("service:comp or -region:us word"))
    )
    assert bench.engine.asked == []


@pytest.mark.parametrize("behind", ["duckdb", "spark"])
async def test_the_dearest_and_the_rest_are_all_there_is(
    behind: str, server: str, tmp_path: Path, lake: lakes.Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = (
        f"{server}?path={lake.folder}&tags=team" if behind == "spark" else f"lake://{lake.folder}?tags=team"
    )
    bench = Bench(before, tmp_path, lake.rows)
    try:
        frame = await bench.ask("by_key", VIEW)
        found = dict(zip(frame["k0"].to_list(), frame["cost"].to_list(), strict=True))
        expected = bench.expected()
        assert sum(found.values()) == sum(expected.values())
        rest = found.pop(lake_push.OTHERS)
        assert found == {key: expected[key] for key in found}
        assert len(found) == TOP
        assert rest == sum(value for key, value in expected.items() if key not in found)
        days = await bench.ask("by_bucket", VIEW)
        assert sum(days["cost"].to_list()) == sum(expected.values())
        assert bench.ask.words == f"{TOP} dearest: by ResourceId in 2026-09; the rest is {lake_push.OTHERS}"
    finally:
        bench.close()


async def test_a_resource_does_not_come_and_go_with_its_place_among_the_dearest(bench: Bench) -> None:
    both = Comparison(SEPTEMBER, Period(date(2026, 8, 1), date(2026, 9, 1)))
    frame = await bench.ask("by_key", replace(VIEW, compared=both))
    expected = {
        month: {
            name: sum(
                (
                    exact("EffectiveCost", row["EffectiveCost"])
                    for row in bench.rows
                    if row["ResourceId"] == name
                    and row["BillingCurrency"] == "USD"
                    and row["ChargePeriodStart"].startswith(month)
                ),
                Decimal(0),
            )
            for name in frame["k0"].to_list()
            if name != lake_push.OTHERS
        }
        for month in ("2026-08", "2026-09")
    }
    for row in frame.filter(frame["k0"] != lake_push.OTHERS).to_dicts():
        assert row["now"] == expected["2026-09"][row["k0"]]
        assert row["before"] == expected["2026-08"][row["k0"]]
    assert frame.height == TOP + 1
    assert all(row["before"] and row["now"] for row in frame.to_dicts())


async def test_columns_of_the_lake_are_there_for_its_sql(bench: Bench) -> None:
    await bench.ask("by_key", VIEW)
    given = await bench.ask("given", VIEW.regroup("service"))
    assert given["ResourceId"].to_list() == [1]
    assert given["ServiceName"].to_list() != [0]


@pytest.mark.parametrize(
    ("path", "only"),
    [
        ((Condition("service", "O'Hare"),), {"ServiceName": "O'Hare"}),
        ((Condition("account", "a-2"), Condition("region", None)), {"SubAccountId": "a-2", "RegionId": None}),
        (
            (Condition("category", "Usage"), Condition("service", "Queue")),
            {"ChargeCategory": "Usage", "ServiceName": "Queue"},
        ),
    ],
)
async def test_what_a_view_is_about_is_asked_for_alone(bench: Bench, path: Any, only: Any) -> None:
    frame = await bench.ask("by_key", replace(VIEW, path=path))
    expected = bench.expected(**only)
    found = dict(zip(frame["k0"].to_list(), frame["cost"].to_list(), strict=True))
    assert sum(found.values()) == sum(expected.values())
    assert {key: found[key] for key in found if key != lake_push.OTHERS} == {
        key: expected[key] for key in found if key != lake_push.OTHERS
    }
    pushed = {one.dimension.name for rollup in bench.engine.asked for one in rollup.where}
    assert pushed >= {name for name in only if name in lake_push.PUSHED}


async def test_a_tag_and_a_filter_of_resources_count_among_what_came(bench: Bench) -> None:
    by_tag = await bench.ask("by_key", replace(VIEW, path=(Condition("tag.team", "O'Hare"),)))
    mine = [row for row in bench.rows if row["Tags"].get("team") == "O'Hare"]
    bench_rows, bench.rows = bench.rows, mine
    assert sum(by_tag["cost"].to_list()) == sum(bench.expected().values())
    bench.rows = bench_rows
    both = filters.parse("service:queue or resource:res-1")
    await bench.ask("by_key", replace(VIEW, filter=both))
    assert "filter: part of it cannot be asked of the engine" in bench.ask.words


async def test_line_items_are_the_dearest_as_the_lake_has_them(bench: Bench) -> None:
    view = replace(VIEW, path=(Condition("resource", "o'res"),))
    frame = await bench.ask("line_items", view, limit=500)
    mine = [
        row
        for row in bench.rows
        if row["ResourceId"] == "o'res"
        and row["BillingCurrency"] == "USD"
        and row["ChargePeriodStart"].startswith("2026-09")
    ]
    costs = sorted((exact("EffectiveCost", row["EffectiveCost"]) for row in mine), reverse=True)[:TOP]
    assert frame.height <= TOP
    assert set(frame["cost"].to_list()) <= set(costs) | {
        exact("EffectiveCost", r["EffectiveCost"]) for r in mine
    }
    assert {str(start)[11:16] for start in frame["ChargePeriodStart"].to_list()} != {"00:00"}
    named = await bench.ask(
        "line_items", replace(view, path=(Condition("resource", "name of o'res"),)), limit=5
    )
    assert named.height == 0 or set(named["ResourceName"].to_list()) == {"name of o'res"}


async def test_a_screen_asks_the_engine_once(bench: Bench) -> None:
    await asyncio.gather(
        *(bench.ask(question, VIEW) for question in ("by_key", "total", "by_bucket", "trend"))
    )
    assert len(bench.engine.asked) == 2, "the dearest, and their days"
    await bench.ask("by_key", replace(VIEW, path=(Condition("resource", "res-1"),)))
    await bench.ask("resource", replace(VIEW, path=(Condition("resource", "res-1"),)), limit=5)
    assert len(bench.engine.asked) == 2


async def test_a_question_nobody_waits_for_any_more_is_stopped(bench: Bench) -> None:
    await bench.ask("by_key", VIEW.regroup("service"))
    bench.engine.slow.set()
    first = asyncio.ensure_future(bench.ask("by_key", VIEW))
    other = asyncio.ensure_future(bench.ask("total", VIEW))
    await asyncio.to_thread(bench.engine.began.wait, 20)
    assert "running 3 s: lake:" in bench.ask.words
    first.cancel()
    await asyncio.sleep(0.2)
    assert bench.engine.stopped == 0, "somebody waits yet"
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other
    await asyncio.to_thread(bench.engine.gone.wait, 20)
    bench.engine.slow.clear()
    assert (await bench.ask("by_key", VIEW)).height == TOP + 1
    assert bench.engine.stopped == 1


async def test_a_price_is_said_and_one_too_high_is_refused(bench: Bench) -> None:
    bench.engine.price, bench.engine.max_usd = Decimal("0.25"), Decimal("0.50")
    bench.engine.slow.set()
    asked = asyncio.ensure_future(bench.ask("by_key", VIEW))
    await asyncio.to_thread(bench.engine.began.wait, 20)
    assert "at most 2 MB, USD 0.50" in bench.ask.words
    asked.cancel()
    bench.engine.slow.clear()
    bench.engine.max_usd = Decimal("0.10")
    with pytest.raises(DeskError, match=r"cost USD 0\.50; at most USD 0\.10 may be spent"):
        await bench.ask("by_key", replace(VIEW, path=(Condition("service", "Queue"),)))


async def test_months_answer_while_the_engine_cannot_be_reached(bench: Bench) -> None:
    bench.reachable = False
    assert (await bench.ask("by_key", VIEW.regroup("service"))).height > 3
    with pytest.raises(DeskError, match="connection refused"):
        await bench.ask("by_key", VIEW)
    bench.reachable = True
    assert (await bench.ask("by_key", VIEW)).height == TOP + 1


async def test_what_was_looked_at_long_ago_is_let_go_of(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_desk, "KEPT", 2)
    services = ["Compute", "Queue", "Storage", "O'Hare"]
    for service in services:
        await bench.ask("total", replace(VIEW, path=(Condition("service", service),)))
    assert len(bench.ask._brought) == 2
    count = len(bench.engine.asked)
    await bench.ask("total", replace(VIEW, path=(Condition("service", services[-1]),)))
    assert len(bench.engine.asked) == count


def test_the_cache_is_where_it_is_said_to_be(bench: Bench, tmp_path: Path) -> None:
    assert paths.cache_folder().is_relative_to(tmp_path)
    assert list((paths.cache_folder() / "lakes").glob("*/lake-2026-09.parquet"))
