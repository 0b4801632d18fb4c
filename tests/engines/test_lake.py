"""A lake that is loaded: every amount arrives, only months that changed are asked for again, what is left out is said."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finops_tui import lake_cube, lake_fetch, loader, paths, sync, undo
from finops_tui.engines.base import EngineStoppedError
from finops_tui.engines.local import LocalEngine
from finops_tui.store import Store
from tests.engines import lakes
from tests.engines.sums import exact, stored, totals

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return paths.cache_folder()


@pytest.fixture
def small(tmp_path: Path) -> lakes.Lake:
    return lakes.write(tmp_path / "focus", lakes.lines(500, seed=9))


class Counting:
    """How often which month was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        before = LocalEngine.run

        def run(engine: LocalEngine, rollup: Any, stop: Any, progress: Any = None) -> Any:
            self.asked.append(rollup.period)
            return before(engine, rollup, stop, progress)

        monkeypatch.setattr(LocalEngine, "run", run)


def test_every_amount_of_a_lake_behind_spark_connect_arrives(
    server: str, lake: lakes.Lake, cache: Path, tmp_path: Path
) -> None:
    result = loader.load(tmp_path / "store", [f"{server}?path={lake.folder}"])
    assert not result.refused
    assert {entry.source for entry in result.loaded} == {"lake"}
    assert stored(result.loaded) == totals(lake.rows)
    assert any(note.startswith("2026-10: ") and "lines of the lake in" in note for note in result.notes)
    assert not sync.sync(tmp_path / "store").loaded


def test_days_services_and_tags_are_those_of_the_lines(
    small: lakes.Lake, cache: Path, tmp_path: Path
) -> None:
    loader.load(tmp_path / "store", [f"lake://{small.folder}"])
    connection = duckdb.connect()
    expected: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in small.rows:
        key = (row["ChargePeriodStart"][:10], row["ServiceName"] or None, row["Tags"].get(lakes.QUOTED))
        expected[*key, row["BillingCurrency"]] += exact("EffectiveCost", row["EffectiveCost"])
    month = cache / "lakes"
    rows = connection.execute(
        f"""SELECT ChargePeriodStart::DATE::VARCHAR, nullif(ServiceName, ''), Tags[?], BillingCurrency, sum(EffectiveCost)
        FROM read_parquet('{month}/*/lake-*.parquet') GROUP BY ALL""",
        [lakes.QUOTED],
    ).fetchall()
    assert {row[:4]: row[4] for row in rows} == dict(expected)


