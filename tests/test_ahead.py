"""Asking ahead: it never keeps anybody waiting, and what it has found is not computed twice."""

from __future__ import annotations

import asyncio
from datetime import date

import polars as pl
import pytest

from finops_tui.ahead import Ahead
from finops_tui.queries.view import Period, View
from finops_tui.screens.desk import GaveWayError

VIEW = View(Period(date(2026, 1, 1), date(2026, 2, 1)))


async def soon() -> None:
    """Let everything begin that can."""
    for _ in range(4):
        await asyncio.sleep(0)


class Slow:
    """Answers when it is let, and remembers who was cancelled."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.began: list[str] = []
        self.cancelled: list[str] = []

    async def __call__(self, question: str, view: View, **parameters: object) -> pl.DataFrame:
        self.began.append(question)
        try:
            if question.startswith("slow"):
                await self.let.wait()
        except asyncio.CancelledError:
            self.cancelled.append(question)
            raise
        return pl.DataFrame({"question": [question]})


async def test_a_real_question_does_not_wait_for_one_asked_ahead() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    early = asyncio.ensure_future(ahead.ask("slow", VIEW))
    await soon()
    answer = await ahead.for_real("quick", VIEW)  # nobody ever lets the slow one go on
    assert answer["question"].to_list() == ["quick"]
    with pytest.raises(GaveWayError):
        await early
    assert slow.cancelled == ["slow"]
    assert (ahead.asked, ahead.stopped, ahead.taken) == (1, 1, 0)


async def test_nothing_is_asked_ahead_while_somebody_waits() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    real = asyncio.ensure_future(ahead.for_real("slow", VIEW))
    await soon()
    with pytest.raises(GaveWayError):
        await ahead.ask("quick", VIEW)
    slow.let.set()
    await real
    assert slow.began == ["slow"]
    assert (await ahead.ask("quick", VIEW)).height == 1


async def test_the_same_question_is_taken_over_not_asked_again() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    early = asyncio.ensure_future(ahead.ask("slow", VIEW, top=8))
    await soon()
    real = asyncio.ensure_future(ahead.for_real("slow", VIEW, top=8))
    await soon()
    early.cancel()  # a key was pressed; somebody waits for it now all the same
    await soon()
    slow.let.set()
    assert (await real).height == 1
    assert slow.began == ["slow"]
    assert slow.cancelled == []
    assert ahead.taken == 1


async def test_other_parameters_are_another_question() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    early = asyncio.ensure_future(ahead.ask("slow", VIEW, top=8))
    await soon()
    slow.let.set()
    await ahead.for_real("slow", VIEW, top=9)
    assert slow.began == ["slow", "slow"]
    with pytest.raises(GaveWayError):
        await early


async def test_a_key_stops_what_is_asked_ahead() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    early = asyncio.ensure_future(ahead.ask("slow", VIEW))
    await soon()
    early.cancel()
    with pytest.raises(asyncio.CancelledError):
        await early
    await soon()
    assert slow.cancelled == ["slow"]
    assert (await ahead.ask("quick", VIEW)).height == 1


async def test_a_real_question_that_is_given_up_is_cancelled() -> None:
    slow = Slow()
    ahead = Ahead(slow)
    early = asyncio.ensure_future(ahead.ask("slow", VIEW))
    await soon()
    real = asyncio.ensure_future(ahead.for_real("slow", VIEW))
    await soon()
    real.cancel()
    with pytest.raises(asyncio.CancelledError):
        await real
    await soon()
    assert slow.cancelled == ["slow"]
    with pytest.raises(GaveWayError):
        await early
