"""OpenAI costs: pages of the API and the console's CSV, against sums by Python's own json and Decimal."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.bills import Bench, text, total

DAY = 86_400
MARCH = 1_740_787_200
"""2025-03-01T00:00:00Z."""

ITEMS = (
    ("gpt-5-nano, input_tokens", "gpt-5-nano", "input"),
    ("gpt-5-nano, output_tokens", "gpt-5-nano", "output"),
    ("gpt-4o-2024-08-06, cached input", "gpt-4o-2024-08-06", "cache_read"),
    ("ft:gpt-4o:acme, west::x, input", "ft:gpt-4o:acme, west::x", "input"),
    ("web search tool calls", None, None),
)


def result(value: str, item: str | None = None, **more: Any) -> dict[str, Any]:
    amount = {"value": Raw(value), "currency": "usd"}
    return {
        "object": "organization.costs.result",
        "amount": amount,
        "line_item": item,
        "project_id": None,
        **more,
    }


class Raw(str):
    """A number of JSON, its digits as they are."""

    __slots__ = ()


def dumps(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {dumps(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n ".join(map(dumps, value)) + "]"
    return json.dumps(value)


def bucket(day: int, *results: dict[str, Any]) -> dict[str, Any]:
    start = MARCH + day * DAY
    return {"object": "bucket", "start_time": start, "end_time": start + DAY, "results": list(results)}


def page(*buckets: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"object": "page", "data": list(buckets), "has_more": more, "next_page": "p" if more else None}


def made(seed: int = 7) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Two pages over 40 days, and (month, amount) of every result."""
    dice = random.Random(seed)
    buckets, sums = [], []
    for day in range(40):
        results = []
        for item, _, _ in ITEMS[: dice.randrange(len(ITEMS) + 1)]:
            value = dice.choice(
                ("0.0", f"{dice.randrange(10**9)}.{dice.randrange(10**6):06}", "1.25E-7", "-0.5")
            )
            results.append(result(value, item, project_id=dice.choice((None, "proj_1", "proj_2"))))
            sums.append(("2025-03" if day < 31 else "2025-04", value))
        buckets.append(bucket(day, *results))
    return [page(*buckets[:25], more=True), page(*buckets[25:])], sums


@pytest.mark.parametrize("shape", ["list", "lines", "appended", "buckets"])
def test_pages_of_the_api_add_up_however_they_are_kept(bench: Bench, shape: str) -> None:
    pages, sums = made()
    written = {
        "list": dumps(pages),
        "lines": "\n".join(dumps(one).replace("\n", "") for one in pages),
        "appended": "\n".join(map(dumps, pages)),
        "buckets": dumps([one for part in pages for one in part["data"]]),
    }[shape]
    staged = bench.stage(bench.file("costs.json", written))
    assert [file.format for file in staged.files] == ["OpenAI costs (API)"]
    assert staged.files[0].records == len(sums)
    assert not staged.notes
    for month in ("2025-03", "2025-04"):
        due = total(value for at, value in sums if at == month)
        row = bench.query(
            f"""SELECT sum("BilledCost"), sum("EffectiveCost"), sum("ListCost"), sum("ContractedCost") FROM staged
            WHERE strftime("BillingPeriodStart", '%Y-%m') = '{month}'"""
        )[0]
        assert set(row) == {due}
    assert bench.query('SELECT DISTINCT "BillingCurrency", "BillingAccountId" FROM staged') == [
        ("USD", "(none)")
    ]
    assert bench.one('bool_and("ChargePeriodEnd" = "ChargePeriodStart" + INTERVAL 1 DAY)')
    assert bench.one('min("ChargePeriodStart")').isoformat() >= "2025-03-01T00:00:00"


def test_model_and_direction_come_from_the_line_item(bench: Bench) -> None:
    results = [result("1", item) for item, _, _ in ITEMS]
    bench.stage(bench.file("costs.json", dumps(page(bucket(0, *results)))))
    rows = bench.query("""SELECT "SkuMeter", "Extra"['x_Model'], "Extra"['x_TokenDirection'] FROM staged""")
    assert sorted(rows) == sorted(ITEMS)


def test_a_page_that_is_not_the_last_one_is_told(bench: Bench) -> None:
    first, last = page(bucket(0, result("1"), result("2")), more=True), page(bucket(1, result("4")))
    staged = bench.stage(bench.file("a.json", dumps(first)), bench.file("b.json", dumps(last)))
    assert (len(staged.files), staged.notes) == (2, ())
    staged = bench.stage(bench.file("a.json", dumps(first)))
    assert staged.notes == (
        "a.json: 2 records and the API has more pages after them (has_more): the load is not complete",
    )


