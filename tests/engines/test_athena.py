"""Athena's whole flow over HTTP: every way an answer comes here, to the last digit."""

import os
import stat
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui.engines import athena_results
from finops_tui.engines.athena import Athena
from finops_tui.engines.base import EngineError
from finops_tui.engines.rollup import Column, Rollup, Tag
from tests.engines import athena_bill as bill
from tests.engines.athena_bill import Export
from tests.engines.athena_fixtures import APRIL, BY_SERVICE, MARCH, asked, expected
from tests.engines.athena_runs import Group
from tests.engines.athena_trino import Catalogued
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN, Server

BY_LINE = (Column("servicename"), Column("resourceid"), Column("regionid"))
GB = 10**9
LINES = Rollup(MARCH, BY_LINE, bill.COSTS)
LINE_NAMES = ("ServiceName", "ResourceId", "RegionId")


@pytest.mark.parametrize("transfer", ["auto", "csv", "pages", "unload"])
@pytest.mark.parametrize("count", [40, 1300])
def test_an_answer_is_the_same_to_the_last_digit_whatever_way_it_comes(
    export: Export, tmp_path: Path, stop: threading.Event, transfer: str, count: int
) -> None:
    rows = bill.rows(MARCH, count, seed=7)
    export.deliver(MARCH, rows)
    engine = Athena(export.url(transfer=transfer), tmp_path / "scratch")
    found, batches = asked(engine, LINES, stop)
    assert set(found) == expected(rows, LINE_NAMES, bill.COSTS)
    assert len(found) == len(set(found))
    assert sum(row[3] for row in found) == bill.total(rows)
    assert batches.kind == ("parquet" if transfer == "unload" else "csv")
    assert batches.bytes == export.sizes[MARCH]
    assert not list((tmp_path / "scratch").iterdir()), "answers are gone once they were read"


def test_small_answers_need_no_object_and_large_ones_no_pages(
    export: Export, s3: Server, tmp_path: Path, stop: threading.Event
) -> None:
    export.deliver(MARCH, bill.rows(MARCH, 1300, seed=7))
    engine = Athena(export.url(), tmp_path)
    s3.asked.clear()
    found, _ = asked(engine, BY_SERVICE, stop)
    assert len(found) < athena_results.PAGE
    assert export.athena.count("GetQueryResults") == 1
    assert not [path for path in s3.gets() if "results/" in path]
    found, _ = asked(engine, LINES, stop)
    assert len(found) > athena_results.PAGE
    assert export.athena.count("GetQueryResults") == 2
    assert [path for path in s3.gets() if path.endswith(".csv")]


