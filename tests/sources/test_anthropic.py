"""Anthropic costs: cents of the API and dollars of the console, against sums by Python's Decimal."""

import json
import random
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from tests.sources.bills import Bench, text, total

MODELS = ("claude-sonnet-4-20250514", "claude-opus-4-1")
DIRECTIONS = {
    "uncached_input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write",
    "input_no_cache": "input",
    "input_cache_read": "cache_read",
    "input_cache_write_5m": "cache_write",
    "output": "output",
}


def result(cents: str, **more: Any) -> dict[str, Any]:
    return {
        "currency": "USD", "amount": cents, "workspace_id": "wrkspc_1", "cost_type": "tokens",
        "description": "Claude Sonnet 4 Usage - Input Tokens", "context_window": "0-200k",
        "model": MODELS[0], "service_tier": "standard", "token_type": "uncached_input_tokens",
        "inference_geo": None, **more,
    }  # fmt: skip


def bucket(day: int, *results: Any) -> dict[str, Any]:
    start, end = f"2025-03-{day:02}T00:00:00Z", f"2025-03-{day + 1:02}T00:00:00Z"
    return {"starting_at": start, "ending_at": end, "results": list(results)}


def page(*buckets: dict[str, Any], more: bool = False) -> str:
    return json.dumps({"data": list(buckets), "has_more": more, "next_page": "n" if more else None}, indent=1)


def dollars(cents: list[str]) -> Decimal:
    with localcontext(prec=200):
        return total(cents) / 100


def row(cost: str, **more: str) -> dict[str, str]:
    return {
        "usage_date_utc": "2025-03-05", "model": MODELS[0], "workspace": "Default", "api_key": "ci",
        "usage_type": "message", "context_window": "≤ 200k", "token_type": "input_no_cache", "cost_usd": cost,
        "list_price_usd": "", "cost_type": "token", "inference_geo": "global", "speed": "standard", **more,
    }  # fmt: skip


def test_cents_become_dollars_with_every_digit(bench: Bench) -> None:
    dice = random.Random(11)
    amounts = ["123.78912", "0", "0.00", "-5", "1E-9", "7.5e2", ".5"]
    amounts += [f"{dice.randrange(10**8)}.{dice.randrange(10**15):015}" for _ in range(300)]
    buckets = [bucket(day, *(result(one) for one in amounts[day::28])) for day in range(1, 28)]
    kept = [one["amount"] for part in buckets for one in part["results"]]
    staged = bench.stage(bench.file("cost.json", f"{page(*buckets[:9], more=True)}\n{page(*buckets[9:])}"))
    (file,) = staged.files
    assert (file.format, file.records, file.rounded, staged.notes) == (
        "Anthropic costs (API)",
        len(kept),
        0,
        (),
    )
    for column in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"):
        assert bench.one(f'sum("{column}")') == dollars(kept)
    assert bench.query('SELECT DISTINCT "BillingCurrency", "SubAccountId" FROM staged') == [
        ("USD", "wrkspc_1")
    ]
    assert bench.one('max("ChargePeriodEnd")').isoformat() == "2025-03-28T00:00:00"


def test_the_console_csv_is_in_dollars(bench: Bench) -> None:
    dice = random.Random(5)
    rows = [row("0.00"), row("0.0037", list_price_usd="0.0050"), row("12.5", workspace="prod", api_key="")]
    rows += [row(f"{dice.randrange(100)}.{dice.randrange(10**6):06}") for _ in range(50)]
    staged = bench.stage_rows(rows, name="claude.csv")
    assert [file.format for file in staged.files] == ["Anthropic costs (CSV)"]
    assert bench.one('sum("BilledCost")') == total(one["cost_usd"] for one in rows)
    assert bench.one('sum("ContractedCost")') == total(one["cost_usd"] for one in rows)
    assert bench.one('sum("ListCost")') == total(one["list_price_usd"] or one["cost_usd"] for one in rows)
    assert bench.one("count(*)") == len(rows)
    kept = bench.query(
        """SELECT DISTINCT "Extra"['x_ContextWindow'], "SubAccountId" FROM staged ORDER BY 2"""
    )
    assert kept == [("≤ 200k", "Default"), ("≤ 200k", "prod")]
    assert bench.query('SELECT DISTINCT "ResourceName", "ResourceType" FROM staged ORDER BY 1') == [
        ("ci", "API key"), (None, None),
    ]  # fmt: skip


