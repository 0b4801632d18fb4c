"""Answers: cached, interrupted, failed, and what a question can reach."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from finops_tui import queries, store
from finops_tui.manifest import StoreError
from finops_tui.queries import Statement
from finops_tui.store import Store
from tests.store.helpers import EVERYTHING, publish, until

if TYPE_CHECKING:
    from pathlib import Path

FOREVER = "SELECT sum(a.range * b.range) AS cost FROM range(100000000) a, range(100000000) b"


def test_answers_are_kept_until_a_refresh(loaded: Path) -> None:
    with Store(loaded) as reader:
        first = reader.ask_now("total", EVERYTHING)
        assert reader.ask_now("total", EVERYTHING) is first
        assert reader.ask_now("total", EVERYTHING.regroup("region")) is not first
        assert asyncio.run(reader.ask("total", EVERYTHING)) is first
        publish(loaded, "2")
        assert reader.refresh()
        assert reader.ask_now("total", EVERYTHING) is not first


def test_questions_reach_no_file_but_the_segments(loaded: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text("a\n1\n")
    with Store(loaded) as reader:
        cursor = reader._shelf._connection.cursor()
        for statement in (
            f"SELECT * FROM read_csv('{outside}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'new.duckdb'}' AS x",
            "SET enable_external_access = true",
            "SET memory_limit = '1TB'",
            "INSTALL httpfs",
            "SELECT * FROM outside",
            "DELETE FROM s0.items",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(statement)


def test_the_sql_of_an_answer_is_shown_with_its_values(loaded: Path) -> None:
    with Store(loaded) as reader:
        text = reader.sql("total", EVERYTHING)
    assert "-- $p0 = datetime.date(2000, 1, 1)\n" in text
    assert "FROM scope" in text


async def test_a_superseded_answer_is_interrupted_and_never_arrives(
    loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = queries.render
    monkeypatch.setattr(
        queries,
        "render",
        lambda question, *rest, **names: (
            Statement(FOREVER, {}) if question == "by_key" else real(question, *rest, **names)
        ),
    )
    with Store(loaded) as reader:
        slow = asyncio.create_task(reader.ask("by_key", EVERYTHING))
        await until(lambda: reader._running)
        (computation,) = reader._running.values()
        await until(computation.running)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        answer = await reader.ask("total", EVERYTHING)
        assert answer["cost"].to_list() == [111]
        await until(lambda: not reader._running)
        assert isinstance(computation.exception(), store.InterruptedAnswerError)
        assert len(reader._answers) == 1


async def test_answers_given_up_before_they_began_cost_nothing_and_hold_nothing(
    loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "render", lambda *_, **_names: Statement(FOREVER, {}))
    with Store(loaded) as reader:
        tasks = [asyncio.create_task(reader.ask("by_key", EVERYTHING, n=n)) for n in range(20)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(r, asyncio.CancelledError)
            for r in await asyncio.gather(*tasks, return_exceptions=True)
        )
        await until(lambda: not reader._running)
        assert reader._shelf.current.asked == 0


async def test_closing_does_not_wait_for_an_answer(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "render", lambda *_, **_names: Statement(FOREVER, {}))
    reader = Store(loaded)
    slow = asyncio.create_task(reader.ask("by_key", EVERYTHING))
    await until(lambda: reader._running)
    async with asyncio.timeout(60):
        await asyncio.to_thread(reader.close)
        assert isinstance((await asyncio.gather(slow, return_exceptions=True))[0], BaseException)


async def test_many_answers_at_once_are_each_their_own(loaded: Path) -> None:
    views = [EVERYTHING.only("payer", account) for account in ("111", "222", "333")] * 10
    with Store(loaded) as reader:
        answers = await asyncio.gather(*(reader.ask("total", view) for view in views))
    assert [pl.DataFrame(answer)["cost"].to_list() for answer in answers] == [[11], [100], []] * 10


async def test_an_answer_that_fails_is_told_in_words(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "render", lambda *_, **_names: Statement("SELECT error('broken')", {}))
    with Store(loaded) as reader:
        with pytest.raises(StoreError, match=r"total could not be answered: .*broken"):
            await reader.ask("total", EVERYTHING)
        monkeypatch.undo()
        with pytest.raises(KeyError):
            await reader.ask("no_such_question", EVERYTHING)
