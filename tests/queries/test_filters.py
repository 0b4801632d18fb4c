"""The filter grammar: what people type, what is refused, and that it can be written back."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries import filters
from finops_tui.queries.filters import And, Compare, Expr, FilterError, Match, Not, Or, Word, parse, unparse

from .filter_strategies import HOSTILE, SOME, TEXTS, groups, rows

EC2 = Match("service", ":", ("EC2",))


def over(number: str, field: str = "cost", op: str = ">", *, percent: bool = False) -> Compare:
    return Compare(field, op, Decimal(number), percent)


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("service:EC2", EC2),
        ("SERVICE:EC2", EC2),
        ("ec2", Word("ec2")),
        ('"two words"', Word("two words")),
        ("us-east-1", Word("us-east-1")),
        ("arn:aws:s3:::logs", Word("arn:aws:s3:::logs")),
        ("/subscriptions/a:b", Word("/subscriptions/a:b")),
        ("or and not", And((Word("or"), Word("and"), Word("not")))),
        ("-service:EC2", Not(EC2)),
        ("NOT service:EC2", Not(EC2)),
        ("-(a b)", Not(And((Word("a"), Word("b"))))),
        ("--a", Not(Not(Word("a")))),
        ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a|b", Or((Word("a"), Word("b")))),
        ("a AND (b | c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ("service=EC2,S3", Match("service", "=", ("EC2", "S3"))),
        ("service!=EC2,S3", Not(Match("service", "=", ("EC2", "S3")))),
        ('service="a, b",c', Match("service", "=", ("a, b", "c"))),
        ("service~^(EC2|S3)$", Match("service", "~", ("^(EC2|S3)$",))),
        ("(service~a{1,2}b)", Match("service", "~", ("a{1,2}b",))),
        (r'service~"\d+ \"x\""', Match("service", "~", (r'\d+ "x"',))),
        ("tag.owner:", Match("tag.owner", ":", ("",))),
        ("-tag.owner: a", And((Not(Match("tag.owner", ":", ("",))), Word("a")))),
        ('tag.owner:a,""', Match("tag.owner", ":", ("a", ""))),
        ('tag."Cost Center"=x', Match("tag.Cost Center", "=", ("x",))),
        ("TAG.app.kubernetes.io/name:x", Match("tag.app.kubernetes.io/name", ":", ("x",))),
        ("charge:Tax", Match("category", ":", ("Tax",))),
        ("charge-category:Tax", Match("category", ":", ("Tax",))),
        ("chargecategory:Tax", Match("ChargeCategory", ":", ("Tax",))),
        ("x_UsageType:Box", Match("x_UsageType", ":", ("Box",))),
        ("cost>100", over("100")),
        ("cost>=$2,000.50", over("2000.50", op=">=")),
        ("change<-1.5k", over("-1500", "delta", "<")),
        ("cost<1M", over("1000000", op="<")),
        ("delta>20%", over("20", "delta", percent=True)),
        ("cost=0", over("0", op="=")),
        ("cost!=0", Not(over("0", op="="))),
        ("cost:1k..2k", And((over("1000", op=">="), over("2000", op="<=")))),
        ("cost:..5", over("5", op="<=")),
        ("cost:.5..", over("0.5", op=">=")),
        ("ListUnitPrice>0.5", over("0.5", "ListUnitPrice")),
        ("tag.size:1..2", And((over("1", "tag.size", ">="), over("2", "tag.size", "<=")))),
        ("service:1..2", Match("service", ":", ("1..2",))),
        ("x_v:a..b", Match("x_v", ":", ("a..b",))),
        (r"resource=C:\temp", Match("resource", "=", (r"C:\temp",))),
        ("  ", None),
    ],
)
def test_what_people_type(text: str, expr: Expr | None) -> None:
    assert parse(text) == expr
    if expr is not None:
        assert parse(unparse(expr)) == expr


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("a regoin:x", 2, "did you mean region"),
        ("servicename2:x", 0, "did you mean ServiceName"),
        ("qqqq:1", 0, "tag.KEY"),
        ("(a", 0, "never closed"),
        ("a)", 1, "without"),
        ("()", 1, "expected a term"),
        ("a |", 3, "expected a term"),
        ("| a", 0, "expected a term"),
        ("AND a", 0, "before AND"),
        ("a AND", 5, "after AND"),
        ("a -", 2, "leave out"),
        ("NOT", 0, "leave out"),
        ('service:"a', 8, "never closed"),
        ('service:a"b"', 9, "whole value"),
        ("service:a,", 10, "expected a value"),
        ("service:,a", 8, "expected a value"),
        ("team=(unallocated)", 5, "quotes"),
        ('""', 0, "nothing between"),
        ('"Cost Center":x', 0, 'tag."Cost Center"'),
        ('tag."Cost Center"', 17, "needs an operator"),
        ("tag.:x", 0, "which tag"),
        ("service>5", 0, "service:value"),
        ("cost:5", 0, "cost>100"),
        ("cost:", 0, "cost>100"),
        ("cost~5", 0, "number"),
        ("cost>", 5, "not a number: nothing"),
        ("cost>1,00", 5, "not a number"),
        ("cost>1..2", 5, "not a number"),
        ("cost:1..x", 5, "not a number"),
        ("cost>1e9", 5, "not a number"),
        ("cost>9999999999b", 5, "too many digits"),
        ("cost>0.0000000000001", 5, "too many digits"),
        ("tag.size>5%", 9, "only cost and delta"),
        ("service~", 8, "needs a regular expression"),
        ("service~(?=a)", 8, "not supported"),
        ("service~a**", 9, "not supported"),
        (r"service~(a)\1", 11, "not supported"),
        ("service~[b-a]", 9, "not a regular expression"),
        ("service~(a", 8, "not a regular expression"),
        ("service~[[:alpha:]]", 8, "not supported"),
        ("service~(a{100}){100}", 16, "1000 repetitions"),
        ("service~a++", 9, "not supported"),
        ("region:a | cost>1", 9, "no OR"),
        ("-(region:a cost>1)", 0, "negate them apart"),
        ("(" * 60 + "a" + ")" * 60, 51, "brackets deep"),
        ("-" * 60 + "a", 51, "negations deep"),
        ("a" * 20_001, 20_000, "too long"),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.position == position
    assert words in str(caught.value)
    pointed = caught.value.pointed(text).splitlines()
    assert pointed[1] == " " * position + "^"


@settings(max_examples=400)
@given(rows() | groups())
def test_every_expression_can_be_written_and_read_back(expr: Expr) -> None:
    text = unparse(expr)
    assert parse(text) == expr
    assert text.isprintable()
    assert hash(parse(text)) == hash(expr)


@settings(max_examples=400)
@given(st.text(max_size=30) | st.text(st.sampled_from(HOSTILE + "service:tag.cost>OR"), max_size=30))
def test_any_text_is_either_read_or_refused_inside_it(text: str) -> None:
    try:
        expr, position = parse(text), 0
    except FilterError as error:
        expr, position = None, error.position
    assert 0 <= position <= len(text)
    assert expr is None or parse(unparse(expr)) == expr


@given(rows(), groups(), rows(), groups())
def test_charges_and_groups_are_told_apart(a: Expr, b: Expr, c: Expr, d: Expr) -> None:
    assert filters.split(And((a, b, And((c, d))))) == (And((a, c)), And((b, d)))
    assert filters.split(a) == (a, None)
    assert filters.split(b) == (None, b)
    for mixed in (Or((a, b)), Not(And((a, b)))):
        with pytest.raises(FilterError, match="mixed"):
            filters.split(mixed)


@given(st.sampled_from(["service", "tag.Cost Center", "x_a b"]), SOME, st.booleans())
def test_a_cell_becomes_a_term(field: str, value: str, excluded: bool) -> None:
    expr = parse(filters.term(field, value, excluded=excluded))
    same = Match(field, "=", (value,))
    assert expr == (Not(same) if excluded else same)


def test_a_cell_without_a_value_becomes_a_term() -> None:
    assert filters.term("tag.owner", None) == "tag.owner:"
    assert filters.term("tag.owner", "", excluded=True) == "-tag.owner:"
    assert filters.term("account", "1111", excluded=True) == "account!=1111"
    assert filters.term("team", "(unallocated)") == 'team="(unallocated)"'
    with pytest.raises(FilterError):
        filters.term("regoin", "x")


@given(TEXTS)
def test_a_quoted_value_is_itself(value: str) -> None:
    assert parse(f"service={filters.quote(value)}") == Match("service", "=", (value,))


def test_terms_join() -> None:
    assert filters.conjoin() is None
    assert filters.conjoin(None, EC2) == EC2
    assert filters.conjoin(EC2, None, Word("a")) == And((EC2, Word("a")))


@pytest.mark.parametrize(
    "build", [lambda: And((EC2,)), lambda: Or(()), lambda: Word(""), lambda: Match("a", ":", ())]
)
def test_expressions_that_mean_nothing_cannot_be_built(build) -> None:
    with pytest.raises(ValueError, match="needs"):
        build()


def test_missing_values_are_kept_by_a_negation() -> None:
    row = {"service": "Amazon EC2", "region": None, "cost": Decimal(5)}
    assert filters.evaluate(parse("-region:us service:ec2 cost>4"), row)
    assert not filters.evaluate(parse("service=ec2"), row)
    assert filters.evaluate(parse("region: service:*ec2"), row)
    assert not filters.evaluate(parse("service:ec2*"), row)
