"""The keys that ask about figures: why they changed, how they compare, where they come from."""

from __future__ import annotations

from typing import Final

from finops_tui.screens.action import Action

_FIGURES: Final = ("explore", "resource", "budgets", "budget", "explain", "behind", "compare")

ASK: Final = (
    Action(
        "explain.this",
        "x",
        "explain(False)",
        "why",
        "Why it changed: what is under the cursor, in parts that add up.",
        _FIGURES,
        "why",
        footer=True,
    ),
    Action("explain.all", "X", "explain(True)", "why all", "Why all of it changed.", _FIGURES, "whyall"),
    Action(
        "provenance.this",
        "i",
        "provenance(False)",
        "source",
        "Where it comes from: what is under the cursor, in words, in SQL, in files.",
        _FIGURES,
        "source",
        footer=True,
    ),
    Action(
        "provenance.all",
        "I",
        "provenance(True)",
        "source of all",
        "Where all of it comes from.",
        _FIGURES,
        "sourceall",
    ),
    Action(
        "provenance.dialect",
        "v",
        "dialect(1)",
        "dialect",
        "The SQL for the next engine: DuckDB, Athena, Trino, Spark, BigQuery, Snowflake.",
        ("provenance",),
        "dialect",
        footer=True,
    ),
    Action(
        "provenance.back",
        "V",
        "dialect(-1)",
        "dialect back",
        "The SQL for the engine before.",
        ("provenance",),
    ),
    Action(
        "provenance.run",
        "R",
        "run",
        "run",
        "Run the SQL in a DuckDB of its own over the export files, and compare.",
        ("provenance",),
        "run",
        footer=True,
    ),
    Action(
        "compare.open",
        "c",
        "open_compare",
        "compare",
        "Two periods side by side, or two marked rows.",
        ("explore", "resource", "explain"),
        "compare",
        footer=True,
    ),
    Action(
        "compare.scope",
        "A",
        "pick_scope",
        "other scope",
        "Two scopes in one period: a filter for the first side.",
        ("compare",),
        "scope",
    ),
    Action(
        "explain.match",
        "m",
        "match",
        "same thing",
        "The same thing is a resource's usage, or a usage whatever the resource.",
        ("explain",),
        "match",
    ),
    Action(
        "explain.explore",
        "o",
        "explore",
        "explore",
        "Explore what is under the cursor.",
        ("explain", "behind", "compare"),
        "explore",
    ),
)
