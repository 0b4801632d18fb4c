"""How a question to Athena ends when it does not end well, and what it costs when it is asked again."""

import threading
from decimal import Decimal
from pathlib import Path

import pytest

from finops_tui import lake_fetch
from finops_tui.engines.athena import Athena
from finops_tui.engines.base import EngineError, EngineStoppedError, Told
from tests.engines import athena_bill as bill
from tests.engines.athena_bill import Export
from tests.engines.athena_fixtures import BY_SERVICE, MARCH, asked, expected
from tests.engines.athena_runs import Group
from tests.engines.athena_trino import Catalogued
from tests.sources.s3_server import KEY_ID, SECRET

GB = 10**9


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


@pytest.mark.parametrize("way", ["an event", "somebody who is asked"])
def test_stop_reaches_athena_at_once(export: Export, tmp_path: Path, way: str) -> None:
    export.athena.held = True
    looks, wanted = iter(range(100)), threading.Event()
    stop = wanted if way == "an event" else lake_fetch.Stop(wanted.is_set)
    export.athena.meanwhile = lambda: wanted.set() if next(looks) == 3 else None
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
    export.athena.groups["off"] = Group(export.bucket.url("results/"), state="DISABLED")
    with pytest.raises(EngineError, match=words):
        asked(Athena(export.url(workgroup=name), tmp_path), BY_SERVICE, stop)
    assert not export.athena.texts()


def test_a_month_that_the_catalog_does_not_know_is_no_month_without_charges(
    export: Export, tmp_path: Path, stop: threading.Event
) -> None:
    table = export.athena.tables["billing", "focus"]
    table.unknown = {MARCH}
    for _ in range(2):
        with pytest.raises(
            EngineError, match=r"sees nothing of 2026-03, whose files have .* MSCK REPAIR TABLE"
        ):
            asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    table.unknown = set()
    found, _ = asked(Athena(export.url(), tmp_path), BY_SERVICE, stop)
    assert set(found) == expected(export.months[MARCH], ("ServiceName",), ("BilledCost",)), (
        "the answer of before the repair is not given again"
    )


def test_the_workgroups_limit_is_shown_once(export: Export, tmp_path: Path, stop: threading.Event) -> None:
    export.athena.groups["finops"].cutoff = 25 * GB
    engine = Athena(export.url(), tmp_path)
    notes = [asked(engine, BY_SERVICE, stop)[1].notes for _ in range(2)]
    assert [[note for note in found if "25.00 GB" in note] for found in notes] == [
        ["the workgroup finops stops queries that scan more than 25.00 GB"],
        [],
    ]


def test_without_a_region_it_is_said_how_to_name_one(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(EngineError, match="no region is known; add &region="):
        Athena(export.url(), tmp_path)
    assert Athena(export.url(region="eu-west-1"), tmp_path).describe()
