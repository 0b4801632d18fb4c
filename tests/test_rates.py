"""Files of rates: both layouts, and whatever else somebody may put there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finops_tui import rates, settings
from finops_tui.rates import RatesError

if TYPE_CHECKING:
    from pathlib import Path

    from finops_tui.queries.exchange import Rates

JUNE = date(2026, 6, 16)


def read(tmp_path: Path, text: str | bytes) -> Rates:
    path = tmp_path / "rates.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return rates.read(path, "USD")


def problems(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(RatesError) as caught:
        read(tmp_path, text)
    return [line.removeprefix(f"{tmp_path / 'rates.csv'}:") for line in str(caught.value).split("\n")]


@pytest.mark.parametrize(
    "text",
    [
        "date,from,to,rate\n2026-06-16,EUR,USD,1.0834\n2026-05,EUR,USD,1.1\n",
        "\ufeffRate, To ,FROM,Date,note\r\n1.0834, usd ,eur,2026-06-16,x\r\n\r\n1.1,USD,EUR,2026-05-01,\r\n",
        '"date","from","to","rate"\n"2026-06-16","EUR","USD","1.0834"\n2026-06-16,EUR,USD,1.08340\n2026-05,EUR,USD,1.1',
    ],
)
def test_a_rate_per_line(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert dict(found.pairs) == {("EUR", "USD"): {JUNE: Decimal("1.0834"), date(2026, 5, 1): Decimal("1.1")}}
    assert (found.file, found.target) == ("rates.csv", "USD")


def test_the_layout_of_the_central_bank(tmp_path: Path) -> None:
    text = "Date,USD,JPY,CYP,\n2026-06-16,1.0834,161.5,N/A,\n2026-06-15,1.08,N/A,N/A,\n1999-01-04,1.1789,133.73,0.58231,\n"
    found = read(tmp_path, text)
    assert found.pairs["EUR", "USD"][JUNE] == Decimal("1.0834")
    assert list(found.pairs["EUR", "JPY"]) == [JUNE, date(1999, 1, 4)]
    yen, pound = found.rate("JPY", "USD", JUNE), found.rate("CYP", "EUR", JUNE)
    assert yen is not None
    assert pound is not None
    assert yen.value == (Decimal("1.0834") / Decimal("161.5")).quantize(Decimal("1e-18"))
    assert pound.day == date(1999, 1, 4)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-06-16,EUR,USD,-1.08", "2: a rate of '-1.08': it has to be more than 0"),
        ("2026-06-16,EUR,USD,0", "2: a rate of '0'"),
        ("2026-06-16,EUR,USD,1e400", "2: a rate of '1e400'"),
        ("2026-06-16,EUR,USD,1e-12", "2: a rate of '1e-12'"),
        ("2026-06-16,EUR,USD,1.0000000000000000001", "2: '1.0000000000000000001' has more than 18 decimals"),
        ("2026-06-16,EUR,USD,NaN", "2: 'NaN' is no rate"),
        ("2026-06-16,EUR,USD,1_0", "2: '1_0' is no rate"),
        ("2026-06-16,EUR,USD," + "9" * 5000, "is no rate"),
        ("2026-06-16,EUR,USD,=1+1", "2: '=1+1' is no rate"),
        ('2026-06-16,EUR,USD,"1,08"', "2: '1,08' is no rate"),
        ("16.06.2026,EUR,USD,1.08", "2: '16.06.2026' is no date"),
        ("2026-02-30,EUR,USD,1.08", "2: '2026-02-30' is no date"),
        ("2026-06-16,EUR,\x1b[2J,1.08", "is no currency"),
        ("2026-06-16,,USD,1.08", "2: '' is no currency"),
        ("2026-06-16,USD,usd,1", "2: a rate from USD to USD"),
        ("2026-06-16,EUR,USD", "2: not every column is there"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    (found,) = problems(tmp_path, f"date,from,to,rate\n{row}\n2026-06-17,EUR,USD,1.1\n")
    assert words in found
    assert found.isprintable()
    assert len(found) < 200


def test_two_rates_of_one_day_are_refused_unless_they_are_the_same(tmp_path: Path) -> None:
    text = "date,from,to,rate\n2026-06-16,EUR,USD,1.08\n2026-06-16,EUR,USD,1.080\n2026-06-16,EUR,USD,1.09\n"
    assert problems(tmp_path, text) == ["4: another rate from EUR to USD on 2026-06-16"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the first line must name"),
        ("a,b\n1,2\n", "the first line must name"),
        ("date,from,to,rate\n", "no rates in it"),
        ("date,from,to,rate,rate\n2026-06-16,EUR,USD,1,2\n", "a currency has two columns"),
        ("Date,USD,usd\n2026-06-16,1,2\n", "a currency has two columns"),
        (b"date,from,to,rate\n2026-06-16,EUR,USD,\xff\n", "not UTF-8"),
        (b"date,from,to,rate\n2026-06-16,EUR,USD,1\x00\n", ""),
        ('date,from,to,rate\n"' + "x" * 200_000 + '"\n', ""),
        ("<html>", "the first line must name"),
    ],
)
def test_what_is_no_file_of_rates(tmp_path: Path, text: str | bytes, words: str) -> None:
    assert words in "".join(problems(tmp_path, text))


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(RatesError, match="No such file"):
        rates.read(tmp_path / "none.csv")
    with pytest.raises(RatesError, match="directory"):
        rates.read(tmp_path)
    text = b"date,from,to,rate\n" + b"2026-06-16,EUR,USD,1.0834\n" * 1_000_000
    assert problems(tmp_path, text) == [
        "400002: more than 400,000 rates; keep the days and currencies of the bills"
    ]
    assert "more than 32 MB" in problems(tmp_path, text + text)[0]


def test_no_more_is_said_than_can_be_read(tmp_path: Path) -> None:
    text = "date,from,to,rate\n" + "2026-06-16,EUR,USD,x\n" * 1000
    assert len(problems(tmp_path, text)) == rates.PROBLEMS


def test_the_settings_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "finops.toml"
    path.write_text('[currency]\nrates = "sub/rates.csv"\nconvert = "usd"\n')
    assert settings.load(path).rates == rates.RatesFile(tmp_path / "sub" / "rates.csv", "USD")
    for text, words in {
        "[currency]\n": "1: currency needs rates",
        '[currency]\nrates = "a"\nconvert = "US D"\n': "3: convert cannot be 'US D'",
        '[currency]\nrate = "a"\n': "2: unknown key 'rate'; did you mean rates?",
        "currency = 1\n": "currency must be a table",
    }.items():
        path.write_text(text)
        with pytest.raises(settings.SettingsError, match=words):
            settings.load(path)
