"""How a lake is named, what is refused before anything is asked, and what a schema says."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from finops_tui.engines import adbc_drivers, place, schema
from finops_tui.engines.base import EngineError, PeriodColumn
from finops_tui.engines.opening import opened
from finops_tui.engines.schemes import is_lake

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {
    "BilledCost": "DECIMAL(38,10)",
    "EffectiveCost": "double",
    "BillingCurrency": "string",
    "ChargeCategory": "string",
    "ChargePeriodStart": "timestamp(3)",
    "BillingPeriodStart": "timestamp",
    "Tags": "map<string,string>",
    "ConsumedQuantity": "string",
}


def test_what_is_ours_is_taken_off_the_url() -> None:
    found = place.parse(
        "sc://host:15002/;use_ssl=true?table=lake.focus&tags=team,%20env&months=all&top=50&columns=SkuPriceId"
    )
    assert found.engine == "sc://host:15002/;use_ssl=true?table=lake.focus"
    assert (found.tags, found.columns, found.months, found.top) == (
        ("team", "env"),
        ("SkuPriceId",),
        None,
        50,
    )
    assert place.parse("lake:///srv/focus").engine == "lake:///srv/focus"
    assert place.parse("sc://h?table=t&tags=").tags == ()
    assert place.parse("sc://h?table=t").tags is None


@pytest.mark.parametrize("query", ["months=0", "months=x", "top=-1", "top=999999999", "months=1e3"])
def test_numbers_are_numbers(query: str) -> None:
    with pytest.raises(EngineError, match="is a number from 1 to"):
        place.parse(f"sc://h?table=t&{query}")


def test_only_schemes_that_are_known_are_lakes() -> None:
    assert is_lake("SC://host?table=t")
    assert is_lake("athena://db.table")
    assert not any(map(is_lake, ("s3://bucket", "ce://", "/srv/sc/file.csv", "sc:host", "https://host")))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sc://host:15002", "name the table"),
        ("sc://host:15002?table=lake..focus", "name the table"),
        ("sc://host:15002/;token=abc?table=t", "a secret in a URL"),
        ("snowflake://me:secret@account/db?table=t", "a secret in a URL"),
        ("sc://host?path=/x&format=csv", "format is one of parquet, delta, iceberg, orc"),
        ("sc://host?table=t&colour=red", "'colour' is no word"),
        ("grpc://host:1?table=t", "say whose SQL it reads: dialect=duckdb|spark|trino"),
        ("bigquery://project?table=t", "write bigquery://project/dataset"),
        ("lake:///nowhere/at/all", "no Parquet files there"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=words.replace("|", r"\|")) as told:
        opened(url, {}, tmp_path)
    assert "abc" not in str(told.value)
    assert "secret@" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "extra"),
    [
        ("sc://host?table=t", "spark"),
        ("grpc://host:1?table=t&dialect=spark", "flightsql"),
        ("snowflake://me@account/db?table=t", "snowflake"),
        ("bigquery://project/set?table=t", "bigquery"),
    ],
)
def test_a_driver_that_is_missing_is_said_with_how_to_get_it(
    url: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", none)
    monkeypatch.setattr(adbc_drivers.importlib, "import_module", none)
    with pytest.raises(EngineError, match=rf"pip install 'finops-tui\[{extra}\]'"):
        opened(url, {}, tmp_path).describe()


def test_a_token_comes_from_the_environment_and_goes_to_its_own_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi")
    monkeypatch.delenv(adbc_drivers.TOKEN, raising=False)
    assert "adbc.spark.token" not in adbc_drivers.driver("sc://elsewhere.example?table=t").options
    there = adbc_drivers.driver("sc://dbc-1.cloud.databricks.com:443?table=t")
    assert there.options["adbc.spark.token"] == "dapi"
    assert "dapi" not in there.where
    monkeypatch.setenv(adbc_drivers.TOKEN, "other")
    assert adbc_drivers.driver("sc://elsewhere.example?table=t").options["adbc.spark.token"] == "other"


def test_a_password_goes_to_the_driver_and_into_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(adbc_drivers.TOKEN, "p@ss word")
    found = adbc_drivers.driver("snowflake://me@account/db/public?warehouse=w&table=FOCUS")
    assert found.options == {"uri": "me:p%40ss%20word@account/db/public?warehouse=w"}
    assert "p@ss" not in found.where
    assert found.words("260002: me:p%40ss%20word@account: p@ss word") == "260002: me:…@account: …"
    assert adbc_drivers.driver("grpc://h:1?table=t&dialect=trino").words("Bearer p@ss word") == "Bearer …"


def test_a_schema_tells_money_tags_and_times() -> None:
    table = schema.table_of(("lake", "focus"), COLUMNS)
    assert table.period == PeriodColumn("BillingPeriodStart", "time")
    assert {name: one.scale for name, one in table.measures.items()} == {
        "BilledCost": 10,
        "EffectiveCost": None,
    }
    assert table.maps == ("Tags",)
    assert table.times == {"ChargePeriodStart", "BillingPeriodStart"}
    parted = schema.table_of(("lake", "focus"), {**COLUMNS, "billing_period": "varchar"})
    assert parted.period == PeriodColumn("billing_period", "text")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"line_item_unblended_cost": "double"}, "an AWS cost and usage report"),
        ({"BilledCost": "double"}, "it has no EffectiveCost, BillingCurrency"),
        ({**COLUMNS, "BilledCost": "string"}, "BilledCost is string, not a number"),
        ({k: v for k, v in COLUMNS.items() if k != "BillingPeriodStart"}, "has no billing period"),
    ],
)
def test_a_table_that_is_no_bill_is_refused(columns: dict[str, str], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        schema.table_of(("lake", "focus"), columns)
