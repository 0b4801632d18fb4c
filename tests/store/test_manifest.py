"""The manifest as JSON: round trips, damage found, newer formats refused in words."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_tui.manifest import (
    FORMAT,
    Entry,
    Input,
    Manifest,
    ManifestError,
    NewerStoreError,
    _digest,
    dump,
    parse,
    plain,
)

ENTRY = Entry(
    source="focus",
    account="111",
    period="2025-01",
    file=f"{'a' * 16}-{'b' * 16}.duckdb",
    bytes=10,
    sha256="c" * 64,
    records=3,
    charges=4,
    lines=2,
    quarantined=1,
    rounded=0,
    totals={"USD": {"billed": "-1.50", "effective": "0", "list": "3"}},
    money=(18, 10),
    first_day=date(2025, 1, 1),
    last_day=date(2025, 1, 31),
    hourly=False,
    loaded_at="2025-02-01T00:00:00Z",
    format="FOCUS 1.2",
    inputs=(Input("/bills/a.csv", 100, "d" * 64, 4, "FOCUS 1.2"),),
)


def signed(**changes: Any) -> bytes:
    """A manifest with something else in its entry, and a digest that fits."""
    body = json.loads(dump(Manifest(1, (ENTRY,))))
    del body["digest"]
    body["entries"][0] |= changes
    return json.dumps(body | {"digest": _digest(body)}).encode()


@given(
    generation=st.integers(1, 10**9),
    texts=st.tuples(*[st.text()] * 5),
    counts=st.tuples(*[st.integers(0, 2**60)] * 5),
)
def test_a_manifest_comes_back_as_it_was(
    generation: int, texts: tuple[str, ...], counts: tuple[int, ...]
) -> None:
    source, account, currency, path, kind = texts
    entry = replace(
        ENTRY,
        source=source,
        account=account,
        totals={currency: {"billed": "1.10", "effective": "-2"}},
        format=kind,
        inputs=(replace(ENTRY.inputs[0], path=path),),
        **dict(zip(("bytes", "records", "lines", "quarantined", "rounded"), counts, strict=True)),
    )
    manifest = Manifest(generation, (entry, replace(entry, period="2025-02")))
    assert parse(dump(manifest)) == manifest


@given(cut=st.integers(0, 2000))
def test_a_manifest_cut_short_is_found_out(cut: int) -> None:
    data = dump(Manifest(1, (ENTRY,))).rstrip()
    with pytest.raises(ManifestError):
        parse(data[: cut % len(data)])


@given(position=st.integers(0, 10**6), bit=st.integers(0, 6))
def test_a_flipped_bit_is_found_out_or_changes_nothing(position: int, bit: int) -> None:
    manifest = Manifest(1, (ENTRY,))
    data = bytearray(dump(manifest))
    data[position % len(data)] ^= 1 << bit
    with suppress(ManifestError):
        assert parse(bytes(data)) == manifest


def test_a_newer_format_is_refused_in_words() -> None:
    data = dump(Manifest(1, (), FORMAT + 1))
    with pytest.raises(NewerStoreError, match=r"written by a newer finops-tui .* Upgrade finops-tui"):
        parse(data)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"file": "../../etc/passwd"}, "`file` of an entry is"),
        ({"file": "x.duckdb"}, "`file`"),
        ({"period": "2025-13"}, "`period`"),
        ({"bytes": -1}, "`bytes` is -1, not a count"),
        ({"records": True}, "`records`"),
        ({"sha256": "c"}, "`sha256`"),
        ({"totals": {"USD": {"billed": "1e5"}}}, "`billed`"),
        ({"totals": {"USD": {"billed": "NaN"}}}, "`billed`"),
        ({"totals": {"USD": 1}}, "`totals` of a currency"),
        ({"totals": []}, "`totals` of an entry"),
        ({"money": [39, 10]}, "`money`"),
        ({"money": "18,10"}, "`money`"),
        ({"first_day": "yesterday"}, "`first_day`"),
        ({"inputs": None}, "`inputs` is not a list"),
        ({"inputs": ["a.csv"]}, "an input is not an object"),
        ({"source": None}, "`source`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_manifest_that_nobody_wrote_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(signed(**changes))
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff\xfe", b'{"entries": []}'])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        parse(data)


def test_a_unit_named_twice_is_refused() -> None:
    with pytest.raises(ManifestError, match="named twice"):
        parse(dump(Manifest(1, (ENTRY, ENTRY))))


def test_a_unit_replaces_itself_alone() -> None:
    other = replace(ENTRY, account="222")
    newer = replace(ENTRY, records=9)
    after = Manifest(4, (ENTRY, other)).replaced((newer,))
    assert after == Manifest(5, (newer, other))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1.500"), "1.5"),
        (Decimal(100), "100"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-22"), "0.0000000000000000000001"),
        (Decimal("-0.00"), "0"),
        (Decimal("-0.10"), "-0.1"),
        (Decimal("123456789012345678901234567890.12345678"), "123456789012345678901234567890.12345678"),
    ],
)
def test_an_amount_is_written_without_exponent_and_without_loss(amount: Decimal, text: str) -> None:
    assert plain(amount) == text
    assert Decimal(text) == amount
