"""The SQL of a filter finds exactly the rows that plain Python finds."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries import filter_sql, filters
from finops_tui.queries.filters import Expr, FilterError, parse
from finops_tui.queries.regex import check_regex

from .filter_strategies import COLUMNS, ROWS, TOTALS, groups, rows


class Binder:
    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        self.values[f"p{len(self.values)}"] = value
        return f"$p{len(self.values) - 1}"


@pytest.fixture(scope="module")
def db():
    connection = duckdb.connect()
    names = ", ".join(f"c{i} VARCHAR" for i in range(len(COLUMNS)))
    connection.execute(f"CREATE TABLE charges (id INTEGER, {names})")
    yield connection
    connection.close()


def found(db: duckdb.DuckDBPyConnection, expr: Expr) -> set[int]:
    bind = Binder()
    where = filter_sql.where(expr, bind, lambda field: f"c{COLUMNS.index(field)}")
    return {row[0] for row in db.execute(f"SELECT id FROM charges WHERE {where}", bind.values).fetchall()}


def fill(db: duckdb.DuckDBPyConnection, given_rows: list[dict[str, str | None]]) -> None:
    db.execute("DELETE FROM charges")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    for i, row in enumerate(given_rows):
        db.execute(f"INSERT INTO charges VALUES ({marks})", [i, *(row[name] for name in COLUMNS)])


@settings(max_examples=300, deadline=None)
@given(rows(), ROWS)
def test_charges(db, expr: Expr, given_rows: list[dict[str, str | None]]) -> None:
    fill(db, given_rows)
    assert found(db, expr) == {i for i, row in enumerate(given_rows) if filters.evaluate(expr, row)}


@settings(max_examples=200, deadline=None)
@given(groups(), TOTALS)
def test_groups(db, expr: Expr, totals) -> None:
    bind = Binder()
    where = filter_sql.where(expr, bind, lambda name: f"CAST({bind(totals[name])} AS DECIMAL(38, 10))")
    answer = db.execute(f"SELECT coalesce({where}, false)", bind.values).fetchone()
    assert answer == (filters.evaluate(expr, totals),)


PIECES = st.sampled_from(
    [*"ab.*+?|()[]^$-{},019\\ :<=!Piz_é\n", "(?:", "(?i)", "{2}", "[^", "\\d", "(?=", "[[:", "*?", "\\_"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_a_regular_expression_that_is_accepted_runs(db, pattern: str) -> None:
    try:
        check_regex(pattern)
    except FilterError:
        return
    db.execute("SELECT regexp_matches('ab', $pattern)", {"pattern": pattern})


def test_every_value_is_bound() -> None:
    bind = Binder()
    text = filter_sql.where(
        parse("""service:"'; DROP TABLE x --" evil* region~evil team=evil"""), bind, str.upper
    )
    assert "evil" not in text
    assert "DROP" not in text
    assert set(bind.values.values()) == {"'; DROP TABLE x --", "evil%", "evil"}


def test_what_has_no_value_survives_a_negation(db) -> None:
    fill(db, [dict.fromkeys(COLUMNS, None), dict.fromkeys(COLUMNS, "us"), dict.fromkeys(COLUMNS, "")])
    assert found(db, parse("-region:us")) == {0, 2}
    assert found(db, parse("region!=us")) == {0, 2}
    assert found(db, parse("-(region:us service:us)")) == {0, 2}
    assert found(db, parse("tag.owner:")) == {0, 2}
    assert found(db, parse("-tag.owner:")) == {1}
    assert found(db, parse('region:us,""')) == {0, 1, 2}


def test_identifiers_are_found_by_their_name(db) -> None:
    fill(db, [dict.fromkeys(COLUMNS, "1111") | {"SubAccountName": "prod"}])
    assert found(db, parse("account:PRO")) == {0}
    assert found(db, parse("account=1111")) == {0}
    assert found(db, parse("-account:pro")) == set()
    assert found(db, parse("pro")) == {0}
