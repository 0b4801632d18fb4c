"""Cost Explorer: asks before it spends, keeps what it bought, and every amount arrives as it was written."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_tui import loader
from finops_tui.sources import cost_explorer_fetch, formats, s3_access
from finops_tui.sources.cost_explorer_api import PRICE, REQUESTS
from finops_tui.sources.cost_explorer_place import parse
from finops_tui.sources.s3_access import Access, PlaceCancelledError, PlaceError
from tests.sources import bills
from tests.sources.cost_explorer_server import CHARGES, HEADERS, MARCH, Charge, Fake
from tests.sources.s3_server import KEY_ID, SECRET, TOKEN, Request, Server, environment

TODAY = date(2026, 4, 20)
URL = "ce://?start=2026-03-01&end=2026-03-31"


DENIED = b'{"__type": "AccessDeniedException", "Message": "not authorized to ce:GetCostAndUsage"}'


@pytest.fixture
def fake(aws: Server, monkeypatch: pytest.MonkeyPatch) -> Fake:
    environment(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setattr(s3_access, "_TRIES", 1)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) + Clock.later

        later = timedelta(0)

    monkeypatch.setattr(cost_explorer_fetch, "datetime", Clock)
    made = Fake(aws, CHARGES)
    aws.fault, aws.page = made, 0
    aws.asked.clear()
    return made


def fetch(folder: Path, url: str = URL, **more: Any) -> cost_explorer_fetch.Fetched:
    return cost_explorer_fetch.fetch(url, Access(), folder / "cache", **{"agree": lambda _: True, **more})


def rows(fetched: cost_explorer_fetch.Fetched) -> list[dict[str, str]]:
    return [row for path in fetched.paths for row in csv.DictReader(path.open(newline=""))]


def test_nothing_is_spent_before_somebody_agreed(fake: Fake, tmp_path: Path) -> None:
    heard: list[str] = []

    def refuse(words: str) -> bool:
        heard.append(words)
        return False

    for agree in (None, refuse):
        fetched = fetch(tmp_path, "ce://?start=2026-02-10", agree=agree)
        assert not fetched.paths
        assert "--yes" in fetched.refused[0].reason
    most = 3 * REQUESTS
    assert heard[0].startswith(
        f"Cost Explorer takes USD 0.01 for every request: 3 months, 2026-02 to 2026-04, at most {most} requests,"
        f" USD {most * PRICE};"
    )
    assert not fake.asked


def test_every_amount_arrives_as_it_was_written(fake: Fake, tmp_path: Path) -> None:
    found = rows(fetch(tmp_path))
    assert bills.total(row["BilledCost"] for row in found) == bills.total(one.unblended for one in MARCH)
    assert bills.total(row["EffectiveCost"] for row in found) == bills.total(one.amortized for one in MARCH)
    by_service = {
        (row["ServiceName"], row["SubAccountId"], row["ChargeCategory"], row["ChargeClass"]): (
            row["BilledCost"],
            row["EffectiveCost"],
        )
        for row in found
    }
    assert by_service == {
        ("AWS Lambda", "000000000007", "Usage", ""): ("4.312E-7", "4.312E-7"),
        ("AWS Lambda", "000000000008", "Usage", ""): ("12.5", "12.5"),
        ("Amazon EC2", "000000000007", "Usage", ""): ("-1.25", "5.75"),
        ("Savings Plans", "000000000042", "Purchase", ""): ("9", "0"),
        ("Savings Plans", "000000000042", "Usage", ""): ("0", "2"),
        ("Amazon Registrar", "000000000042", "Purchase", ""): ("13", "13"),
        ("Tax", "000000000042", "Tax", ""): ("3.1", "3.1"),
        ("AWS Lambda", "000000000008", "Credit", ""): ("-5", "-5"),
        ("AWS Lambda", "000000000008", "Usage", "Correction"): ("-0.75", "-0.75"),
    }
    assert {row["SubAccountName"] for row in found if row["SubAccountId"] == "000000000007"} == {"shop"}


def test_the_loader_reads_it_as_a_source_of_its_own(fake: Fake, tmp_path: Path) -> None:
    fetched = fetch(tmp_path, "ce://?start=2026-03-01&end=2026-04-30")
    export = tmp_path / "focus.csv"
    export.write_text(bills.text([bills.focus(BillingAccountId="123456789012", BillingPeriodStart="2026-03-01T00:00:00Z",
        BillingPeriodEnd="2026-04-01T00:00:00Z", ChargePeriodStart="2026-03-05T00:00:00Z", ChargePeriodEnd="2026-03-06T00:00:00Z")]))  # fmt: skip
    loader.load(tmp_path / "store", [export])
    result = loader.load(tmp_path / "store", list(fetched.paths))
    assert not result.refused
    assert {(entry.source, entry.account, entry.period) for entry in result.loaded} == {
        ("aws-cost-explorer", "123456789012", "2026-03"),
        ("aws-cost-explorer", "123456789012", "2026-04"),
    }
    totals = {entry.period: entry.totals["USD"] for entry in result.loaded}
    for period, some in (("2026-03", MARCH), ("2026-04", CHARGES[-1:])):
        assert Decimal(totals[period]["billed"]) == bills.total(one.unblended for one in some)
        assert Decimal(totals[period]["effective"]) == bills.total(one.amortized for one in some)
    assert any("focus" in note and "aws-cost-explorer" in note for note in result.notes)


def test_requests_are_grouped_and_split_by_charge_type(fake: Fake, tmp_path: Path) -> None:
    fetched = fetch(tmp_path)
    first, *others = fake.asked
    assert first["GroupBy"] == [{"Type": "DIMENSION", "Key": "RECORD_TYPE"}]
    assert first["TimePeriod"] == {"Start": "2026-03-01", "End": "2026-04-01"}
    assert all([group["Key"] for group in one["GroupBy"]] == ["SERVICE", "LINKED_ACCOUNT"] for one in others)
    asked = [kind for one in others for kind in one["Filter"]["Dimensions"]["Values"]]
    assert sorted(asked) == sorted({one.kind for one in MARCH})
    assert f"Cost Explorer: {len(fake.asked)} requests, USD {len(fake.asked) * PRICE}" in fetched.notes
    assert len(fake.asked) == REQUESTS
    assert "cannot say resources" in fetched.notes[0]


def test_a_closed_month_is_bought_once_and_an_open_one_again_later(fake: Fake, tmp_path: Path) -> None:
    url = "ce://?start=2026-03-01"
    first = fetch(tmp_path, url)
    assert any("still estimated by AWS: 2026-04" in note for note in first.notes)
    fake.asked.clear()
    again = fetch(tmp_path, url, agree=None)
    assert rows(again) == rows(first)
    assert not fake.asked
    cost_explorer_fetch.datetime.later = timedelta(hours=9)  # type: ignore[attr-defined]
    fake.charges = [*CHARGES, Charge("2026-04-03", "AWS Lambda", "000000000007", "Usage", "6", "6")]
    later = fetch(tmp_path, url)
    assert {one["TimePeriod"]["Start"] for one in fake.asked} == {"2026-04-01"}
    assert bills.total(row["BilledCost"] for row in rows(later)) == bills.total(
        one.unblended for one in fake.charges
    )
    fake.asked.clear()
    fetch(tmp_path, f"{url}&refresh=yes")
    assert {one["TimePeriod"]["Start"] for one in fake.asked} == {"2026-03-01", "2026-04-01"}


def test_an_estimate_is_marked_on_every_charge(fake: Fake, tmp_path: Path) -> None:
    found = rows(fetch(tmp_path, "ce://?start=2026-03-01"))
    assert {(row["ChargePeriodStart"][:7], row["x_Estimated"]) for row in found} == {
        ("2026-03", "false"),
        ("2026-04", "true"),
    }


def test_months_are_whole_as_a_load_replaces_months(fake: Fake, tmp_path: Path) -> None:
    fetch(tmp_path, "ce://?start=2026-03-15&end=2026-04-02&granularity=monthly")
    assert [one["TimePeriod"] for one in fake.asked if "Filter" not in one] == [
        {"Start": "2026-03-01", "End": "2026-04-01"},
        {"Start": "2026-04-01", "End": "2026-04-21"},
    ]
    assert {one["Granularity"] for one in fake.asked} == {"MONTHLY"}


def test_long_answers_come_in_pages_up_to_what_was_agreed(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.page = 1
    found = rows(fetch(tmp_path))
    assert bills.total(row["BilledCost"] for row in found) == bills.total(one.unblended for one in MARCH)
    assert REQUESTS < len(fake.asked) <= 3 * REQUESTS
    monkeypatch.setattr(cost_explorer_fetch, "PAGES", 1)
    fake.asked.clear()
    with pytest.raises(PlaceError, match=f"stopped after {REQUESTS} requests"):
        fetch(tmp_path, f"{URL}&refresh=yes")
    assert len(fake.asked) == REQUESTS


def test_months_that_were_paid_for_are_kept_when_the_next_fails(fake: Fake, tmp_path: Path) -> None:
    def no_april(request: Request) -> Any:
        if b"2026-04-20" in request.body or b"2026-04-21" in request.body:
            return "400 Bad Request", HEADERS, DENIED
        return fake(request)

    fake.server.fault = no_april
    with pytest.raises(PlaceError, match=r"access denied .*ce:GetCostAndUsage"):
        fetch(tmp_path, "ce://?start=2026-03-01")
    fake.asked.clear()
    assert fetch(tmp_path, URL, agree=None).paths
    assert not fake.asked


def test_cancelling_keeps_what_was_paid_for(fake: Fake, tmp_path: Path) -> None:
    with pytest.raises(PlaceCancelledError):
        fetch(tmp_path, "ce://?start=2026-03-01", cancelled=lambda: len(fake.asked) > REQUESTS)
    assert fetch(tmp_path, URL, agree=None).paths


def test_totals_that_do_not_agree_are_said_and_not_kept_for_good(fake: Fake, tmp_path: Path) -> None:
    fake.off = "0.5"
    fetched = fetch(tmp_path)
    missed = Decimal("0.5") * len(MARCH)
    assert any(f"USD -{missed:.2f} off" in note for note in fetched.notes)
    cost_explorer_fetch.datetime.later = timedelta(hours=9)  # type: ignore[attr-defined]
    assert fetch(tmp_path, agree=None).refused


def test_currencies_are_compared_apart(fake: Fake, tmp_path: Path) -> None:
    fake.charges = [
        *MARCH,
        Charge("2026-03-09", "AWS Lambda", "000000000009", "Usage", "100", "100", unit="CNY"),
    ]
    fetched = fetch(tmp_path)
    assert not any("off Cost Explorer" in note for note in fetched.notes)
    result = loader.load(tmp_path / "store", list(fetched.paths))
    assert {code: sums["billed"] for code, sums in result.loaded[0].totals.items()}["CNY"] == "100"


@pytest.mark.parametrize("amount", ["", "NaN", "1,5", "Infinity"])
def test_what_is_no_amount_is_refused(fake: Fake, tmp_path: Path, amount: str) -> None:
    def odd(request: Request) -> Any:
        answer = fake(request)
        return answer and (*answer[:2], answer[2].replace(b'"12.5', f'"{amount}'.encode()))

    fake.charges = [Charge("2026-03-01", "AWS Lambda", "000000000008", "Usage", "12.5", "12.5")]
    fake.server.fault = odd
    with pytest.raises(PlaceError, match="is no amount"):
        fetch(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "ce://?start=2026-13-01",
        "ce://?start=2026-05-01",
        "ce://?start=2026-03-01&end=2026-02-01",
        "ce://?since=2026-03-01",
        "ce://somewhere",
        "ce://?granularity=HOURLY",
        "ce://?start=2020-01-01",
        "ce:///x\x1b",
    ],
)
def test_what_is_no_question_is_said_so(url: str) -> None:
    with pytest.raises(PlaceError) as caught:
        parse(url, TODAY)
    assert str(caught.value).isprintable()


def test_without_a_question_it_is_the_last_six_months() -> None:
    assert [str(month) for month in parse("ce://", date(2026, 3, 31)).months] == [
        *("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"),
    ]


def test_what_is_kept_is_private_and_names_no_key(fake: Fake, tmp_path: Path) -> None:
    fetched = fetch(tmp_path)
    for path in (tmp_path / "cache").rglob("*"):
        assert not path.stat().st_mode & 0o077
        if path.is_file():
            content = path.read_text()
            assert not any(secret in content for secret in (SECRET, KEY_ID, TOKEN))
    assert not any(secret in repr(fetched) for secret in (SECRET, KEY_ID, TOKEN))


def test_an_export_of_focus_is_not_taken_for_it(tmp_path: Path) -> None:
    kind, _ = formats.detect(list(bills.FOCUS), tmp_path / "x.csv")
    assert kind.source == "focus"