def test_only_the_month_that_changed_is_asked_for_and_loaded(
    small: lakes.Lake, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, url = tmp_path / "store", f"lake://{small.folder}"
    counting = Counting(monkeypatch)
    loader.load(root, [url])
    assert counting.asked == sorted(lakes.MONTHS, reverse=True)
    changed = next(row for row in small.rows if row["BillingPeriodStart"].startswith("2026-09"))
    changed["BilledCost"] = "12345.6789"
    lakes.write(small.folder, small.rows)
    counting.asked.clear()
    synced = sync.sync(root)
    assert counting.asked == ["2026-09"]
    assert [entry.period for entry in synced.loaded] == ["2026-09"]
    assert stored(_entries(root)) == totals(small.rows)
    before = undo.undo(root)
    assert before is not None
    assert stored(_entries(root)) != totals(small.rows)


def _entries(root: Path) -> Any:
    with Store(root) as store:
        return store.entries


def test_a_tag_alone_that_changed_is_seen(small: lakes.Lake, cache: Path, tmp_path: Path) -> None:
    root, url = tmp_path / "store", f"lake://{small.folder}"
    loader.load(root, [url])
    small.rows[0]["Tags"] = {"team": "moved"}
    lakes.write(small.folder, small.rows)
    loaded = sync.sync(root).loaded
    assert [entry.period for entry in loaded] == [small.rows[0]["BillingPeriodStart"][:7]]


def test_too_many_rows_leave_out_what_has_most_values_and_say_so(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = lakes.lines(300, seed=3, months=("2026-10",))
    for place, row in enumerate(rows):
        row |= {name: rows[0][name] for name in lakes.GROUPED if name != "BillingCurrency"}
        row["ChargePeriodStart"] = f"2026-10-0{1 + place % 3} 00:00:00+00"
        row["SkuId"], row["Tags"] = f"sku-{place % 120}", {"team": f"team {place % 40}", "env": "prod"}
    lake = lakes.write(tmp_path / "focus", rows)
    monkeypatch.setattr(lake_cube, "ROWS", 20)
    result = loader.load(tmp_path / "store", [f"lake://{lake.folder}"])
    said = [note for note in result.notes if "is left out of it" in note]
    assert said == [
        "2026-10: more than 20 rows; SkuId is left out of it",
        "2026-10: more than 20 rows; tag team is left out of it",
    ]
    assert stored(result.loaded) == totals(rows)
    monkeypatch.setattr(lake_cube, "ROWS", 1)
    refused = loader.load(tmp_path / "other", [f"lake://{lake.folder}?tags="])
    assert "nothing that could be left out" in refused.refused[0].reason


def test_tags_that_nobody_asked_for_are_the_ones_with_few_values(
    small: lakes.Lake, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, row in enumerate(small.rows):
        row["Tags"] |= {"name": f"thing {place}"}
    lakes.write(small.folder, small.rows)
    monkeypatch.setattr(lake_cube, "VALUES", 50)
    counting = Counting(monkeypatch)
    result = loader.load(tmp_path / "store", [f"lake://{small.folder}"])
    assert counting.asked == sorted(lakes.MONTHS, reverse=True), "none of them twice"
    said = [note for note in result.notes if "is left out; tags= names" in note]
    assert [note.partition(" has ")[0] for note in said] == ["tag name"]
    assert stored(result.loaded) == totals(small.rows)
    keys = duckdb.execute(
        f"SELECT DISTINCT unnest(map_keys(Tags)) FROM read_parquet('{cache}/lakes/*/lake-*.parquet') ORDER BY 1"
    ).fetchall()
    assert [key for (key,) in keys] == sorted(["env", "team", lakes.QUOTED])
    counting.asked.clear()
    assert not sync.sync(tmp_path / "store").loaded
    assert counting.asked == [], "the choice is kept"
    named = loader.load(tmp_path / "other", [f"lake://{small.folder}?tags=name"])
    assert not any("left out" in note for note in named.notes)


def test_months_tags_and_columns_are_those_that_are_wanted(
    small: lakes.Lake, cache: Path, tmp_path: Path
) -> None:
    url = f"lake://{small.folder}?months=1&tags=env&columns=ResourceId"
    result = loader.load(tmp_path / "store", [url])
    assert [entry.period for entry in result.loaded] == ["2026-10"]
    assert any("the newest 1 of 3 billing periods" in note for note in result.notes)
    [path] = (cache / "lakes").glob("*/lake-*.parquet")
    rows = duckdb.execute(f"SELECT DISTINCT unnest(map_keys(Tags)) FROM '{path}'").fetchall()
    assert rows == [("env",)]
    found = duckdb.execute(f"SELECT count(DISTINCT ResourceId) FROM '{path}'").fetchone()
    assert found is not None
    assert found[0] > 10


def test_names_of_columns_may_be_in_any_case(small: lakes.Lake, cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "lower"
    for path in small.folder.glob("*/*.parquet"):
        target = other / path.relative_to(small.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(f'"{name}" AS "{name.lower()}"' for name in lakes.COLUMNS)
        duckdb.execute(f"COPY (SELECT {columns} FROM '{path}') TO '{target}' (FORMAT parquet)")
    results = [
        loader.load(tmp_path / f"store-{f.name}", [f"lake://{f}?tags=team"]) for f in (small.folder, other)
    ]
    assert not results[1].refused
    assert stored(results[1].loaded) == totals(small.rows)
    assert [entry.lines for entry in results[0].loaded] == [entry.lines for entry in results[1].loaded]


def test_rows_without_a_billing_period_are_left_out_and_said(cache: Path, tmp_path: Path) -> None:
    rows = lakes.lines(120, seed=4)
    lakes.write(tmp_path / "parted", rows)
    (tmp_path / "plain").mkdir()
    duckdb.execute(
        f"""COPY (SELECT * EXCLUDE (billing_period) REPLACE (CASE WHEN SkuId = 'sku-1' THEN NULL
        ELSE BillingPeriodStart END AS BillingPeriodStart)
        FROM read_parquet('{tmp_path}/parted/*/*.parquet', hive_partitioning = true))
        TO '{tmp_path}/plain/rows.parquet' (FORMAT parquet)"""
    )
    result = loader.load(tmp_path / "store", [f"lake://{tmp_path}/plain"])
    assert any("rows without a billing period are not read" in note for note in result.notes)
    assert stored(result.loaded) == totals([row for row in rows if row["SkuId"] != "sku-1"])


def test_months_are_written_the_same_every_time(small: lakes.Lake, cache: Path, tmp_path: Path) -> None:
    paths_ = [lake_fetch.fetch(f"lake://{small.folder}", {}, tmp_path / name).paths for name in ("a", "b")]
    for one, other in zip(*paths_, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_index_names_no_more_than_months(small: lakes.Lake, tmp_path: Path) -> None:
    lake_fetch.fetch(f"lake://{small.folder}", {}, tmp_path / "cache")
    [index] = (tmp_path / "cache" / "lakes").glob("*/index.json")
    assert index.stat().st_mode & 0o077 == 0
    assert index.parent.stat().st_mode & 0o077 == 0
    assert set(json.loads(index.read_bytes())["months"]) == set(lakes.MONTHS)


def test_a_damaged_index_is_a_cache_that_is_empty(small: lakes.Lake, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    lake_fetch.fetch(f"lake://{small.folder}", {}, cache)
    [index] = (cache / "lakes").glob("*/index.json")
    index.write_text("{")
    again = lake_fetch.fetch(f"lake://{small.folder}", {}, cache)
    assert len(again.paths) == 3
    assert not again.refused


def test_what_cannot_be_read_is_said_and_the_store_stays(
    small: lakes.Lake, cache: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store"
    loader.load(root, [f"lake://{small.folder}"])
    before = stored(_entries(root))
    for url, words in (
        ("sc://127.0.0.1:9?table=lake.focus", "sc://127.0.0.1:9"),
        (f"lake://{small.folder}?columns=Nonsense", "no column of text Nonsense"),
        (f"lake://{small.folder}?months=none", "months is a number"),
    ):
        result = loader.load(root, [url])
        assert not result.loaded
        assert words in result.refused[0].reason
    assert stored(_entries(root)) == before


def test_a_host_that_does_not_answer_can_be_given_up(
    small: lakes.Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, released = threading.Event(), threading.Event()

    def silent(_: LocalEngine) -> None:
        reached.set()
        released.wait(60)

    monkeypatch.setattr(LocalEngine, "describe", silent)
    with pytest.raises(EngineStoppedError):
        lake_fetch.fetch(f"lake://{small.folder}", {}, tmp_path, cancelled=reached.is_set)
    assert not released.is_set()
    released.set()


def test_stopping_keeps_the_months_that_came(
    small: lakes.Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(monkeypatch)
    with pytest.raises(EngineStoppedError):
        lake_fetch.fetch(f"lake://{small.folder}", {}, tmp_path, cancelled=lambda: len(counting.asked) > 1)
    assert counting.asked == ["2026-10", "2026-09"]
    counting.asked.clear()
    assert len(lake_fetch.fetch(f"lake://{small.folder}", {}, tmp_path).paths) == 3
    assert counting.asked == ["2026-09", "2026-08"]
