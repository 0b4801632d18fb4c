"""What is held in memory changes no answer: random views over random bills, with nothing, some and all of it held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finops_tui.queries import filters, render
from finops_tui.queries.columns import MONEY, QUANTITIES
from finops_tui.queries.teams import Rule, Teams
from finops_tui.queries.view import BASES, CATEGORIES, Comparison, Condition, Period, View
from finops_tui.resident import Residents
from tests.queries.small_bill import Bill, charge
from tests.queries.test_scope import bills

if TYPE_CHECKING:
    from finops_tui.queries.catalog import Segment
    from finops_tui.queries.resident import Field

MAY = Period(date(2026, 5, 1), date(2026, 6, 1))
QUESTIONS = {
    "by_key": {},
    "by_bucket": {},
    "over_time": {"top": 2},
    "trend": {},
    "total": {},
    "days": {},
    "values": {"containing": "s", "limit": 50},
    "distinct": {},
}
DIMENSIONS = ["service", "account", "region", "resource", "tag.team", "tag.a'b", "team", "tagged", "category"]
TEAMS = Teams((Rule.of("web", {"service": ["EC2"]}), Rule.of("rest", {"tag.team": ["*"]})))
FILTERS = [
    "",
    "ec2",
    "-service:s",
    "service=EC2,S3 OR region:",
    'tag.team="(untagged)"',
    "service~^E|3$",
    "-(service:ec tag.env:*a*)",
    "team=web",
    "tag.team>1",
]

PERIODS = st.sampled_from(
    [MAY, Period(date(2026, 4, 1), date(2026, 7, 1)), Period(date(2026, 5, 3), date(2026, 6, 2))]
)
COMPARED = st.sampled_from(
    [
        None,
        Comparison(Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 4, 1), date(2026, 5, 1))),
        Comparison(Period(date(2026, 5, 2), date(2026, 5, 20)), Period(date(2026, 4, 2), date(2026, 4, 30))),
    ]
)
VIEWS = st.builds(
    View,
    period=PERIODS,
    compared=COMPARED,
    group_by=st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True).map(tuple),
    path=st.lists(
        st.builds(
            Condition,
            st.sampled_from(DIMENSIONS),
            st.sampled_from(["EC2", "", None, "(untagged)"]),
            st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    filter=st.sampled_from(FILTERS).map(filters.parse),
    basis=st.sampled_from(sorted(BASES)),
    included=st.sampled_from([frozenset(), frozenset({"usage", "refund"})]),
    excluded=st.sampled_from([frozenset(), frozenset({"tax"})]),
    grain=st.sampled_from(["hour", "day", "week", "month"]),
    currency=st.sampled_from([None, "USD", "EUR"]),
)


@dataclass
class Held:
    """A bill, and what of it is in memory."""

    bill: Bill

    def __post_init__(self) -> None:
        self.residents = Residents(self.bill.connection)

    def hold(self, segments: list[Segment], fields: frozenset[Field]) -> None:
        """Read some segments, and their cubes."""
        cursor, every = self.bill.connection, self.bill.catalog.segments
        list(self.residents.extend(cursor, every, segments, fields))
        self.residents.useful = 1
        list(self.residents.cube(cursor, segments, fields))

    def ask(self, question: str, view: View, teams: Teams | None) -> tuple[pl.DataFrame, frozenset[Field]]:
        """The answer with what is held, and what would help."""
        with self.residents.held(self.bill.connection) as resident:
            catalog = replace(self.bill.catalog, resident=resident)
            statement = render(question, view, catalog, teams, QUESTIONS[question])
            return self.run(statement.sql, statement.values), statement.needed

    def run(self, sql: str, values: dict[str, object]) -> pl.DataFrame:
        return pl.DataFrame(self.bill.connection.sql(sql, params=values))


@given(bill=bills(), view=VIEWS, question=st.sampled_from(sorted(QUESTIONS)), teams=st.sampled_from([None, TEAMS]),
       some=st.integers(0, 7), monthly=st.booleans())  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_answer_is_the_same_whatever_is_held(
    bill: Bill, view: View, question: str, teams: Teams | None, some: int, *, monthly: bool
) -> None:
    held = Held(bill)
    plain, needed = held.ask(question, view, teams)
    if monthly:
        add_months(bill)
    assert held.ask(question, view, teams)[0].equals(plain)
    segments = list(bill.catalog.segments)
    for wanted in ([s for place, s in enumerate(segments) if some >> place % 3 & 1], segments):
        held.hold(wanted, needed)
        found, _ = held.ask(question, view, teams)
        assert found.schema == plain.schema
        assert found.equals(plain), question


def add_months(bill: Bill) -> None:
    """Give every segment its table `monthly`."""
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in (*QUANTITIES, *MONEY))
    for segment in bill.catalog.segments:
        bill.connection.execute(
            f"CREATE TABLE {segment.alias}.monthly AS SELECT sid, sum(n)::BIGINT AS n, {sums}"
            f" FROM {segment.alias}.daily GROUP BY sid ORDER BY sid"
        )
    segments = tuple(replace(segment, monthly=True) for segment in bill.catalog.segments)
    bill.catalog = replace(bill.catalog, segments=segments)


def test_a_whole_segment_is_read_from_memory_alone() -> None:
    bill = Bill([charge(date(2026, 5, 1) + timedelta(days=day), "1.5") for day in range(20)])
    held = Held(bill)
    view = View(MAY, group_by=("service",))
    _, needed = held.ask("by_key", view, None)
    held.hold(list(bill.catalog.segments), needed)
    with held.residents.held(bill.connection) as resident:
        statement = render("by_key", view, replace(bill.catalog, resident=resident), None, {})
    assert "s0." not in statement.sql
    assert not statement.unheld


def test_what_is_held_of_segments_that_are_gone_is_not_asked_again() -> None:
    rows = [charge(date(2026, month, 5), str(month), ServiceName=f"S{month}") for month in (3, 4, 5)]
    bill = Bill(rows)
    held = Held(bill)
    view = View(Period(date(2026, 1, 1), date(2026, 12, 1)), group_by=("service",))
    _, needed = held.ask("by_key", view, None)
    segments = list(bill.catalog.segments)
    held.hold(segments, needed)
    bill.catalog = replace(bill.catalog, segments=tuple(segments[1:]))
    expected = render("by_key", view, bill.catalog, None, {})
    for fields in (needed, frozenset()):
        list(held.residents.extend(bill.connection, segments[1:], segments[1:], fields))
        found, _ = held.ask("by_key", view, None)
        assert found.equals(held.run(expected.sql, expected.values))
    assert set(found["k0"]) == {"S4", "S5"}


def test_a_segment_that_is_read_again_counts_once() -> None:
    bill = Bill([charge(date(2026, month, 5), str(month), ServiceName=f"S{month}") for month in (3, 4)])
    held = Held(bill)
    view = View(Period(date(2026, 1, 1), date(2026, 12, 1)), grain="day", group_by=("service",))
    plain, needed = held.ask("by_bucket", view, None)
    segments = list(bill.catalog.segments)
    held.hold(segments, needed)
    list(held.residents.extend(bill.connection, segments[1:], segments[1:], needed))
    held.hold(segments, needed)
    assert held.ask("by_bucket", view, None)[0].equals(plain)
    by_group, _ = held.ask("by_key", view, None)
    assert sorted(by_group["cost"].to_list()) == [3, 4]


def test_a_step_that_is_interrupted_after_its_end_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bill = Bill([charge(date(2026, 5, 5), "2")])
    held = Held(bill)
    view = View(MAY, group_by=("service",))
    plain, needed = held.ask("by_key", view, None)
    segments = list(bill.catalog.segments)
    held.hold(segments, frozenset())
    become = held.residents._become
    monkeypatch.setattr(held.residents, "_become", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        list(held.residents.extend(bill.connection, segments, segments, needed))
    monkeypatch.setattr(held.residents, "_become", become)
    held.hold(segments, needed)
    assert held.ask("by_key", view, None)[0].equals(plain)


def test_tables_stay_for_as_long_as_somebody_reads_them() -> None:
    bill = Bill([charge(date(2026, 5, 2), "1", Tags={"env": "x"})])
    held = Held(bill)
    view = View(MAY, group_by=("service",))
    _, needed = held.ask("by_key", view, None)
    segments = list(bill.catalog.segments)
    held.hold(segments, needed)
    other = View(MAY, group_by=("tag.env",))
    _, more = held.ask("by_key", other, None)
    with held.residents.held(bill.connection) as resident:
        statement = render("by_key", view, replace(bill.catalog, resident=resident), None, {})
        held.hold(segments, more)
        assert held.run(statement.sql, statement.values)["cost"].to_list() == [1]
    list(held.residents.extend(bill.connection, segments, segments, needed))
    names = {name for (name,) in bill.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert not {name for name in names if name.startswith("t") and name.endswith("_1")}
    assert held.ask("by_key", other, None)[0]["k0"].to_list() == ["x"]


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_categories_are_told_apart_in_memory(name: str) -> None:
    kinds = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"]
    rows = [charge(date(2026, 5, 1 + n), str(2**n), ChargeCategory=kind) for n, kind in enumerate(kinds)]
    rows.append(charge(date(2026, 5, 9), "64", ChargeClass="Correction"))
    held = Held(Bill(rows))
    for view in (View(MAY, included=frozenset({name})), View(MAY, excluded=frozenset({name}))):
        plain, needed = held.ask("total", view, None)
        held.hold(list(held.bill.catalog.segments), needed)
        assert held.ask("total", view, None)[0].equals(plain)
