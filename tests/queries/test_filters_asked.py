"""Filters on a bill: the rows and groups that an answer has, figures added up by hand."""

from datetime import date
from decimal import Decimal

import pytest

from finops_tui.queries.filters import parse
from finops_tui.queries.teams import Rule, Teams
from finops_tui.queries.view import Comparison, Period, View
from tests.queries.small_bill import Bill

MAY, APRIL = Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 4, 1), date(2026, 5, 1))


def row(service: str, cost: str, month: int = 5, currency: str = "USD", **more: object) -> dict[str, object]:
    return {
        "day": date(2026, month, 3),
        "BillingAccountId": "payer",
        "BillingCurrency": currency,
        "ChargeCategory": "Usage",
        "ServiceName": service,
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), Decimal(cost)),
        **more,
    }


@pytest.fixture(scope="module")
def bill() -> Bill:
    return Bill(
        [
            row("EC2", "60", Tags={"owner": "ann"}, SubAccountId="1", SubAccountName="shop-prod"),
            row("EC2", "50", 4),
            row("S3", "30", Tags={"owner": ""}, Extra={"x_Operation": "PutObject"}),
            row("S3", "10", 4),
            row("SES", "10", RegionId="us-east-1"),
            row("EC2", "7", currency="EUR"),
        ]
    )


def asked(bill: Bill, text: str, teams: Teams | None = None) -> list[tuple[str, str, Decimal]]:
    view = View(MAY, Comparison(MAY, APRIL), filter=parse(text))
    frame = bill.ask("by_key", view, teams) if teams else bill.ask("by_key", view)
    return [(r["k0"], r["currency"], r["cost"]) for r in frame.iter_rows(named=True) if r["cost"]]


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("", ["EC2", "S3", "SES", "EC2"]),
        ("tag.owner:", ["S3", "SES", "EC2"]),
        ("tag.owner=ann", ["EC2"]),
        ("-region:us", ["EC2", "S3", "EC2"]),
        ("account:PROD", ["EC2"]),
        ("x_Operation:put*", ["S3"]),
        ("ses OR prod", ["EC2", "SES"]),
        ("BillingCurrency=EUR", ["EC2"]),
        ("cost>10", ["EC2", "S3"]),
        ("cost>=20%", ["EC2", "S3", "EC2"]),
        ("cost>60%", ["EC2"]),
        ("cost<60% -service:ses", ["S3"]),
        ("delta>15", ["S3"]),
        ("delta>=20%", ["EC2", "S3"]),
        ("delta:200%..", ["S3"]),
        ("service~^E", ["EC2", "EC2"]),
    ],
)
def test_which_groups_are_left(bill: Bill, text: str, services: list[str]) -> None:
    assert [service for service, _, _ in asked(bill, text)] == services


def test_what_a_filter_leaves_out_is_not_in_the_sums(bill: Bill) -> None:
    assert asked(bill, "tag.owner=ann") == [("EC2", "USD", Decimal(60))]
    assert asked(bill, "tag.owner: -region:us BillingCurrency=USD") == [("S3", "USD", Decimal(30))]


def test_a_team_can_be_filtered_by(bill: Bill) -> None:
    teams = Teams((Rule.of("shop", {"account": ["shop-*"]}), Rule.of("mail", {"service": ["ses"]})))
    view = View(MAY, filter=parse('team:"(unallocated)",mail'), group_by=("team",))
    frame = bill.ask("by_key", view, teams)
    costs = {(r["k0"], r["currency"]): r["cost"] for r in frame.iter_rows(named=True)}
    assert costs == {("(unallocated)", "USD"): 30, ("mail", "USD"): 10, ("(unallocated)", "EUR"): 7}
