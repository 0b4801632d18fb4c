"""Repeated fields as flattened files write them, and what credits add up to."""

import json
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.sources.gcp_lists import LONGEST, credit_sums, is_discount, items, merged_tags


@pytest.mark.parametrize(
    ("text", "structs"),
    [
        ("[]", []),
        ("{}", []),
        ('[{"key": "a", "value": "b"}]', [{"key": "a", "value": "b"}]),
        ("[{'key': 'a', 'value': None}]", [{"key": "a", "value": None}]),
        ("[{'key': \"it's\", 'value': 'x', 'inherited': True}]", [{"key": "it's", "value": "x", "inherited": True}]),
        ('{"list": [{"element": {"key": "a", "value": "b"}}]}', [{"key": "a", "value": "b"}]),
        ('{"key": "a", "value": "b"}', [{"key": "a", "value": "b"}]),
        ('{"a": "b", "c": "d"}', [{"key": "a", "value": "b"}, {"key": "c", "value": "d"}]),
        ("[{'amount': -0.10}]", [{"amount": "-0.10"}]),
        ("[{'key': 'a', 'value': 'b'}\n {'key': 'c', 'value': 'd'}]", [{"key": "a", "value": "b"}, {"key": "c", "value": "d"}]),
        ("array([{'key': 'a'}], dtype=object)", [{"key": "a"}]),
        ("[{'amount': Decimal('-0.123456789012345678901')}]", [{"amount": "-0.123456789012345678901"}]),
        ('[{"amount": -0.123456789012345678901}]', [{"amount": "-0.123456789012345678901"}]),
        ('[null, {"key": "a"}]', [{"key": "a"}]),
    ],
)  # fmt: skip
def test_every_spelling_of_a_list(text: str, structs: list[Any]):
    assert items(text) == structs


@pytest.mark.parametrize(
    "text",
    ["", "team=a", "[1]", '["a"]', "[{'a': open('x')}]", "[{'a': 1 + 1}]", '[{"a": NaN}]', "[" * 5000,
     "[{'a': x}]", "__import__('os')", "[{'key': 'a'", f"[{' ' * LONGEST}]x"],
)  # fmt: skip
def test_what_is_no_list_is_none(text: str):
    assert items(text) is None


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str):
    assert items(text) is None or isinstance(items(text), list)
    assert len(credit_sums([text])) == 4
    assert len(merged_tags([text, text, text, text])) == 1


amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=12)
credits_of = st.lists(st.tuples(st.sampled_from(["DISCOUNT", "PROMOTION", "FREE_TIER", "NEW_KIND"]), amounts))


@given(credits_of, st.booleans())
def test_credits_add_up_exactly(parts: list[tuple[str, Decimal]], python: bool):
    listed = [{"type": kind, "full_name": kind, "amount": str(amount)} for kind, amount in parts]
    prices, others, *_ = credit_sums([repr(listed) if python else json.dumps(listed)])
    with localcontext(prec=60):
        assert Decimal(prices or 0) == sum(
            amount for kind, amount in parts if kind in {"DISCOUNT", "FREE_TIER"}
        )
        assert Decimal(others or 0) == sum(
            amount for kind, amount in parts if kind in {"PROMOTION", "NEW_KIND"}
        )


def test_credits_that_cannot_be_read_stay_what_they_are():
    assert credit_sums(['[{"amount": "much"}]'])[0] == '[{"amount": "much"}]'
    assert credit_sums(["-1.50"]) == ("-1.50", None, None, None)


@pytest.mark.parametrize(
    ("kind", "name", "price"),
    [
        ("SUSTAINED_USAGE_DISCOUNT", "", True),
        ("PROMOTION", "Committed", False),
        ("", "Sustained Usage Discount", True),
        ("CREDIT_TYPE_UNSPECIFIED", "Committed Usage Discount: CPU", True),
        ("", "Welcome credit", False),
        ("SOMETHING_NEW", "discount", False),
    ],
)
def test_which_credits_are_part_of_a_price(kind: str, name: str, price: bool):
    assert is_discount(kind, name) is price


def test_tags_of_four_places_in_one_object():
    labels, tags = '[{"key": "team", "value": "a"}]', '[{"key": "env", "value": "x", "namespace": "12"}]'
    project = "[{'key': 'team', 'value': 'p'}, {'key': 'owner', 'value': None}]"
    (text,) = merged_tags([labels, tags, project, '[{"key": "cores", "value": "2"}]'])
    assert json.loads(text or "") == {"team": "a", "12/env": "x", "owner": None, "goog:cores": "2"}
    assert merged_tags([None, "[]", None, "{}"]) == (None,)
    assert merged_tags([labels, "no list", None, None]) == ("no list",)
