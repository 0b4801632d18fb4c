"""What was measured on terminals, against what it should be."""

from __future__ import annotations

import statistics
from typing import NamedTuple

Times = dict[str, list[float]]


class Goal(NamedTuple):
    """What is measured, the most it may be, and what it is."""

    what: str
    most: float
    found: float
    unit: str = "×"


def goal_table(
    starts: Times, keys: Times, sizes: dict[str, list[int]], gaps: dict[str, tuple[float, float, float]]
) -> str:
    """Every goal as a row.

    Args:
        starts: Milliseconds of starts, by what was started.
        keys: Milliseconds of keys, at 120×36.
        sizes: Bytes of the same keys.
        gaps: Median, 99th percentile and longest time between two ticks of the event loop.

    Returns:
        A table in Markdown.
    """
    goals = [*_start_goals(starts), *_key_goals(keys), *_byte_goals(sizes)]
    goals += [
        Goal(f"event loop, p99, while there runs {what}", 50, gap[1], "ms") for what, gap in gaps.items()
    ]
    lines = ["| goal | at most | measured | |", "|---|---|---|---|"]
    for goal in goals:
        said = "met" if goal.found <= goal.most else "missed"
        number = f"{goal.found:,.2f}" if goal.unit == "×" else f"{goal.found:,.0f}"
        lines.append(f"| {goal.what} | {goal.most:,g} {goal.unit} | {number} {goal.unit} | {said} |")
    return "\n".join(lines)


def _start_goals(starts: Times) -> list[Goal]:
    at = {name: statistics.median(times) for name, times in starts.items()}
    empty = at["empty Textual app"]
    return [
        Goal("first paint by an empty Textual app's", 1.1, at["ours"] / empty),
        Goal("the same, first start of all", 1.1, at["ours, first start of all"] / empty),
        Goal("first true figures by the same, from the last screen", 1.5, at["ours, figures"] / empty),
        Goal("the same, computed anew (--no-cache)", 1.5, at["ours, --no-cache, figures"] / empty),
        Goal("last screen by `python -c print`", 2, at["ours, figures"] / at["python -c print"]),
        Goal("--help by `python -c pass`", 3, at["--help"] / at["python -c pass"]),
    ]


def _key_goals(keys: Times) -> list[Goal]:
    def middle(name: str) -> float:
        return statistics.median(keys[name])

    def late(name: str) -> float:
        return sorted(keys[name])[round((len(keys[name]) - 1) * 0.95)]

    repaint, page = middle("ours: drill again, repaint only"), middle("DataTable: page")
    found = []
    for what, name in (
        ("a new question, asked ahead", "ours: drill, asked ahead"),
        ("a new question at once", "ours: drill, new question"),
    ):
        found += [
            Goal(f"{what}, by repaint, median", 1.6, middle(name) / repaint),
            Goal(f"{what}, by repaint, p95", 3, late(name) / repaint),
            Goal(f"{what}, by a DataTable's page down", 0.2, middle(name) / page),
        ]
    found.append(Goal("page down of our table by a DataTable's", 0.2, middle("ours: page") / page))
    found.append(
        Goal("chart repaint by plotext's", 0.1, middle("stacked columns: chart") / middle("plotext: chart"))
    )
    return found


def _byte_goals(sizes: dict[str, list[int]]) -> list[Goal]:
    rows = (
        ("cursor", "cursor", 400), ("page", "page", 7000), ("drill", "drill, asked ahead", 7000),
        ("drill, new question", "drill, new question", 7000), ("period: chart and table", "period", 17000),
    )  # fmt: skip
    found = [
        Goal(f"bytes of {what}", most, statistics.median(sizes[f"ours: {name}"]), "B")
        for what, name, most in rows
    ]
    chart = statistics.median(sizes["stacked columns: chart"])
    return [*found, Goal("bytes of a whole screen of chart", 17000, chart, "B")]