def row(value: str, day: int = 1, item: str = "gpt-5-nano, input_tokens", **more: str) -> dict[str, str]:
    start = MARCH + (day - 1) * DAY
    return {
        "start_time": str(start), "end_time": str(start + DAY),
        "start_time_iso": f"2025-03-{day:02}T00:00:00+00:00", "end_time_iso": f"2025-03-{day + 1:02}T00:00:00",
        "amount_value": value, "amount_currency": "usd" if value else "", "quantity": "12345" if value else "",
        "quantity_unit": "", "line_item": item if value else "", "user_id": "", "api_key_id": "key_1",
        "project_id": "proj_1", "organization_id": "org-1", "project_name": "Default project",
        "organization_name": "Acme", "user_email": "a@example.com", "api_source": "", **more,
    }  # fmt: skip


def test_the_console_csv_with_thirty_decimals_and_days_without_spend(bench: Bench) -> None:
    dice = random.Random(3)
    rows = []
    for day in range(1, 29):
        for item, _, _ in ITEMS:
            digits = f"{dice.randrange(10**30):030}"
            rows.append(row(f"{dice.randrange(90)}.{digits}" if dice.random() < 0.6 else "", day, item))
    rows[3] = row("0.000000000000000000000000000000", 1, ITEMS[3][0])
    bench.file("costs.csv", text(rows))
    staged = bench.stage(bench.folder / "costs.csv")
    (file,) = staged.files
    spent = [one for one in rows if one["amount_value"]]
    assert (file.format, file.records, file.quarantined) == ("OpenAI costs (CSV)", len(rows), 0)
    assert bench.one('sum("BilledCost")') == total(one["amount_value"] for one in spent)
    assert (bench.one("count(*)"), staged.scale, file.rounded) == (len(spent), 30, 0)
    (dropped,) = bench.query("SELECT count(*), any_value(account), any_value(period) FROM dropped")
    assert dropped == (len(rows) - len(spent), "org-1", "2025-03")
    assert staged.notes == (
        f"costs.csv: {len(rows) - len(spent)} records without an amount or a quantity (days without spend), no charges",
    )
    by_item = {
        item: total(one["amount_value"] for one in spent if one["line_item"] == item)
        for item in {one["line_item"] for one in spent}
    }
    assert dict(bench.query('SELECT "SkuMeter", sum("BilledCost") FROM staged GROUP BY 1')) == by_item
    units = bench.query('SELECT DISTINCT "SkuMeter", "ConsumedUnit" FROM staged')
    assert dict(units) == {item: "Tokens" if direction else None for item, _, direction in ITEMS}


def test_seconds_stand_in_for_a_missing_time(bench: Bench) -> None:
    rows = [row("1"), row("2", start_time_iso="", end_time_iso="")]
    bench.stage_rows(rows)
    assert bench.query(
        'SELECT DISTINCT "ChargePeriodStart"::VARCHAR, "ChargePeriodEnd"::VARCHAR FROM staged'
    ) == [("2025-03-01 00:00:00", "2025-03-02 00:00:00")]


def test_what_cannot_be_right_is_set_aside_with_its_text(bench: Bench) -> None:
    good = [row(str(number), number % 28 + 1) for number in range(600)]
    bad = [
        row("1", amount_currency=""),
        row("NaN"),
        row("1", start_time_iso="soon", end_time_iso=""),
        row("=1+1", project_name="=cmd|'/c calc'!A0"),
    ]
    staged = bench.stage_rows([*good, *bad])
    (file,) = staged.files
    assert (file.records, file.loaded, file.quarantined) == (604, 600, 4)
    reasons = bench.query("SELECT record, reason FROM quarantined ORDER BY record")
    assert reasons == [
        (601, "no currency"),
        (602, "amount_value is not a number"),
        (603, "start_time is not a date"),
        (604, "amount_value is not a number"),
    ]
    (raw,) = bench.query("SELECT raw FROM quarantined WHERE record = 601")
    assert json.loads(raw[0])["line_item"] == "gpt-5-nano, input_tokens"


