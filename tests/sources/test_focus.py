"""FOCUS of any version and vendor becomes the same columns."""

import gzip
import json
from decimal import Decimal

import duckdb
import pytest

from finops_tui.sources import Progress, stage
from tests.sources.bills import Bench, focus, text


def test_a_charge_is_taken_as_it_is(bench: Bench):
    staged = bench.stage_rows([focus()])
    file = staged.files[0]
    assert (file.format, file.source, file.records, file.loaded) == ("FOCUS 1.0", "focus", 1, 1)
    columns = "BillingAccountId, SubAccountId, ServiceName, BillingCurrency, Tags, file, record"
    assert bench.query(f"SELECT {columns} FROM staged") == [
        ("000000000042", "000000000007", "Compute", "USD", {"team": "payments"}, 0, 1)
    ]
    assert bench.query("SELECT BilledCost, EffectiveCost, ListCost, ContractedCost FROM staged") == [
        tuple(map(Decimal, ("1.5", "1.25", "2", "1.5")))
    ]


def test_columns_stand_in_for_those_of_later_versions(bench: Bench):
    bridges = {"x_InvoiceId": "I1", "x_PricingCurrency": "EUR", "x_SkuMeterName": "Hours"}
    bench.stage_rows([focus(**bridges)])
    assert bench.query("SELECT InvoiceId, PricingCurrency, SkuMeter FROM staged") == [("I1", "EUR", "Hours")]
    renamed = {name: value for name, value in focus().items() if name != "ProviderName"}
    bench.stage_rows([{**renamed, "ServiceProviderName": "Acme", "HostProviderName": "AWS"}])
    assert bench.query("SELECT ProviderName, PublisherName FROM staged") == [("Acme", "AWS")]


def test_oracle_names_and_blanks_around_them(bench: Bench):
    rows = [
        focus(
            **{
                "InvoiceIssuer": "Oracle",
                "Publisher": "P",
                "Region": "eu",
                "PricingCurrencyEffectiveCost ": "3",
            }
        )
    ]
    bench.stage_rows(rows)
    got = "InvoiceIssuerName, PublisherName, RegionId, PricingCurrencyEffectiveCost"
    assert bench.query(f"SELECT {got} FROM staged") == [("Oracle", "P", "eu", 3)]


@pytest.mark.parametrize(
    ("column", "given", "kept"),
    [
        ("ChargeCategory", "usage", "Usage"),
        ("ChargeCategory", "error", "Adjustment"),
        ("ChargeCategory", "tax", "Tax"),
        ("ChargeClass", "correction", "Correction"),
        ("ChargeFrequency", "Usage-based", "Usage-Based"),
        ("ServiceName", "NULL", None),
        ("ServiceName", "None", None),
        ("ServiceName", " Compute ", "Compute"),
    ],
)
def test_spellings_become_those_of_the_specification(bench: Bench, column: str, given: str, kept: str | None):
    bench.stage_rows([focus(**{column: given})])
    assert bench.one(column) == kept


def test_what_is_missing_has_a_name(bench: Bench):
    few = ("BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargeCategory")
    bench.stage_rows([{name: focus()[name] for name in few}])
    month = "strftime(BillingPeriodStart, '%Y-%m-%d'), strftime(BillingPeriodEnd, '%Y-%m-%d')"
    assert bench.query(f"SELECT BillingAccountId, BillingCurrency, {month}, ListCost, Tags FROM staged") == [
        ("(none)", "XXX", "2025-03-01", "2025-04-01", None, {})
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-03-01T08:00:00Z", "2025-03-31T07:00:00Z"),  # midnight in Los Angeles, the end the last day
        ("2025-02-28T16:00:00Z", "2025-03-31T16:00:00Z"),  # midnight in Beijing
        ("2025-03-01", "2025-03-31T23:59:59Z"),
        ("2025-03-01", ""),
    ],
)
def test_periods_of_other_places_are_months(bench: Bench, start: str, end: str):
    bench.stage_rows([focus(BillingPeriodStart=start, BillingPeriodEnd=end)])
    assert bench.query(
        "SELECT CAST(BillingPeriodStart AS VARCHAR), CAST(BillingPeriodEnd AS VARCHAR) FROM staged"
    ) == [("2025-03-01 00:00:00", "2025-04-01 00:00:00")]