def test_managed_results_are_read_in_pages_and_given_no_place(
    export: Export, s3: Server, tmp_path: Path, stop: threading.Event
) -> None:
    rows = bill.rows(MARCH, 1300, seed=7)
    export.deliver(MARCH, rows)
    export.athena.groups["finops"] = Group(managed=True)
    s3.asked.clear()
    found, _ = asked(Athena(export.url(output=export.bucket.url("mine/")), tmp_path), LINES, stop)
    assert set(found) == expected(rows, LINE_NAMES, bill.COSTS)
    assert export.athena.count("GetQueryResults") == -(-(len(found) + 1) // athena_results.PAGE)
    [(_, body)] = [one for one in export.athena.asked if one[0] == "StartQueryExecution"]
    assert "ResultConfiguration" not in body
    assert not [path for path in s3.gets() if path.endswith(".csv")]


@pytest.mark.parametrize("enforced", [False, True])
def test_the_place_of_results_is_the_users_unless_the_workgroup_insists(
    export: Export, tmp_path: Path, stop: threading.Event, enforced: bool
) -> None:
    export.athena.groups["finops"].enforced = enforced
    engine = Athena(export.url(output=export.bucket.url("mine/"), transfer="csv"), tmp_path)
    assert asked(engine, BY_SERVICE, stop)[0]
    [query] = export.athena.queries.values()
    assert query.output
    assert query.output.startswith(export.bucket.url("results/" if enforced else "mine/"))


def test_without_any_place_for_results_it_is_said_which_words_help(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    export.athena.groups["finops"].output = None
    with pytest.raises(EngineError, match=r"names no place for results; add &output=s3://"):
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert not export.athena.texts()


def test_the_first_page_alone_has_a_header_and_tags_keep_their_values(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    rollup = Rollup("", (Tag("tags", "team"), Tag("tags", "{{cost center}}")), ("BilledCost",))
    rows = [
        {"team": row["Tags"].get("team") or None, "cc": row["Tags"].get("{{cost center}}") or None}
        | {"BilledCost": row["BilledCost"]}
        for row in export.all()
    ]
    found, _ = asked(Athena(export.url(), tmp_path), rollup, stop)
    assert set(found) == expected(rows, ("team", "cc"), ("BilledCost",))


def test_an_unload_without_rows_is_an_answer_without_rows(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    engine = Athena(export.url(transfer="unload"), tmp_path)
    assert asked(engine, Rollup("2020-01", BY_LINE, ("BilledCost",)), stop)[0] == []


def test_the_largest_come_in_their_order_even_where_unload_is_wanted(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    rows = export.months[MARCH]
    rollup = Rollup(MARCH, (Column("resourceid"),), ("BilledCost",), top=5)
    sums = bill.totals(rows, "ResourceId")
    largest = sorted(sums, key=lambda key: (-sums[key], key))[:5]
    found, batches = asked(Athena(export.url(transfer="unload"), tmp_path), rollup, stop)
    assert [row[0] for row in found] == [key[0] for key in largest]
    assert batches.kind == "csv"


def test_an_estimate_is_the_bytes_of_the_months_at_the_price_of_a_terabyte(
    export: Export, tmp_path: Path
) -> None:
    engine = Athena(export.url(usd_per_tb="1000000"), tmp_path)
    march, april = export.sizes[MARCH], export.sizes[APRIL]
    whole = engine.estimate(Rollup("", (), ("BilledCost",)))
    assert whole.bytes == march + april
    assert engine.estimate(BY_SERVICE).bytes == march
    assert engine.estimate(BY_SERVICE).usd == Decimal("10.4858"), "ten megabytes are billed at least"
    assert not export.athena.texts()


def test_keys_of_tags_come_from_one_month_and_within_what_may_be_spent(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    rows = export.months[MARCH]
    counts = {key: sum(key in row["Tags"] for row in rows) for key in ("team", "{{cost center}}")}
    assert counts["team"] > counts["{{cost center}}"] > 0
    assert Athena(export.url(), tmp_path).tag_keys(MARCH, stop) == ("team", "{{cost center}}")
    export.athena.held, export.athena.says = True, 8 * GB
    with pytest.raises(EngineError, match=r"stopped after 24\.00 GB.*20\.00 GB"):
        Athena(export.url(), tmp_path).tag_keys(APRIL, stop)


def test_a_view_is_asked_for_its_months(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    columns = {name.lower(): bill.glue(kind) for name, kind in bill.COLUMNS.items()}
    export.athena.tables["billing", "all"] = Catalogued(columns, view="select * from billing.focus")
    engine = Athena(export.url().replace("focus", "all"), tmp_path)
    before = engine.periods(stop)
    assert [period.id for period in before] == [APRIL, MARCH]
    estimate = engine.estimate(BY_SERVICE)
    assert (estimate.usd, estimate.bytes) == (Decimal("0.10"), 20 * GB)
    assert set(asked(engine, BY_SERVICE, stop)[0]) == expected(
        export.months[MARCH], ("ServiceName",), ("BilledCost",)
    )
    export.deliver(APRIL, bill.rows(APRIL, 40, seed=9))
    after = engine.periods(stop)
    assert [period.stamp == old.stamp for period, old in zip(after, before, strict=True)] == [False, True]
    assert all("ResultReuseConfiguration" not in body for _, body in export.athena.asked), (
        "nothing says how old"
    )


def test_answers_lie_in_private_files(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    export.deliver(MARCH, bill.rows(MARCH, 1300, seed=7))
    for transfer in ("pages", "csv", "unload"):
        engine = Athena(export.url(transfer=transfer), tmp_path / "scratch")
        with engine.run(LINES, stop) as batches:
            assert isinstance(batches.source, tuple)
            for path in batches.source:
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
                assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
                assert not any(secret.encode() in path.read_bytes() for secret in (KEY_ID, SECRET, TOKEN))


def test_what_a_killed_program_left_is_swept(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    old, new = tmp_path / "athena-old", tmp_path / "athena-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "answer-1.csv").write_text("charges")
    days = 3 * 24 * 3600
    os.utime(old, (old.stat().st_atime, old.stat().st_mtime - days))
    asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert [path.name for path in tmp_path.glob("athena-*")] == [new.name], (
        "another may be reading the new one"
    )