def test_too_many_amounts_without_a_currency_refuse_the_file_and_no_other(bench: Bench) -> None:
    bad = bench.file("bad.csv", text([row("5", amount_currency="")] * 9 + [row("5")] * 9))
    good = bench.file("good.csv", text([row("7")]))
    staged = bench.stage(bad, good)
    assert [refused.reason for refused in staged.refused] == [
        "too many records cannot be read: 9 of 18, most often: no currency"
    ]
    assert [file.path for file in staged.files] == [good]
    assert bench.query('SELECT file, "BilledCost" FROM staged') == [(0, Decimal(7))]
    assert bench.query("SELECT count(*) FROM quarantined") == [(0,)]


def test_two_currencies_stay_two(bench: Bench) -> None:
    bench.stage_rows([row("1.5"), row("2.5", amount_currency="EUR")])
    assert sorted(bench.query('SELECT "BillingCurrency", "BilledCost" FROM staged')) == [
        ("EUR", Decimal("2.5")), ("USD", Decimal("1.5")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (dumps(page(bucket(0, {"object": "organization.usage.completions.result", "input_tokens": 1}))), "tokens and requests, no money"),
        (dumps(page(bucket(0), bucket(1))), "JSON without records"),
        (dumps(page({"object": "bucket", "start_time": 1, "results": ["x"]})), "results are not objects"),
        (dumps({"object": "page", "data": [{"object": "model"}]}), "of no bill that is known here"),
    ],
)  # fmt: skip
def test_other_json_is_refused_in_words(bench: Bench, written: str, why: str) -> None:
    assert why in bench.reason(written, "costs.json")


def test_costs_in_a_folder_are_found_by_how_they_begin(tmp_path: Path) -> None:
    from finops_tui.sources import discover

    (tmp_path / "costs.json").write_text(dumps(page(bucket(0, result("1")))))
    (tmp_path / "other.json").write_text('{"object": "page", "data": []}')
    assert [path.name for path in discover([tmp_path]).files] == ["costs.json"]


def test_extracts_that_overlap_count_once_and_the_last_one_counts(bench: Bench) -> None:
    def fetched(last: int, cents: str) -> str:
        keys = ((item, project) for item, _, _ in ITEMS[:2] for project in ("proj_1", "proj_2"))
        made = [(item, project) for item, project in keys]
        return dumps(
            page(
                *(
                    bucket(day, *(result(cents, item, project_id=at) for item, at in made))
                    for day in range(last)
                )
            )
        )

    early = bench.file("z-early.json", fetched(10, "1.00"))
    late = bench.file("a-late.json", fetched(12, "1.50"))
    staged = bench.stage(early, late)
    assert bench.one('sum("BilledCost")') == 12 * 4 * Decimal("1.5")
    assert bench.query("SELECT file, count(*) FROM dropped GROUP BY file") == [(0, 40)]
    assert staged.notes == ("z-early.json: 40 records that a later extract has again, counted once",)
    appended = f"{fetched(10, '1.00')}\n{fetched(12, '1.50')}"
    bench.stage(bench.file("all.json", appended))
    assert bench.one('sum("BilledCost")') == 12 * 4 * Decimal("1.5")


def test_files_of_different_projects_are_no_overlap(bench: Bench) -> None:
    rows = [row("1.5", day) for day in range(1, 20)]
    other = [row("2.5", day, project_id="proj_9") for day in range(1, 20)]
    staged = bench.stage(bench.file("a.csv", text([*rows, *rows])), bench.file("b.csv", text(other)))
    assert staged.notes == ()
    assert bench.one('sum("BilledCost")') == 19 * (2 * Decimal("1.5") + Decimal("2.5"))


def test_days_in_whole_and_in_parts_are_told(bench: Bench) -> None:
    whole = bench.file("whole.json", dumps(page(bucket(0, result("3")), bucket(1, result("3")))))
    parts = bench.file(
        "parts.json", dumps(page(bucket(0, result("1", ITEMS[0][0]), result("2", ITEMS[1][0]))))
    )
    assert bench.stage(whole, parts).notes == (
        "whole.json: 1 record of days that other files have in finer parts: if it is one organization, load one of the two",
    )


def test_days_in_both_forms_are_told(bench: Bench) -> None:
    staged = bench.stage(
        bench.file("costs.csv", text([row("1"), row("2", 2)])),
        bench.file("costs.json", dumps(page(bucket(0, result("1"))))),
    )
    assert staged.notes == (
        "costs.csv: 1 record of days that the API's pages have as well: if it is one organization, load one of the two",
    )