@pytest.mark.parametrize(
    ("given", "tags", "delivered"),
    [
        ('{"user:team": "a", "user_env": " b "}', {"env": "b", "team": "a"}, {"user:team": "a", "user_env": " b "}),
        ('{"aws_createdBy": "me", "aws:x": "y"}', {"aws:createdBy": "me", "aws:x": "y"}, {"aws_createdBy": "me", "aws:x": "y"}),
        ('{" org": "1", "org": "2"}', {"org": "1"}, {" org": "1", "org": "2"}),
        ('{"user_org": "", "org": "2"}', {"org": "2"}, {"user_org": "", "org": "2"}),
        ('{"flag": null, "on": true, "n": 5, "deep": {"a": "b"}}',
         {"flag": "true", "on": "true", "n": "5", "deep": '{"a":"b"}'},
         {"flag": None, "on": "true", "n": "5", "deep": '{"a":"b"}'}),
        ('{"team": "a", "team": "b"}', {"team": "a"}, {"team": "a"}),
        ('[{"key": "team", "value": "a"}, {"key": "b", "value": null}]', {"b": "true", "team": "a"}, {"b": None, "team": "a"}),
        ('{"a\\"b": "\\u0041\\n[/x]"}', {'a"b': "A\n[/x]"}, {'a"b': "A\n[/x]"}),
        ("{}", {}, {}), ("[]", {}, {}), ("", {}, {}), ("null", {}, {}), ('{"": "x"}', {}, {"": "x"}),
    ],
)  # fmt: skip
def test_tags_in_every_form(bench: Bench, given: str, tags: dict[str, str], delivered: dict[str, str | None]):
    staged = bench.stage_rows([focus(Tags=given)])
    assert bench.query("SELECT Tags, RawTags FROM staged") == [(tags, delivered)]
    assert staged.notes == ()


@pytest.mark.parametrize(
    ("given", "problem"),
    [("team=a;env=b", "not JSON"), ("{'team': 'a'}", "not JSON"), ('{"team": "a', "not JSON"),
     ('["a"]', "not a JSON object"), ("42", "not a JSON object"), ('"a"', "not a JSON object")],
)  # fmt: skip
def test_unreadable_tags_lose_no_money(bench: Bench, given: str, problem: str):
    staged = bench.stage_rows([focus(Tags=given), focus()])
    assert bench.one("sum(BilledCost)") == 3
    assert bench.query("SELECT count(*) FROM staged WHERE cardinality(Tags) = 0") == [(1,)]
    assert staged.notes == (f"bill.csv: 1 record with tags that are {problem}, taken without tags",)


def test_vendor_columns_are_kept_by_name_and_ids_of_a_line_are_not(bench: Bench):
    vendor = {
        "x_UsageType": "BoxUsage",
        "New": "n",
        "x_Blank": "",
        "Id": "7",
        "x_ExportTime": "now",
        "x_CostInUsd": "1",
    }
    bench.stage_rows([focus(**vendor)])
    assert bench.one("Extra") == {"x_UsageType": "BoxUsage", "New": "n"}


def test_files_with_other_columns_are_each_read_by_their_own_header(bench: Bench):
    first = bench.file("a.csv", text([focus(BilledCost="1", EffectiveCost="10")]))
    order = sorted(focus(), reverse=True)
    second = bench.file("b.csv", text([focus(BilledCost="2", EffectiveCost="20")], order))
    bench.stage(first, second)
    assert bench.query("SELECT file, BilledCost, EffectiveCost FROM staged ORDER BY 1") == [
        (0, 1, 10),
        (1, 2, 20),
    ]


def parquet(bench: Bench, select: str, name: str = "bill.parquet"):
    path = bench.folder / name
    duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


