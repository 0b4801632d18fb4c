"""Answers of Cost Explorer that somebody saved as JSON."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_tui import loader
from finops_tui.sources import discover
from tests.sources import bills
from tests.sources.bills import Bench


def page(
    groups: list[tuple[list[str], str, str]], keys: list[tuple[str, str]], **more: Any
) -> dict[str, Any]:
    """An answer about one day."""
    return {
        "GroupDefinitions": [{"Type": kind, "Key": key} for kind, key in keys],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-03-05", "End": "2026-03-06"},
                "Total": {},
                "Groups": [
                    {
                        "Keys": found,
                        "Metrics": {
                            "UnblendedCost": {"Amount": billed, "Unit": "USD"},
                            "AmortizedCost": {"Amount": effective, "Unit": "USD"},
                        },
                    }
                    for found, billed, effective in groups
                ],
                "Estimated": True,
            }
        ],
        "DimensionValueAttributes": [{"Value": "000000000007", "Attributes": {"description": "shop"}}],
        **more,
    }


SERVICES = page(
    [
        (["AWS Lambda", "000000000007"], "0.0000004312", "0.0000004312"),
        (["Tax", "000000000042"], "3.10", "3.10"),
    ],
    [("DIMENSION", "SERVICE"), ("DIMENSION", "LINKED_ACCOUNT")],
)
TAGS = page(
    [(["team$payments", "Credit"], "-2", "-2"), (["team$", "SavingsPlanRecurringFee"], "9", "2")],
    [("TAG", "team"), ("DIMENSION", "RECORD_TYPE")],
)


@pytest.mark.parametrize("pages", [SERVICES, [SERVICES], [{**SERVICES, "NextPageToken": "x"}, TAGS]])
def test_totals_are_those_of_the_answer(bench: Bench, pages: Any) -> None:
    staged = bench.stage(bench.file("costs.json", json.dumps(pages, indent=1)))
    assert not staged.refused
    assert [file.format for file in staged.files] == ["AWS Cost Explorer"]
    assert {file.source for file in staged.files} == {"aws-cost-explorer"}
    metrics = [
        group["Metrics"]
        for one in (pages if isinstance(pages, list) else [pages])
        for result in one["ResultsByTime"]
        for group in result["Groups"]
    ]
    assert bench.one("sum(BilledCost)") == bills.total(one["UnblendedCost"]["Amount"] for one in metrics)
    assert bench.one("sum(EffectiveCost)") == bills.total(one["AmortizedCost"]["Amount"] for one in metrics)


def test_groups_become_columns(bench: Bench) -> None:
    bench.stage(bench.file("costs.json", json.dumps([SERVICES, TAGS])))
    found = bench.query(
        "SELECT ServiceName, SubAccountId, SubAccountName, ChargeCategory, Tags['team'], Extra['x_Estimated']"
        " FROM staged ORDER BY BilledCost"
    )
    assert found == [
        (None, None, None, "Credit", "payments", "true"),
        ("AWS Lambda", "000000000007", "shop", "Usage", None, "true"),
        ("Tax", "000000000042", None, "Tax", None, "true"),
        (None, None, None, "Purchase", None, "true"),
    ]


def test_totals_without_groups(bench: Bench) -> None:
    result = {"TimePeriod": {"Start": "2026-03-01", "End": "2026-04-01"}, "Groups": [], "Estimated": False}
    result["Total"] = {"NetUnblendedCost": {"Amount": "12.5", "Unit": "EUR"}}
    bench.stage(bench.file("costs.json", json.dumps({"ResultsByTime": [result]})))
    assert bench.query("SELECT BilledCost, EffectiveCost, BillingCurrency FROM staged") == [
        (Decimal("12.5"), Decimal("12.5"), "EUR")
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({**SERVICES, "NextPageToken": "more"}, "more pages"),
        ([SERVICES, {**TAGS, "NextPageToken": "more"}], "more pages"),
        ({"ResultsByTime": [{"TimePeriod": {}, "Total": {"BlendedCost": {"Amount": "1"}}}]}, "UnblendedCost"),
        ({"ResultsByTime": [{"Groups": [{"Keys": ["x"]}]}]}, "a group without metrics"),
        ({"ResultsByTime": ["x"]}, "no object"),
        ({"ResultsByTime": 3}, "no list"),
        (page([(["x"], "1,5", "1")], []), "is no amount"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(bench: Bench, content: Any, words: str) -> None:
    assert words in bench.reason(json.dumps(content), "costs.json")


def test_it_is_found_in_a_folder_and_loaded(bench: Bench, tmp_path: Path) -> None:
    bench.file("saved/costs.json", json.dumps(SERVICES))
    bench.file("saved/other.json", json.dumps({"hello": [1]}))
    found = discover([tmp_path / "saved"])
    assert [path.name for path in found.files] == ["costs.json"]
    result = loader.load(tmp_path / "store", [tmp_path / "saved"])
    (entry,) = result.loaded
    assert (entry.source, entry.period) == ("aws-cost-explorer", "2026-03")
    assert Decimal(entry.totals["USD"]["billed"]) == Decimal("3.1000004312")
