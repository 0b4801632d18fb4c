"""FOCUS of Google Cloud: projects, labels and tags in columns of its own, in every file format."""

import json
from decimal import Decimal

import duckdb

from tests.sources.bills import FOCUS, Bench, focus, total

GOOGLE = {
    "SubAccountId": FOCUS["BillingAccountId"],
    "ChargeCategory": "usage",
    "x_Project": '{"id": "shop-prod", "name": "Shop", "number": "1"}',
    "x_Labels": '[{"key": "team", "value": "a"}]',
    "x_ProjectLabels": '[{"key": "team", "value": "b"}, {"key": "owner", "value": "c"}]',
    "x_Tags": '[{"key": "env", "value": "prod", "inherited": true, "namespace": "998"}]',
    "x_SystemLabels": '[{"key": "compute.googleapis.com/cores", "value": "2"}]',
    "x_ExportTime": "2025-03-05T14:00:00Z",
    "x_Credits": '[{"amount": -1}]',
}
"""What is Google's own in its FOCUS."""


def google() -> dict[str, str]:
    return {name: value for name, value in focus(**GOOGLE).items() if name != "Tags"}


def test_googles_projects_and_labels(bench: Bench):
    staged = bench.stage_rows([google()])
    assert staged.files[0].format == "FOCUS 1.0 (Google Cloud)"
    assert bench.query("SELECT SubAccountId, SubAccountName, ChargeCategory, Extra FROM staged") == [
        ("shop-prod", "Shop", "Usage", {"x_Project": "shop-prod"})
    ]
    assert bench.one("Tags") == {
        "998/env": "prod", "goog:compute.googleapis.com/cores": "2", "owner": "c", "team": "a"
    }  # fmt: skip


def test_googles_focus_as_lines_of_json(bench: Bench):
    lists = {name: json.loads(value) for name, value in GOOGLE.items() if value.startswith(("[", "{"))}
    rows = [{**google(), **lists, "BilledCost": cost} for cost in ("0.10", "0.000000000123")]
    for number in (1, 2):
        content = "".join(f"{json.dumps(row)}\n" for row in rows[:number])
        staged = bench.stage(bench.file("a.json", content))
        assert (staged.refused, staged.files[0].records) == ((), number)
        assert bench.one("sum(BilledCost)") == total(row["BilledCost"] for row in rows[:number])
        assert bench.query("SELECT DISTINCT SubAccountId, SubAccountName, Tags['team'], Tags['998/env'] FROM staged") == [
            ("shop-prod", "Shop", "a", "prod")
        ]  # fmt: skip


def test_parquet_of_google(bench: Bench):
    columns = {name: f"'{value}'" for name, value in google().items() if not value.startswith(("[", "{"))}
    columns["x_Project"] = "{'id': 'shop-prod', 'name': 'Shop'}"
    columns["x_Labels"] = "[{'key': 'team', 'value': 'a'}]"
    columns["x_Tags"] = "[{'key': 'env', 'value': 'prod', 'namespace': '998'}]"
    columns["BilledCost"] = "1.123456789::DECIMAL(38, 9)"
    select = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    path = bench.folder / "bill.parquet"
    duckdb.connect().execute(f"COPY (SELECT {select}) TO '{path}' (FORMAT parquet)")
    bench.stage(path)
    assert bench.query("SELECT SubAccountId, SubAccountName, Tags, BilledCost FROM staged") == [
        ("shop-prod", "Shop", {"998/env": "prod", "team": "a"}, Decimal("1.123456789"))
    ]
