"""What every engine is held to: the digits of DuckDB, whatever is asked; words when it cannot; an end when stopped."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finops_tui.engines import dialects
from finops_tui.engines.base import (
    Between,
    Column,
    Day,
    EngineError,
    EngineStoppedError,
    Has,
    In,
    Moment,
    Rollup,
    Tag,
)
from finops_tui.engines.opening import opened
from tests.engines import lakes, servers
from tests.engines.conftest import ENGINE

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.engines.base import Engine

SEEDS, BLOCK = (300 if ENGINE == "sail" else 120), 20
BITES = 8
"""Of the first 80 views, how many at least must differ once amounts are added up as DOUBLE."""

DAY = Day("ChargePeriodStart")
CUBE = (DAY, *map(Column, lakes.GROUPED), *(Tag("Tags", key) for key in ("team", "env", lakes.QUOTED)))


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_random_views_have_the_digits_of_duckdb(
    engine: Engine, reference: Engine, expected, stop, first: int, record_property
) -> None:
    record_property("views", BLOCK)
    different = []
    for seed in range(first, first + BLOCK):
        rollup = lakes.random_rollup(seed, reference.describe())
        if lakes.ask(engine, rollup, stop) != expected(seed):
            different.append((seed, rollup))
    assert different == []


def test_views_are_not_mostly_empty(expected) -> None:
    assert sum(bool(expected(seed)) for seed in range(60)) >= 30


def test_the_whole_cube_is_the_same_row_by_row(
    engine: Engine, reference: Engine, lake: lakes.Lake, stop, record_property
) -> None:
    for period in lakes.MONTHS:
        rollup = Rollup(period, CUBE, tuple(reference.describe().measures))
        rows = lakes.ask(engine, rollup, stop)
        assert rows == lakes.ask(reference, rollup, stop)
        record_property("cube rows", len(rows))
        assert sum(row[-1] for row in rows) == sum(
            line["BillingPeriodStart"].startswith(period) for line in lake.rows
        )


def test_sums_are_those_of_whole_numbers_added_up_one_by_one(engine: Engine, lake: lakes.Lake, stop) -> None:
    rollup = Rollup("2026-09", (Column("ServiceName"), Tag("Tags", "team")), ("EffectiveCost", "BilledCost"))
    expected: dict[tuple[Any, Any], list[Any]] = defaultdict(lambda: [0, Decimal(0), 0])
    for line in lake.rows:
        if line["BillingPeriodStart"].startswith("2026-09"):
            sums = expected[line["ServiceName"], line["Tags"].get("team") or None]
            sums[0] += math.floor(line["EffectiveCost"] * 1e9 + 0.5)
            sums[1] += Decimal(line["BilledCost"])
            sums[2] += 1
    found = {row[:2]: row[2:] for row in lakes.ask(engine, rollup, stop)}
    assert found == {
        key: (Decimal(n).scaleb(-9), billed, count) for key, (n, billed, count) in expected.items()
    }
    assert None in {service for service, _ in found}
    assert "" in {service for service, _ in found}
    assert "" not in {team for _, team in found}


def test_plain_sums_of_doubles_would_not_pass(
    engine: Any, reference: Any, stop, monkeypatch, record_property
) -> None:
    """The equality that is tested above is one that can fail."""
    monkeypatch.setattr(dialects._Sql, "_exact", lambda self, measure: self.name(measure.name))
    different = 0
    for seed in range(80):
        rollup = lakes.random_rollup(seed, reference.describe())
        sides = [
            sorted(map(repr, one._rows(dialects.render(one.dialect, one.describe(), rollup), stop)))
            for one in (engine, reference)
        ]
        different += sides[0] != sides[1]
    record_property("sabotaged", different)
    assert different >= BITES


def test_nothing_found_is_no_row(engine: Engine, stop) -> None:
    none = (In(Column("ServiceName"), ("no such",)),)
    assert lakes.ask(engine, Rollup("2026-09", (), ("BilledCost",), none), stop) == []
    assert lakes.ask(engine, Rollup("2026-09", (DAY,), ("BilledCost",), none), stop) == []
    assert lakes.ask(engine, Rollup("2031-01", (DAY,), ("BilledCost",)), stop) == []
    assert lakes.ask(engine, Rollup("", (), (), (In(Column("ServiceName"), ()),)), stop) == []


@pytest.mark.parametrize("text", [*filter(None, lakes.ODD), "'; drop table bill; --"])
def test_values_are_values(engine: Engine, lake: lakes.Lake, stop, text: str) -> None:
    count = sum(line["ServiceName"] == text for line in lake.rows)
    within = sum(text.lower() in (line["ServiceName"] or "").lower() for line in lake.rows)
    same = Rollup("", (), (), (In(Column("ServiceName"), (text,)),))
    has = Rollup("", (), (), (Has(Column("ServiceName"), text),))
    assert lakes.ask(engine, same, stop) == ([(count,)] if count else [])
    assert lakes.ask(engine, has, stop) == ([(within,)] if within else [])


def test_null_is_neither_among_values_nor_lost_by_leaving_some_out(
    engine: Engine, lake: lakes.Lake, stop
) -> None:
    service = Column("ServiceName")
    values = [line["ServiceName"] for line in lake.rows]

    def count(condition: In | Has) -> int:
        return lakes.ask(engine, Rollup("", (), (), (condition,)), stop)[0][0]

    assert count(In(service, (None,))) == values.count(None)
    assert count(In(service, ("",))) == values.count("")
    assert count(In(service, ("Queue",), negated=True)) == len(values) - values.count("Queue")
    assert count(In(service, (None, "Queue"), negated=True)) == len(values) - values.count(
        None
    ) - values.count("Queue")
    assert count(Has(service, "ue", negated=True)) == len(values) - values.count("Queue")


def test_days_are_those_of_utc(engine: Engine, lake: lakes.Lake, stop) -> None:
    expected: dict[date, int] = defaultdict(int)
    for line in lake.rows:
        expected[date.fromisoformat(line["ChargePeriodStart"][:10])] += 1
    assert dict(lakes.ask(engine, Rollup("", (DAY,), ()), stop)) == expected
    one = Between(DAY, date(2026, 9, 30), date(2026, 10, 1))
    moments = lakes.ask(engine, Rollup("", (Moment("ChargePeriodStart"),), (), (one,)), stop)
    assert {moment for moment, _ in moments} == {
        datetime.fromisoformat(line["ChargePeriodStart"]).astimezone(UTC).replace(tzinfo=None)
        for line in lake.rows
        if line["ChargePeriodStart"].startswith("2026-09-30")
    }


def test_periods_come_newest_first_and_a_stamp_moves_with_any_text(server: str, tmp_path: Path, stop) -> None:
    rows = lakes.lines(60)
    lake = lakes.write(tmp_path / "focus", rows)

    def stamps() -> dict[str, str]:
        engine = opened(f"{server}?path={lake.folder}", {}, tmp_path)
        periods = engine.periods(stop)
        assert [period.id for period in periods] == sorted(lakes.MONTHS, reverse=True)
        return {period.id: period.stamp for period in periods}

    before = stamps()
    assert stamps() == before
    changed = next(row for row in rows if row["BillingPeriodStart"].startswith("2026-09"))
    for name, value in (("Tags", {"team": "elsewhere"}), ("SkuId", "sku-99"), ("BilledCost", "77.7")):
        changed[name] = value
        lakes.write(lake.folder, rows)
        after = stamps()
        assert {month for month in after if after[month] != before[month]} == {"2026-09"}, name
        before = after


def test_keys_of_tags_are_those_that_lines_have(engine: Engine, lake: lakes.Lake, stop) -> None:
    tagged = [line["Tags"] for line in lake.rows if line["BillingPeriodStart"].startswith("2026-08")]
    counts = {key: sum(key in tags for tags in tagged) for tags in tagged for key in tags}
    assert engine.tag_keys("2026-08", stop) == tuple(sorted(counts, key=lambda key: (-counts[key], key)))


def test_what_goes_wrong_is_said_in_words(server: str, engine: Engine, tmp_path: Path, stop) -> None:
    missing = opened(f"{server}?table=no_such_lake.focus", {}, tmp_path)
    with pytest.raises(EngineError, match=r"no_such_lake\.focus") as told:
        missing.describe()
    assert "\n" not in str(told.value)
    assert "Vendor code" not in str(told.value)
    with pytest.raises(EngineError, match="has no column Nonsense"):
        lakes.ask(engine, Rollup("", (Column("Nonsense"),), ()), stop)
    nobody = opened(f"sc://127.0.0.1:{servers.free_port()}?table=lake.focus", {}, tmp_path)
    with pytest.raises(EngineError, match=r"sc://127\.0\.0\.1"):
        nobody.describe()


def endless(folder: Path) -> str:
    """A roll-up over so many rows that nobody waits for its end."""
    connection = duckdb.connect()
    connection.execute(
        "COPY (SELECT 'resource ' || i % 50000 AS s, i / 7 AS c FROM range(2000000) t(i))"
        f" TO '{folder}/rows.parquet' (FORMAT parquet)"
    )
    connection.close()
    rows = " union all ".join([f"select s, c from parquet.`{folder}/rows.parquet`"] * 60)
    return f"select s, sum(cast(floor(c * 1e9 + 0.5) as decimal(38, 0))) from ({rows}) q group by 1"


def test_stopping_frees_the_server(engine: Any, server_process: int, tmp_path: Path, stop) -> None:
    begun = threading.Event()
    timer = threading.Timer(60, stop.set)  # in case it never begins
    timer.start()
    busy: list[float] = []

    def told(_: object) -> None:
        if not begun.is_set():
            busy.append(servers.cpu_over(server_process, 2.0))
            begun.set()
            stop.set()

    with pytest.raises(EngineStoppedError), engine._asked(endless(tmp_path), stop, told):
        raise AssertionError("it has no end")
    timer.cancel()
    assert begun.is_set()
    next_one = lakes.ask(engine, Rollup("2026-09", (), ("BilledCost",)), threading.Event())
    assert len(next_one) == 1
    assert servers.quiet(server_process, busy[0] / 5), "the server still works on what nobody wants"


def test_what_is_stopped_before_it_begins_is_never_asked(engine: Engine, stop) -> None:
    stop.set()
    with pytest.raises(EngineStoppedError):
        lakes.ask(engine, Rollup("", (), ("BilledCost",)), stop)


def test_an_engine_that_cuts_days_elsewhere_is_refused(
    server: str, lake: lakes.Lake, tmp_path: Path, monkeypatch
) -> None:
    engine = opened(f"{server}?path={lake.folder}", {}, tmp_path)
    monkeypatch.setattr(engine, "_driver", replace(engine._driver, utc=(), zone="select 'Asia/Tokyo'"))
    with pytest.raises(EngineError, match=r"Asia/Tokyo.*start it with TZ=UTC"):
        engine.describe()


ALONE = """
import sys
for name in ("pyarrow", "pandas", "numpy", "grpc", "pyspark"):
    sys.modules[name] = None
import pathlib, threading
from finops_tui.engines import answer
from finops_tui.engines.base import Rollup
from finops_tui.engines.opening import opened
engine = opened(sys.argv[1], {}, pathlib.Path(sys.argv[2]))
connection = answer.connected()
rollup = Rollup("", (), ("BilledCost",))
with engine.run(rollup, threading.Event()) as batches:
    answer.take(connection, batches, engine.describe(), rollup, "answer")
print(connection.execute("SELECT n FROM answer").fetchone()[0])
"""


def test_no_other_client_is_needed(server: str, lake: lakes.Lake, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE, f"{server}?path={lake.folder}", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(len(lake.rows)), done.stderr
