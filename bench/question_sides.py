"""One side of the questions, in a process of its own: reads a line of JSON, asks, writes a line of JSON.

    python bench/question_sides.py ours STORE | parquet FOLDER | table FOLDER | polars FOLDER | nothing -

Every side answers the same ten questions its own way. A line in is `{"question", "since", "until", "months", …}`;
a line out is `{"seconds", "rows"}`: the clock from the question to its rows in Python. `{"settle": true}` lets the
program finish what it does behind its answers.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Ask = Callable[[dict[str, Any]], Iterable[Sequence[Any]]]

COLUMNS: Final = (
    "BillingAccountId", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargePeriodStart",
    "CommitmentDiscountId", "ConsumedQuantity", "ConsumedUnit", "PricingCategory", "RegionId", "ResourceId",
    "ServiceCategory", "ServiceName", "SubAccountId", "SubAccountName", "SkuMeter", "BilledCost", "EffectiveCost",
    "ListCost", "ContractedCost", "Tags",
)  # fmt: skip
"""What the plain table has: the columns that the questions are about, and those of the other costs."""

_IN: Final = """"ChargePeriodStart" >= $since AND "ChargePeriodStart" < $until"""

SQL: Final[dict[str, str]] = {
    "day x service": f"""WITH spent AS (
        SELECT CAST("ChargePeriodStart" AS DATE) AS day, "ServiceName" AS name, sum("EffectiveCost") AS cost
        FROM bill WHERE {_IN} GROUP BY 1, 2),
    placed AS (SELECT name, row_number() OVER (ORDER BY abs(sum(cost)) DESC, name) AS place FROM spent GROUP BY name)
    SELECT day, CASE WHEN place <= 10 THEN spent.name END, sum(cost)
    FROM spent JOIN placed ON spent.name IS NOT DISTINCT FROM placed.name GROUP BY 1, 2""",
    "usage of a service": f"""SELECT "SkuMeter", sum("EffectiveCost") FROM bill
    WHERE {_IN} AND "ServiceName" = $service GROUP BY 1""",
    "by tag": f"""SELECT "Tags"['team'], sum("EffectiveCost") FROM bill WHERE {_IN} GROUP BY 1""",
    "three filters, text": f"""SELECT "SkuMeter", sum("EffectiveCost") FROM bill
    WHERE {_IN} AND "ServiceName" = $service AND "SubAccountId" = $account AND "RegionId" = $region
    AND (contains(lower("SkuMeter"), $text) OR contains(lower("ResourceId"), $text)) GROUP BY 1""",
    "top 50 resources": f"""SELECT "ResourceId", sum("EffectiveCost") AS cost FROM bill
    WHERE {_IN} GROUP BY 1 ORDER BY cost DESC, 1 LIMIT 50""",
    "month over month": """SELECT "ServiceName",
        sum("EffectiveCost") FILTER ("ChargePeriodStart" >= $since AND "ChargePeriodStart" < $until),
        sum("EffectiveCost") FILTER ("ChargePeriodStart" >= $from AND "ChargePeriodStart" < $to)
    FROM bill WHERE "ChargePeriodStart" >= $from AND "ChargePeriodStart" < $until GROUP BY 1""",
    "resources of each service": f"""SELECT "ServiceName", count(DISTINCT coalesce("ResourceId", '')) FROM bill
    WHERE {_IN} GROUP BY 1""",
    "values of a picker": f"""SELECT "SubAccountId", sum("EffectiveCost") AS cost FROM bill
    WHERE {_IN} AND (contains(lower("SubAccountId"), $digits) OR contains(lower("SubAccountName"), $digits))
    GROUP BY 1 ORDER BY cost DESC, 1 LIMIT 50""",
    "one resource": f"""SELECT CAST("ChargePeriodStart" AS DATE), sum("EffectiveCost") FROM bill
    WHERE {_IN} AND "ResourceId" = $resource GROUP BY 1""",
    "untagged share": f"""SELECT coalesce(cardinality("Tags") > 0, false), sum("EffectiveCost") FROM bill
    WHERE {_IN} GROUP BY 1""",
}  # fmt: skip


def bare(folder: str, *, table: bool) -> Ask:
    """DuckDB over the Parquet files, of which it reads those of the months asked for, or over a table of them."""
    import duckdb

    connection = duckdb.connect(str(Path(tempfile.mkdtemp()) / "bill.duckdb"))
    connection.execute("SET enable_progress_bar = false")
    files = f"read_parquet('{folder.replace(chr(39), chr(39) * 2)}/*/*.parquet', hive_partitioning = true)"
    if table:
        listed = ", ".join(f'"{name}"' for name in COLUMNS)
        connection.execute(f"CREATE TABLE bill AS SELECT {listed} FROM {files}")

    def ask(asked: dict[str, Any]) -> Iterable[Sequence[Any]]:
        text = SQL[asked["question"]]
        if not table:
            months = ", ".join(f"'{month}'" for month in asked["months"])
            text = text.replace(
                "FROM bill", f'FROM (SELECT * FROM {files} WHERE "BILLING_PERIOD" IN ({months}))'
            )
        named = {name: asked[name] for name in re.findall(r"\$(\w+)", text)}
        return connection.execute(text, named).fetchall()

    return ask


def lazy(folder: str) -> Ask:
    """Polars over the Parquet files of the months asked for, lazily."""
    import polars as pl

    cost, when = pl.col("EffectiveCost"), pl.col("ChargePeriodStart")
    day, service, account = when.dt.date(), pl.col("ServiceName"), pl.col("SubAccountId")

    def summed(frame: pl.LazyFrame, *by: pl.Expr) -> pl.LazyFrame:
        return frame.group_by(*by).agg(cost.sum())

    def stacked(frame: pl.LazyFrame, _: dict[str, Any]) -> pl.LazyFrame:
        spent = summed(frame, day.alias("day"), service.alias("name")).collect().lazy()
        top = spent.group_by("name").agg(cost.sum()).sort(cost.abs(), descending=True).head(10).select("name")
        named = spent.join(top.with_columns(rank=pl.lit(1)), on="name", how="left", nulls_equal=True)
        name = pl.when(pl.col("rank").is_not_null()).then(pl.col("name")).alias("name")
        return named.group_by("day", name).agg(cost.sum())

    def found(column: pl.Expr, text: str) -> pl.Expr:
        return column.str.to_lowercase().str.contains(text, literal=True)

    def filtered(frame: pl.LazyFrame, asked: dict[str, Any]) -> pl.LazyFrame:
        kept = frame.filter(
            service == asked["service"],
            account == asked["account"],
            pl.col("RegionId") == asked["region"],
            found(pl.col("SkuMeter"), asked["text"]) | found(pl.col("ResourceId"), asked["text"]),
        )
        return summed(kept, pl.col("SkuMeter"))

    def compared(frame: pl.LazyFrame, asked: dict[str, Any]) -> pl.LazyFrame:
        now = when >= asked["since"]
        before = (when >= asked["from"]) & (when < asked["to"])
        return frame.group_by(service).agg(now=cost.filter(now).sum(), before=cost.filter(before).sum())

    def picked(frame: pl.LazyFrame, asked: dict[str, Any]) -> pl.LazyFrame:
        kept = frame.filter(
            found(account, asked["digits"]) | found(pl.col("SubAccountName"), asked["digits"])
        )
        return summed(kept, account).sort("EffectiveCost", descending=True).head(50)

    ways: dict[str, Callable[[pl.LazyFrame, dict[str, Any]], pl.LazyFrame]] = {
        "day x service": stacked,
        "usage of a service": lambda f, a: summed(f.filter(service == a["service"]), pl.col("SkuMeter")),
        "by tag": lambda f, _: summed(f, pl.col("Tags").map.get("team")),
        "three filters, text": filtered,
        "top 50 resources": lambda f, _: (
            summed(f, pl.col("ResourceId")).sort("EffectiveCost", descending=True).head(50)
        ),
        "month over month": compared,
        "resources of each service": lambda f, _: f.group_by(service).agg(pl.col("ResourceId").n_unique()),
        "values of a picker": picked,
        "one resource": lambda f, a: summed(f.filter(pl.col("ResourceId") == a["resource"]), day),
        "untagged share": lambda f, _: summed(f, pl.col("Tags").map.len().fill_null(0) > 0),
    }

    def ask(asked: dict[str, Any]) -> Iterable[Sequence[Any]]:
        files = [f"{folder}/BILLING_PERIOD={month}/*.parquet" for month in asked["months"]]
        since = (
            asked.get("from", asked["since"]) if asked["question"] == "month over month" else asked["since"]
        )
        frame = pl.scan_parquet(files).filter(when >= since, when < asked["until"])
        return ways[asked["question"]](frame, asked).collect().rows()

    return ask


def ours(folder: str) -> tuple[Ask, Callable[[], None]]:
    """This program's store, asked as the screens ask it, with nothing kept of answers."""
    import threading

    from finops_tui.answers import Answers
    from finops_tui.queries import filters
    from finops_tui.queries.view import Comparison, Condition, Period, View
    from finops_tui.store import Store

    store = Store(folder)
    store._answers = Answers(count=0)  # noqa: SLF001
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def put(asked: dict[str, Any], question: str, *by: str, path: Sequence[tuple[str, str]] = (), text: str = "",
            compared: bool = False, **parameters: object) -> list[dict[str, Any]]:  # fmt: skip
        now = Period(asked["since"], asked["until"])
        comparison = Comparison(now, Period(asked["from"], asked["to"])) if compared else None
        conditions = tuple(Condition(*pair) for pair in path)
        view = View(now, comparison, by, conditions, filters.parse(text), currency=asked["currency"])
        coming = asyncio.run_coroutine_threadsafe(store.ask(question, view, **parameters), loop)
        return coming.result().to_dicts()

    def rows(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
        return [tuple(map(row.__getitem__, names)) for row in found]

    def filtered(asked: dict[str, Any]) -> list[tuple[Any, ...]]:
        path = [(name, asked[name]) for name in ("service", "account", "region")]
        return rows(put(asked, "by_key", "usage", path=path, text=filters.quote(asked["text"])), "k0", "cost")

    def of_service(asked: dict[str, Any]) -> list[tuple[Any, ...]]:
        return rows(put(asked, "by_key", "usage", path=[("service", asked["service"])]), "k0", "cost")

    def of_resource(asked: dict[str, Any]) -> list[tuple[Any, ...]]:
        return rows(put(asked, "by_bucket", path=[("resource", asked["resource"])]), "bucket", "cost")

    ways: dict[str, Ask] = {
        "day x service": lambda a: rows(put(a, "over_time", "service", top=10), "bucket", "k0", "cost"),
        "usage of a service": of_service,
        "by tag": lambda a: rows(put(a, "by_key", "tag.team"), "k0", "cost"),
        "three filters, text": filtered,
        "top 50 resources": lambda a: rows(
            put(a, "values", "resource", containing="", limit=50), "k0", "cost"
        ),
        "month over month": lambda a: rows(put(a, "by_key", "service", compared=True), "k0", "now", "before"),
        "resources of each service": lambda a: rows(
            put(a, "distinct", "service", "resource"), "k0", "things"
        ),
        "values of a picker": lambda a: rows(
            put(a, "values", "account", containing=a["digits"], limit=50), "k0", "cost"
        ),
        "one resource": of_resource,
        "untagged share": lambda a: rows(put(a, "by_key", "tagged"), "k0", "cost"),
    }
    return (lambda asked: ways[asked["question"]](asked)), lambda: _done(store.settle())


def _done(_: object) -> None:
    """Nothing is said of it."""


def nothing() -> Ask:
    """A DuckDB that is asked for nothing: what any question costs."""
    import duckdb

    connection = duckdb.connect()
    return lambda _: connection.execute("SELECT 1").fetchall()


def main() -> None:
    """Answer until there are no more questions."""
    side, folder = sys.argv[1:3]
    settle: Callable[[], None] = lambda: None  # noqa: E731
    if side == "ours":
        ask, settle = ours(folder)
    else:
        ask = {
            "parquet": lambda: bare(folder, table=False),
            "table": lambda: bare(folder, table=True),
            "polars": lambda: lazy(folder),
            "nothing": nothing,
        }[side]()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = {name: _day(value) for name, value in json.loads(line).items()}
        if "settle" in asked:
            settle()
            print(json.dumps({}), flush=True)
            continue
        start = time.perf_counter()
        rows = list(ask(asked))
        seconds = time.perf_counter() - start
        told = (
            [[None if value is None else str(value) for value in row] for row in rows]
            if asked["told"]
            else []
        )
        print(json.dumps({"seconds": seconds, "count": len(rows), "rows": told}), flush=True)


def _day(value: object) -> object:
    return date.fromisoformat(value[5:]) if isinstance(value, str) and value.startswith("date:") else value


if __name__ == "__main__":
    main()
