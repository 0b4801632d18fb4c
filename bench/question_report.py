"""The questions' times as a section of RESULTS.md: tables, and each goal met or missed."""

from __future__ import annotations

import math
import os
import platform
import statistics
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from question_sides import SQL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from questions import Bill, Times

PERIODS: Final = ("one month", "all months")

_HEAD: Final = (
    "| {} | ours | p95 | × SELECT 1 | first | SQL on Parquet | plain table | polars | × Parquet |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def report(
    times: Times, peaks: dict[str, float], bill: Bill, rounds: int, growth: tuple[Times, float] | None
) -> str:
    """The section.

    Args:
        times: Milliseconds by period, question and side.
        peaks: MB by side.
        bill: What was asked.
        rounds: How often all months were asked.
        growth: Times of a larger bill, and the logarithm of how many times as large it is.
    """
    lines = [
        f"{bill.records:,} lines in {len(bill.months)} months. Python {platform.python_version()}, {os.cpu_count()} cores, DuckDB {version('duckdb')}, polars"
        f" {version('polars')}. Milliseconds, medians of {rounds * 3} turns over one month and {rounds} over all;"
        " every answer was compared with that of SQL on the Parquet before. `first` is the first answer of a process,"
        " before anything is in memory. Peak MB: "
        + ", ".join(f"{name} {peak:.0f}" for name, peak in peaks.items() if name != "nothing")
        + ".",
    ]
    for period in PERIODS:
        lines += ["", _HEAD.format(period), *(_line(times, period, question) for question in SQL)]
    lines += ["", "| goal | measured | |", "|---|---|---|", *goals(times, growth)]
    return "\n".join(lines) + "\n"


def _line(times: Times, period: str, question: str) -> str:
    def at(side: str) -> float:
        return statistics.median(times[period, question, side])

    return (
        f"| {question} | {at('ours'):.1f} | {p95(times[period, question, 'ours']):.1f} |"
        f" {at('ours') / at('nothing'):.1f} | {at('first'):.0f} | {at('parquet'):.0f} | {at('table'):.0f} |"
        f" {at('polars'):.0f} | {at('parquet') / at('ours'):.1f} |"
    )


def p95(values: Sequence[float]) -> float:
    """The value that 95 of a hundred are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]


def ratios(times: Times, period: str, side: str) -> list[float]:
    """How many times as long a side takes as ours, by question."""
    return [
        statistics.median(times[period, question, side]) / statistics.median(times[period, question, "ours"])
        for question in SQL
    ]


def goals(times: Times, growth: tuple[Times, float] | None) -> list[str]:
    """Each goal, and whether it is met."""
    one, every = PERIODS
    anchor = [value for question in SQL for value in times[one, question, "nothing"]]
    base, high = statistics.median(anchor), p95(anchor)
    medians = {question: statistics.median(times[one, question, "ours"]) / base for question in SQL}
    tails = {question: p95(times[one, question, "ours"]) / high for question in SQL}
    rows = [
        _goal("one month: geometric mean ≥ 8 × faster than SQL on Parquet", _mean(times, one, "parquet"), 8),
        _at_most("each median ≤ 20 × an interleaved `SELECT 1`", medians, 20),
        _at_most("each p95 ≤ 40 × that of `SELECT 1`", tails, 40),
    ]
    for side in ("table", "polars"):
        slower = {q: 1 / r for q, r in zip(SQL, ratios(times, one, side), strict=True)}
        rows.append(_at_most(f"none slower than {'a plain table' if side == 'table' else side}", slower, 1))
    rows += [
        _goal(
            "all months: geometric mean ≥ 30 × faster than SQL on Parquet", _mean(times, every, "parquet"), 30
        ),
        _goal("all months: ≥ 45 × faster than polars", _mean(times, every, "polars"), 45),
        _goal("all months: the worst ≥ 5 × than SQL on Parquet", min(ratios(times, every, "parquet")), 5),
    ]
    if growth is not None:
        more, larger = growth
        for period in PERIODS:
            slopes = {
                q: math.log(
                    statistics.median(more[period, q, "ours"]) / statistics.median(times[period, q, "ours"])
                )
                / larger
                for q in SQL
            }
            rows.append(_at_most(f"{period}: slope of log latency on log lines ≤ 0.7", slopes, 0.7))
    return rows


def _mean(times: Times, period: str, side: str) -> float:
    return statistics.geometric_mean(ratios(times, period, side))


def _goal(what: str, found: float, least: float) -> str:
    return f"| {what} | {found:.1f} | {'met' if found >= least else 'missed'} |"


def _at_most(what: str, found: dict[str, float], most: float) -> str:
    worst = max(found, key=found.__getitem__)
    over = sum(value > most for value in found.values())
    said = "met" if not over else f"missed by {over} of {len(found)}"
    return f"| {what} | at most {found[worst]:.2f} ({worst}) | {said} |"
