"""Records counted by bytes alone are the records Python's csv module finds."""

import csv
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.sources.counting import UncountableError, count, ordinals

FIELD = st.text(st.sampled_from('ab",;\n\r é😀'), max_size=6)
ROWS = st.lists(st.lists(FIELD, min_size=1, max_size=4), max_size=8)


def written(rows: list[list[str]], end: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([["h"], *rows])
    return out.getvalue().encode()


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.integers(1, 7), st.booleans())
def test_count_is_that_of_the_csv_module(rows: list[list[str]], end: str, size: int, last: bool):
    data = written(rows, end)
    if not last:
        data = data.removesuffix(end.encode())
    found = count(cut(data, size))
    assert found.records == len(rows) + 1
    assert found.bytes == len(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@given(ROWS, st.lists(st.integers(0, 8), max_size=4), st.integers(1, 5))
def test_blank_lines_are_no_records(rows: list[list[str]], blanks: list[int], size: int):
    lines = [written([row], "\n").split(b"\n", 1)[1] for row in rows]
    for at in blanks:
        lines.insert(min(at, len(lines)), b"\n")
    assert count(cut(b"h\n" + b"".join(lines), size)).records == len(rows) + 1


@given(ROWS, st.integers(1, 5))
def test_ordinals_are_the_records_before_an_offset(rows: list[list[str]], size: int):
    starts = [0, *(len(written(rows[:done], "\n")) for done in range(len(rows)))]
    assert list(ordinals(cut(written(rows, "\n"), size), starts)) == list(range(len(rows) + 1))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'a\n"b\n', "a quote never closes"),
        (b"a\nb\r\n", "mixed line ends"),
        (b"a\r\nb\n", "mixed line ends"),
        (b"a\rb\r", "bare CR"),
        (b"a\n\0\n", "a NUL byte"),
        (b"a\n\xff\n", "not UTF-8"),
        (b"a\n\xc3", "cut off inside a character"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_bytes_that_leave_records_in_doubt(data: bytes, why: str, size: int):
    with pytest.raises(UncountableError, match=why):
        count(cut(data, size))


@pytest.mark.parametrize("data", [b'a\n"b\r\nc"\n', b'a\r\n"b\nc"\r\n'])
def test_line_ends_inside_quotes_are_text(data: bytes):
    assert count([data]).records == 2
