"""Ten questions over one month and over all of a bill: this program's store beside what one would write by hand.

Each side is a process of its own that stays (question_sides.py), so that caches and memory do not mix; they are
asked in turns, in an order that moves on, and a bare `SELECT 1` is asked between them. Every answer is compared with
the one of SQL by hand before anything is timed: exactly where the bill has decimals, within one part in 10^9 where
it has doubles.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import make
import question_report
from question_sides import SQL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER: Final = Path(__file__).resolve().parent
OTHERS: Final = ("parquet", "table", "polars")
ALL: Final = "all months"
_TOLERANCE: Final = Decimal("1e-9")
_UNTAGGED: Final = ("(untagged)", "(untaggable)")

Ask = dict[str, Any]


class Side:
    """One process that answers.

    Args:
        name: Which.
        folder: The bill, or the store.
    """

    def __init__(self, name: str, folder: Path | str) -> None:
        self.name = name
        words = [sys.executable, str(FOLDER / "question_sides.py"), name, str(folder)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, asked: Ask, *, told: bool = False) -> dict[str, Any]:
        """The seconds that an answer took, how many rows it has, and the rows when they are to be told."""
        return self._send({**asked, "told": told})

    def settle(self) -> None:
        """Let it finish what it does behind its answers."""
        self._send({"settle": True})

    def peak(self) -> float:
        """Most memory it had at one time, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _send(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise SystemExit(f"{self.name} cannot be asked")
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise SystemExit(f"{self.name} has ended")
        return dict(json.loads(line))


@dataclass
class Bill:
    """A bill in Parquet, a folder `BILLING_PERIOD=YYYY-MM` per month, and what of it is asked for."""

    folder: Path
    store: Path
    records: int = 0
    months: list[str] = field(default_factory=list)
    values: Ask = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        import duckdb

        self.months = sorted(path.name.partition("=")[2] for path in self.folder.glob("BILLING_PERIOD=*"))
        run = duckdb.connect().execute
        files = f"read_parquet('{self.folder}/*/*.parquet', hive_partitioning = true)"
        run(f"CREATE VIEW bill AS SELECT * FROM {files}")
        month = self.months[len(self.months) // 2]
        most = (
            'SELECT "ServiceName", "SubAccountId", "RegionId", any_value("BillingCurrency"), (SELECT count(*) FROM bill)'
            ' FROM bill WHERE "BILLING_PERIOD" = $month AND "RegionId" IS NOT NULL GROUP BY 1, 2, 3'
            " ORDER BY count(*) DESC, 1, 2, 3 LIMIT 1"
        )
        service, account, region, currency, self.records = run(most, {"month": month}).fetchall()[0]
        resource = run(
            'SELECT "ResourceId" FROM bill WHERE "BILLING_PERIOD" = $month AND "ResourceId" IS NOT NULL'
            ' GROUP BY 1 ORDER BY sum("EffectiveCost") DESC, 1 LIMIT 1',
            {"month": month},
        ).fetchall()[0][0]
        self.values = {"service": service, "account": account, "region": region, "currency": currency}
        self.values |= {"resource": resource, "digits": account[-2:]}
        kind = run('SELECT typeof("EffectiveCost") FROM bill LIMIT 1').fetchall()[0][0]
        self.values["exact"] = kind.startswith("DECIMAL")
        found = run(
            'SELECT DISTINCT lower("SkuMeter"[-6:]) FROM bill WHERE "ServiceName" = $service'
            ' AND "SkuMeter" IS NOT NULL ORDER BY 1',
            {"service": service},
        ).fetchall()
        self.texts = [text for (text,) in found]

    def asked(self, period: str, question: str, number: int) -> Ask:
        """A question over one month, or all of them; the text looked for differs from one to the next."""
        months = self.months if period == ALL else [period]
        place = self.months.index(months[-1])
        if question == "month over month":  # of all months: the second half beside the first
            half = len(self.months) // 2 if period == ALL else 1
            months = self.months[place + 1 - 2 * half : place + 1]
            now, before = months[half:], months[:half]
        else:
            now, before = months, months
        spans = {"since": now[0], "until": _next(now[-1]), "from": before[0], "to": _next(before[-1])}
        days = {name: f"date:{month}-01" for name, month in spans.items()}
        text = self.texts[number % len(self.texts)]
        return {**self.values, **days, "months": months, "question": question, "text": text}


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


# Equal


def table_of(
    question: str, rows: Sequence[Sequence[str | None]]
) -> dict[tuple[str | None, ...], list[Decimal]]:
    """Rows as amounts by what they are of, written one way whoever answered."""
    numbers = 2 if question == "month over month" else 1
    found: dict[tuple[str | None, ...], list[Decimal]] = {}
    for row in rows:
        key = tuple(row[:-numbers])
        if question == "by tag" and key[0] in _UNTAGGED:
            key = (None,)
        if question == "untagged share":
            key = ("yes" if key[0] in {"tagged", "True"} else "no",)
        amounts = [Decimal(value or 0) for value in row[-numbers:]]
        before = found.get(key, [Decimal(0)] * numbers)
        found[key] = [one + other for one, other in zip(before, amounts, strict=True)]
    return {key: amounts for key, amounts in found.items() if any(amounts)}


def check(question: str, name: str, mine: Sequence[Any], theirs: Sequence[Any], *, exact: bool) -> None:
    """Refuse answers that differ.

    Raises:
        SystemExit: they do.
    """
    try:
        one, other = table_of(question, mine), table_of(question, theirs)
    except InvalidOperation as error:
        raise SystemExit(f"{question}: {name} gives no number") from error
    same = one.keys() == other.keys() and all(
        a == b if exact else abs(a - b) <= _TOLERANCE * max(abs(a), abs(b), Decimal(1))
        for key in one
        for a, b in zip(one[key], other[key], strict=True)
    )
    if not same:
        lost = [key for key in {*one, *other} if one.get(key) != other.get(key)][:3]
        raise SystemExit(f"{question}: {name} differs in {[(k, one.get(k), other.get(k)) for k in lost]}")


# Time

Times = dict[tuple[str, str, str], list[float]]
"""Milliseconds by period, question and side."""


def measure(
    bill: Bill, others: Sequence[str], rounds: int, *, compared: bool = True
) -> tuple[Times, dict[str, float]]:
    """Compare all answers, then time them; milliseconds, and the peak memory of each side in MB.

    Args:
        bill: What is asked.
        others: The other sides.
        rounds: How often all months are asked; one month three times as often.
        compared: Whether SQL on the Parquet is timed as well, or answers are compared with it only.
    """
    sides = [Side("ours", bill.store), *(Side(name, bill.folder) for name in others), Side("nothing", "-")]
    periods = (bill.months[len(bill.months) // 2], ALL)
    times: Times = {}
    for period, question in _each(periods):
        _compare(sides, bill.asked(period, question, 0), period, times)
    sides[0].settle()
    for period, question in _each(periods):  # what a first answer asked for may be asked for more in turn
        sides[0].ask(bill.asked(period, question, 1))
    sides[0].settle()
    timed = [side for side in sides if side.name != "parquet" or compared]
    for number in range(rounds * 3):
        for turn, (period, question) in enumerate(_each(periods)):
            if period == ALL and number >= rounds:
                continue
            asked = bill.asked(period, question, number + 2)
            start = (number + turn) % len(timed)
            for side in (*timed[start:], *timed[:start]):
                took = side.ask(asked)["seconds"] * 1000
                times.setdefault((_called(period), question, side.name), []).append(took)
    peaks = {side.name: side.peak() for side in sides}
    for side in sides:
        side.close()
    return times, peaks


def _each(periods: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((period, question) for period in periods for question in SQL)


def _called(period: str) -> str:
    return period if period == ALL else "one month"


def _compare(sides: Sequence[Side], asked: Ask, period: str, times: Times) -> None:
    """Ask all sides once, and refuse answers that differ; the first answer of ours is timed."""
    question = asked["question"]
    answers = {side.name: side.ask(asked, told=True) for side in sides if side.name != "nothing"}
    times[_called(period), question, "first"] = [answers["ours"]["seconds"] * 1000]
    given = answers["parquet"]
    for name in answers.keys() - {"parquet"}:
        check(question, name, answers[name]["rows"], given["rows"], exact=asked["exact"])


# Words


def table(folder: Path, bills: Sequence[Path], stores: Sequence[Path], rows: int, rounds: int) -> str:
    """The section of RESULTS.md.

    Args:
        folder: Where to make a bill, and a store of it, when none is given.
        bills: Of ten million lines or so; a second one, several times as large, for the growth.
        stores: Of them, in the same order.
        rows: How many records a bill that is made has.
        rounds: How often all months are asked; one month three times as often.
    """
    if not bills:
        bills, stores = [folder / "bill"], [folder / "store"]
        bills[0].mkdir()
        make.make(bills[0], rows)
        words = [sys.executable, "-m", "finops_tui", "load", "--store", str(stores[0]), str(bills[0])]
        subprocess.run(words, check=True, capture_output=True)
    found = [Bill(*pair) for pair in zip(bills, stores, strict=True)]
    times, peaks = measure(found[0], OTHERS, rounds)
    more = measure(found[1], ("parquet",), rounds, compared=False)[0] if len(found) > 1 else None
    growth = (more, math.log(found[1].records / found[0].records)) if more is not None else None
    return question_report.report(times, peaks, found[0], rounds, growth)
