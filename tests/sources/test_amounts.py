"""Amounts and times as bills write them, against Python's Decimal and datetime."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.sources import amounts
from tests import figures
from tests.sources.bills import Bench, focus

SIGNS = st.sampled_from(["", "-", "+"])
DIGITS = st.text(st.sampled_from("0123456789"), min_size=1, max_size=24)


@st.composite
def amount_texts(draw: st.DrawFn) -> str:
    """Amounts below a million: plain, with a point anywhere, or with an exponent."""
    digits = draw(DIGITS)
    point = draw(st.integers(0, min(len(digits), 6)))
    text = draw(SIGNS) + draw(st.sampled_from([digits[:6], f"{digits[:point]}.{digits[point:]}"]))
    if draw(st.booleans()):
        text += (
            draw(st.sampled_from("eE")) + draw(st.sampled_from(["-", "-0"])) + str(draw(st.integers(0, 40)))
        )
    return text if text.strip("+-.") and not text.lstrip("+-").startswith((".e", ".E")) else "0"


@settings(max_examples=40)
@given(st.lists(amount_texts(), min_size=1, max_size=30))
def test_every_amount_is_the_decimal_it_names(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    bench = Bench(tmp_path_factory.mktemp("money"))
    staged = bench.stage_rows([focus(BilledCost=text) for text in texts])
    assert not staged.refused
    rounded = 0
    got = dict(bench.query("SELECT record, BilledCost FROM staged"))
    with localcontext(prec=200):
        for record, text in enumerate(texts, 1):
            exact = Decimal(text)
            kept = exact.quantize(Decimal(1).scaleb(-staged.scale), ROUND_HALF_EVEN)
            assert got[record] == kept, text
            rounded += kept != exact
        assert not rounded or staged.scale >= 24
    assert staged.files[0].rounded == rounded
    figures.count("records fuzzed", len(texts))


@pytest.mark.parametrize(
    ("costs", "scale"),
    [
        (["1.50"], 10),
        (["0.00000000010000"], 10),
        (["0E-25", "1E+3"], 10),
        (["1.23456789012"], 18),
        (["6.123E-15"], 18),
        (["0.0000000000000000000000123"], 30),
        (["1.0000000000000000000001"], 24),
    ],
)
def test_the_narrowest_scale_that_loses_nothing(bench: Bench, costs: list[str], scale: int):
    staged = bench.stage_rows([focus(BilledCost=cost) for cost in costs])
    assert staged.scale == scale
    assert staged.files[0].rounded == 0
    assert bench.one("sum(BilledCost)") == sum(map(Decimal, costs))


def test_large_sums_get_fewer_decimals_and_say_so(bench: Bench):
    tie = "0." + "0" * 17 + "25"
    staged = bench.stage_rows([focus(BilledCost="2500000000000"), focus(BilledCost=tie)])
    assert staged.scale == 18
    assert staged.files[0].rounded == 1
    assert bench.one("sum(BilledCost)") == Decimal("2500000000000.000000000000000002")
    assert any("rounded half to even" in note for note in staged.notes)


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "$1.50", "1,234.50", "(1.50)", "1_000", "0x1A", "true", "-", "1e", "١"]
)
def test_what_is_no_amount_is_set_aside(bench: Bench, text: str):
    staged = bench.stage_rows([focus(), focus(EffectiveCost=text), focus()])
    assert (staged.files[0].loaded, staged.files[0].quarantined) == (2, 1)
    assert bench.query("SELECT record, reason FROM quarantined") == [(2, "EffectiveCost is not a number")]
    assert text in bench.query("SELECT raw FROM quarantined")[0][0]
    assert bench.query("SELECT record FROM staged ORDER BY 1") == [(1,), (3,)]


@pytest.mark.parametrize("text", ["1e308", "1" + "0" * 20, "-9e25"])
def test_more_money_than_there_is(bench: Bench, text: str):
    bench.stage_rows([focus(), focus(BilledCost=text)])
    assert bench.query("SELECT reason FROM quarantined") == [("BilledCost is out of range",)]


@pytest.mark.parametrize("text", ["  7.50 ", "75e-1", "123456789012345678901234567890E-29", ".5", "5."])
def test_odd_but_right_amounts(bench: Bench, text: str):
    bench.stage_rows([focus(BilledCost=text)])
    assert bench.one("BilledCost") == Decimal(text.strip())


@pytest.mark.parametrize("text", ["", "NULL", "null", "None", " "])
def test_no_cost_is_no_value(bench: Bench, text: str):
    staged = bench.stage_rows([focus(BilledCost=text, ListCost=text)])
    assert bench.query("SELECT BilledCost, ListCost, EffectiveCost FROM staged") == [
        (None, None, Decimal("1.25"))
    ]
    assert staged.notes == ("bill.csv: 1 record without BilledCost",)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2025-03-05", 0),
        ("2025-03-05 07:00:00", 7),
        ("2025-03-05T07:00Z", 7),
        ("2025-03-05T07:00:00.123Z", 7),
        ("2025-03-05T07:00:00+00:00", 7),
        ("2025-03-05T09:00:00+02:00", 7),
        ("2025-03-04 23:00:00 -08:00", 7),
        ("2025-03-05 07:00:00 UTC", 7),
    ],
)
def test_forms_of_time(bench: Bench, text: str, hour: int):
    bench.stage_rows([focus(ChargePeriodStart=text)])
    assert bench.one("strftime(ChargePeriodStart, '%Y-%m-%d %H')") == f"2025-03-05 {hour:02d}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a date"),
        ("9999-99-99T00:00:00Z", "is out of range"),
        ("2025-02-30", "is not a date"),
        ("2025-03-05 10:00:00 PM", "is not a date"),
        ("45000", "is not a date"),
        ("infinity", "is not a date"),
        ("epoch", "is not a date"),
        ("0001-01-01T00:00:00Z", "is out of range"),
        ("25000-01-01", "is out of range"),
    ],
)
def test_what_is_no_time_is_set_aside(bench: Bench, text: str, reason: str):
    bench.stage_rows([focus(), focus(ChargePeriodStart=text)])
    assert bench.query("SELECT reason FROM quarantined") == [(f"ChargePeriodStart {reason}",)]


def test_dates_with_slashes_are_read_by_the_whole_file(bench: Bench):
    month_first = {
        "BillingPeriodStart": "4/1/25",
        "BillingPeriodEnd": "5/1/25",
        "ChargePeriodEnd": "4/3/2025",
    }
    bench.stage_rows([focus(ChargePeriodStart="4/2/25", **month_first)])
    days = "strftime(BillingPeriodStart, '%Y-%m-%d'), strftime(ChargePeriodStart, '%Y-%m-%d')"
    assert bench.query(f"SELECT {days} FROM staged") == [("2025-04-01", "2025-04-02")]
    day_first = {"BillingPeriodStart": "01/04/2025", "BillingPeriodEnd": "01/05/2025"}
    bench.stage_rows([focus(ChargePeriodStart="02/04/2025 13:00", ChargePeriodEnd="03/04/2025", **day_first)])
    assert bench.one("strftime(ChargePeriodStart, '%Y-%m-%d %H')") == "2025-04-02 13"


def test_dates_that_may_be_either_refuse_the_file(bench: Bench):
    content = focus(
        BillingPeriodStart="04/02/2025", BillingPeriodEnd="05/02/2025", ChargePeriodStart="04/03/2025"
    )
    assert bench.stage_rows([content]).refused[0].reason.startswith("dates are ambiguous: ")


@given(st.integers(7400, 80000), st.integers(0, 86_399), st.integers(-14 * 60, 14 * 60))
def test_offsets_become_utc(day: int, second: int, minutes: int):
    moment = datetime.fromtimestamp(0, UTC) + timedelta(days=day, seconds=second)
    aware = moment.astimezone(timezone(timedelta(minutes=minutes)))
    got = amounts.instant(aware.isoformat())
    assert got is not None
    assert datetime.fromisoformat(f"{got}+00:00") == moment
