"""Random filters and random rows, with everything in them that bills have been seen to contain."""

from decimal import Decimal

from hypothesis import strategies as st

from finops_tui.queries.filters import And, Compare, Expr, Match, Not, Or, Word

HOSTILE = "ab A%_*\\'\"$,.:()|-~=<>!;{}[]\n\t\r\x00\x1b\x7f\u00a0\u202e\u2028éÉßçЖж漢字🙂"
TEXTS = st.text(st.sampled_from(HOSTILE), max_size=6)
SOME = st.text(st.sampled_from(HOSTILE), min_size=1, max_size=4)
FIELDS = st.sampled_from(
    [
        "service",
        "region",
        "account",
        "resource",
        "team",
        "tag.owner",
        "tag.Cost Center",
        'tag.a"b:c\\',
        "x_Ops",
        "SkuId",
    ]
)
NUMBERED = st.sampled_from(["tag.owner", "x_Ops", "ListUnitPrice"])
NUMBERS = st.decimals(-5000, 5000, places=4)
PATTERNS = st.sampled_from(
    ["a", "^a", "[ab]+", "(a|b) ", r"\*", "a{2,3}", r"[^ab]", "(?i)É", r"\\", "\\.", '"', ",", r"\)", "b?$|:"]
)
ORDERS = st.sampled_from([">", ">=", "<", "<=", "="])


def rows() -> st.SearchStrategy[Expr]:
    """Expressions about charges."""
    leaves = (
        SOME.map(Word)
        | st.builds(
            Match, FIELDS, st.sampled_from([":", "="]), st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
        )
        | st.builds(lambda f, p: Match(f, "~", (p,)), FIELDS, PATTERNS)
        | st.builds(Compare, NUMBERED, ORDERS.filter(lambda op: op != "="), NUMBERS)
    )
    return _grown(leaves)


def groups() -> st.SearchStrategy[Expr]:
    """Expressions about groups of charges."""
    return _grown(st.builds(Compare, st.sampled_from(["cost", "delta"]), ORDERS, NUMBERS, st.booleans()))


def _grown(leaves: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    def several(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return terms.map(And) | terms.map(Or) | inner.map(Not)

    return st.recursive(leaves, several, max_leaves=6)


VALUES = st.none() | TEXTS | st.decimals(-10, 10, places=2).map(str)
COLUMNS = (
    "service", "usage", "region", "RegionName", "account", "SubAccountName", "resource", "ResourceName", "team",
    "tag.owner", "tag.Cost Center", 'tag.a"b:c\\', "x_Ops", "SkuId", "ListUnitPrice",
)  # fmt: skip
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES)), min_size=1, max_size=4)
AMOUNTS = st.decimals(-3000, 3000, places=6) | st.just(Decimal(0))
TOTALS = st.fixed_dictionaries(dict.fromkeys(("cost", "delta", "cost%", "delta%"), AMOUNTS))
