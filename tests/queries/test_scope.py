"""Views rendered to SQL: figures checked against sums of Decimals over the plain rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries import questions, render
from finops_tui.queries.catalog import Catalog
from finops_tui.queries.dimensions import DIMENSIONS, UnknownDimensionError, canonical
from finops_tui.queries.view import BASES, Comparison, Condition, Period, View
from tests.queries.small_bill import Bill, charge

MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "2026-05")
TEXT = st.one_of(
    st.sampled_from(
        ["EC2", "S3", "'; DROP TABLE x; --", '"', "[bold]", "\x1b[2J", "naïve ☃", "%_", "", "$p0", "NULL"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
NASTY = st.one_of(st.none(), TEXT)
MONEY = st.decimals(-10000, 10000, allow_nan=False, places=10)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "day": st.dates(date(2026, 4, 28), date(2026, 6, 3)),
                    "BillingAccountId": st.sampled_from(["payer-1", "payer-2"]),
                    "BillingCurrency": st.sampled_from(["USD", "EUR"]),
                    "ChargeCategory": st.sampled_from(["Usage", "Purchase", "Tax", "Credit", "Adjustment"]),
                    "ChargeClass": st.sampled_from([None, "Correction"]),
                    "ServiceName": NASTY,
                    "SubAccountId": NASTY,
                    "RegionId": NASTY,
                    "ResourceId": NASTY,
                    "Tags": st.dictionaries(st.sampled_from(["team", "env", "a'b", '"']), TEXT, max_size=3),
                    **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), MONEY),
                }
            ),
            min_size=1,
            max_size=12,
        )
    )
    return Bill(rows)


def sums(bill: Bill, basis: str, period: Period = MAY) -> dict[str, Decimal]:
    """Per currency, the other way: Decimals over the rows."""
    totals: dict[str, Decimal] = {}
    for row in bill.rows:
        if row["day"] in period:
            totals[row["BillingCurrency"]] = (
                totals.get(row["BillingCurrency"], Decimal(0)) + row[BASES[basis]]
            )
    return totals


@given(bill=bills(), basis=st.sampled_from(sorted(BASES)))
@settings(max_examples=15, deadline=None)
def test_every_grouping_adds_up_to_the_bill(bill: Bill, basis: str) -> None:
    expected = sums(bill, basis)
    total = bill.ask("total", View(MAY, basis=basis))
    assert dict(zip(total["currency"], total["cost"], strict=True)) == expected
    for dimension in (
        *DIMENSIONS,
        "team",
        "tagged",
        "tag.team",
        "tag.a'b",
        'tag."',
        "x_Nothing",
        "SkuPriceId",
    ):
        frame = bill.ask("by_key", View(MAY, basis=basis, group_by=(dimension,)))
        for currency, amount in expected.items():
            rows = frame.filter(frame["currency"] == currency)["cost"].to_list()
            assert sum(rows, Decimal(0)) == amount, dimension


@given(
    bill=bills(),
    basis=st.sampled_from(sorted(BASES)),
    walk=st.lists(
        st.sampled_from(
            ["service", "account", "region", "resource", "tag.team", "tag.a'b", "category", "provider"]
        ),
        min_size=2,
        max_size=4,
        unique=True,
    ),
    pick=st.integers(0, 100),
)
@settings(max_examples=25, deadline=None)
def test_children_sum_to_their_parent(bill: Bill, basis: str, walk: list[str], pick: int) -> None:
    view = View(MAY, basis=basis, group_by=(walk[0],), currency="USD")
    for onward in [*walk[1:], "usage"]:
        rows = bill.ask("by_key", view).to_dicts()
        if not rows:
            return
        parent = rows[pick % len(rows)]
        view = view.drill(parent["k0"], onward)
        children = bill.ask("by_key", view)["cost"].to_list()
        assert sum(children, Decimal(0)) == parent["cost"]


def test_a_comparison_takes_complete_days_of_both_spans() -> None:
    first, last = date(2026, 5, 1), date(2026, 5, 20)
    bill = Bill([charge(date(2026, 4, 1) + timedelta(days=i), str(i + 1)) for i in range(50)])
    now = Period(first, date(2026, 5, 19))
    before = Period(date(2026, 4, 1), date(2026, 4, 19))
    view = View(Period(first, last + timedelta(days=1)), Comparison(now, before), group_by=())
    [row] = bill.ask("total", view).to_dicts()
    assert row["now"] == sum(range(31, 49))
    assert row["before"] == sum(range(1, 19))
    assert row["cost"] == sum(range(31, 51))


def test_categories_are_kept_and_left_out() -> None:
    day = date(2026, 5, 3)
    bill = Bill(
        [
            charge(day, "10"),
            charge(day, "2", ChargeCategory="Tax"),
            charge(day, "-3", ChargeCategory="Credit"),
            charge(day, "-0.5", ChargeClass="Correction"),
        ]
    )

    def cost(view: View) -> Decimal:
        return sum(bill.ask("total", view)["cost"].to_list(), Decimal(0))

    assert cost(View(MAY)) == Decimal("8.5")
    assert cost(View(MAY, excluded=frozenset({"tax"}))) == Decimal("6.5")
    assert cost(View(MAY, excluded=frozenset({"credit", "refund"}))) == Decimal(12)
    assert cost(View(MAY, included=frozenset({"usage"}))) == Decimal("9.5")
    assert cost(View(MAY, included=frozenset({"refund"}))) == Decimal("-0.5")


def test_untagged_and_untaggable_are_told_apart() -> None:
    day = date(2026, 5, 3)
    bill = Bill(
        [
            charge(day, "1", Tags={"team": "a"}),
            charge(day, "2", Tags={"team": " "}),
            charge(day, "4", Tags={"env": "x"}),
            charge(day, "8", ChargeCategory="Tax"),
            charge(day, "16", ServiceName="AWS Support (Business)"),
        ]
    )
    frame = bill.ask("by_key", View(MAY, group_by=("tag.team",)))
    assert dict(zip(frame["k0"], frame["cost"], strict=True)) == {"a": 1, "(untagged)": 6, "(untaggable)": 24}


def test_hours_are_read_from_the_line_items() -> None:
    day = date(2026, 5, 3)
    bill = Bill([charge(day, str(h + 1), hour=h) for h in range(24)])
    frame = bill.ask("by_bucket", View(MAY, grain="hour", group_by=()))
    assert frame["cost"].to_list() == list(range(1, 25))
    assert [bucket.hour for bucket in frame["bucket"]] == list(range(24))


def test_the_dearest_groups_and_the_rest_are_everything() -> None:
    bill = Bill([charge(date(2026, 5, 1 + i % 9), str(i), ServiceName=f"s{i % 7}") for i in range(40)])
    frame = bill.ask("over_time", View(MAY), top=3)
    assert frame["cost"].sum() == sum(range(40))
    assert frame["rank"].drop_nulls().n_unique() == 3


def test_an_empty_store_answers_every_question_with_no_rows() -> None:
    bill = Bill([])
    asked = {
        "top": 5,
        "limit": 10,
        "containing": "",
        "match": "resource",
        "tolerance": Decimal(0),
        "name": "list",
    }
    for question in questions().keys() - {"given"}:  # counts, also of nothing
        frame = bill.ask(question, View(MAY), **asked)
        assert frame.height == 0, question


def test_every_question_says_what_it_asks() -> None:
    assert all(words.endswith("?") for words in questions().values())


def test_records_and_charges_carry_every_column() -> None:
    bill = Bill(
        [charge(date(2026, 5, 3), "1.25", ResourceId="r", Tags={"team": "a"}), charge(date(2026, 4, 30), "7")]
    )
    view = View(MAY, path=(Condition("resource", "r"),))
    [item] = bill.ask("line_items", view, limit=10).to_dicts()
    assert item["cost"] == Decimal("1.25")
    assert item["ServiceName"] == "Compute"
    [key] = bill.ask("tag_keys", View(MAY)).to_dicts()
    assert (key["key"], key["cost"]) == ("team", Decimal("1.25"))


def test_accounts_are_called_what_the_settings_call_them() -> None:
    day = date(2026, 5, 3)
    bill = Bill([charge(day, "1", SubAccountId=i, SubAccountName="theirs") for i in ("1", "2")])
    statement = render("by_key", View(MAY, group_by=("account",)), bill.catalog, names={"1": "o'urs"})
    rows = bill.connection.sql(statement.sql, params=statement.values).fetchall()
    assert {row[0]: row[2] for row in rows} == {"1": "o'urs", "2": "theirs"}


def test_a_value_is_bound_and_never_pasted() -> None:
    value = "x' OR 1=1 --"
    statement = render(
        "by_key", View(MAY, path=(Condition("service", value),)), Bill([charge(MAY.since, "1")]).catalog
    )
    assert value not in statement.sql
    assert value in statement.values.values()


@pytest.mark.parametrize("name", ["", "tag.", "nothing", "service; DROP", '"ServiceName"'])
def test_an_unknown_dimension_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownDimensionError):
        canonical(name)
    with pytest.raises(UnknownDimensionError):
        render("by_key", View(MAY, group_by=(name,)), Catalog())
