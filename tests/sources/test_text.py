"""Hostile, odd and cut-off CSV: every value survives unchanged, every record is accounted for."""

import csv
import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import figures
from tests.sources.bills import Bench, focus, text, total

VALUES = st.text(
    st.one_of(
        st.sampled_from("\",;|'\n\r\t [@=]/\\\x1b\u202e\u200b{}é😀"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    min_size=1,
    max_size=12,
).filter(lambda value: value.strip() == value and value not in {"NULL", "null", "None"})
STYLES = st.fixed_dictionaries(
    {"delimiter": st.sampled_from(",;\t|"), "lineterminator": st.sampled_from(["\n", "\r\n"])}
)


@settings(max_examples=60)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6), STYLES, st.booleans())
def test_values_survive(tmp_path_factory, values, style, packed: bool):
    bench = Bench(tmp_path_factory.mktemp("text"))
    rows = [focus(ServiceName=name, ResourceId=resource) for name, resource in values]
    content = text(rows, quoting=csv.QUOTE_ALL, **style).encode()
    path = bench.file("bill.csv.gz" if packed else "bill.csv", gzip.compress(content) if packed else content)
    staged = bench.stage(path)
    assert staged.refused == ()
    assert staged.files[0].records == len(rows)
    assert bench.query("SELECT ServiceName, ResourceId FROM staged ORDER BY record") == values
    figures.count("records fuzzed", len(rows))


@settings(max_examples=60)
@given(st.data())
def test_damage_never_loses_a_record_unsaid(tmp_path_factory, data):
    """Bytes changed at random: whatever is taken adds up to the records counted, or nothing is taken."""
    bench = Bench(tmp_path_factory.mktemp("damage"))
    content = bytearray(text([focus(BilledCost=str(n), ResourceId=f"r,{n}") for n in range(30)]).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + 1] = data.draw(
            st.sampled_from([b'"', b"\n", b",", b"", b"\0", b"\xff", b"\r", b"9"])
        )
    staged = bench.stage(bench.file("bill.csv", bytes(content)))
    figures.count("records fuzzed", 30)
    if staged.refused:
        assert bench.query("SELECT count(*) FROM staged") == [(0,)]
        return
    taken = staged.files[0]
    (lines, aside) = bench.query("SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM quarantined)")[
        0
    ]
    assert (lines, aside) == (taken.loaded, taken.quarantined)
    assert lines + aside == taken.records
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    records = [row for row in rows[1:] if row]
    assert taken.records == len(records)
    if not aside:
        place = rows[0].index("BilledCost")
        assert bench.one("coalesce(sum(BilledCost), 0)") == total(row[place] for row in records)


def test_records_are_numbered_as_in_the_file(bench: Bench):
    rows = [focus(ResourceId=f"r{n}", Tags='{"note": "two\nlines"}') for n in range(8)]
    lines = [text([row]).split("\n", 1)[1] for row in rows]
    lines[2] = "too,few\n"
    lines[5] = lines[5].replace("1.25", "n/a")
    lines[6] = lines[6].replace("Compute", '"A"B')
    staged = bench.stage(
        bench.file("bill.csv", text(rows[:1]).split("\n", 1)[0] + "\n" + "\n".join(["", *lines]))
    )
    assert (staged.files[0].records, staged.files[0].quarantined) == (8, 3)
    assert bench.query("SELECT record, reason FROM quarantined ORDER BY 1") == [
        (3, "too few columns"),
        (6, "EffectiveCost is not a number"),
        (7, "text after a closing quote"),
    ]
    assert bench.query("SELECT record, ResourceId FROM staged ORDER BY 1") == [
        (1, "r0"), (2, "r1"), (4, "r3"), (5, "r4"), (8, "r7"),
    ]  # fmt: skip


def test_raw_text_of_a_record_set_aside_is_csv_again(bench: Bench):
    bad = focus(BilledCost="n/a", ServiceName='say "hi", ok')
    bench.stage_rows([focus(), bad])
    (raw,) = bench.query("SELECT raw FROM quarantined")[0]
    assert next(csv.reader([raw])) == list(bad.values())


def test_a_second_header_is_named(bench: Bench):
    content = text([focus()]) + text([focus()])
    bench.stage(bench.file("bill.csv", content))
    assert bench.query("SELECT record, reason FROM quarantined") == [(2, "a second header")]


