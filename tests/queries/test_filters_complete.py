"""What is offered while a filter is typed, and where a choice goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.queries.filter_complete import Completion, accept, complete
from finops_tui.queries.filters import Match, parse

from .filter_strategies import HOSTILE, SOME


def at(text: str) -> Completion:
    """Completion at the bar."""
    return complete(text.replace("¦", ""), text.index("¦"))


@pytest.mark.parametrize(
    ("text", "kind", "field", "prefix", "replaced"),
    [
        ("¦", "field", "", "", ""),
        ("ser¦", "field", "", "ser", "ser"),
        ("a -ser¦", "field", "", "ser", "ser"),
        ("(a OR re¦", "field", "", "re", "re"),
        ("ser¦v:x", "field", "", "ser", "serv"),
        ("service¦", "operator", "service", "", ""),
        ("tag.¦", "tag key", "", "", ""),
        ("-tag.ow¦", "tag key", "", "ow", "ow"),
        ('tag."Cost C¦', "tag key", "", "Cost C", '"Cost C'),
        ('tag."Cost Center"¦', "operator", "tag.Cost Center", "", ""),
        ("service:¦", "value", "service", "", ""),
        ("service:EC¦2", "value", "service", "EC", "EC2"),
        ("service!=EC¦", "value", "service", "EC", "EC"),
        ("a service=EC2,S¦,x b", "value", "service", "S", "S"),
        ('service="Amazon E¦', "value", "service", "Amazon E", '"Amazon E'),
        ('service="Ama¦zon S3" x', "value", "service", "Ama", '"Amazon S3"'),
        ('service="a,b",c¦', "value", "service", "c", "c"),
        ('tag."Cost Center":4¦', "value", "tag.Cost Center", "4", "4"),
        ("(region:us¦)", "value", "region", "us", "us"),
        ("regoin:u¦", "field", "", "regoin:u", "regoin:u"),
        ('"two wo¦', "field", "", '"two wo', '"two wo'),
        ("service:x ¦", "field", "", "", ""),
        ("SkuId:¦", "value", "SkuId", "", ""),
    ],
)
def test_what_is_being_typed(text: str, kind: str, field: str, prefix: str, replaced: str) -> None:
    found = at(text)
    assert (found.kind, found.field, found.prefix) == (kind, field, prefix)
    assert text.replace("¦", "")[found.start : found.end] == replaced


@pytest.mark.parametrize(
    ("text", "choice", "after"),
    [
        ("ser¦", "service", "service¦"),
        ("service¦", ":", "service:¦"),
        ("-tag.c¦ b", "Cost Center", '-tag."Cost Center"¦ b'),
        ("tag.ow¦:x", "owner", "tag.owner¦:x"),
        ("service:am¦ b", "Amazon S3", 'service:"Amazon S3"¦ b'),
        ("service=a,b¦,c", "it's", "service=a,it's¦,c"),
        ('service="Amazon E¦', "Amazon EC2", 'service="Amazon EC2"¦'),
        ("(team:¦)", "(unallocated)", '(team:"(unallocated)"¦)'),
    ],
)
def test_where_a_choice_goes(text: str, choice: str, after: str) -> None:
    new, cursor = accept(text.replace("¦", ""), at(text), choice)
    assert new[:cursor] + "¦" + new[cursor:] == after


@given(SOME, SOME)
def test_a_chosen_tag_and_value_mean_themselves(key: str, value: str) -> None:
    text, cursor = accept("tag.", complete("tag.", 4), key)
    text, cursor = accept(text + "=", complete(text + "=", cursor + 1), value)
    assert parse(text) == Match(f"tag.{key}", "=", (value,))


@given(st.text(st.sampled_from(HOSTILE + "service:tag.=,"), max_size=20), st.integers(0, 20))
def test_any_text_can_be_completed_anywhere(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = complete(text, cursor)
    assert 0 <= found.start <= cursor <= found.end <= len(text)
    accept(text, found, "x")
