"""Tables that nobody writes: amounts keep their value in every style, and no record is unaccounted for."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.sources.generic_amounts import bare, plain
from tests import figures
from tests.sources.bills import Bench
from tests.sources.mapped_bills import TOML, staged_by

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
UNITS = st.sampled_from(("", "$", "US$", "USD ", "usd "))
TEXTS = st.text(alphabet="0123456789.,-+$€ ()'eEx/", max_size=12)
WHENS = st.sampled_from(("2025-03-01", "2025-03", "05.03.2025", "Mar 2025", "13/03/2025")) | TEXTS


@given(AMOUNTS, UNITS, st.sampled_from((",", " ", "'", "\u00a0", "")), st.booleans())
def test_a_styled_amount_keeps_its_value(amount: Decimal, unit: str, group: str, bracketed: bool) -> None:
    digits = f"{abs(amount):,.2f}".replace(",", group)
    minus = amount < 0
    written = f"({unit}{digits})" if minus and bracketed else f"{'-' if minus else ''}{unit}{digits}"
    assert Decimal(plain(bare(written, "USD"), ".")) == amount
    german = written.translate(str.maketrans({",": ".", ".": ","}))
    assert Decimal(plain(bare(german, "USD"), ",")) == amount


@given(TEXTS | st.text(max_size=20), st.sampled_from((".", ",")))
def test_any_text_has_one_reading_or_none(text: str, decimal: str) -> None:
    once = plain(bare(text, "EUR"), decimal)
    assert isinstance(once, str)
    if decimal == ".":
        assert plain(bare(once, "EUR"), ".") == once


@given(st.lists(st.tuples(WHENS, TEXTS), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_record_is_loaded_or_set_aside_or_its_file_refused(rows: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([("When", "Amount"), *rows])
        path = bench.file("tool.csv", out.getvalue())
        staged = staged_by(bench, TOML.format(more="", currency="EUR"), path)
        figures.count("records fuzzed", len(rows))
        if staged.refused:
            assert bench.query("SELECT count(*) FROM staged") == [(0,)]
            return
        (file,) = staged.files
        (counts,) = bench.query(
            "SELECT (SELECT count(DISTINCT record) FROM staged) + (SELECT count(*) FROM dropped), (SELECT count(*) FROM quarantined)"
        )
        assert counts == (file.loaded, file.quarantined)
        assert file.records == sum(counts) == len(rows)
        bench.connection.close()
