"""Which billing periods a table in S3 has, when one has changed, and how large it is."""

import json
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from finops_tui.engines.athena import Athena
from finops_tui.engines.base import EngineError, EngineStoppedError
from finops_tui.engines.rollup import Rollup
from tests.engines import athena_bill as bill
from tests.engines import lakes
from tests.engines.athena_bill import Export
from tests.engines.athena_fixtures import APRIL, MARCH
from tests.engines.athena_trino import Catalogued
from tests.sources.s3_server import Server, refusal

ALL = Rollup("", (), ("BilledCost",))


def stamps(engine: Athena, stop: threading.Event) -> dict[str, str]:
    return {period.id: period.stamp for period in engine.periods(stop)}


def test_months_are_those_with_a_manifest_and_the_newest_is_first(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    export.bucket.put("exports/daily/data/BILLING_PERIOD=2026-05/daily-00001.snappy.parquet", b"half of it")
    engine = Athena(export.url(), tmp_path)
    assert [period.id for period in engine.periods(stop)] == [APRIL, MARCH]
    assert not export.athena.texts(), "nothing is asked of Athena, nothing is paid"


def test_the_stamp_is_the_manifests_etag_and_one_list_tells_them_all(
    export: Export, s3: Server, tmp_path: Path, stop: threading.Event
) -> None:
    engine = Athena(export.url(), tmp_path)
    s3.asked.clear()
    before = stamps(engine, stop)
    assert [(one.method, "metadata" in one.query) for one in s3.asked] == [("GET", True)]
    key = f"exports/daily/metadata/BILLING_PERIOD={MARCH}/daily-Manifest.json"
    etag = export.bucket.client.head_object(Bucket=export.bucket.name, Key=key)["ETag"]
    assert before[MARCH] == etag.strip('"')
    export.deliver(APRIL, bill.rows(APRIL, 31))
    after = stamps(engine, stop)
    assert after[MARCH] == before[MARCH]
    assert after[APRIL] != before[APRIL]


def test_bytes_are_of_the_files_that_the_manifest_lists(
    export: Export, s3: Server, tmp_path: Path, stop: threading.Event
) -> None:
    export.bucket.put(f"exports/daily/data/BILLING_PERIOD={MARCH}/left-over.parquet", b"x" * 100_000)
    engine = Athena(export.url(), tmp_path)
    assert engine.estimate(ALL).bytes == export.sizes[MARCH] + export.sizes[APRIL]
    assert [one.bytes for one in engine.periods(stop)] == [export.sizes[APRIL], export.sizes[MARCH]]
    s3.asked.clear()
    engine.estimate(ALL)
    assert not s3.asked, "sizes are asked for once for each stamp"
    export.deliver(APRIL, bill.rows(APRIL, 99))
    engine.periods(stop)
    assert engine.estimate(ALL).bytes == export.sizes[MARCH] + export.sizes[APRIL]


def test_lists_of_many_pages(export: Export, s3: Server, tmp_path: Path, stop: threading.Event) -> None:
    for month in range(1, 8):
        export.deliver(f"2025-{month:02}", bill.rows(f"2025-{month:02}", 3), files=1)
    s3.page = 2
    assert len(stamps(Athena(export.url(), tmp_path), stop)) == 9


@pytest.mark.parametrize("content", [b"", b"[]", b'{"dataFiles": 7}', b"{" * 100_000, b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused_by_name(export: Export, tmp_path: Path, content: bytes) -> None:
    export.bucket.put(f"exports/daily/metadata/BILLING_PERIOD={MARCH}/daily-Manifest.json", content)
    with pytest.raises(EngineError, match=r"daily-Manifest\.json: it is no manifest of an export"):
        Athena(export.url(), tmp_path).estimate(ALL)


def test_a_file_that_is_listed_and_not_there(export: Export, tmp_path: Path) -> None:
    export.bucket.delete(f"exports/daily/data/BILLING_PERIOD={MARCH}/daily-00002.snappy.parquet")
    with pytest.raises(EngineError, match=r"daily-00002.*there is no such bucket or object"):
        Athena(export.url(), tmp_path).estimate(ALL)


def test_an_export_that_keeps_every_delivery_has_its_money_twice(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    manifest = json.dumps({"dataFiles": []})
    for run in ("2026-03-02T00:00:00.000Z-a", "2026-03-03T00:00:00.000Z-b"):
        export.bucket.put(
            f"exports/daily/metadata/BILLING_PERIOD={MARCH}/{run}/daily-Manifest.json", manifest
        )
    with pytest.raises(EngineError, match=r"keeps every delivery of 2026-03.*more than once"):
        Athena(export.url(), tmp_path).periods(stop)


def test_a_bucket_that_may_not_be_listed(
    export: Export, s3: Server, tmp_path: Path, stop: threading.Event
) -> None:
    s3.fault = lambda _: refusal("403 Forbidden", "AccessDenied", "not authorized to perform: s3:ListBucket")
    with pytest.raises(EngineError, match=r"access denied \(not authorized to perform: s3:ListBucket\)"):
        Athena(export.url(), tmp_path).periods(stop)


def test_a_stop_while_listing(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    stop.set()
    with pytest.raises(EngineStoppedError):
        Athena(export.url(), tmp_path).periods(stop)


@pytest.fixture
def folders(export: Export, lake: lakes.Lake) -> dict[str, int]:
    """A table of somebody's own: partitions, and no manifests; the sizes of its months."""
    sizes: dict[str, int] = defaultdict(int)
    for path in sorted(lake.folder.rglob("*.parquet")):
        export.bucket.put(f"lake/{path.parent.name}/{path.name}", path.read_bytes())
        sizes[path.parent.name.rpartition("=")[2]] += path.stat().st_size
    types = {"VARCHAR": "string", "DOUBLE": "double", "TIMESTAMPTZ": "timestamp"}
    columns = {
        name.lower(): types.get(kind, "map<string,string>" if kind.startswith("MAP") else kind.lower())
        for name, kind in lakes.COLUMNS.items()
    }
    location = export.bucket.url("lake/")
    export.athena.tables["billing", "lake"] = Catalogued(columns, {"billing_period": "string"}, location)
    return sizes


def test_without_manifests_folders_tell(
    export: Export, folders: dict[str, int], tmp_path: Path, stop: threading.Event
) -> None:
    engine = Athena(export.url().replace("focus", "lake"), tmp_path)
    before = engine.periods(stop)
    assert {period.id: period.bytes for period in before} == folders
    export.bucket.put("lake/billing_period=2026-09/more.parquet", b"12345")
    after = engine.periods(stop)
    changed = [period.id for period, old in zip(after, before, strict=True) if period.stamp != old.stamp]
    assert changed == ["2026-09"]
    assert {period.id: period.bytes for period in after}["2026-09"] == folders["2026-09"] + 5


@pytest.mark.parametrize(
    "folder", ["billing_period=never", "billing_period=2026-09-01", "billing_period=2026-9"]
)
def test_folders_that_are_no_months_or_are_one_twice(
    export: Export, folders: dict[str, int], tmp_path: Path, stop: threading.Event, folder: str
) -> None:
    assert folders
    export.bucket.put(f"lake/{folder}/data.parquet", b"x")
    with pytest.raises(EngineError, match="is no billing period, or is one for the second time"):
        Athena(export.url().replace("focus", "lake"), tmp_path).periods(stop)


@pytest.mark.parametrize(
    "seeds", [range(30), pytest.param(range(30, 300), marks=pytest.mark.slow)], ids=["30", "300"]
)
def test_random_views_give_the_digits_of_duckdb(
    export: Export,
    folders: dict[str, int],
    lake: lakes.Lake,
    tmp_path: Path,
    stop: threading.Event,
    seeds: range,
) -> None:
    """The contract of all engines, over HTTP, by Trino's text and Athena's CSV."""
    from finops_tui.engines.opening import opened

    engine = opened(export.url().replace("focus", "lake"), {}, tmp_path)
    reference = opened(f"lake://{lake.folder}", {}, tmp_path)
    assert folders
    answered = 0
    for seed in seeds:
        rollup = lakes.random_rollup(seed, reference.describe())
        expected = lakes.ask(reference, rollup, stop)
        assert lakes.ask(engine, rollup, stop) == expected, seed
        answered += bool(expected)
    assert answered >= len(seeds) // 2
