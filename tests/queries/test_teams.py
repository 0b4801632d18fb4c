"""Team rules: the SQL allocates every charge as plain Python does, and each charge once."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.queries.teams import Rule, Teams

from .filter_strategies import COLUMNS, ROWS, TEXTS

FIELDS = st.sampled_from(["account", "service", "resource", "region", "tag.owner", "x_Ops", 'tag.a"b:c\\'])
GLOBS = TEXTS | st.sampled_from(["*", "a*", "*b", "*A*", "%", "a_"])
RULES = st.builds(
    Rule.of,
    st.sampled_from(["payments", "it's", 'a"b', "équipe"]),
    st.dictionaries(FIELDS, st.lists(GLOBS, min_size=1, max_size=3), min_size=1, max_size=2),
)


@pytest.fixture(scope="module")
def db():
    connection = duckdb.connect()
    names = ", ".join(f"c{i} VARCHAR" for i in range(len(COLUMNS)))
    connection.execute(f"CREATE TABLE charges (id INTEGER, {names})")
    yield connection
    connection.close()


def allocated(db: duckdb.DuckDBPyConnection, teams: Teams, rows: list[dict[str, str | None]]) -> list[str]:
    values: dict[str, object] = {}

    def bind(value: object) -> str:
        values[f"p{len(values)}"] = value
        return f"$p{len(values) - 1}"

    db.execute("DELETE FROM charges")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    for i, row in enumerate(rows):
        db.execute(f"INSERT INTO charges VALUES ({marks})", [i, *(row[name] for name in COLUMNS)])
    team = teams.sql(bind, lambda field: f"c{COLUMNS.index(field)}")
    return [row[0] for row in db.execute(f"SELECT {team} FROM charges ORDER BY id", values).fetchall()]


@settings(max_examples=200, deadline=None)
@given(st.lists(RULES, max_size=4).map(tuple).map(Teams), ROWS)
def test_sql_and_python_agree(db, teams: Teams, rows: list[dict[str, str | None]]) -> None:
    assert allocated(db, teams, rows) == [teams.allocate(row) for row in rows]


TEAMS = Teams(
    (
        Rule.of("payments", {"account": ["1111", "2222"], "service": ["*EC2*"]}),
        Rule.of("data", {"resource": ["arn:*:lake-*"]}),
        Rule.of("late", {"account": ["1111"]}),
        Rule.of("nobody", {"tag.owner": [""], "account": ["9"]}),
    )
)


@pytest.mark.parametrize(
    ("row", "team"),
    [
        ({"account": "1111", "service": "Amazon EC2"}, "payments"),
        ({"account": "1111", "service": "Amazon S3"}, "late"),
        ({"account": "3333", "SubAccountName": "2222", "service": "ec2"}, "payments"),
        ({"account": "1111", "resource": "ARN:aws:s3:::Lake-7"}, "data"),
        ({"ResourceName": "arn:x:lake-"}, "data"),
        ({"account": "9"}, "nobody"),
        ({"account": "9", "tag.owner": ""}, "nobody"),
        ({"account": "9", "tag.owner": "me"}, "(unallocated)"),
        ({}, "(unallocated)"),
    ],
)
def test_the_first_rule_that_matches_decides(db, row: dict[str, str | None], team: str) -> None:
    assert TEAMS.allocate(row) == team
    assert allocated(db, TEAMS, [dict.fromkeys(COLUMNS, None) | row]) == [team]


def test_names_come_once_in_the_order_of_the_rules() -> None:
    twice = Teams((*TEAMS.rules, Rule.of("data", {"account": ["5"]})))
    assert twice.names == ("payments", "data", "late", "nobody")
    assert bool(twice)
    assert not Teams()


@pytest.mark.parametrize(
    ("team", "conditions"),
    [
        (" ", {"account": ["1"]}),
        ("a", {}),
        ("a", {"account": []}),
        ("a", {"regoin": ["1"]}),
        ("a", {"team": ["b"]}),
        ("a", {"cost": ["5"]}),
    ],
)
def test_rules_that_mean_nothing_are_refused(team: str, conditions: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError):
        Rule.of(team, conditions)


def test_every_value_is_bound() -> None:
    text = Teams((Rule.of("te'am", {"account": ["val'ue"], "service": ["gl'ob*"]}),)).sql(
        lambda _: "?", str.upper
    )
    assert not any(word in text for word in ("te'am", "val'ue", "gl'ob"))
