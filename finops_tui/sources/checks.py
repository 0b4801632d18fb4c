"""Records that cannot be right, set aside one by one: an amount that is none, a date, a currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finops_tui.sources import amounts
from finops_tui.sources.headers import HeaderError
from finops_tui.sources.model import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from finops_tui.sources.kinds import Format, Incoming, Layout

_ODD_SQL: Final = "SELECT {columns} FROM {table} WHERE file = $file"
_TEXTS_SQL: Final = 'SELECT DISTINCT "{column}" FROM {table} WHERE file = $file AND {test}("{column}")'
_FIX_SQL: Final = (
    'UPDATE {table} SET "{column}" = o.fixed FROM odd o WHERE file = $file AND o.fixed IS NOT NULL'
    ' AND o.text = "{column}"'
)
_PROBLEMS_SQL: Final = """
CREATE OR REPLACE TEMP TABLE problems AS
SELECT record, CASE {cases} END AS reason FROM {table} WHERE file = $file AND ({tests})"""

_END_SQL: Final = (
    'UPDATE {table} SET "{column}" = NULL WHERE file = $file AND list_contains($texts, "{column}")'
    " AND record NOT IN (SELECT record FROM problems)"
)

_WRONG_SQL: Final = (
    "\"{column}\" IN (SELECT text FROM wrong WHERE place = '{column}' AND problem = '{problem}')"
)

Words = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A column with odd texts: text -> what it means in ISO or plain digits, or text -> the problem."""

    column: str
    fixed: Words
    wrong: Words


def find_problems(connection: DuckDBPyConnection, bill: Incoming) -> int:
    """Fill the table `problems (record, reason)` for one file, and repair what only looks odd.

    Args:
        connection: With the file in its raw table.
        bill: What it is.

    Returns:
        How many records have a problem.

    Raises:
        HeaderError: the file's dates are ambiguous, all of them.
    """
    odd = [
        *_odd_amounts(connection, bill),
        *_odd_times(connection, bill),
    ]
    rows = [(text, fix) for one in odd for text, fix in one.fixed.items()]
    connection.execute("CREATE OR REPLACE TEMP TABLE odd AS SELECT '' AS text, '' AS fixed LIMIT 0")
    if rows:
        texts, fixes = zip(*dict(rows).items(), strict=True)
        connection.execute("INSERT INTO odd SELECT unnest($1), unnest($2)", [list(texts), list(fixes)])
        for one in odd:
            if one.fixed:
                connection.execute(
                    _FIX_SQL.format(table=bill.found.raw, column=one.column), {"file": bill.file}
                )
    ends = [one for one in odd if one.column in bill.found.times[1::2]]
    problems = _collect(connection, bill, [one for one in odd if one not in ends])
    for one in ends:
        _leave_out(connection, bill, one)
    return problems


def _leave_out(connection: DuckDBPyConnection, bill: Incoming, end: _Found) -> None:
    """Take records without an end that is no date: money is not set aside for want of it."""
    if end.wrong:
        statement = _END_SQL.format(table=bill.found.raw, column=end.column)
        values = {"file": bill.file, "texts": list(end.wrong)}
        (count,) = connection.execute(statement, values).fetchone() or (0,)
        if count:
            connection.execute("INSERT INTO endless VALUES ($1, $2, $3)", [bill.file, end.column, count])


def _present(place: Layout, columns: Iterable[str]) -> list[str]:
    return [name for name in columns if name in place.columns]


def _texts(
    connection: DuckDBPyConnection, bill: Incoming, columns: list[str], test: str
) -> dict[str, list[str]]:
    """The distinct texts of each column that need a second look."""
    if not columns:
        return {}
    table, values = bill.found.raw, {"file": bill.file}
    counts = ", ".join(f'count(*) FILTER ({test}("{name}"))' for name in columns)
    row = connection.execute(_ODD_SQL.format(columns=counts, table=table), values).fetchone() or ()
    found = {}
    for name, number in zip(columns, row, strict=True):
        if number:
            statement = _TEXTS_SQL.format(column=name, table=table, test=test)
            found[name] = [text for (text,) in connection.execute(statement, values).fetchall()]
    return found


def _odd_amounts(connection: DuckDBPyConnection, bill: Incoming) -> Iterable[_Found]:
    columns = _present(bill.place, bill.found.money)
    for column, texts in _texts(connection, bill, columns, "odd_amount").items():
        meant = {text: amounts.amount(text) for text in texts}
        yield _Found(
            column,
            {text: amounts.plain(value) for text, value in meant.items() if isinstance(value, Decimal)},
            {text: value for text, value in meant.items() if isinstance(value, str)},
        )


def _odd_times(connection: DuckDBPyConnection, bill: Incoming) -> Iterable[_Found]:
    columns = _present(bill.place, bill.found.times)
    odd = _texts(connection, bill, columns, "odd_time")
    slashed = {column: [text for text in texts if amounts.slashed(text)] for column, texts in odd.items()}
    order = _order(slashed, bill.found)
    for column, texts in odd.items():
        fixed: Words = {}
        wrong: Words = {}
        for text in texts:
            iso = amounts.instant(text) or (amounts.unslash(text, order) if order else None)
            if iso:
                fixed[text] = iso
            else:
                wrong[text] = amounts.time_problem(text)
        yield _Found(column, fixed, wrong)


def _order(slashed: dict[str, list[str]], found: Format) -> str | None:
    """Month first or day first, decided for the whole file, as one line alone never tells."""
    if not any(slashed.values()):
        return None
    periods = found.times[:2]
    starts = [text for column in periods for text in slashed.get(column, ())]
    others = [text for column in found.times[2:] for text in slashed.get(column, ())]
    order = amounts.order_of(starts, others)
    if order is None:
        example = shown((starts or others)[0], 30)
        raise HeaderError(f"dates are ambiguous: {example} may be month/day or day/month")
    return order


def _collect(connection: DuckDBPyConnection, bill: Incoming, odd: list[_Found]) -> int:
    found, place = bill.found, bill.place
    values: dict[str, object] = {"file": bill.file}
    cases: list[tuple[str, str]] = []
    cost = found.money[0]
    if cost in place.columns:
        values["again"] = bill.names[place.columns[cost][0]].lower()
        cases.append((f'lower("{cost}") = $again', "'a second header'"))
    connection.execute("CREATE OR REPLACE TEMP TABLE wrong (place VARCHAR, text VARCHAR, problem VARCHAR)")
    for one in odd:
        if one.wrong:
            bound = [one.column, list(one.wrong), list(one.wrong.values())]
            connection.execute("INSERT INTO wrong SELECT $1, unnest($2), unnest($3)", bound)
        for problem in sorted(set(one.wrong.values())):
            test = _WRONG_SQL.format(column=one.column, problem=problem)
            cases.append((test, f"'{one.column} {problem}'"))
    start = found.times[2]
    cases.append((f'"{start}" IS NULL', f"'{start} is not a date'"))
    if found.currency is not None and found.currency in place.columns:
        cases.append((f'"{found.currency}" IS NULL', "'no currency'"))
    statement = _PROBLEMS_SQL.format(
        table=found.raw,
        cases=" ".join(f"WHEN {test} THEN {reason}" for test, reason in cases),
        tests=" OR ".join(f"({test})" for test, _ in cases),
    )
    connection.execute(statement, values)
    row = connection.execute("SELECT count(*) FROM problems").fetchone()
    return row[0] if row else 0
