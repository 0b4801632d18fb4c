"""The bundled sample as it is in its Parquet files, read and added up away from the store and its SQL."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import polars as pl

HERE = Path(__file__).parent.parent / "sample_data"
FILES = ("aws", "azure", "gcp")

Where = dict[str, "str | list[str]"]


def read_bill() -> pl.DataFrame:
    """Every row of the three files but its tags; `file` and `day` beside the columns."""
    frames = [pl.read_parquet(HERE / "focus" / f"{name}.parquet").drop("Tags") for name in FILES]
    day = pl.col("ChargePeriodStart").dt.date().alias("day")
    named = [frame.with_columns(file=pl.lit(name)) for name, frame in zip(FILES, frames, strict=True)]
    return pl.concat(named, how="diagonal").with_columns(day)


def read_truth() -> dict:
    return json.loads((HERE / "truth.json").read_text(encoding="utf-8"))


def exactly(frame: pl.DataFrame, column: str = "EffectiveCost") -> Decimal:
    return sum(frame[column].to_list(), Decimal(0))


def where(bill: pl.DataFrame, columns: Where) -> pl.DataFrame:
    for name, value in columns.items():
        bill = bill.filter(pl.col(name).is_in([value] if isinstance(value, str) else value))
    return bill


def during(bill: pl.DataFrame, event: dict, columns: Where | None = None) -> pl.DataFrame:
    between = pl.col("day").is_between(date.fromisoformat(event["first"]), date.fromisoformat(event["last"]))
    return where(bill, event["where"] if columns is None else columns).filter(between)


def per_day(frame: pl.DataFrame, column: str = "EffectiveCost") -> dict[date, Decimal]:
    days: dict[date, Decimal] = defaultdict(Decimal)
    for day, cost in frame.select("day", column).iter_rows():
        days[day] += cost
    return days


def usual(days: dict[date, Decimal], day: date) -> Decimal:
    """The median of the same weekday in the eight weeks before."""
    return median(days[day - timedelta(weeks=week)] for week in range(1, 9))
