"""Athena's whole flow over HTTP: every way an answer comes here, and every way one does not."""

import stat
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_tui.engines import answer, athena_results
from finops_tui.engines.athena import Athena
from finops_tui.engines.base import EngineError, EngineStoppedError, Told
from finops_tui.engines.rollup import Column, Rollup, Tag
from tests.engines import athena_bill as bill
from tests.engines import athena_loopback
from tests.engines.athena_bill import Export
from tests.engines.athena_trino import Catalogued
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN, Server

MARCH, APRIL = "2026-03", "2026-04"
BY_LINE = (Column("servicename"), Column("resourceid"), Column("regionid"))
LINES = Rollup(MARCH, BY_LINE, bill.COSTS)
BY_SERVICE = Rollup(MARCH, (Column("servicename"),), ("BilledCost",))
GB = 10**9


@pytest.fixture(scope="module")
def s3() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def loopback() -> Iterator[athena_loopback.Athena]:
    server = athena_loopback.Athena(None)
    yield server
    server.stop()


@pytest.fixture
def export(
    s3: Server, loopback: athena_loopback.Athena, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Export:
    monkeypatch.setattr("finops_tui.engines.athena_query._FIRST_LOOK", 0.01)
    made = bill.export(s3, loopback, monkeypatch, tmp_path)
    made.deliver(MARCH, bill.rows(MARCH))
    made.deliver(APRIL, bill.rows(APRIL, 40), files=1)
    return made


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def asked(engine: Athena, rollup: Rollup, stop: threading.Event, told: list[Told] | None = None) -> Any:
    """An answer as a set of rows, with what was said of it."""
    table = engine.describe()
    connection = answer.connected()
    try:
        with engine.run(rollup, stop, told.append if told is not None else None) as batches:
            answer.take(connection, batches, table, rollup, "answer")
        return connection.execute("FROM answer").fetchall(), batches
    finally:
        connection.close()


def expected(rows: list[bill.Row], dims: tuple[str, ...], measures: tuple[str, ...]) -> set[tuple[Any, ...]]:
    sums = [bill.totals(rows, *dims, measure=measure) for measure in measures]
    counts = bill.totals([row | {"one": Decimal(1)} for row in rows], *dims, measure="one")
    return {(*key, *(one[key] for one in sums), int(counts[key])) for key in counts}


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
    export.athena.groups["finops"] = athena_loopback.Group(managed=True)
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


def test_what_is_said_while_it_runs(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    told: list[Told] = []
    asked(Athena(export.url(), tmp_path), BY_SERVICE, stop, told)
    assert [one.state for one in told] == ["queued", "running"][: len(told)]
    assert all(one.elapsed >= 0 for one in told)


def test_a_query_that_scans_more_than_was_agreed_to_is_stopped(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    export.athena.held, export.athena.says = True, 8 * GB
    engine = Athena(export.url(max_usd="0.10"), tmp_path)
    with pytest.raises(EngineError, match=r"stopped after 24\.00 GB were scanned.*USD 0\.1200.*20\.00 GB"):
        asked(engine, BY_SERVICE, stop)
    assert export.athena.count("StopQueryExecution") == 1
    assert [query.state for query in export.athena.queries.values()] == ["CANCELLED"]


def test_what_the_workgroup_cuts_off_is_said_to_be_the_workgroups_limit(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    export.athena.groups["finops"].cutoff = 10_000_000
    export.athena.held, export.athena.says = True, 6_000_000
    with pytest.raises(EngineError, match=r"workgroup finops stops queries that scan more than 10\.0 MB"):
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert export.athena.count("StopQueryExecution") == 0


@pytest.mark.parametrize(
    ("category", "retryable", "words"),
    [(2, False, "the query failed: "), (1, True, "Athena itself failed: .*may succeed when tried again")],
)
def test_a_failed_query_says_why_and_nothing_a_terminal_obeys(
    export: Export, tmp_path: Path, stop: threading.Event, category: int, retryable: bool, words: str
) -> None:
    said = f"HIVE_BAD_DATA: \x1b[2Jcolumn of {KEY_ID} and {SECRET}"
    export.athena.failing = (category, said, retryable)
    with pytest.raises(EngineError, match=words) as caught:
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert "HIVE_BAD_DATA" in str(caught.value)
    assert not [part for part in ("\x1b", KEY_ID, SECRET) if part in str(caught.value)]
    assert export.athena.count("StopQueryExecution") == 0


def test_one_that_somebody_else_cancelled(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    def cancel() -> None:
        for query in export.athena.queries.values():
            query.state, query.reason = "CANCELLED", "Query cancelled by user"

    export.athena.meanwhile = cancel
    with pytest.raises(EngineError, match="somebody else cancelled the query"):
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)


def test_stop_reaches_athena_at_once(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    export.athena.held = True
    looks = iter(range(100))
    export.athena.meanwhile = lambda: stop.set() if next(looks) == 3 else None
    with pytest.raises(EngineStoppedError):
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    operations = [operation for operation, _ in export.athena.asked]
    assert operations[-2:] == ["GetQueryExecution", "StopQueryExecution"], "not one look more after the stop"
    assert [query.state for query in export.athena.queries.values()] == ["CANCELLED"]


def test_a_stop_before_it_begins_asks_nothing(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    stop.set()
    with pytest.raises(EngineStoppedError):
        asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert not export.athena.texts()


def test_closing_stops_what_runs(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    export.athena.held = True
    engine = Athena(export.url(), tmp_path)
    looks = iter(range(100))
    closing = threading.Thread(target=engine.close)
    export.athena.meanwhile = lambda: closing.start() if next(looks) == 2 else None
    with pytest.raises(EngineError, match="cancelled"):
        asked(engine, BY_SERVICE, stop)
    closing.join()
    assert export.athena.count("StopQueryExecution") == 1


def test_whatever_ends_the_program_stops_the_query(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    def interrupt(_: Told) -> None:
        raise KeyboardInterrupt

    export.athena.held = True
    engine = Athena(export.url(), tmp_path)
    with pytest.raises(KeyboardInterrupt), engine.run(BY_SERVICE, stop, interrupt):
        pass
    assert export.athena.count("StopQueryExecution") == 1


def test_the_same_question_about_the_same_data_scans_nothing_again(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    first, paid = asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    again, free = asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert set(again) == set(first)
    assert (paid.bytes, free.bytes, free.usd) == (export.sizes[MARCH], 0, Decimal(0))
    assert "nothing was scanned" in free.notes[0]
    assert not paid.notes


def test_an_answer_about_older_data_is_not_taken_for_one_about_the_new(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    rows = bill.rows(MARCH, 77, seed=2)
    export.deliver(MARCH, rows)
    found, batches = asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert set(found) == expected(rows, ("ServiceName",), ("BilledCost",))
    assert batches.bytes == export.sizes[MARCH]


def test_an_engine_that_cannot_give_answers_again_is_not_asked_to(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    export.athena.groups["finops"].version = "Athena engine version 2"
    asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    [(_, body)] = [one for one in export.athena.asked if one[0] == "StartQueryExecution"]
    assert "ResultReuseConfiguration" not in body


def test_throttling_is_waited_out(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    engine = Athena(export.url(), tmp_path)
    engine.describe()
    export.athena.throttled = 2
    found, _ = asked(engine, BY_SERVICE, stop)
    assert set(found) == expected(export.months[MARCH], ("ServiceName",), ("BilledCost",))
    assert not export.athena.throttled
    assert len(export.athena.queries) == 1


def test_a_service_that_never_stops_throttling_is_named(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finops_tui.sources.s3_access._TRIES", 2)
    export.athena.throttled = 1000
    with pytest.raises(EngineError, match="asks to slow down"):
        Athena(export.url(), tmp_path).describe()


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


def test_a_table_that_is_not_there_or_is_no_bill(export: Export, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not found"):
        Athena(export.url().replace("focus", "other"), tmp_path).describe()
    export.athena.tables["billing", "focus"] = Catalogued({"a": "string"}, {}, export.bucket.url("exports"))
    with pytest.raises(EngineError, match="no bill in FOCUS columns"):
        Athena(export.url(), tmp_path).describe()


@pytest.mark.parametrize(
    ("name", "words"), [("nobody", "WorkGroup nobody is not found"), ("off", "switched off")]
)
def test_a_workgroup_that_is_not_there_or_is_off(
    export: Export, tmp_path: Path, stop: threading.Event, name: str, words: str
) -> None:
    export.athena.groups["off"] = athena_loopback.Group(export.bucket.url("results/"), state="DISABLED")
    with pytest.raises(EngineError, match=words):
        asked(Athena(export.url(workgroup=name), tmp_path), BY_SERVICE, stop)
    assert not export.athena.texts()


def test_keys_of_tags_come_from_one_month_and_within_what_may_be_spent(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    rows = export.months[MARCH]
    counts = {key: sum(key in row["Tags"] for row in rows) for key in ("team", "{{cost center}}")}
    assert counts["team"] > counts["{{cost center}}"] > 0
    assert Athena(export.url(), tmp_path).tag_keys(MARCH, stop) == ("team", "{{cost center}}")
    export.athena.held, export.athena.says = True, 8 * GB
    with pytest.raises(EngineError, match="stopped after"):
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
