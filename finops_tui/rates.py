"""Rates of exchange from a CSV file: `date,from,to,rate`, or the layout of the European Central Bank.

A file is taken whole or not at all: a rate that cannot be read would silently leave an older one in force.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import TYPE_CHECKING, Final

from finops_tui.queries.exchange import DECIMALS, FIRST_LINK, LEAST, MOST, Rates
from finops_tui.queries.safe_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from finops_tui.toml_reader import Reader

BYTES: Final = 32 << 20
RATES: Final = 400_000
"""Most of what a file may hold: all that the European Central Bank has published since 1999 is half of it."""

PROBLEMS: Final = 10
"""Complaints about one file at most."""

NOTHING: Final = frozenset({"", "N/A"})
_LONGEST: Final = 40
_COLUMNS: Final = ("date", "from", "to", "rate")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,20}")
_DAY: Final = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")


class RatesError(ValueError):
    """A file of rates that cannot be used; the message has one `file:line: problem` per line."""


@dataclass(frozen=True, slots=True)
class RatesFile:
    """Where rates of exchange are.

    Attributes:
        path: The file.
        target: The currency to convert to unless another one is asked for, or ''.
    """

    path: Path
    target: str = ""

    def read(self) -> Rates:
        """The rates.

        Raises:
            RatesError: as `read`.
        """
        return read(self.path, self.target)


def place(reader: Reader) -> RatesFile | None:
    """The table `[currency]` of finops.toml; the file's path is relative to it."""
    table, where = reader.table(reader.data, "currency"), ("currency",)
    reader.known(table, ("rates", "convert"), where)
    file, target = (reader.text(table, name, "", where) for name in ("rates", "convert"))
    if not file:
        reader.complain(where, 'currency needs rates = "rates.csv", a file of rates of exchange')
        return None
    if target and not _CODE.fullmatch(target):
        reader.complain((*where, "convert"), f"convert cannot be {target!r}; write it as USD")
    return RatesFile((reader.path.parent / file).expanduser(), _code(target))


class _File:
    """What is read of one file, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pairs: dict[tuple[str, str], dict[date, Decimal]] = {}
        self.problems: list[str] = []
        self.count = 0
        self._days: dict[str, date | None] = {}

    def complain(self, line: int, words: str) -> None:
        self.problems.append(f"{self.path}:{line}: {clean(words)}")
        if len(self.problems) >= PROBLEMS:
            self.stop()

    def stop(self) -> None:
        if self.problems:
            raise RatesError("\n".join(self.problems))

    def add(self, line: int, day: str, code: str, target: str, value: str) -> None:
        """Take one rate, or say what is wrong with it."""
        self.count += 1
        if self.count > RATES:
            self.complain(line, f"more than {RATES:,} rates; keep the days and currencies of the bills")
            self.stop()
        when = self._day(day)
        wrong = next((name for name in (code, target) if not _CODE.fullmatch(name)), None)
        number = _number(value)
        if when is None:
            self.complain(line, f"{_cut(day)} is no date; write it as 2026-06-16, or 2026-06 for a month")
        elif wrong is not None:
            self.complain(line, f"{_cut(wrong)} is no currency; write it as EUR")
        elif isinstance(number, str):
            self.complain(line, number)
        elif code == target:
            self.complain(line, f"a rate from {code} to {code}")
        elif self.pairs.setdefault((code, target), {}).setdefault(when, number) != number:
            self.complain(line, f"another rate from {code} to {target} on {when}")

    def _day(self, text: str) -> date | None:
        if text not in self._days:
            found = _DAY.fullmatch(text)
            try:
                self._days[text] = date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
            except ValueError:
                self._days[text] = None
        return self._days[text]


def read(path: Path, target: str = "") -> Rates:
    """The rates of a file.

    Args:
        path: The file.
        target: The currency that the settings convert to, or ''.

    Raises:
        RatesError: there is none, or something in it is wrong; the message says what, and where.
    """
    file = _File(path)
    try:
        with path.open("rb") as handle:
            raw = handle.read(BYTES + 1)
    except OSError as error:
        raise RatesError(f"{path}: {error.strerror}") from None
    if len(raw) > BYTES:
        raise RatesError(f"{path}: more than {BYTES >> 20} MB; keep the days and currencies of the bills")
    try:
        rows = csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""))
        _take(file, rows)
    except UnicodeDecodeError as error:
        raise RatesError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None
    except csv.Error as error:
        raise RatesError(f"{path}: no CSV: {error}") from None
    file.stop()
    if not file.pairs:
        raise RatesError(f"{path}: no rates in it")
    return Rates(file.pairs, path.name, target)


def _take(file: _File, rows: Iterable[list[str]]) -> None:
    lines = _numbered(rows)
    line, header = next(lines, (1, []))
    names = [name.strip() for name in header]
    folded = [name.lower() for name in names]
    if all(folded.count(name) == 1 for name in _COLUMNS):
        places = [folded.index(name) for name in _COLUMNS]
        for line, row in lines:
            if len(row) <= max(places):
                file.complain(line, "not every column is there")
                continue
            day, code, to, rate = (row[place].strip() for place in places)
            file.add(line, day, _code(code), _code(to), rate)
    elif folded[:1] == ["date"] and len(names) > 1:
        _take_table(file, lines, names)
    else:
        file.complain(line, "the first line must name date, from, to and rate, or Date and currencies")


def _take_table(file: _File, lines: Iterator[tuple[int, list[str]]], names: list[str]) -> None:
    """A column per currency: what a euro is worth in it."""
    codes = [_code(name) for name in names[1:]]
    given = [code for code in codes if code]
    if len(set(given)) < len(given):
        file.complain(1, "a currency has two columns")
        file.stop()
    for line, row in lines:
        for code, value in zip(codes, row[1:], strict=False):
            if code and (text := value.strip()) not in NOTHING:
                file.add(line, row[0].strip(), FIRST_LINK, code, text)


def _numbered(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Lines that have something, with their number."""
    for number, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            yield number, row


def _code(text: str) -> str:
    """A currency's code; those of three letters in capitals."""
    word = text.strip()
    return word.upper() if len(word) == 3 else word


def _number(text: str) -> Decimal | str:
    """A rate, or what is wrong with it."""
    try:
        value = Decimal(text) if len(text) <= _LONGEST and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        return f"{_cut(text)} is no rate; write it as 1.0834"
    if not LEAST <= value < MOST:
        return f"a rate of {_cut(text)}: it has to be more than 0, from {LEAST:f} to {MOST:,f}"
    if -int(value.as_tuple().exponent) > DECIMALS:
        return f"{_cut(text)} has more than {DECIMALS} decimals"
    return value


def _cut(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