def test_more_than_one_in_a_hundred_refuses_the_file(bench: Bench):
    rows = [focus() for _ in range(594)]
    bad = [focus(BilledCost="n/a") for _ in range(6)]
    assert bench.stage_rows([*rows, *bad]).files[0].quarantined == 6
    reason = bench.reason(text([*rows[:-1], *bad]), "more.csv")
    assert reason == "too many records cannot be read: 6 of 599, most often: BilledCost is not a number"


def test_a_file_of_nothing_but_bad_records_is_refused(bench: Bench):
    assert bench.reason(text([focus(BilledCost="n/a ")])).startswith(
        "too many records cannot be read: 1 of 1"
    )


def test_a_blank_currency_is_set_aside(bench: Bench):
    bench.stage_rows([focus(), focus(BillingCurrency="")])
    assert bench.query("SELECT reason FROM quarantined") == [("no currency",)]


def test_a_header_alone_is_a_delivery_without_records(bench: Bench):
    staged = bench.stage(bench.file("bill.csv", text([focus()]).split("\n", 1)[0] + "\n"))
    assert (staged.files[0].records, staged.files[0].loaded, staged.refused) == (0, 0, ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty file"),
        (b"\n \n\n", "only blank lines"),
        (b"<html>", "an XML or HTML page"),
        (b'{"a": 1}', "JSON, not CSV"),
        (text([focus()]).encode("utf-16"), "UTF-16"),
        (text([focus(ServiceName="café")]).encode("latin-1"), "not UTF-8"),
        (text([focus(ServiceName="a\0b")]).encode(), "a NUL byte"),
        (text([focus()]).replace("\n", "\r").encode(), "bare CR"),
        (b"Report: March\n\n" + text([focus()]).encode(), "no known header"),
        (text([focus()]).encode() + b'"never closed\n', "a quote never closes"),
        (text([focus(Tags="x" * 3_000_000)]).encode(), "a record is too long"),
    ],
)
def test_what_is_no_bill_is_refused(bench: Bench, content: bytes, why: str):
    assert why in bench.reason(content)


def test_messages_hold_nothing_a_terminal_obeys(bench: Bench):
    reason = bench.reason("\x1b]52;c;aGk=\x07,[/x]\u202e," + "y" * 500 + "\n1,2,3\n")
    assert reason.isprintable()
    assert len(reason) < 400


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def test_a_zip_of_several_files_is_one_file(bench: Bench):
    first = text([focus(BilledCost="1"), focus(BilledCost="2")]).encode()
    second = text([focus(BilledCost="4"), focus(BilledCost="n/a")], sorted(focus())).encode()
    staged = bench.stage(bench.file("bill.zip", packed(a_csv=first, b_csv=second, readme_md=b"x")))
    assert (staged.files[0].records, staged.files[0].quarantined) == (4, 1)
    assert bench.query("SELECT record, BilledCost FROM staged ORDER BY 1") == [(1, 1), (2, 2), (3, 4)]
    assert bench.query("SELECT record FROM quarantined") == [(4,)]


def test_the_same_content_counts_once(bench: Bench):
    content = text([focus()]).encode()
    paths = [
        bench.file("a.csv", content),
        bench.file("b.csv.gz", gzip.compress(content)),
        bench.file("c.zip", packed(x_csv=content)),
        bench.file("d.csv", text([focus(BilledCost="4")])),
    ]
    staged = bench.stage(*paths)
    assert [file.path.name for file in staged.files] == ["a.csv", "d.csv"]
    assert [note.split(" is a copy of ")[0].rsplit("/", 1)[1] for note in staged.notes] == [
        "b.csv.gz",
        "c.zip",
    ]
    assert bench.one("sum(BilledCost)") == total(["1.5", "4"])
    assert bench.query("SELECT DISTINCT file FROM staged ORDER BY 1") == [(0,), (1,)]


def test_a_refused_file_leaves_the_others(bench: Bench):
    good = bench.file("good.csv", text([focus(BilledCost="1")]))
    bad = bench.file("bad.csv", text([focus(BilledCost="2"), focus(BilledCost="3")]) + '"')
    copy = bench.file("later.csv", text([focus(BilledCost="4")]))
    staged = bench.stage(good, bad, copy)
    assert [file.path.name for file in staged.files] == ["good.csv", "later.csv"]
    assert [refused.file for refused in staged.refused] == [str(bad)]
    assert bench.query("SELECT file, BilledCost FROM staged ORDER BY 1") == [(0, 1), (1, 4)]