PARQUET = """
SELECT '42' AS BillingAccountId, TIMESTAMP '2025-03-01' AS BillingPeriodStart,
    TIMESTAMPTZ '2025-03-05 09:00:00+02' AS ChargePeriodStart, DATE '2025-03-06' AS ChargePeriodEnd,
    'Usage' AS ChargeCategory, 0.1::DOUBLE AS BilledCost, 1.23456789012345678901::DECIMAL(38, 20) AS EffectiveCost,
    6.123e-7::DOUBLE AS ListCost, 0.3::FLOAT AS ContractedCost, 'USD' AS BillingCurrency,
    MAP {'user_team': 'a', 'env': NULL} AS Tags, {'n': 1} AS SkuPriceDetails, MAP {'k': 1.5} AS x_Map, 2 AS PricingQuantity
"""


def test_parquet_keeps_decimals_and_takes_doubles_at_their_shortest(bench: Bench):
    staged = bench.stage(parquet(bench, PARQUET))
    assert staged.refused == ()
    assert bench.query("SELECT BilledCost, EffectiveCost, ListCost, ContractedCost FROM staged") == [
        tuple(map(Decimal, ("0.1", "1.23456789012345678901", "0.0000006123", "0.3")))
    ]
    assert bench.query("SELECT Tags, RawTags, SkuPriceDetails, Extra, PricingQuantity FROM staged") == [
        ({"env": "true", "team": "a"}, {"env": None, "user_team": "a"}, '{"n":1}', {"x_Map": '{"k":1.5}'}, 2)
    ]
    assert bench.one("CAST(ChargePeriodStart AS VARCHAR)") == "2025-03-05 07:00:00"


def test_parquet_records_set_aside_are_numbered(bench: Bench):
    bad = "SELECT * REPLACE ('nan'::DOUBLE AS BilledCost) FROM good UNION ALL FROM good"
    bench.stage(parquet(bench, f"WITH good AS ({PARQUET}) FROM good UNION ALL {bad}"))
    assert bench.query("SELECT record, reason FROM quarantined") == [(2, "BilledCost is not a number")]
    assert bench.query("SELECT record FROM staged ORDER BY 1") == [(1,), (3,)]


def test_damaged_parquet_is_refused(bench: Bench):
    good = parquet(bench, PARQUET).read_bytes()
    assert "unreadable" in bench.reason(good[: len(good) // 2], "torn.parquet")
    assert "encrypted" in bench.reason(b"PARE" + good, "secret.parquet")
    assert "no Parquet header" in bench.reason(text([focus()]), "csv.parquet")


def test_names_do_not_decide_what_a_file_is(bench: Bench):
    content = text([focus()]).encode()
    named_csv = bench.file("packed.csv", gzip.compress(content))
    assert bench.stage(named_csv).files[0].loaded == 1
    assert bench.stage(bench.file("plain.csv.gz", content)).files[0].loaded == 1


def test_names_that_mean_something_to_a_glob_or_to_sql(bench: Bench):
    bench.file("a1xy.csv", text([focus(BilledCost="999")]))
    for name in ("a[1]*?.csv", 'o\'brien "q".csv', "new\nline.csv", "-rf.csv"):
        bench.stage(bench.file(name, text([focus()])))
        assert bench.one("sum(BilledCost)") == Decimal("1.5")


def test_progress_and_cancel(bench: Bench):
    path = bench.file("bill.csv", text([focus() for _ in range(100)]))
    seen: list[Progress] = []
    stage(bench.connection, [path], progress=seen.append)
    assert seen[-1] == Progress("bill.csv", path.stat().st_size, path.stat().st_size, 0)
    with pytest.raises(duckdb.InterruptException):
        stage(bench.connection, [path], cancelled=lambda: True)


def test_duckdb_may_fetch_no_extensions(bench: Bench):
    bench.stage_rows([focus()])
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        assert bench.query(f"SELECT current_setting('{setting}')") == [(False,)]


def test_header_names_are_data(bench: Bench):
    names = ["x'; DROP TABLE staged; --", 'x "quoted"', "x_[/nope]"]
    bench.stage_rows([focus(**dict.fromkeys(names, "v"))])
    assert json.loads(bench.one("CAST(to_json(Extra) AS VARCHAR)")) == {
        name.strip('"'): "v" for name in names
    }