def test_the_same_money_from_the_api_and_the_console(bench: Bench) -> None:
    bench.stage(bench.file("cost.json", page(bucket(5, result("1250.5")))))
    by_api = bench.one('sum("BilledCost")')
    bench.stage_rows([row("12.505")])
    assert by_api == bench.one('sum("BilledCost")') == Decimal("12.505")


def test_token_types_say_which_way_tokens_went(bench: Bench) -> None:
    bench.stage_rows(
        [row("1", token_type=name) for name in DIRECTIONS] + [row("1", token_type="", cost_type="web_search")]
    )
    rows = bench.query(
        """SELECT "Extra"['x_TokenType'], "Extra"['x_TokenDirection'], "SkuMeter" FROM staged"""
    )
    assert {name: direction for name, direction, _ in rows} == {**DIRECTIONS, None: None}
    assert f"{MODELS[0]}, web_search" in {meter for *_, meter in rows}


def test_rows_without_an_amount_are_no_charges_but_counted(bench: Bench) -> None:
    staged = bench.stage_rows([row("1"), row(""), row("")])
    assert (staged.files[0].records, bench.one("count(*)")) == (3, 1)
    assert bench.query("SELECT count(*), min(period) FROM dropped") == [(2, "2025-03")]
    assert staged.notes == ("bill.csv: 2 records without an amount, no charges",)


def test_only_cents_of_dollars_are_known(bench: Bench) -> None:
    results = [
        *(result(str(number)) for number in range(500)),
        result("7", currency="JPY"),
        result("7", currency=""),
    ]
    staged = bench.stage(bench.file("cost.json", page(bucket(3, *results))))
    assert staged.files[0].quarantined == 2
    assert bench.query("SELECT record, reason FROM quarantined ORDER BY 1") == [
        (501, "in units of a currency that is not USD"),
        (502, "no currency"),
    ]


def test_hostile_values_stay_values(bench: Bench) -> None:
    nasty = '=HYPERLINK("x")\x1b[31m[bold]\'; DROP TABLE staged;--'
    bench.stage_rows([row("1", model=nasty, workspace=nasty, api_key=nasty)])
    assert bench.query("""SELECT "Extra"['x_Model'], "SubAccountId", "ResourceName" FROM staged""") == [
        (nasty,) * 3
    ]


@pytest.mark.parametrize(
    ("name", "written", "why"),
    [
        ("usage.csv", "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2025-03-01,m,1,2\n", "the cost page"),
        ("usage.json", page(bucket(1, {"uncached_input_tokens": 5, "output_tokens": 7})), "/v1/organizations/cost_report"),
        ("cost.json", page(bucket(1, "x")), "results are not objects"),
        ("cost.json", page(bucket(1)), "JSON without records"),
        ("cost.json", '{"data": [{"starting_at": 1}]}', "of no bill"),
    ],
)  # fmt: skip
def test_usage_and_other_json_are_refused_in_words(bench: Bench, name: str, written: str, why: str) -> None:
    assert why in bench.reason(written, name)


def test_a_file_of_text_is_read_whatever_it_is_called(bench: Bench, tmp_path: Path) -> None:
    staged = bench.stage(bench.file("claude_costs_2025_03", "﻿" + text([row("3.25")], lineterminator="\r\n")))
    assert (len(staged.files), bench.one('sum("BilledCost")')) == (1, Decimal("3.25"))


def test_days_in_whole_and_in_parts_are_told(bench: Bench) -> None:
    whole = bench.file(
        "whole.json", page(bucket(1, result("300", cost_type=None, model=None, token_type=None)))
    )
    parts = bench.file(
        "parts.json", page(bucket(1, result("100"), result("200", token_type="output_tokens")))
    )
    (note,) = bench.stage(whole, parts).notes
    assert note.startswith("whole.json: 1 record of days that other files have in finer parts")


def test_extracts_that_overlap_count_once(bench: Bench) -> None:
    types = tuple(DIRECTIONS)[:5]
    early, late = (
        page(*(bucket(day, *(result(cents, token_type=one) for one in types)) for day in range(1, last)))
        for last, cents in ((10, "100"), (15, "250"))
    )
    staged = bench.stage(bench.file("a.json", late), bench.file("b.json", early))
    assert bench.one('sum("BilledCost")') == dollars(["250"] * 14 * 5)
    assert staged.notes == ("b.json: 45 records that a later extract has again, counted once",)
    console = bench.file("c.csv", text([row("5")]))
    staged = bench.stage(bench.file("a.json", late), console)
    assert staged.notes == (
        "c.csv: 1 record of days that the API's pages have as well: if it is one organization, load one of the two",
    )
